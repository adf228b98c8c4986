package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/vi"
)

// Gini is the Gini index of |z|, averaged over data and samples of q, and that of the
// posterior's mean: 0 where all latents are of one size, (H-1)/H where one has all.
//
//	G = ( H + 1 - 2 sum_k c_k / c_H ) / H,   c the cumulative sums of |z| in rising order
//
// A code of zeros has 0. A dense sample is never sparse, whatever its mean, so the two
// numbers answer two questions.
//
// Hurley and Rickard 2009 (0811.4706); on samples as Velychko et al. 2024 (2311.01888).
type Gini struct{ Codes }

func (Gini) Name() string   { return "gini" }
func (Gini) Better() string { return "" }
func (Gini) Unit() string   { return "" }
func (m Gini) Emits(vi.Sheet) []string {
	return []string{m.named("gini"), m.named("gini/mean")}
}

func (m Gini) Measure(e *Eval, o *Out) {
	var sorted []float64
	of := func(z []float64) float64 {
		sorted = sorted[:0]
		for _, v := range z {
			sorted = append(sorted, math.Abs(v))
		}
		return gini(sorted)
	}
	x, why := e.perCode(m.Codes, of)
	o.say(m.named("gini"), x, why)
	x, why = e.perMean(m.On, of)
	o.say(m.named("gini/mean"), x, why)
}

// gini of sizes, which it sorts.
func gini(x []float64) float64 {
	slices.Sort(x)
	most, h := x[len(x)-1], float64(len(x))
	if most == 0 {
		return 0
	}
	c, sum := 0.0, 0.0
	for _, v := range x {
		c += v / most // neither vanishes nor overflows
		sum += c
	}
	return max(0, (h+1-2*(sum/c))/h)
}
