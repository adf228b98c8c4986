package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// LowRank draws data of a few real causes and noise, the data of factor analysis:
// a seed is a problem.
//
//	x_n = W z_n + c + noise e_n,  W, c, z_n, e_n ~ N(0, I)
//
// Tipping and Bishop 1999.
type LowRank struct {
	Dim    int     `name:"dim" min:"1" max:"100000" doc:"coordinates of x"`
	Latent int     `name:"latent" min:"1" max:"100000" doc:"causes, the rank of W"`
	N      int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Noise  float64 `name:"noise" min:"0" doc:"sd of the noise"`
}

func (LowRank) Name() string { return "lowrank" }

func (d LowRank) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim, Domain: vi.Real} }

func (d LowRank) Make(key rng.Key) (*vi.Data, error) {
	w, c := make([]float64, d.Dim*d.Latent), make([]float64, d.Dim)
	z, x := make([]float64, d.N*d.Latent), make([]float64, d.N*d.Dim)
	key.Fold("W").Normal64(w, 0)
	key.Fold("c").Normal64(c, 0)
	key.Fold("z").Normal64(z, 0)
	key.Fold("e").Normal64(x, 0)
	for n := range d.N {
		for j := range d.Dim {
			v := c[j] + float64(d.Noise*x[n*d.Dim+j])
			for l := range d.Latent {
				v += float64(w[j*d.Latent+l] * z[n*d.Latent+l])
			}
			x[n*d.Dim+j] = v
		}
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: d.Dim, X: x, Domain: vi.Real}, nil
}
