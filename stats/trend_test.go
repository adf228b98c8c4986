package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"
	"pgregory.net/rapid"
)

// orders returns all orders of 0..n-1.
func orders(n int) [][]float64 {
	var all [][]float64
	for _, p := range combin.Permutations(n, n) {
		y := make([]float64, n)
		for i, v := range p {
			y[i] = float64(v)
		}
		all = append(all, y)
	}
	return all
}

func upTo(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// Critical values of the rank correlation, one-sided 5 % and 1 % (Zar, J. Am.
// Statist. Assoc. 67, 1972, table 1): the smallest attainable rho with p at most
// the level.
func TestTrendCriticalValues(t *testing.T) {
	for _, c := range []struct {
		n         int
		five, one float64
	}{
		{4, 1.000, 2}, {5, 0.900, 1.000}, {6, 0.829, 0.943}, {7, 0.714, 0.893}, {8, 0.643, 0.833},
		{9, 0.600, 0.783}, {10, 0.564, 0.745}, {11, 0.536, 0.709}, {12, 0.503, 0.678},
	} {
		null, ok := sumOfRhos([]sequence{ranked(upTo(c.n), upTo(c.n))})
		if !ok {
			t.Fatal("not exact")
		}
		for level, want := range map[float64]float64{0.05: c.five, 0.01: c.one} {
			got := 2.0 // none is attainable
			for _, a := range slices.Backward(null) {
				if null.atLeast(a.value) <= level {
					got = a.value
				}
			}
			near(t, "critical rho", got, want, 5.1e-4)
		}
	}
}

// All orders one by one, for short sequences with and without ties.
func TestTrendByEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "n")
		values := rapid.SliceOfN(rapid.IntRange(0, 6), 2*n, 2*n).Draw(t, "x and y")
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i] = float64(values[i]), float64(values[n+i])
		}
		got, err := Trend(x, y, 0)
		if err != nil {
			t.Fatal(err)
		}
		observed := Spearman(x, y)
		up, down, all := 0.0, 0.0, 0.0
		for _, p := range combin.Permutations(n, n) {
			z := make([]float64, n)
			for i, at := range p {
				z[i] = y[at]
			}
			rho := Spearman(x, z)
			if rho >= observed-1e-12 {
				up++
			}
			if rho <= observed+1e-12 {
				down++
			}
			all++
		}
		if !got.Exact || got.Rho != observed || math.Abs(got.PIncreasing-up/all) > 1e-12 || math.Abs(got.PDecreasing-down/all) > 1e-12 {
			t.Errorf("%v %v: got %+v, want rho %v, up %v, down %v", x, y, got, observed, up/all, down/all)
		}
	})
}

// Pearson's correlation of ranks found by counting.
func TestSpearmanIsCorrelationOfRanks(t *testing.T) {
	rank := func(x []float64) []float64 {
		r := make([]float64, len(x))
		for i, v := range x {
			for _, u := range x {
				if u < v {
					r[i]++
				} else if u == v {
					r[i] += 0.5
				}
			}
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		x := make([]float64, n)
		y := make([]float64, n)
		for i := range n {
			x[i] = float64(rapid.IntRange(0, 9).Draw(t, "x"))
			y[i] = float64(rapid.IntRange(0, 9).Draw(t, "y"))
		}
		want := stat.Correlation(rank(x), rank(y), nil)
		if math.IsNaN(want) {
			want = 0 // constant
		}
		if got := Spearman(x, y); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v %v: got %v, want %v", x, y, got, want)
		}
	})
}

// Two sequences against all pairs of orders, with equal norms (added as integers)
// and with unlike ones (added as correlations).
func TestTrendStratifiedByEnumeration(t *testing.T) {
	for _, y := range [][2][]float64{
		{{1, 3, 2, 4}, {2, 1, 4, 3}},
		{{1, 3, 2, 4}, {1, 1, 4, 3}},
		{{1, 3, 2, 4}, {2, 1, 3}},
		{{4, 3, 2, 1}, {5, 5, 5, 5}},
	} {
		x := [][]float64{upTo(len(y[0])), upTo(len(y[1]))}
		got, err := TrendStratified(x, y[:], 0)
		if err != nil {
			t.Fatal(err)
		}
		observed := Spearman(x[0], y[0]) + Spearman(x[1], y[1])
		up, down, all := 0.0, 0.0, 0.0
		for _, p := range orders(len(y[0])) {
			for _, q := range orders(len(y[1])) {
				a, b := make([]float64, len(p)), make([]float64, len(q))
				for i, at := range p {
					a[i] = y[0][int(at)]
				}
				for i, at := range q {
					b[i] = y[1][int(at)]
				}
				rho := Spearman(x[0], a) + Spearman(x[1], b)
				if rho >= observed-1e-12 {
					up++
				}
				if rho <= observed+1e-12 {
					down++
				}
				all++
			}
		}
		near(t, "rho", got.Rho, observed/2, 1e-15)
		near(t, "up", got.PIncreasing, up/all, 1e-12)
		near(t, "down", got.PDecreasing, down/all, 1e-12)
		if !got.Exact || len(got.Rhos) != 2 {
			t.Errorf("got %+v", got)
		}
	}
}

