package runner

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// hands are those of a clock that goes only when somebody turns them.
type hands struct {
	t   time.Time
	odd map[int]time.Duration // what steps take that do not take a second
}

func (h *hands) turn(d time.Duration) { h.t = h.t.Add(d) }
func (h *hands) now() time.Time       { return h.t }

// walker is an estimator that takes a second a step, or what it is told of.
type walker struct {
	K     int `name:"k" min:"1"`
	hands *hands
}

func (walker) Card() vi.Card { return vi.Card{Name: "walker", K: 1, Target: "elbo"} }

func (w walker) Estimate(s *vi.Step) vi.Direction {
	if d, ok := w.hands.odd[s.Iter]; ok {
		w.hands.turn(d)
	} else {
		w.hands.turn(time.Second)
	}
	return faulty{K: w.K}.Estimate(s)
}

// resting is a metric that takes an hour.
type resting struct{ hands *hands }

func (resting) Name() string            { return "resting" }
func (resting) Better() string          { return "" }
func (resting) Unit() string            { return "" }
func (resting) Needs() []vi.Cap         { return nil }
func (resting) Emits(vi.Sheet) []string { return []string{"resting"} }
func (m resting) Measure(_ *metrics.Eval, out *metrics.Out) {
	m.hands.turn(time.Hour)
	out.Put("resting", 1)
}

const walk = `
suite: walk
precision: float64
grid:
  estimator: walker
  model: {vae: {latent: 2, hidden: [[3]]}}
  dataset: {bits: {n: 6, dim: 4}}
  seed: 0
  train: {steps: 12, batch: 3, every: 5, optim: {sgd: {rate: 0.01}}}
  log: {metrics: [resting, elbo]}
`

// A path is a cell that goes by a turned clock.
type path struct {
	p    Parts
	cell suites.Cell
	h    *hands
}

func newPath(t *testing.T, odd map[int]time.Duration) path {
	t.Helper()
	h := &hands{time.Unix(1e9, 0), odd}
	p := Builtin()
	p.Estimators = append(p.Estimators, walker{K: 1, hands: h})
	p.Metrics = append(p.Metrics, resting{h})
	_, plan := planned(t, p, walk)
	return path{p, plan.Cells[0], h}
}

// walked runs the cell, from a checkpoint if there is one. Saving takes a minute,
// telling a second.
func (x path) walked(t *testing.T, from []byte) (store.Result, [][]byte) {
	t.Helper()
	var saved [][]byte
	d := desk{
		every: 1,
		save: func(s store.Checkpoint) {
			x.h.turn(time.Minute)
			saved = append(saved, s.Bits)
		},
		step: func(int) { x.h.turn(time.Second) },
		warn: func(why string) { t.Error(why) },
	}
	if from != nil {
		d.last = last(from)
	}
	c, err := x.p.resume(x.cell, d)
	if err != nil {
		t.Fatal(err)
	}
	c.clock.now = x.h.now
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c.res, saved
}

// Points stand where training had got to: a metric that takes an hour, saving and
// telling move none, nor does going on from a checkpoint, of any step.
func TestLapsAreOfTrainingAlone(t *testing.T) {
	want := []store.Lap{{Step: 0, Trained: 0}, {Step: 5, Trained: 5 * time.Second}, {Step: 10, Trained: 19 * time.Second}, {Step: 12, Trained: 21 * time.Second}}
	x := newPath(t, map[int]time.Duration{7: 10 * time.Second}) // unevenly
	res, saved := x.walked(t, nil)
	if d := cmp.Diff(want, res.Cost.Laps); d != "" {
		t.Error(d)
	}
	if len(saved) != 12 {
		t.Fatalf("%d checkpoints; want 12", len(saved))
	}
	for i, b := range saved {
		again, _ := x.walked(t, b)
		if d := cmp.Diff(res, again, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("from step %d: %s", i+1, d)
		}
	}
}

