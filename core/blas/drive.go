package blas

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// The sizes of what should stay in a cache. None of them can change a bit.
var (
	panelK   = 256     // rows of a strip of B: at most 48 KiB with the strip's 192 bytes
	panelA   = 1 << 18 // entries of A that all strips pass over
	packFrom = 96      // rows of C from which copying a strip of B together pays
)

// gemm adds op(A) op(B) to C; rows are lda, ldb and ldc entries apart.
func gemm[T float32 | float64](ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	if m == 0 || n == 0 || k == 0 {
		return
	}
	isa := cpu.Active()
	if isa == cpu.Portable {
		portable(ta, tb, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	// The assembly checks nothing: one look at the last entry of each.
	ra, ca := strides(ta, lda), strides(!ta, lda)
	rb, cb := strides(tb, ldb), strides(!tb, ldb)
	_, _, _ = a[(m-1)*ra+(k-1)*ca], b[(k-1)*rb+(n-1)*cb], c[(m-1)*ldc+n-1]

	size := int(unsafe.Sizeof(a[0]))
	g := grid{isa: isa, size: size, lanes: 64 / size, tall: [3]int{12, 12, 8}, wide: 3}
	if isa == cpu.AVX2 {
		g = grid{isa: isa, size: size, lanes: 32 / size, tall: [3]int{12, 6}, wide: 2}
	}
	var scratch *[]T
	if tb || m >= packFrom {
		scratch = borrow[T](min(k, panelK) * g.wide * g.lanes)
		defer lend(scratch)
	}
	panels := (k + panelK - 1) / panelK
	chunk := max(g.tall[0], panelA/min(k, panelK))
	for i := 0; i < m; i += chunk {
		g.split(min(chunk, m-i))
		l := 0
		for p := panels; p > 0; p-- {
			depth := k - l
			if p > 1 {
				depth = (depth/p + 7) &^ 7
			}
			t := tile{rs: uintptr(ra * size), cs: uintptr(ca * size), ldc: uintptr(ldc * size), k: depth}
			for j := 0; j < n; {
				w := g.width(n - j)
				cols := min(w*g.lanes, n-j)
				t.a, t.c = unsafe.Pointer(&a[i*ra+l*ca]), unsafe.Pointer(&c[i*ldc+j])
				if scratch != nil {
					s := *scratch
					t.b, t.ldb = unsafe.Pointer(&s[0]), uintptr(w*g.lanes*size)
					if tb {
						transpose(s, w*g.lanes, b[j*ldb+l:], ldb, cols, depth)
					} else {
						for r := range depth {
							copy(s[r*w*g.lanes:], b[(l+r)*ldb+j:][:cols])
						}
					}
				} else {
					t.b, t.ldb = unsafe.Pointer(&b[l*ldb+j]), uintptr(ldb*size)
				}
				g.strip(&t, w, cols-(w-1)*g.lanes)
				j += cols
			}
			l += depth
		}
	}
}

// transpose writes the rows x depth matrix at src, whose rows are ld apart, to
// dst with rows and columns exchanged and rows wide apart.
func transpose[T float32 | float64](dst []T, wide int, src []T, ld int, rows, depth int) {
	for r := range rows {
		for l, v := range src[r*ld:][:depth] {
			dst[l*wide+r] = v
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
	m     int
}

func (g *grid) split(m int) { g.m = m }

// width is how many vectors the next strip takes of the columns left: two, and
// one or three at the end for an odd number.
func (g *grid) width(cols int) int {
	v := (cols + g.lanes - 1) / g.lanes
	if v <= g.wide {
		return v
	}
	return 2
}

// strip runs t down the rows: in as few blocks as can be, of two heights that
// differ by one.
func (g *grid) strip(t *tile, w, last int) {
	tall := g.tall[w-1]
	blocks := (g.m + tall - 1) / tall
	rows := (g.m + blocks - 1) / blocks
	short := rows*blocks - g.m
	t.vecs, t.rows, t.blocks = w, rows, blocks-short
	g.run(t, last)
	if short > 0 {
		t.a = unsafe.Add(t.a, uintptr((blocks-short)*rows)*t.rs)
		t.c = unsafe.Add(t.c, uintptr((blocks-short)*rows)*t.ldc)
		t.rows, t.blocks = rows-1, short
		g.run(t, last)
	}
}

var pools [2]sync.Pool // of *[]float32 and *[]float64

// borrow takes a slice of at least n entries from the pool.
func borrow[T float32 | float64](n int) *[]T {
	var x T
	if s, ok := pools[pool(x)].Get().(*[]T); ok && len(*s) >= n {
		return s
	}
	s := make([]T, 1<<bits.Len(uint(n-1)))
	return &s
}

func lend[T float32 | float64](s *[]T) { pools[pool((*s)[0])].Put(s) }

func pool[T float32 | float64](x T) int { return int(unsafe.Sizeof(x) / 8) }
