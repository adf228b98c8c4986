package models_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// At K = 1 the gradient in b is linear in the noise, so its variance is the
// square of its step from eps = 0 to eps = 1: no dice.
func TestOneSampleVariances(t *testing.T) {
	for _, s := range []float64{0.3, 0.5, 2.0 / 3, 1.7} {
		w, toy := toyOn(t, s, datasets.LinearGaussian{Dim: 3, N: 1, Perturb: 0.3}, 0)
		for _, c := range []struct {
			name string
			e    vi.Estimator
			want float64
		}{
			{"sgvb-a", estimators.ELBO{K: 1, Form: "sgvb-a"}, toy.VarianceA()},
			{"sgvb-b", estimators.ELBO{K: 1, Form: "sgvb-b"}, toy.VarianceB()},
			{"stl", estimators.STL{K: 1}, toy.VarianceSTL()},
		} {
			at := func(eps float64) []float64 {
				return param(w, c.e.Estimate(w.Step(0, w.All, constant(eps))), "inf/b")
			}
			zero, one, three := at(0), at(1), at(3)
			for i := range one {
				step := one[i] - zero[i]
				near(t, "linear in the noise", three[i]-zero[i], 3*step, 1e-12)
				near(t, c.name, step*step, c.want, 1e-12)
			}
		}
	}
}

func param(w *vi.Work, d vi.Direction, name string) []float64 {
	r, lo, hi, _ := w.Params.Range(name)
	return d.Role(r).Ascend.Slice(lo, hi).AppendTo(nil)
}

// tally holds power sums of a direction over replicates.
type tally struct {
	n             float64
	s, s2, s3, s4 []float64
}

func (m *tally) add(x []float64) {
	if m.s == nil {
		m.s, m.s2, m.s3, m.s4 = make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	}
	m.n++
	for i, v := range x {
		m.s[i] += v
		m.s2[i] += v * v
		m.s3[i] += v * v * v
		m.s4[i] += v * v * v * v
	}
}

func (m *tally) mean(i int) (mean, se float64) {
	v, _ := m.variance(i)
	return m.s[i] / m.n, math.Sqrt(v / m.n)
}

// variance with its standard error, from the fourth central moment.
func (m *tally) variance(i int) (v, se float64) {
	a, b, c, d := m.s[i]/m.n, m.s2[i]/m.n, m.s3[i]/m.n, m.s4[i]/m.n
	v = b - a*a
	m4 := d - 4*a*c + 6*a*a*b - 3*a*a*a*a
	return v * m.n / (m.n - 1), math.Sqrt((m4 - v*v) / m.n)
}

func replicate(w *vi.Work, e vi.Estimator, k, r int, params ...string) map[string]*tally {
	out := map[string]*tally{}
	for _, p := range params {
		out[p] = &tally{}
	}
	for i := range r {
		d := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(11, uint64(k), uint64(i))}))
		for _, p := range params {
			out[p].add(param(w, d, p))
		}
	}
	return out
}

// within allows a statistical error of z standard errors and the next order in
// 1/K, of whose size only the order is known: c g/K relative to scale.
func within(t *testing.T, what string, got, want, se, scale, next float64) {
	t.Helper()
	const z = 5.2 // false alarm 2e-7 a number; under 100 numbers in this file: 2e-5
	if d := math.Abs(got - want); !(d <= z*se+next*scale) {
		t.Errorf("%s: got %.6g +- %.2g; the law says %.6g", what, got, se, want)
	}
}

