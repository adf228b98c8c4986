package models_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"pgregory.net/rapid"

	"github.com/vibench/bench/models"
)

// problem is a toy at one datum, drawn by rapid.
type problem struct {
	models.Toy
	x []float64
}

func numbers(t *rapid.T, name string, n int) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-1.5, 1.5), n, n).Draw(t, name)
}

func problemOf(t *rapid.T, least float64) problem {
	d := rapid.IntRange(1, 3).Draw(t, "d")
	return problem{models.Toy{
		D: d, S: rapid.Float64Range(least, 2).Draw(t, "s"),
		Mu: numbers(t, "mu", d), A: numbers(t, "A", d*d), B: numbers(t, "b", d),
	}, numbers(t, "x", d)}
}

// mean of q by the definition A x + b.
func (p problem) mean() []float64 {
	m := append([]float64(nil), p.B...)
	for i := range m {
		for j, x := range p.x {
			m[i] += p.A[i*p.D+j] * x
		}
	}
	return m
}

func logNormal(x, mu, variance float64) float64 {
	return -0.5 * ((x-mu)*(x-mu)/variance + math.Log(2*math.Pi*variance))
}

// logJoint and logQ of one dimension, by their definitions: everything in the
// toy but A x factors over dimensions.
func (p problem) logJoint(i int, z float64) float64 {
	return logNormal(z, p.Mu[i], 1) + logNormal(p.x[i], z, 1)
}

// integral is the trapezoid rule on the line, exact to rounding for the
// Gaussians here: the step is far below their width and the ends far beyond it.
func integral(f func(z float64) float64) float64 {
	const end, h = 150.0, 1.0 / 16
	s := 0.0
	for i := -int(end / h); i <= int(end/h); i++ {
		s += f(h * float64(i))
	}
	return h * s
}

func near(t rapid.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Fatalf("%s: got %.15g; want %.15g", what, got, want)
	}
}

// The evidence, KL, ELBO and weight variance against integrals over z of the two
// densities as the model states them.
func TestToyAgainstQuadrature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		m, logp, elbo, second := p.mean(), 0.0, 0.0, 1.0
		for i := range p.D {
			z := integral(func(z float64) float64 { return math.Exp(p.logJoint(i, z)) })
			logp += math.Log(z)
			elbo += integral(func(z float64) float64 {
				lq := logNormal(z, m[i], p.S)
				return math.Exp(lq) * (p.logJoint(i, z) - lq)
			})
			second *= integral(func(z float64) float64 {
				return math.Exp(2*p.logJoint(i, z) - logNormal(z, m[i], p.S) - 2*math.Log(z0(p, i)))
			})
		}
		near(t, "log p(x)", p.LogEvidence(p.x), logp, 1e-11)
		near(t, "ELBO", p.ELBO(p.x), elbo, 1e-11)
		near(t, "KL", p.KL(p.x), logp-elbo, 1e-10)
		near(t, "1 + g2", 1+p.ChiSquare(p.x), second, 1e-9)
		near(t, "bias", p.BoundBias(p.x, 7), (second-1)/14, 1e-9)
	})
}

// z0 is the evidence of one dimension: x is N(mu, 2).
func z0(p problem, i int) float64 { return math.Exp(logNormal(p.x[i], p.Mu[i], 2)) }

func gaussian(t rapid.TB, mu []float64, variance float64) *distmv.Normal {
	c := mat.NewSymDense(len(mu), nil)
	for i := range mu {
		c.SetSym(i, i, variance)
	}
	n, ok := distmv.NewNormal(mu, c, nil)
	if !ok {
		t.Fatalf("covariance %g is not positive", variance)
	}
	return n
}

func (p problem) posterior() []float64 {
	a := make([]float64, p.D)
	for i := range a {
		a[i] = (p.x[i] + p.Mu[i]) / 2
	}
	return a
}

