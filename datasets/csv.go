package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is rows of numbers.
type Table struct {
	Columns []string // names, or col1, col2, ... where there is no header
	Header  bool
	Values  []float64

	blank []int // lines of rows without any value
}

// ReadCSV reads rows of numbers, split by commas, after a header if no field of the first
// line is a number: one bad field among numbers is no header but an error. Columns of the
// names in drop are left out. It takes no more memory than most values need, and no more
// than the stream has. Errors say what is wrong and where, not with which file.
func ReadCSV(r io.Reader, drop []string, most int) (*Table, error) {
	return readTable(r, drop, most, marks{})
}

// readTable does so; fields that are marks are missing values, NaN, and a first line of nothing
// else is no header.
func readTable(r io.Reader, drop []string, most int, gaps marks) (t *Table, err error) {
	text := bufio.NewReader(r)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		text.Discard(len(mark))
	}
	if hint := splitBy(text); hint != "" {
		defer func() {
			if err != nil {
				err = fmt.Errorf("%w; %s", err, hint)
			}
		}()
	}
	return readCSV(text, drop, most, gaps)
}

// splitBy says of a text whose first line has no comma what seems to split its columns.
func splitBy(text *bufio.Reader) string {
	head, _ := text.Peek(text.Size())
	line, _, _ := strings.Cut(strings.TrimLeft(string(head), "\r\n"), "\n")
	line = strings.TrimSpace(line)
	if strings.Contains(line, ",") {
		return ""
	}
	for _, by := range [][2]string{{";", "semicolons"}, {"\t", "tabs"}, {" ", "spaces"}} {
		if strings.Contains(line, by[0]) {
			return "columns are split by commas, and the first line has " + by[1] + " and no comma"
		}
	}
	return ""
}

func readCSV(text io.Reader, drop []string, most int, gaps marks) (*Table, error) {
	in := csv.NewReader(text)
	in.FieldsPerRecord, in.ReuseRecord, in.TrimLeadingSpace = -1, true, true
	t, all, first := &Table{}, []string(nil), 0 // all columns; the first line, which has them
	kept := []int{}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return nil, fmt.Errorf("line %d: %w", parse.Line, parse.Err)
		}
		if err != nil {
			return nil, plain(err)
		}
		line, _ := in.FieldPos(0)
		if all == nil {
			first = line
			t.Header = !slices.ContainsFunc(record, isNumber) && slices.ContainsFunc(record, func(s string) bool { return !gaps.has(strings.TrimSpace(s)) })
			for i, s := range record {
				s = strings.Clone(strings.TrimSpace(s))
				if !t.Header {
					s = "col" + strconv.Itoa(i+1)
				} else if j := slices.Index(all, s); j >= 0 {
					return nil, fmt.Errorf("line %d, columns %d and %d: both are named %.40q; want names that differ", line, j+1, i+1, s)
				}
				all = append(all, s)
			}
			for _, name := range drop {
				if !slices.Contains(all, name) {
					if i := slices.IndexFunc(record, func(s string) bool { return !isNumber(s) }); i >= 0 && !t.Header {
						return nil, badField{line, all[i], strings.TrimSpace(record[i]), false, true}
					}
					return nil, fmt.Errorf("drop: no column %q; have %s", name, strings.Join(all, ", "))
				}
			}
			for i, name := range all {
				if !slices.Contains(drop, name) {
					kept = append(kept, i)
					t.Columns = append(t.Columns, name)
				}
			}
			if len(kept) == 0 {
				return nil, errors.New("drop: leaves no column")
			}
			if t.Header {
				continue
			}
		}
		if len(record) != len(all) {
			return nil, fmt.Errorf("line %d: got %d columns; line %d has %d", line, len(record), first, len(all))
		}
		if len(t.Values) > most-len(kept) {
			return nil, fmt.Errorf("line %d: more than %d values; at most so many belong here", line, most)
		}
		seen := false
		for _, i := range kept {
			s := strings.TrimSpace(record[i])
			if gaps.has(s) {
				t.Values = append(t.Values, math.NaN())
				continue
			}
			x, err := strconv.ParseFloat(s, 64)
			if first := line == first && !isNumber(s); first || err != nil || x-x != 0 { // an infinity, NaN
				return nil, badField{line, all[i], s, t.Header && len(all) > 1, first}
			}
			t.Values = append(t.Values, x)
			seen = true
		}
		if !seen {
			t.blank = append(t.blank, line)
		}
	}
	if len(t.Values) == 0 {
		return nil, errors.New("no rows of numbers")
	}
	return t, nil
}

// A badField is a field that is no finite number.
type badField struct {
	line      int
	column, s string
	named     bool // the column, by a header, beside others
	first     bool // the line, which could have been a header
}

func (e badField) Error() string {
	switch {
	case e.first:
		return fmt.Sprintf("line %d, column %s: got %.40q; need a finite number, or a header, which has no number", e.line, e.column, e.s)
	case e.s == "":
		return fmt.Sprintf("line %d, column %s: empty; need a finite number in every field", e.line, e.column)
	}
	return fmt.Sprintf("line %d, column %s: got %.40q; need a finite number", e.line, e.column, e.s)
}

// help says what to do about it when it is imported; empty where that is not known.
func (e badField) help() string {
	var ways []string
	switch strings.ToLower(e.s) {
	case "", "na", "n/a", "nan", "null", "none", "?", "-", ".":
		ways = append(ways, "--missing "+markName(e.s)+" reads it as a missing value")
	}
	if e.named {
		ways = append(ways, "--drop "+e.column+" leaves the column out")
	}
	return strings.Join(ways, ", ")
}

// isNumber says that a field is one, were it too large or no finite one.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}
