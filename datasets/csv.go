package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Table is rows of numbers.
type Table struct {
	Columns []string // names, or col1, col2, ... where there is no header
	Values  []float64
}

// ReadCSV reads rows of numbers, split by commas, after a header if the first line has a
// field that is no number; columns of the names in drop are left out. It takes no more
// memory than most values need, and no more than the stream has. Errors say what is
// wrong and where, not with which file.
func ReadCSV(r io.Reader, drop []string, most int) (*Table, error) {
	text := bufio.NewReader(r)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		text.Discard(len(mark))
	}
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
			named := slices.ContainsFunc(record, func(s string) bool {
				_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
				return err != nil && !errors.Is(err, strconv.ErrRange)
			})
			for i, s := range record {
				if !named {
					s = "col" + strconv.Itoa(i+1)
				}
				all = append(all, strings.Clone(strings.TrimSpace(s)))
			}
			for _, name := range drop {
				if !slices.Contains(all, name) {
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
			if named {
				continue
			}
		}
		if len(record) != len(all) {
			return nil, fmt.Errorf("line %d: got %d columns; line %d has %d", line, len(record), first, len(all))
		}
		if len(t.Values) > most-len(kept) {
			return nil, fmt.Errorf("line %d: more than %d values; at most so many belong here", line, most)
		}
		for _, i := range kept {
			s := strings.TrimSpace(record[i])
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || x-x != 0 { // an infinity, NaN
				return nil, fmt.Errorf("line %d, column %s: got %.40q; need a finite number", line, all[i], s)
			}
			t.Values = append(t.Values, x)
		}
	}
	if len(t.Values) == 0 {
		return nil, errors.New("no rows of numbers")
	}
	return t, nil
}
