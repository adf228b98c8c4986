package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// SineGap is a curve seen at its ends: a row is an input u and a response y, and no input to
// train on lies within gap of 0. Inputs held out are of the whole range, so that what a model
// says where it has seen nothing can be held against the truth.
//
//	y_n = sin(pi u_n) + sd e_n,  e_n ~ N(0, 1)
//	u_n uniform on [-1,-gap] and [gap,1]; held out, on [-1,1]
//
// Data in two clusters with a gap between, as Foong, Li, Hernandez-Lobato and Turner 2019
// (1906.11537).
type SineGap struct {
	N    int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test int     `name:"test" min:"0" max:"10000000" doc:"data held out; 0: none"`
	Gap  float64 `name:"gap" min:"0" max:"0.99" doc:"half the width of the gap"`
	SD   float64 `name:"sd" min:"0" max:"1000" doc:"of the noise"`
}

func (SineGap) Name() string { return "sine-gap" }

func (d SineGap) Shape() vi.Shape { return vi.Shape{N: d.N, Test: d.Test, D: 2, Domain: vi.Real} }

func (d SineGap) Make(key rng.Key) (*vi.Data, error) {
	x := d.draw(key, d.N, d.Gap)
	if d.Test > 0 {
		x.Test = d.draw(key.Fold("test"), d.Test, 0)
	}
	return x, nil
}

// draw makes rows whose inputs are not within gap of 0.
func (d SineGap) draw(key rng.Key, n int, gap float64) *vi.Data {
	u, e, x := make([]float64, n), make([]float64, n), make([]float64, 2*n)
	key.Fold("u").Uniform64(u, 0)
	key.Fold("e").Normal64(e, 0)
	for i, v := range u {
		sign := 1.0
		if v = float64(2*v) - 1; v < 0 { // uniform on [-1,1]
			sign, v = -1, -v
		}
		v = gap + float64((1-gap)*v)
		sin, _ := vec.SinCos2Pi64(v / 2)
		x[2*i], x[2*i+1] = sign*v, float64(sign*sin)+float64(d.SD*e[i])
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: 2, X: x, Domain: vi.Real}
}
