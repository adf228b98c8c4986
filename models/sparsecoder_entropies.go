package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// entropic is a sparse coder with a laplace or a gaussian prior, both of whose scales are
// free, and a Gaussian posterior: the capability Entropies.
type entropic struct{ *sparseCoder }

func (m entropic) Sheet() vi.Sheet {
	sh := m.sparseCoder.Sheet()
	sh.Offers = append(sh.Offers, vi.Scales)
	return sh
}

func (m entropic) Infer(p *vi.Params, d *vi.Data) (vi.Model, *vi.Params, error) {
	o, q, err := m.sparseCoder.Infer(p, d)
	if err != nil {
		return nil, nil, err
	}
	return entropic{o.(*sparseCoder)}, q, nil
}

// Entropies are, with a_h the batch's mean of E|z_h| (laplace) or of E z_h^2 (gaussian),
// and S that of E||x - A z||^2,
//
//	laplace:   H[p(z)] = sum_h log(2 e l_h),           l_h = a_h
//	gaussian:  H[p(z)] = sum_h 1/2 log(2 pi e l_h^2),  l_h^2 = a_h
//	H[p(x|z)] = D/2 log(2 pi e s^2),  s^2 = S/D
//
// A gradient is that of sum_h a_h / l_h, or 1/2 sum_h a_h / l_h^2, and of S/(2 s^2) with the
// scales held: at their best they have none of their own.
func (m entropic) Entropies(s *vi.Step, w vi.Weights) vi.Entropies {
	q := m.best(s, w).(dist.Code)
	b, d, gaussian := float64(s.B()), float64(m.data.D), m.SparseCoder.Prior == "gaussian"

	moment := q.AbsMoment()
	if gaussian {
		_, moment, _ = q.Moments()
	}
	target := s.Blanks(tape.Gen)
	scale, pull, hz := s.Of(target, priorScale), s.Blank(1, m.Latent), 0.0
	v := moment.Value()
	for h := range m.Latent {
		a := 0.0
		for n := range s.B() {
			a += v.At(n*m.Latent + h)
		}
		a /= b
		log := vec.Log64(a)
		if gaussian {
			hz += float64(0.5 * (log2Pi + 1 + log))
			scale.Set(h, 0.5*log)
			pull.Value().Set(h, 0.5/a)
		} else {
			hz += ln2 + 1 + log
			scale.Set(h, log)
			pull.Value().Set(h, 1/a)
		}
	}
	residual := s.Residual(s.Param(atomsOf), q).Mean()
	s2 := residual.Float() / d
	log := vec.Log64(s2)
	s.Of(target, noiseScale).Set(0, 0.5*log)
	return vi.Entropies{
		Q:      q.Entropy(),
		Z:      valued(s, hz, moment.Mul(pull).SumD(1).Mean()),
		X:      valued(s, 0.5*float64(d*(log2Pi+1+log)), residual.Scale(0.5/s2)),
		Target: target,
		Scales: scaleNames,
		Noise:  s2,
	}
}

var scaleNames = []string{priorScale, noiseScale}

// best is the posterior, or where it is no parameter the best for the batch under weights,
// by L-BFGS from mu = 0 and t = sd: rows share their scales, and so are found together.
func (m entropic) best(s *vi.Step, w vi.Weights) dist.Dist {
	f, ok := m.q.(found)
	if !ok {
		return m.Posterior(s)
	}
	p := Solve{
		D: m.data.D, H: m.Latent, X: s.X.Value().AppendTo(nil), A: s.Param(atomsOf).Value().AppendTo(nil),
		Gaussian: m.SparseCoder.Prior == "gaussian", Full: f.full, Weights: w,
	}
	phi := p.Start(m.SD)
	p.Find(phi, m.Budget)
	floored(tape.Float64s(phi[s.B()*m.Latent:]), m.Latent, f.full, m.Floor)
	return f.gaussian(s, phi)
}

const ln2 = 0.69314718055994530942

// valued is a scalar of a value with the gradient of another.
func valued(s *vi.Step, x float64, of tape.Node) tape.Node {
	return of.Sub(of.Stop()).Add(s.Scalar(x))
}
