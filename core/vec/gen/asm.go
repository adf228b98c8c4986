package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

type vec = reg.VecVirtual

// asm writes one instruction set in one element width. Bodies call its methods
// and are the same for all four: what AVX2 and AVX-512 do by other
// instructions (masks, blends, constants) is settled here and nowhere else.
//
// Operations on lanes are those of the Go loops: IEEE + - * / and square root,
// each rounded, and integer operations on bits. There is no fused multiply-add
// (but for the square of a float32 in float64, which is exact) and no approximation.
type asm struct {
	*build.Context
	wide  bool // AVX-512; else AVX2
	bits  int  // of an element: 32 or 64
	names map[string]operand.Mem
}

// lanes is the number of elements in a vector.
func (a asm) lanes() int {
	if a.wide {
		return 512 / a.bits
	}
	return 256 / a.bits
}

// size is that of a vector in bytes, and element that of an element.
func (a asm) size() int    { return a.lanes() * a.bits / 8 }
func (a asm) element() int { return a.bits / 8 }

// by is the asm of another element width.
func (a asm) by(bits int) asm { a.bits = bits; return a }

func (a asm) new() vec {
	if a.wide {
		return a.ZMM()
	}
	return a.YMM()
}

// Constants. AVX-512 reads one element and broadcasts it in the instruction that
// uses it; AVX2 reads a whole vector. Either way a constant takes no register.

// f is a floating constant, rounded to the element.
func (a asm) f(v float64) operand.Op {
	if a.bits == 32 {
		return a.u(uint64(math.Float32bits(float32(v))))
	}
	return a.u(math.Float64bits(v))
}

// u is a constant of bits.
func (a asm) u(bits uint64) operand.Op {
	if a.bits == 32 {
		bits &= math.MaxUint32
	}
	name := fmt.Sprintf("c%d_%0*x", a.bits, a.bits/4, bits)
	m, ok := a.names[name]
	if !ok {
		m = a.StaticGlobal(name)
		a.DataAttributes(attr.RODATA | attr.NOPTR)
		n := 1
		if !a.wide {
			n = a.lanes()
		}
		for i := range n {
			if a.bits == 32 {
				a.AddDatum(4*i, operand.U32(bits))
			} else {
				a.AddDatum(8*i, operand.U64(bits))
			}
		}
		a.names[name] = m
	}
	return m
}

// table is a constant vector of 64-bit elements.
func (a asm) table(name string, words []uint64) operand.Mem {
	m, ok := a.names[name]
	if !ok {
		m = a.StaticGlobal(name)
		a.DataAttributes(attr.RODATA | attr.NOPTR)
		for i, w := range words {
			a.AddDatum(8*i, operand.U64(w))
		}
		a.names[name] = m
	}
	return m
}

// reg is x in a register.
func (a asm) reg(x operand.Op) vec {
	if r, ok := x.(vec); ok {
		return r
	}
	r := a.new()
	switch {
	case !a.wide:
		a.VMOVUPD(x, r)
	case a.bits == 32:
		a.VBROADCASTSS(x, r)
	default:
		a.VBROADCASTSD(x, r)
	}
	return r
}

type form func(...operand.Op)

// two emits r = x op y; y may be a constant, and x too if it is worth a load.
func (a asm) two(ps, pd, psConst, pdConst form, x, y operand.Op) vec {
	op, bcst := ps, psConst
	if a.bits == 64 {
		op, bcst = pd, pdConst
	}
	l, r := a.reg(x), a.new()
	if _, ok := y.(vec); !ok && a.wide {
		op = bcst
	}
	op(y, l, r) // Go's operand order: last first
	return r
}

func (a asm) add(x, y operand.Op) vec {
	return a.two(a.VADDPS, a.VADDPD, a.VADDPS_BCST, a.VADDPD_BCST, x, y)
}

func (a asm) sub(x, y operand.Op) vec {
	return a.two(a.VSUBPS, a.VSUBPD, a.VSUBPS_BCST, a.VSUBPD_BCST, x, y)
}

