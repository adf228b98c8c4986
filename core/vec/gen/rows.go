package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// zero is +0 in every lane of x, which is written in place.
func (a asm) zero(x vec) { a.VXORPD(x, x, x) }

// argument is where an argument lies, to be added from there: it takes no register.
func (a asm) argument(name string) operand.Mem {
	arg, err := a.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return arg.Addr
}

// gauss writes the kernel of Gauss for rows that share mu and inv, four at a time.
// The eight lanes of a row's sum are one vector of AVX-512 or two of AVX2; when
// their halves are added a row is one vector of AVX2 on both, and four of them are
// folded together. Rows that are missing in the last four are the first of them again.
func (a asm) gauss() {
	a.function("gauss", "func(out *float64, x, mu, inv *T, rows, cols, step int, half, base float64)",
		"is Gauss of rows that lie step bytes apart, and one mu and inv; half is -1/2.")
	const group = 4
	y := a.by(64)
	y.wide = false // its constants are arguments
	out, mu, inv, rows, full, step := a.param("out"), a.param("mu"), a.param("inv"), a.param("rows"), a.param("cols"), a.param("step")
	tail, off := a.GP64(), a.GP64()
	a.MOVQ(full, tail)
	a.ANDQ(operand.I32(lanesOfSum-1), tail)
	a.SUBQ(tail, full)
	a.SHLQ(operand.U8(a.element()/4+1), full) // in bytes
	masks := a.lanesOfRow(tail)
	half, base := y.scalar("half"), y.scalar("base")
	var x [group]reg.GPVirtual
	x[0] = a.param("x")
	for r := 1; r < group; r++ {
		x[r] = a.GP64()
		a.LEAQ(operand.Mem{Base: x[r-1], Index: step, Scale: 1}, x[r])
	}
	a.SHLQ(operand.U8(2), step)
	a.Label("group")
	for r := 1; r < group; r++ {
		a.CMPQ(rows, operand.I32(r))
		a.CMOVQLE(x[0], x[r])
	}
	var acc [group][]vec
	for r := range acc {
		acc[r] = a.partials()
	}
	a.XORL(off.As32(), off.As32())
	a.CMPQ(off, full)
	a.JGE(operand.LabelRef("rest"))
	a.Label("eight")
	a.squares(acc[:], x[:], mu, inv, off, nil)
	a.ADDQ(operand.I32(lanesOfSum*a.element()), off)
	a.CMPQ(off, full)
	a.JLT(operand.LabelRef("eight"))
	a.Label("rest")
	a.TESTQ(tail, tail)
	a.JZ(operand.LabelRef("fold"))
	a.squares(acc[:], x[:], mu, inv, off, masks)
	a.Label("fold")
	var sums [group]vec
	for r := range sums {
		sums[r] = y.new()
		if a.wide {
			a.VEXTRACTF64X4(operand.U8(1), acc[r][0], sums[r])
			a.VADDPD(sums[r], acc[r][0].AsY(), sums[r])
		} else {
			a.VADDPD(acc[r][1], acc[r][0], sums[r])
		}
		a.ADDQ(step, x[r])
	}
	p, q := y.folded(sums[0], sums[2]), y.folded(sums[1], sums[3])
	low, high := y.new(), y.new()
	a.VUNPCKLPD(q, p, low)
	a.VUNPCKHPD(q, p, high)
	v := y.sub(y.mul(y.add(low, high), half), base)
	a.CMPQ(rows, operand.I32(group))
	a.JLT(operand.LabelRef("last"))
	y.store(v, out, place{})
	a.ADDQ(operand.I32(group*8), out)
	a.SUBQ(operand.I32(group), rows)
	a.JNZ(operand.LabelRef("group"))
	a.JMP(operand.LabelRef("done"))
	a.Label("last")
	y.store(v, out, place{m: y.first(rows)})
	a.Label("done")
	a.ret()
}

// folded is, of two rows' sums l0 l1 l2 l3, (l0+l2) (l1+l3) of the one and then
// of the other.
func (a asm) folded(x, y vec) vec {
	low, high := a.new(), a.new()
	a.VPERM2F128(operand.U8(0x20), y, x, low)
	a.VPERM2F128(operand.U8(0x31), y, x, high)
	return a.add(low, high)
}

// lanesOfRow names the first n of eight entries, in as many vectors as hold them.
func (a asm) lanesOfRow(n reg.GPVirtual) []mask {
	if a.wide || a.bits == 32 {
		return []mask{a.firstFrom(n, 0)}
	}
	return []mask{a.firstFrom(n, 0), a.firstFrom(n, 4)}
}

// partials are eight float64 lanes of +0.
func (a asm) partials() []vec {
	acc := make([]vec, 1)
	if !a.wide {
		acc = make([]vec, 2)
	}
	for i := range acc {
		acc[i] = a.new()
		a.zero(acc[i])
	}
	return acc
}

