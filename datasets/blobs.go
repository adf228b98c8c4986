package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Blobs are K round clouds of unit variance whose centres are the first K points of a
// square lattice about the origin, sep apart from the nearest; row n is of cloud n mod K.
// The labels are known.
//
//	x_n = centre_{n mod K} + e_n,  e_n ~ N(0, I)
type Blobs struct {
	K    int     `name:"k" min:"1" max:"10000" doc:"clouds"`
	Dim  int     `name:"dim" min:"1" max:"10000" doc:"coordinates of x"`
	Sep  float64 `name:"sep" min:"0" doc:"distance of neighbours, in sds of a cloud"`
	N    int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test int     `name:"test" min:"0" max:"10000000" doc:"data held out, of the same clouds; 0: none"`
}

func (Blobs) Name() string { return "blobs" }

func (d Blobs) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim, Domain: vi.Real} }

// centres are the lattice's points [K,D]: digits of 0 to K-1 in the least base whose D
// digits reach, the first coordinate the fastest, about their means.
func (d Blobs) centres() []float64 {
	base := 1
	for !reaches(base, d.Dim, d.K) {
		base++
	}
	c, mean := make([]float64, d.K*d.Dim), make([]float64, d.Dim)
	for k := range d.K {
		left := k
		for j := range d.Dim {
			v := d.Sep * float64(left%base)
			c[k*d.Dim+j] = v
			mean[j] += v
			left /= base
		}
	}
	for i := range c {
		c[i] -= mean[i%d.Dim] / float64(d.K)
	}
	return c
}

// reaches says whether d digits of a base count to k.
func reaches(base, d, k int) bool {
	n := 1
	for range d {
		if n *= base; n >= k {
			return true
		}
		if base == 1 {
			break
		}
	}
	return n >= k
}

func (d Blobs) Make(key rng.Key) (*vi.Data, error) {
	centres := d.centres()
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x, labels := make([]float64, n*d.Dim), make([]int, n)
		key.Fold("e").Normal64(x, 0)
		for i := range n {
			labels[i] = i % d.K
			for j, c := range centres[labels[i]*d.Dim : (labels[i]+1)*d.Dim] {
				x[i*d.Dim+j] += c
			}
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: d.Dim, X: x, Domain: vi.Real, Labels: labels}
	}), nil
}
