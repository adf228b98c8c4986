package estimators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Exact expectations: noise enters a step only through its source, so a source that
// plays given uniforms, over a rule of nodes and weights, adds up an estimator's mean
// and second moments without dice.

// node is what some consecutive uniforms of a site are, and with what weight.
type node struct {
	u []float64
	w float64
}

// rule gives the nodes for the uniforms of a site from entry i on; all of a rule's
// nodes at one entry have one length.
type rule func(site string, i int) []node

// player plays one choice of nodes for each stretch of each site.
type player struct {
	rule  rule
	parts []part
	at    map[string]int // the site's first part
}

type part struct {
	site  string
	from  int
	nodes []node
	now   int
}

func (p *player) Normal(string, uint64, tape.Vector) { panic("a normal of a discrete toy") }

func (p *player) Uniform(site string, _ uint64, dst tape.Vector) {
	if _, known := p.at[site]; !known {
		p.at[site] = len(p.parts)
		for i := 0; i < dst.Len(); {
			n := p.rule(site, i)
			p.parts = append(p.parts, part{site: site, from: i, nodes: n})
			i += len(n[0].u)
		}
	}
	for _, c := range p.parts[p.at[site]:] {
		if c.site != site {
			break
		}
		for j, u := range c.nodes[c.now].u {
			dst.Set(c.from+j, u)
		}
	}
}

// next goes on to another choice; false after the last.
func (p *player) next() bool {
	for i := range p.parts {
		c := &p.parts[i]
		if c.now++; c.now < len(c.nodes) {
			return true
		}
		c.now = 0
	}
	return false
}

func (p *player) weight() float64 {
	w := 1.0
	for _, c := range p.parts {
		w *= c.nodes[c.now].w
	}
	return w
}

// moments are the mean and the covariance's trace of an estimator's inference
// direction under a rule.
func moments(w *vi.Work, e vi.Estimator, r rule) (mean []float64, variance float64) {
	p := &player{rule: r, at: map[string]int{}}
	second := 0.0
	for more := true; more; more = p.next() {
		g := e.Estimate(w.Step(0, w.All, p)).Inf.Ascend.F64()
		if mean == nil {
			mean = make([]float64, len(g))
		}
		c := p.weight()
		for i, x := range g {
			mean[i] += c * x
			second += c * x * x
		}
	}
	for _, m := range mean {
		second -= m * m
	}
	return mean, second
}

// gauss is the three-point rule on an interval, exact to the fifth degree.
func gauss(lo, hi float64) []node {
	m, h := (lo+hi)/2, (hi-lo)/2
	x := math.Sqrt(0.6) * h
	return []node{{[]float64{m - x}, 5. / 9 * h}, {[]float64{m}, 8. / 9 * h}, {[]float64{m + x}, 5. / 9 * h}}
}

// bitRule breaks each uniform where an estimator of bits may: at 1-p, or, in pairs,
// at p and 1-p with enough points for squares between them.
func bitRule(phi []float64, pairs bool) rule {
	return func(_ string, i int) (out []node) {
		p := 1 / (1 + math.Exp(-phi[i%len(phi)]))
		if !pairs {
			return []node{{[]float64{(1 - p) / 2}, 1 - p}, {[]float64{1 - p/2}, p}}
		}
		lo, hi := math.Min(p, 1-p), math.Max(p, 1-p)
		for _, c := range [][2]float64{{0, lo}, {lo, hi}, {hi, 1}} {
			if c[1] > c[0] {
				out = append(out, gauss(c[0], c[1])...)
			}
		}
		return out
	}
}

// logistic is the trapezoid rule in the logit of u, which converges beyond any power
// for what is smooth in it.
func logistic(h float64) []node {
	var out []node
	for l := -36.0; l <= 36; l += h {
		s := 1 / (1 + math.Exp(-l))
		out = append(out, node{[]float64{s}, h * s / (1 + math.Exp(l))})
	}
	return out
}

func onToy(t testing.TB, m vi.Maker, e vi.Estimator) *vi.Work {
	t.Helper()
	return with(t, work(t, tape.Float64, m, datasets.Bits{N: 1, Dim: 1, Latent: 1}, 0), e)
}

