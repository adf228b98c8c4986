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
