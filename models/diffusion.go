package models

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Diffusion is a variational diffusion model of centred Gaussian data with a linear denoiser, one
// number w_t a level, so that all of its bound is in closed form. Of log SNR l_t, even from snr to -snr,
//
//	ab_t = sigmoid(l_t),  q(x_t|x) = N(sqrt(ab_t) x, (1-ab_t) I),  x^(x_t) = w_t x_t,  p(x_T) = N(0, I)
//
// Where x ~ N(0, s2 I) the best w_t is sqrt(ab_t) s2 / (ab_t s2 + 1 - ab_t), of error s2 (1-ab_t) / (ab_t
// s2 + 1-ab_t); of t = 1 that is the variance of p(x|x_1). Even then the bound is short of log p(x), by a gap
// that falls as 1/T: steps are of finite size.
//
// Sohl-Dickstein and others 2015 (1503.03585); as in Luo 2022 (2208.11970).
type Diffusion struct {
	Steps    int     `name:"steps" min:"2" max:"100000" doc:"levels of noise, T"`
	Variance float64 `name:"variance" min:"0.000001" max:"1000000" doc:"s2 of the data"`
	SNR      float64 `name:"snr" min:"0.1" max:"20" doc:"log of the signal-to-noise ratio at the first level, and minus it at the last"`
	Start    string  `name:"start" choices:"exact|zero" doc:"w: the best there is, or zeros"`
}

func (Diffusion) Name() string { return "diffusion" }

// For is the model of real data.
func (m Diffusion) For(d *vi.Data) (vi.Model, error) {
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model diffusion: explains real data, got %s data %q", d.Domain, d.Name)
	}
	if m.Steps < 2 {
		return nil, fmt.Errorf("model diffusion: steps: got %d; need at least 2: one has no level between data and noise", m.Steps)
	}
	for _, x := range []struct {
		name string
		at   float64
	}{{"variance", m.Variance}, {"snr", m.SNR}} {
		if !(x.at > 0) || x.at-x.at != 0 {
			return nil, fmt.Errorf("model diffusion: %s: got %g; need a number above 0", x.name, x.at)
		}
	}
	if err := choose("diffusion", "start", &m.Start, "exact", "zero"); err != nil {
		return nil, err
	}
	n := &diffusion{Diffusion: m, d: d.D, ab: make([]float64, m.Steps), snr: make([]float64, m.Steps)}
	for t := range n.ab {
		l := m.SNR - 2*m.SNR*float64(t)/float64(m.Steps-1)
		n.ab[t], n.snr[t] = sigmoid(l), vec.Exp64(l)
	}
	return n, nil
}

type diffusion struct {
	Diffusion
	d       int
	ab, snr []float64
}

const diffusionW = "gen/w" // [1,T]

func (m *diffusion) Sheet() vi.Sheet {
	return vi.Sheet{Params: []vi.Spec{{Name: diffusionW, Rows: 1, Cols: m.Steps}}, Offers: []vi.Cap{vi.Denoise, vi.Bound, vi.Exact}, Data: vi.Real}
}

func (m *diffusion) Init(_ rng.Key, p *vi.Params) {
	w := make([]float64, m.Steps)
	for t := range w {
		if m.Start == "exact" {
			w[t], _ = m.best(t)
		}
	}
	p.Set(diffusionW, w)
}

// best is w_t+1 and its error.
func (m *diffusion) best(t int) (w, err float64) {
	r, scale := m.ab[t], m.Variance/(float64(m.ab[t]*m.Variance)+m.rest(t))
	return math.Sqrt(r) * scale, m.rest(t) * scale
}

// rest is 1 - ab_t+1, without the cancellation.
func (m *diffusion) rest(t int) float64 { return 1 / (1 + m.snr[t]) }

func (m *diffusion) AlphaBar() []float64 { return m.ab }

// Last is the error of the best guess at the first level.
func (m *diffusion) Last() float64 {
	_, v := m.best(0)
	return v
}

// Denoise is w_t x_t.
func (m *diffusion) Denoise(s *vi.Step, t, xt tape.Node) tape.Node {
	rows, _ := xt.Shape()
	at := s.Leaf(rows, m.Steps)
	for r := range rows {
		at.Value().Set(r*m.Steps+int(t.Value().At(r))-1, 1)
	}
	w, ones := s.Affine(at, s.Param(diffusionW), tape.Node{}, tape.Linear), s.Blank(m.d, 1)
	for i := range m.d {
		ones.Value().Set(i, 1)
	}
	return xt.Mul(s.Affine(w, ones, tape.Node{}, tape.Linear))
}

// Bound is the diffusion bound, with E |w x_t - x|^2 = (w sqrt(ab_t) - 1)^2 |x|^2 + w^2 (1-ab_t) D:
//
//	E log p(x|x_1) - KL(q(x_T|x) || N(0,I)) - sum_t>1 1/2 (SNR_t-1 - SNR_t) E |w_t x_t - x|^2
func (m *diffusion) Bound(p *vi.Params, data *vi.Data) float64 {
	w, d, last := p.Value(diffusionW), float64(m.d), m.Last()
	x2 := vec.SumSq(data.X) / float64(data.N)
	err := func(t int) float64 {
		a := float64(w.At(t)*math.Sqrt(m.ab[t])) - 1
		return float64(float64(a*a)*x2) + float64(float64(w.At(t)*w.At(t))*float64(m.rest(t)*d))
	}
	end := m.Steps - 1
	out := -float64(d*(log2Pi+vec.Log64(last))/2) - float64(err(0)/last/2) // a half is a product too
	out -= float64(0.5 * (float64(m.ab[end]*x2) - float64(d*m.ab[end]) - float64(d*vec.Log64(m.rest(end)))))
	for t := 1; t <= end; t++ {
		out -= float64(0.5 * float64((m.snr[t-1]-m.snr[t])*err(t)))
	}
	return out
}

// LogEvidence is log N(x; 0, s2 I): of the data's law, which the bound comes to.
func (m *diffusion) LogEvidence(_ *vi.Params, x []float64) []float64 {
	out := make([]float64, len(x)/m.d)
	for n := range out {
		out[n] = -0.5 * (float64(float64(m.d)*(log2Pi+vec.Log64(m.Variance))) + vec.SumSq(x[n*m.d:(n+1)*m.d])/m.Variance)
	}
	return out
}
