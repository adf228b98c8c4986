package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Bits draws binary data with a few real causes, for trying a network without
// any download.
//
//	z_n ~ N(0, I),  x_nd ~ Bernoulli(sigmoid(2 w_d'z_n + c_d)),  w, c ~ N(0, I)
type Bits struct {
	N      int `name:"n" min:"1" max:"10000000" doc:"data"`
	Dim    int `name:"dim" min:"1" max:"100000" doc:"bits a datum"`
	Latent int `name:"latent" min:"1" max:"100000" doc:"causes"`
}

func (Bits) Name() string { return "bits" }

func (d Bits) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim, Domain: vi.Binary} }

func (d Bits) Make(key rng.Key) (*vi.Data, error) {
	w, c := make([]float64, d.Dim*d.Latent), make([]float64, d.Dim)
	z, x := make([]float64, d.N*d.Latent), make([]float64, d.N*d.Dim)
	key.Fold("w").Normal64(w, 0)
	key.Fold("c").Normal64(c, 0)
	key.Fold("z").Normal64(z, 0)
	key.Fold("x").Uniform64(x, 0)
	for n := range d.N {
		for j := range d.Dim {
			a := c[j]
			for l := range d.Latent {
				a += float64(2 * w[j*d.Latent+l] * z[n*d.Latent+l])
			}
			u := x[n*d.Dim+j]
			x[n*d.Dim+j] = 0
			if u > 1-vec.Sigmoid64(a) {
				x[n*d.Dim+j] = 1
			}
		}
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: d.Dim, X: x, Domain: vi.Binary}, nil
}
