package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// cost is a mean to be raised, E_q f(z), by the logits of q alone: every datum has
// the same q, and nothing is read from it. The toys on which gradient estimators
// for discrete variables are set side by side are of this kind.
type cost struct {
	start   []float64 // the logits
	classes int       // of a variable; 0 for bits
	domain  vi.Domain
	f       func(s *vi.Step, z dist.Value) tape.Node // [K,B]
}

const costLogits = "inf/logits"

func (c cost) Sheet() vi.Sheet {
	b := vi.Block{Name: "z", Kind: "binary", Dim: len(c.start), Offers: []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Relax, vi.Enumerate}}
	if c.classes > 0 {
		b.Kind, b.Classes, b.Offers = "categorical", c.classes, []vi.Cap{vi.Score, vi.Logits, vi.Relax, vi.Enumerate}
	}
	return vi.Sheet{
		Blocks: []vi.Block{b}, Params: []vi.Spec{{Name: costLogits, Rows: 1, Cols: len(c.start)}},
		Data: c.domain, Cost: true,
	}
}

func (c cost) Init(_ rng.Key, p *vi.Params) { p.Set(costLogits, c.start) }

func (c cost) Prior(*vi.Step) dist.Dist { return nil }

func (c cost) Posterior(s *vi.Step) dist.Dist {
	if c.classes > 0 {
		return s.Categorical(s.Param(costLogits), c.classes)
	}
	return s.Bernoulli(s.Param(costLogits))
}

func (c cost) LogLik(s *vi.Step, z dist.Value) tape.Node { return c.f(s, z) }

// constant is a matrix of given numbers, row-major.
func constant(s *vi.Step, rows int, x ...float64) tape.Node {
	n := s.Blank(rows, len(x)/rows)
	for i, v := range x {
		n.Value().Set(i, v)
	}
	return n
}

// chances is a sum over all states of bits with logits phi: each state with its
// probability and the score of every logit, b - p.
func chances(phi []float64, f func(prob float64, bits, score []float64)) {
	bits, score := make([]float64, len(phi)), make([]float64, len(phi))
	for s := range 1 << len(phi) {
		prob := 1.0
		for i, a := range phi {
			p := sigmoid(a)
			bits[i] = float64(s >> i & 1)
			score[i] = bits[i] - p
			if bits[i] == 0 {
				p = 1 - p
			}
			prob *= p
		}
		f(prob, bits, score)
	}
}
