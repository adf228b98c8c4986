package vec

// Half is where half i, 0 or 1, of n entries lies. Work entry by entry has the same
// bits in halves, and two goroutines may do one each: the cut is at a multiple of 16
// entries, a cache line of float32, so that they seldom meet.
func Half(n, i int) (lo, hi int) {
	cut := n / 2 &^ 15
	if i == 0 {
		return 0, cut
	}
	return cut, n
}
