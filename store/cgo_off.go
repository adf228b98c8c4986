//go:build !cgo

package store

import "database/sql/driver"

// hasCgo says whether SQLite, which is C, is in this binary. Open and OpenRead
// refuse on it, so nothing below is reached.
const hasCgo = false

func newDriver(string) driver.Driver { return nil }

func isNotDatabase(error) bool { return false }

func isDamaged(error) bool { return false }

func isUnreachable(error) bool { return false }

func isFull(error) bool { return false }
