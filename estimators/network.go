package estimators

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// network is a small network of an estimator's own: one layer of tanh and a linear
// one to a single number, which starts at zero.
type network struct{ w0, b0, w1, b1 string }

// learned is the one that an estimator has.
var learned = network{"own/0/W", "own/0/b", "own/1/W", "own/1/b"}

func (n network) specs(in, hidden int) []vi.Spec {
	return []vi.Spec{
		{Name: n.w0, Rows: hidden, Cols: in}, {Name: n.b0, Rows: 1, Cols: hidden},
		{Name: n.w1, Rows: 1, Cols: hidden}, {Name: n.b1, Rows: 1, Cols: 1},
	}
}

// init starts the first layer's weights uniform in +-sqrt(6/(in+hidden)), the rest at zero.
func (n network) init(key rng.Key, p *vi.Params, in, hidden int) {
	w := make([]float64, hidden*in)
	key.Fold(n.w0).Uniform64(w, 0)
	lim := math.Sqrt(6 / float64(hidden+in))
	for i, u := range w {
		w[i] = lim * (float64(2*u) - 1)
	}
	p.Set(n.w0, w)
}

// of is the network's number for every row of x, [R,1]; x are its inputs from lo on, the
// others zero.
func (n network) of(s *vi.Step, x tape.Node, lo int) tape.Node {
	w := s.Param(n.w0)
	_, d := x.Shape()
	if _, in := w.Shape(); in != d {
		w = w.Cols(lo, lo+d)
	}
	h := s.Affine(x, w, s.Param(n.b0), tape.Tanh)
	return s.Affine(h, s.Param(n.w1), s.Param(n.b1), tape.Linear)
}
