package compare

import (
	"math"
	"slices"

	"github.com/vibench/bench/stats"
)

// A Pooled is one metric over all tasks of one side.
type Pooled struct {
	Metric, B      string
	Better         string
	Log            bool
	Tasks, N       int
	IQM, Lo, Hi    float64 // of the paired differences
	IQMA, IQMB     float64 // of each side's numbers
	Improvement    float64 // P(a better than b), mean over tasks; NaN where neither direction is better
	ImpLo, ImpHi   float64
	LeastSeeds     int  // of any task
	Unequal        bool // tasks have unlike numbers of pairs
	Reused         bool // a cell is in several tasks
	Open           bool // a row of it is: these are the seeds that went well
	differ, as, bs [][]float64
	cells          map[string]bool
}

// add puts the pairs of a task beside those of others.
func (p *Pooled) add(t *task, x, y, d []float64) {
	if p.cells == nil {
		p.cells = map[string]bool{}
	}
	for _, pair := range t.cells {
		for _, id := range []string{"a" + pair.a.ID, "b" + pair.b.ID} {
			p.Reused = p.Reused || p.cells[id]
			p.cells[id] = true
		}
	}
	if p.Tasks == 0 || len(d) < p.LeastSeeds {
		p.LeastSeeds = len(d)
	}
	p.Unequal = p.Unequal || p.Tasks > 0 && len(d) != len(p.differ[0])
	p.Tasks, p.N = p.Tasks+1, p.N+len(d)
	p.as, p.bs, p.differ = append(p.as, x), append(p.bs, y), append(p.differ, d)
}

// finish reckons what all tasks say together.
func (p *Pooled) finish() Pooled {
	p.IQM, p.Lo, p.Hi = stats.IQMOver(p.differ, Reps, Seed)
	p.IQMA, p.IQMB = stats.IQM(slices.Concat(p.as...)), stats.IQM(slices.Concat(p.bs...))
	up, down := p.as, p.bs
	if p.Better == "lower" {
		up, down = down, up
	}
	p.Improvement, p.ImpLo, p.ImpHi = math.NaN(), math.NaN(), math.NaN()
	if p.Better != "" {
		p.Improvement, p.ImpLo, p.ImpHi = stats.Improvement(up, down, Reps, Seed)
	}
	return *p
}
