package metrics

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ELBO is the evidence lower bound, the mean over the data of 1/K sum_k log w_k.
type ELBO struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	weighed
	On
}

func (ELBO) Name() string              { return "elbo" }
func (ELBO) Better() string            { return "higher" }
func (ELBO) Unit() string              { return "nats" }
func (ELBO) Needs() []vi.Cap           { return nil }
func (m ELBO) Emits(vi.Sheet) []string { return []string{m.named("elbo")} }
func (m ELBO) Measure(e *Eval, o *Out) {
	o.Put(m.named("elbo"), mean(e.over(m.On, m.K, mean)))
}

// IWAE is the bound of K samples, the mean over the data of
// L_K = log 1/K sum_k w_k, itself averaged over r draws.
//
// Burda, Grosse and Salakhutdinov 2016 (1509.00519).
type IWAE struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	R int `name:"r" min:"1" doc:"draws of the bound to average"`
	weighed
	On
}

func (IWAE) Name() string              { return "iwae" }
func (IWAE) Better() string            { return "higher" }
func (IWAE) Unit() string              { return "nats" }
func (IWAE) Needs() []vi.Cap           { return nil }
func (m IWAE) name() string            { return m.named(fmt.Sprintf("iwae@%d", m.K)) }
func (m IWAE) Emits(vi.Sheet) []string { return []string{m.name()} }
func (m IWAE) Measure(e *Eval, o *Out) {
	if m.R == 1 {
		o.Put(m.name(), mean(e.Bounds(m.On, m.K)))
		return
	}
	s := make([]float64, m.R)
	e.each(m.On, m.K*m.R, func(lw []float64) {
		for r := range s {
			s[r] += logMeanExp(lw[r*m.K : (r+1)*m.K])
		}
	})
	o.Put(m.name(), mean(s)/float64(e.at(m.On).n))
}

// LogPX is the evidence, the mean over the data of log p(x), where the model
// knows it in closed form or by a sum over few latent states: minus the exact NLL.
type LogPX struct{ On }

func (LogPX) Name() string              { return "logpx" }
func (LogPX) Better() string            { return "higher" }
func (LogPX) Unit() string              { return "nats" }
func (LogPX) Needs() []vi.Cap           { return []vi.Cap{vi.Exact} }
func (m LogPX) Emits(vi.Sheet) []string { return []string{m.named("logpx")} }
func (LogPX) Masked() bool              { return true } // of what is seen
func (m LogPX) Measure(e *Eval, o *Out) {
	p, ok := e.Evidence(m.On)
	if !ok {
		o.Missing(m.named("logpx"), "the model has no closed evidence")
		return
	}
	o.Put(m.named("logpx"), mean(p))
}

// KL is log p(x) - L_K: KL(q || p(z|x)) at K = 1, and beyond that the divergence
// of the extended distributions whose bound L_K is. The evidence is exact where
// the model knows it, else L of phat samples, of which L_K's are the first.
//
// Le et al. 2018 (1705.10306); Rainforth et al. 2018 (1802.04537).
type KL struct {
	K    int `name:"k" min:"1" doc:"samples a datum"`
	PHat int `name:"phat" min:"1" doc:"samples that estimate log p(x) where it is not known"`
	weighed
	On
}

func (KL) Name() string              { return "kl" }
func (KL) Better() string            { return "lower" }
func (KL) Unit() string              { return "nats" }
func (KL) Needs() []vi.Cap           { return nil }
func (m KL) name() string            { return m.named(fmt.Sprintf("kl@%d", m.K)) }
func (m KL) Emits(vi.Sheet) []string { return []string{m.name()} }

// Check refuses an evidence that has fewer samples than the bound below it.
func (m KL) Check(s vi.Sheet) error {
	if m.PHat < m.K && !slices.Contains(s.Offers, vi.Exact) {
		return fmt.Errorf("phat: got %d samples for log p(x), beside k: %d for the bound; need at least as many", m.PHat, m.K)
	}
	return nil
}

func (m KL) Measure(e *Eval, o *Out) {
	p, exact := e.Evidence(m.On)
	if !exact {
		p = e.Bounds(m.On, m.PHat)
	}
	o.Put(m.name(), mean(p)-mean(e.Bounds(m.On, m.K)))
}

// ESS is the effective sample size, the mean over the data of
// (sum_k w_k)^2 / sum_k w_k^2, between 1 and K, and beside it the mean of its log,
// by which orders are tested. Each datum's is kept.
type ESS struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	weighed
	On
}

func (ESS) Name() string              { return "ess" }
func (ESS) Better() string            { return "higher" }
func (ESS) Unit() string              { return "samples" }
func (ESS) Needs() []vi.Cap           { return nil }
func (m ESS) name() string            { return m.named(fmt.Sprintf("ess@%d", m.K)) }
func (m ESS) Emits(vi.Sheet) []string { return []string{m.name(), m.name() + "/log"} }
func (m ESS) Measure(e *Eval, o *Out) {
	logs := e.over(m.On, m.K, logESS)
	ess := make([]float64, len(logs))
	vec.Exp(ess, logs)
	o.Put(m.name(), mean(ess))
	o.Put(m.name()+"/log", mean(logs))
	o.Keep(m.name(), ess)
}

func logESS(lw []float64) float64 {
	twice := make([]float64, len(lw))
	for i, x := range lw {
		twice[i] = 2 * x
	}
	return 2*vec.LogSumExp64(lw) - vec.LogSumExp64(twice)
}

// over is f of k log weights of every datum.
func (e *Eval) over(o On, k int, f func([]float64) float64) []float64 {
	var out []float64
	e.each(o, k, func(lw []float64) { out = append(out, f(lw)) })
	return out
}

// meanOver is the mean over the data of f of their log weights.
func meanOver(lw [][]float64, f func([]float64) float64) float64 {
	s := 0.0
	for _, x := range lw {
		s += f(x)
	}
	return s / float64(len(lw))
}
