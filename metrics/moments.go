package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/vi"
)

// Replicates says how many directions a probe draws: r, or with a budget as many
// as budget random numbers allow, budget/(N T D), but at least least and at most r.
type Replicates struct {
	R      int     `name:"r" min:"2" doc:"replicates, at most"`
	Budget float64 `name:"budget" min:"0" doc:"random numbers to spend: r = budget / (N T D); 0 is no limit"`
	Least  int     `name:"least" min:"2" doc:"replicates at the least, whatever the budget"`
	Batch  int     `name:"batch" min:"0" doc:"data that a direction is of, the first of the set; 0 is all"`
	Sums   bool    `name:"sums" doc:"keep sums and sums of squares of every coordinate, from which any other ratio can be computed"`
	When   string  `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only, for the cost"`
}

// AtEnd says that a probe is for the end of a cell only.
func (p Replicates) AtEnd() bool { return p.When == "end" }

// Rows is the batch, no larger than the data.
func (p Replicates) Rows(n int) int {
	if p.Batch == 0 {
		return n
	}
	return min(n, p.Batch)
}

// Draws is the number of directions of n data, t samples a datum, d latent dimensions.
func (p Replicates) Draws(n, t, d int) int {
	if p.Budget <= 0 {
		return p.R
	}
	r := p.Budget / float64(n) / float64(t) / float64(max(d, 1))
	return max(int(min(r, float64(p.R))), min(p.Least, p.R)) // cut before it is made an int
}

func (Replicates) Needs() []vi.Cap { return nil }

// Twins is none, for probes that run no other estimator.
func (Replicates) Twins() []string { return nil }

// moments are sums and sums of squares of a direction over replicates, from
// which any definition of a signal-to-noise ratio can be computed.
type moments struct {
	n     int
	s, ss []float64
}

func (m *moments) add(x []float64) {
	if m.s == nil {
		m.s, m.ss = make([]float64, len(x)), make([]float64, len(x))
	}
	m.n++
	for i, v := range x {
		m.s[i] += v
		m.ss[i] += float64(v * v)
	}
}

func (m *moments) mean(i int) float64 { return m.s[i] / float64(m.n) }

// variance is the unbiased sample variance, never below zero.
func (m *moments) variance(i int) float64 {
	n := float64(m.n)
	return max(0, (m.ss[i]-float64(m.s[i]*m.s[i])/n)/(n-1))
}

// trace is the variance summed over a block.
func (m *moments) trace(b block) float64 {
	t := 0.0
	for i := b.lo; i < b.hi; i++ {
		t += m.variance(i)
	}
	return t
}

// signal is the squared norm of the mean over a block, less what noise alone
// would give: sum mean^2 - trace/R. It may be negative.
func (m *moments) signal(b block) float64 {
	t := 0.0
	for i := b.lo; i < b.hi; i++ {
		t += float64(m.mean(i) * m.mean(i))
	}
	return t - m.trace(b)/float64(m.n)
}

// norm is that of the mean over a block.
func (m *moments) norm(b block) float64 {
	t := 0.0
	for i := b.lo; i < b.hi; i++ {
		t += float64(m.mean(i) * m.mean(i))
	}
	return math.Sqrt(t)
}

// bad is the first non-finite sum of a block, as a reason; "" if there is none.
func (m *moments) bad(b block) string {
	for i := b.lo; i < b.hi; i++ {
		if x := m.ss[i]; x-x != 0 {
			return fmt.Sprintf("a replicate of %s has a direction that is not finite", b.name)
		}
	}
	return ""
}

func (p Replicates) keep(m *moments, out *Out, name string) {
	if !p.Sums {
		return
	}
	out.Keep(name+"/sum", m.s)
	out.Keep(name+"/sumsq", m.ss)
}
