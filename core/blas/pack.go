package blas

import (
	"fmt"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

const turnK = 16

// Transpose writes the rows x cols matrix at src to dst, cols x rows. It panics
// when a slice does not have that many entries.
func Transpose[T float32 | float64](rows, cols int, src, dst []T) {
	if len(src) != rows*cols || len(dst) != rows*cols {
		panic(fmt.Sprintf("core/blas: Transpose [%d,%d]: got %d and %d values", rows, cols, len(src), len(dst)))
	}
	if cpu.Active() == cpu.Portable {
		transposePlain(dst, rows, src, cols, rows, cols)
		return
	}
	// A few columns at a time: the rows of dst that they become stay in the cache.
	for l := 0; l < cols && rows > 0; l += turnK {
		transpose(dst[l*rows:], rows, src[l:], cols, rows, min(turnK, cols-l))
	}
}

func transposePlain[T float32 | float64](dst []T, wide int, src []T, ld int, rows, depth int) {
	for r := range rows {
		for l, v := range src[r*ld:][:depth] {
			dst[l*wide+r] = v
		}
	}
}

// transpose writes the rows x depth matrix at src, whose rows are ld apart, to
// dst with rows and columns exchanged and its rows wide apart.
func transpose[T float32 | float64](dst []T, wide int, src []T, ld int, rows, depth int) {
	size := int(unsafe.Sizeof(dst[0]))
	side := 32 / size
	if rows < side || depth < side {
		transposePlain(dst, wide, src, ld, rows, depth)
		return
	}
	// Blocks that are left over at an end are done with those before them.
	block := func(r, l, rows, depth int) {
		flip(unsafe.Pointer(&dst[l*wide+r]), unsafe.Pointer(&src[r*ld+l]), uintptr(wide*size), uintptr(ld*size), rows, depth, size)
	}
	r, l := rows&^(side-1), depth&^(side-1)
	block(0, 0, r, l)
	if l < depth {
		block(0, depth-side, r, side)
	}
	if r < rows {
		block(rows-side, 0, side, l)
		if l < depth {
			block(rows-side, depth-side, side, side)
		}
	}
}
