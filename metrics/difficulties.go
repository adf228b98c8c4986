package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// Difficulties is how far a model of answers is from known difficulties b of its items, such as a program's
// or a paper's: the largest distance over items (/off).
type Difficulties struct {
	At   []float64 `name:"at" doc:"the difficulties, in the items' order"`
	When string    `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only"`
}

func (Difficulties) Name() string            { return "difficulties" }
func (Difficulties) Better() string          { return "lower" }
func (Difficulties) Unit() string            { return "" }
func (Difficulties) Needs() []vi.Cap         { return []vi.Cap{vi.Answers} }
func (m Difficulties) AtEnd() bool           { return m.When == "end" }
func (Difficulties) Emits(vi.Sheet) []string { return []string{"difficulties/off"} }

func (m Difficulties) Measure(e *Eval, o *Out) {
	model, ok := e.Work.Model.(vi.Respondents)
	if !ok {
		o.Missing("difficulties/off", "the model has no items")
		return
	}
	items := model.Items(e.Work.Params)
	if 3*len(m.At) != len(items) {
		o.Missing("difficulties/off", "at: got %d difficulties of %d items", len(m.At), len(items)/3)
		return
	}
	off := 0.0
	for j, b := range m.At {
		off = max(off, math.Abs(items[3*j+1]-b))
	}
	o.Put("difficulties/off", off)
}
