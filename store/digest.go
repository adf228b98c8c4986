package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"hash"
	"math"
	"slices"
	"strings"
)

// digest sums up rows so that a bit which has flipped in the file is noticed when
// they are read. Every text is preceded by its length, so that no two lists of
// fields are the same bytes.
type digest struct {
	h hash.Hash
	b []byte
}

func newDigest() *digest { return &digest{h: sha256.New()} }

func (d *digest) number(n int64) {
	d.b = binary.LittleEndian.AppendUint64(d.b, uint64(n))
	if len(d.b) > 1<<12 {
		d.flush()
	}
}

func (d *digest) text(list ...string) {
	for _, s := range list {
		d.number(int64(len(s)))
		d.b = append(d.b, s...)
	}
}

func (d *digest) optional(n sql.NullInt64) {
	if n.Valid {
		d.number(1)
	}
	d.number(n.Int64)
}

func (d *digest) flush() {
	d.h.Write(d.b)
	d.b = d.b[:0]
}

func (d *digest) sum() []byte {
	d.flush()
	return d.h.Sum(nil)
}

// check compares with what the file has; a row of an older version has none.
func (d *digest) check(stored []byte, what string) error {
	if stored == nil || bytes.Equal(stored, d.sum()) {
		return nil
	}
	return damaged(what)
}

func damaged(what string) error { return damage(what) }

// damage is of a part of the file, the others of which may be sound.
type damage string

func (what damage) Error() string {
	return "the file is damaged: " + string(what) + " differs from what was written; restore a copy, or remove the store and run again"
}

// Damaged says whether an error is that something in the file is not what was written,
// rather than that it cannot be read at this time.
func Damaged(err error) bool {
	var d damage
	return errors.As(err, &d) || isDamaged(err) || isNotDatabase(err)
}

// outcome sums up how a cell ended; its points, sorted by metric and step, and the
// names of its vectors follow.
func (d *digest) outcome(r *Result) {
	d.text(r.Cell, string(r.Outcome), r.Reason, r.Stack)
	d.number(int64(r.Step))
	d.number(r.Steps)
	d.number(r.Evals)
}

func (d *digest) point(p *Point) {
	d.text(p.Metric, p.Reason)
	d.number(int64(p.Step))
	d.number(p.Evals)
	if p.Reason == "" {
		d.number(int64(math.Float64bits(p.Value)))
	}
}

func (d *digest) vector(name string, step int64) {
	d.text("vector", name)
	d.number(step)
}

// digestOf sums up a result that is to be written.
func digestOf(r *Result) []byte {
	points := r.Points
	if !slices.IsSortedFunc(points, byMetric) {
		points = slices.SortedFunc(slices.Values(points), byMetric)
	}
	vectors := slices.SortedFunc(slices.Values(r.Vectors), func(a, b Vector) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Step, b.Step))
	})
	d := newDigest()
	d.outcome(r)
	for i := range points {
		d.point(&points[i])
	}
	for i := range vectors {
		d.vector(vectors[i].Name, int64(vectors[i].Step))
	}
	return d.sum()
}

func byMetric(a, b Point) int {
	return cmp.Or(strings.Compare(a.Metric, b.Metric), cmp.Compare(a.Step, b.Step))
}

// digestOfVector sums up the bits of a vector and whose they are.
func digestOfVector(cell, name string, step int64, bits []byte) *digest {
	d := newDigest()
	d.text(cell)
	d.vector(name, step)
	d.flush()
	d.h.Write(bits)
	return d
}

func digestOfPlan(suite, preset, text string) *digest {
	d := newDigest()
	d.text(suite, preset, text)
	return d
}

func digestOfCell(r *row, spec string) *digest {
	d := newDigest()
	d.text(r.Cell, r.Estimator, r.Model, r.Dataset, r.Precision, spec)
	d.number(r.Seed)
	d.optional(r.K)
	d.optional(r.M)
	return d
}

// digestOfMembers sums up where the cells of a plan stand, as the table has it.
func digestOfMembers(tx *sql.Tx, suite, preset string) (*digest, error) {
	return members(tx, suite, preset, func(grid, cell string) {})
}
