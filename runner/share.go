package runner

import (
	"context"
	"sync"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// pool hands out the cells of a run, each claimed in the store first: other
// processes may be running the same ones. When there is nothing left but what they
// have at work it waits, and takes over the cells of a process that dies.
type pool struct {
	shift *store.Shift
	last  map[string]int64          // the run that attempted each cell last, when this one decided to run it
	over  func(suites.Cell)         // told of a cell that another process has ended
	wait  func(cells []suites.Cell) // told once, when all that is left is at work elsewhere
	mu    sync.Mutex
	todo  []suites.Cell // not asked for yet
	away  []suites.Cell // at work elsewhere when last asked for
	told  bool
}

const (
	soon = 20 * time.Millisecond // between two looks at what others have at work,
	late = time.Second           // growing to this
)

// next returns a cell that is ours to run, waiting for one if others have all that
// are left; ok is false when none is left or ctx has ended.
func (p *pool) next(ctx context.Context) (c suites.Cell, ok bool, err error) {
	for pause := soon; ctx.Err() == nil; pause = min(2*pause, late) {
		c, ok, left, err := p.look(ctx)
		if ok || err != nil || left == 0 {
			return c, ok, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return c, false, nil
}

// look asks for every cell once, until one is ours; left is how many others have.
func (p *pool) look(ctx context.Context) (c suites.Cell, ok bool, left int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.todo) > 0 && ctx.Err() == nil {
		c, p.todo = p.todo[0], p.todo[1:]
		if ok, err = p.claim(c); ok || err != nil {
			return c, ok, 0, err
		}
	}
	away := p.away
	p.away = nil
	for i, c := range away {
		if ok, err = p.claim(c); ok || err != nil {
			p.away = append(p.away, away[i+1:]...)
			return c, ok, 0, err
		}
	}
	if len(p.away) > 0 && !p.told {
		p.told = true
		p.wait(p.away)
	}
	return c, false, len(p.away), nil
}

func (p *pool) claim(c suites.Cell) (bool, error) {
	got, err := p.shift.Claim(c, p.last[c.ID])
	switch {
	case err != nil:
		return false, err
	case got == store.Over:
		p.over(c)
	case got == store.Theirs:
		p.away = append(p.away, c)
	}
	return got == store.Ours, nil
}
