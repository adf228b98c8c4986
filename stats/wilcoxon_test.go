package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Hamilton's depression scores (Hollander and Wolfe, Nonparametric Statistical
// Methods, 1973, p. 29): V = 40, one-sided p = 0.01953, estimate 0.46, and the
// interval of at least 95 % that R's wilcox.test prints.
func TestWilcoxonDepression(t *testing.T) {
	before := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	after := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	d := make([]float64, len(before))
	for i := range d {
		d[i] = before[i] - after[i]
	}
	w, p := Wilcoxon(d)
	if w != 40 {
		t.Errorf("w: got %v, want 40", w)
	}
	near(t, "p", p, 10.0/512, 1e-15)
	near(t, "location", HodgesLehmann(d), 0.46, 1e-12)
	lo, hi := HodgesLehmannInterval(d)
	near(t, "lo", lo, 0.010, 1e-12)
	near(t, "hi", hi, 0.786, 1e-12)
}

// Critical values of the smaller rank sum, one-sided 5 %, 2.5 % and 0.5 %
// (Wilcoxon and Wilcox, 1964; -1 where no sum will do).
func TestWilcoxonTable(t *testing.T) {
	for n, want := range map[int][3]int{
		5: {0, -1, -1}, 6: {2, 0, -1}, 7: {3, 2, -1}, 8: {5, 3, 0}, 9: {8, 5, 1}, 10: {10, 8, 3}, 11: {13, 10, 5},
		12: {17, 13, 7}, 13: {21, 17, 9}, 14: {25, 21, 12}, 15: {30, 25, 15}, 20: {60, 52, 37}, 25: {100, 89, 68},
	} {
		ranks := make([]int, n)
		for i := range ranks {
			ranks[i] = i + 1
		}
		mass := signedRanks(ranks)
		for i, level := range []float64{0.05, 0.025, 0.005} {
			got, below := -1, 0.0
			for s, m := range mass {
				if below += m; below > level {
					break
				}
				got = s
			}
			if got != want[i] {
				t.Errorf("n %d, level %v: got %d, want %d", n, level, got, want[i])
			}
		}
	}
}

func TestWilcoxonByEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.IntRange(-5, 5), 0, 10).Draw(t, "d")
		var x, size []float64
		for _, v := range d {
			x = append(x, float64(v))
			if v != 0 {
				size = append(size, math.Abs(float64(v)))
			}
		}
		sum := func(positive func(i int) bool) float64 {
			w := 0.0
			for i, v := range size {
				if !positive(i) {
					continue
				}
				for _, u := range size { // rank by counting; ties share
					if u < v {
						w++
					} else if u == v {
						w += 0.5
					}
				}
				w += 0.5
			}
			return w
		}
		nonzero := slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return v == 0 })
		want := sum(func(i int) bool { return nonzero[i] > 0 })
		hits := 0.0
		for set := range 1 << len(size) {
			if sum(func(i int) bool { return set>>i&1 == 1 }) >= want {
				hits++
			}
		}
		w, p := Wilcoxon(x)
		if w != want || math.Abs(p-hits/float64(int(1)<<len(size))) > 1e-14 {
			t.Errorf("%v: got %v, %v, want %v, %v", d, w, p, want, hits/float64(int(1)<<len(size)))
		}
	})
}

// At the hand-over from counting to the normal approximation the two agree.
func TestWilcoxonHandOver(t *testing.T) {
	d := make([]float64, wilcoxonExact)
	for i := range d {
		d[i] = float64(i + 1)
		if i%5 < 2 {
			d[i] = -d[i]
		}
	}
	_, exact := Wilcoxon(d)
	_, normal := Wilcoxon(append(slices.Clone(d), 0.5, -0.25))
	if ratio := normal / exact; !(ratio > 0.95 && ratio < 1.05) {
		t.Errorf("p: exact %v, normal with two small values more %v", exact, normal)
	}
}

func TestHodgesLehmannByHand(t *testing.T) {
	// Pair means of 1, 2, 6: 1 1.5 2 3.5 4 6.
	near(t, "location", HodgesLehmann([]float64{6, 1, 2}), 2.75, 1e-15)
	if lo, hi := HodgesLehmannInterval([]float64{1, 2, 3, 4, 5}); !math.IsInf(lo, -1) || !math.IsInf(hi, 1) {
		t.Errorf("five values: got %v, %v, want infinite limits", lo, hi)
	}
	// Six values attain 1/64 a side, so the interval spans the sample.
	if lo, hi := HodgesLehmannInterval([]float64{1, 2, 3, 4, 5, 7}); lo != 1 || hi != 7 {
		t.Errorf("six values: got %v, %v, want 1, 7", lo, hi)
	}
	if got := HodgesLehmann(nil); !math.IsNaN(got) {
		t.Errorf("no values: got %v, want NaN", got)
	}
	if w, p := Wilcoxon([]float64{math.NaN()}); !math.IsNaN(w) || !math.IsNaN(p) {
		t.Errorf("NaN: got %v, %v", w, p)
	}
	if _, p := Wilcoxon(nil); p != 1 {
		t.Errorf("no values: got p %v, want 1", p)
	}
}

// The interval holds just the locations that the two-sided test at 5 % keeps.
func TestHodgesLehmannIntervalInvertsTheTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.Float64Range(-5, 5), 6, 14).Draw(t, "d")
		at := rapid.Float64Range(-5, 5).Draw(t, "at")
		lo, hi := HodgesLehmannInterval(d)
		up, down := make([]float64, len(d)), make([]float64, len(d))
		seen := make(map[float64]bool)
		for i, v := range d {
			up[i], down[i] = v-at, at-v
			if up[i] == 0 || seen[math.Abs(up[i])] {
				t.Skip("ties")
			}
			seen[math.Abs(up[i])] = true
		}
		_, p := Wilcoxon(up)
		_, q := Wilcoxon(down)
		if math.Abs(at-lo) < 1e-9 || math.Abs(at-hi) < 1e-9 {
			t.Skip("on an edge")
		}
		if got, want := 2*math.Min(p, q) > 0.05, lo < at && at < hi; got != want {
			t.Errorf("%v at %v: kept %v, interval [%v, %v]", d, at, got, lo, hi)
		}
	})
}
