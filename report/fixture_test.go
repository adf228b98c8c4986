package report

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A lab makes plans and results by hand.
type lab struct {
	plan    suites.Plan
	results map[string]*store.Result
	order   []string
	rand    *rand.Rand
}

func newLab(seed uint64) *lab {
	return &lab{
		plan:    suites.Plan{Suite: "synthetic", Preset: "quick", File: "synthetic.yaml", Text: "suite: synthetic\n"},
		results: map[string]*store.Result{},
		rand:    rand.New(rand.NewPCG(seed, 0)),
	}
}

// cell plans one cell; params are pairs of name and value of the estimator.
func (l *lab) cell(grid, estimator string, seed int, params ...any) suites.Cell {
	c := suites.Cell{
		Grid: grid, Seed: seed, Precision: "float64",
		Estimator: suites.Choice{Name: estimator, Version: 1, Params: map[string]any{}},
		Model:     suites.Choice{Name: "lineargaussian", Version: 1},
		Dataset:   suites.Choice{Name: "lineargaussian", Version: 1, Params: map[string]any{"dim": 2, "n": 8}},
	}
	for i := 0; i < len(params); i += 2 {
		c.Estimator.Params[params[i].(string)] = params[i+1]
	}
	c.ID = fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprint(grid, c))))
	l.plan.Cells = append(l.plan.Cells, c)
	return c
}

// log ends a cell as done, if it has not ended, and adds a point to it.
func (l *lab) log(c suites.Cell, metric string, v float64) {
	r := l.end(c, store.Done, "")
	r.Points = append(r.Points, store.Point{Metric: metric, Value: v})
}

func (l *lab) missing(c suites.Cell, metric, reason string) {
	r := l.end(c, store.Done, "")
	r.Points = append(r.Points, store.Point{Metric: metric, Value: math.NaN(), Reason: reason})
}

func (l *lab) end(c suites.Cell, o store.Outcome, reason string) *store.Result {
	r, ok := l.results[c.ID]
	if !ok {
		r = &store.Result{Cell: c.ID}
		l.results[c.ID] = r
		l.order = append(l.order, c.ID)
		r.Outcome, r.Reason = o, reason
	}
	if o != store.Done {
		r.Outcome, r.Reason, r.Points = o, reason, nil
	}
	return r
}

func (l *lab) claim(id string, seeds int, parts ...suites.Part) *suites.Claim {
	l.plan.Claims = append(l.plan.Claims, suites.Claim{ID: id, Paper: "1802.04537", Says: "claim " + id, Seeds: seeds, Parts: parts})
	return &l.plan.Claims[len(l.plan.Claims)-1]
}

func (l *lab) stored() *store.Results {
	var list []store.Result
	for _, id := range l.order {
		list = append(list, *l.results[id])
	}
	return store.NewResults(&l.plan, list)
}

func (l *lab) judge() []Verdict { return Judge(&l.plan, l.stored()) }

func (l *lab) report() *Report {
	return From(&l.plan, l.stored(), []store.Provenance{{
		Started: time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC), Command: "bench run suites/synthetic.yaml", Revision: "0123456789abcdef", Dirty: true,
		Go: "go1.26.0", OS: "linux", Arch: "amd64", CPU: "a processor", Kernel: "portable", Workers: 2,
		Modules: map[string]string{"gonum.org/v1/gonum": "v0.17.0", "github.com/mattn/go-sqlite3": "v1.14.53"},
		Data:    map[string]string{"lineargaussian{dim=2,n=8}": "0f343b0931126a20f133d67c2b018a3b"},
	}})
}

func ptr(x float64) *float64 { return &x }

func by(estimator string) suites.Select { return suites.Select{"estimator": {estimator}} }

// seeds logs one value a seed for an estimator.
func (l *lab) seeds(estimator, metric string, values ...float64) {
	for seed, v := range values {
		l.log(l.cell("g", estimator, seed), metric, v)
	}
}

// ks are the axis of the growth laws here.
var ks = []int{32, 64, 128, 256, 512}

// law logs metric = c k^slope over ks for seeds 0..n-1 with log-normal noise.
func (l *lab) law(grid, estimator, metric string, n int, c, slope, noise float64) {
	for seed := range n {
		level := math.Exp(0.3 * l.rand.NormFloat64())
		for _, k := range ks {
			v := c * level * math.Pow(float64(k), slope) * math.Exp(noise*l.rand.NormFloat64())
			l.log(l.cell(grid, estimator, seed, "k", k), metric, v)
		}
	}
}

