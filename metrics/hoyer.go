package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// Hoyer is Hoyer's sparseness of a code, averaged over data and samples of q, and that of
// the posterior's mean: 0 where all latents are of one size, 1 where one has all.
//
//	( sqrt(H) - |z|_1 / |z|_2 ) / ( sqrt(H) - 1 )
//
// A code of zeros and one of a single latent have 0.
//
// Hoyer 2004 (cs/0408058).
type Hoyer struct{ Codes }

func (Hoyer) Name() string   { return "hoyer" }
func (Hoyer) Better() string { return "" }
func (Hoyer) Unit() string   { return "" }
func (m Hoyer) Emits(vi.Sheet) []string {
	return []string{m.named("hoyer"), m.named("hoyer/mean")}
}

func (m Hoyer) Measure(e *Eval, o *Out) {
	x, why := e.perCode(m.Codes, hoyer)
	o.say(m.named("hoyer"), x, why)
	x, why = e.perMean(m.On, hoyer)
	o.say(m.named("hoyer/mean"), x, why)
}

func hoyer(z []float64) float64 {
	most := 0.0
	for _, v := range z {
		most = max(most, math.Abs(v))
	}
	if most == 0 || len(z) == 1 {
		return 0
	}
	one, two := 0.0, 0.0
	for _, v := range z {
		v = math.Abs(v) / most
		one += v
		two += float64(v * v)
	}
	root := math.Sqrt(float64(len(z)))
	return min(1, max(0, (root-one/math.Sqrt(two))/(root-1)))
}
