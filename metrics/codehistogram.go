package metrics

import (
	"math"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// CodeHistogram keeps how the values of codes spread, z ~ q(z|x), one sample a datum,
// for the report to draw: a peak at zero with heavy tails is what makes a code sparse.
// The bins are the same for all cells, of one width and symmetric about zero, and
// exact zeros, as a threshold makes them, are counted apart.
//
// Of a linear generator a value is the size of what its atom adds to a datum,
//
//	z_h |a_h| / sqrt(mean_n |x_n|^2),   x_n the data trained on,
//
// which no rescaling of atoms against codes changes, kept as code-histogram@data; of other
// models it is z itself, code-histogram@latent. The array is the bins' edges, their
// counts, and the counts of exact zeros, below and beyond.
type CodeHistogram struct {
	Bins  int     `name:"bins" min:"1" doc:"bins from -reach to reach; with an odd number zero is the middle of one"`
	Reach float64 `name:"reach" min:"0.01" doc:"where the bins end: in sizes of a datum of a linear generator, else in units of z"`
	On
}

func (CodeHistogram) Name() string            { return "code-histogram" }
func (CodeHistogram) Better() string          { return "" }
func (CodeHistogram) Unit() string            { return "" }
func (CodeHistogram) Needs() []vi.Cap         { return nil }
func (CodeHistogram) Emits(vi.Sheet) []string { return nil }

// Check refuses latents that are not one block of reals.
func (CodeHistogram) Check(s vi.Sheet) error { return oneReal(s) }

func (m CodeHistogram) Measure(e *Eval, o *Out) {
	name, scale := "code-histogram@latent", []float64(nil)
	if dictionary, ok := e.Work.Model.(vi.Dictionary); ok {
		name = "code-histogram@data"
		x := e.Work.Rows(e.Work.Data.N)
		size := math.Sqrt(vec.SumSq(x) / float64(e.Work.Data.N))
		if size == 0 {
			return // of data that are nothing all is infinitely large
		}
		a := dictionary.Atoms(e.Work.Params)
		scale = norms(a, len(a)/e.Work.Data.D)
		for k := range scale {
			scale[k] /= size
		}
	}
	h := newHistogram(m.Bins, m.Reach)
	ok := e.oneCode(m.On, "code-histogram", func(z []float64) {
		for k, v := range z {
			if k < len(scale) {
				v *= scale[k]
			}
			h.see(v)
		}
	})
	if ok {
		o.Keep(m.named(name), h.array())
	}
}
