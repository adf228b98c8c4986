package metrics

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/vi"
)

// Collapse is the share of latents whose posterior is as good as the prior: KL_k at most
// least on a share of the data or more. KL_k is that of q's base against the prior, before
// any threshold; that of a learned threshold itself is no part of it (the authors' code
// adds it, by which a latent can look alive). Beside it (collapse/coeff) is the share of latents with |z_k| at most least on as many codes,
// all samples of q counted.
//
// Fallah and Rozell 2022 (2205.03665), authors' code: 0.01 on 95 % of the data.
type Collapse struct {
	Least float64 `name:"least" min:"0" doc:"nats, and size of a code, up to which a latent says nothing"`
	Share float64 `name:"share" min:"0" max:"1" doc:"share of data on which it must"`
	Codes
}

func (Collapse) Name() string   { return "collapse" }
func (Collapse) Better() string { return "lower" }
func (Collapse) Unit() string   { return "" }
func (m Collapse) Emits(vi.Sheet) []string {
	return []string{m.named("collapse"), m.named("collapse/coeff")}
}

func (m Collapse) Measure(e *Eval, o *Out) {
	x, why := m.kl(e)
	o.say(m.named("collapse"), x, why)
	share, why := e.shares(m.Codes, m.Least)
	silent := make([]float64, len(share))
	for k, s := range share {
		silent[k] = 1 - s
	}
	o.say(m.named("collapse/coeff"), m.collapsed(silent), why)
}

// collapsed is the share of latents that are silent on enough of what there is, up to
// the rounding of a share.
func (m Collapse) collapsed(silent []float64) float64 {
	count := 0
	for _, s := range silent {
		if s >= m.Share-1e-12 {
			count++
		}
	}
	return float64(count) / float64(max(1, len(silent)))
}

func (m Collapse) kl(e *Eval) (x float64, why string) {
	if err := oneReal(e.Work.Model.Sheet()); err != nil {
		return 0, err.Error()
	}
	p, h := e.at(m.On), e.latents()
	silent := make([]float64, h)
	why = e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p)}, func(s *vi.Step, n int) string {
		prior := s.Prior()
		q, ok := s.Posterior().(dist.BaseKL)
		if prior == nil || !ok {
			return "the posterior does not know each latent's KL"
		}
		kl, ok := q.BaseKL(prior)
		if !ok {
			return "the posterior does not know each latent's KL to this prior"
		}
		rows, _ := kl.Shape()
		v := kl.Value()
		for b := range n {
			at := b * min(rows-1, 1) // one row may serve all data
			for k := range h {
				d := v.At(at*h + k)
				if d-d != 0 {
					return "a latent's KL is not finite"
				}
				if d <= m.Least {
					silent[k]++
				}
			}
		}
		return ""
	})
	if why != "" {
		return 0, why
	}
	for k := range silent {
		silent[k] /= float64(p.n)
	}
	return m.collapsed(silent), ""
}
