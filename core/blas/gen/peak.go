package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peaks makes the functions that do nothing but fused multiply-adds, in 24
// chains for AVX-512 and twice 12 for AVX2: more than latency needs.
func peaks(c *build.Context) {
	z := []reg.Register{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11,
		reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25}
	y := []reg.Register{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11,
		reg.Y12, reg.Y13}
	for _, f := range []struct {
		name string
		v    []reg.Register
		zero op
		fma  op
	}{
		{"peak32AVX512", z, c.VXORPS, c.VFMADD231PS},
		{"peak64AVX512", z, c.VXORPS, c.VFMADD231PD},
		{"peak32AVX2", y, c.VXORPS, c.VFMADD231PS},
		{"peak64AVX2", y, c.VXORPS, c.VFMADD231PD},
	} {
		c.Function(f.name)
		c.Attributes(attr.NOSPLIT)
		c.SignatureExpr("func(n int)")
		c.Doc(f.name + " runs n times 24 fused multiply-adds of vectors.")
		c.Load(c.Param("n"), reg.RCX)
		for _, v := range f.v {
			f.zero(v, v, v)
		}
		c.Label("loop")
		sums := f.v[2:]
		for i := range 24 {
			f.fma(f.v[0], f.v[1], sums[i%len(sums)])
		}
		c.DECQ(reg.RCX)
		c.JNE(operand.LabelRef("loop"))
		c.VZEROUPPER()
		c.RET()
	}
}
