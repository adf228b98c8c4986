package models

import (
	"fmt"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// LinearRegression is Bayesian linear regression of the last column of real data on the others, u.
//
//	w ~ N(0, I/alpha),  y_n ~ N(u_n'w, 1/beta);   w | y ~ N(m, L^-1),  L = alpha I + beta U'U,  m = beta L^-1 U'y
//
// Its w is of all data together. q is mean-field, a mean and a log sd a weight, which estimators of a cost
// raise row by row, E log p(y_n|w), the model adding -1/N KL(q || p(w)): Bayes by Backprop, by elbo of form
// sgvb-b, the path. The
// best such q has the mean m and variances 1/L_ii, below those of the posterior. Or q is particles,
// for chains.
//
// Bishop 2006, section 3.3; as in Jospin and others 2022 (2007.06823); Bayes by Backprop, Blundell and others 2015 (1505.05424).
type LinearRegression struct {
	Q     string  `name:"q" choices:"mean-field|particles" doc:"q of the weights: Gaussians, or a table of chains"`
	Alpha float64 `name:"alpha" min:"0.000001" max:"1000000" doc:"precision of a weight's prior"`
	Beta  float64 `name:"beta" min:"0.000001" max:"1000000" doc:"precision of the noise"`
	SD    float64 `name:"sd" min:"0.0001" max:"10000" doc:"at the start q's sd of a weight, and its mean is 0; particles are drawn so"`
	Count int     `name:"particles" min:"2" max:"1000000" with:"q=particles" doc:"how many, each a chain"`
}

func (LinearRegression) Name() string { return "linear-regression" }

// For is the regression on real data of at least two columns.
func (m LinearRegression) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Real || d.D < 2 {
		return nil, fmt.Errorf("model linear-regression: regresses the last of several real columns on the others, got %d %s of data %q", d.D, d.Domain, d.Name)
	}
	if err := choose("linear-regression", "q", &m.Q, "mean-field", "particles"); err != nil {
		return nil, err
	}
	for _, x := range []struct {
		name string
		at   float64
	}{{"alpha", m.Alpha}, {"beta", m.Beta}, {"sd", m.SD}} {
		if err := finite("linear-regression", x.name, x.at); err != nil {
			return nil, err
		}
		if !(x.at > 0) {
			return nil, fmt.Errorf("model linear-regression: %s: got %g; need a number above 0", x.name, x.at)
		}
	}
	if m.Q == "particles" && m.Count < 2 {
		return nil, fmt.Errorf("model linear-regression: particles: got %d; need at least 2", m.Count)
	}
	r := regression{LinearRegression: m, p: d.D - 1, n: d.N}
	r.moments(d)
	if m.Q == "particles" {
		return &regressionChains{r}, nil
	}
	start := []value{{regressionMu, make([]float64, r.p)}, {regressionLogSD, make([]float64, r.p)}}
	for i := range start[1].at {
		start[1].at[i] = vec.Log64(m.SD)
	}
	return &regressionVI{regression: r, cost: cost{
		domain: vi.Real, start: start, f: r.logLik,
		block: vi.Block{Name: "w", Kind: "real", Dim: r.p, Offers: []vi.Cap{vi.Score, vi.Path, vi.Weak}},
		q:     func(s *vi.Step) dist.Dist { return s.Normal(s.Param(regressionMu), s.Param(regressionLogSD)) },
	}}, nil
}

const regressionMu, regressionLogSD, regressionW = "inf/mu", "inf/logsd", "inf/w"

// regression is what both q have in common.
type regression struct {
	LinearRegression
	p, n int       // weights, rows
	uu   []float64 // U'U [P,P]
	uy   []float64 // U'y [P]
	yy   float64   // y'y
}

func (m *regression) moments(d *vi.Data) {
	n := len(d.X) / d.D // none yet where a suite is only looked at
	u, y := make([]float64, n*m.p), make([]float64, n)
	for i := range n {
		copy(u[i*m.p:(i+1)*m.p], d.X[i*d.D:])
		y[i] = d.X[(i+1)*d.D-1]
	}
	m.uu, m.uy, m.yy = make([]float64, m.p*m.p), make([]float64, m.p), vec.SumSq(y)
	if n > 0 {
		blas.Gemm(true, false, m.p, m.p, n, u, u, m.uu)
		blas.Gemm(true, false, m.p, 1, n, u, y, m.uy)
	}
}

// NormalPosterior is m and L. L is positive whatever the data: of a column of zeros, or of one twice,
// the prior decides.
func (m *regression) NormalPosterior() (mean, precision []float64) {
	precision = make([]float64, m.p*m.p)
	for i, x := range m.uu {
		precision[i] = float64(m.Beta * x)
		if i%(m.p+1) == 0 {
			precision[i] += m.Alpha
		}
	}
	mean = append(mean, m.uy...)
	vec.Scale(m.Beta, mean)
	chol, err := linalg.NewCholesky(precision, m.p, 0)
	if err != nil {
		for i := range mean {
			mean[i] = nan
		}
		return mean, precision
	}
	chol.Solve(mean)
	return mean, precision
}

