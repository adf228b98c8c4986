package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// TreeBits draws bits that hang together by a random tree, whose law is known: a bit hangs from one of those before it, any
// with the same chance, and differs from it with the chance flip. Rows held out are of the same tree.
//
//	x_1 ~ Bernoulli(1/2),  p(x_j != x_parent(j)) = flip
type TreeBits struct {
	N    int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test int     `name:"test" min:"0" max:"10000000" doc:"data held out"`
	Dim  int     `name:"dim" min:"1" max:"100000" doc:"bits a datum"`
	Flip float64 `name:"flip" min:"0" max:"1" doc:"chance to differ from the bit above"`
}

func (TreeBits) Name() string { return "tree-bits" }

func (d TreeBits) Shape() vi.Shape {
	return vi.Shape{N: d.N, D: d.Dim, Test: d.Test, Domain: vi.Binary}
}

func (d TreeBits) Make(key rng.Key) (*vi.Data, error) {
	up := d.tree(key)
	train := d.draw(key.Fold("train"), d.N, up)
	if d.Test > 0 {
		train.Test = d.draw(key.Fold("test"), d.Test, up)
	}
	return train, nil
}

// tree is every bit's parent; the first has none.
func (d TreeBits) tree(key rng.Key) []int {
	u, up := make([]float64, d.Dim), make([]int, d.Dim)
	key.Fold("tree").Uniform64(u, 0)
	for j := 1; j < d.Dim; j++ {
		up[j] = min(int(u[j]*float64(j)), j-1)
	}
	return up
}

func (d TreeBits) draw(key rng.Key, n int, up []int) *vi.Data {
	x := make([]float64, n*d.Dim)
	key.Uniform64(x, 0)
	for lo := 0; lo < len(x); lo += d.Dim {
		row := x[lo : lo+d.Dim]
		for j, u := range row {
			switch {
			case j == 0:
				row[j] = bit(u > 0.5)
			default:
				row[j] = bit((u < d.Flip) != (row[up[j]] == 1))
			}
		}
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: d.Dim, X: x, Domain: vi.Binary}
}

// LogEvidence is log p(x) of rows under the law of a key's tree.
func (d TreeBits) LogEvidence(key rng.Key, x []float64) []float64 {
	up, out := d.tree(key), make([]float64, len(x)/d.Dim)
	same, other := vec.Log64(1-d.Flip), vec.Log64(d.Flip)
	for n := range out {
		row := x[n*d.Dim : (n+1)*d.Dim]
		out[n] = vec.Log64(0.5)
		for j := 1; j < d.Dim; j++ {
			if row[j] == row[up[j]] {
				out[n] += same
			} else {
				out[n] += other
			}
		}
	}
	return out
}
