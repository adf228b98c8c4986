package vitest

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Pairing is two unknowns a and b of N(0, 1) that a row shows the sum of: for estimators that
// take a model's own sweep over its unknowns, by coordinates of q or by draws.
//
//	x_n ~ N(a + b, 1/2)
//
// q is a N(m_a, v_a) and a N(m_b, v_b) by m/v and 1/v, and one particle (a, b).
func Pairing() Oracle { return pairing{} }

type pairing struct{}

var (
	pairingXs = []float64{0.9, -0.4, 1.7}
	pairingQ  = []float64{0.4, 1.25, -0.9, 2} // m_a/v_a, 1/v_a, m_b/v_b, 1/v_b
	pairingAt = []float64{0.3, -0.6}
)

func (pairing) Name() string    { return "pairing" }
func (pairing) Model() vi.Model { return pairing{} }
func (pairing) Axis(Draw) Axis  { return Axis{Rules: []Rule{Hermite(3)}} }

func (pairing) Takes(c vi.Card) bool {
	return slices.Contains(c.Needs, vi.Conjugate) || slices.Contains(c.Needs, vi.Conditions)
}

func (pairing) Data() *vi.Data {
	return &vi.Data{Name: "pairing", N: len(pairingXs), D: 1, X: pairingXs, Domain: vi.Real}
}

func (pairing) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: "inf/at", Rows: 1, Cols: 2}, {Name: "inf/q", Rows: 1, Cols: 4}},
		Offers: []vi.Cap{vi.Conjugate, vi.Conditions}, Data: vi.Real,
	}
}

func (pairing) Init(_ rng.Key, p *vi.Params) {
	p.Set("inf/at", pairingAt)
	p.Set("inf/q", pairingQ)
}

// Sweep and Draw are the kit's model at work: a, then b by what has become of a; given one,
// the other's precision is 1 + 2N and its mean that over 2 sum (x - the one).
func (pairing) Sweep(s *vi.Step, target tape.Vector) {
	q, n := s.Of(target, "inf/q"), float64(s.N)
	sum := pairingSum(s)
	q.Set(0, 2*(sum-n*q.At(2)/q.At(3)))
	q.Set(1, 1+2*n)
	q.Set(2, 2*(sum-n*q.At(0)/q.At(1)))
	q.Set(3, 1+2*n)
}

func (pairing) Draw(s *vi.Step, target tape.Vector) {
	at, n, e := s.Of(target, "inf/at"), float64(s.N), s.Blank(1, 2).Value()
	sum := pairingSum(s)
	s.Plates("gibbs/ab").Normal(0, e)
	for i := range 2 {
		at.Set(i, 2*(sum-n*at.At(1-i))/(1+2*n)+e.At(i)/math.Sqrt(1+2*n))
	}
}

// pairingSum is the sum of all data as the step's rows have it.
func pairingSum(s *vi.Step) float64 {
	sum := 0.0
	for b := range s.B() {
		sum += s.X.Value().At(b) * float64(s.N) / float64(s.B())
	}
	return sum
}

// Want is, of coordinates, where the slopes of the bound in m and v vanish, one factor after
// the other, by bisection; of draws the chain's mean, by a sum over a grid of a's density at
// the b there was, and of b's at every a.
func (pairing) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	x, n := pairingXs[0], 2*float64(len(pairingXs)) // every row is there twice: the first stands for them all
	if role != tape.Inf {
		return nil, false
	}
	switch name {
	case "cavi":
		// bound(m, v | other) = -(m^2 + v)/2 - n ((x - other - m)^2 + v) + log(v)/2
		best := func(other float64) (m, v float64) {
			m = bisect(-9, 9, func(m float64) float64 { return -m + 2*n*(x-other-m) })
			v = bisect(1e-9, 9, func(v float64) float64 { return -0.5 - n + 0.5/v })
			return m, v
		}
		ma, va := best(pairingQ[2] / pairingQ[3])
		mb, vb := best(ma)
		return []float64{pairingAt[0], pairingAt[1], ma / va, 1 / va, mb / vb, 1 / vb}, true
	case "gibbs":
		mean := func(other float64) float64 {
			total, first := 0.0, 0.0
			for i := range 4001 {
				z := -9 + 18*float64(i)/4000
				p := math.Exp(-z*z/2 - n*(x-other-z)*(x-other-z))
				total += p
				first += p * z
			}
			return first / total
		}
		a := mean(pairingAt[1])
		return append([]float64{a, mean(a)}, pairingQ...), true // b's mean is linear in a
	}
	return nil, false
}

// bisect is where a falling slope is zero.
func bisect(lo, hi float64, slope func(float64) float64) float64 {
	for range 200 {
		if mid := (lo + hi) / 2; slope(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
