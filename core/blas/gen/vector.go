package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vectors makes Dot and Axpy. They wait for memory, or for their one chain of
// additions, so AVX2 serves every machine.
func vectors(c *build.Context) {
	for _, p := range []precision{single, double} {
		dot(c, p)
		axpy(c, p)
	}
}

// dot keeps eight lanes: one register of float32, two of float64. Entries after
// the last whole eight are loaded under a mask; the zeros beside them add +0,
// which changes no lane, for none is ever -0.
func dot(c *build.Context, p precision) {
	move := pick[op](p, c.VMOVUPS, c.VMOVUPD)
	masked := pick(p, c.VMASKMOVPS, c.VMASKMOVPD)
	multiply, add := pick[op](p, c.VMULPS, c.VMULPD), pick[op](p, c.VADDPS, c.VADDPD)
	parts := 1 << p
	lane := []reg.VecPhysical{reg.Y0, reg.Y1}
	x := []reg.VecPhysical{reg.Y2, reg.Y3}
	y := []reg.VecPhysical{reg.Y4, reg.Y5}
	mask := reg.Y6

	c.Function("dot" + p.String() + "AVX2")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(x, y *byte, eights int, lanes *byte, masks *byte)")
	c.Doc("dot adds eights times eight products to the lanes, and then those under the masks.")
	c.Load(c.Param("x"), reg.RSI)
	c.Load(c.Param("y"), reg.RDI)
	c.Load(c.Param("eights"), reg.RCX)
	c.Load(c.Param("lanes"), reg.RBX)
	c.Load(c.Param("masks"), reg.RDX)
	for i := range parts {
		c.VXORPS(lane[i], lane[i], lane[i])
	}
	c.TESTQ(reg.RCX, reg.RCX)
	c.JEQ(operand.LabelRef("rest"))
	c.Label("loop")
	for i := range parts {
		move(operand.Mem{Base: reg.RSI, Disp: 32 * i}, x[i])
		multiply(operand.Mem{Base: reg.RDI, Disp: 32 * i}, x[i], x[i])
		add(x[i], lane[i], lane[i])
	}
	c.ADDQ(operand.U8(32*parts), reg.RSI)
	c.ADDQ(operand.U8(32*parts), reg.RDI)
	c.DECQ(reg.RCX)
	c.JNE(operand.LabelRef("loop"))
	c.Label("rest")
	for i := range parts {
		c.VMOVUPS(operand.Mem{Base: reg.RDX, Disp: 32 * i}, mask)
		masked(operand.Mem{Base: reg.RSI, Disp: 32 * i}, mask, x[i])
		masked(operand.Mem{Base: reg.RDI, Disp: 32 * i}, mask, y[i])
		multiply(y[i], x[i], x[i])
		add(x[i], lane[i], lane[i])
		move(lane[i], operand.Mem{Base: reg.RBX, Disp: 32 * i})
	}
	c.VZEROUPPER()
	c.RET()
}

func axpy(c *build.Context, p precision) {
	const unordered = 3
	move := pick[op](p, c.VMOVUPS, c.VMOVUPD)
	masked := pick(p, c.VMASKMOVPS, c.VMASKMOVPD)
	fma := pick[op](p, c.VFMADD231PS, c.VFMADD231PD)
	compare := pick[op](p, c.VCMPPS, c.VCMPPD)
	blend := pick(p, c.VBLENDVPS, c.VBLENDVPD)
	alpha, nan, x, y, bad, mask := reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5

	c.Function("axpy" + p.String() + "AVX2")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(alpha, x, y *byte, vectors int, mask *byte)")
	c.Doc("axpy adds alpha times x to vectors whole vectors of y, and to one under the mask.")
	c.Load(c.Param("alpha"), reg.RAX)
	c.Load(c.Param("x"), reg.RSI)
	c.Load(c.Param("y"), reg.RDI)
	c.Load(c.Param("vectors"), reg.RCX)
	c.Load(c.Param("mask"), reg.RDX)
	pick[op](p, c.VBROADCASTSS, c.VBROADCASTSD)(operand.Mem{Base: reg.RAX}, alpha)
	c.MOVQ(p.nan(), reg.RBX)
	c.MOVQ(reg.RBX, nan.AsX())
	t256(c, p, nan)
	at := func(r reg.Register) operand.Mem { return operand.Mem{Base: r} }
	step := func() {
		fma(x, alpha, y)
		compare(operand.U8(unordered), y, y, bad)
		blend(bad, nan, y, y)
	}
	c.TESTQ(reg.RCX, reg.RCX)
	c.JEQ(operand.LabelRef("rest"))
	c.Label("loop")
	move(at(reg.RSI), x)
	move(at(reg.RDI), y)
	step()
	move(y, at(reg.RDI))
	c.ADDQ(operand.U8(32), reg.RSI)
	c.ADDQ(operand.U8(32), reg.RDI)
	c.DECQ(reg.RCX)
	c.JNE(operand.LabelRef("loop"))
	c.Label("rest")
	c.VMOVUPS(at(reg.RDX), mask)
	masked(at(reg.RSI), mask, x)
	masked(at(reg.RDI), mask, y)
	step()
	masked(y, mask, at(reg.RDI))
	c.VZEROUPPER()
	c.RET()
}
