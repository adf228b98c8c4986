package runner

import (
	"fmt"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// desk is whom a cell at work tells how it is getting on. None of it changes a
// number, and a zero desk is told nothing.
type desk struct {
	every time.Duration                          // of a cell's time between two checkpoints; 0: none, not even when it is stopped
	last  func() (store.Checkpoint, bool, error) // the checkpoint to go on from
	save  func(store.Checkpoint)
	warn  func(why string)
	step  func(step int) // how far it is: at its begin, then now and then
}

const (
	seldom         = 100 * time.Millisecond // between two calls of desk.step
	mostCheckpoint = 1 << 29                // bytes; SQLite takes a little less than twice that
)

// keeper keeps a cell at work from being lost.
type keeper struct {
	desk
	before time.Duration // what the cell took up to begun, in earlier runs too
	begun  time.Time
	saved  time.Time // of the last checkpoint
	at     int       // its step
	size   int       // its bytes
	told   time.Time // of the last call of desk.step
}

// wall is the cell's own time, that of earlier runs included.
func (k *keeper) wall() time.Duration { return k.before + time.Since(k.begun) }

// resume builds a cell and takes it to its last checkpoint. One that cannot be
// used costs the work that it held and nothing else: the cell starts from step 0,
// as if there were none, and says so.
func (p Parts) resume(c suites.Cell, d desk) (*cell, error) {
	begun := time.Now()
	out, err := p.build(c)
	if err == nil && d.last != nil {
		last, ok, bad := d.last()
		if bad == nil && ok {
			bad = out.restore(last.Bits)
		}
		if bad != nil {
			d.warn(fmt.Sprintf("%v; starts from step 0", bad))
			out, err = p.build(c)
		}
	}
	if err != nil {
		return nil, err
	}
	k := &out.keep
	k.desk, k.begun, k.saved, k.at = d, begun, begun, out.train.step
	return out, nil
}

// tick is called between two steps: it saves and tells what is due.
func (c *cell) tick() {
	k := &c.keep
	if k.every == 0 && k.step == nil {
		return
	}
	now := time.Now()
	save, tell := k.every > 0 && now.Sub(k.saved) >= k.every, k.step != nil && now.Sub(k.told) >= seldom
	if !save && !tell {
		return
	}
	c.clock.stop()
	defer c.clock.start()
	if save {
		c.save()
	}
	if tell {
		k.told = now
		k.step(c.train.step)
	}
}

// save hands over a checkpoint, unless there is nothing new to save.
func (c *cell) save() {
	k := &c.keep
	if k.every == 0 || c.train.step == k.at {
		return
	}
	now := time.Now()
	k.before, k.begun = k.before+now.Sub(k.begun), now
	b := c.checkpoint()
	if len(b) > mostCheckpoint {
		k.warn(fmt.Sprintf("its checkpoint has %d MB; at most %d are saved: it goes on without", len(b)>>20, mostCheckpoint>>20))
		k.every = 0
		return
	}
	k.desk.save(store.Checkpoint{Cell: c.ID, Step: c.train.step, Bits: b})
	k.saved, k.at = now, c.train.step
}
