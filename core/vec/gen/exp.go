package main

import "github.com/mmcloughlin/avo/operand"

const log2e = 1.44269504088896338700

// round is 1.5 2^mantissa: added, it leaves the nearest integer in the low bits.
func (a asm) round() operand.Op { return a.pick(12582912, 6755399441055744) }

// reduce splits x = n ln 2 + r: t = round + n, nf = n, and hi - lo = r.
func (a asm) reduce(x vec) (t, nf, hi, lo vec) {
	t = a.add(a.mul(x, a.f(log2e)), a.round())
	nf = a.sub(t, a.round())
	hi = a.sub(x, a.mul(nf, a.pick(0.693359375, 6.93147180369123816490e-01)))
	lo = a.mul(nf, a.pick(-2.12194440054690583e-4, 1.90821492927058770002e-10))
	return
}

// expQ is the polynomial of expQ64 or expQ32.
func (a asm) expQ(r vec) vec {
	if a.bits == 32 {
		return a.poly(r, a.f(0x1.000000p-1), a.f(0x1.5554dcp-3), a.f(0x1.55551ap-5), a.f(0x1.120b6ep-7), a.f(0x1.6d110ap-10))
	}
	q := []float64{0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d63p-5, 0x1.11111111109b3p-7,
		0x1.6c16c1788bd90p-10, 0x1.a01a01a7c41d5p-13, 0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19,
		0x1.289185613a3d6p-22, 0x1.af38a9b0ec855p-26}
	t := a.mul(r, r)
	y := a.poly(r, a.f(q[8]), a.f(q[9]))
	for i := 6; i >= 0; i -= 2 {
		y = a.add(a.mul(y, t), a.poly(r, a.f(q[i]), a.f(q[i+1])))
	}
	return y
}

// exp is e^x for x no NaN and no further out than the first overflow and
// underflow to zero.
func (a asm) exp(x vec) vec {
	t, nf, hi, lo := a.reduce(x)
	r := a.sub(hi, lo)
	y := a.add(a.add(a.mul(a.mul(r, r), a.expQ(r)), r), a.f(1))
	if a.wide { // one rounding, as by the two factors
		z := a.new()
		if a.bits == 32 {
			a.VSCALEFPS(nf, y, z)
		} else {
			a.VSCALEFPD(nf, y, z)
		}
		return z
	}
	// n and half of n modulo more than the exponent's bits: t's own high bits,
	// halved or not, are zero there.
	half := a.right(t, 1)
	rest := a.subBits(t, half)
	y = a.mul(y, a.left(a.addBits(half, a.u(a.bias())), a.mantissa()))
	return a.mul(y, a.left(a.addBits(rest, a.u(a.bias())), a.mantissa()))
}

// expAny is Exp64 or Exp32. A bound that is a constant replaces a NaN too.
func (a asm) expAny(x again) vec {
	y := a.exp(a.max(a.min(x(), a.pick(89, 710)), a.pick(-104, -746)))
	return a.canonical(x(), y)
}

// expNegative is e^-|x|, but 0 for NaN.
func (a asm) expNegative(x vec) vec {
	return a.exp(a.max(a.or(x, a.sign()), a.pick(-104, -746)))
}

// expm1 is e^x - 1 for x no NaN, at or above -38 (-18) and no further out than
// the first overflow; but for -0 it is +0.
func (a asm) expm1(x vec) vec {
	t, _, hi, lo := a.reduce(x)
	r := a.sub(hi, lo)
	c := a.sub(a.sub(hi, r), lo)
	p := a.add(r, a.add(c, a.mul(a.mul(r, r), a.expQ(r))))
	s := a.left(a.addBits(t, a.u(a.bias()-1)), a.mantissa())
	y := a.add(a.mul(s, p), a.sub(s, a.f(0.5)))
	return a.add(y, y)
}

// expm1Any is Expm164 or Expm132.
func (a asm) expm1Any(x again) vec {
	y := a.expm1(a.max(a.min(x(), a.pick(89, 710)), a.pick(-18, -38)))
	v := x()
	y = a.blend(a.cmp(a.abs(v), lt, a.pick(0x1p-25, 0x1p-54)), y, v)
	return a.canonical(v, y)
}
