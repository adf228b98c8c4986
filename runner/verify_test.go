package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Every cell of suites with parts of all kinds is itself again when it is read back from a
// store, in the types that its parts want and under its ID, and its ID tells what it
// was made of.
func TestStoredCellsAreThemselves(t *testing.T) {
	p := parts()
	cat := p.Catalog()
	cat.Rows = func(c suites.Choice) int {
		d, err := p.dataset(c)
		if err != nil {
			return 0
		}
		return d.Shape().N
	}
	for _, name := range []string{"iwae_snr", "gumbel", "sparse_entropy"} {
		file, text, err := suites.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := suites.Parse(file, text, cat)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := s.Plan(suites.Options{})
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for _, c := range plan.Cells {
			if of := fmt.Sprint(c.Grid, c.Estimator, c.Model, c.Dataset); of == last {
				continue // seeds differ by the seed
			} else {
				last = of
			}
			text, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var kept suites.Cell
			if err := json.Unmarshal(text, &kept); err != nil {
				t.Fatal(err)
			}
			now, err := cat.Again(kept)
			if err != nil || now.ID != c.ID {
				t.Errorf("%s: %s: %v, ID kept: %t", name, c, err, now.ID == c.ID)
			}
			if o, ok := cat.Origin(kept); !ok || o.Core != cat.Core || o.Digest != p.digest(c.Dataset) {
				t.Errorf("%s: %s: made of %+v, %t", name, c, o, ok)
			}
		}
	}
}

// drifting is the elbo; off makes its numbers others, as a mistake would.
type drifting struct {
	faulty
	off     float64
	version int
}

func (d drifting) Card() vi.Card { c := d.faulty.Card(); c.Name = "drifting"; return c }
func (d drifting) Version() int  { return max(d.version, 1) }
func (d drifting) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), 1)
	elbo := s.LogJoint(z).Sub(s.LogQ(q, z)).Mean().Scale(1 + d.off)
	return s.Ascend(vi.Surrogate{Gen: elbo, Inf: elbo})
}

func with(d drifting) Parts {
	p := parts()
	d.faulty.K, d.faulty.Does = 1, "nothing"
	p.Estimators = append(p.Estimators, d)
	return p
}

const verified = `
suite: v
precision: float64
unfit: record
grid:
  estimator: [{drifting: {does: [nothing, panic]}}, {iwae: {k: 4}}, {faulty: {does: nan}}, {vimco: {k: 1}}]
  model: lineargaussian
  dataset: {lineargaussian: {dim: 2, n: 4}}
  seed: 0..1
  train: {steps: 5, every: 1, optim: sgd}
  log: {metrics: [elbo, {snr: {r: 20}}]}
`

