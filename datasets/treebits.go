package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// TreeBits draws bits along a tree: the first is a fair coin, and every other one is its
// parent's, turned over with a chance. A parent is uniform on the bits before; a seed is a
// tree, of which training and held-out data are drawn. The covariance is known.
//
//	x_1 ~ Bernoulli(1/2),  x_d = x_parent(d) xor f_d,  f_d ~ Bernoulli(flip)
//	cov(x_i, x_j) = (1 - 2 flip)^(edges between i and j) / 4
//
// No law of these bits has a mean log likelihood above -log 2 - (D-1) h(flip), h the entropy
// of a coin in nats.
//
// Trees of bits: Chow and Liu 1968 (doi 10.1109/TIT.1968.1054142).
type TreeBits struct {
	Dim  int     `name:"dim" min:"1" max:"1000" doc:"bits a datum"`
	N    int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test int     `name:"test" min:"0" max:"10000000" doc:"data held out, of the same tree; 0: none"`
	Flip float64 `name:"flip" min:"0" max:"1" doc:"chance that a bit is not its parent's"`
}

func (TreeBits) Name() string { return "tree-bits" }

func (d TreeBits) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: d.Dim, Domain: vi.Binary}
}

func (d TreeBits) Make(key rng.Key) (*vi.Data, error) {
	parent := make([]int, d.Dim)
	for j := 1; j < d.Dim; j++ {
		key.Fold("tree").Ints(parent[j:j+1], j, uint64(j))
	}
	cov := d.cov(parent)
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x := make([]float64, n*d.Dim)
		key.Fold("x").Uniform64(x, 0)
		for i := range n {
			row := x[i*d.Dim : (i+1)*d.Dim]
			row[0] = bit(row[0] > 0.5)
			for j := 1; j < d.Dim; j++ {
				row[j] = bit((row[j] > 1-d.Flip) != (row[parent[j]] == 1))
			}
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: d.Dim, X: x, Domain: vi.Binary, Cov: cov}
	}), nil
}

// cov is the covariance [D,D]: a parent comes before its child, so that a row of it needs
// those before alone.
func (d TreeBits) cov(parent []int) []float64 {
	c := make([]float64, d.Dim*d.Dim)
	for i := range d.Dim {
		c[i*d.Dim+i] = 0.25
		for j := range i {
			v := float64((1 - float64(2*d.Flip)) * c[parent[i]*d.Dim+j])
			c[i*d.Dim+j], c[j*d.Dim+i] = v, v
		}
	}
	return c
}
