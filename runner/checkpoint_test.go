package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

var kills = flag.Int("kills", 5, "how often TestKilledInMidCell kills")

// stopper calls stop at one of the moments that it is told of.
type stopper struct {
	moments, at, steps atomic.Int64
	stop               func()
}

func (s *stopper) moment() {
	if s != nil && s.moments.Add(1) == s.at.Load() {
		s.stop()
	}
}

// drifter is an estimator with a parameter and tables of its own. What it raises
// depends on every step that it has taken.
type drifter struct {
	K       int `name:"k" min:"1"`
	stopper *stopper
}

func (d drifter) Card() vi.Card { return vi.Card{Name: "drifter", K: d.K, Target: "elbo"} }

func (d drifter) Start(_ vi.Sheet, data vi.Shape, _ rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return []vi.Spec{{Name: "own/c", Rows: 1, Cols: 2}},
		func(p *vi.Params) { p.Set("own/c", []float64{0.5, -0.5}) },
		vi.State{"seen": {Width: 2, Data: make([]float64, 2*data.N)}, "all": {Width: 1, Data: []float64{0.25}}}
}

func (d drifter) Estimate(s *vi.Step) vi.Direction {
	if d.stopper != nil {
		d.stopper.steps.Add(1)
		d.stopper.moment()
	}
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), d.K)
	lw := s.LogJoint(z).Sub(s.LogQ(q, z))
	x, seen, all := lw.Float64s(), s.State("seen"), s.State("all").Data[0]
	next, most := make([]float64, 0, 2*s.B()), 0.0
	for i, row := range s.Index {
		old := seen.Data[2*row : 2*row+2]
		next = append(next, 0.9*old[0]+0.1*x[i*d.K], old[1]+1)
		most = max(most, math.Mod(old[1], 7))
	}
	s.Keep("seen", s.Index, next)
	s.Keep("all", []int{0}, []float64{0.99*all + 0.001*next[0]})
	f := lw.Mean().Scale(1 + 0.1*all + 0.01*most)
	return s.Ascend(vi.Surrogate{Gen: f, Inf: f, Own: s.Param("own/c").SumD(1).Sum().Scale(all)})
}

// state is a metric of what only the estimator knows.
type state struct{ stopper *stopper }

func (state) Name() string            { return "state" }
func (state) Better() string          { return "" }
func (state) Unit() string            { return "" }
func (state) Needs() []vi.Cap         { return nil }
func (state) Emits(vi.Sheet) []string { return []string{"state", "own"} }
func (m state) Measure(e *metrics.Eval, out *metrics.Out) {
	m.stopper.moment()
	e.Evals++
	if all, ok := e.Work.State["all"]; ok {
		out.Put("state", all.Data[0])
		out.Put("own", e.Work.Params.Value("own/c").At(0))
		out.Keep("seen", slices.Clone(e.Work.State["seen"].Data))
	}
}

// halting are parts that tell a stopper of every step and every evaluation.
func halting(s *stopper) Parts {
	p := Builtin()
	p.Estimators = append(p.Estimators, drifter{K: 2, stopper: s})
	p.Metrics = append(p.Metrics, state{s})
	return p
}

const long = `
suite: long
grid:
  - &g
    name: single
    precision: float32
    estimator: [drifter, {elbo: {k: 1}}]
    model: {vae: {latent: 2, hidden: [[5], [4, 3]]}}
    dataset: {bits: {n: 11, dim: 6}}
    seed: 0..1
    train: {steps: 37, batch: 3, every: 5, optim: {gen/: {adam: {rate: 0.01, schedule: cosine}}, inf/: {sgd: {rate: 0.05, momentum: 0.9}}, own/: adam}}
    log: {metrics: [state, elbo]}
  - {<<: *g, name: double, precision: float64}
  - {<<: *g, name: plain, estimator: drifter, train: {steps: 12, points: 5, spacing: log, optim: {sgd: {rate: 0.01}}}}
  - {<<: *g, name: grey, model: {vae: {latent: 2, hidden: [[3]]}}, dataset: digits8, seed: 0, train: {steps: 6, batch: 1000, optim: adam}}
`