// squares adds, for each row, the squares of eight entries ((x - mu) inv)^2 to its lanes.
func (a asm) squares(acc [][]vec, x []reg.GPVirtual, mu, inv, off reg.GPVirtual, masks []mask) {
	n := a
	if a.bits == 32 {
		n.wide = false // eight of them are a vector of AVX2
	}
	for i := range max(1, lanesOfSum/n.lanes()) {
		var m mask
		if masks != nil {
			m = masks[i]
		}
		load := func(p reg.Register) vec {
			at := operand.Mem{Base: p, Index: off, Scale: 1, Disp: i * n.size()}
			if m != nil && a.wide && a.bits == 32 {
				r := n.new()
				a.VMOVUPS_Z(at, m, r)
				return r
			}
			return n.from(at, m)
		}
		from, by := load(mu), load(inv)
		for r := range x {
			d := n.mul(n.sub(load(x[r]), from), by)
			switch {
			case a.bits == 64:
				n.addTo(acc[r][i], n.mul(d, d))
			case a.wide:
				e := a.new()
				a.VCVTPS2PD(d, e)
				a.VFMADD231PD(e, e, acc[r][0])
			default:
				for j, e := range a.doubles(d) {
					a.VFMADD231PD(e, e, acc[r][j])
				}
			}
		}
	}
}

// tiles runs body over rows of width bytes, so many at a time as make whole
// vectors: on every vector of dst, then with a mask on what is left. Start is
// called before each tile, on the number of its rows.
func (a asm) tiles(dst, own, x, y reg.GPVirtual, start func(n reg.GPVirtual), end func(n reg.GPVirtual), body func(off reg.GPVirtual, m mask)) {
	rows, n := a.param("rows"), a.param("tile")
	bytes, full, rest, off := a.GP64(), a.GP64(), a.GP64(), a.GP64()
	a.Label("setup")
	a.CMPQ(rows, n)
	a.CMOVQLT(rows, n)
	a.MOVQ(n, bytes)
	a.IMULQ(a.argument("width"), bytes)
	a.MOVQ(bytes, rest)
	a.ANDQ(operand.I32(a.size()-1), rest)
	a.MOVQ(bytes, full)
	a.SUBQ(rest, full)
	a.SHRQ(operand.U8(a.element()/4+1), rest) // in entries
	m := a.first(rest)
	a.Label("tile")
	start(n)
	a.XORL(off.As32(), off.As32())
	a.CMPQ(off, full)
	a.JGE(operand.LabelRef("rest"))
	a.Label("vector")
	body(off, nil)
	a.ADDQ(operand.I32(a.size()), off)
	a.CMPQ(off, full)
	a.JLT(operand.LabelRef("vector"))
	a.Label("rest")
	a.TESTQ(rest, rest)
	a.JZ(operand.LabelRef("next"))
	body(off, m)
	a.Label("next")
	a.ADDQ(bytes, dst)
	a.ADDQ(bytes, own)
	a.ADDQ(a.argument("xs"), x)
	a.ADDQ(a.argument("ys"), y)
	end(n)
	a.SUBQ(n, rows)
	a.JZ(operand.LabelRef("done"))
	a.CMPQ(rows, n)
	a.JGE(operand.LabelRef("tile"))
	a.JMP(operand.LabelRef("setup"))
	a.Label("done")
	a.ret()
}

func indexed(p, off reg.Register) operand.Mem {
	return operand.Mem{Base: p, Index: off, Scale: 1}
}

// reparam writes the kernel of Spread.Reparam.
func (a asm) reparam() {
	a.function("reparam", "func(dst, eps, mu, sigma *T, rows, tile, width, xs, ys int)",
		"is Spread.Reparam of rows of width bytes, tile rows at a time; those of mu and sigma lie xs and ys bytes apart.")
	dst, eps, mu, sigma := a.param("dst"), a.param("eps"), a.param("mu"), a.param("sigma")
	none := func(reg.GPVirtual) {}
	a.tiles(dst, eps, mu, sigma, none, none, func(off reg.GPVirtual, m mask) {
		p := a.mul(a.from(indexed(sigma, off), m), a.from(indexed(eps, off), m))
		a.to(a.add(a.from(indexed(mu, off), m), p), indexed(dst, off), m)
	})
}

// toward writes the kernel of Spread.Toward.
func (a asm) toward() {
	a.function("toward", "func(acc, own, other, q *T, rows, tile, width, xs, ys int, c *T, index *uint32)",
		"is Spread.Toward of rows of width bytes, tile rows at a time; those of other and q lie xs and ys bytes",
		"apart, and index is the row of each entry of a tile.")
	acc, own, other, q := a.param("acc"), a.param("own"), a.param("other"), a.param("q")
	c, index := a.param("c"), a.param("index")
	factors, zero := a.new(), a.new()
	a.zero(zero)
	a.tiles(acc, own, other, q,
		func(n reg.GPVirtual) { a.move(a.from(operand.Mem{Base: c}, a.first(n)), factors) },
		func(n reg.GPVirtual) { a.LEAQ(operand.Mem{Base: c, Index: n, Scale: uint8(a.element())}, c) },
		func(off reg.GPVirtual, m mask) {
			f := a.new()
			a.VMOVUPD(indexed(index, off), f)
			if a.wide && a.bits == 64 {
				a.VPERMPD(factors, f, f)
			} else {
				a.VPERMPS(factors, f, f)
			}
			d := a.mul(a.sub(a.from(indexed(other, off), m), a.from(indexed(own, off), m)), a.from(indexed(q, off), m))
			d = a.only(a.cmp(f, notEq, zero), a.mul(f, d))
			a.to(a.add(a.from(indexed(acc, off), m), d), indexed(acc, off), m)
		})
}

