package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Gap parts the inference gap of a trained model: what the family of q costs at
// its best, q*, fitted to each datum by itself, and what amortisation costs beside.
//
//	log p(x) - L[q]  =  ( log p(x) - L[q*] )  +  ( L[q*] - L[q] )
//	inference           approximation            amortization
//
// q* is a diagonal Gaussian that starts at N(0, I) and climbs the path gradient of
// the ELBO by Adam, its rate falling to zero along a cosine, for a stated number
// of steps, the same for every datum. (The paper stops each datum by a rule on
// averages.) L takes k samples; log p(x) is exact where the model knows it, else
// the larger of L_phat under q and under q*. Excess is by how much amortization
// costs more than the family; miss, where the model knows both parts in closed form,
// is the larger error of the two means. Each datum's gaps are kept.
//
// Cremer, Li and Duvenaud 2018 (1801.03558).
type Gap struct {
	K       int     `name:"k" min:"1" doc:"samples a datum of each ELBO"`
	PHat    int     `name:"phat" min:"1" doc:"samples that estimate log p(x) where it is not known"`
	Steps   int     `name:"steps" min:"1" doc:"steps of q*"`
	Samples int     `name:"samples" min:"1" doc:"samples a datum and step of q*"`
	Rate    float64 `name:"rate" min:"0" doc:"Adam's rate at the first step of q*"`
	On
}

func (Gap) Name() string    { return "gap" }
func (Gap) Better() string  { return "lower" }
func (Gap) Unit() string    { return "nats" }
func (Gap) Needs() []vi.Cap { return []vi.Cap{vi.Path} }
func (m Gap) Emits(s vi.Sheet) []string {
	names := m.names()
	if slices.Contains(s.Offers, vi.Gaps) {
		names = append(names, m.named("gap/miss"))
	}
	return names
}

func (m Gap) names() []string {
	return []string{m.named("gap/inference"), m.named("gap/approximation"), m.named("gap/amortization"), m.named("gap/excess")}
}

// Check refuses models that q* is no posterior of.
func (Gap) Check(s vi.Sheet) error { return s.Localises() }

func (m Gap) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	names := m.names()
	missing := func(why string) {
		for _, n := range m.Emits(w.Model.Sheet()) {
			o.Missing(n, "%s", why)
		}
	}
	best, err := w.Local(p.n)
	if err != nil {
		missing(err.Error())
		return
	}
	if !m.climb(e, p, best) {
		missing("the local posterior left the numbers")
		return
	}
	own := func(w *vi.Work, k int, f func([]float64) float64) (out []float64) { // of the local posterior, all data at once
		e.drawBlocks(w, p.n, k, p.n, max(1, w.Fit()/p.n), e.key(p).Fold("local"), weigh, func(lw []float64) { out = append(out, f(lw)) })
		return out
	}
	star, q := own(best, m.K, mean), e.over(m.On, m.K, mean)
	logpx, exact := e.Evidence(m.On)
	if !exact {
		logpx = append([]float64(nil), e.Bounds(m.On, m.PHat)...)
		for n, l := range own(best, m.PHat, logMeanExp) {
			logpx[n] = math.Max(logpx[n], l)
		}
	}
	if e.Context.Err() != nil {
		return
	}
	gaps := [4][]float64{}
	for n := range q {
		gaps[0] = append(gaps[0], logpx[n]-q[n])
		gaps[1] = append(gaps[1], logpx[n]-star[n])
		gaps[2] = append(gaps[2], star[n]-q[n])
		gaps[3] = append(gaps[3], gaps[2][n]-gaps[1][n])
	}
	for i, name := range names {
		o.Put(name, mean(gaps[i]))
		o.Keep(name, gaps[i])
	}
	if exact, ok := w.Model.(vi.GapParts); ok {
		a, b := exact.Gaps(w.Params, w.Data.X[:p.n*w.Data.D])
		o.Put(m.named("gap/miss"), max(math.Abs(mean(gaps[1])-mean(a)), math.Abs(mean(gaps[2])-mean(b))))
	}
}

// climb fits the local posterior; false if it does not stay finite.
func (m Gap) climb(e *Eval, p place, w *vi.Work) bool {
	rule := optim.Adam{Rate: m.Rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	course := optim.Cosine{From: 1, To: 0, Steps: m.Steps}
	phi := w.Params.Vector(tape.Inf)
	s64, s32 := optim.NewState[float64](rule, len(phi.F64())), optim.NewState[float32](rule, len(phi.F32()))
	key := e.key(p).Fold("climb")
	for i := range m.Steps {
		if e.Context.Err() != nil {
			return true
		}
		s := w.Step(e.Step, w.All, &vi.Keyed{Key: key.At(uint64(i))})
		lw := s.Weigh(m.Samples)
		d := lw.Raise(vi.None, lw.LogW.Const(1/float64(m.Samples)), vi.None).Inf.Ascend
		e.Evals += s.Evals
		if phi.F64() != nil {
			rule.Step64(phi.F64(), d.F64(), s64, course.Factor(i))
		} else {
			rule.Step32(phi.F32(), d.F32(), s32, course.Factor(i))
		}
	}
	return phi.Finite()
}
