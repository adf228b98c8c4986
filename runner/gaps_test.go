package runner

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/vi"
)

// sieve is data of three columns, a few of whose values are missing, held out too or not.
type sieve struct {
	Answers bool `name:"answers"`
	Held    bool `name:"held"`
}

func (sieve) Name() string { return "sieve" }

func (d sieve) Shape() vi.Shape {
	s := vi.Shape{N: 8, D: 3, Domain: vi.Real, Missing: true}
	if d.Answers {
		s.Domain, s.Missing = vi.Answer, false
	}
	if d.Held {
		s.Test, s.TestMissing = 8, s.Missing
	}
	return s
}

func (d sieve) Make(rng.Key) (*vi.Data, error) {
	x := make([]float64, 24)
	for i := range x {
		switch x[i] = float64((i / 3 >> (i % 3)) & 1); {
		case i%7 == 0:
			x[i] = math.NaN()
		case !d.Answers:
			x[i] += float64(i) / 10
		}
	}
	s := d.Shape()
	make := func() *vi.Data {
		return &vi.Data{Name: "sieve", Digest: fmt.Sprint(d), N: 8, D: 3, X: x, Domain: s.Domain, Missing: s.Missing}
	}
	out := make()
	if d.Held {
		out.Test = make()
	}
	return out, nil
}

// Every estimator on every model, of data with missing values: refused before anything runs, or
// done with finite numbers.
func TestMissingEverywhere(t *testing.T) {
	p := Builtin()
	p.Datasets = append(p.Datasets, sieve{})
	est, models := map[string][]string{}, []string(nil) // estimators by the optimiser that they need
	for _, e := range p.Estimators {
		optim := "sgd: {rate: 0.001}"
		if len(e.Card().Targets) > 0 {
			optim = "step: {rho: 1}"
		}
		est[optim] = append(est[optim], e.Card().Name)
	}
	for _, m := range p.Models {
		models = append(models, m.Name())
	}
	text := "suite: small\nunfit: record\nprecision: float64\ngrid:\n"
	for i, optim := range slices.Sorted(maps.Keys(est)) {
		text += fmt.Sprintf(`  - name: g%d
    estimator: [%s]
    model: [%s, {irt: {ability: [own, point, amortised, particles]}}]
    dataset: [{sieve: {answers: false, held: true}}, {sieve: {answers: true, held: false}}]
    seed: 0
    train: {steps: 2, optim: {%s}}
    log: {metrics: [%s]}
`, i, strings.Join(est[optim], ", "), strings.Join(models, ", "), optim, map[bool]string{true: "logpx", false: "norm"}[optim[:4] == "step"])
	}
	_, plan := planned(t, p, text)
	done := map[string]bool{}
	for _, c := range plan.Cells {
		m, d, err := p.shape(c)
		if err != nil {
			continue
		}
		e, err := p.estimator(c.Estimator)
		if err != nil {
			t.Fatal(err)
		}
		if fit(e.Card(), m, d) != nil || p.unfit(c) != "" { // unfit says more, and takes longer
			continue
		}
		r := p.runCell(context.Background(), c, 1, desk{})
		if r.Outcome != store.Done {
			t.Errorf("%s x %s of %s: %s, %s", c.Estimator, c.Model, c.Dataset, r.Outcome, r.Reason)
		}
		if r.Outcome == store.Done {
			done[c.Model.Name] = true
		}
	}
	if !done["fa"] || !done["irt"] || len(done) < 4 {
		t.Errorf("done: %v", done)
	}
}
