package vec

import "math"

// Both precisions split x = n ln 2 + r, |r| <= ln(2)/2, and use
// exp(r) = 1 + r + r^2 q(r), where q is the Chebyshev fit of that degree with
// its coefficients rounded to the precision. The error of the fit is below
// 2^-54 (2^-25) of expm1(r).
const (
	log2e = 1.44269504088896338700

	// ln 2 in two parts; the first has so few bits that n times it is exact.
	ln2Hi64 = 6.93147180369123816490e-01
	ln2Lo64 = 1.90821492927058770002e-10
	ln2Hi32 = 0.693359375
	ln2Lo32 = -2.12194440054690583e-4

	// Adding 1.5 * 2^(mantissa bits) leaves the nearest integer (ties to even)
	// in the low bits of the sum.
	round64 = 6755399441055744
	round32 = 12582912

	expQ0 = 0x1.0000000000001p-1
	expQ1 = 0x1.5555555555556p-3
	expQ2 = 0x1.5555555553d63p-5
	expQ3 = 0x1.11111111109b3p-7
	expQ4 = 0x1.6c16c1788bd90p-10
	expQ5 = 0x1.a01a01a7c41d5p-13
	expQ6 = 0x1.a019b90d2ae7ap-16
	expQ7 = 0x1.71de0dae63bb3p-19
	expQ8 = 0x1.289185613a3d6p-22
	expQ9 = 0x1.af38a9b0ec855p-26

	expQ0f = 0x1.000000p-1
	expQ1f = 0x1.5554dcp-3
	expQ2f = 0x1.55551ap-5
	expQ3f = 0x1.120b6ep-7
	expQ4f = 0x1.6d110ap-10
)

func expQ64(r float64) float64 {
	t := float64(r * r)
	a := float64((float64(expQ9*r)+expQ8)*t) + (float64(expQ7*r) + expQ6)
	a = float64(a*t) + (float64(expQ5*r) + expQ4)
	a = float64(a*t) + (float64(expQ3*r) + expQ2)
	return float64(a*t) + (float64(expQ1*r) + expQ0)
}

func expQ32(r float32) float32 {
	q := float32(expQ4f*r) + expQ3f
	q = float32(q*r) + expQ2f
	q = float32(q*r) + expQ1f
	return float32(q*r) + expQ0f
}

// pow2x64 is 2^n for -1022 <= n <= 1023.
func pow2x64(n int64) float64 { return math.Float64frombits(uint64(n+1023) << 52) }

// pow2x32 is 2^n for -126 <= n <= 127.
func pow2x32(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// Exp64 is e^x, to 1.1 ulp over all float64 (2.1 where it is denormal).
func Exp64(x float64) float64 {
	if !(x <= 710) {
		if x != x {
			return nan64()
		}
		return inf64()
	}
	if x < -746 {
		return 0
	}
	t := float64(x*log2e) + round64
	n := int64(math.Float64bits(t)<<13) >> 13 // the low 51 bits, as a signed integer
	nf := t - round64
	r := (x - float64(nf*ln2Hi64)) - float64(nf*ln2Lo64)
	y := 1 + (r + float64(float64(r*r)*expQ64(r)))
	// Two factors, so that each is a normal number and only the last product rounds.
	return float64(y*pow2x64(n>>1)) * pow2x64(n-n>>1)
}

// Exp32 is e^x, to 1.1 ulp over all float32 (2.1 where it is denormal).
func Exp32(x float32) float32 {
	if !(x <= 89) {
		if x != x {
			return nan32()
		}
		return inf32()
	}
	if x < -104 {
		return 0
	}
	t := float32(x*log2e) + round32
	n := int32(math.Float32bits(t)<<10) >> 10
	nf := t - round32
	r := (x - float32(nf*ln2Hi32)) - float32(nf*ln2Lo32)
	y := 1 + (r + float32(float32(r*r)*expQ32(r)))
	return float32(y*pow2x32(n>>1)) * pow2x32(n-n>>1)
}

// Expm164 is e^x - 1, to 2 ulp over all float64.
func Expm164(x float64) float64 {
	if !(x <= 710) {
		if x != x {
			return nan64()
		}
		return inf64()
	}
	if math.Abs(x) < 0x1p-54 {
		return x
	}
	if x < -38 {
		return -1
	}
	t := float64(x*log2e) + round64
	n := int64(math.Float64bits(t)<<13) >> 13
	nf := t - round64
	hi := x - float64(nf*ln2Hi64)
	lo := float64(nf * ln2Lo64)
	r := hi - lo
	c := (hi - r) - lo // what rounding r lost
	p := r + (c + float64(float64(r*r)*expQ64(r)))
	// 2^n p + (2^n - 1), with half the power: 2^1024 is no float64.
	s := pow2x64(n - 1)
	return 2 * (float64(s*p) + (s - 0.5))
}

// Expm132 is e^x - 1, to 2 ulp over all float32.
func Expm132(x float32) float32 {
	if !(x <= 89) {
		if x != x {
			return nan32()
		}
		return inf32()
	}
	if abs32(x) < 0x1p-25 {
		return x
	}
	if x < -18 {
		return -1
	}
	t := float32(x*log2e) + round32
	n := int32(math.Float32bits(t)<<10) >> 10
	nf := t - round32
	hi := x - float32(nf*ln2Hi32)
	lo := float32(nf * ln2Lo32)
	r := hi - lo
	c := (hi - r) - lo
	p := r + (c + float32(float32(r*r)*expQ32(r)))
	s := pow2x32(n - 1)
	return 2 * (float32(s*p) + (s - 0.5))
}
