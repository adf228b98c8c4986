package vec

import "math"

// bernoulliEntries is how many factors 1 + e^-|a|, each up to 2, are multiplied
// before their logarithm is taken: as many rounds of the lanes as keep the
// product below 2^1023.
const bernoulliEntries = 127 * Lanes

// Bernoulli is the log-likelihood of x under independent Bernoullis with these
// logits, in nats: the sum of x a - softplus(a), in float64. Unless grad is nil
// it is given the derivative by the logits, x - sigmoid(a). grad may be x or
// logits.
//
// The sum of softplus(a) = max(a, 0) + log(1 + e^-|a|) has one logarithm a block
// of 1016 entries, that of the product of 1 + e^-|a|. Terms x a - max(a, 0) and
// powers e^-|a| are formed in the precision of x; sums of the first and products
// of 1 plus the second are in float64 and Lanes, each lane in order and both
// folded alike. The error is that of the terms and powers, and n 2^-51 at most
// from what is done in float64 with n terms of size 1.
//
// A NaN in x or logits makes the sum NaN, and the derivative at its place.
func Bernoulli[T Float](x, logits, grad []T) float64 {
	sameLen("Bernoulli", len(x), len(logits))
	if grad != nil {
		sameLen("Bernoulli", len(x), len(grad))
	}
	var value float64
	for len(x) > 0 {
		n := min(len(x), bernoulliEntries)
		var g []T
		if grad != nil {
			g, grad = grad[:n], grad[n:]
		}
		var s, p [Lanes]float64
		done := false
		if n >= shortBernoulli {
			s, p, done = bernoulliKernel(x[:n], logits[:n], g)
		}
		if !done {
			s, p = bernoulliBlock(x[:n], logits[:n], g)
		}
		x, logits = x[n:], logits[n:]
		value += fold(&s) - Log64(foldProduct(&p))
	}
	return canonical(value)
}

// foldProduct multiplies lanes in the order in which fold adds them.
func foldProduct(l *[Lanes]float64) float64 {
	return ((l[0] * l[4]) * (l[2] * l[6])) * ((l[1] * l[5]) * (l[3] * l[7]))
}

// bernoulliBlock is the loop that specifies the kernels: the lanes of the sum
// and of the product of one block.
func bernoulliBlock[T Float](x, logits, grad []T) (sum, product [Lanes]float64) {
	switch x := any(x).(type) {
	case []float32:
		return bernoulliLoop(x, any(logits).([]float32), any(grad).([]float32), expNegative32)
	case []float64:
		return bernoulliLoop(x, any(logits).([]float64), any(grad).([]float64), expNegative64)
	}
	return
}

func expNegative32(x float32) float32 { return Exp32(-abs32(x)) }
func expNegative64(x float64) float64 { return Exp64(-math.Abs(x)) }

func bernoulliLoop[T Float](x, logits, grad []T, expNegative func(T) T) (sum, product [Lanes]float64) {
	for j := range product {
		product[j] = 1
	}
	for i, a := range logits {
		y, e := x[i], expNegative(a)
		var positive T
		numerator := e
		if a > 0 {
			positive = a
		}
		if !(a < 0) {
			numerator = 1
		}
		j := i & (Lanes - 1)
		sum[j] += float64(T(y*a) - positive)
		product[j] *= 1 + float64(e)
		if grad != nil {
			grad[i] = canonical(y - numerator/(1+e))
		}
	}
	return
}