func run(t testing.TB, ctx context.Context, p Parts, plan *suites.Plan, st *store.Store, opt Options) Summary {
	t.Helper()
	sum, err := p.Run(ctx, plan, st, store.Provenance{}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func begun(t testing.TB, st *store.Store, plan *suites.Plan) map[string]int {
	t.Helper()
	steps, err := st.Begun(ids(plan.Cells))
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// Cells that are stopped in a step or an evaluation, over and over, go on where
// they were: the same bytes, and no step is taken twice.
func TestStoppedInMidCell(t *testing.T) {
	s := &stopper{}
	p := halting(s)
	_, plan := planned(t, p, long)
	whole := open(t)
	run(t, t.Context(), p, plan, whole, Options{Workers: 2})
	want, steps := export(t, whole), s.steps.Load()
	for workers := 1; workers <= 2; workers++ {
		s.steps.Store(0)
		draw := rand.New(rand.NewPCG(uint64(workers), 0))
		st, halves := open(t), 0
		var resumed atomic.Int64
		for round, left := 0, 1; left > 0; round++ {
			if round > 500 {
				t.Fatal("no end of it")
			}
			ctx, stop := context.WithCancel(t.Context())
			s.stop = stop
			s.moments.Store(0)
			s.at.Store(1 + draw.Int64N(40))
			left = run(t, ctx, p, plan, st, Options{
				Workers: workers, Checkpoint: time.Hour,
				Warn: func(c suites.Cell, why string) { t.Errorf("%s: %s", c, why) },
				Step: func(_ string, step int) {
					if step > 0 {
						resumed.Add(1)
					}
				},
			}).Left
			stop()
			halves += len(begun(t, st, plan))
		}
		if export(t, st) != want {
			t.Errorf("%d workers: another export", workers)
		}
		timed(t, st, plan)
		if got := s.steps.Load(); got != steps {
			t.Errorf("%d workers: %d steps; want %d", workers, got, steps)
		}
		if resumed.Load() < 5 || halves < 5 {
			t.Errorf("%d workers: %d cells went on from a checkpoint, %d were left with one: nothing was tested", workers, resumed.Load(), halves)
		}
		if n := begun(t, st, plan); len(n) > 0 {
			t.Errorf("checkpoints are left of cells that have ended: %v", n)
		}
	}
}

// A checkpoint after every step changes nothing, nor does going on from any of
// them: before an evaluation, after it, at the last step.
func TestFromEveryStep(t *testing.T) {
	p := halting(nil)
	_, plan := planned(t, p, long)
	for _, c := range []suites.Cell{plan.Cells[0], firstOf(plan, "plain"), firstOf(plan, "grey")} {
		var saved []store.Checkpoint
		want := p.runCell(t.Context(), c, 1, desk{every: 1, save: func(s store.Checkpoint) { saved = append(saved, s) }})
		if want.Outcome != store.Done || len(saved) != c.Train.Steps {
			t.Fatalf("%s: %s, %d checkpoints; want %d", c, want.Outcome, len(saved), c.Train.Steps)
		}
		for _, s := range saved {
			got := p.runCell(t.Context(), c, 2, desk{
				last: func() (store.Checkpoint, bool, error) { return s, true, nil },
				warn: func(why string) { t.Error(why) },
			})
			got.Cost, want.Cost = store.Cost{}, store.Cost{}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s from step %d: %s", c, s.Step, d)
			}
		}
	}
}

// Without checkpoints a cell that is stopped starts anew.
func TestNoCheckpoint(t *testing.T) {
	s := &stopper{}
	p := halting(s)
	_, plan := planned(t, p, long)
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	s.at.Store(20)
	st := open(t)
	if run(t, ctx, p, plan, st, Options{}); len(begun(t, st, plan)) > 0 {
		t.Error("got a checkpoint without asking for any")
	}
}

// The time that a cell took before it was stopped is part of what it cost.
func TestWallGoesOn(t *testing.T) {
	p := halting(nil)
	_, plan := planned(t, p, long)
	c := at(t, p, plan.Cells[0], 10)
	c.keep.before = time.Hour
	got := p.runCell(t.Context(), plan.Cells[0], 1, desk{last: last(c.checkpoint())})
	if w := got.Cost.Wall; got.Outcome != store.Done || w < time.Hour || w > 2*time.Hour {
		t.Errorf("%s after %v; want an hour and a little", got.Outcome, w)
	}
}

// firstOf is the first cell of a grid.
func firstOf(plan *suites.Plan, grid string) suites.Cell {
	return plan.Cells[slices.IndexFunc(plan.Cells, func(c suites.Cell) bool { return c.Grid == grid })]
}

// at is a cell after so many steps.
func at(t testing.TB, p Parts, c suites.Cell, steps int) *cell {
	t.Helper()
	out, err := p.build(c)
	if err != nil {
		t.Fatal(err)
	}
	for range steps {
		if c.Train.Evaluates(out.train.step) {
			if err := out.evaluate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.train.next(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func last(b []byte) func() (store.Checkpoint, bool, error) {
	return func() (store.Checkpoint, bool, error) { return store.Checkpoint{Bits: b}, true, nil }
}

// sealed is a checkpoint's body with the digest that it needs.
func sealed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), sum[:]...)
}

func unsealed(b []byte) []byte { return b[:len(b)-sha256.Size] }

// What is no checkpoint of the cell says what it is.
func TestBadCheckpoint(t *testing.T) {
	p := halting(nil)
	_, plan := planned(t, p, long)
	c := plan.Cells[0] // drifter in float32
	good := at(t, p, c, 17).checkpoint()
	restore := func(b []byte) error {
		fresh, err := p.build(c)
		if err != nil {
			t.Fatal(err)
		}
		return fresh.restore(b)
	}
	if err := restore(good); err != nil {
		t.Fatal(err)
	}
	fresh, err := p.build(c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(good) {
		if err := fresh.restore(good[:n]); err == nil {
			t.Fatalf("took the first %d of %d bytes", n, len(good))
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if err := fresh.restore(bad); err == nil {
			t.Fatalf("took a checkpoint with byte %d flipped", i)
		}
	}

	// as is what the cell's checkpoint would be under other settings
	as := func(change func(*suites.Cell), steps int) []byte {
		other := c
		change(&other)
		w := at(t, p, other, steps)
		w.ID = c.ID
		return w.checkpoint()
	}
	replaced := func(old, text string) []byte {
		body := unsealed(good)
		if !bytes.Contains(body, []byte(old)) || len(old) != len(text) {
			t.Fatalf("no %q in the checkpoint", old)
		}
		return sealed(bytes.Replace(body, []byte(old), []byte(text), 1))
	}
	version := bytes.Clone(unsealed(good))
	binary.LittleEndian.PutUint32(version[8:], 7)
	step := bytes.Clone(unsealed(good)) // of the progress, just after its length
	from := bytes.Index(step, []byte("progress")) + 8 + 8
	count := bytes.Clone(unsealed(good))
	points := bytes.Index(count, []byte("points")) + 6 + 8
	backwards := bytes.Clone(step)
	binary.LittleEndian.PutUint64(step[from:], 38)
	binary.LittleEndian.PutUint64(count[points:], 1<<60)
	binary.LittleEndian.PutUint64(backwards[from:], 1<<63)
	laps := bytes.Clone(unsealed(good)) // each is 16 bytes, after the clock's sum and how many they are
	first := bytes.Index(laps, []byte("clock")) + 5 + 8 + 16
	disorder := bytes.Clone(laps)
	binary.LittleEndian.PutUint64(laps[first+16+8:], 10)
	binary.LittleEndian.PutUint64(disorder[first+16:], 0)
	early := unsealed(unclocked(t, good))
	binary.LittleEndian.PutUint64(early[from:], 15)
	for _, test := range []struct {
		name string
		bits []byte
		want string
	}{
		{"empty", nil, "checkpoint: cut short, got 0 bytes"},
		{"text", []byte(strings.Repeat("no checkpoint ", 9)), `checkpoint: not one, got "no check"; want "benchckp"`},
		{"cut", good[:len(good)-1], "checkpoint: damaged or cut short: its digest is of other bytes"},
		{"cell", at(t, p, plan.Cells[1], 3).checkpoint(), `checkpoint: of another cell, got "` + plan.Cells[1].ID + `"; want "` + c.ID + `"`},
		{"version", sealed(version), "checkpoint: of another format, got version 7; have 1, 2"},
		{"precision", as(func(c *suites.Cell) { c.Precision = "float64" }, 17), "checkpoint: theta gen/0/W: got 80 bytes; want 40"},
		{"model", as(func(c *suites.Cell) {
			c.Model.Params = map[string]any{"latent": 3, "hidden": c.Model.Params["hidden"]}
		}, 17), "checkpoint: theta "},
		{"data", as(func(c *suites.Cell) { c.Dataset.Params = map[string]any{"n": 12, "dim": 6} }, 17), "checkpoint: state seen: got 200 bytes; want 184"},
		{"estimator", as(func(c *suites.Cell) { c.Estimator = suites.Choice{Name: "elbo", Params: map[string]any{"k": 1}} }, 17), `checkpoint: got section "`},
		{"optimiser", as(func(c *suites.Cell) { c.Train.Optim = c.Train.Optim[:1] }, 17), `checkpoint: got section "`},
		{"parameter", replaced("theta own/c", "theta own/d"), `checkpoint: got section "theta own/d"; want "theta own/c"`},
		{"more", sealed(append(bytes.Clone(unsealed(good)), 0)), "checkpoint: 1 bytes after the last section"},
		{"laps", sealed(laps), "checkpoint: clock: got 10ns at step 5, after 0s at step 0 and before 0s at step 17"},
		{"laps in no order", sealed(disorder), "checkpoint: clock: got 0s at step 0, after 0s at step 0"},
		{"too far", sealed(step), "checkpoint: progress: got step 38; the cell has 37"},
		{"negative", sealed(backwards), "checkpoint: progress: got -9223372036854775808; want a count"},
		{"bomb", sealed(count), "checkpoint: points: got 1152921504606846976 of them; "},
		{"again", sealed(early), `checkpoint: points: got "elbo" at step 15, twice or not before step 15`},
		{"twice", as(func(c *suites.Cell) { c.Metrics = append(c.Metrics, c.Metrics...) }, 17), `checkpoint: points: got "elbo" at step 0, twice or not before step 17`},
	} {
		err := restore(test.bits)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v; want %s", test.name, err, test.want)
		}
	}
}

// A checkpoint that cannot be used costs what it held and no more: the run says
// so, and the cell is run from its begin.
func TestRunWithBadCheckpoints(t *testing.T) {
	p := halting(nil)
	_, plan := planned(t, p, long)
	whole := open(t)
	run(t, t.Context(), p, plan, whole, Options{Workers: 2})

	st := open(t)
	if _, err := st.Begin(plan, store.Provenance{}); err != nil {
		t.Fatal(err)
	}
	half := func(i, steps int) []byte { return at(t, p, plan.Cells[i], steps).checkpoint() }
	bad := half(2, 9)
	bad[len(bad)/2]++
	for i, b := range [][]byte{half(0, 9), half(0, 9), bad, half(3, 37)} {
		if err := st.Save([]store.Checkpoint{{Cell: plan.Cells[i].ID, Step: 9, Bits: b}}); err != nil {
			t.Fatal(err)
		}
	}
	var said []string
	sum := run(t, t.Context(), p, plan, st, Options{Workers: 1, Warn: func(c suites.Cell, why string) { said = append(said, c.Short()+" "+why) }})
	if sum.Ended[store.Done] != len(plan.Cells) || export(t, st) != export(t, whole) {
		t.Errorf("%+v, or another export", sum)
	}
	want := []string{
		plan.Cells[1].Short() + ` checkpoint: of another cell, got "` + plan.Cells[0].ID + `"; want "` + plan.Cells[1].ID + `"; starts from step 0`,
		plan.Cells[2].Short() + " checkpoint: damaged or cut short: its digest is of other bytes; starts from step 0",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
}

// Whatever bytes a store holds, reading them ends in a message or in a cell that
// would save the very same bytes.
func FuzzCheckpoint(f *testing.F) {
	p := halting(nil)
	_, plan := planned(f, p, long)
	c := firstOf(plan, "plain")
	good := at(f, p, c, 5).checkpoint()
	f.Add(unsealed(good))
	f.Add(unsealed(at(f, p, plan.Cells[0], 7).checkpoint()))
	f.Add(unsealed(unclocked(f, good)))
	f.Add(unsealed(good)[:200])
	fresh, err := p.build(c) // once: restoring again overwrites all
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, b := range [][]byte{body, sealed(body)} {
			if fresh.restore(b) == nil && !bytes.Equal(fresh.checkpoint(), b) {
				t.Error("took a checkpoint that it would not write")
			}
		}
	})
}

// child names the store that the test binary fills when a test starts it again
// as another process.
const child = "BENCH_RUNNER_CHILD"

func TestMain(m *testing.M) {
	path := os.Getenv(child)
	if path == "" {
		os.Exit(m.Run())
	}
	p := halting(nil)
	plan, err := longer(p)
	if err == nil {
		var st *store.Store
		if st, err = store.Open(path); err == nil {
			_, err = p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2, Checkpoint: time.Millisecond})
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// longer is a plan of cells that take long enough to be killed in.
func longer(p Parts) (*suites.Plan, error) {
	s, err := suites.Parse("long.yaml", []byte(long), p.Catalog())
	if err != nil {
		return nil, err
	}
	return s.Plan(suites.Options{Set: []string{"grid.single.train.steps=6000", "grid.single.train.every=1000", "grid.single.train.optim=adam"}, Only: []string{"grid=single", "seed=0"}})
}

// Killed at any instant in the middle of its cells, a run goes on to the bytes of
// one that was not.
func TestKilledInMidCell(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = 2
	}
	p := halting(nil)
	plan, err := longer(p)
	if err != nil {
		t.Fatal(err)
	}
	whole := open(t)
	run(t, t.Context(), p, plan, whole, Options{Workers: 2})

	want := export(t, whole)
	if strings.Contains(want, "diverged") {
		t.Fatal("cells diverge: they do not take long")
	}

	path, resumable := filepath.Join(t.TempDir(), "x.db"), 0
	for i := 0; i < n || resumable == 0 && i < 50; i++ {
		killed(t, path, rand.N(400*time.Millisecond))
		st, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		half := len(begun(t, st, plan))
		resumable += half
		if half == 0 || rand.N(4) == 0 { // else the next process goes on
			sum := run(t, t.Context(), p, plan, st, Options{Workers: 2, Warn: func(c suites.Cell, why string) { t.Errorf("%s: %s", c, why) }})
			if sum.Left > 0 || export(t, st) != want {
				t.Errorf("%+v, or another export", sum)
			}
			timed(t, st, plan)
			path = filepath.Join(t.TempDir(), "x.db")
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if resumable == 0 {
		t.Error("no process was killed with a checkpoint in the store: nothing was tested")
	}
}

// killed starts a process that fills the store at path, and kills it when it has
// been at it for a while.
func killed(t *testing.T, path string, while time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+path)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path + "-wal"); err == nil {
			break
		}
	}
	time.Sleep(while)
	cmd.Process.Kill()
	cmd.Wait()
	if said.Len() > 0 {
		t.Fatalf("the process said %s", &said)
	}
}

// The time that a checkpoint takes from the training of a net of usual size.
func BenchmarkCheckpoint(b *testing.B) {
	p := Builtin()
	_, plan := planned(b, p, `
suite: net
grid:
  estimator: elbo
  model: {vae: {latent: 50, hidden: [[200, 200]]}}
  dataset: {bits: {n: 100, dim: 784}}
  seed: 0
  train: {steps: 5, batch: 20, optim: adam}
log: {metrics: elbo}
`)
	c := at(b, p, plan.Cells[0], 1)
	for b.Loop() {
		c.checkpoint()
	}
	b.SetBytes(int64(c.keep.size))
}
