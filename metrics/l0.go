package metrics

import (
	"math"

	"github.com/vibench/bench/vi"
)

// L0 is the share of latents that a code uses, averaged over data and samples of q: those
// that are not zero, and beside it (l0/least) those above a threshold, for posteriors
// that are never exactly zero.
//
//	l0 = #{k : z_k != 0} / H,   l0/least = #{k : |z_k| > least} / H
type L0 struct {
	Least float64 `name:"least" min:"0" doc:"size above which a latent counts in l0/least"`
	Codes
}

func (L0) Name() string   { return "l0" }
func (L0) Better() string { return "" }
func (L0) Unit() string   { return "" }
func (m L0) Emits(vi.Sheet) []string {
	return []string{m.named("l0"), m.named("l0/least")}
}

func (m L0) Measure(e *Eval, o *Out) {
	for _, c := range []struct {
		name  string
		least float64
	}{{"l0", 0}, {"l0/least", m.Least}} {
		x, why := e.perCode(m.Codes, func(z []float64) float64 {
			used := 0
			for _, v := range z {
				if math.Abs(v) > c.least {
					used++
				}
			}
			return float64(used) / float64(len(z))
		})
		o.say(m.named(c.name), x, why)
	}
}
