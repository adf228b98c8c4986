package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/vi"
)

// BoundLaw is how far the mean K-sample bound lies from its closed form, in
// units of what sampling and the next order allow: at most 1 when the law is
// met (a miss by chance: 0.27 % a cell).
//
//	| mean L_K - (log p(x) - g2/(2K)) | / (3 se + (g2/K)^2)
//
// Burda et al. 2016 (1509.00519), theorem 1; leading term of the bias in closed form.
type BoundLaw struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	R int `name:"r" min:"2" doc:"draws of the bound"`
}

func (BoundLaw) Name() string              { return "bound-law" }
func (BoundLaw) Better() string            { return "lower" }
func (BoundLaw) Unit() string              { return "" }
func (BoundLaw) Needs() []vi.Cap           { return []vi.Cap{vi.Exact, vi.LargeK} }
func (m BoundLaw) name() string            { return fmt.Sprintf("bound-law@%d", m.K) }
func (m BoundLaw) Emits(vi.Sheet) []string { return []string{m.name()} }

func (m BoundLaw) Measure(e *Eval, o *Out) {
	lim, ok := e.Work.Model.(vi.KLimits)
	p, exact := e.Evidence(On{Split: "train"})
	if !ok || !exact {
		o.Missing(m.name(), "the model does not know its large-K limits")
		return
	}
	k := float64(m.K)
	law, next := 0.0, 0.0
	for n, g := range lim.ChiSquare(e.Work.Params, e.Work.Data.X) {
		if math.IsInf(g, 1) {
			o.Missing(m.name(), "the weights of datum %d have no variance", n)
			return
		}
		law += (p[n] - g/(2*k)) / float64(len(p))
		next += float64(g/k*(g/k)) / float64(len(p))
	}
	var lw []float64
	s, ss := 0.0, 0.0
	for r := range m.R {
		lw = e.Replicate(r, m.K, lw)
		x := meanOver(columns(lw, m.K), logMeanExp)
		s += x
		ss += float64(x * x)
	}
	n := float64(m.R)
	se := math.Sqrt(max(0, (ss-s*s/n)/(n-1)) / n)
	o.Put(m.name(), math.Abs(s/n-law)/(float64(3*se)+next))
}

// Nested is by how much, at the worst of r draws, a bound of nested samples
// falls when their number doubles: L_2j < the mean of the two L_j it is made of.
// Zero up to rounding, on every draw, because log is concave.
//
// Burda et al. 2016 (1509.00519), theorem 1.
type Nested struct {
	weighed
	K int `name:"k" min:"2" doc:"samples a datum; halved as long as it is even"`
	R int `name:"r" min:"1" doc:"draws"`
}

func (Nested) Name() string              { return "nested" }
func (Nested) Better() string            { return "lower" }
func (Nested) Unit() string              { return "nats" }
func (Nested) Needs() []vi.Cap           { return nil }
func (m Nested) name() string            { return fmt.Sprintf("nested@%d", m.K) }
func (m Nested) Emits(vi.Sheet) []string { return []string{m.name()} }

func (m Nested) Measure(e *Eval, o *Out) {
	worst := 0.0
	var lw []float64
	for r := range m.R {
		lw = e.Replicate(r, m.K, lw)
		for _, x := range columns(lw, m.K) {
			for k := m.K; k%2 == 0; k /= 2 {
				half := float64((logMeanExp(x[:k/2]) + logMeanExp(x[k/2:k])) / 2)
				worst = max(worst, half-logMeanExp(x[:k]))
			}
		}
	}
	o.Put(m.name(), worst)
}

// columns cuts log weights [N,k] by datum.
func columns(lw []float64, k int) [][]float64 {
	out := make([][]float64, len(lw)/k)
	for n := range out {
		out[n] = lw[n*k : (n+1)*k]
	}
	return out
}
