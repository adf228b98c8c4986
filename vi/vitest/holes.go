package vitest

import (
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Holes is three normals of unit variance in a row, each correlated with the next by rho, of
// unknown means, in rows some of whose values are missing. Beside the means it has a
// statistic, the mean squares, so that an M-step by draws shows their spread.
//
//	x_1 = mu_1 + e_1,  x_j = mu_j + rho (x_(j-1) - mu_(j-1)) + sqrt(1 - rho^2) e_j
func Holes() Oracle { return holes{} }

type holes struct{}

const holesRho = 0.6

var (
	holesMu = []float64{0.2, -0.3, 0.5}
	holesX  = []float64{0.9, math.NaN(), -0.7, -0.4, 1.1, 0.3, math.NaN(), 0.2, math.NaN()}
)

func (holes) Name() string    { return "holes" }
func (holes) Model() vi.Model { return holes{} }

func (holes) Takes(c vi.Card) bool {
	return slices.Contains(c.Needs, vi.MStep) || slices.Contains(c.Needs, vi.Density)
}

// Axis: all is polynomials in normals, of few degrees; a uniform chooses among values missing,
// at most two.
func (holes) Axis(d Draw) Axis {
	if d.Uniform {
		return Axis{Rules: []Rule{{Legendre(1, 0, 1)}, {Legendre(1, 0, 0.5), Legendre(1, 0.5, 1)}}}
	}
	return Axis{Rules: []Rule{Hermite(3)}}
}

func (holes) Data() *vi.Data {
	return &vi.Data{Name: "holes", N: 3, D: 3, X: holesX, Domain: vi.Real, Missing: true}
}

func (holes) Sheet() vi.Sheet {
	return vi.Sheet{
		Params: []vi.Spec{{Name: "gen/mu", Rows: 1, Cols: 3}, {Name: "gen/square", Rows: 1, Cols: 3}},
		Offers: []vi.Cap{vi.MStep, vi.Masked, vi.Complete, vi.Density}, Data: vi.Real,
	}
}

func (holes) Init(_ rng.Key, p *vi.Params) { p.Set("gen/mu", holesMu) }

// bridge is the law of x_j about the nearest values before and after it, at distances h and i,
// 0 where there is none; of deviations from the means.
func bridge(before, after float64, h, i int) (mean, variance float64) {
	power := func(n int) float64 {
		if n == 0 {
			return 0
		}
		return math.Pow(holesRho, float64(n))
	}
	r, q := power(h), power(i)
	left := 1 - r*r*q*q
	return (r*(1-q*q)*before + q*(1-r*r)*after) / left, (1 - r*r) * (1 - q*q) / left
}

// law is that of x_j of a row given what it has.
func (holes) law(s *vi.Step, row tape.Vector, j int) (mean, variance float64) {
	mu := s.Params().Value("gen/mu")
	var value [2]float64
	var far [2]int
	for side, step := range []int{-1, 1} {
		for i := j + step; i >= 0 && i < 3; i += step {
			if x := row.At(i); x == x {
				value[side], far[side] = x-mu.At(i), max(i-j, j-i)
				break
			}
		}
	}
	mean, variance = bridge(value[0], value[1], far[0], far[1])
	return mu.At(j) + mean, variance
}

// Maximise, Complete and LogDensity are the kit's model at work. A missing value's first two
// moments given those seen are its law's.
func (o holes) Maximise(s *vi.Step, target tape.Vector) {
	mu, square := s.Of(target, "gen/mu"), s.Of(target, "gen/square")
	rows, _ := s.X.Shape()
	for j := range 3 {
		first, second := 0.0, 0.0
		for r := range rows {
			row := s.X.Value().Slice(3*r, 3*r+3)
			m, v := row.At(j), 0.0
			if m != m {
				m, v = o.law(s, row, j)
			}
			first, second = first+m, second+m*m+v
		}
		mu.Set(j, first/float64(rows))
		square.Set(j, second/float64(rows))
	}
}

func (o holes) Complete(s *vi.Step, site string, k int) tape.Node {
	x, eps, noise := s.Blank(k*s.B(), 3), s.Blank(1, 3*k).Value(), s.Noise(site)
	for b := range s.B() {
		noise.Normal(b, eps)
		for i := range k {
			row := x.Value().Slice(3*(b*k+i), 3*(b*k+i)+3)
			row.Copy(s.X.Value().Slice(3*b, 3*b+3))
			for j := range 3 { // one after the other
				if y := row.At(j); y != y {
					m, v := o.law(s, row, j)
					row.Set(j, m+math.Sqrt(v)*eps.At(3*i+j))
				}
			}
		}
	}
	return x
}

func (holes) LogDensity(s *vi.Step, x tape.Node, k int) tape.Node {
	white, zero := s.Leaf(3, 3), s.Leaf(1, 3)
	c := math.Sqrt(1 - holesRho*holesRho)
	white.Value().Set(0, 1)
	for j := 1; j < 3; j++ {
		white.Value().Set(4*j, 1/c)
		white.Value().Set(4*j-1, -holesRho/c)
	}
	return s.NormalLogProb(k, s.Affine(x.Sub(s.Param("gen/mu")), white, tape.Node{}, tape.Linear), zero, zero)
}

// Want is of the first row, of which the middle value is missing: by the precision of three
// normals, which knows no bridge.
//
//	x_2 | x_1, x_3 ~ N(mu_2 - (K_21 d_1 + K_23 d_3)/K_22, 1/K_22),  d log p(x)/d mu = K (x - mu)
func (holes) Want(role tape.Role, name string, _ Target, _ int) ([]float64, bool) {
	if role != tape.Gen {
		return nil, false
	}
	const r = holesRho
	off, edge, mid := -r/(1-r*r), 1/(1-r*r), (1+r*r)/(1-r*r)
	mean := func(j int) (m, sd float64) { // of what is seen of a column
		n := 0.0
		for i := j; i < 9; i += 3 {
			if x := holesX[i]; x == x {
				m, n = m+x, n+1
			}
		}
		m /= n
		for i := j; i < 9; i += 3 {
			if x := holesX[i]; x == x {
				sd += (x - m) * (x - m) / n
			}
		}
		return m, math.Sqrt(sd)
	}
	x, v := slices.Clone(holesX[:3]), 0.0
	d1, d3 := x[0]-holesMu[0], x[2]-holesMu[2]
	kind, _, _ := strings.Cut(name, "@")
	switch kind {
	case "em", "mcem":
		x[1], v = holesMu[1]-off*(d1+d3)/mid, 1/mid
	case "impute mean":
		x[1], _ = mean(1)
	case "vgi": // q_2 where the kit moves own/ that starts at zero (work): A, b, log s
		m, sd := mean(1)
		u := 0.4 * math.Sin(11) // b_2
		for j, at := range []int{4, 0, 6} {
			if j != 1 {
				mj, sj := mean(j)
				u += 0.4 * math.Sin(float64(at)) * (x[j] - mj) / sj
			}
		}
		d2 := m + sd*u - holesMu[1]
		return []float64{edge*d1 + off*d2, off*d1 + mid*d2 + off*d3, off*d2 + edge*d3, 0, 0, 0}, true
	default:
		return nil, false
	}
	return []float64{x[0], x[1], x[2], x[0] * x[0], x[1]*x[1] + v, x[2] * x[2]}, true
}