// A second implementation of the divergences: gonum's. The bound of order alpha
// is log p(x) less the Renyi divergence of q from the posterior, and 1 + g2 is
// the exponential of the divergence of order 2 the other way round.
func TestToyAgainstGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		q, post, evidence := gaussian(t, p.mean(), p.S), gaussian(t, p.posterior(), 0.5), gaussian(t, p.Mu, 2)
		near(t, "log p(x)", p.LogEvidence(p.x), evidence.LogProb(p.x), 1e-12)
		near(t, "KL", p.KL(p.x), distmv.KullbackLeibler{}.DistNormal(q, post), 1e-12)
		for i, d := range p.Delta(p.x) {
			near(t, "delta", d, q.Mean(nil)[i]-post.Mean(nil)[i], 1e-13)
		}
		alpha := rapid.Float64Range(0.01, 0.99).Draw(t, "alpha")
		near(t, "Renyi", p.Renyi(p.x, alpha), evidence.LogProb(p.x)-distmv.Renyi{Alpha: alpha}.DistNormal(q, post), 1e-10)
	})
}

// The Renyi bound by quadrature, for orders below 0, between 0 and 1, and above 1.
func TestRenyiAgainstQuadrature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, m := problemOf(t, 0.3), []float64(nil)
		m = p.mean()
		for _, alpha := range []float64{-0.5, 0.25, 0.75, 1.5, 2} {
			if tau := 2*(1-alpha) + alpha/p.S; tau < 0.3 {
				if tau < -1e-9 && !math.IsNaN(p.Renyi(p.x, alpha)) {
					t.Fatalf("alpha = %g, s = %g: got %g for an integral that diverges; want NaN", alpha, p.S, p.Renyi(p.x, alpha))
				}
				continue
			}
			logJ := 0.0
			for i := range p.D {
				// scaled by the evidence's power, so that a far datum does not underflow
				logJ += math.Log(integral(func(z float64) float64 {
					return math.Exp((1-alpha)*(p.logJoint(i, z)-math.Log(z0(p, i))) + alpha*logNormal(z, m[i], p.S))
				}))
			}
			near(t, "Renyi", p.Renyi(p.x, alpha), p.LogEvidence(p.x)+logJ/(1-alpha), 1e-8)
		}
	})
}

// Order 0 is log p(x), order 1 is the ELBO in the limit (linearly in 1 - alpha), and the
// bound never rises with its order.
func TestRenyiLimitsAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		near(t, "alpha = 0", p.Renyi(p.x, 0), p.LogEvidence(p.x), 1e-14)
		for _, side := range []float64{-1, 1} {
			far := math.Abs(p.Renyi(p.x, 1+side*1e-3) - p.ELBO(p.x))
			close := math.Abs(p.Renyi(p.x, 1+side*1e-5) - p.ELBO(p.x))
			if close > 0.02*far+1e-8 {
				t.Fatalf("alpha -> 1: %g off at 1e-3, %g at 1e-5", far, close)
			}
		}
		if !math.IsNaN(p.Renyi(p.x, 1)) {
			t.Fatalf("alpha = 1 has no formula; got %g", p.Renyi(p.x, 1))
		}
		last := math.Inf(1)
		for alpha := -3.0; alpha < 4; alpha += 0.01 {
			b := p.Renyi(p.x, alpha)
			if math.IsNaN(b) || math.Abs(alpha-1) < 1e-6 {
				continue
			}
			if b > last+1e-9*(1+math.Abs(last)) {
				t.Fatalf("the bound rises from %.12g to %.12g at alpha = %g", last, b, alpha)
			}
			last = b
		}
	})
}

// The ELBO's gradient by central differences of the ELBO, which is a quadratic:
// only rounding is left.
func TestToyGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		mu, a, b := p.ELBOGradient(p.x)
		for _, c := range []struct {
			name       string
			theta, got []float64
		}{{"mu", p.Mu, mu}, {"A", p.A, a}, {"b", p.B, b}} {
			for i, x := range c.theta {
				const h = 1e-3
				c.theta[i] = x + h
				up := p.ELBO(p.x)
				c.theta[i] = x - h
				down := p.ELBO(p.x)
				c.theta[i] = x
				near(t, c.name, c.got[i], (up-down)/(2*h), 1e-10)
			}
		}
	})
}

