package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// cost is a mean to be raised, E_q f(z), by the parameters of q alone: every datum
// has the same q, and nothing is read from it. The toys on which gradient estimators
// are set side by side are of this kind.
type cost struct {
	domain vi.Domain
	block  vi.Block
	start  []value // q's parameters
	q      func(s *vi.Step) dist.Dist
	f      func(s *vi.Step, z dist.Value) tape.Node // [K,B]
}

// value is a row of parameters at its start.
type value struct {
	name string
	at   []float64
}

const costLogits = "inf/logits"

// costOfBits is a cost of independent bits with these logits at the start.
func costOfBits(domain vi.Domain, logits []float64, f func(s *vi.Step, z dist.Value) tape.Node) cost {
	return cost{
		domain: domain, start: []value{{costLogits, logits}}, f: f,
		block: vi.Block{Name: "z", Kind: "binary", Dim: len(logits), Offers: []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Weak, vi.Relax, vi.Enumerate}},
		q:     func(s *vi.Step) dist.Dist { return s.Bernoulli(s.Param(costLogits)) },
	}
}

// costOfCategories is a cost of variables of so many classes.
func costOfCategories(domain vi.Domain, logits []float64, classes int, f func(s *vi.Step, z dist.Value) tape.Node) cost {
	return cost{
		domain: domain, start: []value{{costLogits, logits}}, f: f,
		block: vi.Block{
			Name: "z", Kind: "categorical", Dim: len(logits), Classes: classes, Offers: []vi.Cap{vi.Score, vi.Logits, vi.Relax, vi.Enumerate},
		},
		q: func(s *vi.Step) dist.Dist { return s.Categorical(s.Param(costLogits), classes) },
	}
}

func (c cost) Sheet() vi.Sheet {
	s := vi.Sheet{Blocks: []vi.Block{c.block}, Data: c.domain, Cost: true}
	for _, v := range c.start {
		s.Params = append(s.Params, vi.Spec{Name: v.name, Rows: 1, Cols: len(v.at)})
	}
	return s
}

func (c cost) Init(_ rng.Key, p *vi.Params) {
	for _, v := range c.start {
		p.Set(v.name, v.at)
	}
}

func (c cost) Prior(*vi.Step) dist.Dist { return nil }

func (c cost) Posterior(s *vi.Step) dist.Dist { return c.q(s) }

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
