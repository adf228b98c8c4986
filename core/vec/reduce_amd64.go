package vec

import "github.com/vibench/bench/core/cpu"

// sumKernel gives the lanes of Sum, if there is a kernel.
func sumKernel[T Float](x []T) (l [Lanes]T, ok bool) {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return l, false
	}
	switch l := any(&l).(type) {
	case *[Lanes]float32: // eight lanes of float32 are one vector of AVX2
		sum32AVX2(l, &any(x).([]float32)[0], len(x))
	case *[Lanes]float64:
		if p := &any(x).([]float64)[0]; isa == cpu.AVX512 {
			sum64AVX512(l, p, len(x))
		} else {
			sum64AVX2(l, p, len(x))
		}
	}
	return l, true
}

// dotKernel gives the lanes of Dot.
func dotKernel[T Float](x, y []T) (l [Lanes]T, ok bool) {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return l, false
	}
	switch l := any(&l).(type) {
	case *[Lanes]float32:
		dot32AVX2(l, &any(x).([]float32)[0], &any(y).([]float32)[0], len(x))
	case *[Lanes]float64:
		if p, q := &any(x).([]float64)[0], &any(y).([]float64)[0]; isa == cpu.AVX512 {
			dot64AVX512(l, p, q, len(x))
		} else {
			dot64AVX2(l, p, q, len(x))
		}
	}
	return l, true
}

// maxKernel gives a few numbers that have the same Max as x.
func maxKernel[T Float](x []T) (l [2 * Lanes]T, ok bool) {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return l, false
	}
	for i := range l {
		l[i] = x[0]
	}
	switch l := any(&l).(type) {
	case *[2 * Lanes]float32:
		if p := &any(x).([]float32)[0]; isa == cpu.AVX512 {
			maximum32AVX512(&l[0], p, len(x))
		} else {
			maximum32AVX2(&l[0], p, len(x))
		}
	case *[2 * Lanes]float64:
		if p := &any(x).([]float64)[0]; isa == cpu.AVX512 {
			maximum64AVX512(&l[0], p, len(x))
		} else {
			maximum64AVX2(&l[0], p, len(x))
		}
	}
	return l, true
}

// sumExpKernel gives the lanes of the sum of e^(x[i]-m), m finite and Max(x).
func sumExpKernel(x []float64, m float64) (l [Lanes]float64, ok bool) {
	switch cpu.Active() {
	case cpu.AVX512:
		sumExp64AVX512(&l, &x[0], len(x), m)
	case cpu.AVX2:
		sumExp64AVX2(&l, &x[0], len(x), m)
	default:
		return l, false
	}
	return l, true
}

// axpyKernel is Axpy, if there is a kernel.
func axpyKernel[T Float](a T, x, y []T) bool {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return false
	}
	n := len(x)
	switch x := any(x).(type) {
	case []float32:
		if p, q := &x[0], &any(y).([]float32)[0]; isa == cpu.AVX512 {
			axpy32AVX512(float32(a), p, q, n)
		} else {
			axpy32AVX2(float32(a), p, q, n)
		}
	case []float64:
		if p, q := &x[0], &any(y).([]float64)[0]; isa == cpu.AVX512 {
			axpy64AVX512(float64(a), p, q, n)
		} else {
			axpy64AVX2(float64(a), p, q, n)
		}
	}
	return true
}

// scaleKernel is Scaled.
func scaleKernel[T Float](dst []T, a T, x []T) bool {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return false
	}
	n := len(x)
	switch x := any(x).(type) {
	case []float32:
		if d := &any(dst).([]float32)[0]; isa == cpu.AVX512 {
			scale32AVX512(float32(a), d, &x[0], n)
		} else {
			scale32AVX2(float32(a), d, &x[0], n)
		}
	case []float64:
		if d := &any(dst).([]float64)[0]; isa == cpu.AVX512 {
			scale64AVX512(float64(a), d, &x[0], n)
		} else {
			scale64AVX2(float64(a), d, &x[0], n)
		}
	}
	return true
}

// tanhPullKernel is TanhPull.
func tanhPullKernel[T Float](dst, g, y []T) bool {
	isa := cpu.Active()
	if isa == cpu.Portable {
		return false
	}
	n := len(y)
	switch y := any(y).(type) {
	case []float32:
		if d, g := &any(dst).([]float32)[0], &any(g).([]float32)[0]; isa == cpu.AVX512 {
			tanhPull32AVX512(d, g, &y[0], n)
		} else {
			tanhPull32AVX2(d, g, &y[0], n)
		}
	case []float64:
		if d, g := &any(dst).([]float64)[0], &any(g).([]float64)[0]; isa == cpu.AVX512 {
			tanhPull64AVX512(d, g, &y[0], n)
		} else {
			tanhPull64AVX2(d, g, &y[0], n)
		}
	}
	return true
}

// bernoulliKernel is bernoulliBlock, if there is a kernel.
func bernoulliKernel[T Float](x, logits, grad []T) (sum, product [Lanes]float64, ok bool) {
	isa, n := cpu.Active(), len(x)
	if isa == cpu.Portable {
		return
	}
	switch x := any(x).(type) {
	case []float32:
		a, g := any(logits).([]float32), any(grad).([]float32)
		switch {
		case g == nil && isa == cpu.AVX512:
			bernoulli32AVX512(&sum, &product, &x[0], &a[0], n)
		case g == nil:
			bernoulli32AVX2(&sum, &product, &x[0], &a[0], n)
		case isa == cpu.AVX512:
			bernoulliGrad32AVX512(&sum, &product, &x[0], &a[0], &g[0], n)
		default:
			bernoulliGrad32AVX2(&sum, &product, &x[0], &a[0], &g[0], n)
		}
	case []float64:
		a, g := any(logits).([]float64), any(grad).([]float64)
		switch {
		case g == nil && isa == cpu.AVX512:
			bernoulli64AVX512(&sum, &product, &x[0], &a[0], n)
		case g == nil:
			bernoulli64AVX2(&sum, &product, &x[0], &a[0], n)
		case isa == cpu.AVX512:
			bernoulliGrad64AVX512(&sum, &product, &x[0], &a[0], &g[0], n)
		default:
			bernoulliGrad64AVX2(&sum, &product, &x[0], &a[0], &g[0], n)
		}
	}
	return sum, product, true
}
