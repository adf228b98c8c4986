package metrics

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/vec"
)

// Every value is in the bin between whose edges it lies, at the edges too.
func TestHistogramEdges(t *testing.T) {
	for _, bins := range []int{1, 2, 3, 10, 49} {
		h := newHistogram(bins, 0.3)
		edges := h.array()[:bins+1]
		for i, edge := range edges {
			for _, v := range []float64{math.Nextafter(edge, -1), edge, math.Nextafter(edge, 1)} {
				h := newHistogram(bins, 0.3)
				h.see(v)
				counts := h.array()[bins+1:]
				in := slices.Index(counts, 1)
				want := i
				switch {
				case v == 0:
					want = bins
				case v < edges[0]:
					want = bins + 1
				case v > edges[bins]:
					want = bins + 2
				case v < edge || i == bins:
					want = i - 1
				}
				if in != want || vec.Sum(counts) != 1 {
					t.Errorf("%d bins, %g at edge %d: in %d; want %d", bins, v, i, in, want)
				}
			}
		}
		h.see(math.NaN())
		if vec.Sum(h.array()[bins+1:]) != 0 {
			t.Error("what is no number was counted")
		}
	}
}