// demo is a suite with a claim in every state and most kinds, as a reader would
// meet it.
func demo() *lab {
	l := newLab(7)
	l.plan.Suite = "iwae_snr"
	l.plan.About = "Signal and noise of importance-weighted gradients near the optimum of a model whose every number is known."
	l.plan.Text = "suite: iwae_snr\n# <script>alert(1)</script>\n"
	l.law("reference", "iwae", "snr/inf", 8, 5, -0.5, 0.01)
	l.law("reference", "dreg", "snr/inf", 8, 0.2, 0.5, 0.01)
	l.law("reference", "stl", "snr/inf", 8, 0.25, 0.5, 0.01)
	l.law("reference", "rws", "snr/inf", 8, 0.1, 0.56, 0.01)
	l.law("reference", "vimco", "snr/inf", 6, 3, -0.45, 0.06)
	for i, c := range l.plan.Cells {
		l.log(c, "elbo", -3.2+0.1*float64(c.Seed)+0.001*float64(i)+0.02*l.rand.NormFloat64())
		if c.Estimator.Name == "vimco" && c.Seed == 3 && c.Estimator.Params["k"] == 512 {
			l.end(c, store.Diverged, "NaN in inf/b at step 7")
		}
	}
	for seed := range 8 {
		for _, e := range []string{"iwae", "dreg"} {
			c := l.cell("variance", e, seed, "k", 16)
			v := 0.2
			if e == "dreg" {
				v = 0.02
			}
			l.log(c, "gradvar/inf", v*math.Exp(0.2*l.rand.NormFloat64()))
			l.log(c, "ratio", 1.003+0.004*l.rand.NormFloat64())
			l.log(c, "gap", 1e-14*l.rand.Float64())
		}
	}
	l.end(l.cell("variance", "ovis", 0, "k", 16), store.Failed, "panic: index out of range").Stack = "goroutine 1 [running]:\nmain.main()\n\tmain.go:3"
	for seed := range 4 {
		l.cell("far", "iwae", seed, "k", 16)
	}
	slope := func(estimator string, expect float64) suites.Part {
		return suites.Part{Kind: "slope", Metric: "snr/inf", Scale: "log", Against: "k", Expect: ptr(expect), Within: ptr(0.05),
			Over: suites.Select{"estimator": {estimator}, "grid": {"reference"}}}
	}
	at := suites.Select{"grid": {"variance"}}
	say := func(c *suites.Claim, paper, says string) { c.Paper, c.Says = paper, says }
	say(l.claim("T1", 8, slope("iwae", -0.5)), "1802.04537", "Near the optimum the SNR of the inference gradient falls as K^-1/2.")
	say(l.claim("E5", 8, slope("dreg", 0.5), slope("stl", 0.5), slope("rws", 0.5)), "1810.04152", "The doubly reparameterised gradients' SNR rises as K^1/2.")
	say(l.claim("E9", 8, slope("vimco", -0.5)), "1602.06725", "The SNR of VIMCO falls as K^-1/2.")
	say(l.claim("E4", 8, suites.Part{Kind: "better", Metric: "gradvar/inf", Scale: "log", Over: at, A: by("dreg"), B: by("iwae"), Want: "lower"}),
		"1810.04152", "DReG has less variance than IWAE.")
	say(l.claim("E7", 8, suites.Part{Kind: "level", Metric: "ratio", Over: suites.Select{"grid": {"variance"}, "estimator": {"dreg"}}, Expect: ptr(1), Within: ptr(0.015)}),
		"1810.04152", "K times the expected DReG gradient reaches its closed form.")
	say(l.claim("I1", 8, suites.Part{Kind: "exact", Metric: "gap", Over: suites.Select{"grid": {"variance"}, "estimator": {"dreg"}}, Expect: ptr(0), Within: ptr(1e-12)}),
		"1509.00519", "The bound is monotone in K on nested samples.")
	say(l.claim("V1", 8, suites.Part{Kind: "equivalent", Metric: "elbo", Over: suites.Select{"grid": {"reference"}, "k": {"32"}}, A: by("iwae"), B: by("dreg"), Within: ptr(0.5)}),
		"1602.02311", "The bounds of the two estimators are the same.")
	say(l.claim("T9", 4, suites.Part{Kind: "level", Metric: "snr/inf", Over: suites.Select{"grid": {"far"}}, Above: ptr(1)}),
		"1802.04537", "Far from the optimum the laws are not seen.")
	say(l.claim("K3", 8, suites.Part{Kind: "count", Metric: "gradvar/inf", Over: at, A: by("dreg"), B: by("iwae"), Want: "lower", Least: 8}),
		"1312.6114", "SGVB-B has less variance than SGVB-A in every problem.")
	return l
}
