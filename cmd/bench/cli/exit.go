package cli

import "errors"

// Exit statuses. Any error that does not say otherwise is misuse.
const (
	done        = 0
	unheld      = 1   // --require-claims, and one does not hold; a check of conform fails
	misuse      = 2   // usage, suite, store
	incomplete  = 3   // cells failed or missing
	different   = 4   // the same cell, other bits
	interrupted = 130 // what a shell makes of SIGINT
)

// exit is an error with the status that the process ends with. Without an error
// inside, all has been said already.
type exit struct {
	status int
	err    error
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

func status(err error) int {
	var e exit
	switch {
	case err == nil:
		return done
	case errors.As(err, &e):
		return e.status
	}
	return misuse
}
