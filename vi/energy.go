package vi

import "github.com/vibench/bench/core/tape"

// Energetic is the capability Energy: a density known up to a constant, log p(x) = -F(x) -
// log Z. Potential is -F of rows x [K*B,D], [K,B].
type Energetic interface {
	Potential(s *Step, x tape.Node, k int) tape.Node
}

// Sweeper is the capability Gibbs: a Markov chain in x that leaves p alone. Sweep draws a
// row x' for each row of x [R,D]; both are constants. n numbers the sweeps of a step, from
// 0, and chains, one a row, say which noise is whose.
type Sweeper interface {
	Sweep(s *Step, n int, chains []int, x tape.Node) tape.Node
}

// Finite is the capability States: all x there are, [S,D] row-major, so that Z is a sum. They
// are shared and must not be changed.
type Finite interface {
	States() []float64
}
