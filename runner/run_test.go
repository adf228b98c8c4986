package runner

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// faulty is an estimator that misbehaves as asked.
type faulty struct {
	K    int    `name:"k" min:"1"`
	Does string `name:"does"`
}

func (f faulty) Card() vi.Card { return vi.Card{Name: "faulty", K: f.K, Target: "elbo"} }

func (f faulty) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), f.K)
	lw := s.LogJoint(z).Sub(s.LogQ(q, z))
	switch f.Does {
	case "panic":
		panic("out of luck")
	case "nan":
		if s.Iter == 3 {
			lw = lw.Scale(math.NaN())
		}
	case "target":
		d := s.Ascend(vi.Surrogate{Gen: lw.Mean()})
		return vi.Direction{Gen: vi.Update{Target: d.Gen.Ascend}}
	}
	return s.Ascend(vi.Surrogate{Gen: lw.Mean(), Inf: lw.Mean()})
}

func parts() Parts {
	p := Builtin()
	p.Estimators = append(p.Estimators, faulty{K: 1, Does: "nothing"})
	return p
}

const small = `
suite: small
precision: float64
grid:
  - name: probe
    estimator: [{iwae: {k: [1, 4]}}, {vimco: {k: 4}}]
    model: lineargaussian
    dataset: {lineargaussian: {dim: 2, n: 5, perturb: 0.3}}
    seed: 0..2
    log: {metrics: [elbo, iwae@8, logpx, kl@8, ess@8, {snr: {r: 40}}, {gradvar: {r: 20}}, {dsnr: {r: 20}}]}
  - name: train
    precision: float32
    estimator: [{elbo: {k: 2, form: sgvb-b}}, {dreg: {k: 3}}]
    model: {vae: {latent: 2, hidden: [[5], [4, 3]]}}
    dataset: {bits: {n: 12, dim: 6}}
    seed: 0..1
    train: {steps: 20, batch: 5, every: 10, optim: {gen/: {adam: {rate: 0.01, schedule: cosine}}, inf/: {sgd: {rate: 0.05, momentum: 0.9, nesterov: true}}}}
    log: {metrics: [elbo, iwae@8]}
`

func planned(t testing.TB, p Parts, text string) (*suites.Suite, *suites.Plan) {
	t.Helper()
	s, err := suites.Parse("small.yaml", []byte(text), p.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.Plan(suites.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s, plan
}

func open(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func export(t testing.TB, st *store.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := st.Export(&b, "csv"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same suite with 1, 2 and 7 workers, in a shuffled order, and stopped and
// continued: the same bytes.
func TestSameBytes(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, small)
	var want string
	for _, opt := range []Options{
		{Workers: 1},
		{Workers: 2},
		{Workers: 7, Order: func(n int) []int { o := order(n); slices.Reverse(o); return o }},
		{Workers: 3, Order: func(n int) []int {
			o := order(n)
			for i := range o {
				j := (i*7 + 3) % n
				o[i], o[j] = o[j], o[i]
			}
			return o
		}},
	} {
		st := open(t)
		sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, opt)
		if err != nil || sum.Ended[store.Done] != len(plan.Cells) || sum.Left != 0 {
			t.Fatalf("%+v, %v", sum, err)
		}
		got := export(t, st)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d workers: another export", opt.Workers)
		}
	}

	st := open(t)
	for round := 0; ; round++ {
		ctx, stop := context.WithCancel(context.Background())
		var n atomic.Int32
		sum, err := p.Run(ctx, plan, st, store.Provenance{}, Options{Workers: 2, Progress: func(Event) {
			if n.Add(1) == 3 {
				stop()
			}
		}})
		stop()
		if err != nil {
			t.Fatal(err)
		}
		if sum.Left == 0 {
			if round < 2 {
				t.Errorf("finished in %d rounds; it was to be stopped half way", round+1)
			}
			break
		}
	}
	if export(t, st) != want {
		t.Error("stopped and continued: another export")
	}
	sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2, Progress: func(Event) { t.Error("a cell ran again") }})
	if err != nil || sum.Before != len(plan.Cells) {
		t.Errorf("run again: %+v, %v", sum, err)
	}
}

func order(n int) []int {
	o := make([]int, n)
	for i := range o {
		o[i] = i
	}
	return o
}

