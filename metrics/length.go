package metrics

import "github.com/vibench/bench/vi"

// Length is that of the mean direction, by network and by parameter, at frozen parameters.
//
//	| E[Delta] |
type Length struct{ Replicates }

func (Length) Name() string                { return "length" }
func (Length) Better() string              { return "" }
func (Length) Unit() string                { return "" }
func (Length) With() []string              { return nil }
func (m Length) Emits(s vi.Sheet) []string { return perBlock("length", s) }

func (m Length) Open(e *Eval) Fold { return &length{blocks: networks(e.Work.Params)} }

type length struct {
	blocks []block
	self   moments
}

func (f *length) Add(r int, self []float64, with [][]float64) { f.self.add(self) }

func (f *length) Close(out *Out) {
	for _, b := range f.blocks {
		if why := f.self.bad(b); why != "" {
			out.Missing("length/"+b.name, "%s", why)
			continue
		}
		out.Put("length/"+b.name, f.self.norm(b))
	}
}
