package runner

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/store"
)

// A checkpoint is a cell between two training steps, before anything is
// evaluated there: all that its later numbers depend on and its earlier ones.
// What follows from the cell and the step alone, such as data, noise and the
// order of an epoch, is left out. It is laid out as
//
//	"benchckp"          magic
//	u32                 version of this format
//	text                the cell's ID
//	sections:           text name, u64 length, body; all of these, in this order
//	    progress        i64 step, evaluations in training, evaluations of metrics, nanoseconds so far
//	    clock           i64 nanoseconds of training; u64 how many laps; of each: i64 step, nanoseconds
//	    theta NAME      every parameter in the order of their names: its values
//	    optim NAME      every parameter that an optimiser moves: f64 scalars, slots
//	    state NAME      every table of the estimator in the order of their names: u64 width, f64 values
//	    watch I         every watch in the order of the cell's metrics: f64 values
//	    points          u64 how many; of each: text metric, i64 step, f64 value, text reason, i64 evaluations
//	    vectors         u64 how many; of each: text name, i64 step, u64 how many, f64 values
//	32 bytes            SHA-256 of all before
//
// in little-endian bits, values and slots in the cell's precision; a text is its
// u32 length and its bytes. How many values a section has, the cell knows.
//
// Version 1 has no clock. What the training before it took nobody knows, so a cell
// that goes on from it keeps no laps, and writes version 1 again if it has to.
const (
	checkpointMagic   = "benchckp"
	checkpointVersion = 2
	clockless         = 1
)

// checkpoint is the cell as bytes.
func (c *cell) checkpoint() []byte {
	x := &coder{b: make([]byte, 0, c.keep.size)}
	c.code(x)
	sum := sha256.Sum256(x.b)
	x.b = append(x.b, sum[:]...)
	c.keep.size = len(x.b)
	return x.b
}

// restore brings a cell that was just built to where a checkpoint left it. After
// an error the cell is of no use: some of it may be restored.
func (c *cell) restore(b []byte) error {
	body := len(b) - sha256.Size
	if body < len(checkpointMagic) {
		return fmt.Errorf("checkpoint: cut short, got %d bytes", len(b))
	}
	x := &coder{b: b[:body:body], reads: true}
	if c.head(x); x.err == nil {
		if sum := sha256.Sum256(b[:body]); !bytes.Equal(sum[:], b[body:]) {
			x.err = errors.New("damaged or cut short: its digest is of other bytes")
		}
	}
	if x.err == nil {
		x.b = b[:body:body]
		c.code(x)
	}
	if x.err == nil && len(x.b) > 0 {
		x.fail("%d bytes after the last section", len(x.b))
	}
	if x.err != nil {
		return fmt.Errorf("checkpoint: %w", x.err)
	}
	return nil
}

// head says what the bytes are and of which cell.
func (c *cell) head(x *coder) {
	magic, version, id := []byte(checkpointMagic), c.format, c.ID
	x.bytes(magic)
	if string(magic) != checkpointMagic {
		x.fail("not one, got %q; want %q", magic, checkpointMagic)
	}
	x.u32(&version)
	if version != checkpointVersion && version != clockless {
		x.fail("of another format, got version %d; have %d, %d", version, clockless, checkpointVersion)
	}
	c.format = version
	x.text(&id)
	if id != c.ID {
		x.fail("of another cell, got %.64q; want %q", id, c.ID)
	}
}

// code writes the cell, or reads it.
func (c *cell) code(x *coder) {
	c.head(x)
	x.section("progress", func() {
		x.integer(&c.train.step)
		x.i64(&c.train.evals)
		x.i64(&c.measured)
		codeTime(x, &c.keep.before)
		if s := c.train.step; s > c.Train.Steps {
			x.fail("got step %d; the cell has %d", s, c.Train.Steps)
		}
	})
	if c.format == clockless {
		c.clock.sum, c.res.Cost.Laps = 0, nil
	} else {
		x.section("clock", func() { c.laps(x) })
	}
	for _, p := range c.work.Params.Specs() {
		x.section("theta "+p.Name, func() { codeVector(x, c.work.Params.Value(p.Name)) })
	}
	for _, s := range c.train.spans {
		x.section("optim "+s.name, func() {
			codeState(x, s.s64)
			codeState(x, s.s32)
		})
	}
	for _, name := range slices.Sorted(maps.Keys(c.work.State)) {
		x.section("state "+name, func() {
			t := c.work.State[name]
			width := uint64(t.Width)
			x.u64(&width)
			if width != uint64(t.Width) {
				x.fail("rows of %d values; want %d", width, t.Width)
			}
			codeFloats(x, t.Data)
		})
	}
	for i, m := range c.watches {
		x.section("watch "+strconv.Itoa(i), func() { codeFloats(x, m.State()) })
	}
	x.section("points", func() { c.points(x) })
	x.section("vectors", func() { c.vectors(x) })
}

// laps are the clock and what it showed.
func (c *cell) laps(x *coder) {
	codeTime(x, &c.clock.sum)
	last := store.Lap{Step: -1}
	c.res.Cost.Laps = codeList(x, c.res.Cost.Laps, 16, func(l *store.Lap) {
		x.integer(&l.Step)
		codeTime(x, &l.Trained)
		if x.reads && (l.Step <= last.Step || l.Step >= c.train.step || l.Trained < last.Trained || l.Trained > c.clock.sum) {
			x.fail("got %v at step %d, after %v at step %d and before %v at step %d", l.Trained, l.Step, last.Trained, last.Step, c.clock.sum, c.train.step)
		}
		last = *l
	})
}

func codeTime(x *coder, d *time.Duration) {
	n := int64(*d)
	x.i64(&n)
	*d = time.Duration(n)
}

// logged is one number or array at one step: no name has two of a kind.
type logged struct {
	name string
	step int
}

func (c *cell) points(x *coder) {
	seen := map[logged]bool{}
	c.res.Points = codeList(x, c.res.Points, 32, func(p *store.Point) {
		x.text(&p.Metric)
		x.integer(&p.Step)
		x.f64(&p.Value)
		x.text(&p.Reason)
		x.i64(&p.Evals)
		c.fresh(x, seen, logged{p.Metric, p.Step})
	})
}

func (c *cell) vectors(x *coder) {
	seen := map[logged]bool{}
	c.res.Vectors = codeList(x, c.res.Vectors, 20, func(v *store.Vector) {
		x.text(&v.Name)
		x.integer(&v.Step)
		v.Data = codeList(x, v.Data, 8, x.f64)
		c.fresh(x, seen, logged{v.Name, v.Step})
	})
}

// fresh fails on what the store would not take beside what the cell has still to
// log.
func (c *cell) fresh(x *coder, seen map[logged]bool, l logged) {
	if !x.reads {
		return
	}
	if l.name == "" || l.step >= c.train.step || seen[l] {
		x.fail("got %.64q at step %d, twice or not before step %d", l.name, l.step, c.train.step)
	}
	seen[l] = true
}

func codeVector(x *coder, v tape.Vector) {
	codeFloats(x, v.F64())
	codeFloats(x, v.F32())
}

func codeState[T vec.Float](x *coder, s optim.State[T]) {
	codeFloats(x, s.Scalars)
	for _, slot := range s.Slots {
		codeFloats(x, slot)
	}
}
