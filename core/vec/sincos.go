package vec

import "math"

// Turns: q = nearest integer to 4u and r = u - q/4 are exact, |r| <= 1/8.
// With t = r^2, sin(2 pi r) = 2 pi r + r t S(t) and cos(2 pi r) = 1 + t C(t),
// S and C Chebyshev fits with relative error below 2^-55 (2^-26) in all.
const (
	twoPiHi64 = 0x1.921fb54442d18p+2
	twoPiLo64 = 0x1.1a62633145c07p-52
	twoPiHi32 = 0x1.921fb6p+2
	twoPiLo32 = -0x1.777a5cp-23

	sinS0 = -0x1.4abbce625be52p+5
	sinS1 = 0x1.466bc6775a476p+6
	sinS2 = -0x1.32d2cce50019dp+6
	sinS3 = 0x1.50783208533c5p+5
	sinS4 = -0x1.e3027dab81c1dp+3
	sinS5 = 0x1.e4a9bd16ce9f7p+1

	cosC0 = -0x1.3bd3cc9be45dep+4
	cosC1 = 0x1.03c1f081b5ac0p+6
	cosC2 = -0x1.55d3c7e3cb23fp+6
	cosC3 = 0x1.e1f5068688925p+5
	cosC4 = -0x1.a6d1eef43193ep+4
	cosC5 = 0x1.f9ce24161feb0p+2
	cosC6 = -0x1.b2f3d15e072b2p+0

	sinS0f = -0x1.4abbccp+5
	sinS1f = 0x1.4665e8p+6
	sinS2f = -0x1.2ee7a2p+6

	cosC0f = -0x1.3bd3ccp+4
	cosC1f = 0x1.03c1eap+6
	cosC2f = -0x1.55cb98p+6
	cosC3f = 0x1.db6466p+5
)

// SinCos2Pi64 is the sine and the cosine of 2 pi u, each to 2 ulp, for |u| <
// 2^50 and NaN beyond. Multiples of 1/4 are exact.
func SinCos2Pi64(u float64) (sin, cos float64) {
	if !(math.Abs(u) < 0x1p50) {
		return nan64(), nan64()
	}
	q := float64(4*u) + round64
	n := math.Float64bits(q)
	r := u - float64(0.25*(q-round64))
	t := float64(r * r)
	s := float64(t*sinS5) + sinS4
	s = float64(t*s) + sinS3
	s = float64(t*s) + sinS2
	s = float64(t*s) + sinS1
	s = float64(t*s) + sinS0
	s = float64(r*twoPiHi64) + float64(r*(float64(t*s)+twoPiLo64))
	c := float64(t*cosC6) + cosC5
	c = float64(t*c) + cosC4
	c = float64(t*c) + cosC3
	c = float64(t*c) + cosC2
	c = float64(t*c) + cosC1
	c = float64(t*c) + cosC0
	c = 1 + float64(t*c)
	// Odd quadrants exchange the two, by masks: the branch would be a coin toss.
	sb, cb := math.Float64bits(s), math.Float64bits(c)
	swap := (sb ^ cb) & -(n & 1)
	return math.Float64frombits(sb ^ swap ^ n>>1<<63),
		math.Float64frombits(cb ^ swap ^ (n+1)>>1<<63)
}

// SinCos2Pi32 is the sine and the cosine of 2 pi u, each to 2 ulp, for |u| <
// 2^21 and NaN beyond. Multiples of 1/4 are exact.
func SinCos2Pi32(u float32) (sin, cos float32) {
	if !(abs32(u) < 0x1p21) {
		return nan32(), nan32()
	}
	q := float32(4*u) + round32
	n := math.Float32bits(q)
	r := u - float32(0.25*(q-round32))
	t := float32(r * r)
	s := float32(t*sinS2f) + sinS1f
	s = float32(t*s) + sinS0f
	s = float32(r*twoPiHi32) + float32(r*(float32(t*s)+twoPiLo32))
	c := float32(t*cosC3f) + cosC2f
	c = float32(t*c) + cosC1f
	c = float32(t*c) + cosC0f
	c = 1 + float32(t*c)
	sb, cb := math.Float32bits(s), math.Float32bits(c)
	swap := (sb ^ cb) & -(n & 1)
	return math.Float32frombits(sb ^ swap ^ n>>1<<31),
		math.Float32frombits(cb ^ swap ^ (n+1)>>1<<31)
}
