package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/vibench/bench/suites"
)

func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		p       *progress
		elapsed time.Duration
		want    string
	}{
		{&progress{done: 312, now: 312, planned: 540, spent: 312, all: 540}, 27611 * time.Millisecond, "312/540 cells, 0 failed, 11.3/s, 0:20 left"},
		{&progress{done: 10, planned: 12, failed: 0}, 3 * time.Second, "10/12 cells, 0 failed, 0:03 so far"},
		// nine cheap cells of ten, but half of the work
		{&progress{done: 9, now: 9, planned: 10, spent: 50, all: 100, failed: 1}, 30 * time.Second, "9/10 cells, 1 failed, 18.0/min, 0:30 left"},
		{&progress{done: 5, now: 5, planned: 5, spent: 1, all: 1 - 1e-16}, time.Second / 50, "5/5 cells, 0 failed, 250/s, 0:00 left"},
		{&progress{done: 1, now: 1, planned: 9, spent: 1, all: 9}, time.Hour, "1/9 cells, 0 failed, 0.0/min, 8:00:00 left"},
	} {
		if got := c.p.line(c.elapsed); got != c.want {
			t.Errorf("got %q; want %q", got, c.want)
		}
	}
}

// Where cells train, steps are counted: those of cells at work, and not as speed
// those from before.
func TestProgressOfSteps(t *testing.T) {
	cell := func(id string, steps int) suites.Cell {
		return suites.Cell{ID: id, Train: suites.Train{Steps: steps}}
	}
	plan := []suites.Cell{cell("done", 100), cell("a", 200), cell("b", 400), cell("c", 300), cell("still", 0)}
	var w strings.Builder
	p := newProgress(&w, plan, plan[1:], func(c suites.Cell) float64 { return float64(10 + c.Train.Steps) })
	defer p.end()
	want := func(elapsed time.Duration, want string) {
		t.Helper()
		if got := p.line(elapsed); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	want(time.Second, "1/5 cells, 0 failed, 10% of steps, 0:01 so far")
	p.step("a", 0)
	p.step("b", 200) // from a checkpoint
	want(time.Second, "1/5 cells, 0 failed, 30% of steps, 0:01 so far")
	p.step("a", 100)
	p.step("b", 300)
	p.step("nobody", 7)
	want(2*time.Second, "1/5 cells, 0 failed, 50% of steps at 100/s, 0:05 left")
	p.ended(plan[1], 200, 2, 0)
	p.ended(plan[2], 350, 3, 0) // diverged
	p.ended(plan[4], 0, 4, 0)
	want(5*time.Second, "4/5 cells, 0 failed, 70% of steps at 70.0/s, 0:04 left")
	p.ended(plan[3], 300, 5, 0)
	want(10*time.Second, "5/5 cells, 0 failed, 100% of steps at 65.0/s, 0:00 left")
}

// On a terminal the line is rewritten, cut below its width, and gone before
// anything else is printed.
func TestProgressLive(t *testing.T) {
	var w strings.Builder
	p := newProgress(&w, make([]suites.Cell, 2), []suites.Cell{{ID: "a"}, {ID: "b"}}, func(suites.Cell) float64 { return 1 })
	p.mu.Lock()
	p.live, p.wide = true, 20
	p.mu.Unlock()
	p.ended(suites.Cell{ID: "a"}, 0, 1, 0)
	p.say("failed: %s", "a")
	p.end()
	p.say("plain again")
	const clear = "\r\x1b[K"
	if got, want := w.String(), clear+"failed: a\n"+clear+"1/2 cells, 0 failed"+clear+"plain again\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 s", 412 * time.Millisecond: "0.4 s", 9949 * time.Millisecond: "9.9 s", 9950 * time.Millisecond: "10 s",
		41 * time.Second: "41 s", 59600 * time.Millisecond: "1 min 0 s", 185 * time.Second: "3 min 5 s",
		7800 * time.Second: "2 h 10 min", 99 * time.Hour: "4 d 3 h",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%v: got %q; want %q", d, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", 21 * time.Second: "0:21", 3723 * time.Second: "1:02:03"} {
		if got := clock(d); got != want {
			t.Errorf("%v: got %q; want %q", d, got, want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	if got, want := commandLine([]string{"run", "a b", "--set", "x=[1]", "it's", ""}), `bench run 'a b' --set 'x=[1]' 'it'\''s' ''`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}