func (a asm) mul(x, y operand.Op) vec {
	return a.two(a.VMULPS, a.VMULPD, a.VMULPS_BCST, a.VMULPD_BCST, x, y)
}

func (a asm) div(x, y operand.Op) vec {
	return a.two(a.VDIVPS, a.VDIVPD, a.VDIVPS_BCST, a.VDIVPD_BCST, x, y)
}

// min and max are y where either is NaN or both are zero.
func (a asm) min(x, y operand.Op) vec {
	return a.two(a.VMINPS, a.VMINPD, a.VMINPS_BCST, a.VMINPD_BCST, x, y)
}

func (a asm) max(x, y operand.Op) vec {
	return a.two(a.VMAXPS, a.VMAXPD, a.VMAXPS_BCST, a.VMAXPD_BCST, x, y)
}

func (a asm) sqrt(x vec) vec {
	r := a.new()
	if a.bits == 32 {
		a.VSQRTPS(x, r)
	} else {
		a.VSQRTPD(x, r)
	}
	return r
}

func fixed(f func(x, y, z operand.Op)) form {
	return func(o ...operand.Op) { f(o[0], o[1], o[2]) }
}

func (a asm) and(x, y operand.Op) vec {
	if !a.wide {
		return a.two(fixed(a.VPAND), fixed(a.VPAND), nil, nil, x, y)
	}
	return a.two(a.VPANDD, a.VPANDQ, a.VPANDD_BCST, a.VPANDQ_BCST, x, y)
}

func (a asm) or(x, y operand.Op) vec {
	if !a.wide {
		return a.two(fixed(a.VPOR), fixed(a.VPOR), nil, nil, x, y)
	}
	return a.two(a.VPORD, a.VPORQ, a.VPORD_BCST, a.VPORQ_BCST, x, y)
}

func (a asm) xor(x, y operand.Op) vec {
	if !a.wide {
		return a.two(fixed(a.VPXOR), fixed(a.VPXOR), nil, nil, x, y)
	}
	return a.two(a.VPXORD, a.VPXORQ, a.VPXORD_BCST, a.VPXORQ_BCST, x, y)
}

// xor3 is x ^ y ^ z; x may be written over.
func (a asm) xor3(x, y, z vec) vec {
	if !a.wide {
		return a.xor(a.xor(x, y), z)
	}
	a.VPTERNLOGQ(operand.U8(0x96), y, z, x)
	return x
}

func (a asm) addBits(x, y operand.Op) vec {
	return a.two(a.VPADDD, a.VPADDQ, a.VPADDD_BCST, a.VPADDQ_BCST, x, y)
}

func (a asm) subBits(x, y operand.Op) vec {
	return a.two(a.VPSUBD, a.VPSUBQ, a.VPSUBD_BCST, a.VPSUBQ_BCST, x, y)
}

func (a asm) left(x vec, n int) vec {
	r := a.new()
	if a.bits == 32 {
		a.VPSLLD(operand.U8(n), x, r)
	} else {
		a.VPSLLQ(operand.U8(n), x, r)
	}
	return r
}

func (a asm) right(x vec, n int) vec { // logical
	r := a.new()
	if a.bits == 32 {
		a.VPSRLD(operand.U8(n), x, r)
	} else {
		a.VPSRLQ(operand.U8(n), x, r)
	}
	return r
}

// sign is the bit of the sign alone, and magnitude all others.
func (a asm) sign() operand.Op      { return a.u(1 << (a.bits - 1)) }
func (a asm) magnitude() operand.Op { return a.u(1<<(a.bits-1) - 1) }

func (a asm) abs(x vec) vec { return a.and(x, a.magnitude()) }

// copysign is y >= 0 with the sign of x.
func (a asm) copysign(y, x vec) vec { return a.or(y, a.and(x, a.sign())) }

// mask is a condition a lane: a k register, or a vector whose lanes are all
// ones or all zeros (of which a blend reads the top bit).
type mask operand.Op

