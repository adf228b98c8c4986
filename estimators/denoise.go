package estimators

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Denoise raises the diffusion bound by K levels a datum, t uniform of 1..T and e normal, as a
// squared error of the source, of the noise or of the score: three faces of one number. With a_t = ab_t /
// ab_t-1, s_t = (1-a_t)(1-ab_t-1)/(1-ab_t) and x_t = sqrt(ab_t) x + sqrt(1-ab_t) e
//
//	-T L_t,  L_t = ab_t-1 (1-a_t)^2 / (2 s_t (1-ab_t)^2) |x^ - x|^2      source
//	             = (1-a_t)^2 / (2 s_t (1-ab_t) a_t) |e^ - e|^2           noise, e^ = (x_t - sqrt(ab_t) x^)/sqrt(1-ab_t)
//	             = (1-a_t)^2 / (2 s_t a_t) |s^ - s|^2                    score, s = -e/sqrt(1-ab_t)
//	L_1 = |x^ - x|^2 / (2 last), in the same three ways
//
// What the bound has beside them does not move.
//
// Needs denoise.
// Unbiased for the diffusion bound, whichever is predicted.
// Costs K guesses a datum.
//
// Luo 2022 (2208.11970).
type Denoise struct {
	K       int    `name:"k" min:"1" doc:"levels a datum"`
	Predict string `name:"predict" choices:"source|noise|score" doc:"what the error is of"`
}

func (e Denoise) Card() vi.Card {
	return vi.Card{Name: "denoise", Paper: "2208.11970", Needs: []vi.Cap{vi.Denoise}, K: e.K, Target: "diffusion", PerDatum: true}
}

func (e Denoise) Estimate(s *vi.Step) vi.Direction {
	m := s.Model().(vi.Denoiser)
	ab := m.AlphaBar()
	rows, steps := e.K*s.B(), float64(len(ab))
	_, d := s.X.Shape()
	t, eps := s.Blank(rows, 1), s.Blank(rows, d)
	level, noise := s.Noise("t"), s.Noise("e")
	for b := range s.B() {
		level.Uniform(b, t.Value().Slice(b*e.K, (b+1)*e.K))
		noise.Normal(b, eps.Value().Slice(b*e.K*d, (b+1)*e.K*d))
	}
	root, spread := s.Blank(rows, d), s.Blank(rows, d) // sqrt(ab_t), sqrt(1-ab_t) of every coordinate
	for r := range rows {
		i := min(int(t.Value().At(r)*steps), len(ab)-1)
		t.Value().Set(r, float64(i+1))
		for j := range d {
			root.Value().Set(r*d+j, math.Sqrt(ab[i]))
			spread.Value().Set(r*d+j, math.Sqrt(1-ab[i]))
		}
	}
	x := s.X.Spread(e.K)
	xt := x.Mul(root).Add(eps.Mul(spread))
	off := m.Denoise(s, t, xt)
	switch e.Predict {
	case "source":
		off = off.Sub(x)
	case "noise":
		off = xt.Sub(off.Mul(root)).Mul(inverse(s, spread)).Sub(eps)
	default:
		one := inverse(s, spread)
		off = off.Mul(root).Sub(xt).Mul(one).Mul(one).Add(eps.Mul(one))
	}
	far := off.Mul(off).SumD(e.K)
	c := far.Const(0)
	for r, v := 0, c.Float64s(); r < rows; r++ {
		v[r] = -steps * e.weight(ab, m.Last(), int(t.Value().At(r)))
	}
	s.Evals += int64(rows)
	return s.Ascend(vi.Surrogate{Gen: far.Mul(c).Mean()})
}

// weight is what multiplies the squared error at level t, from 1.
func (e Denoise) weight(ab []float64, last float64, t int) float64 {
	to := ab[t-1]
	if t == 1 {
		switch e.Predict {
		case "source":
			return 1 / (2 * last)
		case "noise":
			return (1 - to) / to / (2 * last)
		}
		return (1 - to) * (1 - to) / to / (2 * last)
	}
	from := ab[t-2]
	a := to / from
	v := (1 - a) * (1 - from) / (1 - to)
	c := (1 - a) * (1 - a) / (2 * v)
	switch e.Predict {
	case "source":
		return from * c / ((1 - to) * (1 - to))
	case "noise":
		return c / ((1 - to) * a)
	}
	return c / a
}

// inverse is 1/x of a constant.
func inverse(s *vi.Step, x tape.Node) tape.Node {
	y := s.Blank(x.Shape())
	for i, v := 0, x.Value(); i < v.Len(); i++ {
		y.Value().Set(i, 1/v.At(i))
	}
	return y
}
