package vi

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// A value that is missing is NaN in X, so that whoever reads one without asking ends in
// NaN and not in a number. Data say so (Data.Missing), models offer Masked, estimators'
// cards admit it (Card.Missing), and Fit refuses every other pair. Of a model that offers Masked,
// Evidence and Maximiser are of the values seen: log p(x_seen), what is missing summed out.

// Check says what no model can be given: a value that is no number, of data that do not
// say that values are missing; of those that do, a row without any, or a column of those to
// train on. Answers may be missing anywhere: their models know a person or an item without one.
func (d *Data) Check() error {
	seen, err := d.check()
	if err != nil || d.Domain == Answer {
		return err
	}
	for j, ok := range seen {
		if !ok && d.N > 0 {
			return fmt.Errorf("data %q: column %d, from 0, has no value in any of %d rows; leave it out", d.Name, j, d.N)
		}
	}
	if d.Test != nil {
		_, err = d.Test.check()
	}
	return err
}

// check says which columns have a value, and what is wrong with a row.
func (d *Data) check() (seen []bool, err error) {
	if d.Domain == Answer {
		return nil, nil
	}
	seen = make([]bool, d.D)
	for n := range d.N {
		row := false
		for j, x := range d.X[n*d.D : (n+1)*d.D] {
			switch {
			case math.IsNaN(x) && d.Missing:
			case x-x != 0:
				return nil, fmt.Errorf("data %q: row %d, column %d, from 0: got %v; need a number%s", d.Name, n, j, x, map[bool]string{false: ", or data that say that values are missing"}[d.Missing])
			default:
				row, seen[j] = true, true
			}
		}
		if !row && d.D > 0 {
			return nil, fmt.Errorf("data %q: row %d, from 0, has no value at all; leave it out", d.Name, n)
		}
	}
	return seen, nil
}

// Completer is the capability Complete: exact draws of what is missing. Complete fills K
// copies of each row of the step, [K*B,D] and constant, with draws of p(x_missing | x_seen)
// from the noise of a site.
type Completer interface {
	Complete(s *Step, site string, k int) tape.Node
}

// Densed is the capability Density: log p(x), [K,B], of K rows a datum, x [K*B,D], live in
// x and in gen/.
type Densed interface {
	LogDensity(s *Step, x tape.Node, k int) tape.Node
}

// Marginal is the capability Normal: p(x) = N(mean, cov), [D] and [D,D].
type Marginal interface {
	Marginal(p *Params) (mean, cov []float64)
}

// Conditional is an estimator that learns p(x_j | the others): Conditionals are the means and
// the sds of its normals, one a coordinate, at a whole row x.
type Conditional interface {
	Conditionals(p *Params, st State, x []float64) (mean, sd []float64)
}

// Looker is a Starter whose start depends on the data: Look sets the parameters and the
// state that Start made room for.
type Looker interface {
	Look(d *Data, key rng.Key, p *Params, st State)
}
