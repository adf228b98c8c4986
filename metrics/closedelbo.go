package metrics

import "github.com/vibench/bench/vi"

// ClosedELBO is the ELBO of a linear decoder in closed form, the mean of what sparse-elbo
// estimates by avg: of a thresholded q by the moments after the threshold, and the KL of
// the noise before it.
//
//	mean_n  -D/2 log 2 pi sigma^2 - E||x - A z||^2 / (2 sigma^2) - KL(base(x_n) || p)
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888); of thresholds Fallah and Rozell 2022 (2205.03665).
type ClosedELBO struct{ On }

func (ClosedELBO) Name() string              { return "closed-elbo" }
func (ClosedELBO) Better() string            { return "higher" }
func (ClosedELBO) Unit() string              { return "nats" }
func (ClosedELBO) Needs() []vi.Cap           { return []vi.Cap{vi.Linear, vi.Moments, vi.BaseKL} }
func (m ClosedELBO) Emits(vi.Sheet) []string { return []string{m.named("closed-elbo")} }

func (m ClosedELBO) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	if _, linear := e.of(p).Model.(vi.LinearDecoder); !linear {
		o.say(m.named("closed-elbo"), 0, "the model has no linear decoder")
		return
	}
	total := 0.0
	why := e.steps(p, e.of(p).Fit(), &vi.Keyed{Key: e.key(p)}, func(s *vi.Step, rows int) string {
		for _, x := range s.ClosedELBO().Float64s()[:rows] {
			total += x
		}
		return ""
	})
	o.say(m.named("closed-elbo"), total/float64(p.n), why)
}
