package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Posteriors that are parameters of each datum's own.

const ownMu, ownSpread, ownCode = "inf/mu", "inf/logsd", "inf/code"

// own is a Gaussian of each of n data: mu [n,H] and its spread.
type own struct {
	n, h      int
	full      bool
	sd, floor float64
}

func (f own) sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{gaussianBlock(f.h, f.full)},
		Params: []vi.Spec{{Name: ownMu, Rows: f.n, Cols: f.h}, {Name: ownSpread, Rows: f.n, Cols: spreadWidth(f.h, f.full)}},
		Offers: []vi.Cap{vi.Infer},
		Mixes:  true, Whole: true, Floor: f.floor,
	}
}

// spreadWidth is how many numbers a Gaussian has beside its mean: log t, or L by columns
// with its diagonal as logs, of which those above the diagonal are not read.
func spreadWidth(h int, full bool) int {
	if full {
		return h * h
	}
	return h
}

// diagonal is where among them log t_i stands, or log L_ii.
func diagonal(i, h int, full bool) int {
	if full {
		return i*h + i
	}
	return i
}

// gaussianOf is q by its mean [B,H] and its spread.
func gaussianOf(s *vi.Step, mu, spread tape.Node, full bool) dist.Dist {
	if !full {
		return s.Normal(mu, spread)
	}
	_, h := mu.Shape()
	columns := s.Nodes(h)
	var logs tape.Node
	for k := range h {
		on, below := s.Leaf(1, h), s.Leaf(1, h)
		on.Value().Set(k, 1)
		for i := k + 1; i < h; i++ {
			below.Value().Set(i, 1)
		}
		l := spread.Cols(k*h, (k+1)*h)
		columns[k] = l.Mul(below).Add(l.Apply(tape.Exp).Mul(on))
		if l = l.Mul(on); k > 0 {
			l = logs.Add(l)
		}
		logs = l
	}
	return s.Triangular(mu, logs, columns)
}

func gaussianBlock(h int, full bool) vi.Block {
	b := vi.Block{Name: "z", Kind: "real", Dim: h, Offers: []vi.Cap{vi.Score, vi.Path, vi.Pull, vi.AnalyticKL, vi.BaseKL, vi.Moments}}
	if !full {
		b.Offers = append(b.Offers, vi.Weak)
	}
	return b
}

func (f own) start(_ rng.Key, p *vi.Params) {
	v, w, ls := p.Value(ownSpread), spreadWidth(f.h, f.full), vec.Log64(f.sd)
	for n := range f.n {
		for h := range f.h {
			v.Set(n*w+diagonal(h, f.h, f.full), ls)
		}
	}
}

func (f own) project(p *vi.Params) { floored(p.Value(ownSpread), f.h, f.full, f.floor) }

// floored keeps t, or L's diagonal, at the floor or above, in spreads row by row.
func floored(spread tape.Vector, h int, full bool, floor float64) {
	if floor == 0 {
		return
	}
	least, w := vec.Log64(floor), spreadWidth(h, full)
	for lo := 0; lo < spread.Len(); lo += w {
		for i := range h {
			if at := lo + diagonal(i, h, full); spread.At(at) < least {
				spread.Set(at, least)
			}
		}
	}
}

func (f own) of(s *vi.Step) dist.Dist {
	return gaussianOf(s, s.Param(ownMu), s.Param(ownSpread), f.full)
}

// point is a code of each of n data.
type point struct{ n, h int }

func (f point) sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: f.h, Cut: true}},
		Params: []vi.Spec{{Name: ownCode, Rows: f.n, Cols: f.h}}, Mixes: true, Whole: true,
	}
}

func (point) start(rng.Key, *vi.Params) {}
func (point) project(*vi.Params)        {}
func (point) of(s *vi.Step) dist.Dist   { return s.Point(s.Param(ownCode)) }
