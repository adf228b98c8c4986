package runner

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/suites"
)

func named(t *testing.T, name string, params map[string]any, steps, n int) (optim.Rule, optim.Schedule) {
	t.Helper()
	rule, f, err := Builtin().optimiser(suites.Choice{Name: name, Params: params}, steps, n)
	if err != nil {
		t.Fatal(err)
	}
	return rule, f
}

// The paper's course by hand: rate 0.001 10^(-i/7) for 3^i passes; 3280 passes of
// any number of batches have these stages to the step.
func TestIWAEPaperCourse(t *testing.T) {
	for _, per := range []int{1, 7, 2980} {
		rule, f := named(t, "iwae-paper", nil, 3280*per, 100)
		if want := (optim.Adam{Rate: 0.001, Beta1: 0.9, Beta2: 0.999, Eps: 1e-4}); rule != optim.Rule(want) {
			t.Errorf("rule %+v; want %+v", rule, want)
		}
		step := 0
		for i := range 8 {
			length := per * int(math.Pow(3, float64(i)))
			want := math.Pow(10, -float64(i)/7)
			for _, at := range []int{step, step + length - 1} {
				if got := f.Factor(at); math.Abs(got-want) > 1e-13 {
					t.Errorf("%d steps a pass, stage %d, step %d: factor %g; want %g", per, i, at, got, want)
				}
			}
			step += length
		}
		if step != 3280*per {
			t.Fatalf("%d steps by hand; want %d", step, 3280*per)
		}
	}
}

// Fewer steps have the same course: at every step, the stage of the paper's at
// the same share of the whole, up to the step at which a boundary is rounded.
func TestIWAECourseCompressed(t *testing.T) {
	rates := []float64{10, 7.2, 5.2, 3.7, 2.7, 1.9, 1.4, 1}
	for _, steps := range []int{1, 2, 10, 50, 300, 20000} {
		_, f := named(t, "iwae-code", nil, steps, 100)
		allowed := func(share float64) float64 { // of 1e-4, by the paper's passes
			passes := share * 3280
			for i, end := 0, 0.0; i < 8; i++ {
				end += math.Pow(3, float64(i))
				if passes < end {
					return rates[i]
				}
			}
			return 1
		}
		for at := range steps {
			got := 10 * f.Factor(at)
			early, late := allowed((float64(at)-0.51)/float64(steps)), allowed((float64(at)+1.51)/float64(steps))
			if got > early+1e-12 || got < late-1e-12 {
				t.Errorf("%d steps, step %d: rate %ge-4; the paper's at this share is %g to %g", steps, at, got, early, late)
			}
		}
		if last := f.Factor(steps - 1); math.Abs(last-0.1) > 1e-15 {
			t.Errorf("%d steps end at factor %g; want 0.1", steps, last)
		}
	}
	if _, f := named(t, "iwae-paper", nil, 0, 100); f.Factor(0) != 1 {
		t.Error("no steps have no course")
	}
}

// iwae-code on means over a batch moves as the code does on sums: its rule, line
// by line, with second moments from one, on gradients batch times larger.
func TestIWAECodeOnSums(t *testing.T) {
	for _, batch := range []int{20, 3} {
		rule, _ := named(t, "iwae-code", map[string]any{"batch": batch}, 100, 100)
		st := optim.NewState[float64](rule, 1)
		g := make([]float64, 200)
		rng.Root(5).Normal64(g, 0)
		theta, want, m, v := []float64{0.3}, 0.3, 0.0, 1.0
		for i, x := range g {
			n, sum := float64(i+1), float64(batch)*x
			m, v = 0.99*m+0.01*sum, 0.999*v+0.001*sum*sum
			alpha := 0.001 * math.Sqrt(1-math.Pow(0.999, n)) / (1 - math.Pow(0.99, n))
			want += alpha * m / (math.Sqrt(v) + 1e-4)
			rule.Step64(theta, []float64{x}, st, 1)
			if math.Abs(theta[0]-want) > 1e-12 {
				t.Fatalf("batch %d, step %d: theta %.15g; want %.15g", batch, i, theta[0], want)
			}
		}
	}
}

// A decay of 1 is the gradient of log N(theta; 0, I) over N data.
func TestAdagradDecay(t *testing.T) {
	rule, _ := named(t, "adagrad", map[string]any{"decay": 1.0, "rate": 0.1}, 100, 50)
	theta := []float64{5}
	rule.Step64(theta, []float64{0.3}, optim.NewState[float64](rule, 1), 1)
	g := 0.3 - 5.0/50
	if want := 5 + 0.1*g/(g+1e-8); math.Abs(theta[0]-want) > 1e-15 {
		t.Errorf("theta %g; want %g", theta[0], want)
	}
	if rule, _ := named(t, "adagrad", nil, 100, 50); rule != optim.Rule(optim.Adagrad{Rate: 0.01, Eps: 1e-8}) {
		t.Errorf("without decay: %+v", rule)
	}
}
