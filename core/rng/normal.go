package rng

import (
	"math"

	"github.com/vibench/bench/core/vec"
)

// chunk (even) is how many uniforms are drawn before they are transformed: enough to
// let the processor overlap many of each, few enough to stay in its first cache.
const chunk = 512

// boxMuller64 is r cos(2 pi v) and r sin(2 pi v), r = sqrt(-2 log u) (Box and
// Muller, Ann. Math. Statist. 29, 1958).
func boxMuller64(u, v float64) (float64, float64) {
	r := math.Sqrt(-2 * vec.Log64(u))
	sin, cos := vec.SinCos2Pi64(v)
	return r * cos, r * sin
}

func boxMuller32(u, v float32) (float32, float32) {
	r := float32(math.Sqrt(float64(-2 * vec.Log32(u))))
	sin, cos := vec.SinCos2Pi32(v)
	return r * cos, r * sin
}

// Normal64 fills dst with entries at, at+1, ... of the key's standard normals.
// Entries 2j and 2j+1 are the cosine and the sine of the Box-Muller pair of
// entries 2j (radius) and 2j+1 (angle) of Uniform64. None exceeds 8.58 in size.
func (k Key) Normal64(dst []float64, at uint64) {
	for len(dst) > 0 {
		if at%2 == 1 || len(dst) == 1 { // half a pair
			var z [2]float64
			k.Uniform64(z[:], at&^1)
			z[0], z[1] = boxMuller64(z[0], z[1])
			dst[0] = z[at%2]
			dst = dst[1:]
			at++
			continue
		}
		z := dst[:min(len(dst)&^1, chunk)]
		k.Uniform64(z, at)
		for i := normals64(z); i < len(z)-1; i += 2 {
			z[i], z[i+1] = boxMuller64(z[i], z[i+1])
		}
		dst = dst[len(z):]
		at += uint64(len(z))
	}
}

// Normal32 fills dst with entries at, at+1, ... of the key's standard normals:
// Box-Muller pairs of Uniform32, in float32. Entry i is close to entry i of
// Normal64 (they share the draw), except where the radius uniform has few
// leading bits. None exceeds 5.77 in size.
func (k Key) Normal32(dst []float32, at uint64) {
	for len(dst) > 0 {
		if at%2 == 1 || len(dst) == 1 { // half a pair
			var z [2]float32
			k.Uniform32(z[:], at&^1)
			z[0], z[1] = boxMuller32(z[0], z[1])
			dst[0] = z[at%2]
			dst = dst[1:]
			at++
			continue
		}
		z := dst[:min(len(dst)&^1, chunk)]
		k.Uniform32(z, at)
		for i := normals32(z); i < len(z)-1; i += 2 {
			z[i], z[i+1] = boxMuller32(z[i], z[i+1])
		}
		dst = dst[len(z):]
		at += uint64(len(z))
	}
}
