package mutants

import (
	"math"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// stiff is the oracle of two layers with a q whose Frozen stops the values of its
// parameters. Those of the second layer are functions of a sample of the first,
// and stopping them cuts its path; on one layer nobody would know.
func stiff() vitest.Oracle { return stiffOracle{vitest.Chain()} }

type stiffOracle struct{ vitest.Oracle }

func (o stiffOracle) Model() vi.Model { return stiffModel{o.Oracle.Model().(vi.Latent)} }

type stiffModel struct{ vi.Latent }

func (m stiffModel) Posterior(s *vi.Step) dist.Dist { return s.Chain(stiffLayers{}, []int{0, 1}) }

// stiffLayers are the chain's own, but for Frozen.
type stiffLayers struct{}

func (stiffLayers) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	above, a, b, sigma := s.X, "inf/a1", "inf/b1", 0.75
	if i == 1 {
		above, a, b, sigma = z.Block(0), "inf/a2", "inf/b2", 0.8
	}
	ls := s.Leaf(1, 1)
	ls.Value().Set(0, math.Log(sigma))
	return stiffNormal{dist.Normal{T: s.Tape, B: s.B(), Mu: s.Affine(above, s.Param(a), s.Param(b), tape.Linear), LogSigma: ls}}
}

type stiffNormal struct{ dist.Normal }

func (q stiffNormal) Frozen() dist.Dist {
	q.Mu, q.LogSigma = q.Mu.Stop(), q.LogSigma.Stop()
	return q.Normal
}
