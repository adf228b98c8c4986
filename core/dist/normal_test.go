package dist_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Log-densities against gonum's, for every way in which one row may stand for many.
func TestNormalLogProb(t *testing.T) {
	const b, d = 3, 4
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		for _, k := range []int{1, 2, 5} {
			for _, mrows := range []int{1, b, b * k} {
				for _, srows := range []int{1, b, b * k} {
					tp := tape.New(params(t, prec))
					q := dist.Normal{T: tp, B: b, Mu: leaf(tp, mrows, d, 0.4), LogSigma: leaf(tp, srows, d, 1.1)}
					z := leaf(tp, b*k, d, 2.7)
					lp := q.LogProb(dist.Value{Node: z, K: k})
					if r, c := lp.Shape(); r != k || c != b {
						t.Fatalf("shape [%d,%d]; want [%d,%d]", r, c, k, b)
					}
					for r, got := range lp.Float64s() {
						want := 0.0
						for j := range d {
							n := distuv.Normal{Mu: at(q.Mu, b*k, r, j), Sigma: math.Exp(at(q.LogSigma, b*k, r, j))}
							want += n.LogProb(at(z, b*k, r, j))
						}
						tol := 1e-13
						if prec == tape.Float32 {
							tol = 1e-6
						}
						near(t, fmt.Sprintf("%s, k %d, rows %d, %d", prec, k, mrows, srows), got, want, tol)
					}
				}
			}
		}
	}
}

// KL against the integral of q (log q - log p), by the trapezoid rule, which is
// exact to rounding for these.
func TestNormalKL(t *testing.T) {
	const b, d = 3, 2
	for _, qm := range []int{1, b} {
		for _, qs := range []int{1, b} {
			for _, pr := range []int{1, b} {
				tp := tape.New(params(t, tape.Float64))
				q := dist.Normal{T: tp, B: b, Mu: leaf(tp, qm, d, 0.4), LogSigma: leaf(tp, qs, d, 1.1)}
				p := dist.Normal{T: tp, B: b, Mu: leaf(tp, pr, d, 2.0), LogSigma: leaf(tp, pr, d, 3.0)}
				kl, ok := q.KL(p)
				if !ok {
					t.Fatal("no closed form for two Normals")
				}
				if r, c := kl.Shape(); r != 1 || c != b {
					t.Fatalf("shape [%d,%d]; want [1,%d]", r, c, b)
				}
				for n, got := range kl.Float64s() {
					want := 0.0
					for j := range d {
						qj := distuv.Normal{Mu: at(q.Mu, b, n, j), Sigma: math.Exp(at(q.LogSigma, b, n, j))}
						pj := distuv.Normal{Mu: at(p.Mu, b, n, j), Sigma: math.Exp(at(p.LogSigma, b, n, j))}
						const h = 1.0 / 64
						for i := -2000; i <= 2000; i++ {
							z := h * float64(i)
							want += h * qj.Prob(z) * (qj.LogProb(z) - pj.LogProb(z))
						}
					}
					near(t, "KL", got, want, 1e-12)
				}
				if self, _ := q.KL(q); math.Abs(self.Float64s()[0]) > 1e-15 {
					t.Errorf("KL(q || q) = %g", self.Float64s()[0])
				}
			}
		}
	}
	tp := tape.New(params(t, tape.Float64))
	q := dist.Normal{T: tp, B: 1, Mu: tp.Leaf(1, 1), LogSigma: tp.Leaf(1, 1)}
	if _, ok := q.KL(dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}); ok {
		t.Error("a closed KL of a Normal from a Bernoulli")
	}
}

// Samples have the mean and variance they should, datum by datum and coordinate
// by coordinate: 24 z-scores at 5.3, false alarm 2.8e-6 in all.
func TestNormalSamples(t *testing.T) {
	const b, d, k = 3, 2, 20000
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		tp := tape.New(params(t, prec))
		q := dist.Normal{T: tp, B: b, Mu: leaf(tp, b, d, 0.4), LogSigma: leaf(tp, 1, d, 1.1)}
		z := q.Sample(keyed{rng.Root(1)}, k)
		if r, c := z.Node.Shape(); r != b*k || c != d || z.K != k {
			t.Fatalf("shape [%d,%d], K %d", r, c, z.K)
		}
		for n := range b {
			for j := range d {
				s, ss := 0.0, 0.0
				mu, sigma := at(q.Mu, b, n, j), math.Exp(at(q.LogSigma, b, n, j))
				for i := range k {
					e := (z.Node.Value().At((n*k+i)*d+j) - mu) / sigma
					s, ss = s+e, ss+e*e
				}
				if zm, zv := s/math.Sqrt(k), (ss-k)/math.Sqrt(2*k); math.Abs(zm) > 5.3 || math.Abs(zv) > 5.3 {
					t.Errorf("%s: datum %d, coordinate %d: z of the mean %.2f, of the variance %.2f", prec, n, j, zm, zv)
				}
			}
		}
	}
}

// More samples extend fewer, a datum's do not depend on the batch around it.
func TestSamplesExtend(t *testing.T) {
	const d = 3
	draw := func(b, k int) tape.Vector {
		tp := tape.New(params(t, tape.Float64))
		q := dist.Normal{T: tp, B: b, Mu: tp.Leaf(1, d), LogSigma: tp.Leaf(1, d)}
		return q.Sample(keyed{rng.Root(2)}, k).Node.Value()
	}
	few, many := draw(2, 5), draw(3, 50)
	for n := range 2 {
		if !bytes.Equal(few.Slice(n*5*d, (n+1)*5*d).Bits(), many.Slice(n*50*d, (n*50+5)*d).Bits()) {
			t.Errorf("datum %d: 5 samples are not the first of 50", n)
		}
	}
}

// The sample is live: d/dmu of sum c z is sum c, d/dlogsigma is sum c (z - mu).
func TestNormalPath(t *testing.T) {
	p := params(t, tape.Float64, tape.Spec{Name: "inf/mu", Rows: 1, Cols: 2}, tape.Spec{Name: "inf/s", Rows: 1, Cols: 2})
	tp := tape.New(p)
	q := dist.Normal{T: tp, B: 1, Mu: tp.Param("inf/mu"), LogSigma: tp.Param("inf/s")}
	const k = 3
	z := q.Sample(keyed{rng.Root(3)}, k)
	g := tp.Ascend(tape.Surrogate{Inf: z.Node.SumD(k).Sum()})[tape.Inf]
	for j := range 2 {
		want := 0.0
		for i := range k {
			want += z.Node.Value().At(i*2+j) - q.Mu.Value().At(j)
		}
		near(t, "d mu", g.At(j), k, 1e-14)
		near(t, "d logsigma", g.At(2+j), want, 1e-14)
	}
	g = tp.Ascend(tape.Surrogate{Inf: z.Stop().Node.SumD(k).Sum()})[tape.Inf]
	for i := range g.Len() {
		if g.At(i) != 0 {
			t.Errorf("a stopped sample has a path: %g", g.At(i))
		}
	}
}
