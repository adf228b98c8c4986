package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Logistic draws inputs and a response of two values, the data of logistic regression: a seed
// is a problem.
//
//	u_n ~ N(0, I),  w ~ N(0, scale^2 I),  y_n = 1 with probability sigmoid(u_n'w), else -1
//
// A row is u_n and then y_n.
type Logistic struct {
	Dim   int     `name:"dim" min:"1" max:"10000" doc:"inputs"`
	N     int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Scale float64 `name:"scale" min:"0" max:"1000" doc:"sd of the weights"`
}

func (Logistic) Name() string { return "logistic" }

func (d Logistic) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim + 1, Domain: vi.Real} }

func (d Logistic) Make(key rng.Key) (*vi.Data, error) {
	w, u, y := make([]float64, d.Dim), make([]float64, d.N*d.Dim), make([]float64, d.N)
	key.Fold("w").Normal64(w, 0)
	key.Fold("u").Normal64(u, 0)
	key.Fold("y").Uniform64(y, 0)
	x := make([]float64, 0, d.N*(d.Dim+1))
	for n := range d.N {
		row := u[n*d.Dim : (n+1)*d.Dim]
		y0 := -1.0
		if y[n] > 1-vec.Sigmoid64(d.Scale*vec.Dot(row, w)) {
			y0 = 1
		}
		x = append(append(x, row...), y0)
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: d.Dim + 1, X: x, Domain: vi.Real}, nil
}
