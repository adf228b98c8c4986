package vec

// each is dst[i] = f(src[i]); dst may be src.
func each[T Float](name string, dst, src []T, f64 func(float64) float64, f32 func(float32) float32) {
	sameLen(name, len(dst), len(src))
	switch d := any(dst).(type) {
	case []float64:
		for i, x := range any(src).([]float64) {
			d[i] = f64(x)
		}
	case []float32:
		for i, x := range any(src).([]float32) {
			d[i] = f32(x)
		}
	}
}

// Exp is dst[i] = e^src[i]. dst may be src, here and below.
func Exp[T Float](dst, src []T) { each("Exp", dst, src, Exp64, Exp32) }

// Expm1 is dst[i] = e^src[i] - 1.
func Expm1[T Float](dst, src []T) { each("Expm1", dst, src, Expm164, Expm132) }

// Log is dst[i] = log(src[i]).
func Log[T Float](dst, src []T) { each("Log", dst, src, Log64, Log32) }

// Log1p is dst[i] = log(1 + src[i]).
func Log1p[T Float](dst, src []T) { each("Log1p", dst, src, Log1p64, Log1p32) }

// Tanh is dst[i] = tanh(src[i]).
func Tanh[T Float](dst, src []T) { each("Tanh", dst, src, Tanh64, Tanh32) }

// Sigmoid is dst[i] = 1 / (1 + e^-src[i]).
func Sigmoid[T Float](dst, src []T) { each("Sigmoid", dst, src, Sigmoid64, Sigmoid32) }

// Softplus is dst[i] = log(1 + e^src[i]).
func Softplus[T Float](dst, src []T) { each("Softplus", dst, src, Softplus64, Softplus32) }

// Axpy is y[i] += a*x[i], each product rounded before it is added.
func Axpy[T Float](a T, x, y []T) {
	sameLen("Axpy", len(x), len(y))
	for i, v := range x {
		y[i] += T(a * v)
	}
}

// Scale is x[i] *= a.
func Scale[T Float](a T, x []T) {
	for i := range x {
		x[i] *= a
	}
}
