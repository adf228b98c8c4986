package cli

import (
	"cmp"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vibench/bench/suites"
)

const (
	redraw = 200 * time.Millisecond // of the line on a terminal
	repeat = 5 * time.Second        // of lines elsewhere
)

// progress shows how far a run has come: one line that is rewritten on a
// terminal, a line every few seconds elsewhere. Its methods may be called from
// several goroutines.
type progress struct {
	w     io.Writer
	live  bool // rewrites its line
	wide  int  // columns
	start time.Time

	mu      sync.Mutex
	cells   map[string]*share // those to run, by ID
	done    int               // cells that have ended, those from before included
	now     int               // of those, the ones of this run
	planned int
	failed  int
	bad     string  // what failed is called; empty: failed
	spent   float64 // work done in this run
	all     float64 // work of this run
	steps   struct {
		done, now, all int // of training: those from before included, those of this run, of all cells
	}
	over chan struct{}
	gone sync.WaitGroup
}

// share is what one cell is of a run.
type share struct {
	work  float64
	steps int
	begun bool
	at    int // of its steps
}

// newProgress begins to show a run of the cells todo of a plan; work sizes a
// cell, so that the time left is not deceived by cheap cells coming first.
func newProgress(w io.Writer, planned, todo []suites.Cell, work func(suites.Cell) float64) *progress {
	p := &progress{
		w: w, live: isTerminal(w), wide: width(w), start: time.Now(),
		cells: make(map[string]*share, len(todo)), done: len(planned) - len(todo), planned: len(planned), over: make(chan struct{}),
	}
	for _, c := range planned {
		p.steps.all += c.Train.Steps
	}
	p.steps.done = p.steps.all
	for _, c := range todo {
		s := &share{work: work(c), steps: c.Train.Steps}
		p.cells[c.ID] = s
		p.all += s.work
		p.steps.done -= s.steps
	}
	every := repeat
	if p.live {
		every = redraw
	}
	p.gone.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.over:
				return
			case <-tick.C:
				p.mu.Lock()
				p.show()
				p.mu.Unlock()
			}
		}
	})
	return p
}

// call gives cells that did not go well another name than failed.
func (p *progress) call(bad string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad = bad
}

// step says how many steps a cell at work has taken; the first time, those that
// an earlier run took.
func (p *progress) step(id string, at int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.cells[id]
	if c == nil || c.steps == 0 {
		return
	}
	more := at - c.at
	work := c.work * float64(more) / float64(c.steps)
	p.steps.done += more
	if c.begun {
		p.steps.now += more
		p.spent += work
	} else {
		p.all -= work
	}
	c.at, c.begun = at, true
}

// ended counts a cell, which took some of its steps.
func (p *progress) ended(c suites.Cell, steps, done, failed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.failed = done, failed
	p.now++
	s := p.cells[c.ID]
	if s == nil {
		return
	}
	rest := s.work
	if s.steps > 0 {
		rest *= 1 - float64(s.at)/float64(s.steps)
	}
	p.spent += rest
	p.steps.now += max(steps-s.at, 0)
	p.steps.done += s.steps - s.at // one that diverged takes no more
}

// say prints a line of its own above the progress.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintln(p.w, oneLine(fmt.Sprintf(format, args...)))
	if p.live {
		p.show()
	}
}

// end takes the line away. It may be called once.
func (p *progress) end() {
	close(p.over)
	p.gone.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.live = false // whoever still has something to say says it plainly
}

func (p *progress) clear() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *progress) show() {
	text := p.line(time.Since(p.start))
	if !p.live {
		fmt.Fprintln(p.w, text)
		return
	}
	p.clear()
	// The last column stays free: a terminal that wraps there cannot go back.
	fmt.Fprint(p.w, text[:max(0, min(len(text), p.wide-1))])
}

// line is 312/540 cells, 0 failed, 11.3/s, 0:21 left; where cells train, 3/80
// cells, 0 failed, 41% of steps at 812/s, 12:30 left: one cell may take long.
func (p *progress) line(elapsed time.Duration) string {
	text := fmt.Sprintf("%d/%d cells, %d %s", p.done, p.planned, p.failed, cmp.Or(p.bad, "failed"))
	each := float64(p.now)
	if p.steps.all > 0 {
		text += fmt.Sprintf(", %d%% of steps", int(100*float64(p.steps.done)/float64(p.steps.all)))
		each = float64(p.steps.now)
	}
	if p.spent <= 0 || elapsed <= 0 {
		return text + ", " + clock(elapsed) + " so far"
	}
	between := ", "
	if p.steps.all > 0 {
		between = " at "
	}
	left := time.Duration(float64(elapsed) * (p.all - p.spent) / p.spent)
	return fmt.Sprintf("%s%s%s, %s left", text, between, rate(each/elapsed.Seconds()), clock(max(left, 0)))
}

// rate of cells or steps a second, or a minute where they are slow.
func rate(each float64) string {
	switch {
	case each >= 100:
		return fmt.Sprintf("%.0f/s", each)
	case each >= 0.5:
		return fmt.Sprintf("%.1f/s", each)
	}
	return fmt.Sprintf("%.1f/min", 60*each)
}
