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

// place is where a vector is loaded and stored: so many bytes after the
// pointers, and of it only the lanes that m names, if it names any.
type place struct {
	offset int
	m      mask
}

// load reads the vector at p; lanes that are not named are +0.
func (a asm) load(p reg.Register, w place) vec {
	return a.from(operand.Mem{Base: p, Disp: w.offset}, w.m)
}

func (a asm) from(at operand.Mem, m mask) vec {
	r := a.new()
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

// store writes the vector at p; lanes that are not named stay as they are.
func (a asm) store(x vec, p reg.Register, w place) {
	a.to(x, operand.Mem{Base: p, Disp: w.offset}, w.m)
}

func (a asm) to(x vec, at operand.Mem, m mask) {
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
func (a asm) first(n reg.GPVirtual) mask { return a.firstFrom(n, 0) }

// firstFrom is the mask of the lanes whose number, counted from that of the
// first lane here, is below n. AVX2 takes n up to 8 elements of 8 bytes;
// AVX-512 has no other first lane than 0.
func (a asm) firstFrom(n reg.GPVirtual, lane int) mask {
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
	words := make([]uint64, 16)
	for i := range 8 {
		words[i] = ^uint64(0)
	}
	m := a.table("window", words)
	base, back, r := a.GP64(), a.GP64(), a.new()
	a.LEAQ(m.Offset(64+lane*a.element()), base)
	a.MOVQ(n, back)
	a.NEGQ(back)
	a.VMOVDQU(operand.Mem{Base: base, Index: back, Scale: uint8(a.element())}, r)
	return r
}

// loop runs body over n elements at the pointers: on so many vectors side by
// side, then on single ones, then once with a mask for what is left.
func (a asm) loop(n reg.GPVirtual, chains int, pointers []reg.GPVirtual, body func(w place)) {
	a.blocks(n, 1, chains, pointers, func(w []place) func() {
		body(w[0])
		return func() {}
	})
}

// blocks is loop where the unit is so many vectors, not one. What body returns
// is emitted when all chains are through, in their order.
func (a asm) blocks(n reg.GPVirtual, unit, chains int, pointers []reg.GPVirtual, body func(w []place) (after func())) {
	for _, c := range []struct {
		chains      int
		label, next string
	}{{chains, "many", "single"}, {1, "single", "masked"}} {
		if c.chains == 1 && c.label == "many" {
			continue
		}
		vectors := c.chains * unit
		a.Label(c.label)
		a.CMPQ(n, operand.I32(vectors*a.lanes()))
		a.JLT(operand.LabelRef(c.next))
		after := make([]func(), c.chains)
		a.sideBySide(c.chains, func(i int) {
			w := make([]place, unit)
			for j := range w {
				w[j].offset = (i*unit + j) * a.size()
			}
			after[i] = body(w)
		})
		for _, f := range after {
			f()
		}
		for _, p := range pointers {
			a.ADDQ(operand.I32(vectors*a.size()), p)
		}
		a.SUBQ(operand.I32(vectors*a.lanes()), n)
		a.JMP(operand.LabelRef(c.label))
	}
	a.Label("masked")
	a.TESTQ(n, n)
	a.JZ(operand.LabelRef("done"))
	w := make([]place, unit)
	for j := range w {
		w[j] = place{offset: j * a.size(), m: a.firstFrom(n, j*a.lanes())}
	}
	body(w)()
	a.Label("done")
}

func (a asm) ret() {
	a.VZEROUPPER()
	a.RET()
}

// again loads an argument. What is needed early and late is loaded twice: that
// is cheaper than a register, which is another chain.
type again func() vec

// scalar is a floating argument in every lane.
func (a asm) scalar(name string) vec {
	arg, err := a.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return a.broadcast(arg.Addr)
}

func (a asm) broadcast(at operand.Mem) vec {
	r := a.new()
	if a.bits == 32 {
		a.VBROADCASTSS(at, r)
	} else {
		a.VBROADCASTSD(at, r)
	}
	return r
}

// unary writes a kernel that maps src to dst, n entries each.
func (a asm) unary(name string, chains int, doc string, body func(x again) vec) {
	a.function(name, "func(dst, src *T, n int)", doc)
	dst, src, n := a.param("dst"), a.param("src"), a.param("n")
	a.loop(n, chains, []reg.GPVirtual{dst, src}, func(w place) { a.store(body(func() vec { return a.load(src, w) }), dst, w) })
	a.ret()
}