// with is a place like w that has what the estimator needs of its own.
func with(t testing.TB, w *vi.Work, e vi.Estimator) *vi.Work {
	t.Helper()
	if _, own := e.(vi.Starter); !own {
		return w
	}
	v, err := vi.NewWork(w.Model, e, w.Data, w.Params.Precision(), rng.Init(0, "own"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Params.Specs() {
		v.Params.Value(s.Name).Copy(w.Params.Value(s.Name))
	}
	return v
}

func close(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.15g; want %.15g within %g", what, got, want, tol)
	}
}

var fourPhi = []float64{0.3, -1, 1.5, 0}

// On four bits estimators that look at bits, or at noise in pairs, have the variance
// that a long simulation by another program gave (1 %). Their means are proven by the
// conformance kit.
func TestFourBitsVariances(t *testing.T) {
	for _, c := range []struct {
		e        vi.Estimator
		pairs    bool
		variance float64
	}{
		{estimators.Enumerate{}, false, 0},
		{estimators.Reinforce{K: 1, Baseline: "none"}, false, 6.128},
		{estimators.Reinforce{K: 1, Baseline: "moving", Decay: 0.9}, false, 6.128}, // nothing to go by yet
		{estimators.Reinforce{K: 2, Baseline: "none"}, false, 6.128 / 2},
		{estimators.NVIL{K: 1, Hidden: 3, Decay: 0.8}, false, 6.128},
		{estimators.LOO{K: 2}, false, 0.700},
		{estimators.ARM{K: 2}, true, 0.674},
		{estimators.DisARM{K: 2}, true, 0.466},
		{estimators.MuProp{K: 1}, false, 0.428},
		{estimators.MuProp{K: 2}, false, 0.428 / 2},
	} {
		_, variance := moments(onToy(t, models.FourBit{}, c.e), c.e, bitRule(fourPhi, c.pairs))
		close(t, name(c.e)+", tr Var", variance, c.variance, max(1e-13, 0.01*c.variance))
	}
}

// A constant baseline c = E f: 0.468 of variance where none leaves 6.128.
func TestBaselineOfTheMean(t *testing.T) {
	value, want := models.FourBit{}.Exact(fourPhi)
	e := estimators.Reinforce{K: 1, Baseline: "moving", Decay: 0.9}
	w := onToy(t, models.FourBit{}, e)
	w.State["baseline"].Data[0], w.State["baseline"].Data[1] = 0.3*value, 0.3
	mean, variance := moments(w, e, bitRule(fourPhi, false))
	for i, x := range mean {
		close(t, "E g", x, want[i], 2e-14)
	}
	close(t, "tr Var", variance, 0.468, 0.005)
}

// The moving baseline is the debiased average of the steps before, kept when a step
// is committed and not by a probe.
func TestMovingBaseline(t *testing.T) {
	e := estimators.Reinforce{K: 1, Baseline: "moving", Decay: 0.5}
	w := onToy(t, models.FourBit{}, e)
	sum, weight := 0.0, 0.0
	for r := range 4 {
		s := w.Step(r, w.All, &vi.Keyed{Key: rng.Noise(0, uint64(r))})
		e.Estimate(s)
		f := s.LogLik(s.Posterior().Sample(s.Noise("z"), 1)).Float()
		if got := w.State["baseline"].Data; got[0] != sum || got[1] != weight {
			t.Errorf("step %d: state %v; want %g, %g", r, got, sum, weight)
		}
		w.Commit()
		sum, weight = 0.5*sum+0.5*f, 0.5*weight+0.5
	}
	if got := w.State["baseline"].Data; got[0] != sum || got[1] != weight {
		t.Errorf("after: state %v; want %g, %g", got, sum, weight)
	}
}

// Straight-through on four bits: its mean is off by 0.062, its variance 0.156.
func TestFourBitsBiased(t *testing.T) {
	_, exact := models.FourBit{}.Exact(fourPhi)
	st := estimators.StraightThrough{K: 1, Temperature: estimators.Temperature{Tau: 1}}
	mean, variance := moments(onToy(t, models.FourBit{}, st), st, bitRule(fourPhi, false))
	off := 0.0
	for i, x := range mean {
		off += (x - exact[i]) * (x - exact[i])
	}
	close(t, "straight-through, norm of bias", math.Sqrt(off), 0.062, 1e-3) // simulated, with a standard error of 6e-4
	close(t, "straight-through, tr Var", variance, 0.156, 5e-4)
}

// One bit: means and variances by closed form, wherever the logit and the target.
func TestOneBitExactly(t *testing.T) {
	for _, m := range []models.OneBit{{T: 0.45, Phi: 0}, {T: 0.499, Phi: 0}, {T: 0.3, Phi: 0.8}, {T: 1.2, Phi: -2}} {
		phi := []float64{m.Phi}
		for _, c := range []struct {
			e     vi.Estimator
			pairs bool
			v     float64
		}{
			{estimators.Enumerate{}, false, 0},
			{estimators.Reinforce{K: 1, Baseline: "none"}, false, m.VarianceScore(m.Phi)},
			{estimators.LOO{K: 2}, false, m.VarianceLOO(m.Phi)},
			{estimators.ARM{K: 2}, true, m.VarianceARM(m.Phi)},
			{estimators.DisARM{K: 2}, true, m.VarianceDisARM(m.Phi)},
			{estimators.DARN{K: 1}, false, -1}, // quadratic: exact in mean
		} {
			mean, variance := moments(onToy(t, m, c.e), c.e, bitRule(phi, c.pairs))
			close(t, fmt.Sprintf("%+v, %s, E g", m, name(c.e)), mean[0], m.Gradient(m.Phi), 1e-15)
			if c.v >= 0 {
				close(t, fmt.Sprintf("%+v, %s, variance", m, name(c.e)), variance, c.v, 1e-15)
			}
		}
		p := 1 / (1 + math.Exp(-m.Phi))
		st := estimators.StraightThrough{K: 1, Temperature: estimators.Temperature{Tau: 1}}
		mean, _ := moments(onToy(t, m, st), st, bitRule(phi, false))
		close(t, "straight-through", mean[0], -2*(p-m.T)*p*(1-p), 1e-15)
	}
}

// Concrete on one bit at phi = 0, tau = 1: the mean is (1-2t)/6 for an exact (1-2t)/4,
// and as tau falls (1-2t)(1/4 - pi^2 tau^2/48 + ..).
func TestConcreteOnOneBit(t *testing.T) {
	const target = 0.45
	m := models.OneBit{T: target}
	at := func(tau float64, e vi.Estimator) float64 {
		mean, _ := moments(onToy(t, m, e), e, func(string, int) []node { return logistic(tau / 40) })
		return mean[0]
	}
	concrete := func(tau float64) vi.Estimator {
		return estimators.Concrete{K: 1, Temperature: estimators.Temperature{Tau: tau}, TauP: 1, KL: "dens"}
	}
	close(t, "tau = 1", at(1, concrete(1)), -(1-2*target)/6, 1e-12)
	for _, tau := range []float64{0.1, 0.05} {
		close(t, fmt.Sprint("tau = ", tau), at(tau, concrete(tau))/-(1-2*target), 0.25-math.Pi*math.Pi*tau*tau/48, 0.6*math.Pow(tau, 4))
	}
	gs := estimators.GumbelSoftmax{K: 1, Temperature: estimators.Temperature{Tau: 1}, KL: "disc"}
	close(t, "gumbel-softmax of a cost is concrete", at(1, gs), -(1-2*target)/6, 1e-12)
}

// The relaxed optimum of the one-bit toy: where Concrete's mean direction turns, what
// the relaxed loss is there and what the discrete one, by the temperature; from
// tau = 0.1 down the best place is the vertex.
func TestRelaxedOptimum(t *testing.T) {
	loss := func(target, tau, phi float64) float64 {
		w := onToy(t, models.OneBit{T: target}, nil)
		nodes := logistic(tau / 10)
		s := w.Step(0, w.All, nil)
		z := s.Blank(len(nodes), 1)
		for i, n := range nodes {
			l := math.Log(n.u[0]) - math.Log1p(-n.u[0])
			if n.u[0] == 1 {
				l = 36
			}
			z.Value().Set(i, 1/(1+math.Exp(-(phi+l)/tau)))
		}
		sum := 0.0
		for i, f := range s.LogLik(dist.Value{Node: z, K: len(nodes)}).Float64s() {
			sum -= nodes[i].w * f
		}
		return sum
	}
	slope := func(target, tau, phi float64) float64 {
		e := estimators.Concrete{K: 1, Temperature: estimators.Temperature{Tau: tau}, TauP: 1, KL: "dens"}
		mean, _ := moments(onToy(t, models.OneBit{T: target, Phi: phi}, e), e, func(string, int) []node { return logistic(tau / 10) })
		return mean[0]
	}
	const target = 0.45
	for _, c := range []struct{ tau, phi, relaxed, discrete float64 }{
		{2, -0.6, 0.0348, 0.2379}, {1, -0.5, 0.0817, 0.2402}, {2.0 / 3, -0.55, 0.1156, 0.2391}, {0.5, -0.6, 0.1389, 0.2379},
		{0.25, -0.95, 0.1820, 0.2304}, {0.15, -1.7, 0.1985, 0.2179},
	} {
		if up, down := slope(target, c.tau, c.phi-0.05), slope(target, c.tau, c.phi+0.05); up <= 0 || down >= 0 {
			t.Errorf("tau = %g: the direction is %g and %g beside logit %g; want it to turn there", c.tau, up, down, c.phi)
		}
		close(t, fmt.Sprintf("tau = %g, relaxed loss", c.tau), loss(target, c.tau, c.phi), c.relaxed, 1e-4)
		p := 1 / (1 + math.Exp(-c.phi))
		close(t, fmt.Sprintf("tau = %g, discrete loss", c.tau), p*(1-target)*(1-target)+(1-p)*target*target, c.discrete, 1e-4)
	}
	least := func(target, tau float64) float64 {
		best := math.Inf(1)
		for phi := -8.0; phi <= 0; phi += 0.05 {
			best = min(best, loss(target, tau, phi))
		}
		return best
	}
	for _, c := range []struct {
		target, tau float64
		vertex      bool
	}{{0.45, 0.12, false}, {0.45, 0.1, true}} {
		if got := least(c.target, c.tau) > c.target*c.target; got != c.vertex {
			t.Errorf("t = %g, tau = %g: the vertex is best: %v; want %v", c.target, c.tau, got, c.vertex)
		}
	}
}

// Where q is the prior itself, VIMCO and the score function have the gradient of L_2 =
// E log 1/2 (p(bottom|z_1) + p(bottom|z_2)) for their mean, exactly: by central
// differences of its sum over pairs of states, in both networks. With the direct term
// that other weights have they would not.
func TestPredictionBound(t *testing.T) {
	w := work(t, tape.Float64, models.Halves{Layers: []int{2}}, datasets.Bits{N: 1, Dim: 4, Latent: 2}, 0)
	v := w.Params.Vector(tape.Inf)
	for i := range v.Len() {
		v.Set(i, v.At(i)+float64(i%7-3)/8)
	}
	bound := func() (l float64) {
		s := w.Step(0, w.All, nil)
		q := s.Posterior()
		z := q.(dist.Enumerable).Enumerate(4, 1)
		p, f := q.LogProb(z).Exp().Float64s(), s.LogLik(z).Float64s()
		for i := range p {
			for j := range p {
				l += p[i] * p[j] * math.Log((math.Exp(f[i])+math.Exp(f[j]))/2)
			}
		}
		return l
	}
	want := differences(w, bound)
	s := w.Step(0, w.All, nil)
	phi := s.Posterior().(dist.Bits).Natural().Value().AppendTo(nil)
	for _, e := range []vi.Estimator{estimators.ScoreFunction{K: 2}, estimators.VIMCO{K: 2}, estimators.VIMCO{K: 2, Baseline: "geometric"}} {
		p := &player{rule: bitRule(phi, false), at: map[string]int{}}
		var got [2][]float64
		for more := true; more; more = p.next() {
			d := e.Estimate(w.Step(0, w.All, p))
			for r := range got {
				g := d.Role(tape.Role(r)).Ascend.F64()
				if got[r] == nil {
					got[r] = make([]float64, len(g))
				}
				for i, x := range g {
					got[r][i] += p.weight() * x
				}
			}
		}
		for r := range got {
			for i, x := range got[r] {
				close(t, fmt.Sprintf("%s, %s[%d]", name(e), tape.Role(r), i), x, want[r][i], 1e-9)
			}
		}
	}
}

// differences are the central differences of f in the parameters of both networks.
func differences(w *vi.Work, f func() float64) (d [2][]float64) {
	for r := range d {
		v := w.Params.Vector(tape.Role(r))
		for i := range v.Len() {
			const h = 1e-5
			x := v.At(i)
			v.Set(i, x+h)
			up := f()
			v.Set(i, x-h)
			d[r] = append(d[r], (up-f())/(2*h))
			v.Set(i, x)
		}
	}
	return d
}

// Concrete with K samples of a prediction raises the log of the mean of K relaxed
// likelihoods: its direction is the derivative of that number at fixed noise.
func TestPredictionRelaxed(t *testing.T) {
	for net, m := range predictions {
		w := halves(t, tape.Float64, m)
		e := estimators.Concrete{K: 3, Temperature: tau(0.7), TauP: 0.5, KL: "dens"}
		bound := func() float64 {
			s := w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(4, 0)})
			z := s.Posterior().(dist.Relaxer).Relax(dist.Relaxation{Tau: 0.7}).Sample(s.Noise("z"), 3)
			return s.LogLik(z).LogMeanExpK().Mean().Float()
		}
		want := differences(w, bound)
		d := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(4, 0)}))
		for r := range want {
			for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
				close(t, fmt.Sprintf("%s, %s[%d]", net, tape.Role(r), i), x, want[r][i], 1e-8)
			}
		}
	}
}
