package runner

import (
	"embed"
	"fmt"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Source is these files' own text, from which explain quotes.
//
//go:embed optimiser.go iwae.go
var Source embed.FS

// Optimiser is a rule and its schedule as a suite names them.
type Optimiser interface {
	Name() string
	Rule(n int) optim.Rule                    // for a direction that is a mean over n data
	Factor(steps int) (optim.Schedule, error) // over so many training steps
}

// Optimisers are the built-in ones with the defaults of their settings.
func Optimisers() []Optimiser {
	s := Course{Schedule: "constant", Rates: []float64{}, Lengths: []int{}, Ratio: 1, Each: 1, Turn: "first"}
	return []Optimiser{
		Adagrad{Rate: 0.01, Eps: 1e-8, Course: s},
		Adam{Rate: 0.001, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Course: s},
		IWAECode{Batch: 20},
		IWAEPaper{},
		SGD{Rate: 0.01, Course: s},
		Target{Rho: 1, Tau: 1},
	}
}

// Course is the course of a rate over training.
type Course struct {
	Schedule string    `name:"schedule" choices:"constant|cosine|geometric|stages" doc:"course of the rate"`
	To       float64   `name:"to" min:"0" doc:"cosine: factor at the last step"`
	Rates    []float64 `name:"rates" min:"0" doc:"stages: factor of each stage"`
	Lengths  []int     `name:"lengths" min:"1" doc:"stages: steps of each stage"`
	Ratio    float64   `name:"ratio" min:"0.000001" max:"1" late:"true" doc:"geometric: factor on the rate, again and again"`
	Each     int       `name:"each" min:"1" late:"true" doc:"geometric: steps from one time to the next; n/batch are a pass over the data"`
	Block    int       `name:"block" min:"0" late:"true" doc:"steps of a block, of which every other one has rate 0: two groups in turn; 0: no blocks"`
	Turn     string    `name:"turn" choices:"first|second" late:"true" with:"block" doc:"blocks that have the rate"`
}

func (s Course) Factor(steps int) (optim.Schedule, error) {
	var f optim.Schedule = optim.Constant(1)
	switch s.Schedule {
	case "cosine":
		f = optim.Cosine{From: 1, To: s.To, Steps: max(steps, 1)}
	case "stages":
		f = optim.Stages{Rates: s.Rates, Lengths: s.Lengths}
	case "geometric":
		f = optim.Geometric{Ratio: s.Ratio, Each: s.Each}
	}
	if s.Block > 0 {
		f = optim.Alternate{Of: f, Block: s.Block, Second: s.Turn == "second"}
	}
	return f, f.Check()
}

// Check refuses settings that the schedule does not read, and stages that are not
// whole: what was written would not be what happens.
func (s Course) Check(int) error {
	for _, x := range []struct {
		name, of string
		given    bool
	}{{"to", "cosine", s.To != 0}, {"rates", "stages", len(s.Rates) > 0}, {"lengths", "stages", len(s.Lengths) > 0}, {"ratio", "geometric", s.Ratio != 1}, {"each", "geometric", s.Each != 1}} {
		if x.given && s.Schedule != x.of {
			return fmt.Errorf("%s: schedule %s does not read it; add schedule: %s", x.name, s.Schedule, x.of)
		}
	}
	if s.Schedule == "stages" && (len(s.Rates) != len(s.Lengths) || len(s.Rates) == 0) {
		return fmt.Errorf("schedule stages: got %d rates and %d lengths; want as many, one at least", len(s.Rates), len(s.Lengths))
	}
	if s.Schedule == "geometric" && s.Ratio == 1 {
		return fmt.Errorf("schedule geometric: got ratio 1, which changes nothing; want one below 1, or schedule: constant")
	}
	return nil
}

// Adam is the rule of Kingma and Ba 2015, ascending.
type Adam struct {
	Rate  float64 `name:"rate" min:"0" doc:"size of a first step"`
	Beta1 float64 `name:"beta1" min:"0" max:"1" doc:"decay of the first moment"`
	Beta2 float64 `name:"beta2" min:"0" max:"1" doc:"decay of the second moment"`
	Eps   float64 `name:"eps" min:"0" doc:"added to the root of the second moment"`
	Course
}

func (Adam) Name() string { return "adam" }
func (a Adam) Rule(int) optim.Rule {
	return optim.Adam{Rate: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps}
}

// Adagrad is the rule of Duchi, Hazan and Singer 2011, ascending. Kingma and Welling
// 2014 chose its rate among 0.01, 0.02 and 0.1 and gave weights a N(0, I) prior: decay 1.
type Adagrad struct {
	Rate  float64 `name:"rate" min:"0" doc:"size of a first step"`
	Eps   float64 `name:"eps" min:"0" doc:"added to the root of the sum of squares"`
	Decay float64 `name:"decay" min:"0" doc:"precision of a Gaussian prior on the parameters: adds -decay theta/N to the direction"`
	Course
}

func (Adagrad) Name() string { return "adagrad" }
func (a Adagrad) Rule(n int) optim.Rule {
	return optim.Adagrad{Rate: a.Rate, Eps: a.Eps, Decay: a.Decay / float64(n)}
}

// SGD is gradient ascent, with momentum in the common or in Nesterov's form.
//
// The step of a dictionary as Fallah and Rozell 2022 (2205.03665) take it, with eta falling by
// 0.99 a pass over the data,
//
//	A += eta (1/B sum_b sum_k v_bk (x - A z) z' - 2 rho A)
//
// is that of rate = eta sigma^2 and weight_decay = 2 rho/sigma^2, since the direction is over sigma^2.
type SGD struct {
	Rate     float64 `name:"rate" min:"0" doc:"per unit of direction"`
	Momentum float64 `name:"momentum" min:"0" max:"1" doc:"decay of the velocity"`
	Nesterov bool    `name:"nesterov" doc:"look ahead along the velocity"`
	Decay    float64 `name:"weight_decay" min:"0" late:"true" doc:"adds -weight_decay theta to the direction, whatever the number of data"`
	Course
}

func (SGD) Name() string { return "sgd" }
func (s SGD) Rule(int) optim.Rule {
	return optim.SGD{Rate: s.Rate, Momentum: s.Momentum, Nesterov: s.Nesterov, Decay: s.Decay}
}

// Target goes a share rho of the way to the target that an estimator such as EM
// returns, and exactly to it at rho = 1. With kappa the share falls, at step t from 0:
// rho (t + tau)^-kappa, the step of Robbins and Monro 1951 for kappa in (0.5, 1].
type Target struct {
	Rho   float64 `name:"rho" min:"0" max:"1" doc:"share of the way"`
	Kappa float64 `name:"kappa" min:"0" max:"1" late:"true" doc:"power by which the share falls; 0: it stays"`
	Tau   float64 `name:"tau" min:"1" late:"true" with:"kappa" doc:"steps the fall is behind: early steps are smaller"`
}

func (Target) Name() string          { return "step" }
func (t Target) Rule(int) optim.Rule { return optim.Step{Rho: t.Rho} }

func (t Target) Factor(int) (optim.Schedule, error) {
	if t.Kappa == 0 {
		return optim.Constant(1), nil
	}
	f := optim.Power{Kappa: t.Kappa, Tau: t.Tau}
	return f, f.Check()
}

// trains says why an optimiser's settings do not go with each other or with
// batches of so many rows, 0 where nobody knows how many.
func (p Parts) trains(c suites.Choice, batch int) error {
	o, err := find(p.Optimisers, Optimiser.Name, c.Name)
	if err != nil {
		return err
	}
	if o, err = vi.With(o, c.Params); err != nil {
		return err
	}
	if k, ok := o.(interface{ Check(batch int) error }); ok {
		return k.Check(batch)
	}
	return nil
}

// optimiser is the named one with a cell's settings, for so many steps on n data.
func (p Parts) optimiser(c suites.Choice, steps, n int) (optim.Rule, optim.Schedule, error) {
	o, err := find(p.Optimisers, Optimiser.Name, c.Name)
	if err != nil {
		return nil, nil, fmt.Errorf("optimiser: %w", err)
	}
	if o, err = vi.With(o, c.Params); err != nil {
		return nil, nil, err
	}
	rule := o.Rule(n)
	if err := rule.Check(); err != nil {
		return nil, nil, err
	}
	f, err := o.Factor(steps)
	return rule, f, err
}
