package store

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
)

// encode returns the little-endian bits of v, 8 bytes a number. It is never
// nil, which SQLite would store as NULL.
func encode(v []float64) []byte {
	b := make([]byte, 0, 8*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func decode(b []byte) ([]float64, error) {
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("vector: got %d bytes; want a multiple of 8", len(b))
	}
	v := make([]float64, len(b)/8)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return v, nil
}

// decodeOne reads the bits of a point; none is a missing value, shown as NaN.
func decodeOne(b []byte) (float64, error) {
	switch len(b) {
	case 0:
		return math.NaN(), nil
	case 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	}
	return 0, fmt.Errorf("point: got %d bytes; want 8", len(b))
}

// shows says whether the column for queries, in which a NaN is NULL, has the number of the
// bits.
func shows(value sql.NullFloat64, x float64) bool {
	if math.IsNaN(x) {
		return !value.Valid
	}
	return value.Valid && value.Float64 == x
}
