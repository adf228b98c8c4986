package stats

import "math/bits"

// A stream is a counter-based generator: SplitMix64 (Steele, Lea, Flood, OOPSLA
// 2014) read at a counter. Draw i is a function of (seed, i) alone, so what is
// drawn for one purpose cannot shift what is drawn for another.
type stream uint64

const golden = 0x9e3779b97f4a7c15

func (s stream) at(i uint64) uint64 {
	z := uint64(s) + (i+1)*golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is draw i as an integer from 0 to n-1; its bias, n/2^64, is nothing at
// the sizes here and buys exactly one word a draw.
func (s stream) below(i uint64, n int) int {
	hi, _ := bits.Mul64(s.at(i), uint64(n))
	return int(hi)
}

// Draws is the number of random permutations or flips behind a p value that is
// not exact; the p value counts the observed arrangement among them, so it is
// valid and at least 1/(Draws+1). Its standard error at 0.05 is 0.0007.
const Draws = 99_999
