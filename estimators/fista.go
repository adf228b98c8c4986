package estimators

import (
	"fmt"
	"math"
	"sync"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/vi"
)

// MAP is what FISTA and ISTA share: sparse coding by the mode of p(z|x) in place of a
// posterior, and a step of the dictionary at it.
//
//	z* = argmin 1/2 ||x - A z||^2 + lambda ||z||_1;   theta: d log p(x|z*)/dtheta
type MAP struct {
	Lambda float64 `name:"lambda" min:"0" doc:"weight of the 1-norm"`
	Steps  int     `name:"steps" min:"1" max:"100000" doc:"steps a row, at most"`
	Tol    float64 `name:"tol" min:"0" doc:"a row stops when a step moves its code by no more than this share of it"`
	Ramp   float64 `name:"ramp" min:"0.0001" max:"1" late:"true" doc:"share of lambda at the start; 1 is all of it throughout"`
	Rate   float64 `name:"ramp_rate" min:"0" late:"true" doc:"by which the share rises, a step"`
}

var usualMAP = MAP{Lambda: 1, Steps: 500, Tol: 1e-3, Ramp: 1}

func (e MAP) card(name string) vi.Card {
	target := fmt.Sprintf("map lambda %g", e.Lambda)
	if e.Rate > 0 {
		target += fmt.Sprintf(" ramp %g rate %g", e.Ramp, e.Rate)
	}
	return vi.Card{Name: name, Paper: "Beck and Teboulle 2009", PerDatum: true, Needs: []vi.Cap{vi.Linear, vi.Atoms}, K: 1, Target: target, Bias: "a mode for a mean"}
}

// Check refuses a ramp that never ends, and a rate without one.
func (e MAP) Check() error {
	switch {
	case e.Rate > 0 && e.Ramp == 1:
		return fmt.Errorf("ramp_rate: got %g with ramp 1, which is all of lambda already; need ramp below 1", e.Rate)
	case e.Rate == 0 && e.Ramp < 1:
		return fmt.Errorf("ramp: got %g with ramp_rate 0, by which it never ends; need a rate above 0, or lambda: %g", e.Ramp, float64(e.Ramp*e.Lambda))
	}
	return nil
}

// lambda is the weight at a step.
func (e MAP) lambda(step int) float64 {
	if e.Rate == 0 {
		return e.Lambda
	}
	return e.Lambda * min(1, e.Ramp+float64(e.Rate*float64(step)))
}

// Warn says where metrics will look at other codes than those that A is fitted by.
func (e MAP) Warn(s vi.Sheet, _ vi.Shape, _ int) []string {
	if d := s.Penalty - e.Lambda; d > 0.01*e.Lambda || -d > 0.01*e.Lambda {
		return []string{fmt.Sprintf("lambda = %g fits the dictionary; metrics see the model's codes, which need posterior map with fixed noise and sigma^2/scale = lambda, got %.4g (0: another posterior)", e.Lambda, s.Penalty)}
	}
	return nil
}

func (e MAP) estimate(s *vi.Step, plain bool) vi.Direction {
	a, _ := s.Linear()
	d, h := a.Shape()
	z := s.Leaf(s.B(), h)
	v := z.Value()
	w := solving.Get().(*solve)
	defer solving.Put(w)
	w.a, w.x = a.Value().AppendTo(w.a[:0]), s.X.Value().AppendTo(w.x[:0])
	w.code = append(w.code[:0], make([]float64, s.B()*h)...)
	err := w.problem.Take(w.a, d, h)
	if err == nil {
		_, err = w.problem.Solve(lasso.Solver{Lambda: e.lambda(s.Iter), Steps: e.Steps, Tol: e.Tol, Plain: plain}, w.x, w.code, &w.work)
	}
	for i, x := range w.code {
		v.Set(i, x)
	}
	if err != nil { // the dictionary has left the numbers, and so does the direction
		v.Set(0, math.NaN())
	}
	return s.Ascend(vi.Surrogate{Gen: s.LogLik(dist.Value{Node: z, K: 1}).Mean()})
}

// solve is what solving a batch needs, kept from one to the next.
type solve struct {
	problem    lasso.Problem
	work       lasso.Work
	a, x, code []float64
}

var solving = sync.Pool{New: func() any { return &solve{} }}

// FISTA is MAP sparse coding: codes by accelerated proximal gradients, and the
// dictionary's ascent direction at them. Nothing moves inf/.
//
//	z' = soft(y - A'(A y - x)/L, lambda/L),   y' = z' + (t-1)/t' (z' - z),   t' = (1 + sqrt(1 + 4 t^2))/2
//	theta: d log p(x|z*)/dtheta, of A (x - A z*) z*'/sigma^2
//
// A lambda above every |a'x| leaves zero codes, of which no dictionary learns. With ramp it is
// lambda min(1, ramp + ramp_rate t) at step t, so that atoms have grown by the time it is whole.
//
// Needs linear and atoms.
// Unbiased for the gradient at its own code, without variance; biased for that of the evidence, as a mode in place of a mean is.
// Costs a likelihood and, a step, two products with A a datum.
//
// Beck and Teboulle 2009 (doi 10.1137/080716542); the alternation Olshausen and Field 1996.
type FISTA struct{ MAP }

func (e FISTA) Card() vi.Card                    { return e.card("fista") }
func (e FISTA) Estimate(s *vi.Step) vi.Direction { return e.estimate(s, false) }

// ISTA is FISTA without its momentum.
//
//	z' = soft(z - A'(A z - x)/L, lambda/L)
//
// Needs linear and atoms.
// Unbiased for the gradient at its own code, without variance; biased for that of the evidence, as a mode in place of a mean is.
// Costs as FISTA's.
//
// Daubechies, Defrise and De Mol 2004, as in Beck and Teboulle 2009 (doi 10.1137/080716542).
type ISTA struct{ MAP }

func (e ISTA) Card() vi.Card                    { return e.card("ista") }
func (e ISTA) Estimate(s *vi.Step) vi.Direction { return e.estimate(s, true) }
