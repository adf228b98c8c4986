package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// LinearGaussian draws the toy's data from the toy's model: a seed is a problem.
//
//	mu ~ N(0, I),  x_n ~ N(mu, 2 I)
//
// perturb belongs to the problem too: a model that knows its optimum starts that
// far from it.
//
// Rainforth et al. 2018 (1802.04537), section 4.
type LinearGaussian struct {
	Dim     int     `name:"dim" min:"1" max:"100000" doc:"dimensions D of x and z"`
	N       int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Perturb float64 `name:"perturb" min:"0" doc:"sd of the step away from the optimum"`
}

func (LinearGaussian) Name() string { return "lineargaussian" }

func (d LinearGaussian) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim, Domain: vi.Real} }

func (d LinearGaussian) Make(key rng.Key) (*vi.Data, error) {
	mu, x := make([]float64, d.Dim), make([]float64, d.N*d.Dim)
	key.Fold("mu").Normal64(mu, 0)
	key.Fold("x").Normal64(x, 0)
	for i := range x {
		x[i] = mu[i%d.Dim] + float64(math.Sqrt2*x[i])
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: d.Dim, X: x, Domain: vi.Real, Perturb: d.Perturb}, nil
}
