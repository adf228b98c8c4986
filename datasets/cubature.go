package datasets

import (
	"math"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Cubature is six rows with the mean and the covariance of three variables of two factors, to
// rounding: a mean over them is the expectation of any quadratic, such as a gap, over all data.
//
//	x = +- sqrt(3) c_j,  C = W W' + diag(0.4, 0.2, 0.3)^2 = sum_j c_j c_j',  W = [-0.5 -1; -1 -1; 2 0.5]
//
// Nothing is drawn. The factors are of Yang 2022 (2208.07818).
type Cubature struct{}

func (Cubature) Name() string { return "cubature" }

func (Cubature) Shape() vi.Shape { return vi.Shape{N: 6, D: 3, Domain: vi.Real} }

func (d Cubature) Make(rng.Key) (*vi.Data, error) {
	w, sd := []float64{-0.5, -1, -1, -1, 2, 0.5}, []float64{0.4, 0.2, 0.3}
	c := make([]float64, 9)
	for i := range 3 {
		c[i*4] = sd[i] * sd[i]
		for j := range 3 {
			c[i*3+j] += float64(w[2*i]*w[2*j]) + float64(w[2*i+1]*w[2*j+1])
		}
	}
	l, err := linalg.NewCholesky(c, 3, 0)
	if err != nil {
		return nil, err
	}
	x := make([]float64, 18)
	for j := range 3 {
		for i := range 3 {
			v := float64(math.Sqrt(3) * l.L[i*3+j])
			x[j*6+i], x[j*6+3+i] = v, -v
		}
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: 6, D: 3, X: x, Domain: vi.Real}, nil
}
