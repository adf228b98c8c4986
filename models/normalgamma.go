package models

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// NormalGamma is normal data of unknown mean and precision under the conjugate prior, so
// that what a mean-field q misses is known in closed form.
//
//	tau ~ Gamma(a0, b0),  mu ~ N(mu0, 1/(lambda0 tau)),  x_n ~ N(mu, 1/tau)
//
// q is mean-field, N(mu; m, 1/l) Gamma(tau; a, b), by the natural coordinates (l m, l) and
// (a, b); or particles (mu, tau), the last draws of a Gibbs sampler. It starts at the prior,
// tau at its mean. log p(x) of a row is that of the row given those before it.
//
// Ganguly and Earp 2021 (2108.13083); Bishop 2006, 10.1.3.
type NormalGamma struct {
	Mu0       float64 `name:"mu0" doc:"prior mean of mu"`
	Lambda0   float64 `name:"lambda0" min:"0" doc:"what the prior mean counts for, in data"`
	A0        float64 `name:"a0" min:"0" doc:"prior shape of tau"`
	B0        float64 `name:"b0" min:"0" doc:"prior rate of tau"`
	Q         string  `name:"q" choices:"mean-field|particles" doc:"for cavi, or for gibbs"`
	Particles int     `name:"particles" min:"1" max:"1000000" with:"q=particles" doc:"how many of the last draws q is"`
}

var usualNormalGamma = NormalGamma{Lambda0: 1, A0: 1, B0: 1, Q: "mean-field", Particles: 1000}

func (NormalGamma) Name() string { return "normalgamma" }

// For is the model of real numbers, one a row.
func (m NormalGamma) For(d *vi.Data) (vi.Model, error) {
	if err := choose("normalgamma", "q", &m.Q, "mean-field", "particles"); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real || d.D != 1 {
		return nil, fmt.Errorf("model normalgamma: explains rows of one real number, got %s data %q of %d", d.Domain, d.Name, d.D)
	}
	for _, h := range []float64{m.Lambda0, m.A0, m.B0} {
		if !(h > 0) || math.IsInf(h, 1) {
			return nil, fmt.Errorf("model normalgamma: got lambda0 %g, a0 %g and b0 %g; need all above 0", m.Lambda0, m.A0, m.B0)
		}
	}
	if m.Mu0-m.Mu0 != 0 {
		return nil, finite("normalgamma", "mu0", m.Mu0)
	}
	return &normalGamma{NormalGamma: m, data: d}, nil
}

type normalGamma struct {
	NormalGamma
	data *vi.Data
}

// Names of q: (l m, l) and (a, b), or particles [P,2].
const ngMu, ngTau = "inf/mu", "inf/tau"

func (m *normalGamma) Sheet() vi.Sheet {
	sh := vi.Sheet{Offers: []vi.Cap{vi.Exact, vi.Unknowns, vi.ClosedPosterior}, Data: vi.Real}
	if m.Q == "particles" {
		sh.Params = []vi.Spec{{Name: particles, Rows: m.Particles, Cols: 2}}
		sh.Offers, sh.Whole = append(sh.Offers, vi.Conditions), true
		return sh
	}
	sh.Params = []vi.Spec{{Name: ngMu, Rows: 1, Cols: 2}, {Name: ngTau, Rows: 1, Cols: 2}}
	sh.Offers = append(sh.Offers, vi.Conjugate, vi.Bound)
	return sh
}

func (m *normalGamma) Init(_ rng.Key, p *vi.Params) {
	tau := m.A0 / m.B0
	if m.Q == "particles" {
		all := make([]float64, 2*m.Particles)
		for i := range m.Particles {
			all[2*i], all[2*i+1] = m.Mu0, tau
		}
		p.Set(particles, all)
		return
	}
	l := m.Lambda0 * tau
	p.Set(ngMu, []float64{l * m.Mu0, l})
	p.Set(ngTau, []float64{m.A0, m.B0})
}

// sums are the number, mean and sum of squares about the mean of rows x.
func sums(x []float64) (n, mean, ss float64) {
	n = float64(len(x))
	mean = vec.Sum(x) / n
	for _, v := range x {
		ss += float64((v - mean) * (v - mean))
	}
	return n, mean, ss
}

// given is the posterior's (mu, lambda, a, b) after n data of a mean and a sum of squares.
func (m *normalGamma) given(n, mean, ss float64) (mu, lambda, a, b float64) {
	lambda = m.Lambda0 + n
	away := mean - m.Mu0
	mu = m.Mu0 + n*away/lambda
	return mu, lambda, m.A0 + n/2, m.B0 + 0.5*(ss+m.Lambda0*n*away*away/lambda)
}

// rate is b of tau given mu of a mean and variance: b0 + E[ sum (x - mu)^2 + lambda0 (mu - mu0)^2 ]/2.
func (m *normalGamma) rate(n, mean, ss, mu, variance float64) float64 {
	x, p := mu-mean, mu-m.Mu0
	return m.B0 + 0.5*(ss+float64(n*float64(x*x))+float64(m.Lambda0*float64(p*p))+float64((n+m.Lambda0)*variance))
}

