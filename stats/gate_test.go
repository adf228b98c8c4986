package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// student5 draws from Student's t with 5 degrees of freedom: heavier tails than
// the t test assumes.
func student5(rng *rand.Rand) float64 {
	chi := 0.0
	for range 5 {
		z := rng.NormFloat64()
		chi += z * z
	}
	return rng.NormFloat64() / math.Sqrt(chi/5)
}

// sd5 is the standard deviation of Student's t with 5 degrees of freedom.
var sd5 = math.Sqrt(5.0 / 3)

// simulate runs the gate on 12 pairs and 24 fresh ones of independent metrics, each
// worse by its entry of drop, and counts the runs with any red and those in which the
// first metric regressed.
func simulate(t *testing.T, runs, metrics int, drop func(i int) float64, margin float64) (red, first int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 1))
	g := DefaultGate()
	draw := func(n int, shift float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = shift + student5(rng)
		}
		return x
	}
	for range runs {
		drops := make([]Drop, metrics)
		for i := range drops {
			drops[i] = Drop{Metric: "m", Margin: margin, First: draw(12, drop(i))}
		}
		survivors, err := g.Survivors(drops)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range survivors {
			drops[i].Fresh = draw(24, drop(i))
		}
		verdicts, err := g.Verdicts(drops)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(verdicts, func(v GateVerdict) bool { return v.State.Red() }) {
			red++
		}
		if verdicts[0].State == Regressed {
			first++
		}
	}
	return red, first
}

// What the gate promises: 60 metrics, paired differences of t(5), a margin of 0.25
// standard deviations. Red with nothing changed in at most 1 % of runs. (It is about 0.1 %:
// the interval of 2500 runs then reaches 1 % for fewer than one seed in 10000.)
func TestGateFalseAlarmRate(t *testing.T) {
	const runs = 2500
	red, _ := simulate(t, runs, 60, func(int) float64 { return 0 }, 0.25*sd5)
	lo, hi := ClopperPearson(red, runs)
	t.Logf("red in %d of %d runs although nothing changed: %.4f to %.4f", red, runs, lo, hi)
	if hi > 0.01 {
		t.Errorf("red in %d of %d runs, 95 %% interval %.4f to %.4f; want it below 0.01", red, runs, lo, hi)
	}
}

// ... and one metric that is 1.5 standard deviations worse is found in at least 88 %.
// (It is 93 %: five standard deviations of the count above what fails.)
func TestGatePower(t *testing.T) {
	const runs = 1500
	_, found := simulate(t, runs, 60, func(i int) float64 {
		if i == 0 {
			return 1.5 * sd5
		}
		return 0
	}, 0.25*sd5)
	lo, hi := ClopperPearson(found, runs)
	t.Logf("found in %d of %d runs: %.4f to %.4f", found, runs, lo, hi)
	if lo < 0.88 {
		t.Errorf("found in %d of %d runs, 95 %% interval %.4f to %.4f; want it above 0.88", found, runs, lo, hi)
	}
}

// No margin to hide behind. A red run needs a survivor (at most one run in five) and
// then Holm's 5 %: at most 1 % of runs. The count may exceed that by 5 standard
// deviations, which happens less than once in 10000 runs of the test (it is skewed).
func TestGateFalseAlarmRateWithoutMargin(t *testing.T) {
	const runs = 500
	red, _ := simulate(t, runs, 60, func(int) float64 { return 0 }, 0)
	t.Logf("red in %d of %d runs without a margin", red, runs)
	if limit := 0.01*runs + 5*math.Sqrt(0.01*runs); float64(red) > limit {
		t.Errorf("red in %d of %d runs; at most %v", red, runs, limit)
	}
}

// The first stage alone: with nothing changed it sends any of 60 metrics to the second in
// at most one run in five, whose reserved seeds are then spent. Without an adjustment nearly
// every run would. The count may exceed that by 5 standard deviations.
func TestGateScreens(t *testing.T) {
	const runs = 500
	rng, g, suspects := rand.New(rand.NewPCG(5, 2)), DefaultGate(), 0
	for range runs {
		drops := make([]Drop, 60)
		for i := range drops {
			for range 12 {
				drops[i].First = append(drops[i].First, student5(rng))
			}
		}
		survivors, err := g.Survivors(drops)
		if err != nil {
			t.Fatal(err)
		}
		if len(survivors) > 0 {
			suspects++
		}
	}
	t.Logf("metrics suspected in %d of %d runs", suspects, runs)
	if limit := 0.2*runs + 5*math.Sqrt(0.2*0.8*runs); float64(suspects) > limit {
		t.Errorf("metrics suspected in %d of %d runs; at most %.0f", suspects, runs, limit)
	}
}

