package main

// tanhAny is Tanh64 or Tanh32.
func (a asm) tanhAny(x again) vec {
	m := a.min(a.abs(x()), a.pick(10, 22)) // from where it rounds to 1
	e := a.expm1(a.add(m, m))
	y, v := a.div(e, a.add(e, a.f(2))), x()
	return a.canonical(v, a.copysign(y, v))
}

// sigmoidAny is Sigmoid64 or Sigmoid32.
func (a asm) sigmoidAny(x again) vec {
	e := a.expNegative(x())
	v := x()
	return a.canonical(v, a.sigmoidOf(v, e))
}

// sigmoidOf is the sigmoid of x, no NaN, given e^-|x|.
func (a asm) sigmoidOf(x, e vec) vec {
	return a.div(a.blend(a.negative(x), a.f(1), e), a.add(e, a.f(1)))
}

// softplusAny is Softplus64 or Softplus32.
func (a asm) softplusAny(x again) vec {
	l := a.log1pUnit(a.expNegative(x()))
	v := x()
	return a.canonical(v, a.softplusOf(v, l))
}

// softplusOf is the softplus of x, no NaN, given l = log1p(e^-|x|): to l, which
// is no -0, a negative x adds +0.
func (a asm) softplusOf(x, l vec) vec { return a.add(l, a.max(x, a.f(0))) }
