package blas

import "unsafe"

// tile is what an assembly function does: blocks times, it sets a tile of C, rows
// high and vecs vectors wide, to a tile of start plus the product of as many rows
// of A and one strip of B, and steps down to the next rows. Strides are in bytes. The
// generator knows the order of the fields.
type tile struct {
	a, b, c  unsafe.Pointer
	rs, cs   uintptr // from row to row of A, and from column to column: one of them is one entry
	ldb, ldc uintptr // from row to row of B and C
	k        int
	vecs     int // and the two flags
	rows     int
	blocks   int
	mask     uintptr // of the last vector: bits for AVX-512, an address for AVX2
	block    uintptr // from block to block of A, where rs is one entry
	start    unsafe.Pointer
	ahead    uintptr // from start to the row in hand: an end that a pointer passes is no address for Go
	lds      uintptr // from row to row of start; 0 for one row that stands for all
	soon     uintptr // from here on AVX2 asks for lines of the strip to come: an address that nothing reads
	apart    uintptr // from line to line
	lines    int     // so many a block
}

const (
	tileOther   = 8  // the last vector is, for AVX2, masked; for AVX-512, where all are, half a one
	tileColumns = 16 // rs is one entry, else cs
)