// Every metric is worse by exactly what is tolerated, so that all survive: Holm
// alone has to hold 5 %, plus 5 standard deviations.
func TestGateFalseAlarmRateAtTheMargin(t *testing.T) {
	const runs = 500
	red, _ := simulate(t, runs, 20, func(int) float64 { return 2 }, 2)
	t.Logf("red in %d of %d runs with all drops at the margin", red, runs)
	if limit := 0.05*runs + 5*math.Sqrt(0.05*runs); float64(red) > limit {
		t.Errorf("red in %d of %d runs; at most %v", red, runs, limit)
	}
}

// Every state is reached, by data whose answer is plain.
func TestGateStates(t *testing.T) {
	around := func(mean, sd float64, n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = mean + sd*float64(i%4-1) // -1 0 1 2
		}
		return x
	}
	drops := []Drop{
		{Metric: "same", First: make([]float64, 12)},
		{Metric: "fine", Margin: 1, First: around(-0.1, 0.1, 12)},
		{Metric: "better", Margin: 1, First: around(-3, 0.1, 12)},
		{Metric: "noisy", Margin: 1, First: around(-2, 4, 12)},
		{Metric: "worse", Margin: 1, First: around(3, 0.5, 12), Fresh: around(3, 0.5, 24)},
		{Metric: "chance", Margin: 1, First: around(3, 0.5, 12), Fresh: around(0, 0.5, 24)},
		{Metric: "tolerated", Margin: 1, First: around(0.5, 0.1, 12), Fresh: around(0.5, 0.1, 24)},
		{Metric: "unconfirmed", Margin: 1, First: around(3, 0.5, 12), Fresh: around(3, 0.5, 23)},
		{Metric: "gone", Margin: 1},
	}
	g := DefaultGate()
	survivors, err := g.Survivors(drops)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{4, 5, 6, 7}; !slices.Equal(survivors, want) {
		t.Errorf("survivors: got %v, want %v", survivors, want)
	}
	verdicts, err := g.Verdicts(drops)
	if err != nil {
		t.Fatal(err)
	}
	want := []GateState{SameBits, NoWorse, Improved, Inconclusive, Regressed, NoWorse, NoWorse, Missing, Missing}
	for i, v := range verdicts {
		if v.State != want[i] || v.Metric != drops[i].Metric {
			t.Errorf("%s: got %+v, want %s", drops[i].Metric, v, want[i])
		}
		if wantStage := map[bool]int{true: 2, false: 1}[i >= 4 && i <= 6]; v.State != Missing && v.Stage != wantStage {
			t.Errorf("%s: stage %d, want %d", v.Metric, v.Stage, wantStage)
		}
		if red := i == 4 || i >= 7; v.State.Red() != red {
			t.Errorf("%s: red %v, want %v", v.Metric, v.State.Red(), red)
		}
	}
	// The unconfirmed survivor is in Holm's family: the others' p is not smaller for its absence.
	if v := verdicts[4]; v.Adjusted < 4*v.P*(1-1e-12) {
		t.Errorf("adjusted %v of p %v over four survivors", v.Adjusted, v.P)
	}
}

func TestGateBadInput(t *testing.T) {
	g := DefaultGate()
	for _, c := range []struct {
		gate Gate
		drop Drop
		want string
	}{
		{g, Drop{Metric: "elbo", First: make([]float64, 5)}, `stats: gate: metric "elbo": got 5 pairs; need at least 12`},
		{g, Drop{Metric: "elbo", Margin: -1}, `metric "elbo": margin, got -1; need 0 or more`},
		{g, Drop{Metric: "elbo", Margin: math.NaN()}, "margin, got NaN"},
		{g, Drop{Metric: "elbo", First: append(make([]float64, 11), math.NaN())}, "value 12, got NaN"},
		{Gate{}, Drop{}, "levels, got 0 and 0"},
	} {
		for _, f := range []func([]Drop) error{
			func(d []Drop) error { _, err := c.gate.Survivors(d); return err },
			func(d []Drop) error { _, err := c.gate.Verdicts(d); return err },
		} {
			if err := f([]Drop{c.drop}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		}
	}
	if v, err := g.Verdicts(nil); err != nil || len(v) != 0 {
		t.Errorf("no metrics: got %v, %v", v, err)
	}
}
