package datasets

import (
	"fmt"
	"math/bits"

	"github.com/vibench/bench/vi"
)

// tiled says what is wrong with a size of fields and of patches cut from them.
func tiled(size, patch int) error {
	if bits.OnesCount(uint(size)) != 1 {
		return fmt.Errorf("size: not a power of two, got %d; need %d or %d", size, 1<<(bits.Len(uint(size))-1), 1<<bits.Len(uint(size)))
	}
	if patch > size {
		return fmt.Errorf("patch: larger than its picture, got %d; need at most size, %d", patch, size)
	}
	return nil
}

// fieldsFor is how many fields n patches need.
func fieldsFor(n, size, patch int) int {
	each := (size / patch) * (size / patch)
	return (n + each - 1) / each
}

// tiles cuts square fields into n patches without overlap, row by row.
func tiles(name string, fields [][]float64, size, patch, n int) *vi.Data {
	side := size / patch
	x := make([]float64, 0, n*patch*patch)
	for i := range n {
		field, at := fields[i/(side*side)], i%(side*side)
		for r := range patch {
			from := (at/side*patch+r)*size + at%side*patch
			x = append(x, field[from:from+patch]...)
		}
	}
	return &vi.Data{Name: name, Digest: digest(x), N: n, D: patch * patch, X: x, Domain: vi.Real, Image: [2]int{patch, patch}}
}