// The large-K laws by Monte Carlo, at K = 512 on three data: K E and K Var of
// the gradients in b, A and mu, and the wake-phi direction, which does not vanish. The
// mean comes from a doubly reparameterised estimator of the same expectation, whose noise is
// smaller by a factor K; the variances from the plain one.
func TestLargeKLaws(t *testing.T) {
	if testing.Short() {
		t.Skip("6 million normals")
	}
	const k, r, s = 512, 1500, 2.0 / 3
	w, toy := toyOn(t, s, datasets.LinearGaussian{Dim: 2, N: 3, Perturb: 0.08}, 2)
	// The next order is O(g2/K); g2 is a few at most here.
	g2 := 0.0
	for n := range w.Data.N {
		g2 = max(g2, toy.ChiSquare(row(w.Data, n)))
	}
	next := 10 * (1 + g2) / k
	if next > 0.1 {
		t.Fatalf("g2 = %g is too large for K = %d to show the limit", g2, k)
	}
	norm := func(x []float64) float64 {
		y := 0.0
		for _, v := range x {
			y += v * v
		}
		return math.Sqrt(y)
	}

	plain := replicate(w, estimators.IWAE{K: k}, k, r, "inf/b", "inf/A", "gen/mu")
	twice := replicate(w, estimators.DReG{K: k}, k, r, "inf/b", "inf/A")
	for _, c := range []struct {
		param string
		limit func([]float64) ([]float64, float64)
	}{{"inf/b", toy.LimitB}, {"inf/A", toy.LimitA}} {
		mean, variance := c.limit(w.Data.X)
		scale := norm(mean)
		total, se2 := 0.0, 0.0
		for i := range mean {
			m, se := twice[c.param].mean(i)
			within(t, "K E, "+c.param, k*m, mean[i], k*se, scale, next)
			v, vse := plain[c.param].variance(i)
			total += k * v
			se2 += k * vse // standard errors added: coordinates are dependent
		}
		within(t, "K Var, "+c.param, total, variance, se2, variance, next)
	}

	// theta: no factor K in the mean; the laws are for one datum and average.
	mean, variance := make([]float64, 2), 0.0
	for n := range w.Data.N {
		m, v := toy.LargeKMu(row(w.Data, n))
		variance += v / 9
		for i := range mean {
			mean[i] += m[i] / 3
		}
	}
	total, se2 := 0.0, 0.0
	for i := range mean {
		m, se := plain["gen/mu"].mean(i)
		within(t, "E, gen/mu", m, mean[i], se, norm(mean), next)
		v, vse := plain["gen/mu"].variance(i)
		total, se2 = total+k*v, se2+k*vse
	}
	within(t, "K Var, gen/mu", total, variance, se2, variance, next)

	wake := replicate(w, estimators.RWS{K: k}, k, r, "inf/b")["inf/b"]
	want := make([]float64, 2)
	for n := range w.Data.N {
		for i, v := range toy.WakePhi(row(w.Data, n)) {
			want[i] += v / 3
		}
	}
	for i := range want {
		m, se := wake.mean(i)
		within(t, "wake-phi, inf/b", m, want[i], se, norm(want), next)
	}
}

// E[w] = p(x) whatever K, and E[L_K] = log p(x) - g2/(2K) + O(1/K^2) datum by datum.
func TestWeights(t *testing.T) {
	const k, r = 128, 600
	w, toy := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 2, N: 3, Perturb: 0.2}, 5)
	weight, bound := &tally{}, &tally{}
	for i := range r {
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(12, 0, uint64(i))})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		lw := s.LogJoint(z).Sub(s.LogQ(q, z)).Float64s()
		a, b := make([]float64, 3), make([]float64, 3)
		for n := range 3 {
			for _, l := range lw[n*k : (n+1)*k] {
				a[n] += math.Exp(l-toy.LogEvidence(row(w.Data, n))) / k
			}
			b[n] = math.Log(a[n])
		}
		weight.add(a)
		bound.add(b)
	}
	for n := range 3 {
		m, se := weight.mean(n)
		within(t, "E[w]/p(x)", m, 1, se, 1, 0)
		v, vse := weight.variance(n)
		g2 := toy.ChiSquare(row(w.Data, n))
		within(t, "Var[w]/p(x)^2", k*v, g2, k*vse, 1, 0)
		m, se = bound.mean(n)
		within(t, "E[L_K] - log p(x)", m, -toy.BoundBias(row(w.Data, n), k), se, 1, 5*g2*(1+g2)/(k*k))
	}
}

