package main

import "github.com/mmcloughlin/avo/operand"

func (a asm) sqrtHalf() uint64 {
	if a.bits == 32 {
		return 0x3f3504f3
	}
	return 0x3fe6a09e667f3bcd
}

func (a asm) logLn2Hi() operand.Op { return a.pick(6.9313812256e-01, 6.93147180369123816490e-01) }
func (a asm) logLn2Lo() operand.Op { return a.pick(9.0580006145e-06, 1.90821492927058770002e-10) }

// split is x = 2^k m, m in [sqrt(1/2), sqrt(2)): k as a number and f = m - 1.
// x is positive and normal.
func (a asm) split(x vec) (k, f vec) {
	// With as many units of the exponent added as make every k positive, the
	// shift is logical, and 2^mantissa + k is made of bits.
	many := (a.bias() + 1)
	u := a.addBits(x, a.u(many<<a.mantissa()-a.sqrtHalf()))
	one := (a.bias() + uint64(a.mantissa())) << a.mantissa() // 2^mantissa
	k = a.or(a.right(u, a.mantissa()), a.u(one))
	k = a.sub(k, a.f(float64(uint64(1)<<a.mantissa()+many)))
	m := a.addBits(a.and(u, a.u(1<<a.mantissa()-1)), a.u(a.sqrtHalf()))
	return k, a.sub(m, a.f(1))
}

// logR is the polynomial of logR64 or logR32.
func (a asm) logR(z vec) vec {
	w := a.mul(z, z)
	var x, y vec
	if a.bits == 32 {
		x = a.mul(w, a.poly(w, a.f(0xccce13.0p-25), a.f(0xf89e26.0p-26)))
		y = a.mul(z, a.poly(w, a.f(0xaaaaaa.0p-24), a.f(0x91e9ee.0p-25)))
	} else {
		x = a.mul(w, a.poly(w, a.f(3.999999999940941908e-01), a.f(2.222219843214978396e-01), a.f(1.531383769920937332e-01)))
		y = a.mul(z, a.poly(w, a.f(6.666666666666735130e-01), a.f(2.857142874366239149e-01),
			a.f(1.818357216161805012e-01), a.f(1.479819860511658591e-01)))
	}
	return a.add(x, y)
}

// logOf is k ln 2 + log(1+f), and c more if there is such a residue.
func (a asm) logOf(k, f vec, c *vec) vec {
	s := a.div(f, a.add(f, a.f(2)))
	r := a.logR(a.mul(s, s))
	h := a.mul(a.mul(f, a.f(0.5)), f)
	u := a.mul(s, a.add(h, r))
	low := a.mul(k, a.logLn2Lo())
	if c != nil {
		low = a.add(low, *c)
	}
	u = a.add(u, low)
	return a.sub(a.mul(k, a.logLn2Hi()), a.sub(a.sub(h, u), f))
}

// log is the logarithm of a positive normal number.
func (a asm) log(x vec) vec {
	k, f := a.split(x)
	return a.logOf(k, f, nil)
}

// logAny is Log64 or Log32.
func (a asm) logAny(x again) vec {
	v := x()
	small := a.cmp(v, lt, a.pick(0x1p-126, 0x1p-1022))
	k, f := a.split(a.blend(small, v, a.mul(v, a.pick(0x1p25, 0x1p54))))
	k = a.sub(k, a.only(small, a.pick(25, 54)))
	y := a.logOf(k, f, nil)
	v = x()
	y = a.blend(a.cmp(v, eq, a.inf()), y, a.inf())
	y = a.blend(a.cmp(v, eq, a.f(0)), y, a.ninf())
	return a.blend(a.cmp(v, notGe, a.f(0)), y, a.nan())
}

// log1pUnit is log(1+x) for x in [0, 1].
func (a asm) log1pUnit(x vec) vec {
	u := a.add(x, a.f(1))
	c := a.div(a.sub(x, a.sub(u, a.f(1))), u)
	k, f := a.split(u)
	far := a.cmp(x, gt, a.pick(0x1.a8279ap-2, 0x1.a827999fcef32p-2))
	c = a.only(far, c)
	return a.logOf(a.only(far, k), a.blend(far, x, f), &c)
}

// log1pAny is Log1p64 or Log1p32.
func (a asm) log1pAny(load again) vec {
	x := load()
	u := a.add(x, a.f(1))
	below, above := a.sub(x, a.sub(u, a.f(1))), a.sub(a.reg(a.f(1)), a.sub(u, x))
	c := a.div(a.blend(a.cmp(x, lt, a.f(1)), above, below), u)
	k, f := a.split(u)
	far := a.either(a.cmp(x, lt, a.pick(-0x1.2bec34p-2, -0x1.2bec333018866p-2)),
		a.cmp(x, gt, a.pick(0x1.a8279ap-2, 0x1.a827999fcef32p-2)))
	c = a.only(far, c)
	y := a.logOf(a.only(far, k), a.blend(far, x, f), &c)
	x = load()
	y = a.blend(a.cmp(a.abs(x), lt, a.pick(0x1p-25, 0x1p-54)), y, x)
	y = a.blend(a.cmp(x, eq, a.inf()), y, a.inf())
	y = a.blend(a.cmp(x, eq, a.f(-1)), y, a.ninf())
	return a.blend(a.cmp(x, notGe, a.f(-1)), y, a.nan())
}
