package metrics

import (
	"fmt"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Relaxed is the bound of a model whose bits or categories are relaxed, by densities
// of both networks, and the integrality gap: by how much it lies above the bound of
// the discrete model with the same parameters, by masses at hard samples, which is
// iwae of the same k and has the same noise.
//
//	relaxed@k = mean of log 1/k sum_j p(x|Z_j) p_{prior_tau}(Z_j) / q_tau(Z_j|x)     gap = relaxed@k - iwae@k
//
// What was trained on relaxed samples is to be read by iwae, elbo or nll: relaxed is
// no bound of log p(x). Of a cost, which has no prior, it is the mean of f(Z). The
// temperatures are the suite's, not the estimator's: evaluation does not see it.
//
// Maddison, Mnih and Teh 2017 (1611.00712).
type Relaxed struct {
	K        int     `name:"k" min:"1" doc:"samples a datum; 1 of a cost"`
	R        int     `name:"r" min:"1" doc:"draws of the bound to average"`
	Tau      float64 `name:"tau" min:"0.0001" doc:"temperature of q"`
	PriorTau float64 `name:"prior_tau" min:"0.0001" doc:"temperature of the prior"`
	On
}

func (Relaxed) Name() string              { return "relaxed" }
func (Relaxed) Better() string            { return "higher" }
func (Relaxed) Unit() string              { return "nats" }
func (Relaxed) Needs() []vi.Cap           { return []vi.Cap{vi.Relax} }
func (m Relaxed) name() string            { return m.named(fmt.Sprintf("relaxed@%d", m.K)) }
func (m Relaxed) Emits(vi.Sheet) []string { return []string{m.name(), m.name() + "/gap"} }

// Check refuses several samples of a cost: it is no log weight.
func (m Relaxed) Check(s vi.Sheet) error {
	if s.Cost && m.K > 1 {
		return fmt.Errorf("k: got %d samples of a cost, which is no log weight; want 1, and r draws", m.K)
	}
	return nil
}

func (m Relaxed) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	if _, ok := w.Step(e.Step, w.All[:1], nil).Posterior().(dist.Relaxer); !ok {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the posterior cannot be relaxed")
		}
		return
	}
	bound := func(sum *float64) func(lw []float64) {
		return func(lw []float64) {
			for r := range m.R {
				*sum += logMeanExp(lw[r*m.K:(r+1)*m.K]) / float64(m.R*p.n)
			}
		}
	}
	soft, hard := 0.0, 0.0
	rows := w.Fit()
	e.drawBlocks(w, p.n, m.K*m.R, max(1, rows/(m.K*m.R)), max(1, rows), e.key(p), m.weigh, bound(&soft))
	e.each(m.On, m.K*m.R, bound(&hard))
	o.Put(m.name(), soft)
	o.Put(m.name()+"/gap", soft-hard)
}

// weigh are the log weights of k relaxed samples, [K,B].
func (m Relaxed) weigh(s *vi.Step, k int) tape.Node {
	q := s.Posterior().(dist.Relaxer).Relax(dist.Relaxation{Tau: m.Tau})
	z := q.Sample(s.Noise("z"), k)
	l, p := s.LogLik(z), s.Prior()
	if p == nil {
		return l
	}
	return l.Add(p.(dist.Relaxer).Relax(dist.Relaxation{Tau: m.PriorTau}).LogProb(z)).Sub(s.LogQ(q, z))
}
