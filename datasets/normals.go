package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Normals are real numbers, x_n ~ N(mean, sd^2).
type Normals struct {
	N    int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Mean float64 `name:"mean" doc:"of the law"`
	SD   float64 `name:"sd" min:"0" doc:"of the law"`
}

func (Normals) Name() string { return "normals" }

func (d Normals) Shape() vi.Shape { return vi.Shape{N: d.N, D: 1, Domain: vi.Real} }

func (d Normals) Make(key rng.Key) (*vi.Data, error) {
	x := make([]float64, d.N)
	key.Fold("e").Normal64(x, 0)
	for i, e := range x {
		x[i] = d.Mean + float64(d.SD*e)
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: 1, X: x, Domain: vi.Real}, nil
}
