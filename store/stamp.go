package store

import (
	"database/sql"
	"time"
)

// stampLayout is RFC 3339 with all nine digits, so that text order is time order.
const stampLayout = "2006-01-02T15:04:05.000000000Z"

// stamp is a time as the store keeps it, or nil for no time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(stampLayout)
}

func unstamp(text sql.NullString) (time.Time, error) {
	if !text.Valid {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, text.String)
}
