package store

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// formats names the writers of Export, sorted.
var formats = [...]struct {
	name string
	make func(io.Writer) rowWriter
}{
	{"csv", newCSV},
	{"jsonl", newJSONL},
}

// exportOutcome stands where a metric's name does in the lines that say how a
// cell ended; Write takes no metric of this name or below it.
const exportOutcome = "outcome"

// A row is a line of an export. Value is text: of a number the shortest that
// reads back to the same bits, or NaN, +Inf, -Inf; of a vector its digest; of
// an outcome its name.
type row struct {
	Suite, Preset, Grid, Cell string
	Estimator, Model, Dataset string
	Seed                      int64
	K, M                      sql.NullInt64
	Precision                 string
	Step                      int64
	Metric, Value             string
	number                    bool // Value is a number
	Reason                    string
	Evals                     sql.NullInt64
}

// rowWriter lays rows out; close ends the text.
type rowWriter interface {
	write(*row) error
	close() error
}

// Export writes all numbers of the store to w, as csv or jsonl. Two stores
// with the same numbers under the same plans give the same bytes, whatever
// order, worker or machine wrote them: rows are sorted by key and hold no time,
// no provenance and no stack.
//
// A cell stands under each suite, preset and grid that names it, or under empty
// ones if none does any more, and gives first its outcome (metric "outcome",
// value done, diverged, ...; metric "outcome/steps", the training steps taken),
// then its points by metric and step, then for each vector "sha256:" and the
// digest of its little-endian bytes. A cell that has not ended gives nothing.
func (s *Store) Export(w io.Writer, format string) error {
	buffer := bufio.NewWriter(w)
	var out rowWriter
	var have []string
	for _, f := range formats {
		if f.name == format {
			out = f.make(buffer)
		}
		have = append(have, f.name)
	}
	if out == nil {
		return fmt.Errorf("store: export: unknown format, got %q; have %s", format, strings.Join(have, ", "))
	}
	return s.view("export", func(tx *sql.Tx) error {
		places, err := placedRows(tx)
		if err != nil {
			return err
		}
		x, err := newExporter(tx, out)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(places, 64) {
			if err := x.cells(some); err != nil {
				return err
			}
		}
		if err := out.close(); err != nil {
			return err
		}
		return buffer.Flush()
	})
}

// placedRows lists every place of every cell that has ended, as the part of a row
// that all its lines share, sorted by place.
func placedRows(tx *sql.Tx) ([]row, error) {
	places, err := placesOf(tx)
	if err != nil {
		return nil, err
	}
	var list []row
	err = eachCell(tx, "", func(r *row, _ string, outcome Outcome, bad error) error {
		if bad != nil {
			return bad
		}
		if outcome == "" {
			return nil
		}
		of := places[r.Cell]
		if len(of) == 0 {
			of = []Place{{}}
		}
		for _, p := range of {
			r := *r
			r.Suite, r.Preset, r.Grid = p.Suite, p.Preset, p.Grid
			list = append(list, r)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b row) int {
		return cmp.Or(strings.Compare(a.Suite, b.Suite), strings.Compare(a.Preset, b.Preset),
			strings.Compare(a.Grid, b.Grid), strings.Compare(a.Cell, b.Cell))
	})
	return list, err
}

// exporter holds the statements of one export.
type exporter struct {
	out rowWriter
	loader
	vectors *sql.Stmt
}

func newExporter(tx *sql.Tx, out rowWriter) (*exporter, error) {
	x := &exporter{out: out}
	var err error
	if x.loader, err = newLoader(tx); err != nil {
		return nil, err
	}
	x.vectors, err = tx.Prepare(`SELECT name, step, bits, digest FROM vector WHERE cell = ? ORDER BY name, step`)
	return x, err
}

// cells writes the lines of cells at some places.
func (x *exporter) cells(places []row) error {
	ids := make([]string, len(places))
	for i := range places {
		ids[i] = places[i].Cell
	}
	ended, err := x.load(ids)
	if err != nil {
		return err
	}
	for i := range places {
		if err := x.cell(&places[i], ended[ids[i]]); err != nil {
			return err
		}
	}
	return nil
}

// cell writes the lines of a cell at one place.
func (x *exporter) cell(at *row, end *Result) error {
	if end == nil {
		return damaged("cell " + at.Cell)
	}
	r := *at
	r.Metric, r.Value, r.Reason = exportOutcome, string(end.Outcome), end.Reason
	r.Step, r.Evals = int64(end.Step), sql.NullInt64{Int64: end.Evals, Valid: true}
	if err := x.out.write(&r); err != nil {
		return err
	}
	r.Metric, r.Value, r.number = exportOutcome+"/steps", strconv.FormatInt(end.Steps, 10), true
	r.Reason, r.Evals = "", sql.NullInt64{}
	if err := x.out.write(&r); err != nil {
		return err
	}
	for i := range end.Points {
		p := &end.Points[i]
		r := *at
		r.Metric, r.Step, r.Reason = p.Metric, int64(p.Step), p.Reason
		r.Evals = sql.NullInt64{Int64: p.Evals, Valid: true}
		if p.Reason == "" {
			r.Value, r.number = strconv.FormatFloat(p.Value, 'g', -1, 64), true
		}
		if err := x.out.write(&r); err != nil {
			return err
		}
	}
	return rowsOf(x.vectors, at.Cell, func(rows *sql.Rows) error {
		r := *at
		var bits sql.RawBytes
		var stored []byte
		if err := rows.Scan(&r.Metric, &r.Step, &bits, &stored); err != nil {
			return err
		}
		if err := digestOfVector(at.Cell, r.Metric, r.Step, bits).check(stored, "vector "+r.Metric+" of cell "+at.Cell); err != nil {
			return err
		}
		digest := sha256.Sum256(bits)
		r.Value = "sha256:" + hex.EncodeToString(digest[:])
		return x.out.write(&r)
	})
}
