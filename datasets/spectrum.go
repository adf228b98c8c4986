package datasets

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Spectrum draws Gaussian data whose covariance has chosen eigenvalues: what probabilistic
// PCA, and a linear variational autoencoder, keeps is known. A seed is a rotation.
//
//	x_n = Q diag(lambda)^1/2 e_n,  e_n ~ N(0, I),  Q uniform on rotations and reflections
//
// Lucas, Tucker, Grosse and Norouzi 2019 (1911.02469) have the theory.
type Spectrum struct {
	Lambda []float64 `name:"lambda" min:"0" doc:"eigenvalues of the covariance, as many as coordinates of x"`
	N      int       `name:"n" min:"1" max:"10000000" doc:"data"`
}

func (Spectrum) Name() string { return "spectrum" }

func (d Spectrum) Shape() vi.Shape { return vi.Shape{N: d.N, D: len(d.Lambda), Domain: vi.Real} }

// Check wants eigenvalues that are some.
func (d Spectrum) Check() error {
	if len(d.Lambda) == 0 {
		return fmt.Errorf("lambda: got no eigenvalues; need one at least")
	}
	for _, l := range d.Lambda {
		if !(l >= 0) || math.IsInf(l, 1) {
			return fmt.Errorf("lambda: got %g; need finite eigenvalues of 0 or more", l)
		}
	}
	return nil
}

func (d Spectrum) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	w, x := len(d.Lambda), make([]float64, d.N*len(d.Lambda))
	key.Fold("e").Normal64(x, 0)
	q := rotation(key.Fold("Q"), w)
	for row := 0; row < len(x); row += w {
		e := make([]float64, w)
		for k, l := range d.Lambda {
			vec.Axpy(float64(math.Sqrt(l)*x[row+k]), q[k*w:(k+1)*w], e)
		}
		copy(x[row:], e)
	}
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: w, X: x, Domain: vi.Real}, nil
}

// rotation is n orthonormal rows, uniform: normals, each less what the rows before it have
// of it, twice for the sake of rounding (Gram and Schmidt).
func rotation(key rng.Key, n int) []float64 {
	q := make([]float64, n*n)
	key.Normal64(q, 0)
	for i := range n {
		row := q[i*n : (i+1)*n]
		for range 2 {
			for j := range i {
				other := q[j*n : (j+1)*n]
				vec.Axpy(-vec.Dot(other, row), other, row)
			}
			vec.Scale(1/math.Sqrt(vec.SumSq(row)), row)
		}
	}
	return q
}
