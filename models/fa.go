package models

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// FA is factor analysis, and with isotropic noise probabilistic PCA, with an
// amortised Gaussian: the model on which log p(x), the posterior, the bound and both
// parts of the gap between bound and evidence are known in closed form (Factors).
//
//	p(z) = N(0, I),  p(x|z) = N(W z + c, Psi),  q(z|x) = N(A h(x) + b, S)
//
// h is an MLP, without hidden layers x itself: then q can have the posterior's mean m(x),
// and nothing but the family's gap is left. S is diagonal, exp of twice a row for all data
// (shared) or of a linear head of h (free), of which the best is 1/Lambda_ii; or one for all
// data, by a lower triangle, S = L L' (full), or by its inverse, S^-1 = D + u u' (rank1),
// which is any S of two factors.
//
// It starts at c the data's mean, Psi their variances, W and q by Glorot's rule; or with
// start truth, p where the data come from. With sigma, Psi is sigma^2 I and stays. More
// factors than data are refused; a noise variance does not fall below 1e-6 in EM, so that a
// constant coordinate, or one that others give, costs no number.
//
// Tipping and Bishop 1999; gaps as Cremer, Li and Duvenaud 2018 (1801.03558); rank1 as
// Rezende, Mohamed and Wierstra 2014 (1401.4082).
type FA struct {
	Latent int    `name:"latent" min:"1" doc:"factors, the dimensions of z"`
	Noise  string `name:"noise" choices:"diagonal|isotropic" doc:"Psi: a variance a coordinate (factor analysis) or one for all (probabilistic PCA)"`
	Cov    string `name:"cov" choices:"shared|free|full|rank1" doc:"q's covariance: variances the same for all data, or a function of x; or one for all data with correlations, by a triangle or D + u u' inverted"`
	Hidden []int  `name:"hidden" min:"1" doc:"widths of the encoder's hidden layers; none is a linear encoder"`
	Act    string `name:"act" choices:"tanh|relu|softplus|sigmoid" doc:"activation of hidden layers"`

	Sigma float64 `name:"sigma" min:"0" late:"true" doc:"sd of isotropic noise that stays there; 0: it is learned"`
	Start string  `name:"start" choices:"data|truth" late:"true" doc:"of p: at the data's mean and variances, or where generated data come from"`
}

func (FA) Name() string { return "fa" }

// For is the model of D-dimensional real data.
func (m FA) For(d *vi.Data) (vi.Model, error) {
	act, err := activation("fa", m.Act)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		choose("fa", "noise", &m.Noise, "diagonal", "isotropic"), choose("fa", "cov", &m.Cov, "shared", "free", "full", "rank1"),
		choose("fa", "start", &m.Start, "data", "truth"), finite("fa", "sigma", m.Sigma),
		wide("fa", "latent", m.Latent), wide("fa", "hidden", m.Hidden...)); err != nil {
		return nil, err
	}
	switch {
	case d.Domain != vi.Real:
		return nil, fmt.Errorf("model fa: explains real data, got %s data %q", d.Domain, d.Name)
	case m.Sigma < 0:
		return nil, fmt.Errorf("model fa: sigma: got %g; need an sd above 0, or 0 to learn it", m.Sigma)
	case m.Sigma > 0 && m.Noise != "isotropic":
		return nil, fmt.Errorf("model fa: sigma: got %g with noise %s; need noise: isotropic", m.Sigma, m.Noise)
	case m.Latent > d.N:
		return nil, fmt.Errorf("model fa: latent: got %d factors for %d data; need as many data at least", m.Latent, d.N)
	}
	if m.Start == "truth" && d.X != nil {
		if err := m.knows(d); err != nil {
			return nil, err
		}
	}
	f := &fa{FA: m, data: d, q: newGaussian("inf/", d.D, m.Hidden, act, m.Latent), x: layer{"gen/W", "gen/c", m.Latent, d.D}}
	if m.Cov == "rank1" && m.Latent > 2 {
		return f, nil
	}
	return parted{f}, nil
}

// knows says why the data do not say where they come from, or not what this model could be.
func (m FA) knows(d *vi.Data) error {
	switch {
	case len(d.Noise) != d.D || len(d.Atoms)%d.D != 0:
		return fmt.Errorf("model fa: start truth: data %q do not say where they come from; need start: data, or generated data such as fa3", d.Name)
	case len(d.Atoms) != d.D*m.Latent:
		return fmt.Errorf("model fa: start truth: got %d factors, data %q come from %d", m.Latent, d.Name, len(d.Atoms)/d.D)
	}
	if m.Noise == "isotropic" {
		for _, v := range d.Noise {
			if v != d.Noise[0] {
				return fmt.Errorf("model fa: start truth: the noise of data %q is not isotropic; need noise: diagonal", d.Name)
			}
		}
	}
	return nil
}

type fa struct {
	FA
	data *vi.Data
	q    gaussian
	x    layer

	once      sync.Once
	mean, cov []float64 // of the data, for EM
}

