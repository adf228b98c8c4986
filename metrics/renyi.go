package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/vi"
)

// Renyi is the bound of each of several orders alpha by K samples, as a mean over the data: the ELBO at
// 1, and beyond 0 one from above. And rise, by how much it goes up at most from an order to a
// larger one: of the same draws never, but for rounding.
//
//	L = 1/(1-alpha) log 1/K sum_k w_k^(1-alpha)
//
// E[L] is below the bound of q itself for alpha < 1, an upper one too, which may so be
// found below log p(x).
//
// Li and Turner 2016 (1602.02311); CUBO_n is the order 1-n, Dieng et al. 2017 (1611.00328).
type Renyi struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
	Orders
	weighed
	On
}

// Orders are those of several bounds.
type Orders struct {
	Alpha []float64 `name:"alpha" doc:"orders, of which 1 is the ELBO and 0 log p(x)"`
}

var usualOrders = []float64{1, 0.5, 0}

// put logs the bounds and the largest rise from an order to a larger one.
func (a Orders) put(name string, o *Out, bound func(alpha float64) float64) {
	rise := math.Inf(-1)
	values := make([]float64, len(a.Alpha))
	for i, alpha := range a.Alpha {
		values[i] = bound(alpha)
		switch at := fmt.Sprintf("%s/%g", name, alpha); {
		case math.IsInf(values[i], 0):
			o.Missing(at, "the bound is infinite")
		case math.IsNaN(values[i]):
			o.Missing(at, "the bound of this order is not known")
		default:
			o.Put(at, values[i])
		}
		for j := range i {
			up := values[i] - values[j]
			if alpha < a.Alpha[j] {
				up = -up
			}
			if alpha == a.Alpha[j] || math.IsNaN(up) {
				continue
			}
			rise = max(rise, up)
		}
	}
	if name += "/rise"; rise-rise != 0 {
		o.Missing(name, "fewer than two bounds are finite")
		return
	}
	o.Put(name, rise)
}

func (a Orders) names(name string) (all []string) {
	for _, alpha := range a.Alpha {
		all = append(all, fmt.Sprintf("%s/%g", name, alpha))
	}
	return append(all, name+"/rise")
}

func (Renyi) Name() string              { return "renyi" }
func (Renyi) Better() string            { return "" }
func (Renyi) Unit() string              { return "nats" }
func (Renyi) Needs() []vi.Cap           { return nil }
func (m Renyi) name() string            { return m.named(fmt.Sprintf("renyi@%d", m.K)) }
func (m Renyi) Emits(vi.Sheet) []string { return m.names(m.name()) }
func (m Renyi) Measure(e *Eval, o *Out) {
	m.put(m.name(), o, func(alpha float64) float64 {
		if alpha == 1 {
			return mean(e.over(m.On, m.K, mean))
		}
		return mean(e.over(m.On, m.K, func(lw []float64) float64 {
			t := make([]float64, len(lw))
			for i, x := range lw {
				t[i] = (1 - alpha) * x
			}
			return logMeanExp(t) / (1 - alpha)
		}))
	})
}

// ClosedRenyi are the bounds of q itself, where the model knows them, with rise as renyi has it; and
// kl, the order 0 less the order 1, KL(q || p(z|x)). An infinite bound is none.
//
// Li and Turner 2016 (1602.02311).
type ClosedRenyi struct{ Orders }

func (ClosedRenyi) Name() string    { return "closed-renyi" }
func (ClosedRenyi) Better() string  { return "" }
func (ClosedRenyi) Unit() string    { return "nats" }
func (ClosedRenyi) Needs() []vi.Cap { return []vi.Cap{vi.Renyi} }
func (m ClosedRenyi) Emits(vi.Sheet) []string {
	return append(m.names("closed-renyi"), "closed-renyi/kl")
}

func (m ClosedRenyi) Measure(e *Eval, o *Out) {
	b, ok := e.Work.Model.(vi.ClosedRenyi)
	if !ok {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the model has no closed bounds")
		}
		return
	}
	bound := func(alpha float64) float64 { return b.RenyiBound(e.Work.Params, e.Work.Data, alpha) }
	m.put("closed-renyi", o, bound)
	why := ""
	kl := bound(0) - bound(1)
	if kl-kl != 0 {
		why = "a bound of order 0 or 1 is not known"
	}
	o.say("closed-renyi/kl", kl, why)
}
