package metrics

import (
	"fmt"
	"math"
	"strings"

	"github.com/vibench/bench/vi"
)

// SNRLaw is sqrt(K) SNR of an inference parameter over its limit for large K,
// where the model knows that limit in closed form: 1 when the law is met.
//
//	sqrt(K) SNR -> | lim K E[Delta] | / sqrt( lim K tr Var[Delta] )
//
// K is the samples a datum of an estimator of the K-sample bound.
//
// Rainforth et al. 2018 (1802.04537); constants of the toy in closed form.
type SNRLaw struct{ SNR }

func (SNRLaw) Name() string              { return "snr-law" }
func (SNRLaw) Better() string            { return "" }
func (SNRLaw) Needs() []vi.Cap           { return []vi.Cap{vi.LargeK} }
func (SNRLaw) Emits(s vi.Sheet) []string { return infParams("snr-law", s) }

// Suits refuses estimators whose mean or whose variance is not that of the plain
// gradient of the K-sample bound.
func (SNRLaw) Suits(c vi.Card) error {
	if err := ofTheBound(c); err != nil {
		return err
	}
	if !c.Total {
		return fmt.Errorf("the law is of the plain total derivative, whose variance is known; %q has another", c.Name)
	}
	return nil
}

// ofTheBound checks that an estimator's mean is the gradient of the bound of all
// its samples.
func ofTheBound(c vi.Card) error {
	if want := fmt.Sprintf("iwae@%d", c.K); c.Target != want {
		return fmt.Errorf("the law is of the mean of %s; %q estimates that of %s", want, c.Name, c.Target)
	}
	return nil
}

func (m SNRLaw) Open(e *Eval) Fold {
	return &snrLaw{snr{Replicates: m.Replicates, blocks: blocks(e.Work.Params)}, e}
}

type snrLaw struct {
	snr
	e *Eval
}

func (f *snrLaw) Close(out *Out) {
	k := float64(f.e.Estimator.Card().K)
	for _, b := range f.blocks {
		lim, v, ok := f.e.limit(b.name, f.Rows(f.e.Work.Data.N))
		if !ok {
			if strings.HasPrefix(b.name, "inf/") {
				out.Missing("snr-law/"+b.name, "the model knows no large-K limit of it here")
			}
			continue
		}
		x, _, why := f.ratio(b)
		if why == "" && dot(lim, lim) == 0 {
			why = "the limit is zero: the parameters are at their optimum"
		}
		if why != "" {
			out.Missing("snr-law/"+b.name, "%s", why)
			continue
		}
		out.Put("snr-law/"+b.name, math.Sqrt(k)*x/math.Sqrt(dot(lim, lim)/v))
	}
}

// limit asks the model for a parameter's large-K limits on the first n data.
func (e *Eval) limit(param string, n int) (mean []float64, variance float64, ok bool) {
	m, ok := e.Work.Model.(vi.KLimits)
	if !ok {
		return nil, 0, false
	}
	return m.Limit(e.Work.Params, e.Work.Data.X[:n*e.Work.Data.D], param)
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, x := range a {
		s += float64(x * b[i])
	}
	return s
}

func infParams(name string, s vi.Sheet) []string {
	var out []string
	for _, p := range s.Params {
		if strings.HasPrefix(p.Name, "inf/") {
			out = append(out, name+"/"+p.Name)
		}
	}
	return out
}
