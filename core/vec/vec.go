// Package vec is elementwise and reducing arithmetic on slices, in float64 and
// float32, with the same bits on every machine.
//
// The Go loop of each routine is its specification: a vector kernel must
// return the same bits. So there are only operations that IEEE 754 rounds one
// by one (+ - * / and square root) on values and plain integer operations on
// their bits: no fused multiply-add (every product that is added is converted
// explicitly, which stops the compiler from fusing), no table, no function of
// package math that depends on the processor.
//
// A NaN result of an elementwise function or a reduction is the positive quiet
// one with no payload (0x7ff8000000000000, 0x7fc00000). Axpy, Scale, Scaled and
// TanhPull pass on whatever NaN the processor makes.
//
// The kernels are assembly for AVX2 and AVX-512 that the module in gen writes;
// package core/cpu chooses at start, and a machine without them runs the loops.
//
// Errors in doc comments are in ulp of the correctly rounded result (spacing of
// floats at it, denormal ones included) and are the worst that the tests allow
// over the set named; the tests compare with 300-bit arithmetic, and
// float32 with float64.
//
// Slices that are handed in together must have the same length; otherwise the
// call panics and names both.
package vec

//go:generate go -C gen run .

import (
	"fmt"
	"math"
)

// Float is an element type. Named types are excluded so that a slice's type
// tells its precision.
type Float interface{ float32 | float64 }

func nan64() float64 { return math.Float64frombits(0x7ff8000000000000) }
func nan32() float32 { return math.Float32frombits(0x7fc00000) }
func inf64() float64 { return math.Float64frombits(0x7ff0000000000000) }
func inf32() float32 { return math.Float32frombits(0x7f800000) }

func abs32(x float32) float32 {
	return math.Float32frombits(math.Float32bits(x) &^ (1 << 31))
}

// copysign64 returns y >= 0 with the sign of x.
func copysign64(y, x float64) float64 {
	return math.Float64frombits(math.Float64bits(y) | math.Float64bits(x)&(1<<63))
}

// copysign32 returns y >= 0 with the sign of x.
func copysign32(y, x float32) float32 {
	return math.Float32frombits(math.Float32bits(y) | math.Float32bits(x)&(1<<31))
}

// canonical replaces any NaN by the one NaN.
func canonical[T Float](x T) T {
	if x != x {
		return T(nan64())
	}
	return x
}

func sameLen(name string, a, b int) {
	if a != b {
		panic(fmt.Sprintf("vec: %s: slices differ in length: %d and %d", name, a, b))
	}
}
