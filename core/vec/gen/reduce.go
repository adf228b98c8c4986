package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanesOfSum is the number of partial results of a reduction: vec.Lanes.
const lanesOfSum = 8

// partial writes a kernel that leaves the partial results of a sum over n
// entries at l: entry i is added to lane i mod 8, in order of i. Of is the
// term at a place of the pointers, +0 in lanes that are not named.
func (a asm) partial(n reg.GPVirtual, l reg.Register, chains int, pointers []reg.GPVirtual, of func(w place) vec) {
	unit := lanesOfSum / a.lanes() // vectors in a round of the lanes, 1 or 2
	acc := make([]vec, unit)
	for i := range acc {
		acc[i] = a.reg(a.f(0))
	}
	a.blocks(n, unit, chains, pointers, func(w []place) func() {
		terms := make([]vec, unit)
		for i := range w {
			terms[i] = of(w[i])
		}
		return func() {
			for i, t := range terms {
				a.addTo(acc[i], t)
			}
		}
	})
	for i := range acc {
		a.store(acc[i], l, place{offset: i * a.size()})
	}
}

// addTo is acc += x.
func (a asm) addTo(acc, x vec) {
	if a.bits == 32 {
		a.VADDPS(x, acc, acc)
	} else {
		a.VADDPD(x, acc, acc)
	}
}

func (a asm) sum() {
	a.function("sum", "func(l *[8]T, x *T, n int)", "leaves the lanes of Sum of n entries of x at l.")
	l, x, n := a.param("l"), a.param("x"), a.param("n")
	a.partial(n, l, 4, []reg.GPVirtual{x}, func(w place) vec { return a.load(x, w) })
	a.ret()
}

func (a asm) dot() {
	a.function("dot", "func(l *[8]T, x, y *T, n int)", "leaves the lanes of Dot of n entries of x and y at l.")
	l, x, y, n := a.param("l"), a.param("x"), a.param("y"), a.param("n")
	a.partial(n, l, 4, []reg.GPVirtual{x, y}, func(w place) vec { return a.mul(a.load(x, w), a.load(y, w)) })
	a.ret()
}

// sumExp has as many chains as registers allow.
func (a asm) sumExp(chains int) {
	a.function("sumExp", "func(l *[8]T, x *T, n int, m T)",
		"leaves the lanes of the sum of e^(x[i]-m) at l; no x[i] is NaN or above m.")
	l, x, n := a.param("l"), a.param("x"), a.param("n")
	m := a.scalar("m")
	a.partial(n, l, chains, []reg.GPVirtual{x}, func(w place) vec {
		e := a.exp(a.max(a.sub(a.load(x, w), m), a.pick(-104, -746)))
		if w.m != nil {
			e = a.only(w.m, e)
		}
		return e
	})
	a.ret()
}

// maximum compares in any order: but for the sign of zero, which Max drops, it
// cannot show.
func (a asm) maximum() {
	a.function("maximum", "func(l, x *T, n int)",
		"leaves a vector at l whose Max is that of n entries of x.")
	l, x, n := a.param("l"), a.param("x"), a.param("n")
	const chains = 3 // with two masks each
	var top [chains]vec
	var nan [chains]mask
	for i := range top {
		top[i], nan[i] = a.reg(a.ninf()), a.never()
	}
	a.loop(n, chains, []reg.GPVirtual{x}, func(w place) {
		i := w.offset / a.size()
		v := a.load(x, w)
		if w.m != nil {
			v = a.blend(w.m, a.reg(a.ninf()), v)
		}
		a.orTo(nan[i], a.cmp(v, unordered, v))
		if a.bits == 32 { // where v is NaN, what was there stays
			a.VMAXPS(top[i], v, top[i])
		} else {
			a.VMAXPD(top[i], v, top[i])
		}
	})
	for i := 1; i < chains; i++ {
		a.orTo(nan[0], nan[i])
		top[0] = a.max(top[0], top[i])
	}
	a.store(a.blend(nan[0], top[0], a.nan()), l, place{})
	a.ret()
}

// never is a condition that holds nowhere.
func (a asm) never() mask {
	if !a.wide {
		return a.reg(a.f(0))
	}
	g, k := a.GP32(), a.K()
	a.MOVL(operand.U32(0), g)
	a.KMOVW(g, k)
	return k
}

// orTo is m = m or x.
func (a asm) orTo(m, x mask) {
	if a.wide {
		a.KORW(x, m, m)
	} else {
		a.VPOR(x, m, m)
	}
}
