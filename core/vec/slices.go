package vec

// A function has kernels.
type function int

const (
	fExp function = iota
	fExpm1
	fLog
	fLog1p
	fTanh
	fSigmoid
	fSoftplus
	fReLU
)

// each is dst[i] = f(src[i]); dst may be src. The two functions are f's
// specification, and do what is too short for its kernels.
func each[T Float](name string, f function, dst, src []T, f64 func(float64) float64, f32 func(float32) float32) {
	sameLen(name, len(dst), len(src))
	switch d := any(dst).(type) {
	case []float64:
		s := any(src).([]float64)
		if len(s) >= shortEach && f.kernel64(d, s) {
			return
		}
		for i, x := range s {
			d[i] = f64(x)
		}
	case []float32:
		s := any(src).([]float32)
		if len(s) >= shortEach && f.kernel32(d, s) {
			return
		}
		for i, x := range s {
			d[i] = f32(x)
		}
	}
}

// Exp is dst[i] = e^src[i]. dst may be src, here and below; it may not overlap
// it otherwise.
func Exp[T Float](dst, src []T) { each("Exp", fExp, dst, src, Exp64, Exp32) }

// Expm1 is dst[i] = e^src[i] - 1.
func Expm1[T Float](dst, src []T) { each("Expm1", fExpm1, dst, src, Expm164, Expm132) }

// Log is dst[i] = log(src[i]).
func Log[T Float](dst, src []T) { each("Log", fLog, dst, src, Log64, Log32) }

// Log1p is dst[i] = log(1 + src[i]).
func Log1p[T Float](dst, src []T) { each("Log1p", fLog1p, dst, src, Log1p64, Log1p32) }

// Tanh is dst[i] = tanh(src[i]).
func Tanh[T Float](dst, src []T) { each("Tanh", fTanh, dst, src, Tanh64, Tanh32) }

// Sigmoid is dst[i] = 1 / (1 + e^-src[i]).
func Sigmoid[T Float](dst, src []T) { each("Sigmoid", fSigmoid, dst, src, Sigmoid64, Sigmoid32) }

// Softplus is dst[i] = log(1 + e^src[i]).
func Softplus[T Float](dst, src []T) { each("Softplus", fSoftplus, dst, src, Softplus64, Softplus32) }

// ReLU is dst[i] = max(src[i], 0).
func ReLU[T Float](dst, src []T) { each("ReLU", fReLU, dst, src, relu[float64], relu[float32]) }

// relu is +0 of what is not above it.
func relu[T Float](x T) T {
	if x <= 0 {
		return 0
	}
	return canonical(x)
}

// Axpy is y[i] += a*x[i], each product rounded before it is added.
func Axpy[T Float](a T, x, y []T) {
	sameLen("Axpy", len(x), len(y))
	if len(x) >= shortAxpy && axpyKernel(a, x, y) {
		return
	}
	for i, v := range x {
		y[i] += T(a * v)
	}
}

// Scale is x[i] *= a.
func Scale[T Float](a T, x []T) { Scaled(x, a, x) }

// Scaled is dst[i] = a*x[i].
func Scaled[T Float](dst []T, a T, x []T) {
	sameLen("Scaled", len(dst), len(x))
	if len(x) >= shortScale && scaleKernel(dst, a, x) {
		return
	}
	for i, v := range x {
		dst[i] = a * v
	}
}

// TanhPull is dst[i] = dy[i] * (1 - y[i]^2): a derivative by y = tanh(x), by x. dst may be dy or y.
func TanhPull[T Float](dst, dy, y []T) {
	sameLen("TanhPull", len(dst), len(dy))
	sameLen("TanhPull", len(dst), len(y))
	if len(y) >= shortScale && tanhPullKernel(dst, dy, y) {
		return
	}
	for i, v := range y {
		dst[i] = dy[i] * (1 - T(v*v))
	}
}

// ReLUPull is dst[i] = dy[i] where y[i] > 0, else 0: a derivative by y = max(x, 0), by x. dst may be dy or y.
func ReLUPull[T Float](dst, dy, y []T) {
	sameLen("ReLUPull", len(dst), len(dy))
	sameLen("ReLUPull", len(dst), len(y))
	if len(y) >= shortEach && reluPullKernel(dst, dy, y) {
		return
	}
	for i, v := range y {
		d := dy[i]
		if !(v > 0) {
			d = 0
		}
		dst[i] = d
	}
}