// At the optimum q's mean is the posterior's for every datum, the mean gradient
// is zero in every parameter, for one sample and in the limit of many, and no
// step away from it raises the mean ELBO.
func TestOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := rapid.IntRange(1, 4).Draw(t, "d"), rapid.IntRange(1, 6).Draw(t, "n")
		data := numbers(t, "data", n*d)
		toy := models.Optimum(data, d, 2.0/3)
		total := func(y models.Toy) (elbo float64) {
			for i := range n {
				elbo += y.ELBO(data[i*d : (i+1)*d])
			}
			return elbo
		}
		gmu := make([]float64, d)
		for i := range n {
			x := data[i*d : (i+1)*d]
			m, a, b := toy.ELBOGradient(x)
			large, _ := toy.LargeKMu(x)
			for j := range d {
				gmu[j] += m[j]
				near(t, "large-K gradient in mu", large[j], m[j], 1e-14)
				near(t, "gradient in b", b[j], 0, 1e-14)
			}
			for _, v := range a {
				near(t, "gradient in A", v, 0, 1e-14)
			}
		}
		for _, v := range gmu {
			near(t, "gradient in mu", v, 0, 1e-12)
		}
		for _, mean := range [][]float64{first(toy.LimitA(data)), first(toy.LimitB(data))} {
			for _, v := range mean {
				near(t, "large-K gradient", v, 0, 1e-13)
			}
		}
		best := total(toy)
		for _, theta := range [][]float64{toy.Mu, toy.A, toy.B} {
			for i, e := range numbers(t, "step", len(theta)) {
				theta[i] += e
			}
		}
		if got := total(toy); got > best+1e-12*math.Abs(best) {
			t.Fatalf("ELBO %.15g at the optimum, %.15g away from it", best, got)
		}
	})
}

func first(mean []float64, _ float64) []float64 { return mean }

// At s <= 1/4 the weights have no variance, and what rests on it says so.
func TestNoVarianceBelowAQuarter(t *testing.T) {
	for _, s := range []float64{0.01, 0.2, 0.25} {
		toy := models.Optimum([]float64{0.3, -1, 2, 0.4}, 2, s)
		if g := toy.ChiSquare([]float64{0.3, -1}); !math.IsInf(g, 1) {
			t.Errorf("s = %g: g2 = %g; want +Inf", s, g)
		}
		if b := toy.BoundBias([]float64{0.3, -1}, 10); !math.IsInf(b, 1) {
			t.Errorf("s = %g: bias = %g; want +Inf", s, b)
		}
	}
	// Just above, the closed form is finite and large: 1/c diverges as c -> 0.
	toy := models.Optimum([]float64{0.3}, 1, 0.25+1e-6)
	if g := toy.ChiSquare([]float64{0.3}); math.IsInf(g, 1) || g < 100 {
		t.Errorf("s just above 1/4: g2 = %g; want finite and large", g)
	}
	// The constants printed for s = 2/3: 1.032796^D and 0.022826 D.
	toy = models.Optimum([]float64{0.3}, 1, 2.0/3)
	near(t, "1 + g2", 1+toy.ChiSquare([]float64{0.3}), 1.032796, 1e-6)
	near(t, "KL", toy.KL([]float64{0.3}), 0.022826, 1e-5)
}

