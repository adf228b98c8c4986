package metrics

import (
	"errors"

	"github.com/vibench/bench/vi"
)

// MSE is how far data lie from what the model makes of their codes, a mean over the
// numbers of a datum:
//
//	mse = E 1/D ||x - E[x|z]||^2,   z ~ q(z|x)
//
// averaged over data and k samples of q, and (/best) that of the best of each datum's k
// samples, which is what an estimator that takes the best of its samples is after: it
// falls with k.
type MSE struct {
	K int `name:"k" min:"1" doc:"samples of q a datum"`
	On
}

func (MSE) Name() string              { return "mse" }
func (MSE) Better() string            { return "lower" }
func (MSE) Unit() string              { return "" }
func (MSE) Needs() []vi.Cap           { return []vi.Cap{vi.Render} }
func (m MSE) Emits(vi.Sheet) []string { return []string{m.named("mse"), m.named("mse/best")} }

// Check refuses a model that is given a part of x.
func (MSE) Check(s vi.Sheet) error {
	if s.Predicts {
		return errors.New("mse: of a model that predicts, x is not whole")
	}
	return nil
}

func (m MSE) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	model, ok := e.of(p).Model.(vi.Renderer)
	if !ok {
		o.Missing(m.named("mse"), "the model has no mean of x given z")
		o.Missing(m.named("mse/best"), "the model has no mean of x given z")
		return
	}
	total, best, d := 0.0, 0.0, e.Work.Data.D
	var x, mean []float64
	why := e.steps(p, max(1, e.of(p).Fit()/m.K), &vi.Keyed{Key: e.key(p), K: m.K}, func(s *vi.Step, rows int) string {
		r := model.Render(s, s.Posterior().Sample(s.Noise("z"), m.K))
		x, mean = s.X.Value().AppendTo(x[:0]), r.Value().AppendTo(mean[:0])
		for b := range rows {
			least := 0.0
			for j := range m.K {
				ss := 0.0
				for i, y := range mean[(b*m.K+j)*d:][:d] {
					r := x[b*d+i] - y
					ss += float64(r * r)
				}
				if ss-ss != 0 {
					return "a mean of x is not finite"
				}
				total += ss
				if j == 0 || ss < least {
					least = ss
				}
			}
			best += least
		}
		return ""
	})
	numbers := float64(p.n) * float64(d)
	o.say(m.named("mse"), total/(numbers*float64(m.K)), why)
	o.say(m.named("mse/best"), best/numbers, why)
}
