package rng

import "math"

// unit64 is the middle of cell n of 2^52: (n + 1/2) 2^-52 has 53 bits, so it is
// exact and neither 0 nor 1. As bits: 1 + n 2^-52, less 1 - 2^-53.
func unit64(hi, lo uint32) float64 {
	return math.Float64frombits(0x3ff<<52|uint64(hi)<<20|uint64(lo)>>12) - (1 - 0x1p-53)
}

// unit32 is the middle of cell n of 2^23, n the leading bits of unit64's.
func unit32(hi uint32) float32 {
	return math.Float32frombits(0x7f<<23|hi>>9) - (1 - 0x1p-24)
}

// Uint32s fills dst with entries at, at+1, ... of the key's words: entry i is
// word i mod 4 of block i/4.
func (k Key) Uint32s(dst []uint32, at uint64) {
	for len(dst) > 0 {
		if n := k.words(dst, at); n > 0 { // by vectors
			dst = dst[n:]
			at += uint64(n)
			continue
		}
		if at%4 == 0 && len(dst) >= 8 {
			a0, a1, a2, a3, b0, b1, b2, b3 := k.next(at / 4)
			dst[0], dst[1], dst[2], dst[3], dst[4], dst[5], dst[6], dst[7] = a0, a1, a2, a3, b0, b1, b2, b3
			dst = dst[8:]
			at += 8
			continue
		}
		w := k.Words4(at / 4)
		n := copy(dst, w[at%4:])
		dst = dst[n:]
		at += uint64(n)
	}
}

// Uniform64 fills dst with entries at, at+1, ... of the key's uniforms on the
// open interval (0, 1): odd multiples of 2^-53. The leading 32 bits of entry i
// are entry i of Uint32s, the other 20 are the leading ones of the same word
// of the twin block.
func (k Key) Uniform64(dst []float64, at uint64) {
	for len(dst) > 0 {
		if n := k.uniforms64(dst, at); n > 0 { // by vectors
			dst = dst[n:]
			at += uint64(n)
			continue
		}
		a0, a1, a2, a3, b0, b1, b2, b3 := k.twins(at / 4)
		if at%4 == 0 && len(dst) >= 4 {
			dst[0], dst[1], dst[2], dst[3] = unit64(a0, b0), unit64(a1, b1), unit64(a2, b2), unit64(a3, b3)
			dst = dst[4:]
			at += 4
			continue
		}
		u := [4]float64{unit64(a0, b0), unit64(a1, b1), unit64(a2, b2), unit64(a3, b3)}
		n := copy(dst, u[at%4:])
		dst = dst[n:]
		at += uint64(n)
	}
}

// Uniform32 fills dst with entries at, at+1, ... of the key's uniforms on the
// open interval (0, 1): odd multiples of 2^-24. Entry i is entry i of Uniform64
// moved to the middle of its cell of width 2^-23.
func (k Key) Uniform32(dst []float32, at uint64) {
	for len(dst) > 0 {
		if n := k.uniforms32(dst, at); n > 0 { // by vectors
			dst = dst[n:]
			at += uint64(n)
			continue
		}
		if at%4 == 0 && len(dst) >= 8 {
			a0, a1, a2, a3, b0, b1, b2, b3 := k.next(at / 4)
			dst[0], dst[1], dst[2], dst[3] = unit32(a0), unit32(a1), unit32(a2), unit32(a3)
			dst[4], dst[5], dst[6], dst[7] = unit32(b0), unit32(b1), unit32(b2), unit32(b3)
			dst = dst[8:]
			at += 8
			continue
		}
		w := k.Words4(at / 4)
		u := [4]float32{unit32(w[0]), unit32(w[1]), unit32(w[2]), unit32(w[3])}
		n := copy(dst, u[at%4:])
		dst = dst[n:]
		at += uint64(n)
	}
}