// split are the inputs [B,P] of the batch and its responses with a minus, [1,B].
func (m *regression) split(s *vi.Step) (u, minus tape.Node) {
	minus = s.Blank(1, s.B())
	for b, x := 0, s.X.Value(); b < s.B(); b++ {
		minus.Value().Set(b, -x.At(b*(m.p+1)+m.p))
	}
	return s.X.Cols(0, m.p), minus
}

// logLik is log p(y_n|w) of every draw, [K,B].
func (m *regression) logLik(s *vi.Step, w dist.Value) tape.Node {
	ones := s.Blank(1, m.p)
	for i := range m.p {
		ones.Value().Set(i, 1)
	}
	u, _ := m.split(s)
	mean := s.Affine(w.Node.Mul(u), ones, tape.Node{}, tape.Linear)
	return s.NormalLogProb(w.K, s.X.Cols(m.p, m.p+1), mean, constant(s, 1, -0.5*vec.Log64(m.Beta)))
}

// regressionVI has a Gaussian q.
type regressionVI struct {
	regression
	cost
}

func (m *regressionVI) Name() string { return m.LinearRegression.Name() }

func (m *regressionVI) Sheet() vi.Sheet {
	s := m.cost.Sheet()
	s.Offers = append(s.Offers, vi.Bound, vi.Unknowns, vi.Gaussians)
	return s
}

// Guide is -1/N KL(q || p(w)).
func (m *regressionVI) Guide(s *vi.Step) tape.Node {
	prior := s.Blank(1, m.p)
	for i := range m.p {
		prior.Value().Set(i, -0.5*vec.Log64(m.Alpha))
	}
	return s.KLNormal(1, s.Param(regressionMu), s.Param(regressionLogSD), s.Leaf(1, m.p), prior).Mean().Scale(-1 / float64(s.N))
}

// moved are q's means and variances.
func (m *regressionVI) moved(p *vi.Params) (mean, variance []float64) {
	mean, variance = p.Value(regressionMu).AppendTo(nil), p.Value(regressionLogSD).AppendTo(nil)
	for i, l := range variance {
		variance[i] = vec.Exp64(2 * l)
	}
	return mean, variance
}

// Bound is 1/N [ E_q log p(y|w) - KL(q || p(w)) ] on the data trained on.
func (m *regressionVI) Bound(p *vi.Params, _ *vi.Data) float64 {
	mean, variance := m.moved(p)
	ss, kl := m.yy, 0.0 // E |y - U w|^2
	for i, x := range mean {
		row := m.uu[i*m.p : (i+1)*m.p]
		ss += float64(x*(vec.Dot(row, mean)-float64(2*m.uy[i]))) + float64(row[i]*variance[i])
		kl += float64(0.5 * (float64(m.Alpha*(variance[i]+float64(x*x))) - 1 - vec.Log64(m.Alpha*variance[i])))
	}
	n := float64(m.n)
	return (float64(0.5*(float64(n*(vec.Log64(m.Beta)-log2Pi))-float64(m.Beta*ss))) - kl) / n
}

// Unknowns are the weights, each its own.
func (m *regressionVI) Unknowns(p *vi.Params) vi.Beliefs {
	mean, variance := m.moved(p)
	return vi.Beliefs{L: 1, M: m.p, Mean: mean, Variance: variance}
}

// regressionChains has particles.
type regressionChains struct{ regression }

func (m *regressionChains) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: regressionW, Rows: m.Count, Cols: m.p}},
		Offers: []vi.Cap{vi.Particles, vi.Unknowns, vi.Gaussians}, Data: vi.Real,
	}
}

func (m *regressionChains) Init(key rng.Key, p *vi.Params) {
	w := make([]float64, m.Count*m.p)
	key.Fold(regressionW).Normal64(w, 0)
	vec.Scale(m.SD, w)
	p.Set(regressionW, w)
}

func (m *regressionChains) Particles() string { return regressionW }

// LogDensity is log p(w) + N/B sum_b log p(y_b|w).
func (m *regressionChains) LogDensity(s *vi.Step, w tape.Node) tape.Node {
	u, minus := m.split(s)
	off := s.Affine(w, u, minus, tape.Linear) // w'u_b - y_b, [R,B]
	ss := off.Mul(off).SumD(1).Scale(-0.5 * m.Beta * float64(s.N) / float64(s.B()))
	prior := w.Mul(w).SumD(1).Scale(-0.5 * m.Alpha)
	c := 0.5 * (float64(float64(s.N)*(vec.Log64(m.Beta)-log2Pi)) + float64(float64(m.p)*(vec.Log64(m.Alpha)-log2Pi)))
	return ss.Add(prior).Add(prior.Const(c))
}

// Unknowns are the particles.
func (m *regressionChains) Unknowns(p *vi.Params) vi.Beliefs {
	return vi.Beliefs{L: 1, M: m.p, Particles: p.Value(regressionW).AppendTo(nil)}
}