// Averages over data are those of the single data: means average, variances add
// over N^2, and in A a datum counts with x.
func TestLimitsAverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.4)
		n := rapid.IntRange(1, 4).Draw(t, "n")
		data := numbers(t, "data", n*p.D)
		mb, ma := make([]float64, p.D), make([]float64, p.D*p.D)
		vb, va := 0.0, 0.0
		for i := range n {
			x := data[i*p.D : (i+1)*p.D]
			m, v := p.LargeKB(x)
			xx := 0.0
			for j := range p.D {
				xx += x[j] * x[j]
				mb[j] += m[j] / float64(n)
				for l := range p.D {
					ma[j*p.D+l] += m[j] * x[l] / float64(n)
				}
			}
			vb += v / float64(n*n)
			va += v * xx / float64(n*n)
		}
		gotB, gotVB := p.LimitB(data)
		gotA, gotVA := p.LimitA(data)
		near(t, "variance in b", gotVB, vb, 1e-12)
		near(t, "variance in A", gotVA, va, 1e-12)
		for j := range mb {
			near(t, "mean in b", gotB[j], mb[j], 1e-12)
		}
		for j := range ma {
			near(t, "mean in A", gotA[j], ma[j], 1e-12)
		}
	})
}

// The large-K laws from first principles, by quadrature. L_K is the logarithm of
// a mean, so with T = d log w in b (eps fixed) and G = d log p in mu less its
// mean, and all moments under w^2 q:
//
//	K E[dL_K/db] -> -(1/2) d g2/db     K Var -> E_q[w^2 T^2] / Z^2 in b
//	                                   K Var -> E_q[w^2 G^2] / Z^2 in mu
//
// T = mu + x - 2 z because log q does not move with b at fixed eps, and G = z -
// (x + mu)/2.
func TestLargeKFromFirstPrinciples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		m := p.mean()
		// moment of one dimension: int (p(x,z)/p(x))^2 / q f
		moment := func(i int, f func(z float64) float64) float64 {
			return integral(func(z float64) float64 {
				return math.Exp(2*(p.logJoint(i, z)-math.Log(z0(p, i)))-logNormal(z, m[i], p.S)) * f(z)
			})
		}
		one := func(float64) float64 { return 1 }
		vb, vmu := 0.0, 0.0
		for i := range p.D {
			rest := 1.0
			for j := range p.D {
				if j != i {
					rest *= moment(j, one)
				}
			}
			sum, half := p.Mu[i]+p.x[i], (p.x[i]+p.Mu[i])/2
			vb += rest * moment(i, func(z float64) float64 { return (sum - 2*z) * (sum - 2*z) })
			vmu += rest * moment(i, func(z float64) float64 { return (z - half) * (z - half) })
		}
		mean, variance := p.LargeKB(p.x)
		near(t, "K Var in b", variance, vb, 1e-8)
		for i := range mean {
			const h = 1e-5
			b := p.B[i]
			p.B[i] = b + h
			up := p.ChiSquare(p.x)
			p.B[i] = b - h
			down := p.ChiSquare(p.x)
			p.B[i] = b
			g := 1 + p.ChiSquare(p.x) // of which the difference loses digits
			near(t, "K E in b", mean[i]/g, -(up-down)/(4*h)/g, 1e-6)
		}
		mean, variance = p.LargeKMu(p.x)
		near(t, "K Var in mu", variance, vmu, 1e-8)
		for i := range mean {
			const h = 1e-3 // log p(x) is a quadratic
			mu := p.Mu[i]
			p.Mu[i] = mu + h
			up := p.LogEvidence(p.x)
			p.Mu[i] = mu - h
			down := p.LogEvidence(p.x)
			p.Mu[i] = mu
			near(t, "E in mu", mean[i], (up-down)/(2*h), 1e-9)
		}
		// RWS follows E_post[d log q/db] = (posterior mean - m) / s.
		for i, got := range p.WakePhi(p.x) {
			near(t, "wake-phi", got, (p.posterior()[i]-m[i])/p.S, 1e-12)
		}
	})
}

