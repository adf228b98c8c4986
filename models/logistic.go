package models

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Logistic is Bayesian logistic regression. Of a row of the data the last column is the
// response, 1 above zero, and the others are the inputs u; a column of ones is an intercept.
//
//	w ~ N(0, prior_sd^2 I),  p(y_n = 1 | w) = sigmoid(u_n'w),  q(w) Gaussian
//
// The weights are of all data together, and so is a log weight log p(y, w) - log q(w): nats
// are those of the data set and no datum's, every row of a step is one draw of w, and a batch of
// b rows is b draws. So bounds of several samples and the score are what they are
// anywhere else. With one weight or two log p(y) and the bounds between it and the ELBO are known by quadrature.
//
// Sjolund 2023 (2301.01236); by Laplace, MacKay 1992.
type Logistic struct {
	PriorSD float64 `name:"prior_sd" min:"0.001" max:"1000" doc:"sd of the prior of each weight"`
	Global
}

func (Logistic) Name() string { return "logistic" }

// For is the regression of the last column of real data on the others.
func (m Logistic) For(d *vi.Data) (vi.Model, error) {
	if m.PriorSD == 0 {
		m.PriorSD = 1
	}
	if err := errors.Join(finite("logistic", "prior_sd", m.PriorSD), m.check("logistic")); err != nil {
		return nil, err
	}
	if !(m.PriorSD > 0) {
		return nil, fmt.Errorf("model logistic: prior_sd: got %g; need a number above 0", m.PriorSD)
	}
	if d.Domain != vi.Real || d.D < 2 {
		return nil, fmt.Errorf("model logistic: regresses the last of several real columns on the others, got %d %s of data %q", d.D, d.Domain, d.Name)
	}
	m.d = d.D - 1
	l := &logistic{Logistic: m, data: d}
	for i, x := range d.X { // none yet where a suite is only looked at
		if i%d.D < m.d {
			l.u = append(l.u, x)
			continue
		}
		y := 0.0
		if x > 0 {
			y = 1
		}
		l.y = append(l.y, y)
	}
	if m.d <= 2 {
		g := &logisticGrid{logistic: l}
		g.logZ = sync.OnceValue(func() float64 { return g.integral(nil, 0) })
		return g, nil
	}
	return l, nil
}

type logistic struct {
	Logistic
	data *vi.Data
	u    []float64 // inputs [N,d]
	y    []float64 // responses [N], 0 or 1
}

func (m *logistic) Sheet() vi.Sheet {
	return vi.Sheet{Blocks: []vi.Block{m.block("w", vi.AnalyticKL, vi.BaseKL)}, Params: m.specs(), Data: vi.Real, Offers: []vi.Cap{vi.Gaussian}}
}

func (m *logistic) Init(_ rng.Key, p *vi.Params) {
	for _, v := range m.start() {
		p.Set(v.name, v.at)
	}
}

func (m *logistic) Prior(s *vi.Step) dist.Dist {
	log := make([]float64, m.d)
	for i := range log {
		log[i] = vec.Log64(m.PriorSD)
	}
	return s.Normal(s.Leaf(1, m.d), constant(s, 1, log...))
}

// LogLik is log p(y|w) of all data, for each draw of w.
func (m *logistic) LogLik(s *vi.Step, w dist.Value) tape.Node {
	logits := s.Affine(w.Node, constant(s, m.data.N, m.u...), tape.Node{}, tape.Linear)
	return s.BernoulliLogProb(w.K, constant(s, 1, m.y...), logits)
}

// logJoint is log p(y, w) as a number.
func (m *logistic) logJoint(w []float64) float64 {
	a := make([]float64, len(m.y))
	s := -float64(float64(m.d) * (float64(0.5*log2Pi) + vec.Log64(m.PriorSD)))
	for _, x := range w {
		x /= m.PriorSD
		s -= float64(0.5 * float64(x*x))
	}
	for n, y := range m.y { // log sigmoid(a) where y is 1, log sigmoid(-a) where it is 0
		a[n] = float64(vec.Dot(m.u[n*m.d:(n+1)*m.d], w) * (1 - 2*y))
	}
	vec.Softplus(a, a)
	return s - vec.Sum(a)
}

