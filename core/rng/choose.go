package rng

import "math/bits"

// below is floor(n w / 2^64), w a 64-bit word: uniform on 0..n-1 but for a
// bias under n 2^-64, from a fixed number of words.
func below(n uint64, hi, lo uint32) uint64 {
	q, _ := bits.Mul64(uint64(hi)<<32|uint64(lo), n)
	return q
}

// word64 is entry i of the key's 64-bit words: entry i of Uint32s above the
// same word of the twin block.
func (k Key) word64(i uint64) (hi, lo uint32) {
	a0, a1, a2, a3, b0, b1, b2, b3 := k.twins(i / 4)
	return [4]uint32{a0, a1, a2, a3}[i%4], [4]uint32{b0, b1, b2, b3}[i%4]
}

// Ints fills dst with entries at, at+1, ... of the key's integers, uniform on
// 0..n-1 and independent: one word each. Below n = 1 it fills zeros.
func (k Key) Ints(dst []int, n int, at uint64) {
	m := uint64(max(n, 1))
	for i := range dst {
		hi, lo := k.word64(at + uint64(i))
		dst[i] = int(below(m, hi, lo))
	}
}

// Perm fills dst with a permutation of 0..len(dst)-1: the shuffle of Fisher and
// Yates from the front, with 64-bit word i for the choice at place i. A prefix
// of it is a sample without replacement, but it does depend on len(dst).
func (k Key) Perm(dst []int) {
	for i := range dst {
		dst[i] = i
	}
	n := uint64(len(dst))
	var hi, lo [4]uint32
	for i := range n {
		if i%4 == 0 {
			hi[0], hi[1], hi[2], hi[3], lo[0], lo[1], lo[2], lo[3] = k.twins(i / 4)
		}
		j := i + below(n-i, hi[i%4], lo[i%4])
		dst[i], dst[j] = dst[j], dst[i]
	}
}
