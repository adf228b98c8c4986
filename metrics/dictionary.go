package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/vi"
)

// Dictionary keeps the atoms of a linear generator as pictures, for the report to draw:
// an array dictionary@HxW of so many tiles, each an atom of H times W values, sign and
// scale as they are. Those that explain most come first: by
//
//	|a_h| sum_n |z_nh|,   z_n ~ q(z|x_n), one sample a datum,
//
// which no rescaling of atoms against codes changes. Of data that were made with a
// dictionary, that one is kept beside them as dictionary/true@HxW, in its own order.
type Dictionary struct {
	N int `name:"n" min:"0" doc:"at most so many atoms; 0 is all"`
	On
}

func (Dictionary) Name() string            { return "dictionary" }
func (Dictionary) Better() string          { return "" }
func (Dictionary) Unit() string            { return "" }
func (Dictionary) Needs() []vi.Cap         { return []vi.Cap{vi.Atoms} }
func (Dictionary) Emits(vi.Sheet) []string { return nil }

func (m Dictionary) Measure(e *Eval, o *Out) {
	w := e.Work
	dictionary, ok := w.Model.(vi.Dictionary)
	d, size := w.Data.D, w.Data.Image
	if !ok || size[0]*size[1] != d || d == 0 {
		return // nothing to look at
	}
	a := dictionary.Atoms(w.Params)
	h := len(a) / d
	order, use := make([]int, h), norms(a, h)
	for k := range order {
		order[k] = k
	}
	total := make([]float64, h)
	fits := e.oneCode(m.On, "dictionary", func(z []float64) {
		for k, v := range z[:min(h, len(z))] {
			total[k] += math.Abs(v)
		}
	})
	if fits {
		for k := range use {
			use[k] *= total[k]
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(use[j], use[i]) })
	}
	keep := func(name string, a []float64, order []int) {
		o.Keep(fmt.Sprintf("%s@%dx%d", name, size[0], size[1]), columnsOf(a, len(a)/d, m.most(order)))
	}
	keep("dictionary", a, order)
	if truth := w.Data.Atoms; len(truth) > 0 {
		all := make([]int, len(truth)/d)
		for k := range all {
			all[k] = k
		}
		keep("dictionary/true", truth, all)
	}
}

func (m Dictionary) most(order []int) []int {
	if m.N > 0 && m.N < len(order) {
		return order[:m.N]
	}
	return order
}

// columnsOf are those of a, [D,H] row-major, one after another.
func columnsOf(a []float64, h int, which []int) []float64 {
	out := make([]float64, 0, len(a)/h*len(which))
	for _, k := range which {
		for i := k; i < len(a); i += h {
			out = append(out, a[i])
		}
	}
	return out
}

// oneCode calls f on one sample of q, [H], for each datum of a place, in order; it is f's
// until it returns. The samples are of a key's fold. Where the latents are not one
// block of reals it calls nothing and says false.
func (e *Eval) oneCode(o On, fold string, f func(z []float64)) bool {
	p := e.at(o)
	w := e.of(p)
	if oneReal(w.Model.Sheet()) != nil {
		return false
	}
	var z []float64
	e.steps(p, w.Fit(), &vi.Keyed{Key: e.key(p).Fold(fold)}, func(s *vi.Step, rows int) string {
		x := s.Posterior().Sample(s.Noise("z"), 1).Node
		_, h := x.Shape()
		z = x.Value().AppendTo(z[:0])
		for n := range rows {
			f(z[n*h : (n+1)*h])
		}
		return ""
	})
	return true // if given up, nothing of it is kept
}
