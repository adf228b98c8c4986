package blas

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// How products are cut, from measurements. None of these can change a bit.
const (
	panelK   = 256     // steps of k between two visits to C: 32 KiB of a strip of B
	panelT   = 128     // the same where the strip is transposed just before
	panelA   = 1 << 20 // bytes of A that every strip passes over
	copyFrom = 400     // rows of C from which copying a strip of B together pays
	page     = 4096    // bytes; rows of B this far apart share few places in the cache
	copyPage = 48      // rows of C from which copying pays then
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
	if isa == cpu.AVX2 {
		g.tall, g.wide = [3]int{12, 6}, 2
	}
	panel := panelK
	if tb {
		panel = panelT
	}
	var small [64]T // enough for the strip of a toy
	strip := small[:]
	copied := tb || m >= copyFrom || m >= copyPage && ldb*size%page == 0
	if copied && n*k > len(small) {
		scratch := borrow[T](min(k, panel) * g.wide * g.lanes)
		defer lend(scratch)
		strip = *scratch
	}
	t := tile{rs: uintptr(ra * size), cs: uintptr(ca * size), ldc: uintptr(ldc * size)}
	chunk := max(g.tall[0], panelA/(size*min(k, panel)))
	for i := 0; i < m; i += chunk {
		rows := min(chunk, m-i)
		for l, panels := 0, (k+panel-1)/panel; panels > 0; panels-- {
			t.k = k - l
			if panels > 1 {
				t.k = (t.k/panels + 7) &^ 7
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
					if n*k <= len(small) {
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
				g.strip(t, rows, vecs, last)
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

// strip runs t down the rows of C in a strip vecs vectors wide, with last columns
// in the last: in as few blocks as can be, of two heights that differ by one.
func (g *grid) strip(t tile, m, vecs, last int) {
	tall := g.tall[vecs-1]
	blocks := (m + tall - 1) / tall
	rows := (m + blocks - 1) / blocks
	short := rows*blocks - m
	if t.rs == uintptr(g.size) {
		vecs |= tileColumns
		t.block = uintptr(rows * g.size)
	}
	t.vecs, t.rows, t.blocks = vecs, rows, blocks-short
	g.run(&t, last)
	if short > 0 {
		done := uintptr((blocks - short) * rows)
		t.a, t.c = unsafe.Add(t.a, done*t.rs), unsafe.Add(t.c, done*t.ldc)
		t.block -= uintptr(g.size)
		t.vecs, t.rows, t.blocks = vecs, rows-1, short
		g.run(&t, last)
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