// parted is FA whose q has a best in its family that is known.
type parted struct{ *fa }

// Names of parameters that are no layer's: log sd of x, and of q where it is shared its log
// sds, its triangle, or log D and u of rank1.
const (
	faSigma, faShared, faSpread = "gen/logsigma", "inf/logsigma", "inf/logsd"
	faLogD, faU                 = "inf/logd", "inf/u"
)

func (m *fa) layers() []layer {
	all := append(slices.Clone(m.q.layers), m.q.mu, m.x)
	if m.Cov == "free" {
		all = append(all, m.q.logsigma)
	}
	return all
}

func (m *fa) Sheet() vi.Sheet {
	sh := vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.Latent, Offers: []vi.Cap{vi.Score, vi.Path, vi.AnalyticKL, vi.BaseKL, vi.Moments}}},
		Offers: []vi.Cap{vi.Exact, vi.MStep, vi.Bound, vi.Simulate, vi.Linear, vi.Masked, vi.Complete, vi.Density, vi.Normal},
		Data:   vi.Real,
	}
	row := func(name string, cols int) { sh.Params = append(sh.Params, vi.Spec{Name: name, Rows: 1, Cols: cols}) }
	switch {
	case m.Sigma > 0:
	case m.Noise == "isotropic":
		row(faSigma, 1)
	default:
		row(faSigma, m.data.D)
	}
	switch m.Cov {
	case "shared":
		row(faShared, m.Latent)
	case "full":
		row(faSpread, spreadWidth(m.Latent, true))
	case "rank1":
		row(faLogD, m.Latent)
		row(faU, m.Latent)
	}
	if m.diagonal() {
		sh.Blocks[0].Offers = append(sh.Blocks[0].Offers, vi.Weak)
	}
	for _, l := range m.layers() {
		sh.Params = append(sh.Params, l.specs()...)
	}
	return sh
}

func (m *fa) diagonal() bool { return m.Cov == "shared" || m.Cov == "free" }

// Sheet is fa's, with both parts of the gap.
func (m parted) Sheet() vi.Sheet {
	sh := m.fa.Sheet()
	sh.Offers = append(sh.Offers, vi.Gaps)
	return sh
}

func (m *fa) Init(key rng.Key, p *vi.Params) {
	for _, l := range m.layers() {
		glorot(key, p, l)
	}
	if m.Cov == "rank1" { // at u = 0 nothing would move it
		glorot(key, p, layer{weight: faU, in: m.Latent, out: 1})
	}
	mean, variance := seenMoments(m.data.X, m.data.D)
	if m.Start == "truth" {
		p.Set(m.x.weight, m.data.Atoms)
		clear(mean)
		copy(mean, m.data.Mean)
		copy(variance, m.data.Noise)
	}
	p.Set(m.x.bias, mean)
	if m.Sigma > 0 {
		return
	}
	if m.Noise == "isotropic" {
		variance = []float64{vec.Sum(variance) / float64(m.data.D)}
	}
	for i, v := range variance {
		variance[i] = 0.5 * vec.Log64(max(v, leastVariance))
	}
	p.Set(faSigma, variance)
}

func (m *fa) Prior(s *vi.Step) dist.Dist {
	return s.Normal(s.Leaf(1, m.Latent), s.Leaf(1, m.Latent))
}

func (m *fa) Posterior(s *vi.Step) dist.Dist {
	if m.Cov == "free" {
		return m.q.of(s, s.X)
	}
	mu := m.q.mu.of(s, m.q.mlp.of(s, s.X), tape.Linear)
	switch m.Cov {
	case "full":
		return gaussianOf(s, mu, s.Param(faSpread), true)
	case "rank1":
		return rankOne(s, mu, s.Param(faLogD), s.Param(faU))
	}
	return s.Normal(mu, s.Param(faShared))
}

func (m *fa) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, m.x.of(s, z.Node, tape.Linear), m.spread(s))
}

// spread is log sigma of x, [1,D].
func (m *fa) spread(s *vi.Step) tape.Node {
	ls := m.logSigma(s)
	if m.Noise == "diagonal" {
		return ls
	}
	ones := s.Leaf(m.data.D, 1) // the one number for every coordinate: a product with a column of ones
	for v, j := ones.Value(), 0; j < m.data.D; j++ {
		v.Set(j, 1)
	}
	return s.Affine(ls, ones, tape.Node{}, tape.Linear)
}

// logSigma is it as it is held: [1,D], isotropic [1,1].
func (m *fa) logSigma(s *vi.Step) tape.Node {
	if m.Sigma > 0 {
		return full(s, 1, vec.Log64(m.Sigma))
	}
	return s.Param(faSigma)
}

// Atoms, Linear and Shift are W, log sigma and c.
func (m *fa) Atoms(p *vi.Params) []float64 { return p.Value(m.x.weight).AppendTo(nil) }

