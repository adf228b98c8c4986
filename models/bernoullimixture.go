package models

import (
	"fmt"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// BernoulliMixture is a mixture of K products of bits, latent classes, its component summed out.
//
//	p(x) = sum_k pi_k prod_d sigmoid(a_kd)^x_d sigmoid(-a_kd)^(1-x_d)
//
// It starts at equal weights and a = the log odds of the data's means plus N(0, sd^2), by the seed and start. A step of EM
// takes no chance below 1e-6 or above 1 - 1e-6; a component that no datum is of keeps its chances.
//
// Lazarsfeld and Henry 1968; beside continuous mixtures, Correia and others 2023 (2209.10584).
type BernoulliMixture struct {
	K     int     `name:"k" min:"1" max:"100000" doc:"components"`
	SD    float64 `name:"sd" min:"0" doc:"of the log odds about the data's at the start; 0 is a saddle"`
	Start int     `name:"start" min:"0" doc:"which of the seed's starts: restarts are cells"`
}

func (BernoulliMixture) Name() string { return "bernoulli-mixture" }

// For is the mixture for binary data.
func (m BernoulliMixture) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Binary || d.Grey {
		return nil, fmt.Errorf("model bernoulli-mixture: explains binary data, got %s data %q", domainOf(d), d.Name)
	}
	if m.K < 1 {
		return nil, fmt.Errorf("model bernoulli-mixture: k: got %d; need at least 1 component", m.K)
	}
	return &bernoulliMixture{m, d}, finite("bernoulli-mixture", "sd", m.SD)
}

type bernoulliMixture struct {
	BernoulliMixture
	data *vi.Data
}

// Names of its parameters: log pi up to a constant [1,K], a [K,D].
const bernoulliPi, bernoulliA = "gen/logpi", "gen/logits"

// leastBit is the least chance of a bit that EM takes.
const leastBit = 1e-6

func (m *bernoulliMixture) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: bernoulliPi, Rows: 1, Cols: m.K}, {Name: bernoulliA, Rows: m.K, Cols: m.data.D}},
		Offers: []vi.Cap{vi.Exact, vi.MStep, vi.Gradient}, Data: vi.Binary,
	}
}

func (m *bernoulliMixture) Init(key rng.Key, p *vi.Params) {
	p.Set(bernoulliPi, make([]float64, m.K))
	a := make([]float64, m.K*m.data.D)
	rng.Plate(key.Fold(bernoulliA), uint64(m.Start)).Normal64(a, 0)
	mean := columnMeans(m.data.X, m.data.D)
	for i := range a {
		a[i] = float64(m.SD*a[i]) + logOdds(min(max(mean[i%m.data.D], 0.01), 0.99))
	}
	p.Set(bernoulliA, a)
}

func logOdds(p float64) float64 { return vec.Log64(p) - vec.Log64(1-p) }

// classes are log pi_k p(x|k) of rows x, [N,K].
func (m *bernoulliMixture) classes(p *vi.Params, x []float64) []float64 {
	a, base := p.Value(bernoulliA).AppendTo(nil), p.Value(bernoulliPi).AppendTo(nil)
	d, total := m.data.D, vec.LogSumExp64(base)
	none := append([]float64{}, a...)
	vec.Softplus(none, none)
	for k := range base {
		base[k] -= total + vec.Sum(none[k*d:(k+1)*d])
	}
	out := make([]float64, len(x)/d*m.K)
	blas.GemmFrom(false, true, len(x)/d, m.K, d, x, a, base, out)
	return out
}

func (m *bernoulliMixture) LogEvidence(p *vi.Params, x []float64) []float64 {
	l, out := m.classes(p, x), make([]float64, len(x)/m.data.D)
	for n := range out {
		out[n] = vec.LogSumExp64(l[n*m.K : (n+1)*m.K])
	}
	return out
}

// sums are those of the responsibilities [K] and of r x [K,D] over the rows of a step.
func (m *bernoulliMixture) sums(s *vi.Step) (r, rx []float64) {
	x := s.X.Value().AppendTo(nil)
	l := m.classes(s.Params(), x)
	r, rx = make([]float64, m.K), make([]float64, m.K*m.data.D)
	for n := range s.B() {
		row := l[n*m.K : (n+1)*m.K]
		softmax(row)
		vec.Axpy(1, row, r)
	}
	blas.Gemm(true, false, m.K, m.data.D, s.B(), l, x, rx)
	return r, rx
}

// Maximise is EM's step: pi = E r and chances E r x / E r.
func (m *bernoulliMixture) Maximise(s *vi.Step, target tape.Vector) {
	r, rx := m.sums(s)
	pi, a := s.Of(target, bernoulliPi), s.Of(target, bernoulliA)
	for k, w := range r {
		share := w / float64(s.B())
		pi.Set(k, vec.Log64(max(share, leastShare)))
		if share <= leastShare {
			continue
		}
		for j := range m.data.D {
			p := rx[k*m.data.D+j] / w
			a.Set(k*m.data.D+j, logOdds(min(max(p, leastBit), 1-leastBit)))
		}
	}
}

// Gradient is, by Fisher's identity, d/dlog pi = E r - pi and d/da_k = E r_k (x - sigmoid(a_k)).
func (m *bernoulliMixture) Gradient(s *vi.Step, to tape.Vector) {
	r, rx := m.sums(s)
	n, d := float64(s.B()), m.data.D
	pi, a := s.Params().Value(bernoulliPi).AppendTo(nil), s.Params().Value(bernoulliA)
	softmax(pi)
	toPi, toA := s.Of(to, bernoulliPi), s.Of(to, bernoulliA)
	for k, w := range r {
		toPi.Set(k, w/n-pi[k])
		for j := k * d; j < (k+1)*d; j++ {
			toA.Set(j, (rx[j]-float64(w*vec.Sigmoid64(a.At(j))))/n)
		}
	}
}
