package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// FA3 draws three variables of two factors, the example of a tutorial on auto-encoding
// variational Bayes; seeds differ by their draws alone, and the data say where they come
// from.
//
//	x_n = W z_n + e_n,  z_n ~ N(0, I),  e_n ~ N(0, diag(0.4, 0.2, 0.3)^2)
//	W = [-0.5 -1; -1 -1; 2 0.5]
//
// There E log p(x) = -3.972302, and the best diagonal posterior is 0.471264 nats from the
// posterior.
//
// Yang 2022 (2208.07818).
type FA3 struct {
	N    int `name:"n" min:"1" max:"10000000" doc:"data"`
	Test int `name:"test" min:"0" max:"10000000" doc:"data held out; 0: none"`
}

func (FA3) Name() string { return "fa3" }

func (d FA3) Shape() vi.Shape {
	return vi.Shape{N: d.N, D: len(fa3Noise), Test: d.Test, Domain: vi.Real}
}

var (
	fa3W     = []float64{-0.5, -1, -1, -1, 2, 0.5}
	fa3Noise = []float64{0.4, 0.2, 0.3} // sds
)

func (d FA3) Make(key rng.Key) (*vi.Data, error) {
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		z, x := make([]float64, 2*n), make([]float64, 3*n)
		key.Fold("z").Normal64(z, 0)
		key.Fold("e").Normal64(x, 0)
		for i := range x {
			w, z := fa3W[i%3*2:], z[i/3*2:]
			x[i] = float64(fa3Noise[i%3]*x[i]) + float64(w[0]*z[0]) + float64(w[1]*z[1])
		}
		variances := make([]float64, 3)
		for j, s := range fa3Noise {
			variances[j] = s * s
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: 3, X: x, Domain: vi.Real, Atoms: append([]float64{}, fa3W...), Codes: z, Noise: variances}
	}), nil
}
