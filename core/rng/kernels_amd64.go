package rng

import "github.com/vibench/bench/core/cpu"

// A kernel works on groups of blocks or pairs. What is left over is done as a
// group in a buffer where that is faster than the Go loop, from `few` entries on.
const few = 12

// words fills a part of dst as Uint32s does and says how much: 0 if nothing is
// gained by vectors.
func (k Key) words(dst []uint32, at uint64) int {
	block, skip := at/4, int(at%4)
	switch cpu.Active() {
	case cpu.AVX512:
		const group = 64
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			words32AVX512(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= 2*few {
			var w [group]uint32
			words32AVX512(&w[0], 1, block, k.up, k.key)
			return copy(dst, w[skip:])
		}
	case cpu.AVX2:
		const group = 32
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			words32AVX2(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= 2*few {
			var w [group]uint32
			words32AVX2(&w[0], 1, block, k.up, k.key)
			return copy(dst, w[skip:])
		}
	}
	return 0
}

// uniforms64 fills a part of dst as Uniform64 does and says how much.
func (k Key) uniforms64(dst []float64, at uint64) int {
	block, skip := at/4, int(at%4)
	switch cpu.Active() {
	case cpu.AVX512:
		const group = 32
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			uniform64AVX512(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= few {
			var z [group]float64
			uniform64AVX512(&z[0], 1, block, k.up, k.key)
			return copy(dst, z[skip:])
		}
	case cpu.AVX2:
		const group = 16
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			uniform64AVX2(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= few {
			var z [group]float64
			uniform64AVX2(&z[0], 1, block, k.up, k.key)
			return copy(dst, z[skip:])
		}
	}
	return 0
}

// uniforms32 fills a part of dst as Uniform32 does and says how much.
func (k Key) uniforms32(dst []float32, at uint64) int {
	block, skip := at/4, int(at%4)
	switch cpu.Active() {
	case cpu.AVX512:
		const group = 64
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			uniform32AVX512(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= 2*few {
			var z [group]float32
			uniform32AVX512(&z[0], 1, block, k.up, k.key)
			return copy(dst, z[skip:])
		}
	case cpu.AVX2:
		const group = 32
		if n := len(dst) &^ (group - 1); n > 0 && skip == 0 {
			uniform32AVX2(&dst[0], n/group, block, k.up, k.key)
			return n
		}
		if len(dst) >= 2*few {
			var z [group]float32
			uniform32AVX2(&z[0], 1, block, k.up, k.key)
			return copy(dst, z[skip:])
		}
	}
	return 0
}

// normals64 turns pairs of uniforms at the start of z into normals, and says how
// many entries it did: all of them, or the Go loop does the rest.
func normals64(z []float64) int {
	n := len(z) &^ 1
	switch cpu.Active() {
	case cpu.AVX512:
		const group = 16
		if n >= group {
			boxMuller64AVX512(&z[0], n/group)
		}
		if rest := z[n&^(group-1) : n]; len(rest) > 2 {
			var b [group]float64
			copy(b[:], rest)
			boxMuller64AVX512(&b[0], 1)
			copy(rest, b[:])
			return n
		}
		return n &^ (group - 1)
	case cpu.AVX2:
		const group = 8
		if n >= group {
			boxMuller64AVX2(&z[0], n/group)
		}
		if rest := z[n&^(group-1) : n]; len(rest) > 2 {
			var b [group]float64
			copy(b[:], rest)
			boxMuller64AVX2(&b[0], 1)
			copy(rest, b[:])
			return n
		}
		return n &^ (group - 1)
	}
	return 0
}

// normals32 is normals64 in float32.
func normals32(z []float32) int {
	n := len(z) &^ 1
	switch cpu.Active() {
	case cpu.AVX512:
		const group = 32
		if n >= group {
			boxMuller32AVX512(&z[0], n/group)
		}
		if rest := z[n&^(group-1) : n]; len(rest) > 2 {
			var b [group]float32
			copy(b[:], rest)
			boxMuller32AVX512(&b[0], 1)
			copy(rest, b[:])
			return n
		}
		return n &^ (group - 1)
	case cpu.AVX2:
		const group = 16
		if n >= group {
			boxMuller32AVX2(&z[0], n/group)
		}
		if rest := z[n&^(group-1) : n]; len(rest) > 2 {
			var b [group]float32
			copy(b[:], rest)
			boxMuller32AVX2(&b[0], 1)
			copy(rest, b[:])
			return n
		}
		return n &^ (group - 1)
	}
	return 0
}
