package runner

import (
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

const followed = `
suite: followed
precision: float64
grid:
  - &g
    name: own
    estimator: enumerate
    model: {sbn: {layers: [[3]]}}
    dataset: {bits: {n: 12, dim: 5}}
    seed: 0
    train: &t {steps: 9, batch: 5, every: 3, optim: {adam: {rate: 0.02}}}
    log: {metrics: [elbo, logpx]}
  - {<<: *g, name: led, estimator: [{reinforce: {k: 1}}, {rebar: {adapt: true}}, {nvil: {normalise: true}}], train: {<<: *t, follow: enumerate}}
  - {<<: *g, name: watched, estimator: [{disarm: {k: 2}}, {rebar: {adapt: true}}], train: {<<: *t, follow: enumerate}, log: {metrics: [elbo, logpx, {var-ema: {beta: 0.5}}]}}
`

// Whoever is measured, p and q go where the one that leads goes, bit by bit; what
// the measured one learns, it learns there.
func TestFollow(t *testing.T) {
	p := Builtin()
	plan := planOf(t, followed)
	var want []store.Point
	for _, c := range plan.Cells {
		got := p.runCell(t.Context(), c, 1, desk{})
		if got.Outcome != store.Done {
			t.Fatalf("%s: %s", c, got.Reason)
		}
		points := slices.DeleteFunc(got.Points, func(x store.Point) bool { return strings.HasPrefix(x.Metric, "var-ema") })
		for i := range points {
			points[i].Evals = 0 // what it cost is its own
		}
		if want == nil {
			want = points
			continue
		}
		if !slices.Equal(points, want) {
			t.Errorf("%s leaves the path of enumerate", c)
		}
		end := at(t, p, c, c.Train.Steps)
		if own := end.work.Params.Vector(tape.Own); own.Len() > 0 {
			start, err := p.build(c)
			if err != nil {
				t.Fatal(err)
			}
			if start.work.Params.Vector(tape.Own).Same(own) {
				t.Errorf("%s: its own parameters stand still", c)
			}
		}
		for name, table := range end.work.State {
			if slices.Max(table.Data) == 0 && slices.Min(table.Data) == 0 {
				t.Errorf("%s: its state %s stands still", c, name)
			}
		}
	}
}

// Checkpoints hold what a watch has seen.
func TestWatchGoesOn(t *testing.T) {
	p := Builtin()
	plan := planOf(t, followed)
	for _, c := range plan.Cells[len(plan.Cells)-2:] {
		var saved []store.Checkpoint
		want := p.runCell(t.Context(), c, 1, desk{every: 1, save: func(s store.Checkpoint) { saved = append(saved, s) }})
		seen := 0
		for _, x := range want.Points {
			if strings.HasPrefix(x.Metric, "var-ema@0.5/inf") && x.Step > 0 {
				if x.Reason != "" || x.Value <= 0 {
					t.Errorf("%s: %+v", c, x)
				}
				seen++
			}
		}
		if seen == 0 || len(saved) != c.Train.Steps {
			t.Fatalf("%s: %d variances, %d checkpoints", c, seen, len(saved))
		}
		for _, s := range saved {
			got := p.runCell(t.Context(), c, 1, desk{
				last: func() (store.Checkpoint, bool, error) { return s, true, nil },
				warn: func(why string) { t.Error(why) },
			})
			if !slices.Equal(got.Points, want.Points) {
				t.Errorf("%s from step %d: other numbers", c, s.Step)
			}
		}
	}
}

// One that cannot lead is refused before anything runs.
func TestFollowRefusals(t *testing.T) {
	p := Builtin()
	for follow, want := range map[string]string{
		"follow: nvil":                          `follow: estimator "nvil" has parameters or a state of its own, and a cell trains only those of the estimator it measures`,
		"follow: reinforce":                     `follow: estimator "reinforce" has parameters or a state of its own`,
		"follow: {rebar: {adapt: true}}":        `follow: estimator "rebar" has parameters or a state of its own`,
		"follow: {reinforce: {baseline: none}}": "", // set so, they have nothing to be trained
		"follow: {rebar: {adapt: false}}":       "",
		"follow: {elbo: {k: 3}}":                `follow: estimator "elbo" needs path`,
		"follow: {disarm: {k: 3}}":              `follow: estimator "disarm": got k = 3`,
		"follow: {vimco: {k: 1}}":               `follow: estimator "vimco": got k = 1`,
		"follow: {score: {k: 400}}":             "",
	} {
		text := strings.Replace(followed, "follow: enumerate", follow, 1)
		s, err := suites.Parse("s.yaml", []byte(text), p.Catalog())
		if err != nil {
			t.Fatalf("%s: %v", follow, err)
		}
		plan, err := s.Plan(suites.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Check(s, plan)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v; want %q", follow, err, want)
		}
	}
}

// A reference for the bias has nothing that a cell would have to train, as it is set there.
func TestReferenceRefusals(t *testing.T) {
	p := Builtin()
	const own = `has parameters or a state of its own, and a cell trains only those of the estimator it measures`
	for _, c := range []struct{ estimator, reference, want string }{
		{"enumerate", "nvil", `metric "bias": estimator "nvil" ` + own},
		{"enumerate", "reinforce", `metric "bias": estimator "reinforce" ` + own},
		{"enumerate", "rebar", ""}, // it does not adapt
		{"{reinforce: {k: 2, baseline: none}}", "reinforce", ""},
		{"nvil", "nvil", ""}, // itself
	} {
		s, plan := planned(t, p, "suite: x\ngrid: {estimator: "+c.estimator+", model: {sbn: {layers: [[3]]}}, dataset: {bits: {n: 12, dim: 5}}, seed: 0}\nlog: {metrics: [{bias: {reference: "+c.reference+"}}]}\n")
		if _, err := p.Check(s, plan); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s beside %s: got %v; want %q", c.reference, c.estimator, err, c.want)
		}
	}
}

// An estimator that owns nothing as it is set costs nothing on another's path: the steps
// are the leader's alone.
func TestFollowIdle(t *testing.T) {
	p := Builtin()
	text := strings.Replace(followed, "[{reinforce: {k: 1}}, {rebar: {adapt: true}}, {nvil: {normalise: true}}]",
		"[enumerate, {reinforce: {k: 1, baseline: none}}, {rebar: {adapt: false}}, {rebar: {adapt: true}}]", 1)
	plan := planOf(t, text)
	alone := at(t, p, plan.Cells[0], 9).train.evals
	if alone == 0 {
		t.Fatal("the leader evaluates nothing")
	}
	for i, c := range plan.Cells[1:5] {
		got := at(t, p, c, 9).train.evals
		if learns := i == 3; learns != (got > alone) || got < alone {
			t.Errorf("%s: %d evaluations in training; the leader alone takes %d", c, got, alone)
		}
	}
}
