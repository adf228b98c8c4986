package suites

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Evaluates says whether metrics are measured when so many steps are taken.
func (t Train) Evaluates(step int) bool {
	if step == t.Steps || t.Every > 0 && step%t.Every == 0 {
		return true
	}
	_, at := slices.BinarySearch(t.At, step)
	return at
}

// Evaluations is how often metrics are measured in all.
func (t Train) Evaluations() int {
	n := max(len(t.At), 1)
	if t.Every > 0 {
		n = 1 + (t.Steps+t.Every-1)/t.Every
	}
	return n
}

// training is a training block as it is written; resolved makes it a Train for
// one data set.
type training struct {
	Train
	at     *node            // nil: no training
	optims map[string]*node // where the optimiser of a prefix is written
	epochs int              // in place of steps
	points int              // in place of every
	log    bool             // points are spaced by factors
}

// trainings reads the training block, once for every combination of its optimisers'
// settings; a missing block is no training.
func (p *pass) trainings(n *node) []training {
	t := training{at: n, optims: map[string]*node{}}
	if n == nil {
		return []training{t}
	}
	t.Steps, _ = n.get("steps").whole()
	t.Batch, _ = n.get("batch").whole()
	t.Every, _ = n.get("every").whole()
	t.epochs, _ = n.get("epochs").whole()
	if t.points, _ = n.get("points").whole(); t.points > mostPoints {
		t.points = 0 // the schema has said so
	}
	t.log = textOf(n.get("spacing")) == "log"
	if at := n.get("follow"); at != nil {
		if c := p.choice(at, "estimator"); len(c) == 1 {
			t.Follow = &c[0]
		} else if len(c) > 1 {
			p.bad(at, "train: follow: got %d estimators; want one", len(c))
		}
	}
	p.oneOf(n, "steps", "epochs")
	p.oneOf(n, "every", "points")
	if at := n.get("spacing"); at != nil && n.get("points") == nil {
		p.bad(at, "train: spacing of no points; add points: NUMBER")
	}
	optim, out := n.get("optim"), []training{t}
	switch {
	case optim == nil:
		switch {
		case t.Steps > 0:
			p.bad(n, "train: %d steps without an optimiser, so nothing moves; add optim%s", t.Steps, have(names(p.cat.Optimisers)))
		case t.epochs > 0:
			p.bad(n, "train: %d epochs without an optimiser, so nothing moves; add optim%s", t.epochs, have(names(p.cat.Optimisers)))
		}
	case optim.kind == mapping && slices.ContainsFunc(optim.keys, func(e entry) bool { return prefix.MatchString(e.key) }):
		for _, e := range optim.keys {
			out = p.group(out, e.key, e.value)
		}
	default:
		out = p.group(out, "", optim)
	}
	for _, t := range out {
		slices.SortFunc(t.Optim, func(a, b Group) int { return strings.Compare(a.Prefix, b.Prefix) })
	}
	return out
}

// group gives the parameters of a prefix each of the optimisers that a node asks for.
func (p *pass) group(of []training, prefix string, n *node) []training {
	var out []training
	for _, t := range of {
		t.optims[prefix] = n // shared by all
		for _, c := range p.choice(n, "optimiser") {
			next := t
			next.Optim = append(slices.Clone(t.Optim), Group{prefix, c})
			if out = append(out, next); len(out) > mostCells {
				return out
			}
		}
	}
	if out == nil { // the schema has said why
		return of
	}
	return out
}

// oneOf reports two keys that say the same thing in two ways.
func (p *pass) oneOf(n *node, a, b string) {
	if n.get(a) != nil && n.get(b) != nil {
		p.bad(n.get(b), "train: %s and %s; write one of them", a, b)
	}
}

// resolved is each training on each of the data sets. What does not go together is
// reported once.
func (p *pass) resolved(ts []training, datasets []pick) [][]Train {
	out := make([][]Train, len(ts))
	said := false
	for j, t := range ts {
		out[j] = make([]Train, len(datasets))
		for i, d := range datasets {
			var key, why string
			if out[j][i], key, why = t.on(p.rows(d.Choice)); why != "" && !said {
				said = true
				p.bad(t.at.get(key), "%s: %s", key, strings.ReplaceAll(why, "DATASET", "dataset "+d.String()))
			}
			if !said {
				said = p.trains(t, cmp.Or(t.Batch, p.rows(d.Choice)))
			}
		}
	}
	return out
}

// trains reports optimisers whose settings do not go together, and says whether
// there are any.
func (p *pass) trains(t training, batch int) (said bool) {
	if p.cat.Trains == nil {
		return false
	}
	for _, g := range t.Optim {
		if err := p.cat.Trains(g.Optim, batch); err != nil {
			p.bad(t.optims[g.Prefix], "optimiser %s: %v", g.Optim.Name, err)
			said = true
		}
	}
	return said
}

// rows of a data set; 0 where nobody knows before the run.
func (p *pass) rows(d Choice) int {
	if p.cat.Rows == nil {
		return 0
	}
	return p.cat.Rows(d)
}

// on is the training on data of so many rows; where it cannot be, key is what
// stands in its way and why says so.
func (t training) on(rows int) (out Train, key, why string) {
	out = t.Train
	if rows > 0 && t.Batch > rows {
		return out, "batch", fmt.Sprintf("got %d; DATASET has %d rows; want at most that many, or 0 for all", t.Batch, rows)
	}
	if t.epochs > 0 {
		if rows == 0 {
			return out, "epochs", fmt.Sprintf("got %d; DATASET does not say how many rows it has; write steps", t.epochs)
		}
		each := 1 // steps: what does not fill a batch waits for the next epoch
		if t.Batch > 0 {
			each = rows / t.Batch
		}
		if t.epochs > largest/each {
			return out, "epochs", fmt.Sprintf("got %d, of %d steps each; want at most %d", t.epochs, each, largest/each)
		}
		out.Steps = t.epochs * each
	}
	if t.points > 0 {
		if t.points-1 > out.Steps {
			return out, "points", fmt.Sprintf("got %d; there are %d steps, so want at most %d", t.points, out.Steps, out.Steps+1)
		}
		out.Every, out.At = spaced(t.points-1, out.Steps, t.log)
	}
	return out, "", ""
}

// spaced are the steps of n evaluations that follow the one at the start, the
// last of them at the end: evenly, or by equal factors from step 1. Where every
// so many steps is the same, it is said in that way, so that it is the same cell.
func spaced(n, steps int, log bool) (every int, at []int) {
	if !log && n > 0 && steps%n == 0 {
		return steps / n, nil
	}
	at = []int{0}
	for i := 1; i <= n; i++ {
		x := float64(steps) * float64(i) / float64(n)
		if log {
			x = math.Pow(float64(steps), float64(i-1)/float64(max(n-1, 1)))
		}
		at = append(at, max(int(x+0.5), at[i-1]+1))
	}
	at[n] = steps
	return 0, at
}
