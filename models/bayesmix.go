package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// BayesMix is a Bayesian mixture of unit Gaussians whose means are unknown.
//
//	mu_k ~ N(0, s0 I),  c_n uniform on 1..K,  x_n ~ N(mu_{c_n}, I)
//
// q is mean-field, prod_k N(mu_k; m_k, v_k I) prod_n Cat(c_n; phi_n), by the natural
// coordinates m/v and 1/v of the means, with phi the best for them; or particles, the last
// draws of a Gibbs sampler. Mean-field q starts at means that are K different data, chosen
// by the seed and start, and v = 1 (that all are alike is a saddle); particles at the same data.
//
// Where K^N is at most 65536, the evidence is a sum over all assignments. log p(x) of a row
// is then that of the row given those before it, so that their sum is the data's.
//
// Blei, Kucukelbir and McAuliffe 2017 (1601.00670), sections 2.1, 3.1 and 4.3.
type BayesMix struct {
	K         int     `name:"k" min:"1" max:"1000" doc:"components"`
	S0        float64 `name:"s0" min:"0" doc:"prior variance of a mean"`
	Q         string  `name:"q" choices:"mean-field|particles" doc:"for cavi, or for gibbs"`
	Particles int     `name:"particles" min:"1" max:"1000000" with:"q=particles" doc:"how many of the last draws q is"`
	Start     int     `name:"start" min:"0" doc:"which of the seed's starts: restarts are cells"`
}

var usualBayesMix = BayesMix{K: 3, S0: 25, Q: "mean-field", Particles: 1000}

func (BayesMix) Name() string { return "bayesmix" }

// For is the model of real data, with at least a datum a component.
func (m BayesMix) For(d *vi.Data) (vi.Model, error) {
	if err := choose("bayesmix", "q", &m.Q, "mean-field", "particles"); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model bayesmix: explains real data, got %s data %q", d.Domain, d.Name)
	}
	if m.K < 1 || d.N < m.K {
		return nil, fmt.Errorf("model bayesmix: k: got %d components for %d data; need at least one and a datum for each", m.K, d.N)
	}
	if !(m.S0 > 0) || math.IsInf(m.S0, 1) {
		return nil, fmt.Errorf("model bayesmix: s0: got %g; need a variance above 0", m.S0)
	}
	return &bayesMix{BayesMix: m, data: d}, nil
}

type bayesMix struct {
	BayesMix
	data *vi.Data
}

// Names of q: m/v [K,D] and 1/v [K,1], or particles [P,K*D].
const (
	mixMean      = "inf/mean"
	mixPrecision = "inf/precision"
	particles    = "inf/particles"
)

func (m *bayesMix) Sheet() vi.Sheet {
	k, d := m.K, m.data.D
	sh := vi.Sheet{Offers: []vi.Cap{vi.Unknowns}, Data: vi.Real}
	if m.Q == "particles" {
		sh.Params = []vi.Spec{{Name: particles, Rows: m.Particles, Cols: k * d}}
		sh.Offers, sh.Whole = append(sh.Offers, vi.Conditions), true
	} else {
		sh.Params = []vi.Spec{{Name: mixMean, Rows: k, Cols: d}, {Name: mixPrecision, Rows: k, Cols: 1}}
		sh.Offers = append(sh.Offers, vi.Conjugate, vi.Bound, vi.Classify)
	}
	if m.enumerable(m.data.N) {
		sh.Offers = append(sh.Offers, vi.Exact)
	}
	return sh
}

func (m *bayesMix) Init(key rng.Key, p *vi.Params) {
	mean := someRows(rng.Plate(key.Fold(mixMean), uint64(m.Start)), m.data, m.K)
	if m.Q == "particles" {
		var all []float64
		for range m.Particles {
			all = append(all, mean...)
		}
		p.Set(particles, all)
		return
	}
	one := make([]float64, m.K)
	for i := range one {
		one[i] = 1
	}
	p.Set(mixMean, mean)
	p.Set(mixPrecision, one)
}

