package vi

import (
	"fmt"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
)

// Local is a place to look at the first n data with the same generative model and
// a posterior of each datum's own, N(mu_n, exp(logsigma_n)^2), in place of the
// model's: what amortisation could at best have found in that family. It starts at
// N(0, I). A step must take all n data, in order. An error says that the model's
// latents are not one block of reals.
func (w *Work) Local(n int) (*Work, error) {
	sheet := w.Model.Sheet()
	if err := sheet.Localises(); err != nil {
		return nil, err
	}
	l := local{w.Model.(Latent), n, sheet}
	d := *w.Data
	d.N, d.X = n, w.Data.X[:n*d.D]
	o, err := NewWork(l, nil, &d, w.Params.Precision(), rng.Key{})
	if err != nil {
		return nil, err
	}
	for _, s := range w.Params.Specs() {
		if _, _, _, ok := o.Params.Range(s.Name); ok {
			o.Params.Value(s.Name).Copy(w.Params.Value(s.Name))
		}
	}
	o.Bits = w.Bits
	return o, nil
}

// Localises says why a model with this sheet can have no posterior of each datum's
// own in the one family there is, a Gaussian.
func (s Sheet) Localises() error {
	if len(s.Blocks) == 1 && s.Blocks[0].Kind == "real" {
		return nil
	}
	var have []string
	for _, b := range s.Blocks {
		have = append(have, fmt.Sprintf("%s (%s)", b.Name, b.Kind))
	}
	return fmt.Errorf("a posterior of each datum's own needs a model with one latent block of reals; this one has %d: %s", len(have), strings.Join(have, ", "))
}

type local struct {
	Latent
	n     int
	sheet Sheet
}

const (
	localMu       = "inf/local/mu"
	localLogSigma = "inf/local/logsigma"
)

func (m local) Sheet() Sheet {
	s := m.sheet
	s.Params = nil
	for _, p := range m.sheet.Params {
		if !strings.HasPrefix(p.Name, "inf/") {
			s.Params = append(s.Params, p)
		}
	}
	d := s.Blocks[0].Dim
	s.Params = append(s.Params, Spec{Name: localMu, Rows: m.n, Cols: d}, Spec{Name: localLogSigma, Rows: m.n, Cols: d})
	s.Mixes = true // its parameters have a row a datum: all data, always
	return s
}

func (local) Init(rng.Key, *Params) {}

func (m local) Posterior(s *Step) dist.Dist {
	return s.Normal(s.Param(localMu), s.Param(localLogSigma))
}
