package metrics

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/vi"
)

// CovError is the error of a model's covariance against that by which the data were made,
// |S - S*| / |S*| by Frobenius' norm.
type CovError struct{}

func (CovError) Name() string            { return "cov-error" }
func (CovError) Better() string          { return "lower" }
func (CovError) Unit() string            { return "" }
func (CovError) Needs() []vi.Cap         { return []vi.Cap{vi.Normal} }
func (CovError) Samples() bool           { return false }
func (CovError) Masked() bool            { return true }
func (CovError) Emits(vi.Sheet) []string { return []string{"cov-error"} }
func (CovError) Measure(e *Eval, o *Out) {
	want := e.Work.Data.Cov
	m, ok := e.Work.Model.(vi.Marginal)
	if want == nil || !ok {
		o.Missing("cov-error", "the covariance of the data, or the model's, is not known")
		return
	}
	_, got := m.Marginal(e.Work.Params)
	off, all := 0.0, 0.0
	for i, v := range want {
		off, all = off+float64((got[i]-v)*(got[i]-v)), all+float64(v*v)
	}
	o.Put("cov-error", math.Sqrt(off/all))
}

// inverse of a positive definite matrix [n,n].
func inverse(a []float64, n int) ([]float64, error) {
	chol, err := linalg.NewCholesky(a, n, 1e-14)
	if err != nil {
		return nil, err
	}
	out, column := make([]float64, n*n), make([]float64, n)
	for j := range n {
		clear(column)
		column[j] = 1
		chol.Solve(column)
		for i, v := range column {
			out[i*n+j] = v
		}
	}
	return out, nil
}
