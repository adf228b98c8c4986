package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// function starts a kernel: name, a suffix for the element and the instruction
// set, and a signature in which T is the element type.
func (a asm) function(name, signature string, doc ...string) {
	a.Function(a.kernel(name))
	a.Attributes(attr.NOSPLIT)
	a.Pragma("noescape")
	a.Doc(append([]string{a.kernel(name) + " " + doc[0]}, doc[1:]...)...)
	text := ""
	for _, r := range signature {
		if r == 'T' {
			text += fmt.Sprintf("float%d", a.bits)
		} else {
			text += string(r)
		}
	}
	a.SignatureExpr(text)
}

func (a asm) kernel(name string) string {
	if a.wide {
		return fmt.Sprintf("%s%dAVX512", name, a.bits)
	}
	return fmt.Sprintf("%s%dAVX2", name, a.bits)
}

func (a asm) param(name string) reg.GPVirtual {
	r := a.GP64()
	a.Load(a.Param(name), r)
	return r
}

// load and store move the vector at p, or the lanes of it that m names; others
// are read as +0 and not written.
func (a asm) load(p reg.Register, m mask) vec {
	r, at := a.new(), operand.Mem{Base: p}
	switch {
	case m == nil && a.bits == 32:
		a.VMOVUPS(at, r)
	case m == nil:
		a.VMOVUPD(at, r)
	case a.wide && a.bits == 32:
		a.VMOVUPS_Z(at, m, r)
	case a.wide:
		a.VMOVUPD_Z(at, m, r)
	case a.bits == 32:
		a.VMASKMOVPS(at, m, r)
	default:
		a.VMASKMOVPD(at, m, r)
	}
	return r
}

func (a asm) store(x vec, p reg.Register, m mask) {
	at := operand.Mem{Base: p}
	switch {
	case m == nil && a.bits == 32:
		a.VMOVUPS(x, at)
	case m == nil:
		a.VMOVUPD(x, at)
	case a.wide && a.bits == 32:
		a.VMOVUPS(x, m, at)
	case a.wide:
		a.VMOVUPD(x, m, at)
	case a.bits == 32:
		a.VMASKMOVPS(x, m, at)
	default:
		a.VMASKMOVPD(x, m, at)
	}
}

// first is the mask of the first n lanes, n below lanes.
func (a asm) first(n reg.GPVirtual) mask {
	if a.wide {
		bits, k := a.GP64(), a.K()
		a.MOVQ(n, reg.RCX)
		a.MOVQ(operand.I32(-1), bits)
		a.SHLQ(reg.CL, bits)
		a.NOTQ(bits)
		a.KMOVW(bits.As32(), k)
		return k
	}
	// A window on ones and then zeros: n elements of ones.
	words := make([]uint64, 8)
	for i := range 4 {
		words[i] = ^uint64(0)
	}
	m := a.table("window", words)
	base, r := a.GP64(), a.new()
	a.LEAQ(m.Offset(32), base)
	back := a.GP64()
	a.MOVQ(n, back)
	a.NEGQ(back)
	a.VMOVDQU(operand.Mem{Base: base, Index: back, Scale: uint8(a.element())}, r)
	return r
}

// loop runs body over n elements at the pointers: for whole vectors with a nil
// mask, then once for what is left, with a mask. It counts n down to zero.
func (a asm) loop(n reg.GPVirtual, pointers []reg.GPVirtual, body func(m mask)) {
	a.CMPQ(n, operand.I32(a.lanes()))
	a.JLT(operand.LabelRef("tail"))
	a.Label("loop")
	body(nil)
	for _, p := range pointers {
		a.ADDQ(operand.I32(a.size()), p)
	}
	a.SUBQ(operand.I32(a.lanes()), n)
	a.CMPQ(n, operand.I32(a.lanes()))
	a.JGE(operand.LabelRef("loop"))
	a.Label("tail")
	a.TESTQ(n, n)
	a.JZ(operand.LabelRef("done"))
	body(a.first(n))
	a.Label("done")
}

func (a asm) ret() {
	a.VZEROUPPER()
	a.RET()
}

// unary writes a kernel that maps src to dst, n entries each.
func (a asm) unary(name, doc string, body func(x vec) vec) {
	a.function(name, "func(dst, src *T, n int)", doc)
	dst, src, n := a.param("dst"), a.param("src"), a.param("n")
	a.loop(n, []reg.GPVirtual{dst, src}, func(m mask) { a.store(body(a.load(src, m)), dst, m) })
	a.ret()
}
