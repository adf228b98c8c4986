//go:build unix

package runner

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

var loadCells = flag.Int("load", 400, "cells of TestLoad; from 20000 on its times are held to their limits")

// idle is a metric that takes a while and no processor, and gives so many points.
type idle struct {
	Millis int `name:"millis"`
	Points int `name:"points" min:"1"`
}

func (idle) Name() string    { return "idle" }
func (idle) Better() string  { return "" }
func (idle) Unit() string    { return "" }
func (idle) Needs() []vi.Cap { return nil }
func (m idle) Emits(vi.Sheet) (names []string) {
	for i := range m.Points {
		names = append(names, "idle/"+strconv.Itoa(i))
	}
	return names
}
func (m idle) Measure(e *metrics.Eval, out *metrics.Out) {
	time.Sleep(time.Duration(m.Millis) * time.Millisecond)
	for i := range m.Points {
		out.Put("idle/"+strconv.Itoa(i), float64(i)/float64(e.Seed+1))
	}
}

// loaded is a plan of n tiny cells.
func loaded(t testing.TB, p Parts, n int, metric string) (*suites.Suite, *suites.Plan) {
	t.Helper()
	seeds := min(n, 1000)
	var k []string
	for i := range n / seeds {
		k = append(k, strconv.Itoa(1+i))
	}
	return planned(t, p, fmt.Sprintf(`
suite: load
precision: float64
grid:
  estimator: [{iwae: {k: [%s]}}]
  model: lineargaussian
  dataset: {lineargaussian: {dim: 1, n: 2}}
  seed: 0..%d
  log: {metrics: [%s]}
`, strings.Join(k, ", "), seeds-1, metric))
}

// What a store costs beside the cells, in time and memory, and what it takes to
// find that nothing is left to do.
func TestLoad(t *testing.T) {
	n := *loadCells
	p := Builtin()
	p.Metrics = append(p.Metrics, idle{Points: 1})
	s, plan := loaded(t, p, n, "{idle: {millis: 2}}")
	path := filepath.Join(t.TempDir(), "x.db")
	st, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()

	var before, half, after runtime.MemStats
	alive := func(m *runtime.MemStats) {
		runtime.GC()
		runtime.ReadMemStats(m)
	}
	alive(&before)
	ended, busy := 0, time.Duration(0)
	start, used := time.Now(), processor()
	sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 2, Checkpoint: time.Minute, Progress: func(e Event) {
		busy += e.Result.Cost.Wall
		if ended++; ended == n/10 {
			alive(&half)
		}
	}})
	wall := time.Since(start)
	used = processor() - used
	if err != nil || sum.Ended[store.Done] != n {
		t.Fatalf("%+v, %v", sum, err)
	}
	alive(&after)
	each := (2*wall - busy) / time.Duration(n) // of a worker's time
	t.Logf("%d cells in %v: %v a cell beside its own time, %v of processor in all; heap %.1f MB, %.1f after a tenth, %.1f at the end; %s",
		n, wall.Round(time.Millisecond), each, used/time.Duration(n), mega(before), mega(half), mega(after), resident())
	if grown := mega(after) - mega(half); grown > 8 {
		t.Errorf("the heap grew by %.1f MB from a tenth of the cells to all", grown)
	}

	start = time.Now()
	if _, err := p.Check(s, plan); err != nil {
		t.Fatal(err)
	}
	p.Warnings(s, plan)
	todo, err := Missing(plan, st)
	if err != nil || len(todo) > 0 {
		t.Fatalf("%d left, %v", len(todo), err)
	}
	decided := time.Since(start)
	if _, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{}); err != nil {
		t.Fatal(err)
	}
	again := time.Since(start)
	t.Logf("nothing to do: decided after %v, begun after %v", decided, again)
	if n >= 20000 {
		if spent := used / time.Duration(n); spent > time.Millisecond {
			t.Errorf("%v of processor a cell; want at most 1 ms, 2%% of 50 ms", spent)
		}
		if again > time.Second {
			t.Errorf("it took %v to find that nothing is to do; want at most 1 s", again)
		}
	}
}

// Long curves: what a cell with a thousand points costs.
func TestLoadOfCurves(t *testing.T) {
	n := max(*loadCells/20, 20)
	p := Builtin()
	p.Metrics = append(p.Metrics, idle{Points: 1})
	_, plan := loaded(t, p, n, "{idle: {points: 1000}}")
	st := open(t)
	start, busy := time.Now(), time.Duration(0)
	sum, err := p.Run(context.Background(), plan, st, store.Provenance{}, Options{Workers: 1, Progress: func(e Event) { busy += e.Result.Cost.Wall }})
	if err != nil || sum.Ended[store.Done] != n {
		t.Fatalf("%+v, %v", sum, err)
	}
	wall := time.Since(start)
	start = time.Now()
	res, err := st.Load(plan)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	if c, ok := res.Cell(plan.Cells[n-1].ID); !ok || len(c.Points) != 1000 {
		t.Errorf("the last cell: %v", ok)
	}
	t.Logf("%d cells of 1000 points in %v, %v a cell beside its own time; read in %v; %s", n, wall, (wall-busy)/time.Duration(n), took, resident())
}

// processor is the time that the process has had, however busy the machine is.
func processor() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func mega(m runtime.MemStats) float64 { return float64(m.HeapAlloc) / (1 << 20) }

// resident is the memory that the process has had at most, where the system tells.
func resident() string {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "VmHWM") {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return ""
}
