package metrics

import "github.com/vibench/bench/vi"

// GradVarCost is the variance of the estimator's direction at equal cost: gradvar
// times the density evaluations that a datum of one direction takes. An estimator
// that takes twice as many could have averaged two directions of the other.
//
//	tr Var[Delta] x rows of log p and log q a datum
//
// Backward passes are not counted.
type GradVarCost struct{ Replicates }

func (GradVarCost) Name() string                { return "gradvar-cost" }
func (GradVarCost) Better() string              { return "lower" }
func (GradVarCost) Unit() string                { return "" }
func (GradVarCost) With() []string              { return nil }
func (m GradVarCost) Emits(s vi.Sheet) []string { return perBlock("gradvar-cost", s) }

func (m GradVarCost) Open(e *Eval) Fold {
	return &gradVarCost{m: m, blocks: networks(e.Work.Params), e: e}
}

type gradVarCost struct {
	m      GradVarCost
	blocks []block
	self   moments
	e      *Eval
}

func (f *gradVarCost) Add(r int, self []float64, with [][]float64) { f.self.add(self) }

func (f *gradVarCost) Close(out *Out) {
	cost := float64(f.e.Spent) / float64(f.m.Rows(f.e.Work.Data.N))
	for _, b := range f.blocks {
		if why := f.self.bad(b); why != "" {
			out.Missing("gradvar-cost/"+b.name, "%s", why)
			continue
		}
		out.Put("gradvar-cost/"+b.name, f.self.trace(b)*cost)
	}
}
