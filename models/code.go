package models

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Code is the posterior of a sparse coder, a family:
//
//	diagonal            N(mu_n, diag t_n^2) of each datum's own
//	full                N(mu_n, L_n L_n') of each datum's own
//	local, local-full   the same, but found anew for each batch by L-BFGS from mu = 0, t = sd: the E-step of an EM
//	map                 the mode of p(z|x) by FISTA, a point
//	amortised           N(mu(x), diag t(x)^2)
//	lowrank             N(mu(x), V(x) V(x)' + diag t(x)^2)
//	laplace             mu(x) + Laplace(b(x))
//	threshold-laplace, threshold-gaussian   mu(x) + the noise of laplace or amortised less lambda, and zero where it is less
//	spike-slab          a slab N(mu(x), t(x)^2) times a gate of bits
//
// Networks are an MLP of hidden widths or, with resnet, D-2D and two residual blocks
// 2D-3D-2D; heads are linear. With own there is none, and heads are numbers of each datum's own. t and b are exp of a head plus floor.
//
// Rows that were not trained on have no q of their own: for evaluation those of diagonal and full are
// found as local's are, with scales as they stand, by budget iterations; so are all of local's and map's.
type Code struct {
	Posterior string  `name:"posterior" choices:"diagonal|full|local|local-full|map|amortised|lowrank|laplace|threshold-laplace|threshold-gaussian|spike-slab" doc:"family of q"`
	Encoder   string  `name:"encoder" choices:"mlp|resnet|own" doc:"network of an amortised q; own: none, numbers of each datum's own"`
	Hidden    []int   `name:"hidden" min:"1" doc:"mlp: widths of its hidden layers"`
	Act       string  `name:"act" choices:"relu|tanh|softplus|sigmoid" doc:"activation of hidden layers"`
	SD        float64 `name:"sd" min:"0.000001" doc:"sd of q, or b of laplace noise, at the start"`
	Floor     float64 `name:"floor" min:"0" doc:"below which neither falls"`
	Budget    int     `name:"budget" min:"1" max:"10000" doc:"iterations for a row whose q is not a parameter: L-BFGS, or FISTA of map"`
	Rank      int     `name:"rank" min:"1" doc:"lowrank: columns of V"`
	Thresholds
	Gates
	Warmup
}

// Thresholds are of threshold-laplace and threshold-gaussian. Under a Laplace(0, b) prior
// a latent is active with probability exp(-lambda/b), under N(0, s^2) with 2 Phi(-lambda/s).
type Thresholds struct {
	Threshold float64 `name:"threshold" min:"0" doc:"threshold-*: lambda, or where it is learned the mean of its prior Gamma(3, 3/threshold)"`
	Learned   bool    `name:"learned" doc:"threshold-*: lambda ~ Gamma(alpha(x), beta(x)), of each datum, latent and sample"`
}

// Gates are of spike-slab. The temperature falls as max(tau_floor, tau exp(-tau_rate t)).
type Gates struct {
	Gate     string  `name:"gate" choices:"corrected|published" doc:"spike-slab: logit of the gate, log g - log(1-g), or log g as published, by which it opens with probability g/(1+g)"`
	Tau      float64 `name:"tau" min:"0.0001" doc:"spike-slab: temperature of the gate"`
	TauRate  float64 `name:"tau_rate" min:"0" doc:"spike-slab: at which it falls, a step"`
	TauFloor float64 `name:"tau_floor" min:"0.0001" doc:"spike-slab: below which it does not fall"`
}

// Warmup scales the noise of samples, from warm up to 1: warm + warm_rate (t - warm_from).
type Warmup struct {
	Warm     float64 `name:"warm" min:"0.0001" max:"1" doc:"threshold-*, spike-slab: factor of the noise at the start; 1 is none"`
	WarmFrom int     `name:"warm_from" min:"0" doc:"step at which it begins to rise"`
	WarmRate float64 `name:"warm_rate" min:"0" doc:"by which it rises, a step"`
}

// warm is the factor at a step.
func (w Warmup) warm(step int) float64 {
	if w.Warm == 1 || step <= w.WarmFrom {
		return w.Warm
	}
	return min(1, w.Warm+float64(w.WarmRate*float64(step-w.WarmFrom)))
}

// tau is the gate's temperature at a step.
func (g Gates) tau(step int) float64 {
	if g.TauRate == 0 {
		return g.Tau
	}
	return max(g.TauFloor, g.Tau*vec.Exp64(-g.TauRate*float64(step)))
}

