package models

import (
	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/vec"
)

// Boltzmann is RBM's p as numbers: V visible and H hidden bits, W [H,V], b [V], c [H]. Its
// methods are in nats.
type Boltzmann struct {
	V, H    int
	W, B, C []float64
}

// inputs are c + W x of rows x [R,V], [R,H]; back b + W'h of rows h [R,H].
func (f *Boltzmann) inputs(x []float64) []float64 {
	r := len(x) / f.V
	a := make([]float64, r*f.H)
	blas.GemmFrom(false, true, r, f.H, f.V, x, f.W, f.C, a)
	return a
}

func (f *Boltzmann) back(h []float64) []float64 {
	r := len(h) / f.H
	a := make([]float64, r*f.V)
	blas.GemmFrom(false, false, r, f.V, f.H, h, f.W, f.B, a)
	return a
}

// Potential is -F(x) = b'x + sum_j softplus(c_j + W_j x) of rows x [R,V].
func (f *Boltzmann) Potential(x []float64) []float64 {
	return summed(x, f.B, f.inputs(x))
}

// dual is the same with the visible bits summed out: c'h + sum_i softplus(b_i + W'_i h).
func (f *Boltzmann) dual(h []float64) []float64 {
	return summed(h, f.C, f.back(h))
}

// summed is b'x + sum softplus(a) of each row.
func summed(x, b, a []float64) []float64 {
	vec.Softplus(a, a)
	d, n := len(b), len(x)/len(b)
	out := make([]float64, n)
	for i := range out {
		out[i] = vec.Dot(x[i*d:(i+1)*d], b) + vec.Sum(a[i*len(a)/n:(i+1)*len(a)/n])
	}
	return out
}

// LogZ is the log of the sum of exp(-F) over all x, or of its dual over all h where these
// are fewer; at most 2^16 of either.
func (f *Boltzmann) LogZ() float64 {
	if f.H < f.V {
		return vec.LogSumExp64(f.dual(allBits(f.H)))
	}
	return vec.LogSumExp64(f.Potential(allBits(f.V)))
}
