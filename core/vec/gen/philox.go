package main

import (
	"github.com/mmcloughlin/avo/operand"
)

// Philox works on 32-bit words in 64-bit lanes, a block a lane: the product
// reads the low halves only, and what is left in the high ones is never seen.

// words are one block's four words, or its counter, a lane.
type words [4]vec

// order is the block in each lane: unpacking the low lanes of pairs gives the
// first half of the blocks in order, unpacking the high ones the second.
func (a asm) order() operand.Mem {
	if a.wide {
		return a.table("order", []uint64{0, 4, 1, 5, 2, 6, 3, 7})
	}
	return a.table("order", []uint64{0, 2, 1, 3})
}

// philox is Philox 4x32-10 of each of several counters, side by side.
func (a asm) philox(c []words) {
	k0 := a.scalar("key")
	k1 := a.right(k0, 32)
	for round := range 10 {
		if round > 0 {
			k0, k1 = a.addBits(k0, a.u(0x9e3779b9)), a.addBits(k1, a.u(0xbb67ae85))
		}
		for i, w := range c {
			p0, p1 := a.product(w[0], 0xd2511f53), a.product(w[2], 0xcd9e8d57)
			c[i] = words{a.xor3(a.high(p1), w[1], k0), p1, a.xor3(a.high(p0), w[3], k1), p0}
		}
	}
}

func (a asm) product(x vec, m uint64) vec {
	if a.wide {
		return a.two(nil, a.VPMULUDQ, nil, a.VPMULUDQ_BCST, x, a.u(m))
	}
	return a.two(nil, a.VPMULUDQ, nil, nil, x, a.u(m))
}

func (a asm) high(x vec) vec {
	r := a.new()
	a.VPSHUFD(operand.U8(0xf5), x, r)
	return r
}

// odd is the condition that an index of a 32-bit lane is odd, for pair.
func (a asm) odd() mask {
	if !a.wide {
		return nil
	}
	g, k := a.GP32(), a.K()
	a.MOVL(operand.U32(0xaaaa), g)
	a.KMOVW(g, k)
	return k
}

// pair is low + 2^32 high in each lane.
func (a asm) pair(low, high vec, odd mask) vec {
	r := a.new()
	if a.wide {
		a.VMOVDQA64(low, r)
		a.VPSHUFD(operand.U8(0xa0), high, odd, r)
		return r
	}
	a.VPBLENDD(operand.U8(0xaa), a.left(high, 32), low, r)
	return r
}

// counter is that of blocks n, with bits of a purpose.
func (a asm) counter(n vec, purpose uint64) words {
	up := a.scalar("up")
	top := a.right(up, 32)
	if purpose != 0 {
		top = a.or(top, a.u(purpose))
	}
	return words{n, a.right(n, 32), up, top}
}

// fill writes a kernel that fills dst, groups of one block a lane times blocks.
func (a asm) fill(name, element, doc string, blocks int, body func(n vec, odd mask, dst operand.Mem)) {
	q := a.by(64)
	a.function(name, "func(dst *"+element+", groups int, block, up, key uint64)", doc)
	dst, groups := a.param("dst"), a.param("groups")
	odd := a.odd()
	n, start := a.new(), q.scalar("block")
	a.VMOVUPD(a.order(), n)
	a.VPADDQ(start, n, n)
	a.Label("loop")
	body(n, odd, operand.Mem{Base: dst})
	a.VPADDQ(q.reg(q.u(uint64(blocks*q.lanes()))), n, n)
	a.ADDQ(operand.I32(blocks*q.lanes()*4*a.element()), dst)
	a.DECQ(groups)
	a.JNZ(operand.LabelRef("loop"))
	a.ret()
}

// uniform64 writes the kernel of Uniform64 from a block on.
func (a asm) uniform64() {
	a.fill("uniform", "float64", "fills dst with unit64 of the blocks from block on, a block a lane a group.", 1,
		func(n vec, odd mask, dst operand.Mem) {
			c := []words{a.counter(n, 0), a.counter(n, 1<<30)}
			a.philox(c)
			var u words
			for i := range u {
				t := a.right(a.pair(c[1][i], c[0][i], odd), 12)
				u[i] = a.sub(a.or(t, a.u(0x3ff<<52)), a.f(1-0x1p-53))
			}
			for half, unpack := range []form{a.VUNPCKLPD, a.VUNPCKHPD} {
				x, y := a.new(), a.new()
				unpack(u[1], u[0], x)
				unpack(u[3], u[2], y)
				for i := range 2 {
					a.VMOVUPD(a.interleave(x, y, i), dst.Offset((2*half+i)*a.size()))
				}
			}
		})
}

// interleave is half i of the pairs of x and y, one after the other.
func (a asm) interleave(x, y vec, i int) vec {
	if a.wide {
		r := a.new()
		if i == 0 {
			a.VMOVUPD(a.table("lower", []uint64{0, 1, 8, 9, 2, 3, 10, 11}), r)
		} else {
			a.VMOVUPD(a.table("upper", []uint64{4, 5, 12, 13, 6, 7, 14, 15}), r)
		}
		a.VPERMI2Q(y, x, r)
		return r
	}
	r := a.new()
	a.VPERM2F128(operand.U8(0x20+0x11*i), y, x, r)
	return r
}

// words32 writes a kernel that fills dst with a function of the blocks' words,
// two blocks a lane a group.
func (a asm) words32(name, element, doc string, of func(x vec) vec) {
	q := a.by(64)
	a.fill(name, element, doc, 2, func(n vec, odd mask, dst operand.Mem) {
		c := []words{q.counter(n, 0), q.counter(q.addBits(n, q.u(uint64(q.lanes()))), 0)}
		q.philox(c)
		for j, w := range c {
			x, y := q.pair(w[0], w[1], odd), q.pair(w[2], w[3], odd)
			for half, unpack := range []form{a.VUNPCKLPD, a.VUNPCKHPD} {
				r := a.new()
				unpack(y, x, r)
				a.VMOVUPD(of(r), dst.Offset((2*j+half)*a.size()))
			}
		}
	})
}

// unit32 is the function of that name.
func (a asm) unit32(x vec) vec {
	return a.sub(a.or(a.right(x, 9), a.u(0x7f<<23)), a.f(1-0x1p-24))
}
