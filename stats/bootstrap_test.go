package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func average(x []float64) float64 { return stat.Mean(x, nil) }

// For means of many values the percentile interval is the normal one of the
// sample's own spread; the Monte Carlo error of a 2.5 % quantile from 20000
// samples is 0.02 standard errors, and the tolerance is six of those.
func TestBootstrapOfMeanIsNormal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	x := make([]float64, 400)
	for i := range x {
		x[i] = 5 + rng.NormFloat64()
	}
	mean, sd := stat.PopMeanStdDev(x, nil)
	se := sd / math.Sqrt(float64(len(x)))
	lo, hi := Bootstrap(x, average, 20000, 9)
	near(t, "lo", (lo-mean)/se, -1.959964, 0.12)
	near(t, "hi", (hi-mean)/se, 1.959964, 0.12)
}

// The values drawn are counted: 5 standard deviations of a binomial count, in
// each of ten places, fail once in 170000 seeds.
func TestBootstrapDrawsEvenly(t *testing.T) {
	x := upTo(10)
	counts := make([]float64, 10)
	const reps = 10000
	Bootstrap(x, func(s []float64) float64 {
		for _, v := range s {
			counts[int(v)]++
		}
		return 0
	}, reps, 1)
	for _, c := range counts {
		near(t, "draws of one value", c, reps, 5*math.Sqrt(reps*10*0.1*0.9))
	}
}

func TestBootstrapEdges(t *testing.T) {
	x := make([]float64, 30)
	for i := range x {
		x[i] = 3 + 2*math.Sin(float64(i*i)) // means of samples never coincide
	}
	lo, hi := Bootstrap(x, average, 500, 2)
	if a, b := Bootstrap(x, average, 500, 2); a != lo || b != hi {
		t.Error("one seed, two answers")
	}
	if a, b := Bootstrap(x, average, 500, 3); a == lo && b == hi {
		t.Error("two seeds, one answer")
	}
	if !(1 <= lo && lo <= hi && hi <= 5) {
		t.Errorf("got [%v, %v]", lo, hi)
	}
	if lo, hi := Bootstrap([]float64{2, 2}, average, 10, 0); lo != 2 || hi != 2 {
		t.Errorf("equal values: got [%v, %v]", lo, hi)
	}
	for _, c := range []struct {
		x    []float64
		reps int
	}{{nil, 10}, {x, 0}, {[]float64{math.NaN()}, 10}} {
		if lo, hi := Bootstrap(c.x, average, c.reps, 0); !math.IsNaN(lo) || !math.IsNaN(hi) {
			t.Errorf("%v, %d reps: got %v, %v, want NaN", c.x, c.reps, lo, hi)
		}
	}
}

// scipy.stats.trim_mean(range(20), 0.25) = 9.5 and the cases where n/4 is no
// whole number, by hand.
func TestIQM(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{upTo(20), 9.5},
		{[]float64{100, 1, 2, 3}, 2.5},
		{[]float64{-50, 1, 2, 3, 90}, 2},
		{[]float64{1, 2, 9}, 4},
		{[]float64{7}, 7},
	} {
		near(t, "iqm", IQM(c.x), c.want, 1e-14)
	}
	if got := IQM([]float64{1, math.NaN()}); !math.IsNaN(got) {
		t.Errorf("NaN: got %v", got)
	}
	if got := IQM(nil); !math.IsNaN(got) {
		t.Errorf("no values: got %v", got)
	}
}

// Hyndman and Fan's type 7 is gonum's LinInterp up to its own convention at the
// ends, so it is checked against numpy's by its definition: linear in rank.
func TestQuantileIsLinearInRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		if got, want := quantile(upTo(n), p), p*float64(n-1); math.Abs(got-want) > 1e-12 {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	if got := quantile([]float64{1, 2}, 1); got != 2 {
		t.Errorf("largest: got %v", got)
	}
}

// SplitMix64's first outputs from seed 1234567, as published with the
// reference implementation of xoshiro's authors.
func TestStreamIsSplitMix64(t *testing.T) {
	want := []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821}
	var got []uint64
	for i := range want {
		got = append(got, stream(1234567).at(uint64(i)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
