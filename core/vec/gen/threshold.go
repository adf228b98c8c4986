package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/reg"
)

// notLe is true if either is NaN.
const notLe = 22

// reluAny is ReLU64 or ReLU32.
func (a asm) reluAny(x again) vec {
	v := x()
	return a.canonical(v, a.only(a.cmp(v, notLe, a.f(0)), v))
}

func (a asm) reluPull() {
	a.function("reluPull", "func(dst, dy, y *T, n int)", "is ReLUPull of n entries.")
	dst, dy, y, n := a.param("dst"), a.param("dy"), a.param("y"), a.param("n")
	a.loop(n, 4, []reg.GPVirtual{dst, dy, y}, func(w place) {
		on := a.cmp(a.load(y, w), gt, a.f(0))
		a.store(a.only(on, a.load(dy, w)), dst, w)
	})
	a.ret()
}

func (a asm) laplace(chains int) {
	a.function("laplace", "func(x *T, least T, n int)", fmt.Sprintf("is Laplace of n entries, by log%d.", a.bits))
	x, n, least := a.param("x"), a.param("n"), a.scalar("least")
	a.loop(n, chains, []reg.GPVirtual{x}, func(w place) {
		y := a.logAny(func() vec {
			u := a.load(x, w)
			m := a.min(u, a.sub(a.reg(a.f(1)), u))
			return a.max(least, a.add(m, m))
		})
		above := a.cmp(a.load(x, w), gt, a.f(0.5))
		a.store(a.blend(above, y, a.xor(y, a.sign())), x, w)
	})
	a.ret()
}

func (a asm) threshold() {
	a.function("threshold", "func(z, e, mu, b, l *T, n int)", "is Threshold of n entries.")
	z, e, mu, b, l, n := a.param("z"), a.param("e"), a.param("mu"), a.param("b"), a.param("l"), a.param("n")
	a.loop(n, 2, []reg.GPVirtual{z, e, mu, b, l}, func(w place) {
		x, c := a.mul(a.load(e, w), a.load(b, w)), a.load(l, w)
		above, below := a.cmp(x, gt, c), a.cmp(x, lt, a.xor(c, a.sign()))
		y := a.add(a.load(mu, w), a.blend(above, a.add(x, c), a.sub(x, c)))
		a.store(x, e, w)
		a.store(a.only(a.either(above, below), y), z, w)
	})
	a.ret()
}

func (a asm) choose() {
	a.function("choose", "func(dst, src *T, zero, other T, n int)", "is Choose of n entries.")
	dst, src, n, zero, other := a.param("dst"), a.param("src"), a.param("n"), a.scalar("zero"), a.scalar("other")
	a.loop(n, 2, []reg.GPVirtual{dst, src}, func(w place) {
		a.store(a.blend(a.cmp(a.load(src, w), notEq, a.f(0)), zero, other), dst, w)
	})
	a.ret()
}
