package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packs makes the functions that copy A and B together.
func packs(c *build.Context) {
	for _, p := range []precision{single, double} {
		flip(c, p)
	}
}

// flip makes the transposition of square blocks, 8x8 of float32 or 4x4 of
// float64. Half of the exchange is done by loading: a register takes 16 bytes of
// one row and 16 of the row half a block below; what is left is to transpose
// within the halves. The rows that follow, most often the strip to come, are asked for.
func flip(c *build.Context, p precision) {
	side := 32 / p.size()
	c.Function("flip" + p.String() + "AVX2")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(dst, src *byte, wide, ld uintptr, rows, depth int)")
	c.Doc("flip transposes rows x depth entries, both multiples of the side of a block.")
	var (
		dstBlock, srcBlock = reg.RDI, reg.RSI
		wide, ld           = reg.R8, reg.R9
		rows, depth        = reg.R10, reg.R11
		dst, src, lower    = reg.RAX, reg.RBX, reg.RDX
		left               = reg.RCX
		wide3, ld3         = reg.R12, reg.R13
		soon, strip        = reg.R14, reg.R15
	)
	c.Load(c.Param("dst"), dstBlock)
	c.Load(c.Param("src"), srcBlock)
	c.Load(c.Param("wide"), wide)
	c.Load(c.Param("ld"), ld)
	c.Load(c.Param("rows"), rows)
	c.Load(c.Param("depth"), depth)
	c.LEAQ(operand.Mem{Base: wide, Index: wide, Scale: 2}, wide3)
	c.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, ld3)

	c.MOVQ(rows, strip)
	c.IMULQ(ld, strip)

	c.Label("rows")
	c.MOVQ(dstBlock, dst)
	c.MOVQ(srcBlock, src)
	c.LEAQ(operand.Mem{Base: src, Index: ld, Scale: uint8(side / 2)}, lower)
	c.MOVQ(depth, left)
	c.Label("block")
	y := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}
	n := side / 2 // rows and columns of a half
	for h := range 2 {
		for r := range n {
			v := y[h*n+r]
			at := along(src, ld, ld3, r)
			at.Disp = 16 * h
			c.VMOVUPS(at, v.AsX())
			at = along(lower, ld, ld3, r)
			at.Disp = 16 * h
			c.VINSERTF128(operand.U8(1), at, v, v)
		}
	}
	c.LEAQ(operand.Mem{Base: src, Index: strip, Scale: 1}, soon)
	for r := range side {
		if r == n {
			c.LEAQ(operand.Mem{Base: soon, Index: ld, Scale: uint8(n)}, soon)
		}
		c.PREFETCHT1(along(soon, ld, ld3, r%n))
	}
	if p == single {
		for h := range 2 {
			v, w := y[4*h:], y[8+4*h:]
			c.VUNPCKLPS(v[1], v[0], w[0])
			c.VUNPCKHPS(v[1], v[0], w[1])
			c.VUNPCKLPS(v[3], v[2], w[2])
			c.VUNPCKHPS(v[3], v[2], w[3])
			c.VUNPCKLPD(w[2], w[0], v[0])
			c.VUNPCKHPD(w[2], w[0], v[1])
			c.VUNPCKLPD(w[3], w[1], v[2])
			c.VUNPCKHPD(w[3], w[1], v[3])
		}
	} else {
		for h := range 2 {
			v, w := y[2*h:], y[8+2*h:]
			c.VUNPCKLPD(v[1], v[0], w[0])
			c.VUNPCKHPD(v[1], v[0], w[1])
		}
		copy(y, y[8:])
	}
	for l := range side {
		if l == 4 {
			c.LEAQ(operand.Mem{Base: dst, Index: wide, Scale: 4}, dst)
		}
		c.VMOVUPS(y[l], along(dst, wide, wide3, l%4))
	}
	c.LEAQ(operand.Mem{Base: dst, Index: wide, Scale: 4}, dst)
	c.ADDQ(operand.U8(32), src)
	c.ADDQ(operand.U8(32), lower)
	c.SUBQ(operand.U8(side), left)
	c.JNE(operand.LabelRef("block"))
	c.ADDQ(operand.U8(32), dstBlock)
	c.LEAQ(operand.Mem{Base: srcBlock, Index: ld, Scale: uint8(side)}, srcBlock)
	c.SUBQ(operand.U8(side), rows)
	c.JNE(operand.LabelRef("rows"))
	c.VZEROUPPER()
	c.RET()
}
