package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (a asm) axpy() {
	a.function("axpy", "func(alpha T, x, y *T, n int)", "is Axpy of n entries.")
	alpha, x, y, n := a.scalar("alpha"), a.param("x"), a.param("y"), a.param("n")
	a.loop(n, 4, []reg.GPVirtual{x, y}, func(w place) {
		p := a.mul(a.load(x, w), alpha)
		a.store(a.add(a.load(y, w), p), y, w)
	})
	a.ret()
}

func (a asm) scale() {
	a.function("scale", "func(alpha T, dst, x *T, n int)", "is Scaled of n entries.")
	alpha, dst, x, n := a.scalar("alpha"), a.param("dst"), a.param("x"), a.param("n")
	a.loop(n, 4, []reg.GPVirtual{dst, x}, func(w place) { a.store(a.mul(a.load(x, w), alpha), dst, w) })
	a.ret()
}

func (a asm) tanhPull() {
	a.function("tanhPull", "func(dst, dy, y *T, n int)", "is TanhPull of n entries.")
	dst, dy, y, n := a.param("dst"), a.param("dy"), a.param("y"), a.param("n")
	one := a.reg(a.f(1))
	a.loop(n, 4, []reg.GPVirtual{dst, dy, y}, func(w place) {
		v := a.load(y, w)
		a.store(a.mul(a.load(dy, w), a.sub(one, a.mul(v, v))), dst, w)
	})
	a.ret()
}

// element i of the constants at p, in every lane.
func (a asm) constant(p reg.Register, i int) vec {
	return a.broadcast(operand.Mem{Base: p, Disp: i * a.element()})
}

// adam takes its factors in one array.
func (a asm) adam(chains int) {
	a.function("adam", "func(theta, dir, m, v *T, f *[7]T, n int)", "is the loop of adam over n entries.")
	theta, dir, m, v, n := a.param("theta"), a.param("dir"), a.param("m"), a.param("v"), a.param("n")
	f := a.param("f")
	var c [7]vec
	for i := range c {
		c[i] = a.constant(f, i)
	}
	rate, root, b1, c1, b2, c2, eps := c[0], c[1], c[2], c[3], c[4], c[5], c[6]
	a.loop(n, chains, []reg.GPVirtual{theta, dir, m, v}, func(w place) {
		g := a.load(dir, w)
		mi := a.add(a.mul(a.load(m, w), b1), a.mul(g, c1))
		vi := a.add(a.mul(a.load(v, w), b2), a.mul(a.mul(g, g), c2))
		a.store(mi, m, w)
		a.store(vi, v, w)
		d := a.add(a.mul(a.sqrt(vi), root), eps)
		step := a.div(a.mul(mi, rate), d)
		a.store(a.add(a.load(theta, w), step), theta, w)
	})
	a.ret()
}

// momentum is plain; or looks ahead, as Nesterov's does.
func (a asm) momentum(name string, ahead bool) {
	a.function(name, "func(theta, dir, v *T, rate, mu T, n int)", "is the loop of sgd with that momentum over n entries.")
	theta, dir, v, n := a.param("theta"), a.param("dir"), a.param("v"), a.param("n")
	rate, mu := a.scalar("rate"), a.scalar("mu")
	a.loop(n, 2, []reg.GPVirtual{theta, dir, v}, func(w place) {
		g := a.load(dir, w)
		vi := a.add(a.mul(a.load(v, w), mu), g)
		a.store(vi, v, w)
		if ahead {
			vi = a.add(a.mul(vi, mu), g)
		}
		p := a.mul(vi, rate)
		a.store(a.add(a.load(theta, w), p), theta, w)
	})
	a.ret()
}