// Predicates of comparison. If either is NaN, unordered and those with a not are
// true, all others false.
const (
	eq        = 0
	lt        = 17
	le        = 18
	gt        = 30
	unordered = 3
	notEq     = 4
	notLt     = 21
	notGe     = 25
	notGt     = 26
)

func (a asm) cmp(x vec, predicate int, y operand.Op) mask {
	p := operand.U8(predicate)
	if !a.wide {
		r := a.new()
		if a.bits == 32 {
			a.VCMPPS(p, y, x, r)
		} else {
			a.VCMPPD(p, y, x, r)
		}
		return r
	}
	k := a.K()
	op := []form{a.VCMPPS, a.VCMPPD, a.VCMPPS_BCST, a.VCMPPD_BCST}
	i := a.bits/32 - 1
	if _, ok := y.(vec); !ok {
		i += 2
	}
	op[i](p, y, x, k)
	return k
}

// negative is the condition that the top bit is set.
func (a asm) negative(x vec) mask {
	if !a.wide {
		return x
	}
	k := a.K()
	if a.bits == 32 {
		a.VPMOVD2M(x, k)
	} else {
		a.VPMOVQ2M(x, k)
	}
	return k
}

func (a asm) either(x, y mask) mask {
	if !a.wide {
		return a.or(x, y)
	}
	k := a.K()
	a.KORW(x, y, k)
	return k
}

// blend is yes where m holds and no elsewhere; yes may be a constant.
func (a asm) blend(m mask, no, yes operand.Op) vec {
	l, r := a.reg(no), a.new()
	if !a.wide {
		if a.bits == 32 {
			a.VBLENDVPS(m, yes, l, r)
		} else {
			a.VBLENDVPD(m, yes, l, r)
		}
		return r
	}
	op := []func(...operand.Op) (*ir.Instruction, error){x86.VBLENDMPS, x86.VBLENDMPD, x86.VBLENDMPS_BCST, x86.VBLENDMPD_BCST}
	i := a.bits/32 - 1
	if _, ok := yes.(vec); !ok {
		i += 2
	}
	in, err := op[i](yes, l, m, r)
	if err != nil {
		panic(err)
	}
	in.Inputs = []operand.Op{yes, l, m} // avo takes the mask for one that merges, and r for read
	a.Instruction(in)
	return r
}

// only is x where m holds and +0 elsewhere; x may be a constant.
func (a asm) only(m mask, x operand.Op) vec {
	if !a.wide {
		return a.and(m, x)
	}
	r := a.new()
	_, isReg := x.(vec)
	switch {
	case isReg && a.bits == 32:
		a.VMOVAPS_Z(x, m, r)
	case isReg:
		a.VMOVAPD_Z(x, m, r)
	case a.bits == 32:
		a.VBROADCASTSS_Z(x, m, r)
	default:
		a.VBROADCASTSD_Z(x, m, r)
	}
	return r
}

// Constants that depend on the element.

func (a asm) pick(x32, x64 float64) operand.Op {
	if a.bits == 32 {
		return a.f(x32)
	}
	return a.f(x64)
}

func (a asm) mantissa() int { // bits
	if a.bits == 32 {
		return 23
	}
	return 52
}

func (a asm) bias() uint64 {
	if a.bits == 32 {
		return 127
	}
	return 1023
}

func (a asm) inf() operand.Op  { return a.f(math.Inf(1)) }
func (a asm) ninf() operand.Op { return a.f(math.Inf(-1)) }

// nan is the one NaN.
func (a asm) nan() operand.Op {
	if a.bits == 32 {
		return a.u(0x7fc00000)
	}
	return a.u(0x7ff8000000000000)
}

// canonical is y, but the one NaN where x is any.
func (a asm) canonical(x, y vec) vec { return a.blend(a.cmp(x, unordered, x), y, a.nan()) }

// poly is c[0] + t (c[1] + t (...)), for constants c.
func (a asm) poly(t vec, c ...operand.Op) vec {
	last := len(c) - 1
	y := a.add(a.mul(t, c[last]), c[last-1])
	for i := last - 2; i >= 0; i-- {
		y = a.add(a.mul(t, y), c[i])
	}
	return y
}