// One cell's failure stops no other, and each is a row with its reason.
func TestOutcomes(t *testing.T) {
	p := parts()
	s, plan := planned(t, p, `
suite: faults
precision: float64
unfit: record
grid:
  estimator: [{faulty: {does: [nothing, panic, nan, target]}}, {vimco: {k: 1}}]
  model: lineargaussian
  dataset: lineargaussian
  seed: 0
  train: {steps: 5, optim: sgd}
  log: {metrics: [elbo]}
`)
	refused, err := p.Check(s, plan)
	if err != nil {
		t.Fatal(err)
	}
	st := open(t)
	sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2, Refused: refused})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(sum.Ended); got != "map[diverged:1 done:1 failed:2 refused:1]" {
		t.Errorf("ended %s", got)
	}
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Cells {
		r, ok := res.Cell(c.ID)
		if !ok {
			t.Fatalf("%s: no row", c)
		}
		does, _ := c.Estimator.Params["does"].(string)
		want := map[string]struct {
			outcome       store.Outcome
			step          int
			reason, other string
		}{
			"nothing": {store.Done, 5, "", ""},
			"panic":   {store.Failed, 0, "panic: out of luck", "faulty.Estimate"},
			"nan":     {store.Diverged, 3, "the gen direction is not finite", ""},
			"target":  {store.Failed, 0, "train: the gen update is a target", ""},
			"":        {store.Refused, 0, `estimator "vimco": got k = 1; need at least 2`, ""},
		}[does]
		if r.Outcome != want.outcome || r.Outcome == store.Diverged && r.Step != want.step || !strings.Contains(r.Reason, want.reason) || !strings.Contains(r.Stack, want.other) {
			t.Errorf("%s: %s at step %d, %q; want %s, %d, %q", c, r.Outcome, r.Step, r.Reason, want.outcome, want.step, want.reason)
		}
	}
	missing, err := Missing(plan, st)
	if err != nil || len(missing) != 2 {
		t.Errorf("%d cells would run again (%v); want the two that failed", len(missing), err)
	}
}

func TestCheckRefuses(t *testing.T) {
	p := parts()
	for text, want := range map[string]string{
		"estimator: {vimco: {k: 1}}\n  log: {metrics: [elbo]}":                                       `vimco x lineargaussian: estimator "vimco": got k = 1; need at least 2. Fits here: ciwae-beta, cubo, dreg,`,
		"estimator: {stl: {k: 4}}\n  log: {metrics: [{snr: {signal: rws}}]}":                         `metric "snr": "rws" estimates the gradient of wake-phi@4, "stl" that of stl@4; need one target`,
		"estimator: {dreg: {k: 4}}\n  log: {metrics: [snr-law]}":                                     `metric "snr-law": the law is of the plain total derivative, whose variance is known; "dreg" has another`,
		"estimator: {stl: {k: 4}}\n  log: {metrics: [mean-law]}":                                     `metric "mean-law": the law is of the mean of iwae@4; "stl" estimates that of stl@4`,
		"estimator: {iwae: {k: 100000000}}\n  log: {metrics: [elbo]}":                                `estimator "iwae": got k = 100000000 samples of 2 numbers for one datum; at most`,
		"estimator: {iwae: {k: 4}}\n  log: {metrics: [elbo]}\n  model: vae":                          `model vae: likelihood bernoulli explains binary data, got real data "lineargaussian"; gaussian explains real data`,
		"estimator: elbo\n  model: vae\n  dataset: bits\n  log: {metrics: [logpx]}":                  `metric "logpx" needs exact; the model offers simulate`,
		"estimator: elbo\n  model: {vae: {latent2: 3}}\n  dataset: bits\n  log: {metrics: [gap]}":    `metric "gap": a posterior of each datum's own needs a model with one latent block of reals; this one has 2: `,
		"estimator: elbo\n  model: vae\n  dataset: bits\n  log: {metrics: [{kl: {k: 64, phat: 5}}]}": `metric "kl": phat: got 5 samples for log p(x), beside k: 64 for the bound; need at least as many`,
	} {
		for _, line := range []string{"model: lineargaussian", "dataset: lineargaussian"} {
			if !strings.Contains(text, strings.SplitN(line, ":", 2)[0]+":") {
				text += "\n  " + line
			}
		}
		s, plan := planned(t, p, "suite: x\nprecision: float64\ngrid:\n  "+text+"\n  seed: 0\n")
		_, err := p.Check(s, plan)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "small.yaml:") {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// A model that does not suit the data is said once for all estimators, at the
// first of them; kl needs no samples where the evidence is exact.
func TestCheckSaysAMisfitOnce(t *testing.T) {
	p := parts()
	s, plan := planned(t, p, "suite: x\ngrid:\n  estimator:\n    - elbo\n    - {iwae: {k: [4, 8]}}\n  model: vae\n  dataset: lineargaussian\n  seed: 0\n  log: {metrics: [elbo]}\n")
	_, err := p.Check(s, plan)
	if err == nil || strings.Count(err.Error(), "explains binary data") != 1 || !strings.HasPrefix(err.Error(), "small.yaml:4:7: vae x lineargaussian: ") {
		t.Errorf("got %v", err)
	}
	s, plan = planned(t, p, "suite: x\nprecision: float64\ngrid: {estimator: elbo, model: lineargaussian, dataset: lineargaussian, seed: 0}\nlog: {metrics: [{kl: {k: 64, phat: 5}}]}\n")
	if _, err := p.Check(s, plan); err != nil {
		t.Error(err)
	}
}

// What an optimiser would not read, or cannot, is refused where it is written.
func TestOptimisersAreCheckedAtLoad(t *testing.T) {
	for optim, want := range map[string]string{
		"{adam: {schedule: stages, rates: [1, 0.1], lengths: [5]}}":  "optimiser adam: schedule stages: got 2 rates and 1 lengths; want as many, one at least",
		"{adam: {schedule: stages}}":                                 "optimiser adam: schedule stages: got 0 rates and 0 lengths; want as many, one at least",
		"{adam: {rates: [1, 0.1]}}":                                  "optimiser adam: rates: schedule constant does not read it; add schedule: stages",
		"{gen/: adam, inf/: {sgd: {lengths: [5]}}}":                  "optimiser sgd: lengths: schedule constant does not read it; add schedule: stages",
		"{sgd: {schedule: stages, rates: [1], lengths: [5], to: 1}}": "optimiser sgd: to: schedule stages does not read it; add schedule: cosine",
		"iwae-code":                           "optimiser iwae-code: batch: got 20; train has batches of 16 rows, and the gradient is summed over those; write batch: 16",
		"{adam: {to: 0.1, schedule: cosine}}": "",
		"{iwae-code: {batch: 16}}":            "",
		"iwae-paper":                          "",
	} {
		text := "suite: x\ngrid: {estimator: elbo, model: vae, dataset: bits, seed: 0}\nlog: {metrics: [elbo]}\ntrain:\n  steps: 10\n  batch: 16\n  optim: " + optim + "\n"
		_, err := suites.Parse("s.yaml", []byte(text), parts().Catalog())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "s.yaml:7:")) {
			t.Errorf("%s:\ngot  %v\nwant %s", optim, err, want)
		}
	}
}

