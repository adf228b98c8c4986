package rng

// Multipliers and key increments of Philox 4x32 (Salmon, Moraes, Dror and Shaw,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4).
const (
	mul0  = 0xd2511f53
	mul1  = 0xcd9e8d57
	weyl0 = 0x9e3779b9
	weyl1 = 0xbb67ae85

	rounds = 10
)

// Philox is Philox 4x32-10: a bijection of the counter for each key, with the
// word order of Random123.
func Philox(ctr [4]uint32, key [2]uint32) [4]uint32 {
	a, b, c, d := philox(ctr[0], ctr[1], ctr[2], ctr[3], key[0], key[1])
	return [4]uint32{a, b, c, d}
}

// philox is Philox on words, which stay in registers.
func philox(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	for range rounds {
		c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
		k0, k1 = k0+weyl0, k1+weyl1
	}
	return c0, c1, c2, c3
}

func round(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	p0, p1 := uint64(c0)*mul0, uint64(c2)*mul1
	return uint32(p1>>32) ^ c1 ^ k0, uint32(p1), uint32(p0>>32) ^ c3 ^ k1, uint32(p0)
}

// twoPhilox is philox(a0, a1, c2, a3) and philox(b0, b1, c2, b3), side by side
// and unrolled: one block alone waits for its own products.
func twoPhilox(a0, a1, b0, b1, c2, a3, b3, k0, k1 uint32) (_, _, _, _, _, _, _, _ uint32) {
	a0, a1, a2, a3 := round(a0, a1, c2, a3, k0, k1)
	b0, b1, b2, b3 := round(b0, b1, c2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	a0, a1, a2, a3 = round(a0, a1, a2, a3, k0, k1)
	b0, b1, b2, b3 = round(b0, b1, b2, b3, k0, k1)
	return a0, a1, a2, a3, b0, b1, b2, b3
}