// reran runs a suite, lets change change the parts, and runs its cells again.
func reran(t *testing.T, workers int, change func(*drifting)) (same, other map[string]int, barred []string, first store.Difference) {
	t.Helper()
	d := drifting{}
	p := with(d)
	s, plan := planned(t, p, verified)
	refused, err := p.Check(s, plan)
	if err != nil {
		t.Fatal(err)
	}
	st := open(t)
	if _, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2, Refused: refused}); err != nil {
		t.Fatal(err)
	}
	change(&d)
	p = with(d)
	kept, err := st.Cells("")
	if err != nil {
		t.Fatal(err)
	}
	free, why := p.Rerunnable(kept, nil)
	for _, k := range kept {
		if why[k.ID] != "" {
			barred = append(barred, k.Estimator.Name+": "+why[k.ID])
		}
	}
	slices.Sort(barred)
	same, other = map[string]int{}, map[string]int{}
	err = p.Verify(context.Background(), st, free, Options{Workers: workers}, func(r Rerun) {
		if r.Same {
			same[r.Cell.Estimator.Name]++
		} else {
			other[r.Cell.Estimator.Name]++
			first = r.Difference
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return same, other, barred, first
}

func TestVerify(t *testing.T) {
	// drifting has two settings of does; the outcome of both is done, since it does not read it
	all := "map[drifting:4 faulty:2 iwae:2 vimco:2]"
	for _, workers := range []int{1, 30} {
		same, other, barred, _ := reran(t, workers, func(*drifting) {})
		if got := fmt.Sprint(same); got != all || len(other)+len(barred) > 0 {
			t.Errorf("%d workers: same %v, other %v, barred %v", workers, got, other, barred)
		}
	}
	same, other, barred, first := reran(t, 2, func(d *drifting) { d.off = 1e-15 })
	if fmt.Sprint(same, other, barred) != "map[faulty:2 iwae:2 vimco:2] map[drifting:4] []" {
		t.Errorf("an estimator off by 1e-15: same %v, other %v, barred %v", same, other, barred)
	}
	if first.Step > 1 || first.Metric == "outcome" || !strings.Contains(first.A, "(0x") || first.A == first.B {
		t.Errorf("they part at %v", first)
	}
	same, other, barred, _ = reran(t, 2, func(d *drifting) { d.version = 3 })
	due := "drifting: its numbers are due to be others: numeric version of estimator drifting: 1 -> 3"
	if fmt.Sprint(same, other) != "map[faulty:2 iwae:2 vimco:2] map[]" || !slices.Equal(barred, []string{due, due, due, due}) {
		t.Errorf("a new version: same %v, other %v, barred %v", same, other, barred)
	}
}

// A cell that now fits where it was refused, or the other way round, is not the same.
func TestVerifyRefusals(t *testing.T) {
	p := parts()
	s, plan := planned(t, p, "suite: r\nunfit: record\ngrid: {estimator: {vimco: {k: [1, 2]}}, model: lineargaussian, dataset: lineargaussian, seed: 0}\nlog: {metrics: [elbo]}\n")
	refused, err := p.Check(s, plan)
	if err != nil {
		t.Fatal(err)
	}
	st := open(t)
	run, err := st.Begin(plan, store.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	var swapped []store.Result
	for _, c := range plan.Cells {
		r := store.Result{Cell: c.ID, Outcome: store.Refused, Reason: "of old"}
		if refused[c.ID] != "" {
			r.Outcome, r.Reason = store.Done, ""
		}
		swapped = append(swapped, r)
	}
	if err := st.Write(run, swapped); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = p.Verify(context.Background(), st, plan.Cells, Options{Workers: 2}, func(r Rerun) {
		if n++; r.Same || r.Difference.Metric != "outcome" {
			t.Errorf("%s: %v", r.Cell, r.Difference)
		}
	})
	if err != nil || n != 2 {
		t.Errorf("%d cells, %v", n, err)
	}
}

// An end from outside ends the reruns, and no cell that was cut short is judged.
func TestVerifyStops(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, small)
	st := open(t)
	if _, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	n := 0
	err := p.Verify(ctx, st, plan.Cells, Options{Workers: 1}, func(r Rerun) {
		if n++; n == 2 {
			stop()
		}
		if !r.Same {
			t.Errorf("%s: %v", r.Cell, r.Difference)
		}
	})
	if err != context.Canceled || n >= len(plan.Cells) {
		t.Errorf("got %v after %d of %d cells", err, n, len(plan.Cells))
	}
}

// A sample is a set of the cells asked for, the same for any order they come in,
// another for another seed, and each cell has its chance.
func TestSample(t *testing.T) {
	var cells []suites.Cell
	for i := range 40 {
		cells = append(cells, suites.Cell{ID: fmt.Sprintf("%064x", i)})
	}
	back := slices.Clone(cells)
	slices.Reverse(back)
	a, b := ids(Sample(cells, 7, 0)), ids(Sample(back, 7, 0))
	slices.Reverse(b)
	if len(a) != 7 || !slices.Equal(a, b) || !slices.IsSorted(a) {
		t.Errorf("got %v and %v", a, b)
	}
	if slices.Equal(a, ids(Sample(cells, 7, 1))) {
		t.Error("another seed, the same sample") // of 19 million
	}
	if len(Sample(cells, 100, 0)) != 40 {
		t.Error("a sample of more than there are")
	}
	// Over 2000 seeds a cell is drawn 350 times in the mean with a deviation of 17; none of
	// 40 is beyond six of these but by a chance of 1e-7.
	drawn := map[string]int{}
	for seed := range 2000 {
		for _, id := range ids(Sample(cells, 7, seed)) {
			drawn[id]++
		}
	}
	for _, c := range cells {
		if n := drawn[c.ID]; n < 248 || n > 452 {
			t.Errorf("cell %s is drawn %d times of 2000; want about 350", c.ID[60:], n)
		}
	}
}

// What has ended is run again as it is asked for, and a run gives up after as many
// failures as it is told.
func TestRetryAndGiveUp(t *testing.T) {
	p := parts()
	s, plan := planned(t, p, `
suite: again
precision: float64
unfit: record
grid:
  estimator: [{faulty: {does: [nothing, panic, nan]}}, {vimco: {k: 1}}]
  model: lineargaussian
  dataset: lineargaussian
  seed: 0..2
  train: {steps: 5, optim: sgd}
  log: {metrics: [elbo]}
`)
	refused, err := p.Check(s, plan)
	if err != nil {
		t.Fatal(err)
	}
	st := open(t)
	run := func(opt Options) (Summary, string) {
		opt.Refused = refused
		var mu sync.Mutex
		var ran []string
		opt.Progress = func(e Event) {
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, string(e.Result.Outcome))
		}
		sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, opt)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(ran)
		return sum, strings.Join(slices.Compact(ran), " ")
	}
	sum, _ := run(Options{Workers: 1, Failures: 2})
	if !sum.GaveUp || sum.Ended[store.Failed] != 2 || sum.Left == 0 || sum.Left+5 != len(plan.Cells) {
		t.Errorf("gives up after 2: %+v", sum)
	}
	if sum, ran := run(Options{Workers: 2}); sum.GaveUp || sum.Left != 0 || sum.Ended[store.Failed] != 1 || ran != "diverged failed refused" {
		t.Errorf("goes on: %+v, %s", sum, ran)
	}
	for retry, want := range map[Retry]string{RetryNone: "", RetryFailed: "failed", RetryAll: "diverged failed refused"} {
		if sum, ran := run(Options{Workers: 2, Retry: retry}); ran != want {
			t.Errorf("retry %q ran %q; want %q: %+v", retry, ran, want, sum)
		}
	}
	if missing, err := Missing(plan, st); err != nil || len(missing) != 3 {
		t.Errorf("%d cells have no result (%v); want the three that failed", len(missing), err)
	}
}
