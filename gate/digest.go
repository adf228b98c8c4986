package gate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Digest is of all the numbers that a cell leaves, as an export has them: outcome, steps,
// points by metric and step with their density evaluations, arrays. Reasons are words and
// no part of it. The points must be sorted, as those of store.Results are.
func Digest(r *store.Result, vectors []store.Vector) string {
	h := sha256.New()
	var b []byte
	word := func(s string) { b = append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...) }
	whole := func(n int64) { b = binary.LittleEndian.AppendUint64(b, uint64(n)) }
	flush := func() { h.Write(b); b = b[:0] }
	word(string(r.Outcome))
	whole(int64(r.Step))
	whole(r.Steps)
	whole(r.Evals)
	for _, p := range r.Points {
		word(p.Metric)
		whole(int64(p.Step))
		whole(p.Evals)
		if p.Reason != "" {
			b = append(b, 0)
			continue
		}
		b = binary.LittleEndian.AppendUint64(append(b, 1), bits(p.Value))
	}
	flush()
	for _, v := range vectors {
		word(v.Name)
		whole(int64(v.Step))
		whole(int64(len(v.Data)))
		for _, x := range v.Data {
			b = binary.LittleEndian.AppendUint64(b, bits(x))
		}
		flush()
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// bits are those of a number; of every NaN the same, as in an export.
func bits(x float64) uint64 {
	if math.IsNaN(x) {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(x)
}

// Numbers are what the cells of a plan have left.
type Numbers struct {
	*store.Results
	Vectors func(cell string) ([]store.Vector, error)
}

// record is a cell's line in a baseline; ok is false if it has no result.
func (n Numbers) record(c suites.Cell, primary []suites.Primary) (out Cell, ok bool, err error) {
	r, had := n.Cell(c.ID)
	if !had || !ended(r.Outcome) {
		return out, false, nil
	}
	vectors, err := n.Vectors(c.ID)
	if err != nil {
		return out, false, err
	}
	out = Cell{Seed: c.Seed, ID: c.ID, Outcome: r.Outcome, Digest: Digest(r, vectors), Values: map[string]Number{}}
	for _, p := range primary {
		if !c.Matches(p.Over) {
			continue
		}
		if v, _, ok := n.Value(c.ID, p.Metric); ok {
			out.Values[p.Metric] = Number(v)
		}
	}
	return out, true, nil
}

// logs says whether a cell has points of a primary metric, with or without values.
func (n Numbers) logs(c suites.Cell, p suites.Primary) bool {
	return c.Matches(p.Over) && len(n.Series(c.ID, suites.Logged(p.Metric))) > 0
}

// wanting says why a cell has no value of a metric.
func (n Numbers) wanting(c suites.Cell, metric string) string {
	_, reason, ok := n.Value(c.ID, metric)
	if ok {
		return ""
	}
	return fmt.Sprintf("seed %d: %s", c.Seed, reason)
}
