package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// near fails unless got is within tol of want.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.17g, want %.17g within %g", what, got, want, tol)
	}
}

// Fisher and Yates, Statistical Tables, table III, with more digits from R's qt.
func TestTQuantileTable(t *testing.T) {
	for _, c := range []struct {
		df       int
		one, two float64 // one-sided and two-sided 5 %
	}{
		{1, 6.313751515, 12.70620474}, {2, 2.919985580, 4.302652730}, {3, 2.353363435, 3.182446305},
		{4, 2.131846786, 2.776445105}, {5, 2.015048373, 2.570581836}, {7, 1.894578605, 2.364624252},
		{9, 1.833112933, 2.262157163}, {10, 1.812461123, 2.228138852}, {19, 1.729132812, 2.093024054},
		{29, 1.699127027, 2.045229642}, {120, 1.657650899, 1.979930405},
	} {
		near(t, "one-sided", tQuantile(0.95, c.df), c.one, 1e-8)
		near(t, "two-sided", tQuantile(0.975, c.df), c.two, 1e-8)
	}
}

// Student's own example (Biometrika 6, 1908): extra hours of sleep of ten
// patients under two drugs. The digits are those of R's t.test(paired = TRUE).
func TestTMeanSleep(t *testing.T) {
	r, err := TMean([]float64{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", r.Effect, 1.58, 1e-12)
	near(t, "sd", r.SD, 1.2299955, 1e-7)
	near(t, "lo", r.Lo, 0.7001142, 1e-7)
	near(t, "hi", r.Hi, 2.4598858, 1e-7)
	near(t, "p", r.PTwoSided(0), 0.002832890, 1e-9)
	near(t, "p greater", r.PGreater(0), 0.002832890/2, 1e-9)
	near(t, "p less", r.PLess(0), 1-0.002832890/2, 1e-9)
	if r.N != 10 || r.Warnings != nil {
		t.Errorf("n, warnings: got %d, %q", r.N, r.Warnings)
	}
}

func TestTMeanBadInput(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want string
	}{
		{nil, "stats: t: got 0 values; need at least 2"},
		{[]float64{3}, "stats: t: got 1 value; need at least 2"},
		{[]float64{1, math.NaN()}, "stats: t: value 2, got NaN; need finite values"},
		{[]float64{math.Inf(-1), 1}, "stats: t: value 1, got -Inf; need finite values"},
	} {
		if _, err := TMean(c.x); err == nil || err.Error() != c.want {
			t.Errorf("%v: got %v, want %s", c.x, err, c.want)
		}
	}
	if _, err := TMean([]float64{math.MaxFloat64, -math.MaxFloat64}); err == nil {
		t.Error("an interval beyond the largest float64 is no error")
	}
	if _, _, err := TOST([]float64{1, 2}, 1, 1); err == nil {
		t.Error("empty margins are no error")
	}
}

func TestTMeanOfEqualValues(t *testing.T) {
	r, err := TMean(slices.Repeat([]float64{0.1}, 7)) // whose sum is not 7 times 0.1
	if err != nil {
		t.Fatal(err)
	}
	if r.Effect != 0.1 || r.SD != 0 || r.Lo != 0.1 || r.Hi != 0.1 || r.OneLo != 0.1 || r.OneHi != 0.1 {
		t.Errorf("not a point: %+v", r)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "point") {
		t.Errorf("warnings: got %q", r.Warnings)
	}
	for _, c := range []struct{ got, want float64 }{
		{r.PGreater(0), 0}, {r.PGreater(0.1), 1}, {r.PLess(0), 1}, {r.PLess(1), 0},
		{r.PTwoSided(0.1), 1}, {r.PTwoSided(0), 0}, {r.PEquivalent(0, 1), 0}, {r.PEquivalent(0.1, 1), 1},
	} {
		if c.got != c.want {
			t.Errorf("p: got %v, want %v", c.got, c.want)
		}
	}
}

func TestTMeanWarnsOfRounding(t *testing.T) {
	r, err := TMean([]float64{1, 1 + ulp, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "rounding") {
		t.Errorf("warnings: got %q", r.Warnings)
	}
}

// The p values and the limits have to tell the same story for any data: that is
// what lets a verdict rest on an adjusted p and print an interval.
func TestPValuesAgreeWithLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-10, 10), 2, 20).Draw(t, "x")
		r, err := TMean(x)
		if err != nil {
			t.Fatal(err)
		}
		// Half widths from the mean, in units of the interval's own: the edges of
		// 90 % and 95 % lie between 0.5 and 1.
		half := (r.Hi - r.Lo) / 2
		lo := r.Effect - half*rapid.Float64Range(0.1, 2).Draw(t, "below")
		hi := r.Effect + half*rapid.Float64Range(0.1, 2).Draw(t, "above")
		for _, edge := range []float64{r.Lo - lo, hi - r.Hi, r.OneLo - lo, hi - r.OneHi} {
			if math.Abs(edge) <= 1e-6*half {
				t.Skip("on an edge")
			}
		}
		if got, want := r.PEquivalent(lo, hi) <= 0.05, r.Lo >= lo && r.Hi <= hi; got != want {
			t.Errorf("equivalent: p %v, interval [%v, %v] in [%v, %v]: %v", r.PEquivalent(lo, hi), r.Lo, r.Hi, lo, hi, want)
		}
		if got, want := r.PGreater(lo) <= 0.05, r.OneLo >= lo; got != want {
			t.Errorf("greater: p %v, limit %v, h0 %v", r.PGreater(lo), r.OneLo, lo)
		}
		if got, want := r.PLess(hi) <= 0.05, r.OneHi <= hi; got != want {
			t.Errorf("less: p %v, limit %v, h0 %v", r.PLess(hi), r.OneHi, hi)
		}
		if got, want := r.PTwoSided(lo) <= 0.05, lo <= r.Lo || lo >= r.Hi; got != want {
			t.Errorf("two-sided: p %v, interval [%v, %v], h0 %v", r.PTwoSided(lo), r.Lo, r.Hi, lo)
		}
	})
}

