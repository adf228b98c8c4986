package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/vi"
)

// rendered is a linear generator whose codes are given, with the mean of x.
type rendered struct{ given }

func (m rendered) Render(s *vi.Step, z dist.Value) tape.Node {
	d := len(m.a) / m.h
	rows, _ := z.Node.Shape()
	x := s.Blank(rows, d)
	for r := range rows {
		for i := range d {
			sum := 0.0
			for l := range m.h {
				sum += m.a[i*m.h+l] * z.Node.Value().At(r*m.h+l)
			}
			x.Value().Set(r*d+i, sum)
		}
	}
	return x
}

// By hand: the squares of residuals (2,2), (1,1); (0,0), (3,2) over two numbers each.
func TestMSE(t *testing.T) {
	m := codesOf(2, 2,
		1, -1 /**/, 0, 0,
		0, 2 /**/, 1, 0)
	m.a, m.block = []float64{1, 2, 0, 1}, "real"
	work := func(m given) *metrics.Eval {
		w, err := vi.NewWork(rendered{m}, nil, &vi.Data{Name: "hand", N: 2, D: 2, X: []float64{1, 1, 4, 2}, Domain: vi.Real}, tape.Float64, rng.Key{})
		if err != nil {
			t.Fatal(err)
		}
		return moment(w, nil)
	}
	held := metrics.On{Split: "test"}
	out := measure(work(m), metrics.MSE{K: 2, On: held})
	near(t, "mse", value(t, out, "mse"), (4.0+1+0+6.5)/4, 1e-15)
	near(t, "mse/best", value(t, out, "mse/best"), (1.0+0)/2, 1e-15)
	out = measure(work(m), metrics.MSE{K: 1, On: held})
	near(t, "mse of one", value(t, out, "mse"), (4.0+0)/2, 1e-15)
	near(t, "mse/best of one", value(t, out, "mse/best"), (4.0+0)/2, 1e-15)
	out = measure(work(m), metrics.MSE{K: 2, On: metrics.On{Split: "test", First: 1}})
	near(t, "mse of the first", value(t, out, "mse"), (4.0+1)/2, 1e-15)

	m.z[3] = math.Inf(1)
	for _, name := range (metrics.MSE{}).Emits(vi.Sheet{}) {
		if why := reason(t, measure(work(m), metrics.MSE{K: 2, On: held}), name); why != "a mean of x is not finite" {
			t.Errorf("%s: got %q", name, why)
		}
	}
	if err := (metrics.MSE{}).Check(vi.Sheet{Predicts: true}); err == nil || err.Error() != "mse: of a model that predicts, x is not whole" {
		t.Errorf("got %v", err)
	}
	if err := (metrics.MSE{}).Check(vi.Sheet{}); err != nil {
		t.Error(err)
	}
}
