package metrics

import (
	"slices"

	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Objective is the objective of sparse coding at the posterior's codes, whatever bound
// they were trained by:
//
//	V = E[ 1/2 |x - A z|^2 + lambda |z|_1 ] + fnorm |A|_F^2
//
// averaged over data and samples of q, and (/best) that of the best of each datum's k
// samples, which is what an estimator that takes the best of its samples is after: it
// falls with k. The second term is the same for all codes; it counts an atom's length,
// by which codes could be made short.
//
// lambda is in the units of x times an atom, so it has no default: 20 is the paper's, of
// 16 x 16 patches with each pixel of mean 0 and variance 1.
//
// Fallah and Rozell 2022 (2205.03665), validation objective.
type Objective struct {
	Lambda float64 `name:"lambda" min:"0" required:"true" doc:"weight of |z|_1 beside 1/2 |x - A z|^2"`
	FNorm  float64 `name:"fnorm" min:"0" doc:"weight of |A|_F^2"`
	Codes
}

func (Objective) Name() string    { return "objective" }
func (Objective) Better() string  { return "lower" }
func (Objective) Unit() string    { return "" }
func (Objective) Needs() []vi.Cap { return []vi.Cap{vi.Atoms} }
func (m Objective) Emits(vi.Sheet) []string {
	return []string{m.named("objective"), m.named("objective/best")}
}

func (m Objective) Measure(e *Eval, o *Out) {
	p, x, why := e.sparse(m.On)
	total, best := 0.0, 0.0
	if why == "" {
		n := len(x) / p.D
		xs, f, work := make([]float64, m.K*p.D), make([]float64, m.K), &lasso.Work{}
		var err error
		why = e.codes(m.On, m.K, func(i int, z []float64) {
			for j := range m.K {
				copy(xs[j*p.D:], x[i*p.D:(i+1)*p.D])
			}
			if err = p.Objective(m.Lambda, xs, z, f, work); err != nil {
				return
			}
			total += mean(f) / float64(n)
			best += slices.Min(f) / float64(n)
		})
		if err != nil {
			why = err.Error()
		}
	}
	if why == "" {
		length := float64(m.FNorm * vec.SumSq(p.A))
		total, best = total+length, best+length
	}
	o.say(m.named("objective"), total, why)
	o.say(m.named("objective/best"), best, why)
}
