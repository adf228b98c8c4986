package metrics

import "github.com/vibench/bench/vi"

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

// place is where an evaluation looks: so many data, the first of a split.
type place struct {
	train bool
	n     int
}

// at resolves what a suite says to what there is.
func (e *Eval) at(o On) place {
	p := place{train: o.Split == "train" && e.Test != nil}
	p.n = e.of(p).Data.N
	if o.First > 0 {
		p.n = min(p.n, o.First)
	}
	return p
}

// of is the work that holds a place's data.
func (e *Eval) of(p place) *vi.Work {
	if e.Test == nil || p.train {
		return e.Work
	}
	return e.Test
}
