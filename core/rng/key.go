// Package rng gives random numbers by name. A Key is a value; from it come
// child keys (Fold, At) and unbounded arrays of draws in which entry i is a
// pure function of the key and i: neither the order of calls nor the size of a
// fill can show, and a larger fill extends a smaller one.
//
// A Key is a 64-bit Philox key and the upper 62 bits of a Philox counter. The
// lower 64 bits of the counter hold the number of a block, a label's hash or an
// index, and the two bits between say which, so that no two of these meet:
//
//	counter word 0, 1   block, FNV-1a of the label, or index (low word first)
//	counter word 2      low half of the key's upper part
//	counter word 3      its high 30 bits, and in the top two bits
//	                    0 draws   1 low bits of draws   2 Fold   3 At
//
// Nothing here reads or keeps state; all routines are safe for concurrent use.
package rng

import (
	"encoding/binary"
	"encoding/hex"
)

// A Key names a stream of draws and a tree of child keys. Keys compare by ==.
// The zero Key is Root(0).
type Key struct {
	key uint64 // Philox key, low word first
	up  uint64 // counter words 2 and 3; the top two bits are zero
}

// What a block is for: the top two bits of counter word 3.
const (
	forDraws   = 0 << 30
	forLowBits = 1 << 30
	forFold    = 2 << 30
	forAt      = 3 << 30

	upMask = 1<<62 - 1
)

// Root is the key of a seed.
func Root(seed uint64) Key { return Key{key: seed} }

// Fold is the child named label. Labels are told apart by their 64-bit FNV-1a
// hash (Fowler, Noll and Vo), and Fold never equals an At.
func (k Key) Fold(label string) Key {
	h := uint64(0xcbf29ce484222325)
	for i := 0; i < len(label); i++ {
		h = (h ^ uint64(label[i])) * 0x100000001b3
	}
	return k.child(h, forFold)
}

// At is the child numbered i; different i give different keys.
func (k Key) At(i uint64) Key { return k.child(i, forAt) }

func (k Key) child(n uint64, purpose uint32) Key {
	a, b, c, d := k.block(n, purpose)
	return Key{key: uint64(a) | uint64(b)<<32, up: (uint64(c) | uint64(d)<<32) & upMask}
}

// block is one Philox block of the key.
func (k Key) block(n uint64, purpose uint32) (a, b, c, d uint32) {
	return philox(uint32(n), uint32(n>>32), uint32(k.up), uint32(k.up>>32)|purpose,
		uint32(k.key), uint32(k.key>>32))
}

// twins are blocks n of the draws and of their low bits.
func (k Key) twins(n uint64) (a0, a1, a2, a3, b0, b1, b2, b3 uint32) {
	lo, hi, w := uint32(n), uint32(n>>32), uint32(k.up>>32)
	return twoPhilox(lo, hi, lo, hi, uint32(k.up), w|forDraws, w|forLowBits,
		uint32(k.key), uint32(k.key>>32))
}

// next are blocks n and n+1 of the draws.
func (k Key) next(n uint64) (a0, a1, a2, a3, b0, b1, b2, b3 uint32) {
	m, w := n+1, uint32(k.up>>32)|forDraws
	return twoPhilox(uint32(n), uint32(n>>32), uint32(m), uint32(m>>32), uint32(k.up), w, w,
		uint32(k.key), uint32(k.key>>32))
}

// Words4 is block b of the key's draws: entries 4b to 4b+3 of Uint32s.
func (k Key) Words4(b uint64) [4]uint32 {
	w0, w1, w2, w3 := k.block(b, forDraws)
	return [4]uint32{w0, w1, w2, w3}
}

// Bytes is the key as the Philox key and then the upper counter, each
// little-endian.
func (k Key) Bytes() [16]byte {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], k.key)
	binary.LittleEndian.PutUint64(b[8:], k.up)
	return b
}

// String is Bytes in hexadecimal.
func (k Key) String() string {
	b := k.Bytes()
	return hex.EncodeToString(b[:])
}
