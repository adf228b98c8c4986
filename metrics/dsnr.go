package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// DSNR is the directional signal-to-noise ratio: how much of a direction lies
// along its own expectation. The expectation is estimated from the other
// replicates, because one that holds the replicate itself inflates the ratio.
//
//	E[ |Delta_par| / |Delta_perp| ],   Delta_par = (Delta.u) u,  u = E[Delta] / |E[Delta]|
//
// A random Gaussian vector of n dimensions has
// sqrt(2/pi) Gamma((n-2)/2) / (sqrt(2) Gamma((n-1)/2)): 0.1907 at n = 20.
// A parameter of one coordinate has no direction across and gets no value.
//
// Rainforth et al. 2018 (1802.04537), equation 12.
type DSNR struct{ Replicates }

func (DSNR) Name() string                { return "dsnr" }
func (DSNR) Better() string              { return "higher" }
func (DSNR) Unit() string                { return "" }
func (DSNR) With() []string              { return nil }
func (m DSNR) Emits(s vi.Sheet) []string { return perBlock("dsnr", s) }

func (m DSNR) Open(e *Eval) Fold { return &dsnr{blocks: blocks(e.Work.Params)} }

// most is how many numbers a DSNR may hold: every replicate is needed twice.
const most = 1 << 27

type dsnr struct {
	blocks []block
	self   moments
	all    [][]float64
	over   bool
}

func (f *dsnr) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	if f.over = f.over || (r+1)*len(self) > most; !f.over {
		f.all = append(f.all, append([]float64(nil), self...))
	}
}

func (f *dsnr) Close(out *Out) {
	for _, b := range f.blocks {
		name := "dsnr/" + b.name
		if why := f.self.bad(b); why != "" {
			out.Missing(name, "%s", why)
			continue
		}
		if f.over || b.hi-b.lo < 2 {
			out.Missing(name, "got %d coordinates and %d replicates; need at least 2 coordinates and at most %d numbers", b.hi-b.lo, f.self.n, most)
			continue
		}
		sum := f.self.s[b.lo:b.hi]
		ss, total := dot(sum, sum), 0.0
		for _, d := range f.all {
			x := d[b.lo:b.hi]
			xx, xs := dot(x, x), dot(x, sum)
			norm2 := ss - float64(2*xs) + xx // |sum of the others|^2
			par2 := (xs - xx) * (xs - xx) / norm2
			total += math.Sqrt(par2 / max(xx-par2, 0))
		}
		x := total / float64(len(f.all))
		if x-x != 0 {
			out.Missing(name, "a replicate has no part across the mean direction")
			continue
		}
		out.Put(name, x)
	}
	out.Put("dsnr/r", float64(f.self.n))
}
