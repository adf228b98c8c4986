package blas

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// How products are cut, from measurements. None of these can change a bit.
const (
	panelK   = 512     // steps of k between two visits to C: 64 KiB of a strip of B
	panelA   = 1 << 20 // bytes of A that every strip passes over
	copyFrom = 400     // rows of C from which copying a strip of B together pays
	page     = 4096    // bytes; rows of B this far apart share few places in the cache
	copyPage = 48      // rows of C from which copying pays then
	few      = 64      // entries of a toy's B
)

// Those of AVX2 alone: processors without AVX-512 have smaller second-level caches,
// and look less far ahead of strides.
const (
	panelA2   = 1 << 18
	panelK2   = 256
	panelT2   = 128     // where the strip is transposed just before
	stackN    = 96      // columns of C from which copying a transposed A together pays
	stackK    = 256     // and steps of k
	fetchFrom = 24      // rows of C from which there is time to ask for the strip to come
	streamC   = 1 << 17 // bytes of C from which, with no more steps of k than
	streamK   = 8       // these, C is all there is to move:
	streamM   = 12      // it goes by so many rows at a time, from end to end
)

// begin is what the chains of a product start from: C itself, or one row for all
// rows of C, of which nil is zeros.
type begin[T float32 | float64] struct {
	row []T
	own bool
}

// zeros is the row of zeros, of the widest strip.
var zeros [3 * 64]byte

// gemm sets C to from plus op(A) op(B); rows are lda, ldb and ldc entries apart.
func gemm[T float32 | float64](ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, from begin[T], c []T, ldc int) {
	if m == 0 || n == 0 || k == 0 && from.own {
		return
	}
	isa := cpu.Active()
	if isa == cpu.Portable || k == 0 {
		portable(ta, tb, m, n, k, a, lda, b, ldb, from, c, ldc)
		return
	}
	// The assembly checks nothing: one look at the last entry of each.
	ra, ca := strides(ta, lda), strides(!ta, lda)
	rb, cb := strides(tb, ldb), strides(!tb, ldb)
	_, _, _ = a[(m-1)*ra+(k-1)*ca], b[(k-1)*rb+(n-1)*cb], c[(m-1)*ldc+n-1]
	if from.row != nil {
		_ = from.row[n-1]
	}

	size := int(unsafe.Sizeof(a[0]))
	g := grid{isa: isa, size: size, lanes: vector(isa) / size, tall: [3]int{12, 12, 8}, wide: 3}
	most, panel, avx2 := panelA, panelK, isa == cpu.AVX2
	if avx2 {
		g.tall, g.wide = [3]int{12, 6}, 2
		most, panel = panelA2, panelK2
		if tb {
			panel = panelT2
		}
	}
	var small [few + 16]T // enough for the strip of a toy
	strip := small[:]
	stream := avx2 && !tb && k <= streamK && m*n*size >= streamC
	copied := tb || !stream && (m >= copyFrom || m >= copyPage && ldb*size%page == 0)
	if copied && n*k > few {
		scratch := borrow[T](min(k, panel) * g.wide * g.lanes)
		defer lend(scratch)
		strip = *scratch
	}
	t := tile{rs: uintptr(ra * size), cs: uintptr(ca * size), ldc: uintptr(ldc * size)}
	chunk := max(g.tall[0], most/(size*min(k, panel)))
	if stream {
		chunk = streamM
	}
	stacked := avx2 && ta && n >= stackN && k >= stackK
	var stack []T
	if stacked {
		scratch := borrow[T](min(m, chunk)*min(k, panel) + g.lanes)
		defer lend(scratch)
		stack = *scratch
	}
	for i := 0; i < m; i += chunk {
		rows := min(chunk, m-i)
		for l, panels := 0, (k+panel-1)/panel; panels > 0; panels-- {
			t.k = k - l
			if panels > 1 {
				t.k = (t.k/panels + 7) &^ 7
			}
			if stacked {
				g.stack(tile{b: unsafe.Pointer(&a[i*ra+l*ca]), c: unsafe.Pointer(&stack[0]), ldb: t.cs, k: t.k}, rows)
			}
			for j := 0; j < n; {
				vecs := g.width(n - j)
				cols := min(vecs*g.lanes, n-j)
				last := cols - (vecs-1)*g.lanes
				t.a, t.c = unsafe.Pointer(&a[i*ra+l*ca]), unsafe.Pointer(&c[i*ldc+j])
				switch {
				case from.own || l > 0:
					t.start, t.lds = t.c, t.ldc
				case from.row != nil:
					t.start, t.lds = unsafe.Pointer(&from.row[j]), 0
				default:
					t.start, t.lds = unsafe.Pointer(&zeros), 0
				}
				if copied {
					wide := vecs * g.lanes
					if n*k <= few {
						wide = cols
					}
					t.b, t.ldb = unsafe.Pointer(&strip[0]), uintptr(wide*size)
					if tb {
						transpose(strip, wide, b[j*ldb+l:], ldb, cols, t.k)
					} else {
						g.gather(&tile{b: unsafe.Pointer(&b[l*ldb+j]), c: t.b, ldb: uintptr(ldb * size), ldc: t.ldb, k: t.k, vecs: vecs}, last)
					}
				} else {
					t.b, t.ldb = unsafe.Pointer(&b[l*ldb+j]), uintptr(ldb*size)
				}
				if stacked && vecs == g.wide {
					t.a = unsafe.Pointer(&stack[0])
				}
				t.lines = 0
				if avx2 && !tb && rows >= fetchFrom {
					switch { // the last entry of the first row of the strip to come
					case j+cols < n:
						g.fetch(&t, rows, vecs, unsafe.Pointer(&b[l*ldb+min(n, j+cols+g.wide*g.lanes)-1]), ldb)
					case panels > 1:
						g.fetch(&t, rows, vecs, unsafe.Pointer(&b[(l+t.k)*ldb]), ldb)
					case i+chunk < m:
						g.fetch(&t, rows, vecs, unsafe.Pointer(&b[0]), ldb)
					}
				}
				g.strip(t, rows, vecs, last, stacked && vecs == g.wide)
				j += cols
			}
			l += t.k
		}
	}
}

