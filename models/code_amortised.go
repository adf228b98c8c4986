package models

import (
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// amortised is a posterior by a network: its heads are mu, the log scale of its noise, and what
// a family has beside.
type amortised struct {
	Code
	net *codeNet
	h   int
}

// Heads beside mu and logsd: V of lowrank, the gate of a spike-slab, shape and rate of a threshold.
const (
	headMu, headSpread       = "mu", "logsd"
	headFactor, headGate     = "V", "gate"
	headShape, headThreshold = "shape", "rate"
)

// thresholdShape is that of a learned threshold's prior, Gamma(3, 3/threshold).
const thresholdShape = 3

func newAmortised(c Code, net *codeNet, h int, active float64) amortised {
	net.head(headMu, h, 0)
	net.head(headSpread, h, vec.Log64(c.SD))
	switch {
	case c.Posterior == "lowrank":
		net.head(headFactor, h*c.Rank, 0)
	case c.Posterior == "spike-slab": // at the prior's activity
		net.head(headGate, h, vec.Log64(active))
	case c.Learned: // at its prior
		net.head(headShape, h, vec.Log64(thresholdShape))
		net.head(headThreshold, h, vec.Log64(thresholdShape/c.Threshold))
	}
	return amortised{c, net, h}
}

func (f amortised) sheet() vi.Sheet {
	b := vi.Block{Name: "z", Kind: "real", Dim: f.h, Offers: []vi.Cap{vi.Pull, vi.BaseKL}}
	switch f.Posterior { // where samples are cut they have no path, whatever pulls them
	case "amortised":
		b.Offers = append(b.Offers, vi.Path, vi.Score, vi.Weak, vi.Moments, vi.AnalyticKL)
	case "lowrank", "laplace":
		b.Offers = append(b.Offers, vi.Path, vi.Score, vi.Moments, vi.AnalyticKL)
	case "threshold-laplace":
		b.Offers = append(b.Offers, vi.Moments)
	case "threshold-gaussian":
		if !f.Learned {
			b.Offers = append(b.Offers, vi.Moments)
		}
	}
	b.Cut = slices.Contains(thresholded, f.Posterior)
	return vi.Sheet{Blocks: []vi.Block{b}, Params: f.net.params(), Mixes: f.net.own > 0, Whole: f.net.own > 0, Floor: f.Floor}
}

func (f amortised) start(key rng.Key, p *vi.Params) { f.net.start(key, p) }
func (amortised) project(*vi.Params)                {}

func (f amortised) of(s *vi.Step) dist.Dist {
	h := f.net.of(s)
	mu, spread := f.net.read(s, h, headMu), atLeast(s, f.net.read(s, h, headSpread), f.Floor)
	switch f.Posterior {
	case "amortised":
		return s.Normal(mu, spread)
	case "lowrank":
		v, columns := f.net.read(s, h, headFactor), s.Nodes(f.Rank)
		for k := range columns {
			columns[k] = v.Cols(k*f.h, (k+1)*f.h)
		}
		return s.Gaussian(mu, spread, columns)
	case "laplace":
		return s.Laplace(mu, spread)
	case "spike-slab":
		return s.SpikeSlab(dist.SpikeSlab{
			Gate: f.net.read(s, h, headGate), Mu: mu, LogVar: spread.Scale(2), Tau: f.tau(s.Iter), Corrected: f.Gate == "corrected", Warm: f.warm(s.Iter),
		})
	}
	t := dist.Thresholded{Mu: mu, LogScale: spread, Gaussian: f.Posterior == "threshold-gaussian", Warm: f.warm(s.Iter)}
	if f.Learned {
		t.LogShape, t.LogRate = f.net.read(s, h, headShape), f.net.read(s, h, headThreshold)
		t.PriorShape, t.PriorRate = thresholdShape, thresholdShape/f.Threshold
	} else {
		t.Lambda = full(s, f.h, f.Threshold)
	}
	return s.Thresholded(t)
}
