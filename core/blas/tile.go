package blas

import "unsafe"

// tile is what an assembly function does: blocks times, it adds to a tile of C,
// rows high and vecs vectors wide, the product of as many rows of A and one
// strip of B, and steps down to the next rows. Strides are in bytes. The
// generator knows the order of the fields.
type tile struct {
	a, b, c  unsafe.Pointer
	rs, cs   uintptr // from row to row of A, and from column to column
	ldb, ldc uintptr // from row to row of B and C
	k        int
	vecs     int // and 8 more for the AVX2 tile with a mask
	rows     int
	blocks   int
	mask     uintptr // of the last vector: bits for AVX-512, an address for AVX2
}
