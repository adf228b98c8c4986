package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bernoulli writes the kernel of one block of Bernoulli, with or without the
// gradient.
func (a asm) bernoulli(gradient bool, chains int) {
	if gradient {
		a.function("bernoulliGrad", "func(sum, product *[8]float64, x, logits, grad *T, n int)",
			"is bernoulliBlock of n entries.")
	} else {
		a.function("bernoulli", "func(sum, product *[8]float64, x, logits *T, n int)",
			"is bernoulliBlock of n entries without a gradient.")
	}
	x, logits, n := a.param("x"), a.param("logits"), a.param("n")
	pointers := []reg.GPVirtual{x, logits}
	var grad reg.GPVirtual
	if gradient {
		grad = a.param("grad")
		pointers = append(pointers, grad)
	}
	d := a.by(64)
	sum, product := make([]vec, lanesOfSum/d.lanes()), make([]vec, lanesOfSum/d.lanes())
	for i := range sum {
		sum[i], product[i] = d.reg(d.f(0)), d.reg(d.f(1))
	}
	unit := max(1, lanesOfSum/a.lanes())
	a.blocks(n, unit, chains, pointers, func(w []place) func() {
		terms, powers := make([]vec, unit), make([]vec, unit)
		for i, w := range w {
			e := a.expNegative(a.load(logits, w))
			v, y := a.load(logits, w), a.load(x, w)
			if gradient {
				g := a.sub(y, a.sigmoidOf(v, e))
				a.store(a.blend(a.cmp(y, unordered, v), g, a.nan()), grad, w)
			}
			terms[i], powers[i] = a.sub(a.mul(y, v), a.max(v, a.f(0))), e
			if w.m != nil { // elsewhere the logit was 0 and e is 1
				powers[i] = a.only(w.m, e)
			}
		}
		return func() {
			lane := 0
			for i := range terms {
				t, e := a.doubles(terms[i]), a.doubles(powers[i])
				for j := range t {
					d.addTo(sum[lane], t[j])
					d.VMULPD(d.add(e[j], d.f(1)), product[lane], product[lane])
					lane = (lane + 1) % len(sum)
				}
			}
		}
	})
	for i := range sum {
		d.store(sum[i], a.param("sum"), place{offset: i * d.size()})
		d.store(product[i], a.param("product"), place{offset: i * d.size()})
	}
	a.ret()
}

// doubles are the elements of x in float64, in one vector or two.
func (a asm) doubles(x vec) []vec {
	if a.bits == 64 {
		return []vec{x}
	}
	low, high := a.new(), a.new()
	if a.wide {
		y := a.YMM()
		a.VEXTRACTF64X4(operand.U8(1), x, y)
		a.VCVTPS2PD(x.AsY(), low)
		a.VCVTPS2PD(y, high)
	} else {
		y := a.XMM()
		a.VEXTRACTF128(operand.U8(1), x, y)
		a.VCVTPS2PD(x.AsX(), low)
		a.VCVTPS2PD(y, high)
	}
	return []vec{low, high}
}
