package estimators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// classifier has n data, the class of every third shown.
func classifier(t testing.TB, prec tape.Precision, n, classes int) *vi.Work {
	t.Helper()
	d, err := datasets.Bits{N: n, Dim: 5, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		d.Labels, d.Shown = append(d.Labels, i%2), append(d.Shown, i%3 == 2)
	}
	m, err := models.M2{Classes: classes, Latent: 2, Hidden: 3, Alpha: 0.5}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, prec, rng.Init(0, "m2"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Through one sample of y, relaxed, or through all of them: the direction is the
// derivative at fixed noise of the objective in so many words, classes unknown and known.
func TestClassifierByDifferences(t *testing.T) {
	w := classifier(t, tape.Float64, 3, 3)
	src := &vi.Keyed{Key: rng.Noise(3, 0)}
	for what, c := range map[string]struct {
		e         vi.Estimator
		objective func(s *vi.Step, q dist.Dist) float64 // without the guide, a mean over data
	}{
		"marginal": {estimators.Marginal{K: 2}, func(s *vi.Step, q dist.Dist) (sum float64) {
			z, first := q.(dist.Hybrid).Each(s.Noise("z"), 2)
			f, l := s.LogW(q, z).Float64s(), first.Float64s()
			for i := range f {
				sum += math.Exp(l[i]) * f[i] / 2 / 3
			}
			return sum
		}},
		"gumbel-softmax": {estimators.GumbelSoftmax{K: 2, Temperature: tau(0.8), KL: "mass"}, func(s *vi.Step, q dist.Dist) (sum float64) {
			z := q.(dist.Relaxer).Relax(dist.Relaxation{Tau: 0.8}).Sample(s.Noise("z"), 2)
			for _, f := range s.LogW(q, z).Float64s() {
				sum += f / 6
			}
			return sum
		}},
	} {
		value := func() float64 {
			s := w.Step(0, w.All, src)
			return c.objective(s, s.Posterior()) + w.Model.(vi.Guided).Guide(s).Float()
		}
		want := differences(w, value)
		d := c.e.Estimate(w.Step(0, w.All, src))
		for r := range want {
			for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
				close(t, fmt.Sprintf("%s, %s[%d]", what, tape.Role(r), i), x, want[r][i], 1e-8)
			}
		}
	}
}

// Summing over y has the mean that drawing it has: the difference of marginal and LOO,
// which takes scores of y and z, is zero in every parameter. 83 z-scores of 6000 draws each, each at
// 6, false alarm below 2e-7 (1e-6 is added to each standard error, for those that are zero); without the term log q(y|x), or with y's weights left out, it fails.
func TestMarginalIsUnbiased(t *testing.T) {
	w := classifier(t, tape.Float64, 3, 2)
	const draws = 6000
	moments := func(e vi.Estimator, from int) (mean, square [2][]float64) {
		for n := range draws {
			d := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, uint64(from+n))}))
			for r := range mean {
				g := d.Role(tape.Role(r)).Ascend.F64()
				if mean[r] == nil {
					mean[r], square[r] = make([]float64, len(g)), make([]float64, len(g))
				}
				for i, x := range g {
					mean[r][i] += x / draws
					square[r][i] += x * x / draws
				}
			}
		}
		return mean, square
	}
	a, a2 := moments(estimators.Marginal{K: 1}, 0)
	b, b2 := moments(estimators.LOO{K: 4}, draws)
	largest, moves := 0.0, 0.0
	for r := range a {
		for i := range a[r] {
			se := math.Sqrt(max(0, a2[r][i]-a[r][i]*a[r][i]+b2[r][i]-b[r][i]*b[r][i])/draws) + 1e-6
			z := math.Abs(a[r][i]-b[r][i]) / se
			largest, moves = max(largest, z), max(moves, math.Abs(a[r][i])/se)
			if z > 6 {
				t.Errorf("%s[%d]: marginal %g, loo %g, z = %.1f", tape.Role(r), i, a[r][i], b[r][i], z)
			}
		}
	}
	t.Logf("largest z %.1f; the direction itself at %.0f", largest, moves)
	if moves < 20 {
		t.Errorf("the direction is %.1f standard errors: the test is blind", moves)
	}
}

// The cost that one relaxed sample saves: a sum over k classes looks at k densities of p
// and of q, a sample at one.
func TestCostOfClasses(t *testing.T) {
	for _, k := range []int{2, 10, 50, 100} {
		w := classifier(t, tape.Float64, 3, k)
		evals := func(e vi.Estimator) int64 {
			s := w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
			e.Estimate(s)
			return s.Evals
		}
		all, one := evals(estimators.Marginal{K: 1}), evals(estimators.GumbelSoftmax{K: 1, Temperature: tau(1), KL: "mass"})
		if all != int64(2*k*3) || one != 2*3 {
			t.Errorf("%d classes: %d and %d density evaluations of 3 data; want %d and 6", k, all, one, 2*k*3)
		}
	}
}
