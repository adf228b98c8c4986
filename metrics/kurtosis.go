package metrics

import (
	"slices"

	"github.com/vibench/bench/vi"
)

// Kurtosis is the excess kurtosis of the estimator's direction, averaged over the
// coordinates that vary: 0 of a normal, large where most draws are next to nothing
// and some are spikes, as of a softmax at too low a temperature. Read beside a
// variance it says how far that variance can be trusted.
//
//	mean over i of E[(Delta_i - mean_i)^4] / var_i^2 - 3
//
// Of R replicates it is at most about R: a single spike among zeros.
type Kurtosis struct{ Replicates }

func (Kurtosis) Name() string                { return "kurtosis" }
func (Kurtosis) Better() string              { return "" }
func (Kurtosis) Unit() string                { return "" }
func (Kurtosis) With() []string              { return nil }
func (m Kurtosis) Emits(s vi.Sheet) []string { return perBlock("kurtosis", s) }

func (m Kurtosis) Open(e *Eval) Fold { return &kurtosis{blocks: networks(e.Work.Params)} }

type kurtosis struct {
	blocks []block
	self   moments // for what is not finite
	origin []float64
	s      [4][]float64 // sums of the first powers of the distance from the first replicate
}

func (f *kurtosis) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	if f.origin == nil {
		f.origin = slices.Clone(self)
		for k := range f.s {
			f.s[k] = make([]float64, len(self))
		}
	}
	for i, x := range self {
		x -= f.origin[i]
		p := 1.0
		for k := range f.s {
			p = float64(p * x)
			f.s[k][i] += p
		}
	}
}

func (f *kurtosis) Close(out *Out) {
	n := float64(f.self.n)
	for _, b := range f.blocks {
		name := "kurtosis/" + b.name
		if why := f.self.bad(b); why != "" {
			out.Missing(name, "%s", why)
			continue
		}
		total, moving := 0.0, 0.0
		for i := b.lo; i < b.hi; i++ {
			m, s2, s3, s4 := f.s[0][i]/n, f.s[1][i]/n, f.s[2][i]/n, f.s[3][i]/n
			v := s2 - float64(m*m)
			if v <= 1e-12*s2 { // rounding
				continue
			}
			fourth := s4 - float64(4*m*s3) + float64(6*m*m*s2) - float64(3*m*m*m*m)
			total += fourth/float64(v*v) - 3
			moving++
		}
		if moving == 0 {
			out.Missing(name, "no coordinate varies")
			continue
		}
		out.Put(name, total/moving)
	}
}
