package metrics

import (
	"cmp"
	"math"
	"strings"

	"github.com/vibench/bench/vi"
)

// SNR is the signal-to-noise ratio of the estimator's direction, by network and
// by parameter, at frozen parameters on all the data, or on a batch of the first ones.
//
//	SNR^2 = ( sum_j mean_j^2 - sum_j var_j / R ) / sum_j var_j
//
// With signal: NAME it is the hybrid ratio: the signal from the named estimator
// on the same replicate keys (it must declare the same target), the noise from
// the estimator under test. Where the debiased squared signal is not positive
// there is no value, and the reason is logged. Beside each value stands its
// noise floor, sqrt(2/(pi R)) in units of the signal's own noise; an SNR cannot see an error of
// scale: log slope beside it.
//
// Rainforth et al. 2018 (1802.04537), equation 4.
type SNR struct {
	Replicates
	Signal     string `name:"signal" part:"estimator" doc:"estimator that gives the signal; its own if empty"`
	Components bool   `name:"components" late:"true" doc:"keep each replicate's value of every parameter's first coordinate, for histograms"`
}

func (SNR) Name() string   { return "snr" }
func (SNR) Better() string { return "higher" }
func (SNR) Unit() string   { return "" }

func (m SNR) Emits(s vi.Sheet) []string { return perBlock("snr", s) }

func (m SNR) With() []string {
	if m.Signal == "" {
		return nil
	}
	return []string{m.Signal}
}

func (m SNR) Twins() []string { return m.With() }

func (m SNR) Open(e *Eval) Fold {
	f := &snr{Replicates: m.Replicates, blocks: blocks(e.Work.Params)}
	if m.Components {
		f.first = map[string][]float64{}
	}
	return f
}

type snr struct {
	Replicates
	blocks      []block
	self, other moments
	hybrid      bool
	first       map[string][]float64 // by block, replicate by replicate; nil where not kept
}

func (f *snr) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	if len(with) > 0 {
		f.hybrid = true
		f.other.add(with[0])
	}
	if f.first == nil {
		return
	}
	for _, b := range f.blocks {
		if b.hi > b.lo && strings.Contains(b.name, "/") { // of parameters, not of networks
			f.first[b.name] = append(f.first[b.name], self[b.lo])
		}
	}
}

// ratio of a block, with its floor; a reason instead where there is none.
func (f *snr) ratio(b block) (x, floor float64, reason string) {
	sig := &f.self
	if f.hybrid {
		sig = &f.other
	}
	if why := cmp.Or(f.self.bad(b), sig.bad(b)); why != "" {
		return 0, 0, why
	}
	noise, signal := f.self.trace(b), sig.signal(b)
	if noise == 0 {
		return 0, 0, "the direction has no variance"
	}
	if signal <= 0 {
		return 0, 0, "debiased squared signal not positive"
	}
	floor = math.Sqrt(2 / (math.Pi * float64(sig.n)) * sig.trace(b) / noise)
	return math.Sqrt(signal / noise), floor, ""
}

func (f *snr) Close(out *Out) {
	for _, b := range f.blocks {
		x, floor, why := f.ratio(b)
		if why != "" {
			out.Missing("snr/"+b.name, "%s", why)
			continue
		}
		out.Put("snr/"+b.name, x)
		out.Put("snr/"+b.name+"/floor", floor)
	}
	out.Put("snr/r", float64(f.self.n))
	f.keep(&f.self, out, "snr/self")
	if f.hybrid {
		f.keep(&f.other, out, "snr/signal")
	}
	for _, b := range f.blocks {
		if x := f.first[b.name]; x != nil {
			out.Keep("snr/component/"+b.name, x)
		}
	}
}
