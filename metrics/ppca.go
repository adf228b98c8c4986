package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// PPCA holds a linear decoder of isotropic noise against probabilistic PCA of the data
// trained on, by the eigenvalues l_1 >= l_2 .. of their covariance, L factors of D:
//
//	ppca/units = #{ i <= L: l_i > beta sigma^2 }, the units that pay for themselves
//	ppca/miss  = | active units - ppca/units |
//	ppca/short = -1/2 [ D log 2 pi + sum_{i <= L} log l_i + (D-L) log s2 + D ] - ELBO
//
// s2 the mean of the eigenvalues after L: by how much the ELBO is below the largest
// log-likelihood that any W, offset and noise have. A unit is active where its posterior
// mean has a variance above least. beta is that of the objective trained by.
//
// At the end the arrays ppca/spectrum, ppca/variance and ppca/threshold have l_1 .. l_D, the
// variance of each unit's posterior mean, and beta sigma^2 with least.
//
// Tipping and Bishop 1999; Lucas, Tucker, Grosse and Norouzi 2019 (1911.02469).
type PPCA struct {
	Beta  float64 `name:"beta" min:"0" doc:"weight of the KL in the objective"`
	Least float64 `name:"least" min:"0" doc:"variance above which a unit is active"`
}

func (PPCA) Name() string    { return "ppca" }
func (PPCA) Better() string  { return "" }
func (PPCA) Unit() string    { return "" }
func (PPCA) Needs() []vi.Cap { return []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL} }
func (PPCA) Emits(vi.Sheet) []string {
	return []string{"ppca/units", "ppca/miss", "ppca/short"}
}

func (m PPCA) Measure(e *Eval, o *Out) {
	train := On{Split: "train"}
	elbo, logsigma, why := e.linear(train)
	mu, units, ok := e.means(train, "active-units")
	values, err := spectrum(e.Work.Data)
	switch {
	case why != "":
	case !ok:
		why = "the posterior does not know its mean"
	case err != nil:
		why = err.Error()
	case len(logsigma) != 1:
		why = fmt.Sprintf("the noise has %d variances; need isotropic noise", len(logsigma))
	}
	if why != "" {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "%s", why)
		}
		return
	}
	law, active, moved, threshold := 0, 0, make([]float64, units), m.Beta*vec.Exp64(2*logsigma[0])
	for _, v := range values[:min(units, len(values))] {
		if v > threshold {
			law++
		}
	}
	for u := range units {
		if moved[u] = variance(mu[u:], units); moved[u] > m.Least {
			active++
		}
	}
	if e.Last {
		o.Keep("ppca/spectrum", values)
		o.Keep("ppca/variance", moved)
		o.Keep("ppca/threshold", []float64{threshold, m.Least})
	}
	o.Put("ppca/units", float64(law))
	o.Put("ppca/miss", math.Abs(float64(active-law)))
	best, ok := mostLikely(values, units)
	if !ok {
		o.Missing("ppca/short", "the covariance of the data has lost rank: the likelihood has no largest value")
		return
	}
	o.Put("ppca/short", best-elbo)
}

// mostLikely is the largest mean log-likelihood of probabilistic PCA with l factors.
func mostLikely(values []float64, l int) (float64, bool) {
	d := len(values)
	s, rest := float64(float64(d)*(log2Pi+1)), 0.0
	for i, v := range values {
		if i >= l {
			rest += v / float64(d-l)
			continue
		}
		if !(v > 0) {
			return 0, false
		}
		s += vec.Log64(v)
	}
	if l < d {
		if !(rest > 0) {
			return 0, false
		}
		s += float64(float64(d-l) * vec.Log64(rest))
	}
	return -0.5 * s, true
}

const log2Pi = 1.8378770664093454836

// spectrum is the eigenvalues of the covariance of data, over N, falling. Those that
// rounding alone keeps from zero are zero.
func spectrum(d *vi.Data) ([]float64, error) {
	mean, n := make([]float64, d.D), float64(d.N)
	for i, x := range d.X {
		mean[i%d.D] += x / n
	}
	r, cov := make([]float64, len(d.X)), make([]float64, d.D*d.D)
	for i, x := range d.X {
		r[i] = x - mean[i%d.D]
	}
	blas.Gemm(true, false, d.D, d.D, d.N, r, r, cov)
	vec.Scale(1/n, cov)
	values, _, err := linalg.Symmetric(cov, d.D)
	for i, v := range values {
		if v < 1e-12*values[0] {
			values[i] = 0
		}
	}
	return values, err
}

// linear is the mean ELBO of a linear decoder in closed form, and its log sigma, one or
// as many as coordinates.
func (e *Eval) linear(o On) (elbo float64, logsigma []float64, why string) {
	p := e.at(o)
	if _, ok := e.of(p).Model.(vi.LinearDecoder); !ok {
		return 0, nil, "the model has no linear decoder"
	}
	why = e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p)}, func(s *vi.Step, rows int) string {
		for _, x := range s.ClosedELBO().Float64s()[:rows] {
			elbo += x
		}
		_, ls := s.Linear()
		logsigma = ls.Value().AppendTo(logsigma[:0])
		return ""
	})
	return elbo / float64(p.n), logsigma, why
}