var usualCode = Code{
	Posterior: "amortised", Encoder: "mlp", Hidden: []int{128}, Act: "relu", SD: 1, Floor: 1e-3, Budget: 100, Rank: 5,
	Thresholds: Thresholds{Threshold: 0.25},
	Gates:      Gates{Gate: "corrected", Tau: 1, TauRate: 0, TauFloor: 0.5},
	Warmup:     Warmup{Warm: 1},
}

// family is a way to have a posterior.
type family interface {
	sheet() vi.Sheet // blocks, inf/ parameters and what they make possible
	start(key rng.Key, p *vi.Params)
	project(p *vi.Params) // where parameters may not stay where a step put them
	of(s *vi.Step) dist.Dist
}

// Which families are what.
var (
	ownGaussians = []string{"diagonal", "full", "local", "local-full"}
	thresholded  = []string{"threshold-laplace", "threshold-gaussian"}
	gaussians    = append([]string{"amortised", "lowrank"}, ownGaussians...)
	networked    = append([]string{"amortised", "lowrank", "laplace", "spike-slab"}, thresholded...)
)

// check refuses what is no family, and settings that the one chosen does not read.
func (c *Code) check(model string) error {
	if err := errors.Join(
		choose(model, "posterior", &c.Posterior, "amortised", "diagonal", "full", "local", "local-full", "map", "lowrank", "laplace", "threshold-laplace", "threshold-gaussian", "spike-slab"),
		choose(model, "encoder", &c.Encoder, "mlp", "resnet", "own"), choose(model, "gate", &c.Gate, "corrected", "published"),
		wide(model, "hidden", c.Hidden...)); err != nil {
		return err
	}
	is := func(names ...string) bool { return slices.Contains(names, c.Posterior) }
	network := is(networked...)
	u := usualCode
	for _, s := range []struct {
		unread       bool
		name, reader string
	}{
		{!network && c.Encoder != u.Encoder, "encoder", "an amortised posterior"},
		{!(network && c.Encoder == "mlp") && !slices.Equal(c.Hidden, u.Hidden), "hidden", "an amortised posterior with encoder mlp"},
		{!network && c.Act != u.Act, "act", "an amortised posterior"},
		{is("map") && c.SD != u.SD, "sd", "a posterior with noise"},
		{is("map") && c.Floor != u.Floor, "floor", "a posterior with noise"},
		{network && c.Budget != u.Budget, "budget", "a posterior of each datum's own"},
		{!is("lowrank") && c.Rank != u.Rank, "rank", "posterior lowrank"},
		{!is(thresholded...) && c.Thresholds != u.Thresholds, "threshold, learned", "a posterior threshold-laplace or threshold-gaussian"},
		{!is("spike-slab") && c.Gates != u.Gates, "gate, tau, tau_rate, tau_floor", "posterior spike-slab"},
		{!is("spike-slab", "threshold-laplace", "threshold-gaussian") && c.Warmup != u.Warmup, "warm, warm_from, warm_rate", "a posterior with a threshold or a gate"},
		{c.Warm == 1 && c.Warmup != u.Warmup, "warm_from, warm_rate", "warm below 1"},
		{c.TauRate == 0 && c.TauFloor != u.TauFloor, "tau_floor", "a tau_rate"},
	} {
		if s.unread {
			return fmt.Errorf("model %s: %s: given but not read; it needs %s", model, s.name, s.reader)
		}
	}
	switch {
	case !(c.SD > 0) || !(c.Floor >= 0) || c.SD-c.SD != 0 || c.Floor-c.Floor != 0:
		return fmt.Errorf("model %s: sd, floor: got %g, %g; need finite numbers, sd above 0", model, c.SD, c.Floor)
	case c.Learned && !(c.Threshold > 0):
		return fmt.Errorf("model %s: threshold: got %g where it is learned; need a mean above 0", model, c.Threshold)
	case c.TauRate > 0 && c.TauFloor > c.Tau:
		return fmt.Errorf("model %s: tau_floor: got %g above tau = %g", model, c.TauFloor, c.Tau)
	}
	return nil
}

// network is an amortised family for data.
func (c Code) network(model string, d *vi.Data, h int, active float64) (family, error) {
	act, err := activation(model, c.Act)
	if err != nil {
		return nil, err
	}
	if c.Encoder == "own" && d.Test != nil {
		return nil, fmt.Errorf("model %s: encoder own: data %q hold rows out, which have no q; need data without (test: 0), or posterior diagonal or full, which is found for them", model, d.Name)
	}
	return newAmortised(c, newCodeNet(c, d.N, d.D, act), h, active), nil
}
