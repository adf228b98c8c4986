package gate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A world is a program and a suite of two estimators, by hand: alpha and beta log m, which
// is primary, and n, which is not.
type world struct {
	version int                                         // of alpha
	m       func(estimator string, seed int) float64    // by how much m has moved
	n       float64                                     // by how much n has
	ends    func(c suites.Cell) (store.Outcome, string) // nil: all are done
	primary []suites.Primary
	claims  []suites.Claim
	only    string // estimator that is left in the suite
	alone   bool   // with noRun: no reserved seed has been run
	seeds   int    // of the first stage; 0: all
	third   bool   // an estimator gamma is new
	left    Reserved
}

func unchanged() *world {
	above := -100.0
	return &world{
		version: 1, m: func(string, int) float64 { return 0 },
		primary: []suites.Primary{{Metric: "m", Better: "higher", Scale: "linear", Margin: 0.25}},
		claims: []suites.Claim{
			{ID: "C", Paper: "p", Says: "s", Seeds: 12, Cells: 12, Parts: []suites.Part{{Kind: "level", Metric: "m", Scale: "linear", Seeds: 12, Over: suites.Select{"estimator": {"alpha"}}, Above: &above}}},
		},
	}
}

func (w *world) plan(from int) *suites.Plan {
	p := &suites.Plan{Suite: "toy", Preset: suites.GatePreset, Primary: w.primary, Claims: w.claims}
	n := suites.GateSeeds
	if from > 0 {
		p.Preset, p.Claims, n = suites.GatePreset+suites.FreshPreset, nil, suites.FreshSeeds
	}
	if from == 0 && w.seeds > 0 {
		n = w.seeds
	}
	estimators := []string{"alpha", "beta"}
	if w.third {
		estimators = append(estimators, "gamma")
	}
	for _, estimator := range estimators {
		if w.only != "" && w.only != estimator {
			continue
		}
		version := 1
		if estimator == "alpha" {
			version = w.version
		}
		for i := range n {
			c := suites.Cell{Grid: "g", Seed: from + i, Precision: "float64", Estimator: suites.Choice{Name: estimator, Version: version},
				Model: suites.Choice{Name: "model", Version: 1}, Dataset: suites.Choice{Name: "data", Version: 1}}
			c.ID = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, estimator, version, c.Seed)))
			p.Cells = append(p.Cells, c)
		}
	}
	return p
}

func (w *world) numbers(_ context.Context, p *suites.Plan) (Numbers, error) {
	var list []store.Result
	for _, c := range p.Cells {
		r := store.Result{Cell: c.ID, Outcome: store.Done, Steps: 3, Step: 3}
		if w.ends != nil {
			if o, why := w.ends(c); o != "" {
				r.Outcome, r.Reason = o, why
			}
		}
		noise := rand.New(rand.NewPCG(uint64(c.Seed), 7)) // a seed is a problem: the same for all programs
		if r.Outcome == store.Done {
			r.Points = []store.Point{
				{Metric: "m", Step: 3, Value: 5 + noise.NormFloat64() + w.m(c.Estimator.Name, c.Seed), Evals: 9},
				{Metric: "n", Step: 3, Value: noise.NormFloat64() + w.n},
			}
		}
		list = append(list, r)
	}
	return Numbers{store.NewResults(p, list), func(string) ([]store.Vector, error) { return nil, nil }}, nil
}

// baseline is the record that the unchanged world leaves.
func baseline(t testing.TB) *Record {
	t.Helper()
	r, err := unchanged().record(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) record(was *Record) (*Record, error) {
	plan := w.plan(0)
	n, _ := w.numbers(context.Background(), plan)
	var fresh *suites.Plan
	var m Numbers
	if from := was.Next(); from > 0 {
		fresh = w.plan(from)
		m, _ = w.numbers(context.Background(), fresh)
	}
	return Take("toy.yaml", was, plan, fresh, n, m, store.Provenance{Revision: "abc", Go: "go1", OS: "os", Arch: "arch", Kernel: "portable"})
}

// gate is the levels of the command, on its twelve seeds.
func gate() stats.Gate { return stats.Gate{Screen: 0.20, Confirm: 0.05, Least: 12, Fresh: 2} }

// against checks the world against a record; spent lists candidates in order.
func (w *world) against(t testing.TB, base *Record) (r *Report, spent []string) {
	t.Helper()
	c := Check{
		Base: base, Plan: w.plan(0), Now: store.Provenance{Revision: "def"}, Rings: [3]bool{true, true, true}, Gate: gate(),
		Estimators: []string{"alpha"},
		Prove:      func([]string) []Proof { return []Proof{{Estimator: "alpha", Passed: 3}} },
		Fresh:      func(from int) (*suites.Plan, error) { return w.plan(from), nil },
		Have:       func(*suites.Plan) (bool, error) { return !w.alone, nil },
		Spend: func(x Reserved) error {
			if !slices.Contains(spent, x.Spent) {
				spent = append(spent, x.Spent)
			}
			w.left = x
			return nil
		},
		Numbers: func(ctx context.Context, p *suites.Plan) (Numbers, error) {
			if strings.HasSuffix(p.Preset, suites.FreshPreset) && len(spent) == 0 {
				return Numbers{}, errors.New("reserved seeds are read before they are spent")
			}
			return w.numbers(ctx, p)
		},
	}
	r, err := c.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r, spent
}

// worse moves m of alpha down by a mean and a spread, seed by seed.
func (w *world) worse(by, spread float64) *world {
	w.version = 2
	w.m = func(estimator string, seed int) float64 {
		if estimator != "alpha" {
			return 0
		}
		return -by + spread*rand.New(rand.NewPCG(uint64(seed), 8)).NormFloat64()
	}
	return w
}

var nan = math.NaN()
