package vi

// What a data set may be beyond Dataset, each by one small interface. All of
// them hold for the settings that the value has.

// Known is a data set whose values do not depend on the key: it was collected,
// not drawn. Digest names the values without making them; it enters the identity
// of cells.
type Known interface{ Digest() string }

// Checked is a data set, or an estimator, that can say before anything runs why its
// settings will not do: one beyond a set's size, one that another leaves unread, a
// file that is missing or is another. It is asked for every cell, so it remembers
// what it has read.
type Checked interface{ Check() error }

// Wary is an estimator that fits a model and data and may yet go wrong there: it says how,
// before anything runs, and runs all the same.
type Wary interface {
	Warn(s Sheet, data Shape, batch int) []string
}

// Choosy is an estimator that Fit lets pair with a model and that says why it is not to
// run on it all the same.
type Choosy interface{ Suits(s Sheet) error }

// Filed is a data set that is read from files, in a folder of a data directory or
// embedded in the program.
type Filed interface {
	ReadFrom(dir string)                // look in this data directory; before anything else is asked
	Locate() (folder string, err error) // where its files are, empty if embedded; the error says what was looked for, where, and what to do
}
