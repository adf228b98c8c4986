package estimators

import (
	"fmt"
	"strings"

	"github.com/vibench/bench/vi"
)

// EntropyELBO is the ELBO of a model whose scales are free, at the best of them: a sum
// of entropies, without a sample.
//
//	L = q 1/B sum_n H[q(z|x_n)] - g H[p(z)] - h H[p(x|z)],   the weights 1 each
//	H[p(z)] = sum_h log(2 e a_h),  a_h = 1/B sum_n E|z_h|;    H[p(x|z)] = D/2 log(2 pi e S/D),  S = 1/B sum_n E||x - A z||^2
//
// The best scales l_h = a_h and s^2 = S/D are given as a target: they need the optimiser
// step, whose rate below 1 is a moving average over batches. Each batch has scales of
// its own that suit it best, so that the mean of L over batches is no less than L of
// all data: look at elbo, which takes the scales as they are.
//
// prior_weight gives g, each value for so many steps (every), or with ramp in straight lines from
// one to the next; 1 after the last. Where g is above q, L is unbounded: a latent that shrinks to
// nothing gains (g-q) log 1/t without end. What keeps it from there are a floor under t (the
// model's), few steps, and values no larger than 2, more being refused unless unguarded.
//
// Needs entropies.
// Unbiased for the ELBO at the best scales of all data, where a batch is all data; without variance.
// Costs no density: one product with A for the means and one for the variances of a batch.
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888).
type EntropyELBO struct {
	Prior     []float64 `name:"prior_weight" min:"0" doc:"weights of H[p(z)], one after the other; 1 after the last"`
	Every     int       `name:"every" min:"1" doc:"steps of each of them"`
	Ramp      bool      `name:"ramp" doc:"from each weight to the next, and from the last to 1, in straight lines"`
	Posterior float64   `name:"posterior_weight" min:"0" doc:"weight of H[q]"`
	Noise     float64   `name:"noise_weight" min:"0" doc:"weight of H[p(x|z)]"`
	Unguarded bool      `name:"unguarded" doc:"admit weights of H[p(z)] above 2"`
}

func (e EntropyELBO) Card() vi.Card {
	return vi.Card{
		Name: "entropy-elbo", Paper: "2311.01888", Needs: []vi.Cap{vi.Scales}, K: 1, Target: e.target(), OneScalar: true,
		Targets: []string{"gen/logscale", "gen/logsigma"},
	}
}

// target names the objective, with its weights where they are not 1.
func (e EntropyELBO) target() string {
	name := "entropy-elbo"
	if e.Posterior != 1 {
		name += fmt.Sprintf(" posterior %g", e.Posterior)
	}
	if e.Noise != 1 {
		name += fmt.Sprintf(" noise %g", e.Noise)
	}
	if len(e.Prior) > 0 {
		weights := strings.ReplaceAll(strings.Trim(fmt.Sprint(e.Prior), "[]"), " ", ",")
		name += fmt.Sprintf(" prior %s every %d", weights, e.Every)
	}
	if e.Ramp {
		name += " ramp"
	}
	return name
}

// Check refuses weights under which the bound has no top.
func (e EntropyELBO) Check() error {
	for _, g := range e.Prior {
		if g > mostPrior && !e.Unguarded {
			return fmt.Errorf("prior_weight: got %g; at most %d, since above the posterior's the objective is unbounded; unguarded admits more", g, mostPrior)
		}
	}
	if e.Ramp && len(e.Prior) == 0 {
		return fmt.Errorf("ramp: given but not read; it needs prior_weight")
	}
	return nil
}

const mostPrior = 2

// Warn says what may leave the numbers, or fit nothing.
func (e EntropyELBO) Warn(s vi.Sheet, data vi.Shape, batch int) (said []string) {
	most := 1.0
	for _, g := range e.Prior {
		most = max(most, g)
	}
	if most > e.Posterior {
		said = append(said, fmt.Sprintf("prior weight %g above posterior weight %g: the objective is unbounded, since a latent that shrinks to nothing raises it", most, e.Posterior))
	}
	for _, b := range s.Blocks {
		if b.Dim >= data.D {
			said = append(said, fmt.Sprintf("%d latents of data of %d dimensions and free noise: the noise can fall to nothing at no cost, so that the objective has a flat direction; take fewer", b.Dim, data.D))
		}
		if batch < b.Dim {
			said = append(said, fmt.Sprintf("batches of %d rows for %d latents: each batch has scales of its own that suit it; take more rows", batch, b.Dim))
		}
	}
	return said
}

// prior is g at a step.
func (e EntropyELBO) prior(step int) float64 {
	at, left := step/e.Every, step%e.Every
	if at >= len(e.Prior) {
		return 1
	}
	g, next := e.Prior[at], 1.0
	if !e.Ramp {
		return g
	}
	if at+1 < len(e.Prior) {
		next = e.Prior[at+1]
	}
	return g + float64((next-g)*(float64(left)/float64(e.Every)))
}

func (e EntropyELBO) Estimate(s *vi.Step) vi.Direction {
	g := vi.Weights{Prior: e.prior(s.Iter), Posterior: e.Posterior, Noise: e.Noise}
	h := s.Entropies(g)
	l := h.Q.Mean().Scale(g.Posterior).Sub(h.Z.Scale(g.Prior)).Sub(h.X.Scale(g.Noise))
	d := s.Ascend(vi.Surrogate{Gen: l, Inf: l})
	d.Gen.Target = h.Target
	return d
}
