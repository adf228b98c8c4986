package blas

import (
	"time"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// Peak measures, in about a millisecond, how many GFLOP/s this core does in
// fused multiply-adds (two a lane) that touch no memory, on the vectors of the
// chosen kernel: the limit of Gemm. It is 0 for the portable one.
func Peak[T float32 | float64]() float64 {
	const turns, chains = 250_000, 24
	var x T
	isa, size := cpu.Active(), int(unsafe.Sizeof(x))
	if isa == cpu.Portable {
		return 0
	}
	start := time.Now()
	spin(isa, size, turns)
	return 2 * chains * turns * float64(vector(isa)/size) / float64(time.Since(start).Nanoseconds())
}

// vector is the bytes of a vector.
func vector(isa cpu.ISA) int {
	if isa == cpu.AVX512 {
		return 64
	}
	return 32
}