// Student's t has a closed form at one and two degrees of freedom.
func TestTTailClosedForm(t *testing.T) {
	for _, u := range []float64{-30, -1, -1e-3, 0, 0.2, 1, 5, 1e3, 1e6} {
		one := Result{Effect: u, SD: math.Sqrt2, N: 2}
		near(t, "df 1", one.PGreater(0), math.Atan2(1, u)/math.Pi, 1e-13)
		two := Result{Effect: u, SD: math.Sqrt(3), N: 3}
		want := (1 - u/math.Sqrt(2+u*u)) / 2
		if u > 0 { // the same without cancellation
			want = 1 / (2 + u*u + u*math.Sqrt(2+u*u))
		}
		near(t, "df 2", two.PGreater(0), want, 1e-12*math.Max(want, 1e-3))
	}
}

// 20000 intervals from 8 normal values: the number that cover the mean is
// Binomial(20000, 0.95). The test fails beyond 5 standard deviations, which a
// sound interval does once in 1.7 million runs, for each of the three limits.
func TestTIntervalCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const runs, mean = 20000, 3.0
	var two, lower, upper float64
	x := make([]float64, 8)
	for range runs {
		for i := range x {
			x[i] = mean + 2*rng.NormFloat64()
		}
		r, err := TMean(x)
		if err != nil {
			t.Fatal(err)
		}
		if r.Lo <= mean && mean <= r.Hi {
			two++
		}
		if r.OneLo <= mean {
			lower++
		}
		if mean <= r.OneHi {
			upper++
		}
	}
	sd := math.Sqrt(runs * 0.95 * 0.05)
	near(t, "two-sided coverage", two, 0.95*runs, 5*sd)
	near(t, "lower limit's coverage", lower, 0.95*runs, 5*sd)
	near(t, "upper limit's coverage", upper, 0.95*runs, 5*sd)
}

// Cohen's one-sample test of a medium effect, one-sided at 5 %: 27 values have
// power 0.8118316 to see d = 0.5 (the manual of G*Power 3).
func TestDetectable(t *testing.T) {
	r := Result{SD: 1, N: 27}
	near(t, "effect at n = 27", r.Detectable(0.8118316), 0.5, 1e-6)
	if got := r.Detectable(0.9); !(got > 0.5) {
		t.Errorf("more power at the same n: got %v", got)
	}
	for _, power := range []float64{0, 0.05, 1, math.NaN()} {
		if got := r.Detectable(power); !math.IsNaN(got) {
			t.Errorf("power %v: got %v, want NaN", power, got)
		}
	}
}

func TestMomentsShiftAndScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1, 1), 2, 30).Draw(t, "x")
		shift := rapid.Float64Range(-1e6, 1e6).Draw(t, "shift")
		m, sd := moments(x)
		y := slices.Clone(x)
		for i := range y {
			y[i] += shift
		}
		my, sdy := moments(y)
		if math.Abs(my-m-shift) > 1e-9 || math.Abs(sdy-sd) > 1e-8 {
			t.Errorf("shift by %v: mean %v to %v, sd %v to %v", shift, m, my, sd, sdy)
		}
	})
}

// Limits at 1 %, by Student's table: 3.249836 two-sided and 2.821438 one-sided at nine degrees of
// freedom. At 5 % they are the result's own.
func TestAtLevel(t *testing.T) {
	r, err := TMean([]float64{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4})
	if err != nil {
		t.Fatal(err)
	}
	s := r.At(0.01)
	near(t, "lower", s.Lo, r.Effect-3.249835542*r.se(), 1e-8)
	near(t, "upper", s.Hi, r.Effect+3.249835542*r.se(), 1e-8)
	near(t, "one-sided lower", s.OneLo, r.Effect-2.821437925*r.se(), 1e-8)
	near(t, "one-sided upper", s.OneHi, r.Effect+2.821437925*r.se(), 1e-8)
	if s := r.At(0.05); s.Lo != r.Lo || s.Hi != r.Hi || s.OneLo != r.OneLo || s.OneHi != r.OneHi || s.PGreater(0) != r.PGreater(0) {
		t.Errorf("at 5 %%: %+v; want %+v", s, r)
	}
}