// curvature is the gradient of log p(y, w) and minus its second derivative, [d] and [d,d].
func (m *logistic) curvature(w []float64) (g, h []float64) {
	g, h = make([]float64, m.d), make([]float64, m.d*m.d)
	for i, x := range w {
		g[i], h[i*m.d+i] = -x/float64(m.PriorSD*m.PriorSD), 1/float64(m.PriorSD*m.PriorSD)
	}
	for n, y := range m.y {
		u := m.u[n*m.d : (n+1)*m.d]
		p := sigmoid(vec.Dot(u, w))
		for i, x := range u {
			g[i] += float64((y - p) * x)
			for j, z := range u {
				h[i*m.d+j] += float64(float64(p*(1-p)) * float64(x*z))
			}
		}
	}
	return g, h
}

// mode is where log p(y, w), which is concave, is largest: Newton's steps, halved while it falls.
func (m *logistic) mode() (w []float64, curvature *linalg.Cholesky, err error) {
	w = make([]float64, m.d)
	at := m.logJoint(w)
	for range 100 {
		step, h := m.curvature(w)
		if curvature, err = linalg.NewCholesky(h, m.d, 0); err != nil {
			return nil, nil, err
		}
		curvature.Solve(step)
		next := make([]float64, m.d)
		rises := false
		for range 60 {
			for i := range next {
				next[i] = w[i] + step[i]
			}
			l := m.logJoint(next)
			if rises = l > at; rises {
				at = l
				break
			}
			vec.Scale(0.5, step)
		}
		if !rises {
			break
		}
		copy(w, next)
	}
	return w, curvature, nil
}

// logisticGrid is the regression with one weight or two, over which sums can be taken.
type logisticGrid struct {
	*logistic
	logZ func() float64
}

func (m *logisticGrid) Sheet() vi.Sheet {
	s := m.logistic.Sheet()
	s.Offers = append(s.Offers, vi.Exact, vi.Renyi)
	return s
}

// LogEvidence is log p(y) of all data, as often as there are rows.
func (m *logisticGrid) LogEvidence(_ *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/m.data.D)
	for i := range out {
		out[i] = m.logZ()
	}
	return out
}

// RenyiBound is that of an order from 0, log p(y), to 1, the ELBO E_q log p(y, w) + H[q]; their
// difference is KL(q || p(w|y)). NaN beyond.
func (m *logisticGrid) RenyiBound(p *vi.Params, _ *vi.Data, alpha float64) float64 {
	switch {
	case alpha == 0:
		return m.logZ()
	case alpha == 1:
		_, l := m.factor(p)
		return m.trapezoid(p, m.logJoint) + m.entropy(l)
	case alpha > 0 && alpha < 1:
		return m.integral(p, alpha) / (1 - alpha)
	}
	return nan
}

// integral is log of the integral of p(y, w)^(1-alpha) q(w)^alpha, by the trapezoid rule about p's
// mode, in steps of a fifth of the sds that both curvatures give together, as far out as the
// integrand, which is log-concave, is within exp(-50) of its top. NaN where that is nowhere.
func (m *logisticGrid) integral(p *vi.Params, alpha float64) float64 {
	const h = 0.2
	mode, curve, err := m.mode()
	if err != nil {
		return nan
	}
	logq := func([]float64) float64 { return 0 }
	if alpha > 0 {
		_, at := m.curvature(mode)
		mean, prec := m.Gaussian(p)
		for i := range at {
			at[i] = float64((1-alpha)*at[i]) + float64(alpha*prec[i])
		}
		if curve, err = linalg.NewCholesky(at, m.d, 0); err != nil {
			return nan
		}
		_, l := m.factor(p)
		most := float64(-0.5 * (float64(float64(m.d)*log2Pi) + l.LogDet()))
		e := make([]float64, m.d)
		logq = func(w []float64) float64 {
			for i := range e {
				e[i] = w[i] - mean[i]
			}
			l.Lower(e)
			return most - float64(0.5*vec.SumSq(e))
		}
	}
	v, w := make([]float64, m.d), make([]float64, m.d)
	for n := 40; n <= 640; n *= 2 {
		var inside, rim []float64
		var walk func(i int, edge bool)
		walk = func(i int, edge bool) {
			if i == m.d {
				copy(w, v)
				curve.Upper(w)
				for j := range w {
					w[j] += mode[j]
				}
				l := float64((1-alpha)*m.logJoint(w)) + float64(alpha*logq(w))
				if inside = append(inside, l); edge {
					rim = append(rim, l)
				}
				return
			}
			for k := -n; k <= n; k++ {
				v[i] = float64(h * float64(k))
				walk(i+1, edge || k == n || k == -n)
			}
		}
		walk(0, false)
		if slices.Max(rim) < slices.Max(inside)-50 {
			return vec.LogSumExp64(inside) + float64(float64(m.d)*vec.Log64(h)) - float64(0.5*curve.LogDet())
		}
	}
	return nan
}
