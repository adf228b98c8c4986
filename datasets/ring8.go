package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Ring8 is eight round Gaussians of the plane, evenly on a circle; row n is of Gaussian n mod
// 8. The labels are known.
//
//	x_n = radius (cos 2 pi k/8, sin 2 pi k/8) + sd e_n,  k = n mod 8,  e_n ~ N(0, I)
//
// The toy of mode collapse, as Metz, Poole, Pfau and Sohl-Dickstein 2017 (1611.02163).
type Ring8 struct {
	N      int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test   int     `name:"test" min:"0" max:"10000000" doc:"data held out, of the same Gaussians; 0: none"`
	Radius float64 `name:"radius" min:"0" max:"1000000" doc:"of the circle of means"`
	SD     float64 `name:"sd" min:"0" max:"1000000" doc:"of each Gaussian, a coordinate"`
}

func (Ring8) Name() string { return "ring8" }

func (d Ring8) Shape() vi.Shape { return vi.Shape{N: d.N, Test: d.Test, D: 2, Domain: vi.Real} }

func (d Ring8) Make(key rng.Key) (*vi.Data, error) {
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x, labels := make([]float64, 2*n), make([]int, n)
		key.Fold("e").Normal64(x, 0)
		for i := range n {
			labels[i] = i % 8
			sin, cos := vec.SinCos2Pi64(float64(labels[i]) / 8)
			x[2*i] = float64(d.Radius*cos) + float64(d.SD*x[2*i])
			x[2*i+1] = float64(d.Radius*sin) + float64(d.SD*x[2*i+1])
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: 2, X: x, Domain: vi.Real, Labels: labels}
	}), nil
}
