package metrics

import (
	"fmt"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// ELBO is the evidence lower bound, the mean over the data of 1/K sum_k log w_k.
type ELBO struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (ELBO) Name() string              { return "elbo" }
func (ELBO) Better() string            { return "higher" }
func (ELBO) Unit() string              { return "nats" }
func (ELBO) Needs() []vi.Cap           { return nil }
func (ELBO) Emits(vi.Sheet) []string   { return []string{"elbo"} }
func (m ELBO) Measure(e *Eval, o *Out) { o.Put("elbo", meanOver(e.LogWeights(m.K), mean)) }

// IWAE is the bound of K samples, the mean over the data of
// L_K = log 1/K sum_k w_k, itself averaged over r draws.
//
// Burda, Grosse and Salakhutdinov 2016 (1509.00519).
type IWAE struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	R int `name:"r" min:"1" doc:"draws of the bound to average"`
}

func (IWAE) Name() string              { return "iwae" }
func (IWAE) Better() string            { return "higher" }
func (IWAE) Unit() string              { return "nats" }
func (IWAE) Needs() []vi.Cap           { return nil }
func (m IWAE) name() string            { return fmt.Sprintf("iwae@%d", m.K) }
func (m IWAE) Emits(vi.Sheet) []string { return []string{m.name()} }
func (m IWAE) Measure(e *Eval, o *Out) {
	s := 0.0
	for r := range m.R {
		lw := e.LogWeights(m.K * m.R)
		for n := range lw {
			lw[n] = lw[n][r*m.K : (r+1)*m.K]
		}
		s += meanOver(lw, logMeanExp)
	}
	o.Put(m.name(), s/float64(m.R))
}

// LogPX is the evidence, the mean over the data of log p(x), where the model
// knows it in closed form.
type LogPX struct{}

func (LogPX) Name() string            { return "logpx" }
func (LogPX) Better() string          { return "higher" }
func (LogPX) Unit() string            { return "nats" }
func (LogPX) Needs() []vi.Cap         { return []vi.Cap{vi.Exact} }
func (LogPX) Emits(vi.Sheet) []string { return []string{"logpx"} }
func (LogPX) Measure(e *Eval, o *Out) {
	p, ok := e.Evidence()
	if !ok {
		o.Missing("logpx", "the model has no closed evidence")
		return
	}
	o.Put("logpx", mean(p))
}

// KL is log p(x) - L_K: KL(q || p(z|x)) at K = 1, and beyond that the divergence
// of the extended distributions whose bound L_K is. The evidence is exact where
// the model knows it, else L of phat samples.
//
// Le et al. 2018 (1705.10306); Rainforth et al. 2018 (1802.04537).
type KL struct {
	K    int `name:"k" min:"1" doc:"samples a datum"`
	PHat int `name:"phat" min:"1" doc:"samples that estimate log p(x) where it is not known"`
}

func (KL) Name() string              { return "kl" }
func (KL) Better() string            { return "lower" }
func (KL) Unit() string              { return "nats" }
func (KL) Needs() []vi.Cap           { return nil }
func (m KL) name() string            { return fmt.Sprintf("kl@%d", m.K) }
func (m KL) Emits(vi.Sheet) []string { return []string{m.name()} }
func (m KL) Measure(e *Eval, o *Out) {
	var p float64
	if exact, ok := e.Evidence(); ok {
		p = mean(exact)
	} else {
		p = meanOver(e.LogWeights(m.PHat), logMeanExp)
	}
	o.Put(m.name(), p-meanOver(e.LogWeights(m.K), logMeanExp))
}

// ESS is the effective sample size, the mean over the data of
// (sum_k w_k)^2 / sum_k w_k^2, between 1 and K.
type ESS struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (ESS) Name() string              { return "ess" }
func (ESS) Better() string            { return "higher" }
func (ESS) Unit() string              { return "samples" }
func (ESS) Needs() []vi.Cap           { return nil }
func (m ESS) name() string            { return fmt.Sprintf("ess@%d", m.K) }
func (m ESS) Emits(vi.Sheet) []string { return []string{m.name()} }
func (m ESS) Measure(e *Eval, o *Out) {
	o.Put(m.name(), meanOver(e.LogWeights(m.K), func(lw []float64) float64 {
		twice := make([]float64, len(lw))
		for i, x := range lw {
			twice[i] = 2 * x
		}
		return vec.Exp64(2*vec.LogSumExp64(lw) - vec.LogSumExp64(twice))
	}))
}

func mean(x []float64) float64 { return vec.Sum(x) / float64(len(x)) }

func logMeanExp(lw []float64) float64 { return vec.LogSumExp64(lw) - vec.Log64(float64(len(lw))) }

// meanOver is the mean over the data of f of their log weights.
func meanOver(lw [][]float64, f func([]float64) float64) float64 {
	s := 0.0
	for _, x := range lw {
		s += f(x)
	}
	return s / float64(len(lw))
}
