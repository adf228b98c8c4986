package datasets_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
)

// The law of a tree sums to one, and draws are of it: the counts of all 2^5 rows among 100,000, train and held out alike, have a
// chi-square of 31 degrees above 83 once in a million; every bit by itself is fair.
func TestTreeBits(t *testing.T) {
	const n, dim = 100000, 5
	d := datasets.TreeBits{N: n, Test: n, Dim: dim, Flip: 0.1}
	key := rng.Data(3, "tree-bits", "train")
	x, err := d.Make(key)
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for i := range 1 << dim {
		for j := range dim {
			all = append(all, float64(i>>j&1))
		}
	}
	p, sum := d.LogEvidence(key, all), 0.0
	for _, l := range p {
		sum += math.Exp(l)
	}
	if math.Abs(sum-1) > 1e-14 {
		t.Errorf("chances sum to %.16g", sum)
	}
	for _, part := range [][]float64{x.X, x.Test.X} {
		count, chi := make([]float64, 1<<dim), 0.0
		for r := range n {
			i := 0
			for j := range dim {
				i |= int(part[r*dim+j]) << j
			}
			count[i]++
		}
		for i, c := range count {
			e := n * math.Exp(p[i])
			chi += (c - e) * (c - e) / e
		}
		if chi > 83 {
			t.Errorf("chi-square %.1f of 31 degrees", chi)
		}
	}
	// its entropy: log 2 and that of a flip for each edge
	mean := 0.0
	for i := range p {
		mean += math.Exp(p[i]) * p[i]
	}
	want := math.Log(0.5) + (dim-1)*(0.1*math.Log(0.1)+0.9*math.Log(0.9))
	if math.Abs(mean-want) > 1e-13 {
		t.Errorf("E log p = %.15g, want %.15g", mean, want)
	}
}