// moments are m [K,D] and v [K] of q.
func (m *bayesMix) moments(p *vi.Params) (mean, v []float64) {
	mean, v = p.Value(mixMean).AppendTo(nil), p.Value(mixPrecision).AppendTo(nil)
	for k := range v {
		v[k] = 1 / v[k]
		for j := range m.data.D {
			mean[k*m.data.D+j] *= v[k]
		}
	}
	return mean, v
}

// naturalLogits sets a [K] to m_k'x - (|m_k|^2 + D v_k)/2, up to a constant log phi.
func naturalLogits(a, x, mean, v []float64) {
	d := len(x)
	for k := range a {
		a[k] = -0.5 * float64(float64(d)*v[k])
		for j, m := range mean[k*d : (k+1)*d] {
			a[k] += float64(m * (x[j] - 0.5*m))
		}
	}
}

// Sweep is phi by the means, then the means by phi; on a batch its sums weigh N/B.
//
//	phi_nk ~ exp(m_k'x_n - (|m_k|^2 + D v_k)/2),   1/v_k = 1/s0 + sum_n phi_nk,   m_k/v_k = sum_n phi_nk x_n
func (m *bayesMix) Sweep(s *vi.Step, target tape.Vector) {
	mean, v := m.moments(s.Params())
	d, weight := m.data.D, float64(s.N)/float64(s.B())
	h, precision := make([]float64, m.K*d), make([]float64, m.K)
	a := make([]float64, m.K)
	for x := range slices.Chunk(s.X.Value().AppendTo(nil), d) {
		naturalLogits(a, x, mean, v)
		softmax(a)
		for k, phi := range a {
			precision[k] += phi
			vec.Axpy(phi, x, h[k*d:(k+1)*d])
		}
	}
	for k := range precision {
		precision[k] = 1/m.S0 + float64(weight*precision[k])
	}
	vec.Scale(weight, h)
	s.Of(target, mixMean).From(h)
	s.Of(target, mixPrecision).From(precision)
}

// softmax normalises logits and returns the log of their sum.
func softmax(a []float64) float64 {
	total := vec.LogSumExp64(a)
	for k := range a {
		a[k] -= total
	}
	vec.Exp(a, a)
	return total
}

// Bound is the ELBO with phi the best for the means: what phi adds is then a log-sum-exp.
//
//	sum_k [ -D/2 log(2 pi s0) - (|m_k|^2 + D v_k)/(2 s0) + D/2 log(2 pi e v_k) ]
//	  + sum_n [ -log K - D/2 log 2 pi - |x_n|^2/2 + log sum_k exp(m_k'x_n - (|m_k|^2 + D v_k)/2) ]
//
// A phi of zero adds nothing to it, -phi log phi being 0 there.
func (m *bayesMix) Bound(p *vi.Params, data *vi.Data) float64 {
	mean, v := m.moments(p)
	d := float64(data.D)
	total := 0.0
	for k := range v {
		mk := mean[k*data.D : (k+1)*data.D]
		total += 0.5 * (float64(d*(1+vec.Log64(v[k])-vec.Log64(m.S0))) - (vec.SumSq(mk)+float64(d*v[k]))/m.S0)
	}
	a := make([]float64, m.K)
	each := vec.Log64(float64(m.K)) + 0.5*float64(d*log2Pi)
	for x := range slices.Chunk(data.X, data.D) {
		naturalLogits(a, x, mean, v)
		total += vec.LogSumExp64(a) - 0.5*vec.SumSq(x) - each
	}
	return total / float64(data.N)
}

// Classify is log phi up to a constant.
func (m *bayesMix) Classify(s *vi.Step) tape.Node {
	mean, v := m.moments(s.Params())
	out, a := s.Blank(s.B(), m.K), make([]float64, m.K)
	n := 0
	for x := range slices.Chunk(s.X.Value().AppendTo(nil), m.data.D) {
		naturalLogits(a, x, mean, v)
		out.Value().Slice(n*m.K, (n+1)*m.K).From(a)
		n++
	}
	return out
}

