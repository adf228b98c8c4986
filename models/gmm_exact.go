package models

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/vec"
)

// Mixture is GMM's p as numbers. Its methods take rows x [N,D] and are in nats.
type Mixture struct {
	K, D  int
	LogPi []float64 // [K]
	Mu    []float64 // [K,D]
	L     []float64 // [K,D,D], lower

	white []float64 // [K*D,D+1]: (L^-1, -L^-1 mu), by which (x, 1) gives every component's y
	base  []float64 // [K]: log pi - log det L - D/2 log 2 pi
}

// NewMixture is of weights by their logits; a diagonal of L that is zero or no number is an error.
func NewMixture(logits, mu, l []float64) (*Mixture, error) {
	k := len(logits)
	d := len(mu) / k
	f := &Mixture{K: k, D: d, LogPi: make([]float64, k), Mu: mu, L: l, white: make([]float64, k*d*(d+1)), base: make([]float64, k)}
	total := vec.LogSumExp64(logits)
	for i := range k {
		f.LogPi[i] = logits[i] - total
		f.base[i] = f.LogPi[i] - 0.5*float64(d)*log2Pi
		l, w := l[i*d*d:(i+1)*d*d], f.white[i*d*(d+1):(i+1)*d*(d+1)]
		for a := range d {
			diagonal := l[a*d+a]
			if diagonal == 0 || diagonal-diagonal != 0 {
				return nil, fmt.Errorf("models: mixture: component %d: pivot %d of L is %g; need one that is not 0", i+1, a+1, diagonal)
			}
			f.base[i] -= vec.Log64(math.Abs(diagonal))
			row := w[a*(d+1) : (a+1)*(d+1)]
			row[a], row[d] = 1, -mu[i*d+a]
			for b := range a { // row a of L (L^-1, -L^-1 mu) = (I, -mu)
				for c, v := range w[b*(d+1) : (b+1)*(d+1)] {
					row[c] -= float64(l[a*d+b] * v)
				}
			}
			for c := range row {
				row[c] /= diagonal
			}
		}
	}
	return f, nil
}

// mixtureBlock is how many rows go together: all of a block's y stays in cache.
const mixtureBlock = 256

// white are a block's rows in every component's coordinates.
type whitened struct {
	x []float64 // [D+1,B], the rows and ones
	y []float64 // [K,D,B]
	a []float64 // [K,B], log pi_k N(x; k)
}

// blocks gives f every block of rows, in order, with its first row.
func (f *Mixture) blocks(x []float64, do func(first int, w *whitened, rows int)) {
	n, d, k := len(x)/f.D, f.D, f.K
	most := min(n, mixtureBlock)
	all := whitened{make([]float64, (d+1)*most), make([]float64, k*d*most), make([]float64, k*most)}
	for lo := 0; lo < n; lo += mixtureBlock {
		b := min(n-lo, mixtureBlock)
		w := &whitened{all.x[:(d+1)*b], all.y[:k*d*b], all.a[:k*b]}
		blas.Transpose(b, d, x[lo*d:(lo+b)*d], w.x[:d*b])
		for i := range b {
			w.x[d*b+i] = 1
		}
		blas.GemmFrom(false, false, k*d, b, d+1, f.white, w.x, nil, w.y)
		for i := range k {
			a := w.a[i*b : (i+1)*b]
			clear(a)
			for j := range d {
				y := w.y[(i*d+j)*b:][:len(a)]
				for c, v := range y {
					a[c] += float64(v * v)
				}
			}
			for c, v := range a {
				a[c] = f.base[i] - float64(0.5*v)
			}
		}
		do(lo, w, b)
	}
}

// normalise makes a [K,B] of logits their softmax over k, logp [B] the log of what that divided by.
func normalise(a, logp []float64) {
	b := len(logp)
	k := len(a) / b
	top, sum := make([]float64, b), logp
	copy(top, a[:b])
	for i := 1; i < k; i++ {
		for c, v := range a[i*b:][:len(top)] {
			top[c] = max(top[c], v)
		}
	}
	clear(sum)
	for i := range k {
		row := a[i*b:][:len(top)]
		for c, t := range top {
			row[c] -= t
		}
		vec.Exp(row, row)
		for c, v := range row {
			sum[c] += v
		}
	}
	inverse := make([]float64, b)
	for c, v := range sum {
		inverse[c] = 1 / v
	}
	for i := range k {
		row := a[i*b:][:len(top)]
		for c, v := range inverse {
			row[c] *= v
		}
	}
	vec.Log(logp, sum)
	for c, t := range top {
		logp[c] += t
	}
}

// LogEvidence is log p(x) of each row.
func (f *Mixture) LogEvidence(x []float64) []float64 {
	out := make([]float64, len(x)/f.D)
	f.blocks(x, func(first int, w *whitened, rows int) { normalise(w.a, out[first:first+rows]) })
	return out
}

// Logits are log pi_k N(x; mu_k, Sigma_k), [N,K].
func (f *Mixture) Logits(x []float64) []float64 {
	out := make([]float64, len(x)/f.D*f.K)
	f.blocks(x, func(first int, w *whitened, rows int) {
		blas.Transpose(f.K, rows, w.a, out[first*f.K:(first+rows)*f.K])
	})
	return out
}

// MixtureSums are what EM needs of the data: of every component the sums over rows of its
// responsibility r [K], of r y [K,D] and of r y y' [K,D,D], y = L^-1 (x - mu), and log p(x)
// over all rows.
type MixtureSums struct{ R, Y, YY, LogP []float64 }

// Sums are by responsibilities, or hard by the most probable component, the first of equals.
func (f *Mixture) Sums(x []float64, hard bool) *MixtureSums {
	k, d := f.K, f.D
	u := &MixtureSums{make([]float64, k), make([]float64, k*d), make([]float64, k*d*d), make([]float64, len(x)/d)}
	ry := make([]float64, d*mixtureBlock)
	f.blocks(x, func(first int, w *whitened, b int) {
		logp := u.LogP[first : first+b]
		if hard {
			assign(w.a, b)
		} else {
			normalise(w.a, logp)
		}
		for i := range k {
			r, y, z := w.a[i*b:(i+1)*b], w.y[i*d*b:(i+1)*d*b], ry[:d*b]
			u.R[i] += vec.Sum(r)
			for j := range d {
				from, to := y[j*b:][:len(r)], z[j*b:][:len(r)]
				for c, v := range r {
					to[c] = v * from[c]
				}
				u.Y[i*d+j] += vec.Sum(to)
			}
			blas.Gemm(false, true, d, d, b, z, y, u.YY[i*d*d:(i+1)*d*d])
		}
	})
	return u
}

// assign makes a [K,B] of logits one-hot at the largest, the first of equals.
func assign(a []float64, b int) {
	for c := range b {
		best := c
		for i := c; i < len(a); i += b {
			if a[i] > a[best] {
				best = i
			}
		}
		for i := c; i < len(a); i += b {
			a[i] = 0
		}
		a[best] = 1
	}
}
