package optim

import (
	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
)

// Below this length the Go loops are faster.
const short = 4

// adamKernel is the loop of adam, if there is a kernel and it pays. Where two
// NaN meet, which of them goes on is the processor's choice, here as there.
func adamKernel[T vec.Float](theta, dir, m, v []T, f *[7]T) bool {
	isa, n := cpu.Active(), len(theta)
	if isa == cpu.Portable {
		return false
	}
	switch f := any(f).(type) {
	case *[7]float32:
		t, d, m, v := &any(theta).([]float32)[0], &any(dir).([]float32)[0], &any(m).([]float32)[0], &any(v).([]float32)[0]
		if isa == cpu.AVX512 {
			adam32AVX512(t, d, m, v, f, n)
		} else {
			adam32AVX2(t, d, m, v, f, n)
		}
	case *[7]float64:
		t, d, m, v := &any(theta).([]float64)[0], &any(dir).([]float64)[0], &any(m).([]float64)[0], &any(v).([]float64)[0]
		if isa == cpu.AVX512 {
			adam64AVX512(t, d, m, v, f, n)
		} else {
			adam64AVX2(t, d, m, v, f, n)
		}
	}
	return true
}

// momentumKernel is the loop of sgd with a velocity.
func momentumKernel[T vec.Float](nesterov bool, theta, dir, v []T, rate, mu T) bool {
	isa, n := cpu.Active(), len(theta)
	if isa == cpu.Portable {
		return false
	}
	switch theta := any(theta).(type) {
	case []float32:
		t, d, v := &theta[0], &any(dir).([]float32)[0], &any(v).([]float32)[0]
		step := momentum32AVX2
		switch {
		case nesterov && isa == cpu.AVX512:
			step = nesterov32AVX512
		case nesterov:
			step = nesterov32AVX2
		case isa == cpu.AVX512:
			step = momentum32AVX512
		}
		step(t, d, v, float32(rate), float32(mu), n)
	case []float64:
		t, d, v := &theta[0], &any(dir).([]float64)[0], &any(v).([]float64)[0]
		step := momentum64AVX2
		switch {
		case nesterov && isa == cpu.AVX512:
			step = nesterov64AVX512
		case nesterov:
			step = nesterov64AVX2
		case isa == cpu.AVX512:
			step = momentum64AVX512
		}
		step(t, d, v, float64(rate), float64(mu), n)
	}
	return true
}
