package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// AIS is log Z of a density of bits that is known up to it, by annealed importance sampling:
// chains of Gibbs from uniform bits through p_beta, all parameters times beta, beta from 0 to
// 1 in equal steps, each with a weight
//
//	log w = log Z_0 + sum_t [ F(x_t; beta_t) - F(x_t; beta_t+1) ],   x_t+1 ~ a sweep at beta_t+1 of x_t
//
// ais is log of the mean w, unbiased for Z and so low for its log; ais/sd the sd of w / mean w
// over the root of the chains. Where Z can be summed, ais/miss is ais less log Z, and ais/low
// the mean of log w less it, lower still.
//
// Neal 2001 (physics/9803008); of Boltzmann machines Salakhutdinov and Murray 2008.
type AIS struct {
	Chains       int    `name:"chains" min:"2" max:"100000" doc:"chains, each one weight"`
	Temperatures int    `name:"temperatures" min:"2" max:"1000000" doc:"steps from uniform bits to the model"`
	When         string `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only, for the cost"`
}

func (AIS) Name() string            { return "ais" }
func (AIS) Better() string          { return "" }
func (AIS) Unit() string            { return "nats" }
func (AIS) Needs() []vi.Cap         { return []vi.Cap{vi.Energy, vi.Gibbs} }
func (m AIS) AtEnd() bool           { return m.When == "end" }
func (AIS) Emits(vi.Sheet) []string { return []string{"ais", "ais/low", "ais/miss", "ais/sd"} }

func (m AIS) Measure(e *Eval, o *Out) {
	w := e.Work
	if _, ok := w.Model.(vi.Energetic); !ok {
		for _, name := range m.Emits(w.Model.Sheet()) {
			o.Missing(name, "the model has no energy")
		}
		return
	}
	d := w.Data.D
	p := w.Params.Clone()
	cold, at := w.Params.Vector(tape.Gen), w.At(p)
	warm := p.Vector(tape.Gen)
	heat := func(t int) {
		beta := float64(t) / float64(m.Temperatures)
		for i := range cold.Len() {
			warm.Set(i, beta*cold.At(i))
		}
	}
	key := rng.Eval(e.Seed, uint64(e.Step)).Fold("ais")
	chains := make([]int, m.Chains)
	x, lw := make([]float64, m.Chains*d), make([]float64, m.Chains)
	for c := range chains {
		chains[c] = c
		key.Fold("start").At(uint64(c)).Uniform64(x[c*d:(c+1)*d], 0)
	}
	for i, u := range x {
		x[i] = 0
		if u > 0.5 {
			x[i] = 1
		}
	}
	source := &vi.Keyed{Key: key}
	step := func() (*vi.Step, tape.Node) {
		s := at.Step(e.Step, at.All[:1], source)
		v := s.Blank(m.Chains, d)
		v.Value().From(x)
		return s, v
	}
	potentials := func(sign float64) {
		s, v := step()
		for c, f := range s.Model().(vi.Energetic).Potential(s, v, 1).Float64s() {
			lw[c] += float64(sign * f)
		}
		e.Evals += int64(m.Chains)
	}
	heat(0)
	s, v := step()
	zero := s.Model().(vi.Energetic).Potential(s, v, 1).Float64s()[0] + float64(float64(d)*math.Ln2) // log Z_0: all x alike
	for t := range m.Temperatures {
		if e.Context.Err() != nil {
			return
		}
		potentials(-1)
		heat(t + 1)
		potentials(1)
		if t+1 < m.Temperatures {
			s, v := step()
			x = s.Model().(vi.Sweeper).Sweep(s, t, chains, v).Value().AppendTo(x[:0])
		}
	}
	logz := zero + logMeanExp(lw)
	o.Put("ais", logz)
	o.Put("ais/sd", relativeSD(lw))
	ev, ok := w.Model.(vi.Evidence)
	if !ok || !slices.Contains(w.Model.Sheet().Offers, vi.Exact) {
		o.Missing("ais/miss", "Z is no sum that can be had")
		o.Missing("ais/low", "Z is no sum that can be had")
		return
	}
	one := w.Step(e.Step, w.All[:1], source)
	f := one.Model().(vi.Energetic).Potential(one, one.X, 1).Float64s()[0]
	known := f - ev.LogEvidence(w.Params, one.X.Value().AppendTo(nil))[0]
	o.Put("ais/miss", logz-known)
	o.Put("ais/low", zero+mean(lw)-known)
}

// relativeSD is the sd of the mean of weights over that mean.
func relativeSD(lw []float64) float64 {
	top, n := vec.Max(lw), float64(len(lw))
	w := make([]float64, len(lw))
	for i, l := range lw {
		w[i] = vec.Exp64(l - top)
	}
	m := vec.Sum(w) / n
	ss := 0.0
	for _, x := range w {
		ss += float64((x - m) * (x - m))
	}
	return math.Sqrt(ss/(n-1)/n) / m
}
