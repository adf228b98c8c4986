package blas

import (
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

//go:generate go -C gen run . ..

// The functions of the generated files; t.blocks is spent on return.
//
//go:noescape
func tile32AVX512(t *tile)

//go:noescape
func tile64AVX512(t *tile)

//go:noescape
func tile32AVX2(t *tile)

//go:noescape
func tile64AVX2(t *tile)

// ones has the mask of n lanes of 32 bits at entry 8-n.
var ones = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

// run runs t with last columns in its last vector.
func (g *grid) run(t *tile, last int) {
	if g.isa == cpu.AVX512 {
		t.mask = 1<<last - 1
		if g.size == 4 {
			tile32AVX512(t)
		} else {
			tile64AVX512(t)
		}
		return
	}
	if last < g.lanes {
		t.vecs |= 8
	}
	t.mask = uintptr(unsafe.Pointer(&ones[8-last*g.size/4]))
	if g.size == 4 {
		tile32AVX2(t)
	} else {
		tile64AVX2(t)
	}
}
