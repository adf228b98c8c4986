package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// FA6 draws data of six coordinates and two factors, the toy problem of variational Gibbs
// inference, some of whose values are missing; the held-out rows are whole.
//
//	x = W z + c + e,  z ~ N(0, I),  e ~ N(0, diag psi),  W, c and psi as published
//
// Values are missing completely at random: each by a coin of its own, whatever x is. A row
// that would lose all keeps one, each of its six as likely, so that of missing = m a share
// m - m^6/6 is lost. Rows are the same whatever is missing, and what is missing of one
// fraction is missing of a larger one, but for values so kept.
//
// Simkus, Rhodes and Gutmann 2023 (2111.13180).
type FA6 struct {
	N       int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test    int     `name:"test" min:"1" max:"10000000" doc:"data held out, whole"`
	Missing float64 `name:"missing" min:"0" max:"0.95" doc:"chance of a value to be missing"`
}

var (
	fa6C   = []float64{3, -1, 0, 2, -1, 0}
	fa6W   = []float64{-5, -2, 4, 0, 3, -1, -3, -3, 1, 5, -1, 2} // [6,2]
	fa6Psi = []float64{50.4794, 30.0988, 6.7666, 17.3357, 40.9839, 25.1122}
)

func (FA6) Name() string { return "fa6" }

func (d FA6) Shape() vi.Shape {
	return vi.Shape{N: d.N, D: 6, Test: d.Test, Domain: vi.Real, Missing: d.Missing > 0}
}

func (d FA6) Make(key rng.Key) (*vi.Data, error) {
	out := held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		z, x := make([]float64, n*2), make([]float64, n*6)
		key.Fold("z").Normal64(z, 0)
		key.Fold("e").Normal64(x, 0)
		for i := range x {
			j, n := i%6, i/6
			v := fa6C[j] + float64(math.Sqrt(fa6Psi[j])*x[i])
			for l := range 2 {
				v += float64(fa6W[2*j+l] * z[2*n+l])
			}
			x[i] = v
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: 6, X: x, Domain: vi.Real, Cov: fa6Cov()}
	})
	if d.Missing > 0 {
		hide(key.Fold("mask"), out.X, out.D, d.Missing)
		out.Missing, out.Digest = true, digest(out.X)
	}
	return out, nil
}

func fa6Cov() []float64 {
	cov := make([]float64, 36)
	for i := range 6 {
		for j := range 6 {
			for l := range 2 {
				cov[6*i+j] += float64(fa6W[2*i+l] * fa6W[2*j+l])
			}
		}
		cov[7*i] += fa6Psi[i]
	}
	return cov
}

// hide takes each value of rows x [N,d] away with a chance, NaN in its place; a row keeps one.
func hide(key rng.Key, x []float64, d int, chance float64) {
	u, kept := make([]float64, len(x)), make([]int, len(x)/d)
	key.Uniform64(u, 0)
	key.Fold("kept").Ints(kept, d, 0)
	for n, keep := range kept {
		row, left := x[n*d:(n+1)*d], 0
		whole := row[keep]
		for j := range row {
			if u[n*d+j] < chance {
				row[j] = math.NaN()
			} else {
				left++
			}
		}
		if left == 0 {
			row[keep] = whole
		}
	}
}