// grid is how C is cut into tiles.
type grid struct {
	isa   cpu.ISA
	size  int    // bytes an entry
	lanes int    // entries a vector
	tall  [3]int // rows of the tallest tile 1, 2 and 3 vectors wide
	wide  int    // vectors of the widest
}

// width is how many vectors the next strip takes of the columns left: two, and
// the widest at the end for an odd number.
func (g *grid) width(cols int) int {
	v := (cols + g.lanes - 1) / g.lanes
	if v <= g.wide {
		return v
	}
	return 2
}

// cut is how m rows become blocks: as few as can be, of two heights that differ by
// one, first the taller ones.
func (g *grid) cut(m, vecs int) (rows, full, short int) {
	blocks := (m + g.tall[vecs-1] - 1) / g.tall[vecs-1]
	rows = (m + blocks - 1) / blocks
	short = rows*blocks - m
	return rows, blocks - short, short
}

// strip runs t down the rows of C in a strip vecs vectors wide, with last columns
// in the last. Stacked, A is as stack leaves it.
func (g *grid) strip(t tile, m, vecs, last int, stacked bool) {
	rows, full, short := g.cut(m, vecs)
	if stacked || t.rs == uintptr(g.size) {
		vecs |= tileColumns
	}
	run := func(rows, blocks int) {
		t.vecs, t.rows, t.blocks = vecs, rows, blocks
		step := uintptr(rows) * t.rs
		if stacked {
			t.cs = uintptr(rows * g.size)
			step = t.cs * uintptr(t.k)
		}
		t.block = step
		g.run(&t, last)
		if rows*blocks < m { // past the end is no address for Go
			t.a, t.c = unsafe.Add(t.a, uintptr(blocks)*step), unsafe.Add(t.c, uintptr(blocks*rows)*t.ldc)
		}
	}
	run(rows, full)
	if m -= rows * full; short > 0 {
		run(rows-1, short)
	}
}

// fetch has t ask for as many rows of B, from the entry at p on, as it passes over: a
// few before every block. A strip's rows are too far apart for the processor to guess.
func (g *grid) fetch(t *tile, m, vecs int, p unsafe.Pointer, ldb int) {
	_, full, short := g.cut(m, vecs)
	t.soon, t.apart = uintptr(p), uintptr(ldb*g.size)
	t.lines = (t.k + full + short - 1) / (full + short)
}

// stack copies the m rows of op(A) at t.b, that lie next to each other, to t.c:
// block after block of the widest strip, and in a block the rows' entries of one
// step of k after those of the step before.
func (g *grid) stack(t tile, m int) {
	rows, full, short := g.cut(m, g.wide)
	for b := range full + short {
		if b == full {
			rows--
		}
		t.vecs = (rows + g.lanes - 1) / g.lanes
		t.ldc = uintptr(rows * g.size)
		u := t
		g.gather(&u, rows-(t.vecs-1)*g.lanes)
		if b+1 < full+short {
			t.b, t.c = unsafe.Add(t.b, t.ldc), unsafe.Add(t.c, t.ldc*uintptr(t.k))
		}
	}
}

var pools [2]sync.Pool // of *[]float32 and *[]float64

// borrow takes a slice of at least n entries from the pool.
func borrow[T float32 | float64](n int) *[]T {
	var x T
	if s, ok := pools[unsafe.Sizeof(x)/8].Get().(*[]T); ok && len(*s) >= n {
		return s
	}
	s := make([]T, 1<<bits.Len(uint(n-1)))
	return &s
}

func lend[T float32 | float64](s *[]T) {
	var x T
	pools[unsafe.Sizeof(x)/8].Put(s)
}
