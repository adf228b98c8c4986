package metrics

import (
	"cmp"
	"math"

	"github.com/vibench/bench/vi"
)

// Cosine is that of the angle between a direction and the mean direction of a
// reference, averaged over replicates. A direction that is zero has none and counts
// as 0.
//
//	E[ < Delta, E[ref] > / ( |Delta| |E[ref]| ) ]
type Cosine struct {
	Replicates
	Reference string `name:"reference" part:"estimator" required:"true" doc:"estimator that gives the reference direction"`
}

func (Cosine) Name() string                { return "cosine" }
func (Cosine) Better() string              { return "higher" }
func (Cosine) Unit() string                { return "" }
func (m Cosine) With() []string            { return []string{m.Reference} }
func (m Cosine) Emits(s vi.Sheet) []string { return perBlock("cosine", s) }

func (m Cosine) Open(e *Eval) Fold { return &cosine{blocks: networks(e.Work.Params)} }

type cosine struct {
	blocks    []block
	self, ref moments
	unit      [][]float64 // of each block, the sum of Delta / |Delta|
}

func (f *cosine) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	f.ref.add(with[0])
	if f.unit == nil {
		for _, b := range f.blocks {
			f.unit = append(f.unit, make([]float64, b.hi-b.lo))
		}
	}
	for k, b := range f.blocks {
		x := self[b.lo:b.hi]
		if norm := math.Sqrt(dot(x, x)); norm > 0 {
			for i, v := range x {
				f.unit[k][i] += v / norm
			}
		}
	}
}

func (f *cosine) Close(out *Out) {
	n := float64(f.self.n)
	for k, b := range f.blocks {
		name := "cosine/" + b.name
		if why := cmp.Or(f.self.bad(b), f.ref.bad(b)); why != "" {
			out.Missing(name, "%s", why)
			continue
		}
		scale := f.ref.norm(b)
		if scale == 0 {
			out.Missing(name, "the reference direction is zero")
			continue
		}
		along := 0.0
		for i, u := range f.unit[k] {
			along += float64(u * f.ref.mean(b.lo+i))
		}
		out.Put(name, along/n/scale)
	}
}
