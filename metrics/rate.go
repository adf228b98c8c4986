package metrics

import "github.com/vibench/bench/vi"

// Rate is what a linear decoder's latents tell of a datum and, beside it, its distortion,
// what they leave to be told, both in closed form: the ELBO is minus their sum.
//
//	rate = mean_n KL(q(z|x_n) || p(z)),   rate/distortion = -mean_n E_q log p(x_n|z)
//
// Alemi et al. 2018 (1711.00464).
type Rate struct{ On }

func (Rate) Name() string    { return "rate" }
func (Rate) Better() string  { return "" }
func (Rate) Unit() string    { return "nats" }
func (Rate) Needs() []vi.Cap { return []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL} }
func (m Rate) Emits(vi.Sheet) []string {
	return []string{m.named("rate"), m.named("rate/distortion")}
}

func (m Rate) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	if _, ok := e.of(p).Model.(vi.LinearDecoder); !ok {
		o.Missing(m.named("rate"), "the model has no linear decoder")
		o.Missing(m.named("rate/distortion"), "the model has no linear decoder")
		return
	}
	rate, distortion := 0.0, 0.0
	why := e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p)}, func(s *vi.Step, rows int) string {
		l, kl := s.ClosedTerms()
		for n, x := range kl.Float64s()[:rows] {
			rate += x
			distortion -= l.Float64s()[n]
		}
		return ""
	})
	o.say(m.named("rate"), rate/float64(p.n), why)
	o.say(m.named("rate/distortion"), distortion/float64(p.n), why)
}
