package models

import "github.com/vibench/bench/core/vec"

// HiddenChain is HMM's p as numbers: Pi [K], A [K,K], B [K,M]. Its methods take one string of
// symbols x, and time and memory that are linear in its length.
type HiddenChain struct {
	K, M     int
	Pi, A, B []float64
}

// forward sets alpha [T,K] to p(s_t | x_1..x_t) and scale [T] to p(x_t | x_1..x_{t-1}).
//
//	alpha_t(k) scale_t = B_{k x_t} sum_j alpha_{t-1}(j) A_jk
func (f *HiddenChain) forward(x, alpha, scale []float64) {
	k := f.K
	for t, symbol := range x {
		to := alpha[t*k : (t+1)*k]
		if t == 0 {
			copy(to, f.Pi)
		} else {
			clear(to)
			for j, a := range alpha[(t-1)*k : t*k] {
				for i, v := range f.A[j*k : (j+1)*k] {
					to[i] += float64(a * v)
				}
			}
		}
		sum := 0.0
		for i := range to {
			to[i] *= f.B[i*f.M+int(symbol)]
			sum += to[i]
		}
		scale[t] = sum
		for i := range to {
			to[i] /= sum
		}
	}
}

// LogEvidence is log p(x), the sum of the logs of the scales.
func (f *HiddenChain) LogEvidence(x []float64) float64 {
	scale := make([]float64, len(x))
	f.forward(x, make([]float64, len(x)*f.K), scale)
	vec.Log(scale, scale)
	return vec.Sum(scale)
}

// Posterior is p(s_t = k | x), [T,K].
func (f *HiddenChain) Posterior(x []float64) []float64 {
	gamma := make([]float64, len(x)*f.K)
	f.smooth(x, gamma, nil)
	return gamma
}

// Count adds to counts the expected ones of a string: first states, transitions, symbols.
func (f *HiddenChain) Count(x []float64, counts *HiddenChain) {
	k := f.K
	gamma := make([]float64, len(x)*k)
	f.smooth(x, gamma, counts.A)
	for i := range k {
		counts.Pi[i] += gamma[i]
	}
	for t, symbol := range x {
		for i, g := range gamma[t*k : (t+1)*k] {
			counts.B[i*f.M+int(symbol)] += g
		}
	}
}

// smooth sets gamma [T,K] to p(s_t | x) and adds to pairs [K,K], unless it is nil, the
// chances of s_t, s_{t+1}. With beta_T = 1,
//
//	beta_t(j) = sum_k A_jk B_{k x_{t+1}} beta_{t+1}(k) / scale_{t+1},   gamma_t = alpha_t beta_t
//	xi_t(j,k) = alpha_t(j) A_jk B_{k x_{t+1}} beta_{t+1}(k) / scale_{t+1}
func (f *HiddenChain) smooth(x, gamma, pairs []float64) {
	k := f.K
	scale, beta, ahead := make([]float64, len(x)), make([]float64, k), make([]float64, k)
	f.forward(x, gamma, scale)
	for i := range beta {
		beta[i] = 1
	}
	for t := len(x) - 2; t >= 0; t-- {
		for i := range ahead {
			ahead[i] = float64(f.B[i*f.M+int(x[t+1])]*beta[i]) / scale[t+1]
		}
		alpha := gamma[t*k : (t+1)*k]
		for j, a := range alpha {
			sum := 0.0
			for i, v := range f.A[j*k : (j+1)*k] {
				p := float64(v * ahead[i])
				sum += p
				if pairs != nil {
					pairs[j*k+i] += float64(a * p)
				}
			}
			beta[j] = sum
		}
		for j := range alpha {
			alpha[j] *= beta[j]
		}
	}
}

// Viterbi is the most probable path s_1..s_T given x, and log p(s, x); of equal paths the one
// whose last states are lowest.
func (f *HiddenChain) Viterbi(x []float64) (path []int, logp float64) {
	k := f.K
	logs := func(x []float64) []float64 {
		y := make([]float64, len(x))
		vec.Log(y, x)
		return y
	}
	pi, a, b := logs(f.Pi), logs(f.A), logs(f.B)
	from, best, next := make([]int, len(x)*k), make([]float64, k), make([]float64, k)
	for t, symbol := range x {
		for i := range k {
			if t == 0 {
				next[i] = pi[i]
			} else {
				top := 0
				for j := range k {
					if best[j]+a[j*k+i] > best[top]+a[top*k+i] {
						top = j
					}
				}
				from[t*k+i], next[i] = top, best[top]+a[top*k+i]
			}
			next[i] += b[i*f.M+int(symbol)]
		}
		best, next = next, best
	}
	last := 0
	for i, v := range best {
		if v > best[last] {
			last = i
		}
	}
	path, logp = make([]int, len(x)), best[last]
	for t := len(x) - 1; t >= 0; t-- {
		path[t] = last
		last = from[t*k+last]
	}
	return path, logp
}
