package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// LSAT6 is the answers of 1000 people to the five items of section 6 of the Law School
// Admission Test: bits, 1 where right, by pattern in the order of binary numbers. The seed
// plays no part.
//
// Bock and Lieberman 1970 (doi 10.1007/BF02291262).
type LSAT6 struct{}

// LSAT7 is the answers of 1000 people to five items of section 7 of the Law School
// Admission Test, as lsat6 has those of section 6.
//
// Bock and Lieberman 1970 (doi 10.1007/BF02291262).
type LSAT7 struct{}

func (LSAT6) Name() string { return "lsat6" }
func (LSAT7) Name() string { return "lsat7" }

func (LSAT6) Shape() vi.Shape { return lsatShape }
func (LSAT7) Shape() vi.Shape { return lsatShape }

func (d LSAT6) Make(rng.Key) (*vi.Data, error) { return lsat(d.Name(), &lsat6), nil }
func (d LSAT7) Make(rng.Key) (*vi.Data, error) { return lsat(d.Name(), &lsat7), nil }

// They come with this program.
func (LSAT6) ReadFrom(string)         {}
func (LSAT7) ReadFrom(string)         {}
func (LSAT6) Locate() (string, error) { return "", nil }
func (LSAT7) Locate() (string, error) { return "", nil }

var lsatShape = vi.Shape{N: 1000, D: 5, Domain: vi.Binary}

// People with answers 00000, 00001, 00010 and so on, the last item's the last bit.
var (
	lsat6 = [32]int{
		3, 6, 2, 11, 1, 1, 3, 4,
		1, 8, 0, 16, 0, 3, 2, 15,
		10, 29, 14, 81, 3, 28, 15, 80,
		16, 56, 21, 173, 11, 61, 28, 298,
	}
	lsat7 = [32]int{
		12, 19, 1, 7, 3, 19, 3, 17,
		10, 5, 3, 7, 7, 23, 8, 28,
		7, 39, 11, 34, 14, 51, 15, 90,
		6, 25, 7, 35, 18, 136, 32, 308,
	}
)

func lsat(name string, people *[32]int) *vi.Data {
	var x []float64
	for pattern, n := range people {
		for range n {
			for j := 4; j >= 0; j-- {
				x = append(x, float64(pattern>>j&1))
			}
		}
	}
	return &vi.Data{Name: name, Digest: digest(x), N: len(x) / 5, D: 5, X: x, Domain: vi.Binary}
}
