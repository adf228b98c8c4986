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
// one to the next; 1 after the last. posterior_anneal and noise_anneal give q and h the same way.
//
// Where g is above q, L is unbounded: a latent that shrinks to nothing gains (g-q) log 1/t without
// end. What keeps it from there are a floor under t (the model's), few steps where q is found
// anew, and values of g no larger than 2 and no further than 1 above q. What is without any of them is refused
// unless unguarded.
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
	Unguarded bool      `name:"unguarded" doc:"admit weights of H[p(z)] above 2 or 1 above that of H[q]; and above it without a floor, or with more than 100 iterations to find q"`

	PosteriorAnneal []float64 `name:"posterior_anneal" min:"0" late:"true" doc:"weights of H[q], one after the other; 1 after the last"`
	NoiseAnneal     []float64 `name:"noise_anneal" min:"0" late:"true" doc:"weights of H[p(x|z)], one after the other; 1 after the last"`
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
	list := func(x []float64) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(x), "[]"), " ", ",") }
	for _, w := range []struct {
		of     string
		held   float64
		anneal []float64
	}{{"posterior", e.Posterior, e.PosteriorAnneal}, {"noise", e.Noise, e.NoiseAnneal}} {
		switch {
		case len(w.anneal) > 0:
			name += fmt.Sprintf(" %s %s,1", w.of, list(w.anneal))
		case w.held != 1:
			name += fmt.Sprintf(" %s %g", w.of, w.held)
		}
	}
	if len(e.Prior) > 0 {
		name += " prior " + list(e.Prior)
	}
	if e.stages() > 0 {
		name += fmt.Sprintf(" every %d", e.Every)
	}
	if e.Ramp {
		name += " ramp"
	}
	return name
}

// stages is how many times every steps have other weights than those of the end.
func (e EntropyELBO) stages() int {
	return max(len(e.Prior), len(e.PosteriorAnneal), len(e.NoiseAnneal))
}

// weights are those of a step.
func (e EntropyELBO) weights(step int) vi.Weights {
	return vi.Weights{Prior: e.course(e.Prior, 1, step), Posterior: e.course(e.PosteriorAnneal, e.Posterior, step), Noise: e.course(e.NoiseAnneal, e.Noise, step)}
}

// course is one weight at a step: of a list, and then the last.
func (e EntropyELBO) course(list []float64, last float64, step int) float64 {
	at, left := step/e.Every, step%e.Every
	if at >= len(list) {
		return last
	}
	g, next := list[at], last
	if !e.Ramp {
		return g
	}
	if at+1 < len(list) {
		next = list[at+1]
	}
	return g + float64((next-g)*(float64(left)/float64(e.Every)))
}

// steepest are the weights at which that of H[p(z)] is furthest above that of H[q]: at the
// start of a stage, since all go from one to the next in lines.
func (e EntropyELBO) steepest() (w vi.Weights) {
	for i := range e.stages() + 1 {
		if at := e.weights(i * e.Every); i == 0 || at.Prior-at.Posterior > w.Prior-w.Posterior {
			w = at
		}
	}
	return w
}

// Limits of the guards.
const (
	mostPrior = 2   // weight of H[p(z)]
	mostOver  = 1   // of it above that of H[q]
	mostInner = 100 // iterations to find q
)

// Check refuses weights under which the bound has no top, and settings that are not read.
func (e EntropyELBO) Check() error {
	for _, w := range []struct {
		name, list string
		held       float64
		anneal     []float64
	}{{"posterior_weight", "posterior_anneal", e.Posterior, e.PosteriorAnneal}, {"noise_weight", "noise_anneal", e.Noise, e.NoiseAnneal}} {
		if len(w.anneal) > 0 && w.held != 1 {
			return fmt.Errorf("%s: got %g beside %s, which ends at 1; give one of them", w.name, w.held, w.list)
		}
	}
	switch {
	case e.Ramp && e.stages() == 0:
		return fmt.Errorf("ramp: given but not read; it needs prior_weight, posterior_anneal or noise_anneal")
	case e.Every != 1 && e.stages() == 0:
		return fmt.Errorf("every: got %d, which is not read; it needs prior_weight, posterior_anneal or noise_anneal", e.Every)
	case e.Unguarded:
		return nil
	}
	for _, g := range e.Prior {
		if g > mostPrior {
			return fmt.Errorf("prior_weight: got %g; at most %d, since above the posterior's the objective is unbounded; unguarded admits more", g, mostPrior)
		}
	}
	if w := e.steepest(); w.Prior-w.Posterior > mostOver {
		return fmt.Errorf("prior_weight: got %g beside a posterior weight of %g; at most %d above it, since there the objective is unbounded; unguarded admits more", w.Prior, w.Posterior, mostOver)
	}
	return nil
}

// Suits refuses a q that nothing keeps from shrinking where the objective is unbounded.
func (e EntropyELBO) Suits(s vi.Sheet) error {
	w := e.steepest()
	if e.Unguarded || w.Prior <= w.Posterior {
		return nil
	}
	where := fmt.Sprintf("prior weight %g above posterior weight %g, where the objective is unbounded", w.Prior, w.Posterior)
	switch {
	case !(s.Floor > 0):
		return fmt.Errorf("floor: got 0 beside %s; need one above 0 under the spread of q, or unguarded: true", where)
	case s.Inner > mostInner:
		return fmt.Errorf("budget: got %d iterations to find q beside %s; at most %d, or unguarded: true", s.Inner, where, mostInner)
	}
	return nil
}

// Warn says what may leave the numbers, or fit nothing.
func (e EntropyELBO) Warn(s vi.Sheet, data vi.Shape, batch int) (said []string) {
	if w := e.steepest(); w.Prior > w.Posterior {
		said = append(said, fmt.Sprintf("prior weight %g above posterior weight %g: the objective is unbounded, since a latent that shrinks to nothing raises it", w.Prior, w.Posterior))
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

func (e EntropyELBO) Estimate(s *vi.Step) vi.Direction {
	g := e.weights(s.Iter)
	h := s.Entropies(g)
	l := h.Q.Mean().Scale(g.Posterior).Sub(h.Z.Scale(g.Prior)).Sub(h.X.Scale(g.Noise))
	d := s.Ascend(vi.Surrogate{Gen: l, Inf: l})
	d.Gen.Target = h.Target
	return d
}
