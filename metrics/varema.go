package metrics

import (
	"fmt"
	"strconv"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// VarEMA is the variance of the estimator's direction as papers track it while they
// train: by moving averages of the direction and of its square, over the network
// that its name says.
//
//	m <- beta m + (1-beta) Delta,  s <- beta s + (1-beta) Delta^2;   sum over i of s_i/c - (m_i/c)^2,  c = 1 - beta^t
//
// It mixes the estimator's noise with that of batches and with where the parameters
// went meanwhile, and it is low by the share of the mean's own variance: 1/t at first,
// so that one step gives 0, and (1-beta)/2 once t is far above 1/(1-beta). gradvar, at
// parameters that stand still, is the one to compare estimators by.
//
// Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein 2017 (1703.07370), beta = 0.999.
type VarEMA struct {
	Beta float64 `name:"beta" min:"0" max:"0.9999999" doc:"of the moving averages, a step"`
}

func (VarEMA) Name() string    { return "var-ema" }
func (VarEMA) Better() string  { return "lower" }
func (VarEMA) Unit() string    { return "" }
func (VarEMA) Needs() []vi.Cap { return nil }

func (m VarEMA) Emits(s vi.Sheet) []string { return perBlock(m.name(), s) }

func (m VarEMA) name() string { return "var-ema@" + strconv.FormatFloat(m.Beta, 'g', -1, 64) }

// Watch starts at no direction seen.
func (m VarEMA) Watch(p *vi.Params) Watching {
	w := &varEMA{m: m, blocks: networks(p), params: p}
	n := 0
	for r := range tape.Role(tape.Roles) {
		n += p.Vector(r).Len()
	}
	w.state = make([]float64, 1+2*n)
	return w
}

type varEMA struct {
	m      VarEMA
	blocks []block
	params *vi.Params
	state  []float64 // beta^t, averages of Delta, averages of its square; beta^t less one, so that zeros are the start
	flat   []float64
}

func (w *varEMA) State() []float64 { return w.state }

func (w *varEMA) averages() (first, second []float64) {
	n := (len(w.state) - 1) / 2
	return w.state[1 : 1+n], w.state[1+n:]
}

func (w *varEMA) See(d vi.Direction) {
	w.flat = flatten(w.flat[:0], w.params, d)
	beta := w.m.Beta
	w.state[0] = float64(beta*w.state[0]) + (beta - 1) // beta^t - 1
	first, second := w.averages()
	for i, x := range w.flat {
		first[i] = float64(beta*first[i]) + float64((1-beta)*x)
		second[i] = float64(beta*second[i]) + float64((1-beta)*float64(x*x))
	}
}

func (w *varEMA) Measure(out *Out) {
	c := -w.state[0]
	first, second := w.averages()
	for _, b := range w.blocks {
		name := fmt.Sprintf("%s/%s", w.m.name(), b.name)
		if c == 0 {
			out.Missing(name, "no step has been taken")
			continue
		}
		v := 0.0
		for i := b.lo; i < b.hi; i++ {
			m := first[i] / c
			v += max(0, second[i]/c-float64(m*m))
		}
		out.Put(name, v)
	}
}
