package cpu

import "unsafe"

// large is from how many bytes on memory is worth a large page.
const large = 1 << 18

// Make is make([]T, n), in large pages where it is large and the system gives them:
// a matrix has its rows on as many small ones as a core keeps addresses of, or more.
func Make[T float32 | float64](n int) []T {
	x := make([]T, n)
	if size := n * int(unsafe.Sizeof(T(0))); size >= large {
		advise(uintptr(unsafe.Pointer(unsafe.SliceData(x))), uintptr(size))
	}
	return x
}
