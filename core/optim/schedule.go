package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/vibench/bench/core/vec"
)

// A Schedule is the factor on a rule's rate at each step, from step 0.
type Schedule interface {
	Factor(step int) float64
	Check() error
}

// Constant is the same factor at every step.
type Constant float64

// Factor is the constant.
func (c Constant) Factor(int) float64 { return float64(c) }

// Check wants the constant in [0, Inf).
func (c Constant) Check() error {
	return within("constant", "factor", float64(c), 0, math.Inf(1), false)
}

// Stages is Rates[i] for Lengths[i] steps, one after the other, and the last
// rate ever after. The schedule of Burda, Grosse and Salakhutdinov (ICLR 2016)
// has rates 10^(-i/7) for 3^i passes over the data, i = 0 to 7.
type Stages struct {
	Rates   []float64
	Lengths []int // in steps
}

// Factor is the rate of the stage that step is in.
func (s Stages) Factor(step int) float64 {
	for i, n := range s.Lengths {
		if step < n {
			return s.Rates[i]
		}
		step -= n
	}
	return s.Rates[len(s.Rates)-1]
}

// Check wants as many rates as lengths, one at least, rates in [0, Inf) and
// lengths above 0.
func (s Stages) Check() error {
	if len(s.Rates) != len(s.Lengths) || len(s.Rates) == 0 {
		return fmt.Errorf("optim: stages: need as many rates as lengths, one at least; got %d and %d",
			len(s.Rates), len(s.Lengths))
	}
	var err error
	for i, n := range s.Lengths {
		err = errors.Join(err, within("stages", fmt.Sprintf("rate %d", i), s.Rates[i], 0, math.Inf(1), false))
		if n < 1 {
			err = errors.Join(err, fmt.Errorf("optim: stages: length %d must be 1 or more, got %d", i, n))
		}
	}
	return err
}

// Geometric is Ratio^i in the i-th stretch of Each steps, from i = 0.
type Geometric struct {
	Ratio float64
	Each  int // steps
}

// Factor is the power, by squares.
func (g Geometric) Factor(step int) float64 {
	power, square := 1.0, g.Ratio
	for i := max(step, 0) / g.Each; i > 0; i /= 2 {
		if i%2 == 1 {
			power *= square
		}
		square *= square
	}
	return power
}

// Check wants Ratio in (0, 1] and Each above 0.
func (g Geometric) Check() error {
	err := within("geometric", "ratio", g.Ratio, 0, 1, true)
	if g.Ratio == 0 {
		err = errors.New("optim: geometric: ratio must be above 0, got 0")
	}
	if g.Each < 1 {
		err = errors.Join(err, fmt.Errorf("optim: geometric: each must be 1 or more, got %d", g.Each))
	}
	return err
}

// Alternate is another schedule for Block steps and 0 for as many, in turn; with Second it
// begins with 0. Two groups of parameters, one of each kind, move one after the other: coordinate ascent by
// blocks of steps. What a rule remembers, such as Adam's moments, goes on all the time.
type Alternate struct {
	Of     Schedule
	Block  int // steps
	Second bool
}

// Factor is the other's or 0.
func (a Alternate) Factor(step int) float64 {
	if (step/a.Block%2 == 1) == a.Second {
		return a.Of.Factor(step)
	}
	return 0
}

// Check wants a Block of 1 or more, and what the other wants.
func (a Alternate) Check() error {
	if a.Block < 1 {
		return fmt.Errorf("optim: alternate: block must be 1 or more, got %d", a.Block)
	}
	return a.Of.Check()
}

// Cosine goes from From at step 0 to To at step Steps and stays there:
// w From + (1-w) To with w = (1 + cos(pi step/Steps))/2 (Loshchilov and
// Hutter, ICLR 2017, equation 5).
type Cosine struct {
	From, To float64
	Steps    int
}

// Factor is exactly From at 0 and exactly To from Steps on.
func (c Cosine) Factor(step int) float64 {
	t := 1.0
	if step < c.Steps {
		t = float64(max(step, 0)) / float64(c.Steps)
	}
	_, cos := vec.SinCos2Pi64(t / 2)
	w := float64((1 + cos) / 2)
	return float64(w*c.From) + float64((1-w)*c.To)
}

// Check wants From and To in [0, Inf) and Steps above 0.
func (c Cosine) Check() error {
	err := errors.Join(
		within("cosine", "from", c.From, 0, math.Inf(1), false),
		within("cosine", "to", c.To, 0, math.Inf(1), false))
	if c.Steps < 1 {
		err = errors.Join(err, fmt.Errorf("optim: cosine: steps must be 1 or more, got %d", c.Steps))
	}
	return err
}
