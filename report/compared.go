package report

// A Compared is a table of comparisons, or of regressions against a baseline, that another
// package has made and the page shows after the claims.
type Compared struct {
	Title string
	Note  string // what it rests on: pairing, level, correction
	Heads []Head
	Rows  [][]string // as many texts as heads; a missing number is a dash
	Notes []string   // on single rows, what was left out, over all rows: for who opens them
}

// A Head names a column.
type Head struct {
	Name string
	Num  bool // of numbers, set to the right
}