// Draw is a sweep of Gibbs: every c_n given the means, by uniforms of gibbs/c, then every
// mean given c, by normals of gibbs/mu, N(v sum x, v I) with 1/v = 1/s0 + n_k.
func (m *bayesMix) Draw(s *vi.Step, target tape.Vector) {
	d := m.data.D
	width := m.K * d
	table, at := s.Params().Value(particles), s.Iter%m.Particles
	before := (at + m.Particles - 1) % m.Particles
	mu := table.Slice(before*width, (before+1)*width).AppendTo(nil)
	u, e := tape.NewVector(tape.Float64, s.B()), tape.NewVector(tape.Float64, width)
	s.Plates("gibbs/c").Uniform(0, u)
	s.Plates("gibbs/mu").Normal(0, e)
	count, sum := make([]float64, m.K), make([]float64, width)
	a, none, n := make([]float64, m.K), make([]float64, m.K), 0
	for x := range slices.Chunk(s.X.Value().AppendTo(nil), d) {
		naturalLogits(a, x, mu, none)
		softmax(a)
		c, left := 0, u.At(n)
		for ; c < m.K-1 && left > a[c]; c++ {
			left -= a[c]
		}
		count[c]++
		vec.Axpy(1, x, sum[c*d:(c+1)*d])
		n++
	}
	for i := range mu {
		v := 1 / (1/m.S0 + count[i/d])
		mu[i] = float64(v*sum[i]) + float64(math.Sqrt(v)*e.At(i))
	}
	s.Of(target, particles).Slice(at*width, (at+1)*width).From(mu)
}

// Unknowns are the means, in K groups that may be swapped.
func (m *bayesMix) Unknowns(p *vi.Params) vi.Beliefs {
	b := vi.Beliefs{L: m.K, M: m.data.D}
	if m.Q == "particles" {
		b.Particles = p.Value(particles).AppendTo(nil)
		return b
	}
	mean, v := m.moments(p)
	b.Mean = mean
	for i := range mean {
		b.Variance = append(b.Variance, v[i/m.data.D])
	}
	return b
}

// enumerable says whether the assignments of n data are few enough to sum over.
func (m *bayesMix) enumerable(n int) bool {
	states := 1.0
	for range n {
		if states *= float64(m.K); states > vi.MostStates {
			return false
		}
	}
	return true
}

// LogEvidence of row n is log p(x_1..x_n) - log p(x_1..x_{n-1}), each a sum over all
// assignments of its rows, down a tree: given c and the rows before, a component's next row
// is N(m, (1 + v) I), m and v those of its mean's posterior.
func (m *bayesMix) LogEvidence(_ *vi.Params, x []float64) []float64 {
	d, n := m.data.D, len(x)/m.data.D
	if !m.enumerable(n) {
		return nans(n)
	}
	joint := make([][]float64, n) // log p(c, x) of the first rows, of every c
	count, sum := make([]float64, m.K), make([]float64, m.K*d)
	prior := -vec.Log64(float64(m.K))
	var down func(i int, logp float64)
	down = func(i int, logp float64) {
		if i == n {
			return
		}
		row := x[i*d : (i+1)*d]
		for k := range m.K {
			v := 1 / (1/m.S0 + count[k])
			sk := sum[k*d : (k+1)*d]
			square := 0.0
			for j, y := range row {
				r := y - float64(v*sk[j])
				square += float64(r * r)
			}
			next := logp + prior - 0.5*(float64(float64(d)*(log2Pi+vec.Log64(1+v)))+square/(1+v))
			joint[i] = append(joint[i], next)
			count[k]++
			kept := append([]float64{}, sk...)
			vec.Axpy(1, row, sk)
			down(i+1, next)
			count[k]--
			copy(sk, kept)
		}
	}
	down(0, 0)
	out, before := make([]float64, n), 0.0
	for i, l := range joint {
		total := vec.LogSumExp64(l)
		out[i] = total - before
		before = total
	}
	return out
}
