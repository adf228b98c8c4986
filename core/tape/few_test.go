package tape_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vibench/bench/core/tape"
)

// A row whose factor is zero adds nothing: directions have the bits of those of the other
// rows alone, whether these are so few that products go over them alone, or not.
func TestFewRows(t *testing.T) {
	const rows, d, h = 37, 9, 33
	specs := []tape.Spec{
		{Name: "inf/w", Rows: h, Cols: d}, {Name: "inf/b", Rows: 1, Cols: h},
		{Name: "gen/v", Rows: h, Cols: h}, {Name: "gen/c", Rows: 1, Cols: h}, {Name: "gen/u", Rows: d, Cols: h}, {Name: "gen/e", Rows: 1, Cols: d}, {Name: "gen/t", Rows: d, Cols: h},
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, prec := range []tape.Precision{tape.Float32, tape.Float64} {
		p, err := tape.NewParams(prec, specs)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range specs {
			for v, i := p.Value(s.Name), 0; i < v.Len(); i++ {
				v.Set(i, r.NormFloat64()/4)
			}
		}
		x, weight := make([]float64, rows*d), make([]float64, rows)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for i := range weight {
			weight[i] = r.ExpFloat64() + 0.1
		}
		// Both layers of gen are of one scalar's factors; with apart, those of inf differ.
		direction := func(act tape.Act, apart bool, keep []int, w []float64) [tape.Roles]tape.Vector {
			tp := tape.New(p)
			in := tp.Leaf(len(keep), d)
			for i, row := range keep {
				for j := range d {
					in.Value().Set(i*d+j, x[row*d+j])
				}
			}
			y := tp.Affine(in, tp.Param("inf/w"), tp.Param("inf/b"), tape.Tanh)
			y = tp.Affine(y, tp.Param("gen/v"), tp.Param("gen/c"), act)
			y = tp.Affine(y, tp.Param("gen/u"), tp.Param("gen/e"), act).Add(tp.Affine(y, tp.Param("gen/t"), tape.Node{}, tape.Linear))
			s := tape.Surrogate{}
			f := y.SumD(1).Add(tp.NormalLogProb(1, in, y, tp.Leaf(1, d)))
			s.Gen = f.Mul(tp.Const(1, len(w), w)).Sum()
			s.Inf = s.Gen
			if apart {
				s.Inf = s.Gen.Scale(-3)
			}
			return tp.Ascend(s)
		}
		for _, live := range []int{0, 1, 5, rows / 2, rows/2 + 1, rows - 1, rows} {
			for _, act := range []tape.Act{tape.Linear, tape.Tanh, tape.ReLU} {
				for _, apart := range []bool{false, true} {
					chosen := make([]bool, rows)
					for _, i := range r.Perm(rows)[:live] {
						chosen[i] = true
					}
					all, w := make([]int, rows), make([]float64, rows)
					var keep []int
					var own []float64
					for i := range rows {
						if all[i] = i; chosen[i] {
							keep, own, w[i] = append(keep, i), append(own, weight[i]), weight[i]
						}
					}
					what := fmt.Sprintf("%s, %d rows of %d, %s, apart %t", prec, live, rows, act, apart)
					got := direction(act, apart, all, w)
					if live == 0 {
						for role, v := range got[:2] {
							for i := range v.Len() {
								if v.At(i) != 0 {
									t.Fatalf("%s: %s direction %g at %d; want zeros", what, tape.Role(role), v.At(i), i)
								}
							}
						}
						continue
					}
					want := direction(act, apart, keep, own)
					for role := range got[:2] {
						if !bytes.Equal(got[role].Bits(), want[role].Bits()) {
							t.Errorf("%s: %s direction has other bits than that of these rows alone", what, tape.Role(role))
						}
					}
				}
			}
		}
	}
}