// A clock that goes back takes nothing from what has passed.
func TestClockGoesBack(t *testing.T) {
	res, _ := newPath(t, map[int]time.Duration{7: -time.Hour}).walked(t, nil)
	want := []store.Lap{{Step: 0, Trained: 0}, {Step: 5, Trained: 5 * time.Second}, {Step: 10, Trained: 9 * time.Second}, {Step: 12, Trained: 11 * time.Second}}
	if d := cmp.Diff(want, res.Cost.Laps); d != "" {
		t.Error(d)
	}
	h := &hands{t: time.Unix(1e9, 0)}
	c := clock{now: h.now}
	for _, d := range []time.Duration{time.Second, -time.Hour, 2 * time.Second} {
		c.start()
		h.turn(d)
		c.stop()
		c.stop() // and once more does nothing
	}
	if c.sum != 3*time.Second {
		t.Errorf("got %v; want 3 s", c.sum)
	}
}

// unclocked is what version 1 would have written in place of a checkpoint.
func unclocked(t testing.TB, b []byte) []byte {
	t.Helper()
	body := bytes.Clone(unsealed(b))
	name := append(binary.LittleEndian.AppendUint32(nil, 5), "clock"...)
	at := bytes.Index(body, name)
	if at < 0 {
		t.Fatal("no clock in the checkpoint")
	}
	end := at + len(name) + 8 + int(binary.LittleEndian.Uint64(body[at+len(name):]))
	binary.LittleEndian.PutUint32(body[len(checkpointMagic):], 1)
	return sealed(slices.Delete(body, at, end))
}

// From a checkpoint of version 1 a cell goes on to the same numbers and claims no
// times; what it saves on the way is of version 1 again, so that it never does.
func TestClocklessCheckpoint(t *testing.T) {
	x := newPath(t, nil)
	res, saved := x.walked(t, nil)
	want := res
	want.Cost.Laps = nil
	for i, b := range saved[:len(saved)-1] {
		old := unclocked(t, b)
		got, later := x.walked(t, old)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("from step %d: %s", i+1, d)
		}
		again, _ := x.walked(t, later[0])
		if d := cmp.Diff(want, again, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("from step %d and once more: %s", i+1, d)
		}
	}
}

// timed fails unless each point of each cell has its time, and times rise with steps
// to no more than the cell took.
func timed(t *testing.T, st *store.Store, plan *suites.Plan) {
	t.Helper()
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Cells {
		r, ok := res.Cell(c.ID)
		if !ok {
			t.Errorf("%s: not run", c)
			continue
		}
		for _, x := range r.Points {
			if _, ok := r.Cost.Trained(x.Step); !ok {
				t.Errorf("%s: no time of %s at step %d", c, x.Metric, x.Step)
			}
		}
		last := time.Duration(-1)
		for _, l := range r.Cost.Laps {
			if l.Step == 0 && l.Trained > time.Second || l.Step > 0 && l.Trained <= last || l.Trained > r.Cost.Wall {
				t.Errorf("%s: step %d at %v, after %v and of %v", c, l.Step, l.Trained, last, r.Cost.Wall)
			}
			last = l.Trained
		}
	}
}

// By a real clock and through a store: what a slow metric takes is in the cell's time
// and in no point's.
func TestSlowMetric(t *testing.T) {
	const each = 30 * time.Millisecond
	p := Builtin()
	p.Metrics = append(p.Metrics, idle{Points: 1})
	_, plan := planned(t, p, `
suite: slow
precision: float64
grid:
  estimator: {elbo: {k: 1}}
  model: {vae: {latent: 2, hidden: [[3]]}}
  dataset: {bits: {n: 6, dim: 4}}
  seed: 0..1
  train: {steps: 12, batch: 3, every: 4, optim: adam}
log: {metrics: [{idle: {millis: 30}}, elbo]}
`)
	st := open(t)
	run(t, t.Context(), p, plan, st, Options{Workers: 2, Checkpoint: time.Millisecond})
	timed(t, st, plan)
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Cells {
		r, _ := res.Cell(c.ID)
		trained, ok := r.Cost.Trained(12)
		if !ok || trained+4*each > r.Cost.Wall {
			t.Errorf("trained for %v, %v; of %v with four evaluations of %v", trained, ok, r.Cost.Wall, each)
		}
	}
}
