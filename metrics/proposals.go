package metrics

import "github.com/vibench/bench/vi"

// Proposals is what became of the moves that an estimator proposed to its chains so far: the share
// accepted (/accepted), and how many diverged (/diverged), which says that its steps are too long for
// some place where chains went.
type Proposals struct{}

func (Proposals) Name() string    { return "proposals" }
func (Proposals) Better() string  { return "" }
func (Proposals) Unit() string    { return "" }
func (Proposals) Needs() []vi.Cap { return []vi.Cap{vi.Particles} }
func (Proposals) Emits(vi.Sheet) []string {
	return []string{"proposals/accepted", "proposals/diverged"}
}

func (m Proposals) Measure(e *Eval, o *Out) {
	t, ok := e.Work.State[vi.Proposals]
	switch {
	case !ok:
		o.Missing("proposals/accepted", "the estimator proposes nothing")
		o.Missing("proposals/diverged", "the estimator proposes nothing")
	case t.Data[0] == 0:
		o.Missing("proposals/accepted", "no step has been taken")
		o.Put("proposals/diverged", 0)
	default:
		o.Put("proposals/accepted", t.Data[1]/t.Data[0])
		o.Put("proposals/diverged", t.Data[2])
	}
}
