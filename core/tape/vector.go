package tape

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
)

// Vector is a flat array in one of the two precisions. The zero Vector is nil.
type Vector struct {
	f32 []float32
	f64 []float64
}

// NewVector returns n zeros.
func NewVector(p Precision, n int) Vector {
	if p == Float64 {
		return Vector{f64: cpu.Make[float64](n)}
	}
	return Vector{f32: cpu.Make[float32](n)}
}

// Float64s wraps a slice; it is shared, not copied.
func Float64s(x []float64) Vector { return Vector{f64: x} }

// Float32s wraps a slice; it is shared, not copied.
func Float32s(x []float32) Vector { return Vector{f32: x} }

// Nil reports whether there is no vector; an empty one is not nil.
func (v Vector) Nil() bool { return v.f32 == nil && v.f64 == nil }

// Len is the number of values.
func (v Vector) Len() int { return len(v.f32) + len(v.f64) }

// F64 is the slice behind a float64 vector, nil for the other.
func (v Vector) F64() []float64 { return v.f64 }

// F32 is the slice behind a float32 vector, nil for the other.
func (v Vector) F32() []float32 { return v.f32 }

// At is value i as float64.
func (v Vector) At(i int) float64 {
	if v.f64 != nil {
		return v.f64[i]
	}
	return float64(v.f32[i])
}

// Set rounds x to the vector's precision.
func (v Vector) Set(i int, x float64) {
	if v.f64 != nil {
		v.f64[i] = x
		return
	}
	v.f32[i] = float32(x)
}

// Slice shares values lo to hi.
func (v Vector) Slice(lo, hi int) Vector {
	if v.f64 != nil {
		return Vector{f64: v.f64[lo:hi:hi]}
	}
	return Vector{f32: v.f32[lo:hi:hi]}
}

// Half shares half i, 0 or 1, of the values (vec.Half).
func (v Vector) Half(i int) Vector {
	lo, hi := vec.Half(v.Len(), i)
	return v.Slice(lo, hi)
}

// AppendTo appends the values as float64.
func (v Vector) AppendTo(dst []float64) []float64 {
	if v.f64 != nil {
		return append(dst, v.f64...)
	}
	for _, x := range v.f32 {
		dst = append(dst, float64(x))
	}
	return dst
}

// From sets all values, rounded to the vector's precision.
func (v Vector) From(x []float64) {
	if v.Len() != len(x) {
		panic(fmt.Sprintf("tape: From: %d values from %d", v.Len(), len(x)))
	}
	copy(v.f64, x)
	for i := range v.f32 {
		v.f32[i] = float32(x[i])
	}
}

// Copy sets v to w, which has its length and precision.
func (v Vector) Copy(w Vector) {
	if v.Len() != w.Len() || (v.f64 == nil) != (w.f64 == nil) {
		panic(fmt.Sprintf("tape: Copy: %d values from %d, or of another precision", v.Len(), w.Len()))
	}
	copy(v.f64, w.f64)
	copy(v.f32, w.f32)
}

// Add adds w, which has v's length and precision, to v.
func (v Vector) Add(w Vector) {
	if v.Len() != w.Len() || (v.f64 == nil) != (w.f64 == nil) {
		panic(fmt.Sprintf("tape: Add: %d values and %d, or of another precision", v.Len(), w.Len()))
	}
	vec.Axpy(1, w.f64, v.f64)
	vec.Axpy(1, w.f32, v.f32)
}

// Same reports whether v and w are one array, not two of equal values.
func (v Vector) Same(w Vector) bool {
	switch {
	case len(v.f64) > 0 && len(w.f64) > 0:
		return &v.f64[0] == &w.f64[0]
	case len(v.f32) > 0 && len(w.f32) > 0:
		return &v.f32[0] == &w.f32[0]
	}
	return v.Len() == 0 && w.Len() == 0 && v.Nil() == w.Nil()
}

// Finite reports whether no value is NaN or infinite.
func (v Vector) Finite() bool {
	for _, x := range v.f64 {
		if x-x != 0 {
			return false
		}
	}
	for _, x := range v.f32 {
		if x-x != 0 {
			return false
		}
	}
	return true
}

// Bits is the vector as little-endian IEEE bits: equal bytes, equal numbers.
func (v Vector) Bits() []byte {
	b := make([]byte, 0, 8*v.Len())
	for _, x := range v.f64 {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	for _, x := range v.f32 {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}
