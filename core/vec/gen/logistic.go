package main

// tanhAny is Tanh64 or Tanh32.
func (a asm) tanhAny(x vec) vec {
	m := a.min(a.abs(x), a.pick(10, 22)) // from where it rounds to 1
	e := a.expm1(a.add(m, m))
	return a.canonical(x, a.copysign(a.div(e, a.add(e, a.f(2))), x))
}

// sigmoidAny is Sigmoid64 or Sigmoid32.
func (a asm) sigmoidAny(x vec) vec { return a.canonical(x, a.sigmoidOf(x, a.expNegative(x))) }

// sigmoidOf is the sigmoid of x, no NaN, given e^-|x|.
func (a asm) sigmoidOf(x, e vec) vec {
	return a.div(a.blend(a.negative(x), a.f(1), e), a.add(e, a.f(1)))
}

// softplusAny is Softplus64 or Softplus32.
func (a asm) softplusAny(x vec) vec { return a.canonical(x, a.softplusOf(x, a.expNegative(x))) }

// softplusOf is the softplus of x, no NaN, given e^-|x|. Zero or -0 for the
// negative part adds nothing to a positive number; to +0 it adds +0.
func (a asm) softplusOf(x, e vec) vec {
	return a.add(a.log1pUnit(e), a.max(x, a.f(0)))
}
