package tape

import "github.com/vibench/bench/core/cpu"

// arena hands out slices from one slab and takes them all back at once. It grows
// in the first steps; then every step fits the slab and nothing is allocated.
type arena[T float32 | float64] struct {
	slab []T
	off  int
	need int // what this step has asked for in all
}

// line is a cache line in entries of float32.
const line = 16

// take returns n values, not cleared; where they are many they start on a cache line.
func (a *arena[T]) take(n int) []T {
	if n >= 4*line {
		a.off = (a.off + line - 1) &^ (line - 1)
		a.need += line
	}
	a.need += n
	if a.off+n > len(a.slab) {
		a.slab = cpu.Make[T](max(2*len(a.slab), n, 1024)) // the old slab lives on in the slices handed out
		a.off = 0
	}
	s := a.slab[a.off : a.off+n : a.off+n]
	a.off += n
	return s
}

// zeros returns n cleared values.
func (a *arena[T]) zeros(n int) []T {
	s := a.take(n)
	clear(s)
	return s
}

func (a *arena[T]) reset() {
	if a.need > len(a.slab) {
		a.slab = cpu.Make[T](a.need + a.need/8)
	}
	a.off, a.need = 0, 0
}
