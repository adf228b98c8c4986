package vec

// Laplace makes of uniforms u in x, in their places, noise of density e^-|e|/2,
// e = -sign(u - 1/2) log max(least, 2 min(u, 1-u)).
func Laplace[T Float](x []T, least T) {
	if len(x) >= shortEach && laplaceKernel(x, least) {
		return
	}
	for i, u := range x {
		y := logOf(max(2*min(u, 1-u), least))
		if u > 0.5 {
			y = -y
		}
		x[i] = y
	}
}

func logOf[T Float](x T) T {
	switch v := any(x).(type) {
	case float32:
		return T(Log32(v))
	case float64:
		return T(Log64(v))
	}
	return x
}

// Threshold scales noise, e[i] *= b[i], and shifts what of it is beyond a threshold:
//
//	z[i] = mu[i] + sign(e[i]) (|e[i]| - l[i])  where |e[i]| > l[i],  0 elsewhere
func Threshold[T Float](z, e, mu, b, l []T) {
	for _, x := range [][]T{e, mu, b, l} {
		sameLen("Threshold", len(z), len(x))
	}
	if len(z) >= shortEach && thresholdKernel(z, e, mu, b, l) {
		return
	}
	for i, x := range e {
		x = T(x * b[i])
		var y T
		if x > l[i] {
			y = mu[i] + (x - l[i])
		} else if x < -l[i] {
			y = mu[i] + (x + l[i])
		}
		z[i], e[i] = y, x
	}
}

// Choose is dst[i] = zero where src[i] is 0 and other elsewhere.
func Choose[T Float](dst, src []T, zero, other T) {
	sameLen("Choose", len(dst), len(src))
	if len(src) >= shortEach && chooseKernel(dst, src, zero, other) {
		return
	}
	for i, x := range src {
		y := other
		if x == 0 {
			y = zero
		}
		dst[i] = y
	}
}
