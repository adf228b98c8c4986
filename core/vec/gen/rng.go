package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sinCos2Pi is SinCos2Pi64 or SinCos2Pi32 for u in range.
func (a asm) sinCos2Pi(u vec) (sin, cos vec) {
	q := a.add(a.mul(u, a.f(4)), a.round())
	r := a.sub(u, a.mul(a.sub(q, a.round()), a.f(0.25)))
	t := a.mul(r, r)
	var s, c vec
	if a.bits == 32 {
		s = a.poly(t, a.f(-0x1.4abbccp+5), a.f(0x1.4665e8p+6), a.f(-0x1.2ee7a2p+6))
		s = a.add(a.mul(a.add(a.mul(t, s), a.f(-0x1.777a5cp-23)), r), a.mul(r, a.f(0x1.921fb6p+2)))
		c = a.poly(t, a.f(-0x1.3bd3ccp+4), a.f(0x1.03c1eap+6), a.f(-0x1.55cb98p+6), a.f(0x1.db6466p+5))
	} else {
		s = a.poly(t, a.f(-0x1.4abbce625be52p+5), a.f(0x1.466bc6775a476p+6), a.f(-0x1.32d2cce50019dp+6),
			a.f(0x1.50783208533c5p+5), a.f(-0x1.e3027dab81c1dp+3), a.f(0x1.e4a9bd16ce9f7p+1))
		s = a.add(a.mul(a.add(a.mul(t, s), a.f(0x1.1a62633145c07p-52)), r), a.mul(r, a.f(0x1.921fb54442d18p+2)))
		c = a.poly(t, a.f(-0x1.3bd3cc9be45dep+4), a.f(0x1.03c1f081b5ac0p+6), a.f(-0x1.55d3c7e3cb23fp+6),
			a.f(0x1.e1f5068688925p+5), a.f(-0x1.a6d1eef43193ep+4), a.f(0x1.f9ce24161feb0p+2), a.f(-0x1.b2f3d15e072b2p+0))
	}
	c = a.add(a.mul(t, c), a.f(1))
	// Odd quadrants exchange the two; bit 1 of n is the sign of the sine, and of
	// n+1 that of the cosine.
	odd, two := a.left(q, a.bits-1), a.left(q, a.bits-2)
	m := a.negative(odd)
	sin, cos = a.blend(m, s, c), a.blend(m, c, s)
	return a.xor(sin, a.and(two, a.sign())), a.xor(cos, a.and(a.xor(two, odd), a.sign()))
}

// boxMuller writes the kernel that turns pairs of uniforms into pairs of
// normals, so many groups side by side.
func (a asm) boxMuller(chains int) {
	a.function("boxMuller", "func(z *T, groups int)",
		"turns pairs of uniforms at z into pairs of normals, two vectors a group.")
	z, n := a.param("z"), a.param("groups")
	for _, c := range []struct {
		chains      int
		label, next string
	}{{chains, "many", "single"}, {1, "single", "done"}} {
		a.Label(c.label)
		a.CMPQ(n, operand.I32(c.chains))
		a.JLT(operand.LabelRef(c.next))
		a.sideBySide(c.chains, func(i int) { a.boxMullerGroup(z, 2*i*a.size()) })
		a.ADDQ(operand.I32(2*c.chains*a.size()), z)
		a.SUBQ(operand.I32(c.chains), n)
		a.JMP(operand.LabelRef(c.label))
	}
	a.Label("done")
	a.ret()
}

// boxMullerGroup is one group. Unpacking within 128-bit lanes takes pairs apart
// in an order that it also restores.
func (a asm) boxMullerGroup(z reg.Register, offset int) {
	first, second := place{offset: offset}, place{offset: offset + a.size()}
	x, y, u, v := a.load(z, first), a.load(z, second), a.new(), a.new()
	low, high := a.VUNPCKLPD, a.VUNPCKHPD
	if a.bits == 32 { // even and odd entries
		low, high = a.VUNPCKLPS, a.VUNPCKHPS
		a.VSHUFPS(operand.U8(0x88), y, x, u)
		a.VSHUFPS(operand.U8(0xdd), y, x, v)
	} else {
		low(y, x, u)
		high(y, x, v)
	}
	r := a.sqrt(a.mul(a.log(u), a.f(-2)))
	sin, cos := a.sinCos2Pi(v)
	sin, cos = a.mul(r, sin), a.mul(r, cos)
	x, y = a.new(), a.new()
	low(sin, cos, x)
	high(sin, cos, y)
	a.store(x, z, first)
	a.store(y, z, second)
}
