package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
)

// signs is noise of four samples of two numbers, (+-1, +-1): means over it of what is
// quadratic in the noise are expectations.
type signs struct{}

func (signs) Normal(_ int, dst tape.Vector) {
	for i, v := range []float64{1, 1, 1, -1, -1, 1, -1, -1} {
		dst.Set(i, v)
	}
}
func (s signs) Uniform(plate int, dst tape.Vector) { s.Normal(plate, dst) }
func (s signs) Layer(int) dist.Noise               { return s }

// The rules of Gaussian gradients (Rezende, Mohamed and Wierstra 2014, 1401.4082) on
// f(z) = z'A z + b'z, z = mu + R eps: the path gives grad_mu E f = E grad f = 2 A mu + b,
// and grad_R E f = E grad f eps' = 2 A R, which is grad_C E f = 1/2 E Hess f = A through C = R R'.
func TestGaussianGradientRules(t *testing.T) {
	p, err := tape.NewParams(tape.Float64, []tape.Spec{{Name: "inf/mu", Rows: 1, Cols: 2}, {Name: "inf/R0", Rows: 1, Cols: 2}, {Name: "inf/R1", Rows: 1, Cols: 2}})
	if err != nil {
		t.Fatal(err)
	}
	mu, r0, r1 := []float64{0.7, -1.3}, []float64{1.1, 0.4}, []float64{-0.6, 0.9}
	p.Set("inf/mu", mu)
	p.Set("inf/R0", r0)
	p.Set("inf/R1", r1)
	a, b := []float64{1.5, -0.4, -0.4, 2.2}, []float64{0.3, -0.8}
	tp := tape.New(p)
	leaf := func(rows int, x []float64) tape.Node {
		n := tp.Leaf(rows, 2)
		n.Value().From(x)
		return n
	}
	q := dist.Correlated{T: tp, B: 1, Mu: tp.Param("inf/mu"), Columns: []tape.Node{tp.Param("inf/R0"), tp.Param("inf/R1")}}
	z := q.Sample(signs{}, 4).Node
	f := z.Mul(tp.Affine(z, leaf(2, a), tape.Node{}, tape.Linear)).SumD(4).Add(z.Mul(leaf(1, b)).SumD(4)).Mean()
	d := tp.Ascend(tape.Surrogate{Inf: f})
	twice := func(x []float64) [2]float64 {
		return [2]float64{2 * (a[0]*x[0] + a[1]*x[1]), 2 * (a[2]*x[0] + a[3]*x[1])}
	}
	var product [2][2]float64 // E grad f eps', by its columns
	for _, eps := range [][2]float64{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
		at := []float64{mu[0] + r0[0]*eps[0] + r1[0]*eps[1], mu[1] + r0[1]*eps[0] + r1[1]*eps[1]}
		for i, g := range twice(at) {
			for k, e := range eps {
				product[k][i] += (g + b[i]) * e / 4
			}
		}
	}
	slope := twice(mu)
	for i := range 2 {
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"mu", tp.Of(d[tape.Inf], "inf/mu").At(i), slope[i] + b[i]},
			{"R0", tp.Of(d[tape.Inf], "inf/R0").At(i), twice(r0)[i]}, {"R1", tp.Of(d[tape.Inf], "inf/R1").At(i), twice(r1)[i]},
			{"E grad f eps'", product[0][i], twice(r0)[i]}, {"E grad f eps'", product[1][i], twice(r1)[i]},
		} {
			if !(math.Abs(c.got-c.want) < 1e-14) {
				t.Errorf("%s[%d]: got %.15g; want %.15g", c.what, i, c.got, c.want)
			}
		}
	}
}
