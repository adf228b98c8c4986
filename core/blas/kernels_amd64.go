package blas

import (
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

//go:generate go -C gen run . ..

// The functions of the generated files; on return t.blocks is spent and t.ahead is
// past the rows that are done.
//
//go:noescape
func tile32AVX512(t *tile)

//go:noescape
func tile64AVX512(t *tile)

//go:noescape
func tile32AVX2(t *tile)

//go:noescape
func tile64AVX2(t *tile)

//go:noescape
func gather32AVX512(t *tile)

//go:noescape
func gather64AVX512(t *tile)

//go:noescape
func gather32AVX2(t *tile)

//go:noescape
func gather64AVX2(t *tile)

//go:noescape
func flip32AVX2(dst, src *byte, wide, ld uintptr, rows, depth int)

//go:noescape
func flip64AVX2(dst, src *byte, wide, ld uintptr, rows, depth int)

//go:noescape
func dot32AVX2(x, y *byte, eights int, lanes *byte, masks *byte)

//go:noescape
func dot64AVX2(x, y *byte, eights int, lanes *byte, masks *byte)

//go:noescape
func axpy32AVX2(alpha, x, y *byte, vectors int, mask *byte)

//go:noescape
func axpy64AVX2(alpha, x, y *byte, vectors int, mask *byte)

func peak32AVX512(n int)
func peak64AVX512(n int)
func peak32AVX2(n int)
func peak64AVX2(n int)

// ones has the mask of the first n of 8 or 16 lanes of 32 bits at entry 16-n.
var ones = [32]int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

// first is the address of a mask of the first n lanes of size bytes.
func first(n, size int) *byte { return (*byte)(unsafe.Pointer(&ones[16-n*size/4])) }

// setMask sets the mask for last columns in the last vector.
func (g *grid) setMask(t *tile, last int) {
	if g.isa == cpu.AVX512 {
		t.mask = 1<<last - 1
	} else {
		t.mask = uintptr(unsafe.Pointer(first(last, g.size)))
	}
}

// run runs t with last columns in its last vector.
func (g *grid) run(t *tile, last int) {
	g.setMask(t, last)
	if g.isa == cpu.AVX2 && last < g.lanes || g.isa == cpu.AVX512 && last <= g.lanes/2 {
		t.vecs |= tileOther
	}
	switch {
	case g.isa == cpu.AVX512 && g.size == 4:
		tile32AVX512(t)
	case g.isa == cpu.AVX512:
		tile64AVX512(t)
	case g.size == 4:
		tile32AVX2(t)
	default:
		tile64AVX2(t)
	}
}

// gather copies the k rows at t.b to t.c, with last columns in the last vector.
func (g *grid) gather(t *tile, last int) {
	g.setMask(t, last)
	switch {
	case g.isa == cpu.AVX512 && g.size == 4:
		gather32AVX512(t)
	case g.isa == cpu.AVX512:
		gather64AVX512(t)
	case g.size == 4:
		gather32AVX2(t)
	default:
		gather64AVX2(t)
	}
}

func flip(dst, src unsafe.Pointer, wide, ld uintptr, rows, depth, size int) {
	if size == 4 {
		flip32AVX2((*byte)(dst), (*byte)(src), wide, ld, rows, depth)
	} else {
		flip64AVX2((*byte)(dst), (*byte)(src), wide, ld, rows, depth)
	}
}

// spin runs turns times 24 fused multiply-adds of vectors.
func spin(isa cpu.ISA, size, turns int) {
	switch {
	case isa == cpu.AVX512 && size == 4:
		peak32AVX512(turns)
	case isa == cpu.AVX512:
		peak64AVX512(turns)
	case size == 4:
		peak32AVX2(turns)
	default:
		peak64AVX2(turns)
	}
}

// dot adds n products to the eight lanes.
func dot(x, y unsafe.Pointer, n int, lanes unsafe.Pointer, size int) {
	if size == 4 {
		dot32AVX2((*byte)(x), (*byte)(y), n/8, (*byte)(lanes), first(n%8, size))
	} else {
		dot64AVX2((*byte)(x), (*byte)(y), n/8, (*byte)(lanes), first(n%8, size))
	}
}

// axpy adds n entries of x, alpha times, to y.
func axpy(alpha, x, y unsafe.Pointer, n, size int) {
	lanes := 32 / size
	if size == 4 {
		axpy32AVX2((*byte)(alpha), (*byte)(x), (*byte)(y), n/lanes, first(n%lanes, size))
	} else {
		axpy64AVX2((*byte)(alpha), (*byte)(x), (*byte)(y), n/lanes, first(n%lanes, size))
	}
}
