package models

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/vec"
)

// renyiOfGaussians is 1/(1-alpha) log E_q (p/q)^(1-alpha) of p = N(m, P^-1) and q = N(m + delta, C), C = L L': at
// 1 it is -KL(q || p), at 0 nothing. With A = (1-alpha) P + alpha Q, Q = C^-1,
//
//	(1-alpha) R = (1-alpha)/2 log|P| - alpha/2 log|C| - 1/2 log|A| - 1/2 [ alpha delta'Q delta - alpha^2 (Q delta)'A^-1 (Q delta) ]
//
// and infinite where A is not positive. NaN where a number is none.
//
// Gil, Alajaji and Linder 2013; Li and Turner 2016 (1602.02311).
func renyiOfGaussians(alpha float64, precision, delta []float64, l *linalg.Cholesky) float64 {
	n := len(delta)
	if s := vec.Sum(delta) + vec.Sum(l.L); s-s != 0 {
		return nan
	}
	p, err := linalg.NewCholesky(precision, n, 0)
	if err != nil {
		return nan
	}
	if alpha == 1 { // -1/2 [ -log|P| - log|C| - n + tr(P C) + delta'P delta ]
		kl := -p.LogDet() - l.LogDet() - float64(n)
		u := make([]float64, n)
		for k := -1; k < n; k++ { // of delta, and of every column of L, u'P u
			copy(u, delta)
			for i := range u {
				if k >= 0 {
					u[i] = l.L[i*n+k]
				}
			}
			for i := range n {
				kl += float64(u[i] * vec.Dot(precision[i*n:i*n+n], u))
			}
		}
		return float64(-0.5 * kl)
	}
	q, a, qd := make([]float64, n*n), make([]float64, n*n), make([]float64, n)
	l.Inverse(q)
	for i := range a {
		a[i] = float64((1-alpha)*precision[i]) + float64(alpha*q[i])
	}
	chol, err := linalg.NewCholesky(a, n, 0)
	for i := range n { // zero up to rounding is not positive
		if err != nil || chol.L[i*n+i]*chol.L[i*n+i] < 1e-13*(math.Abs((1-alpha)*precision[i*n+i])+math.Abs(alpha*q[i*n+i])) {
			return math.Copysign(inf, 1-alpha)
		}
	}
	quad := 0.0
	for i := range qd {
		qd[i] = alpha * vec.Dot(q[i*n:i*n+n], delta)
		quad += float64(qd[i] * delta[i])
	}
	chol.Lower(qd)
	quad -= vec.SumSq(qd)
	return 0.5 * (float64((1-alpha)*p.LogDet()) - float64(alpha*l.LogDet()) - chol.LogDet() - quad) / (1 - alpha)
}
