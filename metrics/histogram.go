package metrics

import "math"

// histogram counts values in bins of one width: B counts, and apart from them exact
// zeros, those below the first edge and those beyond the last. What is no number is
// not counted.
type histogram struct {
	edges, counts        []float64
	zeros, below, beyond float64
}

func newHistogram(bins int, reach float64) *histogram {
	h := &histogram{edges: make([]float64, bins+1), counts: make([]float64, bins)}
	for i := range h.edges {
		h.edges[i] = reach * float64(2*i-bins) / float64(bins) // exactly symmetric
	}
	return h
}

func (h *histogram) see(v float64) {
	bins := len(h.counts)
	lo, hi := h.edges[0], h.edges[bins]
	switch {
	case math.IsNaN(v):
	case v == 0:
		h.zeros++
	case v < lo:
		h.below++
	case v > hi:
		h.beyond++
	default:
		i := min(int((v-lo)/(hi-lo)*float64(bins)), bins-1)
		// A bin has its lower edge, by the edges as they are kept.
		if v < h.edges[i] {
			i--
		} else if i+1 < bins && v >= h.edges[i+1] {
			i++
		}
		h.counts[i]++
	}
}

// array is the B+1 edges, the B counts, and the counts of exact zeros, of values below
// the first edge and of values beyond the last: 2B + 4 numbers.
func (h *histogram) array() []float64 {
	out := append(append([]float64{}, h.edges...), h.counts...)
	return append(out, h.zeros, h.below, h.beyond)
}
