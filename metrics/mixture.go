package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Mixture is the likelihood of an integral by fresh points, and what these cost in noise: the
// mean over the rows of log 1/N sum_i p(x|u_i), and over R randomisations its sd, of Sobol
// points under a digital shift, beside those of as many independent points (/mc).
//
//	mixture@N, mixture@N/sd, mixture@N/mc, mixture@N/mc-sd, mixture@N/ratio = sd / mc-sd
//
// By Jensen both means are low for log p(x); that of a circuit of fixed points (logpx) is its own.
//
// Correia, Gala, Quaeghebeur, de Campos and Peharz 2023 (2209.10584).
type Mixture struct {
	N int `name:"n" min:"1" max:"65536" doc:"points; Sobol's are best at powers of two"`
	R int `name:"r" min:"2" max:"10000" doc:"randomisations"`
	On
}

func (Mixture) Name() string    { return "mixture" }
func (Mixture) Better() string  { return "" }
func (Mixture) Unit() string    { return "nats" }
func (Mixture) Needs() []vi.Cap { return []vi.Cap{vi.Components} }
func (m Mixture) Emits(vi.Sheet) []string {
	name := m.named(fmt.Sprintf("mixture@%d", m.N))
	return []string{name, name + "/mc", name + "/mc-sd", name + "/ratio", name + "/sd"}
}

// pairsAtOnce bounds the components that are held at a time.
const pairsAtOnce = 1 << 20

func (m Mixture) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	mix, ok := w.Model.(vi.Mixture)
	if !ok {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the model is no mixture over a cube")
		}
		return
	}
	l := mix.Cube()
	key := e.key(p).Fold("mixture")
	u, shift := make([]float64, m.N*l), make([]float64, l)
	better, mc := make([]float64, m.R), make([]float64, m.R)
	for r := range m.R {
		if e.Context.Err() != nil {
			return
		}
		k := key.At(uint64(r))
		k.Fold("shift").Uniform64(shift, 0)
		rng.Sobol(u, l, shift)
		better[r] = m.level(e, w, p.n, u)
		k.Fold("mc").Uniform64(u, 0)
		mc[r] = m.level(e, w, p.n, u)
	}
	names := m.Emits(vi.Sheet{})
	sd, alone := sdOf(better), sdOf(mc)
	o.Put(names[0], mean(better))
	o.Put(names[1], mean(mc))
	o.Put(names[2], alone)
	if alone > 0 {
		o.Put(names[3], sd/alone)
	} else {
		o.Missing(names[3], "independent points have no noise: p(x|u) does not depend on u")
	}
	o.Put(names[4], sd)
}

// level is the mean over the first n rows of the mixture of points u.
func (m Mixture) level(e *Eval, w *vi.Work, n int, u []float64) float64 {
	rows, sum := max(1, pairsAtOnce/m.N), 0.0
	for lo := 0; lo < n; lo += rows {
		block := w.All[lo:min(lo+rows, n)]
		s := w.Step(e.Step, block, &vi.Keyed{})
		points := s.Blank(m.N, len(u)/m.N)
		points.Value().From(u)
		for _, x := range vi.LogMean(s.Model().(vi.Mixture).Components(s, points)).Float64s() {
			sum += x
		}
		e.Evals += int64(m.N * len(block))
	}
	return sum / float64(n)
}

// sdOf is the standard deviation of numbers, over one less than they are.
func sdOf(x []float64) float64 {
	at, ss := mean(x), 0.0
	for _, v := range x {
		ss += float64((v - at) * (v - at))
	}
	return math.Sqrt(ss / float64(len(x)-1))
}