// Sweep is q(mu) by E tau, then q(tau) by q(mu); on a batch its sums weigh N/B.
func (m *normalGamma) Sweep(s *vi.Step, target tape.Vector) {
	_, mean, ss := sums(s.X.Value().AppendTo(nil))
	n := float64(s.N)
	ss *= n / float64(s.B())
	q := s.Params().Value(ngTau)
	mu, lambda, _, _ := m.given(n, mean, ss)
	l := lambda * q.At(0) / q.At(1)
	s.Of(target, ngMu).From([]float64{l * mu, l})
	s.Of(target, ngTau).From([]float64{m.A0 + (n+1)/2, m.rate(n, mean, ss, mu, 1/l)})
}

// Bound is the ELBO,
//
//	E log p(x|mu,tau) + E log p(mu|tau) + E log p(tau) + H[q(mu)] + H[q(tau)]
//
// with E tau = a/b and E log tau = digamma(a) - log b.
func (m *normalGamma) Bound(p *vi.Params, data *vi.Data) float64 {
	h, t := p.Value(ngMu), p.Value(ngTau)
	l, a, b := h.At(1), t.At(0), t.At(1)
	mu := h.At(0) / l
	n, mean, ss := sums(data.X)
	logb := vec.Log64(b)
	tau, log := a/b, vec.Digamma64(a)-logb
	total := 0.5 * (float64(n*(log-log2Pi)) + log + vec.Log64(m.Lambda0) - log2Pi)
	total -= tau * m.rate(n, mean, ss, mu, 1/l)
	total += float64(m.A0*vec.Log64(m.B0)) - vec.Lgamma64(m.A0) + float64((m.A0-1)*log)
	total += 0.5 * (log2Pi + 1 - vec.Log64(l))
	total += a - logb + vec.Lgamma64(a) + float64((1-a)*vec.Digamma64(a))
	return total / n
}

// LogEvidence of row n is log p(x_1..x_n) - log p(x_1..x_{n-1}), where
//
//	log p(x_1..x_n) = log Gamma(a)/Gamma(a0) + a0 log b0 - a log b + (1/2) log lambda0/lambda - n/2 log 2 pi
func (m *normalGamma) LogEvidence(_ *vi.Params, x []float64) []float64 {
	out, before := make([]float64, len(x)), 0.0
	start := float64(m.A0*vec.Log64(m.B0)) - vec.Lgamma64(m.A0) + 0.5*vec.Log64(m.Lambda0)
	mean, ss := 0.0, 0.0
	for i, v := range x {
		n := float64(i + 1)
		r := v - mean
		mean += r / n
		ss += float64(r * (v - mean))
		_, lambda, a, b := m.given(n, mean, ss)
		all := start + vec.Lgamma64(a) - float64(a*vec.Log64(b)) - 0.5*(vec.Log64(lambda)+float64(n*log2Pi))
		out[i], before = all-before, all
	}
	return out
}

// Draw is a sweep of Gibbs: mu given tau, N(mu_N, 1/(lambda_N tau)), by a normal of gibbs/mu,
// then tau given mu, Gamma(a0 + (N+1)/2, b), by the quantile of a uniform of gibbs/tau.
func (m *normalGamma) Draw(s *vi.Step, target tape.Vector) {
	n, mean, ss := sums(s.X.Value().AppendTo(nil))
	table, at := s.Params().Value(particles), s.Iter%m.Particles
	tau := table.At(2*((at+m.Particles-1)%m.Particles) + 1)
	e, u := tape.NewVector(tape.Float64, 1), tape.NewVector(tape.Float64, 1)
	s.Plates("gibbs/mu").Normal(0, e)
	s.Plates("gibbs/tau").Uniform(0, u)
	mu, lambda, _, _ := m.given(n, mean, ss)
	mu += e.At(0) / math.Sqrt(lambda*tau)
	tau = vec.GammaQuantile64(m.A0+(n+1)/2, u.At(0)) / m.rate(n, mean, ss, mu, 0)
	s.Of(target, particles).Slice(2*at, 2*at+2).From([]float64{mu, tau})
}

// Unknowns are mu and tau.
func (m *normalGamma) Unknowns(p *vi.Params) vi.Beliefs {
	q := vi.Beliefs{L: 1, M: 2}
	if m.Q == "particles" {
		q.Particles = p.Value(particles).AppendTo(nil)
		return q
	}
	h, t := p.Value(ngMu), p.Value(ngTau)
	a, b := t.At(0), t.At(1)
	q.Mean = []float64{h.At(0) / h.At(1), a / b}
	q.Variance = []float64{1 / h.At(1), a / (b * b)}
	return q
}

// Posterior is the exact one's: E mu = mu_N, Var mu = b/(lambda (a-1)), E tau = a/b, Var tau = a/b^2;
// no variance of mu where a is at most 1.
func (m *normalGamma) Posterior(d *vi.Data) (mean, variance []float64) {
	mu, lambda, a, b := m.given(sums(d.X))
	v := math.Inf(1)
	if a > 1 {
		v = b / (lambda * (a - 1))
	}
	return []float64{mu, a / b}, []float64{v, a / (b * b)}
}
