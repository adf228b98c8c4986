package cli

import (
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
	work  map[string]float64 // of the cells to run, by ID

	mu      sync.Mutex
	done    int // cells that have ended, those from before included
	now     int // of those, the ones of this run
	planned int
	failed  int
	spent   float64 // work done in this run
	all     float64 // work of this run
	over    chan struct{}
	gone    sync.WaitGroup
}

// newProgress begins to show a run of the cells todo; work sizes a cell, so that
// the time left is not deceived by cheap cells coming first.
func newProgress(w io.Writer, planned int, todo []suites.Cell, work func(suites.Cell) float64) *progress {
	p := &progress{
		w: w, live: isTerminal(w), wide: width(w), start: time.Now(),
		work: make(map[string]float64, len(todo)), done: planned - len(todo), planned: planned, over: make(chan struct{}),
	}
	for _, c := range todo {
		x := work(c)
		p.work[c.ID] = x
		p.all += x
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

// ended counts a cell.
func (p *progress) ended(c suites.Cell, done, failed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.failed = done, failed
	p.now++
	p.spent += p.work[c.ID]
}

// say prints a line of its own above the progress.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, format+"\n", args...)
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

// line is 312/540 cells, 0 failed, 11.3/s, 0:21 left.
func (p *progress) line(elapsed time.Duration) string {
	text := fmt.Sprintf("%d/%d cells, %d failed", p.done, p.planned, p.failed)
	if p.now == 0 || elapsed <= 0 {
		return text + ", " + clock(elapsed) + " so far"
	}
	left := time.Duration(float64(elapsed) * (p.all - p.spent) / p.spent)
	return fmt.Sprintf("%s, %s, %s left", text, rate(float64(p.now)/elapsed.Seconds()), clock(max(left, 0)))
}

// rate of cells a second, or a minute where they are slow.
func rate(each float64) string {
	switch {
	case each >= 100:
		return fmt.Sprintf("%.0f/s", each)
	case each >= 0.5:
		return fmt.Sprintf("%.1f/s", each)
	}
	return fmt.Sprintf("%.1f/min", 60*each)
}