// A metric of the end is logged once, at the last step; the others at every one.
func TestWhenEnd(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, `
suite: ends
grid:
  estimator: {elbo: {k: 1}}
  model: {vae: {latent: 2, hidden: [4]}}
  dataset: {bits: {n: 8, dim: 4}}
  seed: 0
  train: {steps: 4, every: 2, optim: adam}
  log: {metrics: [elbo, {iwae: {k: 2, when: end}}, {gradvar: {r: 3, when: end}}, {snr: {r: 3}}]}
`)
	st := open(t)
	if _, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	for metric, want := range map[string]string{"elbo": "[0 2 4]", "snr/r": "[0 2 4]", "iwae@2": "[4]", "gradvar/inf": "[4]"} {
		var steps []int
		for _, pt := range res.Series(plan.Cells[0].ID, metric) {
			steps = append(steps, pt.Step)
		}
		if got := fmt.Sprint(steps); got != want {
			t.Errorf("%s is logged at %s; want %s", metric, got, want)
		}
	}
}

// Training raises the bound in both precisions, and float32 follows float64.
func TestTrainingRaisesTheBound(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, `
suite: learns
grid:
  - &g
    name: single
    precision: float32
    estimator: {elbo: {k: 1, form: [sgvb-a, sgvb-b]}}
    model: {vae: {latent: 2, hidden: [16]}}
    dataset: {bits: {n: 64, dim: 8}}
    seed: 0
    train: {steps: 300, batch: 16, every: 300, optim: {adam: {rate: 0.01}}}
    log: {metrics: [elbo]}
  - <<: *g
    name: double
    precision: float64
`)
	st := open(t)
	if _, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Cells {
		s := res.Series(c.ID, "elbo")
		if len(s) != 2 || s[1].Step != 300 || s[1].Value < s[0].Value+0.3 {
			t.Errorf("%s, %s: elbo %v; want a rise of 0.3 nats", c.Estimator, c.Precision, s)
		}
		per := int64(2) // log p(x,z) and log q(z|x) of a row; the analytic form needs p(x|z) alone
		if form, _ := c.Label("form"); form == "sgvb-b" {
			per = 1
		}
		if len(s) == 2 && s[1].Evals != per*300*16 {
			t.Errorf("%s: %d evaluations after 300 steps of 16 rows; want %d", c.Estimator, s[1].Evals, per*300*16)
		}
	}
}
