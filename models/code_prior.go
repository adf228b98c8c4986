package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// priors of codes, the first the usual one.
var priors = []string{"laplace", "gaussian", "spike-slab"}

// priorOf is p(z) of one of these by a row of log scales, those of the slab where there is a spike.
func priorOf(s *vi.Step, prior string, log tape.Node, active float64) dist.Dist {
	_, h := log.Shape()
	switch zero := s.Leaf(1, h); prior {
	case "laplace":
		return s.Laplace(zero, log)
	case "gaussian":
		return s.Normal(zero, log)
	default:
		return s.SpikeSlab(dist.SpikeSlab{Gate: full(s, h, vec.Log64(active)), Mu: zero, LogVar: log.Scale(2), Tau: 1, Corrected: true})
	}
}

// pairs refuses a posterior beside a prior from which no KL is known, and an active that is not read.
func (c Code) pairs(model, prior string, active, usual float64) error {
	is := func(names ...string) bool { return slices.Contains(names, c.Posterior) }
	switch {
	case prior != "spike-slab" && active != 0 && active != usual:
		return fmt.Errorf("model %s: active: given but not read; it needs prior spike-slab", model)
	case prior == "spike-slab" && !(active > 0 && active < 1):
		return fmt.Errorf("model %s: active: got %g; need a probability above 0 and below 1", model, active)
	case (prior == "spike-slab") != is("spike-slab"):
		return fmt.Errorf("model %s: prior %s beside posterior %s: one is a spike and slab, the other is not, and no KL is known between them", model, prior, c.Posterior)
	case prior == "gaussian" && is("laplace", "threshold-laplace", "map"):
		return fmt.Errorf("model %s: posterior %s beside prior gaussian; need prior laplace", model, c.Posterior)
	case prior == "laplace" && is("threshold-gaussian"):
		return fmt.Errorf("model %s: posterior threshold-gaussian beside prior laplace; need prior gaussian", model)
	}
	return nil
}

// spreads wants both scales above 0.
func spreads(model string, scale, sigma float64) error {
	if !(scale > 0) || !(sigma > 0) || math.IsInf(scale, 1) || math.IsInf(sigma, 1) {
		return fmt.Errorf("model %s: scale, sigma: got %g, %g; need finite numbers above 0", model, scale, sigma)
	}
	return nil
}
