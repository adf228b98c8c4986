package datasets

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// marks are what a source has where a value is missing: texts, whatever their case, the empty
// one too, and numbers, however they are written.
type marks struct {
	texts   []string
	numbers []float64
}

// newMarks are those of some texts, each once.
func newMarks(texts []string) (c marks) {
	for _, s := range texts {
		if s = strings.TrimSpace(s); c.has(s) {
			continue
		}
		if v, err := strconv.ParseFloat(s, 64); err == nil && v == v {
			c.numbers = append(c.numbers, v)
		}
		c.texts = append(c.texts, s)
	}
	return c
}

// has says that a field, without spaces around it, is one of them.
func (c marks) has(s string) bool {
	if slices.ContainsFunc(c.texts, func(text string) bool { return strings.EqualFold(text, s) }) {
		return true
	}
	if len(c.numbers) == 0 {
		return false
	}
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && slices.Contains(c.numbers, v)
}

// read sets marks among rows of d numbers to NaN. An array has no texts.
func (c marks) read(x []float64, d int) error {
	for _, s := range c.texts {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return fmt.Errorf("missing: got %s; an array has numbers: want nan, or a number", markName(s))
		}
	}
	nan := c.has("nan")
	for i, v := range x {
		switch {
		case nan && v != v || slices.Contains(c.numbers, v):
			x[i] = math.NaN()
		case v != v:
			return fmt.Errorf("row %d, value %d: got NaN; need finite values; --missing nan reads it as a missing value", i/d+1, i%d+1)
		}
	}
	return nil
}

// markName is a code as one may write it after --missing.
func markName(s string) string {
	if s == "" || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/.-+_") != "" {
		return strconv.Quote(s)
	}
	return s
}

// String lists marks in words.
func (c marks) String() string {
	var out []string
	for _, s := range c.texts {
		if s == "" {
			s = "empty"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// Gaps are the missing values of an imported set, NaN in its files.
type Gaps struct {
	Marks   []string `json:"marks"`             // what was read as missing
	Values  [2]int   `json:"values"`            // how many are, of those to train on, held out
	Columns []int    `json:"columns"`           // of both, in each column
	Dropped int      `json:"dropped,omitempty"` // rows without any value that were left out
}

// gapsOf counts the missing values of both splits, of d columns.
func gapsOf(train, test []float64, d int) Gaps {
	g := Gaps{Columns: make([]int, d)}
	for s, x := range [][]float64{train, test} {
		for i, v := range x {
			if v != v {
				g.Values[s]++
				g.Columns[i%d]++
			}
		}
	}
	return g
}

// blank says that a row has no value.
func blank(row []float64) bool {
	return !slices.ContainsFunc(row, func(v float64) bool { return v == v })
}

// withoutBlank is rows of d columns but for those without a value, and, from 1, which of these
// is the first; 0 if there is none.
func withoutBlank(x []float64, d int) (kept []float64, first int) {
	kept = x[:0]
	n := 0
	for row := range slices.Chunk(x, d) {
		if n++; !blank(row) {
			kept = append(kept, row...)
		} else if first == 0 {
			first = n
		}
	}
	return kept, first
}

// blankColumn is the first of d columns without a value; -1 where there is none.
func blankColumn(x []float64, d int) int {
	seen := make([]bool, d)
	for i, v := range x {
		seen[i%d] = seen[i%d] || v == v
	}
	return slices.Index(seen, false)
}

// span is the least and the largest value.
func span(x ...[]float64) [2]float64 {
	out := [2]float64{math.Inf(1), math.Inf(-1)}
	for _, part := range x {
		for _, v := range part {
			if v == v {
				out = [2]float64{min(out[0], v), max(out[1], v)}
			}
		}
	}
	return out
}
