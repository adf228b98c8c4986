package metrics

import (
	"cmp"

	"github.com/vibench/bench/vi"
)

// Slope regresses the mean direction on that of a reference estimator, on the
// same replicate keys: 1 for an unbiased estimator of the same target, and the
// one number beside an SNR that sees an error of scale.
//
//	slope = < E[Delta], E[ref] > / < E[ref], E[ref] >, both debiased by their noise / R
type Slope struct {
	Replicates
	Reference string `name:"reference" part:"estimator" required:"true" doc:"estimator that gives the reference direction"`
}

func (Slope) Name() string                { return "slope" }
func (Slope) Better() string              { return "" }
func (Slope) Unit() string                { return "" }
func (m Slope) With() []string            { return []string{m.Reference} }
func (m Slope) Emits(s vi.Sheet) []string { return perBlock("slope", s) }

func (m Slope) Open(e *Eval) Fold { return &slope{blocks: blocks(e.Work.Params)} }

type slope struct {
	blocks    []block
	self, ref moments
	cross     []float64
}

func (f *slope) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	f.ref.add(with[0])
	if f.cross == nil {
		f.cross = make([]float64, len(self))
	}
	for i, x := range self {
		f.cross[i] += float64(x * with[0][i])
	}
}

func (f *slope) Close(out *Out) {
	n := float64(f.self.n)
	for _, b := range f.blocks {
		if why := cmp.Or(f.self.bad(b), f.ref.bad(b)); why != "" {
			out.Missing("slope/"+b.name, "%s", why)
			continue
		}
		up, down := 0.0, f.ref.signal(b)
		for i := b.lo; i < b.hi; i++ {
			mm := float64(f.self.mean(i) * f.ref.mean(i))
			cov := (f.cross[i] - float64(n*mm)) / (n - 1)
			up += mm - cov/n
		}
		if down <= 0 {
			out.Missing("slope/"+b.name, "debiased squared reference direction not positive")
			continue
		}
		out.Put("slope/"+b.name, up/down)
	}
}
