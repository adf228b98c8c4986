package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// BarsAndStripes draws binary pictures of n x n whose rows are each all on or all off, or
// whose columns are: an orientation by a coin, then a coin a line. Of the 2^(n+1) pictures
// two pairs coincide, all on and all off, so 2^(n+1) - 2 are different and these two come
// twice as often. As many again are held out.
//
// MacKay 2003.
type BarsAndStripes struct {
	Size int `name:"size" min:"2" max:"32" doc:"pixels a side"`
	N    int `name:"n" min:"1" max:"10000000" doc:"pictures, and as many held out"`
}

func (BarsAndStripes) Name() string { return "bars-and-stripes" }

func (d BarsAndStripes) Shape() vi.Shape {
	return vi.Shape{N: d.N, D: d.Size * d.Size, Test: d.N, Domain: vi.Binary}
}

func (d BarsAndStripes) Make(key rng.Key) (*vi.Data, error) {
	train, test := d.draw(key.Fold("train"), d.N), d.draw(key.Fold("test"), d.N)
	train.Test = test
	return train, nil
}

func (d BarsAndStripes) draw(key rng.Key, n int) *vi.Data {
	u, x := make([]float64, d.Size+1), make([]float64, n*d.Size*d.Size)
	for i := range n {
		key.At(uint64(i)).Uniform64(u, 0)
		for r := range d.Size {
			for c := range d.Size {
				line := r
				if u[0] > 0.5 {
					line = c
				}
				if u[1+line] > 0.5 {
					x[(i*d.Size+r)*d.Size+c] = 1
				}
			}
		}
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: d.Size * d.Size, X: x, Domain: vi.Binary, Image: [2]int{d.Size, d.Size}}
}
