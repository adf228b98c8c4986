package metrics

import "github.com/vibench/bench/vi"

// GradVar is the variance of the estimator's direction, summed over coordinates,
// by network and by parameter, at frozen parameters on all the data, or on a batch of the first ones.
//
//	tr Var[Delta] = sum_j var_j
type GradVar struct{ Replicates }

func (GradVar) Name() string                { return "gradvar" }
func (GradVar) Better() string              { return "lower" }
func (GradVar) Unit() string                { return "" }
func (GradVar) With() []string              { return nil }
func (m GradVar) Emits(s vi.Sheet) []string { return perBlock("gradvar", s) }

func (m GradVar) Open(e *Eval) Fold {
	return &gradVar{Replicates: m.Replicates, blocks: blocks(e.Work.Params)}
}

type gradVar struct {
	Replicates
	blocks []block
	self   moments
}

func (f *gradVar) Add(r int, self []float64, with [][]float64) { f.self.add(self) }

func (f *gradVar) Close(out *Out) {
	for _, b := range f.blocks {
		if why := f.self.bad(b); why != "" {
			out.Missing("gradvar/"+b.name, "%s", why)
			continue
		}
		out.Put("gradvar/"+b.name, f.self.trace(b))
	}
	out.Put("gradvar/r", float64(f.self.n))
	f.keep(&f.self, out, "gradvar/self")
}
