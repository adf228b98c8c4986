package models_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// machine is an RBM of 4 visible bits at weights of sd 1 and biases of their own.
func machine(t testing.TB, hidden int) *vi.Work {
	t.Helper()
	w := work(t, tape.Float64, models.RBM{Hidden: hidden, SD: 1}, datasets.BarsAndStripes{Size: 2, N: 12}, 3)
	for _, name := range []string{"gen/b", "gen/c"} {
		v := w.Params.Value(name)
		for i := range v.Len() {
			v.Set(i, 0.4*math.Sin(float64(3*i+1)))
		}
	}
	return w
}

// joint is the chance of every (x, h), summed by hand.
func joint(w *vi.Work, hidden int) (p [][]float64) {
	W, b, c := w.Params.Value("gen/W"), w.Params.Value("gen/b"), w.Params.Value("gen/c")
	z := 0.0
	for x := range 16 {
		row := make([]float64, 1<<hidden)
		for h := range row {
			e := 0.0
			for i := range 4 {
				e += b.At(i) * float64(x>>i&1)
				for j := range hidden {
					e += W.At(j*4+i) * float64(x>>i&1) * float64(h>>j&1)
				}
			}
			for j := range hidden {
				e += c.At(j) * float64(h>>j&1)
			}
			row[h] = math.Exp(e)
			z += row[h]
		}
		p = append(p, row)
	}
	for _, row := range p {
		for h := range row {
			row[h] /= z
		}
	}
	return p
}

func fourBits(x int) []float64 {
	return []float64{float64(x & 1), float64(x >> 1 & 1), float64(x >> 2 & 1), float64(x >> 3 & 1)}
}

// log p(x) is the joint with h summed out, and log Z the same over x and over h.
func TestRBMIsItsSum(t *testing.T) {
	for _, hidden := range []int{1, 3, 5} {
		w, total := machine(t, hidden), 0.0
		p := joint(w, hidden)
		for x, row := range p {
			want := 0.0
			for _, v := range row {
				want += v
			}
			got := w.Model.(vi.Evidence).LogEvidence(w.Params, fourBits(x))[0]
			near(t, "log p(x)", got, math.Log(want), 1e-12)
			total += math.Exp(got)
		}
		near(t, "sum of p", total, 1, 1e-12)
	}
}

// Given x the hidden bits are independent: p(h|x) is the product of its margins, which are the slopes of -F in c,
// as that is log sum_h exp(..+ c'h).
func TestRBMHiddenAreIndependent(t *testing.T) {
	w := machine(t, 3)
	p := joint(w, 3)
	for x, row := range p {
		s := w.Step(0, w.All[:1], &vi.Keyed{})
		at := s.Blank(1, 4)
		at.Value().From(fourBits(x))
		chance := tape.Grad(s.Model().(vi.Energetic).Potential(s, at, 1), s.Param("gen/c")).Value()
		px, on := 0.0, make([]float64, 3)
		for h, v := range row {
			px += v
			for j := range on {
				on[j] += v * float64(h>>j&1)
			}
		}
		for h, v := range row {
			product := 1.0
			for j, s := range on {
				if h>>j&1 == 1 {
					product *= s / px
				} else {
					product *= 1 - s/px
				}
			}
			near(t, "p(h|x)", v/px, product, 1e-12)
		}
		for j, s := range on {
			near(t, "p(h_j = 1|x)", chance.At(j), s/px, 1e-12)
		}
	}
}

// The exact estimator's direction is the derivative of the mean log p(x), by central
// differences.
func TestLikelihoodIsTheGradient(t *testing.T) {
	w := machine(t, 3)
	d := w.Estimate(estimators.ExactLikelihood{}, 0, w.All, &vi.Keyed{}).Gen.Ascend.AppendTo(nil)
	v := w.Params.Vector(tape.Gen)
	value := func() (sum float64) {
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X) {
			sum += l / float64(w.Data.N)
		}
		return sum
	}
	for i := range d {
		const h = 1e-5
		at := v.At(i)
		v.Set(i, at+h)
		up := value()
		v.Set(i, at-h)
		down := value()
		v.Set(i, at)
		near(t, "gradient", d[i], (up-down)/(2*h), 1e-8)
	}
}

// Sweeps draw x' with the chances that summing over h gives, and the exact distribution
// stays as it is under them. Of 20000 draws from each of 16 states the chi-square of 15
// degrees is above 53.6 once in 300000; of 16 of them, once in 20000 runs.
func TestRBMSweeps(t *testing.T) {
	const hidden, draws = 3, 20000
	w := machine(t, hidden)
	p := joint(w, hidden)
	stays := make([]float64, 16)
	rows := make([]int, draws)
	for i := range rows {
		rows[i] = i
	}
	for x := range 16 {
		px := 0.0
		for _, v := range p[x] {
			px += v
		}
		want := make([]float64, 16)
		for h, v := range p[x] {
			ph := 0.0
			for y := range 16 {
				ph += p[y][h]
			}
			for y := range 16 {
				want[y] += v / px * p[y][h] / ph
			}
		}
		s := w.Step(0, w.All[:1], &vi.Keyed{Key: rng.Noise(7, uint64(x))})
		from := s.Blank(draws, 4)
		for i := range draws {
			from.Value().Slice(4*i, 4*i+4).From(fourBits(x))
		}
		to := s.Model().(vi.Sweeper).Sweep(s, 0, rows, from).Value()
		seen := make([]float64, 16)
		for i := range draws {
			y := 0
			for j := range 4 {
				y |= int(to.At(4*i+j)) << j
			}
			seen[y]++
		}
		chi := 0.0
		for y, e := range want {
			stays[y] += px * e
			chi += (seen[y] - draws*e) * (seen[y] - draws*e) / (draws * e)
		}
		if chi > 53.6 {
			t.Errorf("from %v: chi-square %.1f of 15 degrees", fourBits(x), chi)
		}
	}
	for y, v := range stays {
		px := 0.0
		for _, q := range p[y] {
			px += q
		}
		near(t, "stationary", v, px, 1e-12)
	}
}
