package runner

import "time"

// clock is the time that a cell's training takes. It stands while the cell is
// evaluated, saved or told of, so that neither a costly metric nor a slow disk moves
// a point along the axis of time. It is started and stopped for a stretch of steps,
// never for a step, which may be shorter than reading it takes.
//
// time.Now reads the monotonic clock too, and Sub goes by that one: setting the
// machine's time changes nothing. Where there is none, a stretch over which the clock
// has gone back counts as nothing.
type clock struct {
	now  func() time.Time // nil: time.Now
	sum  time.Duration    // while it stands; a cell that goes on from a checkpoint begins with what that says
	from time.Time        // it runs since; zero: it stands
}

func (c *clock) start() {
	if c.from.IsZero() {
		c.from = c.read()
	}
}

func (c *clock) stop() {
	if !c.from.IsZero() {
		c.sum += max(c.read().Sub(c.from), 0)
		c.from = time.Time{}
	}
}

func (c *clock) read() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}