// Drawn permutations against counted ones: each share lies within 5 standard
// errors of the exact one but once in 1.7 million seeds. A single sequence has
// much mass on the observed value and shows a draw that leaves out half of the
// orders; three of unlike lengths and ties go through the whole path.
func TestTrendDrawnAgreesWithExact(t *testing.T) {
	for _, c := range []struct{ x, y [][]float64 }{
		{[][]float64{upTo(5)}, [][]float64{{1, 2, 3, 5, 4}}},
		{[][]float64{upTo(5)}, [][]float64{{1, 3, 3, 5, 4}}},
		{[][]float64{upTo(4)}, [][]float64{{2, 1, 3, 4}}},
		{[][]float64{upTo(5), upTo(7), upTo(6)}, [][]float64{{1, 2, 2, 5, 4}, {3, 1, 2, 7, 5, 6, 4}, {2, 3, 1, 4, 6, 6}}},
	} {
		exact, err := TrendStratified(c.x, c.y, 0)
		if err != nil || !exact.Exact {
			t.Fatal(exact, err)
		}
		var seqs []sequence
		sum := 0.0
		for i := range c.x {
			seqs = append(seqs, ranked(c.x[i], c.y[i]))
			sum += exact.Rhos[i]
		}
		up, down := drawnTrend(seqs, sum, 11)
		for _, p := range [][2]float64{{up, exact.PIncreasing}, {down, exact.PDecreasing}} {
			near(t, "drawn", p[0], p[1], 5*math.Sqrt(p[1]*(1-p[1])/Draws)+1.0/Draws)
		}
	}
}

func TestTrendLongSequences(t *testing.T) {
	up, err := Trend(upTo(30), upTo(30), 3)
	if err != nil {
		t.Fatal(err)
	}
	if up.Exact || up.Rho != 1 || up.PIncreasing != 1.0/(Draws+1) || up.PDecreasing != 1 {
		t.Errorf("got %+v", up)
	}
	again, err := Trend(upTo(30), upTo(30), 3)
	if err != nil || again.PIncreasing != up.PIncreasing {
		t.Errorf("one seed, two answers: %v, %v, %v", again, up, err)
	}
}

// Many short sequences stay exact and quick; the exact p of a sum of many agrees
// with the normal one to the accuracy of the latter.
func TestTrendManySeeds(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	const seeds, n = 64, 9
	var x, y [][]float64
	for range seeds {
		x = append(x, upTo(n))
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(i)/10 + rng.NormFloat64()
		}
		y = append(y, v)
	}
	r, err := TrendStratified(x, y, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Exact || len(r.Rhos) != seeds {
		t.Errorf("got %+v", r)
	}
	z := r.Rho * math.Sqrt(seeds*(n-1)) // a rank correlation has variance 1/(n-1)
	normal := 0.5 * math.Erfc(z/math.Sqrt2)
	if ratio := r.PIncreasing / normal; !(ratio > 0.8 && ratio < 1.25) {
		t.Errorf("p %v, normal %v", r.PIncreasing, normal)
	}
}

func TestTrendWarnsAndRefuses(t *testing.T) {
	r, err := Trend([]float64{1, 2, 3}, []float64{1, 2, 3}, 0)
	if err != nil || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "0.167") {
		t.Errorf("three values: got %+v, %v", r, err)
	}
	r, err = Trend([]float64{1, 2, 3}, []float64{4, 4, 4}, 0)
	if err != nil || r.Rho != 0 || r.PIncreasing != 1 || r.PDecreasing != 1 || len(r.Warnings) != 2 {
		t.Errorf("constant: got %+v, %v", r, err)
	}
	for _, c := range []struct {
		x, y [][]float64
		want string
	}{
		{nil, nil, "sequences, got x 0, y 0"},
		{[][]float64{{1, 2}}, [][]float64{{1, 2}, {3, 4}}, "sequences, got x 1, y 2"},
		{[][]float64{{1, 2}}, [][]float64{{1}}, "sequence 1, got lengths x 2, y 1"},
		{[][]float64{{1, 2}, {1}}, [][]float64{{1, 2}, {1}}, "sequence 2, got 1 value"},
		{[][]float64{{1, 2}}, [][]float64{{1, math.NaN()}}, "sequence 1: value 2, got NaN"},
	} {
		if _, err := TrendStratified(c.x, c.y, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