// The VR bound of K samples is biased for the Renyi bound of q: below it for
// alpha < 1, above it for alpha > 1, less so with more samples, and to leading order
// by -Var[w^l] / E[w^l]^2 / (2 K l), l = 1 - alpha, both moments being Renyi bounds
// themselves. A dozen comparisons at z = 4.9, false alarm 1e-5; that every bias is
// seen to have its sign is the power.
func TestRenyiBias(t *testing.T) {
	if testing.Short() {
		t.Skip("5 million normals")
	}
	const z, r = 4.9, 40000
	w, toy := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 2, N: 1, Perturb: 0.5}, 3)
	x, ks, alphas := row(w.Data, 0), []int{2, 8, 64}, []float64{-0.5, 0, 0.5, 1.5}
	values := make([]tally, len(ks))
	for i := range r {
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(13, 0, uint64(i))})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), ks[len(ks)-1])
		lw := s.LogJoint(z).Sub(s.LogQ(q, z)).Float64s()
		for j, k := range ks {
			off := make([]float64, len(alphas))
			for n, a := range alphas {
				off[n] = s.Const(k, 1, lw[:k]).Scale(1-a).LogMeanExpK().Float()/(1-a) - toy.Renyi(x, a)
			}
			values[j].add(off)
		}
	}
	for n, a := range alphas {
		l := 1 - a
		relative := math.Exp(2*l*(toy.Renyi(x, 1-2*l)-toy.Renyi(x, a))) - 1
		last := math.Inf(1)
		for j, k := range ks {
			bias, se := values[j].mean(n)
			if !(math.Copysign(1, -l)*bias > z*se) {
				t.Errorf("alpha = %g, K = %d: bias %.4g +- %.2g; want it of the sign of alpha - 1", a, k, bias, se)
			}
			if !(math.Abs(bias) < last) {
				t.Errorf("alpha = %g, K = %d: bias %.4g is no nearer to 0 than with fewer samples", a, k, bias)
			}
			last = math.Abs(bias)
			law, next := -relative/(2*float64(k)*l), 3*relative*(1+relative)/float64(k*k)/math.Abs(l)
			if k == 64 && math.Abs(bias-law) > z*se+next {
				t.Errorf("alpha = %g, K = %d: bias %.4g +- %.2g; the law says %.4g", a, k, bias, se, law)
			}
		}
	}
}

// The jackknife is no bound: where q is wide E[J_2] = 2 E[L_2] - ELBO lies above
// log p(x), the more the wider. Both by more than 10 standard errors.
func TestJackknifeIsNoBound(t *testing.T) {
	const r = 10000
	lastOff, lastSE := 0.0, 0.0
	for _, variance := range []float64{20, 80, 320} {
		w, toy := toyOn(t, variance, datasets.LinearGaussian{Dim: 1, N: 1}, 0)
		x, off := row(w.Data, 0), &tally{}
		for i := range r {
			s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(15, 0, uint64(i))})
			q := s.Posterior()
			z := q.Sample(s.Noise("z"), 2)
			lw := s.LogJoint(z).Sub(s.LogQ(q, z))
			off.add([]float64{2*lw.LogMeanExpK().Float() - lw.Mean().Float() - toy.LogEvidence(x)})
		}
		m, se := off.mean(0)
		if m-lastOff < 10*math.Hypot(se, lastSE) {
			t.Errorf("s = %g: E[J_2] - log p(x) = %.3g +- %.2g after %.3g; want it to rise", variance, m, se, lastOff)
		}
		lastOff, lastSE = m, se
	}
}

// log-spaced nodes as of the estimator: 0, then from b1 to 1.
func logSpaced(b1 float64, j int) []float64 {
	b := []float64{0}
	for i := j - 1; i >= 0; i-- {
		b = append(b, math.Pow(b1, float64(i)/math.Max(1, float64(j-1))))
	}
	return b
}

