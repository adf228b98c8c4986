package metrics

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Entropies holds the ELBO of a linear decoder against the sum of entropies that it is at
// the best scales of prior and noise, over the data of a split.
//
//	sum        1/N sum_n H[q_n] - H[p(z)] - H[p(x|z)], the scales at their best for these data
//	elbo       the ELBO in closed form, the scales as they are; no larger
//	gap        (sum - elbo) / (1 + |sum|)
//	identity   |ELBO at the best scales - sum| / (1 + |sum|), the ELBO by likelihood and KL
//	perturbed  the largest of (ELBO - sum) over draws of other scales, each log moved by N(0, 0.1^2): below 0
//	z          the ELBO by k samples a datum less its closed form, in standard errors over data
//	noise      the best sigma^2
//
// Velychko, Damm, Fischer and Luecke 2024 (2311.01888).
type Entropies struct {
	K     int `name:"k" min:"1" doc:"samples a datum of z"`
	Draws int `name:"draws" min:"1" doc:"other scales that perturbed looks at"`
	On
}

func (Entropies) Name() string    { return "entropies" }
func (Entropies) Better() string  { return "higher" }
func (Entropies) Unit() string    { return "nats" }
func (Entropies) Needs() []vi.Cap { return []vi.Cap{vi.Scales} }

func (m Entropies) Emits(vi.Sheet) (names []string) {
	for _, n := range []string{"sum", "elbo", "gap", "identity", "perturbed", "z", "noise"} {
		names = append(names, m.named("entropies/"+n))
	}
	return names
}

// spread of the logs of other scales.
const otherScales = 0.1

func (m Entropies) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	if _, free := w.Model.(vi.Entropic); !free {
		for _, name := range m.Emits(w.Model.Sheet()) {
			o.say(name, 0, "the model's scales are not free")
		}
		return
	}
	rows := w.All[:p.n]
	if w.Model.Sheet().Whole {
		rows = w.All
	}
	key := e.key(p).Fold("entropies")
	step := func(w *vi.Work) *vi.Step { return w.Step(e.Step, rows, &vi.Keyed{Key: key}) }
	put := func(name string, x float64) { o.Put(m.named("entropies/"+name), x) }

	s := step(w)
	h := s.Entropies(vi.Weights{Prior: 1, Posterior: 1, Noise: 1})
	sum := h.Q.Mean().Float() - h.Z.Float() - h.X.Float()
	best := w.Params.Clone()
	for _, name := range h.Scales {
		best.Value(name).Copy(w.Params.Of(h.Target, name))
	}
	e.Evals += s.Evals

	closed := func(w *vi.Work) []float64 { // the ELBO of each datum
		s := step(w)
		elbo := s.ClosedELBO()
		e.Evals += s.Evals
		return append([]float64(nil), elbo.Float64s()...)
	}
	now := closed(w)
	elbo := mean(now)
	put("sum", sum)
	put("elbo", elbo)
	put("gap", (sum-elbo)/(1+math.Abs(sum)))
	put("noise", h.Noise)

	there := w.At(best)
	put("identity", math.Abs(mean(closed(there))-sum)/(1+math.Abs(sum)))
	worst := math.Inf(-1)
	for i := range m.Draws {
		moved := best.Clone()
		for _, name := range h.Scales {
			move(key.At(uint64(i)).Fold(name), moved, name)
		}
		worst = math.Max(worst, mean(closed(w.At(moved)))-sum)
	}
	put("perturbed", worst)

	var sampled []float64
	e.drawBlocks(w, len(rows), m.K, len(rows), max(1, w.Fit()/len(rows)), key.Fold("z"), weigh, func(lw []float64) { sampled = append(sampled, mean(lw)) })
	if e.Context.Err() != nil {
		return
	}
	d := make([]float64, len(now))
	for n := range d {
		d[n] = sampled[n] - now[n]
	}
	if se := math.Sqrt(variance(d, 1) / float64(len(d)-1)); se > 0 {
		put("z", mean(d)/se)
	} else {
		o.Missing(m.named("entropies/z"), "one datum, or samples without variance, have no standard error")
	}
}

// move adds N(0, otherScales^2) to the numbers of a parameter.
func move(key rng.Key, p *vi.Params, name string) {
	v := p.Value(name)
	x := make([]float64, v.Len())
	key.Normal64(x, 0)
	for i := range x {
		v.Set(i, v.At(i)+float64(otherScales*x[i]))
	}
}
