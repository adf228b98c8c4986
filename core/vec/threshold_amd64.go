package vec

import "github.com/vibench/bench/core/cpu"

// Kernels of one entry at least.

func reluPullKernel[T Float](dst, dy, y []T) bool {
	isa, n := cpu.Active(), len(dst)
	if isa == cpu.Portable {
		return false
	}
	switch p := any(&dst[0]).(type) {
	case *float32:
		q1, q2 := any(&dy[0]).(*float32), any(&y[0]).(*float32)
		if isa == cpu.AVX512 {
			reluPull32AVX512(p, q1, q2, n)
		} else {
			reluPull32AVX2(p, q1, q2, n)
		}
	case *float64:
		q1, q2 := any(&dy[0]).(*float64), any(&y[0]).(*float64)
		if isa == cpu.AVX512 {
			reluPull64AVX512(p, q1, q2, n)
		} else {
			reluPull64AVX2(p, q1, q2, n)
		}
	}
	return true
}

func laplaceKernel[T Float](x []T, least T) bool {
	isa, n := cpu.Active(), len(x)
	if isa == cpu.Portable {
		return false
	}
	switch p := any(&x[0]).(type) {
	case *float32:
		if isa == cpu.AVX512 {
			laplace32AVX512(p, float32(least), n)
		} else {
			laplace32AVX2(p, float32(least), n)
		}
	case *float64:
		if isa == cpu.AVX512 {
			laplace64AVX512(p, float64(least), n)
		} else {
			laplace64AVX2(p, float64(least), n)
		}
	}
	return true
}

func thresholdKernel[T Float](z, e, mu, b, l []T) bool {
	isa, n := cpu.Active(), len(z)
	if isa == cpu.Portable {
		return false
	}
	switch p := any(&z[0]).(type) {
	case *float32:
		q1, q2, q3, q4 := any(&e[0]).(*float32), any(&mu[0]).(*float32), any(&b[0]).(*float32), any(&l[0]).(*float32)
		if isa == cpu.AVX512 {
			threshold32AVX512(p, q1, q2, q3, q4, n)
		} else {
			threshold32AVX2(p, q1, q2, q3, q4, n)
		}
	case *float64:
		q1, q2, q3, q4 := any(&e[0]).(*float64), any(&mu[0]).(*float64), any(&b[0]).(*float64), any(&l[0]).(*float64)
		if isa == cpu.AVX512 {
			threshold64AVX512(p, q1, q2, q3, q4, n)
		} else {
			threshold64AVX2(p, q1, q2, q3, q4, n)
		}
	}
	return true
}

func chooseKernel[T Float](dst, src []T, zero, other T) bool {
	isa, n := cpu.Active(), len(dst)
	if isa == cpu.Portable {
		return false
	}
	switch p := any(&dst[0]).(type) {
	case *float32:
		q1 := any(&src[0]).(*float32)
		if isa == cpu.AVX512 {
			choose32AVX512(p, q1, float32(zero), float32(other), n)
		} else {
			choose32AVX2(p, q1, float32(zero), float32(other), n)
		}
	case *float64:
		q1 := any(&src[0]).(*float64)
		if isa == cpu.AVX512 {
			choose64AVX512(p, q1, float64(zero), float64(other), n)
		} else {
			choose64AVX2(p, q1, float64(zero), float64(other), n)
		}
	}
	return true
}
