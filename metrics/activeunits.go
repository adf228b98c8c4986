package metrics

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// ActiveUnits counts the latent units that the data move: those whose posterior
// mean varies over the data by more than a threshold.
//
//	A_u = Var_x( E_{q(u|x)}[u] ),   active if A_u > least
//
// Every A_u is kept, because the count depends on the threshold. In a deeper layer
// the mean is that given one sample of the layers below. The variance is the
// population's, over the first 500 training data as the authors' code has it.
//
// Burda, Grosse and Salakhutdinov 2016 (1509.00519).
type ActiveUnits struct {
	Least float64 `name:"least" min:"0" doc:"variance above which a unit is active"`
	On
}

func (ActiveUnits) Name() string            { return "active-units" }
func (ActiveUnits) Better() string          { return "" }
func (ActiveUnits) Unit() string            { return "units" }
func (ActiveUnits) Needs() []vi.Cap         { return nil }
func (ActiveUnits) Emits(vi.Sheet) []string { return []string{"active-units"} }

func (m ActiveUnits) Measure(e *Eval, o *Out) {
	mu, units, ok := e.means(m.On, "active-units")
	if !ok {
		o.Missing("active-units", "the posterior does not know its mean")
		return
	}
	active, a := 0, make([]float64, units)
	for u := range a {
		a[u] = variance(mu[u:], units)
		if a[u] > m.Least {
			active++
		}
	}
	o.Put("active-units", float64(active))
	o.Keep("active-units", a)
}

// means are those of q, [n, units], block by block of data; a deeper layer's come
// with one sample of a site of the key's fold.
func (e *Eval) means(o On, fold string) (mu []float64, units int, ok bool) {
	p := e.at(o)
	ok = true
	e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p).Fold(fold)}, func(step *vi.Step, n int) string {
		q, centred := step.Posterior().(dist.Centred)
		if ok = centred; !ok {
			return "no means"
		}
		means := q.Means(step.Noise("z"))
		units = 0
		for _, m := range means {
			_, d := m.Shape()
			units += d
		}
		for b := range n {
			for _, m := range means {
				rows, d := m.Shape()
				at := b * min(rows-1, 1) // one row may serve all data
				mu = m.Value().Slice(at*d, (at+1)*d).AppendTo(mu)
			}
		}
		return ""
	})
	return mu, units, ok
}

// variance is the population variance of every d-th of x.
func variance(x []float64, d int) float64 {
	n, mean, v := 0.0, 0.0, 0.0
	for i := 0; i < len(x); i += d {
		n++
		mean += x[i]
	}
	mean /= n
	for i := 0; i < len(x); i += d {
		v += float64((x[i] - mean) * (x[i] - mean))
	}
	return v / n
}
