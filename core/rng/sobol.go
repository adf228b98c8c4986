package rng

import (
	"fmt"
	"math"
	"math/bits"
)

// MostSobol is how many coordinates a Sobol point may have.
const MostSobol = 16

// sobolTable are degrees s, inner coefficients a and first numbers m of the primitive
// polynomials of coordinates 2 and on: the direction numbers of Joe and Kuo 2008
// (doi 10.1137/070709359), set new-joe-kuo-6.
var sobolTable = [MostSobol - 1]struct {
	s, a uint32
	m    [6]uint32
}{
	{1, 0, [6]uint32{1}},
	{2, 1, [6]uint32{1, 3}},
	{3, 1, [6]uint32{1, 3, 1}},
	{3, 2, [6]uint32{1, 1, 1}},
	{4, 1, [6]uint32{1, 1, 3, 3}},
	{4, 4, [6]uint32{1, 3, 5, 13}},
	{5, 2, [6]uint32{1, 1, 5, 5, 17}},
	{5, 4, [6]uint32{1, 1, 5, 5, 5}},
	{5, 7, [6]uint32{1, 1, 7, 11, 19}},
	{5, 11, [6]uint32{1, 1, 5, 1, 1}},
	{5, 13, [6]uint32{1, 1, 1, 3, 11}},
	{5, 14, [6]uint32{1, 3, 5, 5, 31}},
	{6, 1, [6]uint32{1, 3, 3, 9, 7, 49}},
	{6, 13, [6]uint32{1, 1, 1, 15, 21, 21}},
	{6, 16, [6]uint32{1, 3, 1, 13, 27, 49}},
}

// sobolV are the direction numbers: bit 31 of v[0] is a half.
var sobolV = func() (v [MostSobol][32]uint32) {
	for b := range 32 {
		v[0][b] = 1 << (31 - b)
	}
	for j, t := range sobolTable {
		w := &v[j+1]
		for b := range t.s {
			w[b] = t.m[b] << (31 - b)
		}
		for b := t.s; b < 32; b++ {
			w[b] = w[b-t.s] ^ w[b-t.s]>>t.s
			for k := uint32(1); k < t.s; k++ {
				w[b] ^= t.a >> (t.s - 1 - k) & 1 * w[b-k]
			}
		}
	}
	return v
}()

// Sobol fills dst with the first points of Sobol's sequence in (0,1)^d, row by row and in
// Gray code order, all shifted by the digits of shift [d], numbers of (0,1): with x_j the
// leading 32 binary digits of a point,
//
//	u_j = x_j xor shift_j
//
// the digits of shift beyond them left alone; in float32 a number is the middle of a cell of its
// leading 23 digits. If shift is uniform so is every point, and means
// over the points are unbiased; the first 2^m points stay a net, and a larger fill extends a
// smaller one. It panics where d is not of 1 to MostSobol, or the sizes do not agree.
//
// Sobol 1967; the shift, Owen 2003 (doi 10.1145/945511.945518).
func Sobol[T float32 | float64](dst []T, d int, shift []T) {
	if d < 1 || d > MostSobol || len(shift) != d || len(dst)%d != 0 {
		panic(fmt.Sprintf("rng: Sobol: got %d numbers and a shift of %d for points of %d; need 1 to %d coordinates, whole points", len(dst), len(shift), d, MostSobol))
	}
	var x [MostSobol]uint32
	var rest [MostSobol]float64
	for j, u := range shift {
		t := float64(float64(u) * 0x1p32)
		f := math.Floor(t)
		x[j], rest[j] = uint32(f), t-f
	}
	_, short := any(dst).([]float32)
	for i := 0; i < len(dst); i += d {
		for j := range d {
			if short {
				dst[i+j] = T((float64(x[j]>>9) + 0.5) * 0x1p-23)
				continue
			}
			dst[i+j] = T((float64(x[j]) + rest[j]) * 0x1p-32)
		}
		b := bits.TrailingZeros32(uint32(i/d) + 1)
		for j := range d {
			x[j] ^= sobolV[j][b&31]
		}
	}
}
