package metrics

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Chains is how well chains mixed: of M of them, by the T draws of each after warm steps,
// with W the mean of variances within a chain and B/T the variance of the chains' means,
//
//	V = (T-1)/T W + B/T,   R-hat = sqrt(V/W),   draws = M T min(1, V/B)
//
// chains/rhat is the largest over the particle's numbers, 1 where chains have forgotten where they
// started; chains/draws the least effective number of draws. Both are for chains
// started wider than they end, and know what M-1 degrees of freedom tell.
//
// Gelman and Rubin 1992 (doi 10.1214/ss/1177011136); draws, Gelman, Carlin, Stern and Rubin 2004, section 11.6.
type Chains struct {
	Warm int `name:"warm" min:"0" max:"1000000000" doc:"steps that are left out at the start"`
}

func (Chains) Name() string            { return "chains" }
func (Chains) Better() string          { return "" }
func (Chains) Unit() string            { return "" }
func (Chains) Needs() []vi.Cap         { return []vi.Cap{vi.Particles} }
func (Chains) Emits(vi.Sheet) []string { return []string{"chains/draws", "chains/rhat"} }

// Watch starts at no draw seen.
func (m Chains) Watch(p *vi.Params) Watching {
	w := &chains{m: m, params: p}
	for _, s := range p.Specs() { // a model of particles has their table alone in inf/
		if role, _, _, _ := p.Range(s.Name); role == tape.Inf {
			w.table, w.rows, w.cols = s.Name, s.Rows, s.Cols
		}
	}
	w.state = make([]float64, 1+2*w.rows*w.cols)
	return w
}

type chains struct {
	m          Chains
	params     *vi.Params
	table      string
	rows, cols int
	state      []float64 // steps seen; means of every chain's numbers; sums of squares about them
}

func (w *chains) State() []float64 { return w.state }

// See takes the draws that the step starts from, which are where a model keeps them.
func (w *chains) See(vi.Direction) {
	w.state[0]++
	t := w.state[0] - float64(w.m.Warm)
	if t < 1 || w.rows == 0 {
		return
	}
	table := w.params.Value(w.table)
	n := w.rows * w.cols
	mean, squares := w.state[1:1+n], w.state[1+n:]
	for i := range n { // Welford 1962
		x := table.At(i)
		off := x - mean[i]
		mean[i] += off / t
		squares[i] += float64(off * (x - mean[i]))
	}
}

func (w *chains) Measure(out *Out) {
	t, rows := w.state[0]-float64(w.m.Warm), float64(w.rows)
	bad := func(why string) {
		out.Missing("chains/draws", "%s", why)
		out.Missing("chains/rhat", "%s", why)
	}
	if t < 2 || w.rows < 2 {
		bad("it takes two chains, and two draws after those left out")
		return
	}
	n := w.rows * w.cols
	mean, squares := w.state[1:1+n], w.state[1+n:]
	worst, least := 0.0, math.Inf(1)
	for c := range w.cols {
		centre, within, between := 0.0, 0.0, 0.0
		for i := c; i < n; i += w.cols {
			centre += mean[i] / rows
			within += squares[i] / (t - 1) / rows
		}
		for i := c; i < n; i += w.cols {
			between += float64((mean[i]-centre)*(mean[i]-centre)) / (rows - 1)
		}
		v := float64((t-1)/t*within) + between
		if !(within > 0) || v-v != 0 {
			bad("a number never moved, or is not finite")
			return
		}
		worst = max(worst, math.Sqrt(v/within))
		draws := rows * t
		if b := t * between; b > v {
			draws = rows * t * v / b
		}
		least = min(least, draws)
	}
	out.Put("chains/draws", least)
	out.Put("chains/rhat", worst)
}