// The sums over the path by normalised weights of 1000 samples lie within 4.5
// standard errors of the closed forms (delta method; 12 of them, false alarm 8e-5), and
// the left sum's is far from the ELBO and from log p(x), which are its neighbours.
func TestThermodynamicSums(t *testing.T) {
	const k, limit = 1000, 4.5
	w, toy := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 2, N: 6, Perturb: 0.5}, 4)
	nodes := logSpaced(0.03, 5)
	s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(14, 0, 0)})
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	all := s.LogJoint(z).Sub(s.LogQ(q, z))
	// sum is the Riemann sum of datum n whose term j is taken at node j+at.
	sum := func(n, at int) (value, se float64) {
		lw, influence := all.Float64s()[n*k:(n+1)*k], make([]float64, k)
		for j := range len(nodes) - 1 {
			width, v, mean := nodes[j+1]-nodes[j], make([]float64, k), 0.0
			total := 0.0
			for i, x := range lw {
				v[i] = math.Exp(nodes[j+at] * (x - lw[0]))
				total += v[i]
			}
			for i, x := range lw {
				mean += v[i] / total * x
			}
			value += width * mean
			for i, x := range lw {
				influence[i] += width * v[i] / total * (x - mean)
			}
		}
		for _, e := range influence {
			se += e * e
		}
		return value, math.Sqrt(se)
	}
	power := 0.0
	for n := range w.Data.N {
		x := row(w.Data, n)
		left, right := toy.TVO(x, nodes)
		got, se := sum(n, 0)
		if math.Abs(got-left) > limit*se {
			t.Errorf("datum %d: left sum %.6g +- %.2g; want %.6g", n, got, se, left)
		}
		power = math.Max(power, math.Min(math.Abs(got-toy.ELBO(x)), math.Abs(got-toy.LogEvidence(x)))/se)
		got, se = sum(n, 1)
		if math.Abs(got-right) > limit*se {
			t.Errorf("datum %d: right sum %.6g +- %.2g; want %.6g", n, got, se, right)
		}
	}
	if power < 2*limit {
		t.Errorf("no datum tells the left sum from the ELBO and log p(x) by more than %.1f standard errors", power)
	}
}

// The covariance gradient of the left sum, at K = 512, against central
// differences of the closed form in every parameter of both networks.
func TestThermodynamicGradient(t *testing.T) {
	if testing.Short() {
		t.Skip("3 million normals")
	}
	const k, r = 512, 1000
	w, toy := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 2, N: 3, Perturb: 0.2}, 2)
	nodes := logSpaced(0.03, 5)
	sum := func() (total float64) {
		for n := range w.Data.N {
			left, _ := toy.TVO(row(w.Data, n), nodes)
			total += left / float64(w.Data.N)
		}
		return total
	}
	got := replicate(w, estimators.TVO{K: k, J: 5, B1: 0.03}, k, r, "gen/mu", "inf/A", "inf/b")
	for name, theta := range map[string][]float64{"gen/mu": toy.Mu, "inf/A": toy.A, "inf/b": toy.B} {
		scale, want := 0.0, make([]float64, len(theta))
		for i, x := range theta {
			const h = 1e-4
			theta[i] = x + h
			up := sum()
			theta[i] = x - h
			down := sum()
			theta[i] = x
			want[i] = (up - down) / (2 * h)
			scale = math.Hypot(scale, want[i])
		}
		for i := range want {
			m, se := got[name].mean(i)
			within(t, "E, "+name, m, want[i], se, scale, 10.0/k)
			if 5.2*se+10.0/k*scale > scale/5 {
				t.Errorf("%s: a standard error of %.2g beside %.2g has no power", name, se, scale)
			}
		}
	}
}

// The mean of the sleep direction is the gradient of -E_p KL(p(z|x) || q), and not
// the wake-phi direction on the data.
func TestSleepLaw(t *testing.T) {
	const r = 20000
	w, toy := toyOn(t, 2.0/3, datasets.LinearGaussian{Dim: 2, N: 3, Perturb: 0.4}, 6)
	got := replicate(w, estimators.WakeSleep{K: 1, Wake: "equal"}, 1, r, "inf/A", "inf/b")
	a, b := toy.SleepGradient()
	for name, want := range map[string][]float64{"inf/A": a, "inf/b": b} {
		for i := range want {
			m, se := got[name].mean(i)
			within(t, "E, "+name, m, want[i], se, 1, 0)
		}
	}
	far := 0.0
	for i := range b {
		awake := 0.0
		for n := range w.Data.N {
			awake += toy.WakePhi(row(w.Data, n))[i] / float64(w.Data.N)
		}
		m, se := got["inf/b"].mean(i)
		far = math.Max(far, math.Abs(m-awake)/se)
	}
	if far < 10 {
		t.Errorf("the wake-phi direction on the data is %.1f standard errors away: the test has no power", far)
	}
}
