package metrics

import (
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/vi"
)

// Subspace is what a linear autoencoder lacks to principal components, on the data trained on.
// With l the eigenvalues of their covariance in falling order and H the size of a code,
//
//	subspace/excess  mean ||x - E[x|z]||^2 / sum_i>H l_i - 1, not below 0 but by rounding
//	subspace/sine    of the largest angle between the span of the atoms and that of the first
//	                 H eigenvectors, 0 to 1
//
// There is no excess where the eigenvalues left out are none to speak of (1e-12 of all), no sine
// where the atoms span less than H dimensions, or l_H is l_H+1.
//
// Baldi and Hornik 1989; angles Bjorck and Golub 1973 (doi 10.2307/2005662).
type Subspace struct {
	When string `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only, for the cost"`
}

func (Subspace) Name() string    { return "subspace" }
func (Subspace) Better() string  { return "lower" }
func (Subspace) Unit() string    { return "" }
func (Subspace) Needs() []vi.Cap { return []vi.Cap{vi.Subspace, vi.Atoms, vi.Render} }
func (m Subspace) AtEnd() bool   { return m.When == "end" }
func (Subspace) Emits(vi.Sheet) []string {
	return []string{"subspace/excess", "subspace/sine"}
}

func (m Subspace) Measure(e *Eval, o *Out) {
	w := e.Work
	n, d := w.Data.N, w.Data.D
	model, ok := w.Model.(interface {
		vi.Dictionary
		vi.Renderer
	})
	if !ok {
		o.Missing("subspace/excess", "the model is no linear autoencoder")
		o.Missing("subspace/sine", "the model is no linear autoencoder")
		return
	}
	atoms := model.Atoms(w.Params)
	h := len(atoms) / d
	values, vectors, err := components(w.Data.X, d)
	if err != nil {
		o.Missing("subspace/excess", "the data are not finite")
		o.Missing("subspace/sine", "the data are not finite")
		return
	}
	all, left := 0.0, 0.0
	for i, l := range values {
		all += l
		if i >= h {
			left += l
		}
	}
	total := 0.0
	s := w.Step(e.Step, w.All, &vi.Keyed{Key: e.key(place{true, n})})
	x, back := s.X.Value(), model.Render(s, s.Posterior().Sample(s.Noise("z"), 1)).Value()
	for i := range n * d {
		r := x.At(i) - back.At(i)
		total += float64(r * r)
	}
	switch excess := total/float64(n)/left - 1; {
	case !(left > 1e-12*all):
		o.Missing("subspace/excess", "nothing is left out")
	case excess-excess != 0:
		o.Missing("subspace/excess", "a mean of x is not finite")
	default:
		o.Put("subspace/excess", excess)
	}
	q, ok := orthonormal(atoms, d)
	switch {
	case !ok:
		o.Missing("subspace/sine", "the atoms span fewer dimensions than there are")
	case h < d && !(values[h-1]-values[h] > 1e-12*values[0]):
		o.Missing("subspace/sine", "the first %d eigenvectors span no one subspace", h)
	default:
		o.Put("subspace/sine", sine(q, vectors, d, h))
	}
}

// components are the eigenvalues, falling, and vectors [D,D] of the covariance of rows x.
func components(x []float64, d int) (values, vectors []float64, err error) {
	n := len(x) / d
	mean, r := make([]float64, d), make([]float64, len(x))
	for i, v := range x {
		mean[i%d] += v / float64(n)
	}
	for i, v := range x {
		r[i] = (v - mean[i%d]) / math.Sqrt(float64(n))
	}
	cov := make([]float64, d*d)
	blas.Gemm(true, false, d, d, n, r, r, cov)
	return linalg.Symmetric(cov, d)
}

// orthonormal is a basis of the span of columns a [D,H], by Gram and Schmidt, twice.
func orthonormal(a []float64, d int) (q []float64, ok bool) {
	h := len(a) / d
	q = append([]float64{}, a...)
	dot := func(i, j int) (s float64) {
		for r := range d {
			s += float64(q[r*h+i] * q[r*h+j])
		}
		return s
	}
	for j := range h {
		was := dot(j, j)
		for range 2 {
			for i := range j {
				c := dot(i, j)
				for r := range d {
					q[r*h+j] -= float64(c * q[r*h+i])
				}
			}
		}
		is := dot(j, j)
		if !(is > 1e-20*was) || is-is != 0 {
			return nil, false
		}
		for r := range d {
			q[r*h+j] /= math.Sqrt(is)
		}
	}
	return q, true
}

// sine of the largest angle between the span of q [D,H] and that of the first H columns of v
// [D,D]: the root of the largest eigenvalue of R'R, R what of q lies in the other columns.
func sine(q, v []float64, d, h int) float64 {
	if h == d {
		return 0
	}
	rest := make([]float64, d*h) // V'q
	blas.Gemm(true, false, d, h, d, v, q, rest)
	r := rest[h*h:]
	rr := make([]float64, h*h)
	blas.Gemm(true, false, h, h, d-h, r, r, rr)
	values, _, err := linalg.Symmetric(rr, h)
	if err != nil {
		return math.NaN()
	}
	return math.Sqrt(min(max(values[0], 0), 1))
}
