package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// SparseLin draws data of a linear generator with sparse codes, which a learned
// dictionary can be held against: a seed is a problem.
//
//	x_n = W z_n + noise e_n,  columns of W [D,H] ~ N(0, I), then of unit norm
//
//	spikeslab  z = s y,  s ~ Bernoulli(pi), y ~ N(0, 1)
//	laplace    z ~ Laplace(0, scale): near the optimum of the bound W is hardly determined
//	support    of active indices drawn with replacement, z ~ N(0, 1); an index drawn
//	           again counts once, as in the code of Fallah and Rozell 2022 (2205.03665),
//	           which has D = H = 256, active = 40 and no noise
//
// A square W, H = D, lets a model's noise go to 0. The test set has the same W; W and
// the codes are known. Olshausen and Field 1996 have the model.
type SparseLin struct {
	Dim     int     `name:"dim" min:"1" max:"100000" doc:"coordinates D of x"`
	Latent  int     `name:"latent" min:"1" max:"100000" doc:"columns H of W"`
	N       int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test    int     `name:"test" min:"0" max:"10000000" doc:"data held out; 0: none"`
	Latents string  `name:"latents" choices:"spikeslab|laplace|support" doc:"law of the codes"`
	Pi      float64 `name:"pi" min:"0" max:"1" doc:"spikeslab: share of codes that are not 0"`
	Scale   float64 `name:"scale" min:"0" doc:"laplace: mean of |z|"`
	Active  int     `name:"active" min:"1" max:"100000" doc:"support: indices drawn, with replacement"`
	Noise   float64 `name:"noise" min:"0" doc:"sd sigma of the noise"`
}

// NewSparseLin is the set at its defaults.
func NewSparseLin() SparseLin {
	return SparseLin{Dim: 32, Latent: 16, N: 1000, Test: 200, Latents: "spikeslab", Pi: 0.1, Scale: 1, Active: 3, Noise: 0.1}
}

func (SparseLin) Name() string { return "sparselin" }

func (d SparseLin) Shape() vi.Shape { return vi.Shape{N: d.N, Test: d.Test, D: d.Dim, Domain: vi.Real} }

func (d SparseLin) law() codes {
	return codes{law: d.Latents, pi: d.Pi, scale: d.Scale, sd: 1, active: d.Active}
}

// Check says which settings the law of the codes leaves unread.
func (d SparseLin) Check() error {
	return d.law().check(NewSparseLin().law(), "spikeslab", "laplace", "support")
}

func (d SparseLin) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	w, h := make([]float64, d.Dim*d.Latent), d.Latent
	key.Fold("W").Normal64(w, 0)
	column := make([]float64, d.Dim)
	for j := range h {
		for i := range column {
			column[i] = w[i*h+j]
		}
		norm := math.Sqrt(vec.SumSq(column))
		for i, a := range column {
			w[i*h+j] = a / norm
		}
	}
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		return linear(d.Name(), key, w, h, d.law(), d.Noise, n)
	}), nil
}
