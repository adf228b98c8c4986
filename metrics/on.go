package metrics

import (
	"fmt"

	"github.com/vibench/bench/vi"
)

// On says which data an evaluation sees, and when.
type On struct {
	Split string `name:"on" choices:"test|train" doc:"held-out data, or those trained on; one and the same where nothing is held out"`
	First int    `name:"first" min:"0" doc:"so many data, the first of the split; 0 is all"`
	When  string `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only, for the cost"`
}

// AtEnd says that a metric is for the end of a cell only.
func (o On) AtEnd() bool { return o.When == "end" }

// named is a metric's name, with its split where that is not the usual one.
func (o On) named(name string) string {
	if o.Split == "train" {
		return "train/" + name
	}
	return name
}

// weighed is a metric of log weights, log p(x,z) - log q(z|x).
type weighed struct{}

// Check refuses a q whose samples have none.
func (weighed) Check(s vi.Sheet) error {
	for _, b := range s.Blocks {
		if b.Cut {
			return fmt.Errorf("the posterior of block %q has samples without a density beside the prior's, and so no bound by weights; look at closed-elbo or objective", b.Name)
		}
	}
	return nil
}

// place is where an evaluation looks: so many data, the first of a split.
type place struct {
	train bool
	n     int
}

// at resolves what a suite says to what there is.
func (e *Eval) at(o On) place {
	p := place{train: o.Split == "train" && e.Test != nil}
	p.n = e.rows(p)
	if o.First > 0 {
		p.n = min(p.n, o.First)
	}
	return p
}

// rows are all that there are.
func (e *Eval) rows(p place) int {
	if e.Test == nil || p.train {
		return e.Work.Data.N
	}
	return e.Test.Data.N
}

// of is the work that holds a place's data, with a posterior of each row.
func (e *Eval) of(p place) *vi.Work {
	w, trained := e.Work, e.Test == nil || p.train
	if !trained {
		w = e.Test
	}
	if !w.Infers(trained) {
		return w
	}
	if o := e.inferred[trained]; o != nil {
		return o
	}
	o, err := w.Infer(w.Data)
	if err != nil {
		panic(fmt.Sprintf("metrics: %v", err)) // the layout is the model's own
	}
	o.Bits = w.Bits
	if e.inferred == nil {
		e.inferred = map[bool]*vi.Work{}
	}
	e.inferred[trained] = o
	return o
}
