package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// op is an instruction of a context.
type op = func(...operand.Op)

// target is an instruction set at one precision: what differs between the four
// tile functions.
type target struct {
	*build.Context
	name  string // of the function
	size  int    // bytes an entry
	tall  []int  // rows of the tallest tile 1, 2, ... vectors wide
	lasts []last // the kinds of tiles to make, at most two
	fetch bool   // tiles ask for lines of the strip to come

	vec       func(int) reg.VecPhysical // the registers of a tile, in the order acc, b, broadcasts
	regs      int                       // how many there are
	fma       op
	broadcast op

	mask      func()                                         // sets the mask of the last vector
	load      func(m operand.Mem, v reg.Register, last bool) // last: under the mask; masked entries are 0
	store     func(v reg.Register, m operand.Mem, last bool)
	canonical func(label string, acc []reg.Register, spare []reg.Register) // makes every NaN the one NaN
}

// precision picks the instructions of float32 or float64.
type precision int

const (
	single precision = iota
	double
)

func (p precision) size() int { return 4 << p }

func (p precision) String() string { return [...]string{"32", "64"}[p] }

// nan is the one NaN: positive, quiet, no payload.
func (p precision) nan() operand.Op {
	if p == single {
		return operand.U64(0x7fc00000)
	}
	return operand.U64(0x7ff8000000000000)
}

func pick[T any](p precision, s, d T) T {
	if p == single {
		return s
	}
	return d
}

// c512 makes the AVX-512 tile function: 24 sums in 32 registers, and every
// last vector under a mask, which costs nothing there.
func c512(c *build.Context, p precision) {
	z := []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
		reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22,
		reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}
	move := pick[op](p, c.VMOVUPS, c.VMOVUPD)
	zero := pick(p, c.VMOVUPS_Z, c.VMOVUPD_Z)
	compare := pick[op](p, c.VCMPPS, c.VCMPPD)
	t := &target{
		Context: c, name: "tile" + p.String() + "AVX512", size: p.size(), tall: []int{12, 12, 8}, lasts: []last{masked, half},
		vec: func(i int) reg.VecPhysical { return z[i] }, regs: len(z),
		fma:       pick[op](p, c.VFMADD231PS, c.VFMADD231PD),
		broadcast: pick[op](p, c.VBROADCASTSS, c.VBROADCASTSD),
		mask: func() {
			c.MOVQ(argument("mask"), reg.RCX)
			c.KMOVW(reg.ECX, reg.K1)
		},
		load: func(m operand.Mem, v reg.Register, last bool) {
			if last {
				zero(m, reg.K1, v)
			} else {
				move(m, v)
			}
		},
		store: func(v reg.Register, m operand.Mem, last bool) {
			if last {
				move(v, reg.K1, m)
			} else {
				move(v, m)
			}
		},
		canonical: func(label string, acc, spare []reg.Register) {
			const unordered, ordered = 3, 7
			for i := 0; i < len(acc); i += 2 { // K2: lanes with no NaN so far
				j := min(i+1, len(acc)-1)
				if i == 0 {
					compare(operand.U8(ordered), acc[i], acc[j], reg.K2)
				} else {
					compare(operand.U8(ordered), acc[i], acc[j], reg.K2, reg.K2)
				}
			}
			pick(p, c.KORTESTW, c.KORTESTB)(reg.K2, reg.K2)
			c.JCS(operand.LabelRef(label))
			c.MOVQ(p.nan(), reg.RCX)
			if p == single {
				c.VPBROADCASTD(reg.ECX, spare[0])
			} else {
				c.VPBROADCASTQ(reg.RCX, spare[0])
			}
			for _, a := range acc {
				compare(operand.U8(unordered), a, a, reg.K2)
				pick[op](p, c.VMOVAPS, c.VMOVAPD)(spare[0], reg.K2, a)
			}
			c.Label(label)
		},
	}
	t.function()
	t.gather("gather" + p.String() + "AVX512")
}

// c256 makes the AVX2 tile function: 12 sums in 16 registers. A mask costs a
// register and slow stores there, so tiles without one are made as well.
func c256(c *build.Context, p precision) {
	y := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10,
		reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}
	mask := y[15]
	move := pick[op](p, c.VMOVUPS, c.VMOVUPD)
	under := pick(p, c.VMASKMOVPS, c.VMASKMOVPD)
	compare := pick[op](p, c.VCMPPS, c.VCMPPD)
	t := &target{
		Context: c, name: "tile" + p.String() + "AVX2", size: p.size(), tall: []int{12, 6}, lasts: []last{whole, masked}, fetch: true,
		vec: func(i int) reg.VecPhysical { return y[i] }, regs: len(y) - 1,
		fma:       pick[op](p, c.VFMADD231PS, c.VFMADD231PD),
		broadcast: pick[op](p, c.VBROADCASTSS, c.VBROADCASTSD),
		mask: func() {
			c.MOVQ(argument("mask"), reg.RCX)
			c.VMOVUPS(operand.Mem{Base: reg.RCX}, mask)
		},
		load: func(m operand.Mem, v reg.Register, last bool) {
			if last {
				under(m, mask, v)
			} else {
				move(m, v)
			}
		},
		store: func(v reg.Register, m operand.Mem, last bool) {
			if last {
				under(v, mask, m)
			} else {
				move(v, m)
			}
		},
		canonical: func(label string, acc, spare []reg.Register) {
			const unordered = 3
			for i := 0; i < len(acc); i += 2 {
				j := min(i+1, len(acc)-1)
				if i == 0 {
					compare(operand.U8(unordered), acc[i], acc[j], spare[0])
				} else {
					compare(operand.U8(unordered), acc[i], acc[j], spare[1])
					c.VORPS(spare[1], spare[0], spare[0])
				}
			}
			c.VMOVMSKPS(spare[0], reg.ECX)
			c.TESTL(reg.ECX, reg.ECX)
			c.JEQ(operand.LabelRef(label))
			c.MOVQ(p.nan(), reg.RCX)
			c.MOVQ(reg.RCX, spare[1].(reg.VecPhysical).AsX())
			t256(c, p, spare[1].(reg.VecPhysical))
			for _, a := range acc {
				compare(operand.U8(unordered), a, a, spare[0])
				pick(p, c.VBLENDVPS, c.VBLENDVPD)(spare[0], spare[1], a, a)
			}
			c.Label(label)
		},
	}
	t.function()
	t.gather("gather" + p.String() + "AVX2")
}

// t256 copies the lowest entry of v to all.
func t256(c *build.Context, p precision, v reg.VecPhysical) {
	pick[op](p, c.VBROADCASTSS, c.VBROADCASTSD)(v.AsX(), v.AsY())
}

func (t *target) label(format string, args ...any) string { return fmt.Sprintf(format, args...) }