// Path against the quotient of two integrals, from b = 0 to 1.
func TestPathAgainstQuadrature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		m, b := p.mean(), rapid.Float64Range(0, 1).Draw(t, "b")
		want := 0.0
		for i := range p.D {
			lw := func(z float64) float64 { return p.logJoint(i, z) - logNormal(z, m[i], p.S) }
			pi := func(z float64) float64 {
				return math.Exp(b*(p.logJoint(i, z)-math.Log(z0(p, i))) + (1-b)*logNormal(z, m[i], p.S))
			}
			want += integral(func(z float64) float64 { return pi(z) * lw(z) }) / integral(pi)
		}
		near(t, "E[log w] on the path", p.Path(p.x, b), want, 1e-10)
		near(t, "at 0", p.Path(p.x, 0), p.ELBO(p.x), 1e-12)
		left, _ := p.TVO(p.x, []float64{0, 1})
		near(t, "one term", left, p.ELBO(p.x), 1e-12)
	})
}

// Left sum <= log p(x) <= right sum for any nodes, closer with a node more; on
// even nodes the gap is (Path(1) - Path(0))/J exactly, and each side's share of
// it goes to a half.
func TestThermodynamicSandwich(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		nodes := []float64{0, 1}
		lastLeft, lastRight := math.Inf(-1), math.Inf(1)
		for range 6 {
			left, right := p.TVO(p.x, nodes)
			slack := 1e-12 * (1 + math.Abs(left) + math.Abs(right))
			if logp := p.LogEvidence(p.x); left > logp+slack || right < logp-slack {
				t.Fatalf("nodes %v: %g <= %g <= %g does not hold", nodes, left, logp, right)
			}
			if left < lastLeft-slack || right > lastRight+slack {
				t.Fatalf("nodes %v: from [%g, %g] to [%g, %g]", nodes, lastLeft, lastRight, left, right)
			}
			lastLeft, lastRight = left, right
			nodes = append(nodes, rapid.Float64Range(0, 1).Draw(t, "node"))
			slices.Sort(nodes)
		}
		whole := p.Path(p.x, 1) - p.Path(p.x, 0)
		for _, j := range []int{1, 4, 64, 1024} {
			left, right := p.TVO(p.x, even(j))
			near(t, "J gap", float64(j)*(right-left), whole, 1e-9)
			if share := (p.LogEvidence(p.x) - left) / (right - left); j == 1024 && whole > 1e-3 && math.Abs(share-0.5) > 0.01 {
				t.Fatalf("J = %d: the left sum has %g of the gap; want a half", j, share)
			}
		}
	})
}

// even is J+1 evenly spaced nodes.
func even(j int) []float64 {
	b := make([]float64, j+1)
	for i := range b {
		b[i] = float64(i) / float64(j)
	}
	return b
}

// The mean KL asleep against an integral over the model's data, in one
// dimension, and its gradient by central differences, in any: it is a quadratic.
func TestSleep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(t, 0.3)
		if p.D == 1 {
			want := integral(func(x float64) float64 {
				q := problem{p.Toy, []float64{x}}
				m, a := q.mean()[0], q.posterior()[0]
				return math.Exp(logNormal(x, p.Mu[0], 2)) * 0.5 * (0.5/p.S + (a-m)*(a-m)/p.S - 1 - math.Log(0.5/p.S))
			})
			near(t, "KL asleep", p.Sleep(), want, 1e-11)
		}
		a, b := p.SleepGradient()
		for _, c := range []struct {
			name       string
			theta, got []float64
		}{{"A", p.A, a}, {"b", p.B, b}} {
			for i, x := range c.theta {
				const h = 1e-3
				c.theta[i] = x + h
				up := p.Sleep()
				c.theta[i] = x - h
				down := p.Sleep()
				c.theta[i] = x
				near(t, c.name, c.got[i], -(up-down)/(2*h), 1e-9)
			}
		}
	})
	best := models.Optimum([]float64{0.3, -1, 2, 0.4}, 2, 0.5)
	if kl := best.Sleep(); math.Abs(kl) > 1e-15 {
		t.Errorf("KL asleep where q is the posterior: %g; want 0", kl)
	}
}