func (m *fa) Linear(s *vi.Step) (w, logsigma tape.Node) { return s.Param(m.x.weight), m.logSigma(s) }
func (m *fa) Shift(s *vi.Step) tape.Node                { return s.Param(m.x.bias) }

// factors reads theta into closed forms; parameters that are no model's (a
// diverged cell's) have none.
func (m *fa) factors(p *vi.Params) (*Factors, error) {
	get := func(name string) []float64 { return p.Value(name).AppendTo(nil) }
	psi, ls := make([]float64, m.data.D), []float64{vec.Log64(m.Sigma)}
	if m.Sigma == 0 {
		ls = get(faSigma)
	}
	for j := range psi {
		psi[j] = vec.Exp64(2 * ls[j%len(ls)])
	}
	return NewFactors(m.Latent, get(m.x.weight), get(m.x.bias), psi)
}

func (m *fa) LogEvidence(p *vi.Params, x []float64) []float64 {
	f, err := m.factors(p)
	if err == nil && hasNaN(x) {
		return f.seenEvidence(x)
	}
	out := make([]float64, len(x)/m.data.D)
	for n := range out {
		if out[n] = nan; err == nil {
			out[n] = f.LogEvidence(x[n*m.data.D : (n+1)*m.data.D])
		}
	}
	return out
}

// Bound is the mean ELBO of q.
func (m *fa) Bound(p *vi.Params, d *vi.Data) float64 {
	f, err := m.factors(p)
	if err != nil {
		return nan
	}
	q, sum := m.covariance(p), 0.0
	for x := range slices.Chunk(d.X, m.data.D) {
		mu, q := m.posterior(p, q, x)
		sum += f.LogEvidence(x) - q.kl(f, x, mu)
	}
	return sum / float64(d.N)
}

// Gaps are of the best q of the family: of a diagonal one Factors knows it, and any other
// can be the posterior.
func (m parted) Gaps(p *vi.Params, x []float64) (approximation, amortisation []float64) {
	f, err := m.factors(p)
	shared := m.covariance(p)
	for row := range slices.Chunk(x, m.data.D) {
		a, b := nan, nan
		if err == nil {
			mu, q := m.posterior(p, shared, row)
			if m.diagonal() {
				a, b = f.ApproximationGap(), f.AmortisationGap(row, mu, q.s2)
			} else {
				a, b = 0, q.kl(f, row, mu)
			}
		}
		approximation, amortisation = append(approximation, a), append(amortisation, b)
	}
	return approximation, amortisation
}

// covariance is q's, by its variances where it is diagonal.
type covariance struct {
	s2     []float64 // [L]
	s      []float64 // [L,L]
	logDet float64   // log det s
}

func (q covariance) kl(f *Factors, x, mu []float64) float64 {
	if q.s == nil {
		return f.KL(x, mu, q.s2)
	}
	return f.KLFull(x, mu, q.s, q.logDet)
}

// covariance is that which is the same for all data.
func (m *fa) covariance(p *vi.Params) (q covariance) {
	get := func(name string) []float64 { return p.Value(name).AppendTo(nil) }
	h := m.Latent
	switch m.Cov {
	case "shared":
		q.s2 = variances(get(faShared))
	case "full":
		l := get(faSpread) // by columns
		for k := range h {
			q.logDet += 2 * l[k*h+k]
			l[k*h+k] = vec.Exp64(l[k*h+k])
			clear(l[k*h : k*h+k])
		}
		q.s = make([]float64, h*h)
		blas.Gemm(true, false, h, h, h, l, l, q.s)
	case "rank1":
		q.s, q.logDet = rankOneCovariance(get(faLogD), get(faU))
	}
	return q
}

func variances(logsigma []float64) []float64 {
	for i, l := range logsigma {
		logsigma[i] = vec.Exp64(2 * l)
	}
	return logsigma
}

// posterior is q's mean and covariance at one x, given what is shared, in float64
// whatever the precision.
func (m *fa) posterior(p *vi.Params, shared covariance, x []float64) (mu []float64, q covariance) {
	for _, l := range m.q.layers {
		x = l.at(p, x)
		activate(m.q.act, x)
	}
	if m.Cov == "free" {
		shared.s2 = variances(m.q.logsigma.at(p, x))
	}
	return m.q.mu.at(p, x), shared
}

// at is the layer's W x + b without a tape.
func (l layer) at(p *vi.Params, x []float64) []float64 {
	w, y := p.Value(l.weight), p.Value(l.bias).AppendTo(nil)
	for i := range y {
		for j, v := range x {
			y[i] += float64(w.At(i*l.in+j) * v)
		}
	}
	return y
}

func activate(a tape.Act, x []float64) {
	switch a {
	case tape.Tanh:
		vec.Tanh(x, x)
	case tape.Sigmoid:
		vec.Sigmoid(x, x)
	case tape.Softplus:
		vec.Softplus(x, x)
	case tape.ReLU:
		for i, v := range x {
			x[i] = max(v, 0)
		}
	}
}
