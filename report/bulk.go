package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"strconv"
)

// A bulk is a table with as many rows as there are: a few stand in the page; of many the
// page has the numbers only, column by column, and its script makes rows of those that are
// looked at.
type bulk struct {
	ID      string
	Of      string // of whose report, where a page has several
	Caption string
	Heads   []Head
	Show    int    // columns shown at first; the others are a click away
	Again   string // the command that reruns the cells whose IDs are appended; empty: none
	Columns [][]any
	Few     bool   // few enough to stand in the page
	Bare    *bulk  // of many, what stands there for who runs no script; nil: the first rows
	Export  string // the command that has all numbers
}

// settle says whether the table stands in the page.
func (b *bulk) settle(export string) { b.Few, b.Export = b.N()*len(b.Heads) <= mostTexts, export }

const mostTexts = 6_000 // of one such table in the page, in columns times rows

// add appends a row: of each head a text, or a number, NaN where there is none.
func (b *bulk) add(row ...any) {
	if b.Columns == nil {
		b.Columns = make([][]any, len(b.Heads))
	}
	for i, v := range row {
		b.Columns[i] = append(b.Columns[i], v)
	}
}

func (b *bulk) N() int {
	if len(b.Columns) == 0 {
		return 0
	}
	return len(b.Columns[0])
}

// Rows are the texts of a table that stands in the page.
func (b *bulk) Rows() [][]string {
	return b.first(b.N())
}

// First are the rows for who runs no script, at most a thousand.
func (b *bulk) First() [][]string { return b.first(min(b.N(), mostListed)) }

func (b *bulk) first(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		for _, column := range b.Columns {
			text, isText := column[i].(string)
			if !isText {
				text = five(column[i].(float64))
			}
			rows[i] = append(rows[i], text)
		}
	}
	return rows
}

// Plain is the table for who runs no script.
func (b *bulk) Plain() *bulk {
	if b.Bare != nil {
		return b.Bare
	}
	return b
}

// Unscripted says what the plain table has of this one.
func (b *bulk) Unscripted() string {
	plain := b.Plain()
	text := fmt.Sprintf("The %d rows of this table need the page's script; %s has them all.", b.N(), b.Export)
	switch left := plain.N() - mostListed; {
	case left > 0 && b.Bare != nil:
		return fmt.Sprintf("%s Here are the first %d configurations of %d.", text, mostListed, plain.N())
	case left > 0:
		return fmt.Sprintf("%s Here are the first %d.", text, mostListed)
	case b.Bare != nil:
		return text + " Here is a row a configuration."
	}
	return text
}

// five prints a number of one cell, which has no interval to say how much of it counts.
func five(x float64) string {
	if math.IsNaN(x) {
		return absent
	}
	return strconv.FormatFloat(x, 'g', 5, 64)
}

// Data is the table for the script: an array a column, or where texts come again the
// different ones, d, and the place of each, i.
func (b *bulk) Data() (template.JS, error) {
	type again struct {
		D []string `json:"d"`
		I []int    `json:"i"`
	}
	out := make([]any, len(b.Columns))
	for j, column := range b.Columns {
		if _, isText := column[0].(string); !isText {
			list := make([]json.RawMessage, len(column))
			for i, v := range column {
				if x := v.(float64); math.IsNaN(x) {
					list[i] = json.RawMessage("null")
				} else {
					list[i] = strconv.AppendFloat(nil, x, 'g', 5, 64)
				}
			}
			out[j] = list
			continue
		}
		texts, place := newSet(), map[string]int{}
		at := make([]int, len(column))
		for i, v := range column {
			text := v.(string)
			if texts.add(text); len(texts.list) > len(place) {
				place[text] = len(place)
			}
			at[i] = place[text]
		}
		if 2*len(texts.list) > len(column) {
			out[j] = column
		} else {
			out[j] = again{texts.list, at}
		}
	}
	text, err := json.Marshal(out) // which leaves no < in it
	return template.JS(text), err
}
