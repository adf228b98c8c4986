package rng

import (
	"testing"

	"pgregory.net/rapid"
)

// Random123 1.14, tests/kat_vectors, philox 4x32 with 10 rounds.
func TestPhiloxKnownAnswers(t *testing.T) {
	for _, c := range []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox(c.ctr, c.key); got != c.want {
			t.Errorf("Philox(%08x, %08x) is %08x, want %08x", c.ctr, c.key, got, c.want)
		}
	}
}

func TestTwoPhiloxIsPhiloxTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Uint32(), 9, 9).Draw(t, "words")
		a0, a1, a2, a3, b0, b1, b2, b3 := twoPhilox(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8])
		key := [2]uint32{w[7], w[8]}
		if a, want := [4]uint32{a0, a1, a2, a3}, Philox([4]uint32{w[0], w[1], w[4], w[5]}, key); a != want {
			t.Fatalf("first is %08x, want %08x", a, want)
		}
		if b, want := [4]uint32{b0, b1, b2, b3}, Philox([4]uint32{w[2], w[3], w[4], w[6]}, key); b != want {
			t.Fatalf("second is %08x, want %08x", b, want)
		}
	})
}
