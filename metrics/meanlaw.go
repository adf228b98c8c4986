package metrics

import (
	"strings"

	"github.com/vibench/bench/vi"
)

// MeanLaw is K times the mean direction of an inference parameter, as a multiple
// of its limit for large K, where the model knows that limit: 1 when it is met.
//
//	< K mean, lim > / < lim, lim >,   lim = lim K E[Delta]
//
// With signal: NAME the mean is the named estimator's, on the same replicate
// keys, so that one pass over the draws can serve this and snr-law.
//
// Rainforth et al. 2018 (1802.04537); constants of the toy in closed form.
type MeanLaw struct {
	Replicates
	Signal string `name:"signal" part:"estimator" doc:"estimator that gives the mean; the cell's own if empty"`
}

func (MeanLaw) Name() string              { return "mean-law" }
func (MeanLaw) Better() string            { return "" }
func (MeanLaw) Unit() string              { return "" }
func (MeanLaw) Needs() []vi.Cap           { return []vi.Cap{vi.LargeK} }
func (MeanLaw) Emits(s vi.Sheet) []string { return infParams("mean-law", s) }

func (m MeanLaw) With() []string {
	if m.Signal == "" {
		return nil
	}
	return []string{m.Signal}
}

func (m MeanLaw) Twins() []string { return m.With() }

// Suits refuses estimators of another mean than the K-sample bound's.
func (MeanLaw) Suits(c vi.Card) error { return ofTheBound(c) }

func (m MeanLaw) Open(e *Eval) Fold {
	return &meanLaw{Replicates: m.Replicates, blocks: blocks(e.Work.Params), e: e}
}

type meanLaw struct {
	Replicates
	blocks []block
	self   moments
	e      *Eval
}

func (f *meanLaw) Add(r int, self []float64, with [][]float64) {
	if len(with) > 0 {
		self = with[0]
	}
	f.self.add(self)
}

func (f *meanLaw) Close(out *Out) {
	k := float64(f.e.Estimator.Card().K)
	for _, b := range f.blocks {
		lim, _, ok := f.e.limit(b.name, f.Rows(f.e.Work.Data.N))
		if !ok {
			if strings.HasPrefix(b.name, "inf/") {
				out.Missing("mean-law/"+b.name, "the model knows no large-K limit of it here")
			}
			continue
		}
		if why := f.self.bad(b); why != "" {
			out.Missing("mean-law/"+b.name, "%s", why)
			continue
		}
		scale := dot(lim, lim)
		if scale == 0 {
			out.Missing("mean-law/"+b.name, "the limit is zero: the parameters are at their optimum")
			continue
		}
		x := 0.0
		for i, l := range lim {
			x += float64(f.self.mean(b.lo+i) * l)
		}
		out.Put("mean-law/"+b.name, k*x/scale)
	}
}
