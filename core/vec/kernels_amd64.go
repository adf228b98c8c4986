package vec

import "github.com/vibench/bench/core/cpu"

// Below these lengths the Go loops are faster. Kernels take one entry at least.
const (
	shortEach      = 4
	shortSum       = 16
	shortMax       = 32
	shortSumExp    = 3
	shortAxpy      = 8
	shortScale     = 24
	shortBernoulli = 2
)

// kernel32 is dst[i] = f(src[i]) for as many entries, one at least, if there is
// a kernel for it.
func (f function) kernel32(dst, src []float32) bool {
	d, s, n := &dst[0], &src[0], len(src)
	isa := cpu.Active()
	if isa == cpu.AVX512 && n <= 8 { // one vector of AVX2, which waits for no store next to it
		isa = cpu.AVX2
	}
	switch isa {
	case cpu.AVX512:
		switch f {
		case fExp:
			exp32AVX512(d, s, n)
		case fExpm1:
			expm132AVX512(d, s, n)
		case fLog:
			log32AVX512(d, s, n)
		case fLog1p:
			log1p32AVX512(d, s, n)
		case fTanh:
			tanh32AVX512(d, s, n)
		case fSigmoid:
			sigmoid32AVX512(d, s, n)
		case fSoftplus:
			softplus32AVX512(d, s, n)
		case fReLU:
			relu32AVX512(d, s, n)
		}
	case cpu.AVX2:
		switch f {
		case fExp:
			exp32AVX2(d, s, n)
		case fExpm1:
			expm132AVX2(d, s, n)
		case fLog:
			log32AVX2(d, s, n)
		case fLog1p:
			log1p32AVX2(d, s, n)
		case fTanh:
			tanh32AVX2(d, s, n)
		case fSigmoid:
			sigmoid32AVX2(d, s, n)
		case fSoftplus:
			softplus32AVX2(d, s, n)
		case fReLU:
			relu32AVX2(d, s, n)
		}
	default:
		return false
	}
	return true
}

// kernel64 is dst[i] = f(src[i]) for as many entries, one at least, if there is
// a kernel for it.
func (f function) kernel64(dst, src []float64) bool {
	d, s, n := &dst[0], &src[0], len(src)
	isa := cpu.Active()
	if isa == cpu.AVX512 && n <= 4 { // one vector of AVX2, which waits for no store next to it
		isa = cpu.AVX2
	}
	switch isa {
	case cpu.AVX512:
		switch f {
		case fExp:
			exp64AVX512(d, s, n)
		case fExpm1:
			expm164AVX512(d, s, n)
		case fLog:
			log64AVX512(d, s, n)
		case fLog1p:
			log1p64AVX512(d, s, n)
		case fTanh:
			tanh64AVX512(d, s, n)
		case fSigmoid:
			sigmoid64AVX512(d, s, n)
		case fSoftplus:
			softplus64AVX512(d, s, n)
		case fReLU:
			relu64AVX512(d, s, n)
		}
	case cpu.AVX2:
		switch f {
		case fExp:
			exp64AVX2(d, s, n)
		case fExpm1:
			expm164AVX2(d, s, n)
		case fLog:
			log64AVX2(d, s, n)
		case fLog1p:
			log1p64AVX2(d, s, n)
		case fTanh:
			tanh64AVX2(d, s, n)
		case fSigmoid:
			sigmoid64AVX2(d, s, n)
		case fSoftplus:
			softplus64AVX2(d, s, n)
		case fReLU:
			relu64AVX2(d, s, n)
		}
	default:
		return false
	}
	return true
}