func (a asm) move(from, to vec) { a.VMOVUPD(from, to) }

// sumRows writes the kernel of a strip of SumRows or of WeighRows: n columns, at
// most four vectors, stay in registers while the rows go by.
func (a asm) sumRows(weigh bool) {
	const most = 4
	if weigh {
		a.function("weighRows", "func(sum, x *T, rows, step, n int, c, y, q *T)",
			"is WeighRows of n columns of rows that lie step bytes apart.")
	} else {
		a.function("sumRows", "func(sum, x *T, rows, step, n int)",
			"is SumRows of n columns of rows that lie step bytes apart.")
	}
	sum, x, rows, step, n := a.param("sum"), a.param("x"), a.param("rows"), a.param("step"), a.param("n")
	var c, y, q, bits reg.GPVirtual
	if weigh {
		c, y, q, bits = a.param("c"), a.param("y"), a.param("q"), a.GP64()
	}
	for vectors := 1; vectors <= most; vectors++ {
		next := fmt.Sprint("above", vectors)
		if vectors < most {
			a.CMPQ(n, operand.I32(vectors*a.lanes()))
			a.JGT(operand.LabelRef(next))
		}
		a.SUBQ(operand.I32((vectors-1)*a.lanes()), n)
		w := make([]place, vectors)
		for i := range w {
			w[i].offset = i * a.size()
		}
		w[vectors-1].m = a.first(n)
		var acc [2][]vec
		from := make([]vec, vectors)
		for i := range w {
			for half := range acc {
				acc[half] = append(acc[half], a.new())
				a.zero(acc[half][i])
			}
			if weigh {
				from[i] = a.load(y, w[i])
			}
		}
		row := func(acc []vec, skip string) {
			var f vec
			if weigh { // twice its bits are zero: it is +0 or -0
				if a.bits == 32 {
					a.MOVL(operand.Mem{Base: c}, bits.As32())
					a.ADDL(bits.As32(), bits.As32())
				} else {
					a.MOVQ(operand.Mem{Base: c}, bits)
					a.ADDQ(bits, bits)
				}
				a.JZ(operand.LabelRef(skip))
				f = a.broadcast(operand.Mem{Base: c})
			}
			for i := range w {
				t := a.load(x, w[i])
				if weigh {
					t = a.mul(a.sub(t, from[i]), f)
				}
				a.addTo(acc[i], t)
			}
			if weigh {
				a.Label(skip)
				a.ADDQ(operand.I32(a.element()), c)
			}
			a.ADDQ(step, x)
		}
		pairs, last, end := fmt.Sprint("pairs", vectors), fmt.Sprint("last", vectors), fmt.Sprint("end", vectors)
		a.Label(pairs)
		a.SUBQ(operand.I32(2), rows)
		a.JL(operand.LabelRef(last))
		row(acc[0], fmt.Sprint("even", vectors))
		row(acc[1], fmt.Sprint("odd", vectors))
		a.JMP(operand.LabelRef(pairs))
		a.Label(last)
		a.CMPQ(rows, operand.I32(-1))
		a.JL(operand.LabelRef(end))
		row(acc[0], fmt.Sprint("single", vectors))
		a.Label(end)
		for i := range w {
			s := a.add(acc[0][i], acc[1][i])
			if weigh {
				s = a.mul(s, a.load(q, w[i]))
			}
			a.store(a.add(a.load(sum, w[i]), s), sum, w[i])
		}
		a.ret()
		if vectors < most {
			a.Label(next)
		}
	}
}

// narrow writes the kernel of Narrow, eight entries at a time.
func (a asm) narrow() {
	a.function("narrow", "func(dst *float32, src *float64, n int, least float64)", "is Narrow of n entries, a multiple of eight.")
	dst, src, n, least := a.param("dst"), a.param("src"), a.param("n"), a.scalar("least")
	a.Label("loop")
	for i := range 8 / a.lanes() {
		x := a.load(src, place{offset: i * a.size()})
		x = a.only(a.cmp(a.abs(x), notLt, least), x)
		to := operand.Mem{Base: dst, Disp: i * a.size() / 2}
		if a.wide {
			r := a.YMM()
			a.VCVTPD2PS(x, r)
			a.VMOVUPS(r, to)
		} else {
			r := a.XMM()
			a.VCVTPD2PSY(x, r)
			a.VMOVUPS(r, to)
		}
	}
	a.ADDQ(operand.I32(64), src)
	a.ADDQ(operand.I32(32), dst)
	a.SUBQ(operand.I32(8), n)
	a.JNZ(operand.LabelRef("loop"))
	a.ret()
}
