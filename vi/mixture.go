package vi

import (
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Mixture is the capability Components: an integral over a cube, of which any points of it
// make a mixture of equal shares.
//
//	p(x) = int p(x|u) du over (0,1)^L ~= 1/N sum_i p(x|u_i)
type Mixture interface {
	Cube() int // L
	// Components is log p(x_b|u_i) of the batch under points u [N,L], a matrix [B,N], live in gen/.
	Components(s *Step, u tape.Node) tape.Node
}

// OwnPoints is the capability Points: a mixture whose points are parameters, gen/ like the rest.
type OwnPoints interface {
	// Points is log p(x_b|z_i) of the batch under the model's own points, a matrix [B,N], live in the points alone.
	Points(s *Step) tape.Node
	// Unmoved is log p(x) of rows by the points that its own began at, under the parameters as they are.
	Unmoved(p *Params, x []float64) []float64
}

// LogMean is log 1/N sum_i exp(c_i) of every row of components c [B,N], [1,B]. It is taken in the
// body's precision, as rows have components in common.
func LogMean(c tape.Node) tape.Node {
	_, n := c.Shape()
	l := c.Sub(c.LogSoftmax(n)).Cols(0, 1).SumD(1) // every column is log sum exp
	return l.Sub(l.Const(vec.Log64(float64(n))))
}
