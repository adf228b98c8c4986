package estimators

import (
	"fmt"
	"sync"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// CD is contrastive divergence: of the gradient of log p(x) the term of the data, and in
// place of the model's the term of x~, k sweeps of Gibbs down a chain that starts at the
// data, or, persistent, where the last step left it.
//
//	d/dtheta log p(x) = -dF(x)/dtheta + E_p dF(x')/dtheta  ~=  d/dtheta [ -F(x) + F(x~) ],   x~ stopped
//
// The hidden bits are summed out of F, so the last of them enter by their chances.
//
// Needs energy and gibbs.
// Unbiased for its own mean, the contrast after k sweeps; biased for the likelihood's gradient, less so the more sweeps.
// Costs k sweeps and two potentials a datum, or a chain.
//
// Hinton 2002 (doi 10.1162/089976602760128018); persistent, Tieleman 2008 (doi 10.1145/1390156.1390290).
type CD struct {
	Sweeps int    `name:"sweeps" min:"1" max:"1000" doc:"of Gibbs, k of CD-k"`
	From   string `name:"from" choices:"data|chain" doc:"where chains start: at the batch, or where they were (persistent)"`
	Chains int    `name:"chains" min:"1" max:"65536" with:"from" doc:"from chain: how many"`
}

func (e CD) Card() vi.Card {
	c := vi.Card{
		Name: "cd", Paper: "Hinton 2002", Needs: []vi.Cap{vi.Energy, vi.Gibbs}, K: 1, Target: fmt.Sprintf("cd@%d", e.Sweeps), PerDatum: e.From == "data",
		Bias: "the chain is short of the model's own distribution",
	}
	if e.From == "chain" {
		c.Target = fmt.Sprintf("pcd@%d", e.Sweeps)
	}
	return c
}

const chains = "cd/chains"

// Start is the chains, at bits of a half.
func (e CD) Start(_ vi.Sheet, data vi.Shape, key rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	if e.From == "data" {
		return nil, nil, nil
	}
	x := make([]float64, e.Chains*data.D)
	key.Fold(chains).Uniform64(x, 0)
	for i, u := range x {
		x[i] = 0
		if u > 0.5 {
			x[i] = 1
		}
	}
	return nil, nil, vi.State{chains: {Width: data.D, Data: x}}
}

func (e CD) Estimate(s *vi.Step) vi.Direction {
	m := s.Model().(vi.Energetic)
	x, rows := s.X, s.Index
	if e.From == "chain" {
		t := s.State(chains)
		rows = counted()[:e.Chains]
		x = s.Blank(e.Chains, t.Width)
		x.Value().From(t.Data)
	}
	for n := range e.Sweeps {
		x = s.Model().(vi.Sweeper).Sweep(s, n, rows, x)
	}
	if e.From == "chain" {
		s.Keep(chains, rows, x.Value().AppendTo(nil))
	}
	s.Evals += int64(len(rows)*(e.Sweeps+1) + s.B())
	return s.Ascend(vi.Surrogate{Gen: m.Potential(s, s.X, 1).Mean().Sub(m.Potential(s, x, 1).Mean())})
}

// counted are 0, 1, 2 and so on.
var counted = sync.OnceValue(func() []int {
	n := make([]int, 1<<16)
	for i := range n {
		n[i] = i
	}
	return n
})
