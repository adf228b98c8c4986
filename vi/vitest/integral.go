package vitest

import (
	"math"

	"github.com/vibench/bench/core/rng"
)

// integral is a mean over the noise cube. A product of rules grows with the power of
// the axes, and most estimates do not need it: a hard sample leaves them constant
// between two break points, and a mean over samples, or a control variate, is a sum of
// functions of a few numbers each. So the kit looks before it sums, at random points:
//
//	choose     of each axis, the coarsest rule that gives what the finest gives
//	constant   of a hard sample, a node for each of its values
//	additive   which axes act on each other, by mixed differences f(a,b) - f(a',b) - f(a,b') + f(a',b')
//
// and adds up, in each cell (a piece of every axis), the means over the groups of
// axes that act together, the others held at an anchor:
//
//	E f = sum_cells P(cell) ( f(anchor) + sum_groups ( E_group f - f(anchor) ) )
//
// Of groups that do the same it takes one (twins); where the sum is too long it leaves out
// nodes (thin).
//
// A chance agreement at random points would leave an error in the mean, which exact
// sees: it makes a right estimator fail, not a wrong one pass.
type integral struct {
	f     func() ([]float64, error) // at x
	x     []float64
	axes  []stretch
	most  int // evaluations
	evals int
	scale float64 // the largest |f| seen, at least 1
	err   error
	key   rng.Key
	drawn uint64
}

// stretch is an axis in the cube.
type stretch struct {
	first int
	rules []Rule
	rule  Rule // the one taken
	looks int  // mixed differences with another
}

const (
	contexts = 8     // random points at which a rule is held against the finest
	states   = 48    // those at which an axis is found to do nothing, or nothing on its pieces
	trials   = 10    // mixed differences of two axes
	alike    = 5e-13 // difference of what should be equal, relative to the largest |f| seen
)

func (in *integral) sum() (mean []float64, ok bool, err error) {
	in.scale = 1
	for i := range in.axes {
		in.axes[i].rule = in.axes[i].rules[len(in.axes[i].rules)-1]
	}
	in.eval()
	for i := range in.axes {
		in.choose(i)
		if !in.goes() {
			return nil, false, in.err
		}
	}
	lists := in.twins(in.groups())
	if in.goes() && in.cost(lists) > float64(in.most-in.evals) {
		in.thin(lists)
	}
	if in.err != nil || in.evals > in.most || in.cost(lists) > float64(in.most-in.evals) {
		return nil, false, in.err
	}
	mean = in.cells(lists)
	return mean, in.err == nil, in.err
}

// mass is a piece's probability.
func (p Piece) mass() (sum float64) {
	for _, w := range p.Weights {
		sum += w
	}
	return sum
}

func (r Rule) nodes() (n int) {
	for _, p := range r {
		n += len(p.Nodes)
	}
	return n
}

// goes says that nothing has gone wrong, nor on for too long.
func (in *integral) goes() bool { return in.err == nil && in.evals <= in.most }

// eval is f at x.
func (in *integral) eval() []float64 {
	if in.err != nil {
		return nil
	}
	in.evals++
	v, err := in.f()
	if err != nil {
		in.err = err
		return nil
	}
	in.scale = max(in.scale, largestOf(v))
	return v
}

func (in *integral) set(i int, node []float64) { copy(in.x[in.axes[i].first:], node) }

func (in *integral) uniform() float64 {
	var u [1]float64
	in.key.Uniform64(u[:], in.drawn)
	in.drawn++
	return u[0]
}

// random draws a node of a rule, and its piece.
func random(r Rule, u float64) (piece, node int) {
	for p := range r {
		for i, w := range r[p].Weights {
			if u -= w; u < 0 {
				return p, i
			}
		}
	}
	return len(r) - 1, len(r[len(r)-1].Weights) - 1
}

// somewhere puts every axis at a random node of its rule; the pieces.
func (in *integral) somewhere() []int {
	pieces := make([]int, len(in.axes))
	for i, a := range in.axes {
		p, n := random(a.rule, in.uniform())
		pieces[i] = p
		in.set(i, a.rule[p].Nodes[n])
	}
	return pieces
}

// choose takes the coarsest rule of an axis that gives what the finest gives. An
// estimate that is constant on the pieces of the finest is one of a hard sample, for
// which a node a piece is enough, and the fewest pieces of these are looked for;
// by many contexts, since a hard sample makes of them a few states, in some of which an
// axis does nothing.
func (in *integral) choose(i int) {
	a := &in.axes[i]
	if len(a.rules) == 1 {
		return
	}
	hard, soft := 0, 0 // the rules below hard have a node a piece
	for hard < len(a.rules) && a.rules[hard].nodes() == len(a.rules[hard]) {
		hard++
	}
	many, candidates := contexts, a.rules[hard:]
	if in.constant(i) && hard > 0 {
		many, candidates = states, a.rules[:hard]
	}
	for n := 0; n < many && soft < len(candidates)-1 && in.goes(); n++ {
		in.somewhere()
		fine := in.along(i, candidates[len(candidates)-1])
		for soft < len(candidates)-1 && in.goes() && in.differs(in.along(i, candidates[soft]), fine) {
			soft++
			n = -1 // from the first context for the next
		}
	}
	a.rule = candidates[soft]
}

// constant reports that an estimate does not change on the pieces of an axis' finest
// rule.
func (in *integral) constant(i int) bool {
	for range states {
		at := in.somewhere()
		p := in.axes[i].rule[at[i]]
		x := in.eval()
		in.set(i, in.within(p))
		if in.differs(in.eval(), x) || !in.goes() {
			return false
		}
	}
	return true
}

// within is a random node of a piece.
func (in *integral) within(p Piece) []float64 {
	_, n := random(Rule{p}, p.mass()*in.uniform())
	return p.Nodes[n]
}

func (in *integral) differs(a, b []float64) bool {
	for j, x := range a {
		if !(math.Abs(x-b[j]) <= alike*in.scale) {
			return true
		}
	}
	return false
}

// along is the mean over one axis.
func (in *integral) along(i int, r Rule) (sum []float64) {
	for _, p := range r {
		for n, node := range p.Nodes {
			in.set(i, node)
			sum = axpy(sum, p.Weights[n], in.eval())
		}
	}
	return sum
}

// groups are the axes with more than a node a piece, those together that act on each
// other within a cell. The pieces of an axis are made one where it acts on no other
// group across them either.
func (in *integral) groups() [][]int {
	var many []int
	of := map[int]int{}
	for i, a := range in.axes {
		if a.rule.nodes() > len(a.rule) {
			many, of[i] = append(many, i), i
		}
	}
	for n, i := range many {
		for _, j := range many[:n] {
			if in.evals > in.most {
				return nil
			}
			if of[i] != of[j] && !in.additive(i, j, false) {
				from, to := of[i], of[j]
				for k := range of {
					if of[k] == from {
						of[k] = to
					}
				}
			}
		}
	}
	for _, i := range many {
		alone := len(in.axes[i].rule) > 1
		for _, j := range many {
			alone = alone && (of[i] == of[j] || in.additive(i, j, true))
		}
		if alone {
			var one Piece
			for _, p := range in.axes[i].rule {
				one.Nodes, one.Weights = append(one.Nodes, p.Nodes...), append(one.Weights, p.Weights...)
			}
			in.axes[i].rule = Rule{one}
		}
	}
	var groups [][]int
	for _, first := range many {
		var group []int
		for _, i := range many {
			if of[i] == first {
				group = append(group, i)
			}
		}
		if group != nil {
			groups = append(groups, group)
		}
	}
	return groups
}

// additive reports that mixed differences of two axes vanish, within their pieces or
// with axis i from one of its pieces to another, each of the others in turn.
func (in *integral) additive(i, j int, across bool) bool {
	for n := range max(trials, in.axes[i].looks, in.axes[j].looks) {
		pieces := in.somewhere()
		other := func(axis int, across bool) (a, b []float64) {
			r := in.axes[axis].rule
			p, q := r[pieces[axis]], r[pieces[axis]]
			if across {
				q = r[(pieces[axis]+1+n%(len(r)-1))%len(r)]
			}
			return in.within(p), in.within(q)
		}
		a, b := other(i, across)
		c, d := other(j, false)
		f := func(x, y []float64) []float64 {
			in.set(i, x)
			in.set(j, y)
			return in.eval()
		}
		ac, bc, ad, bd := f(a, c), f(b, c), f(a, d), f(b, d)
		if in.err != nil {
			return false
		}
		for k := range ac {
			if !(math.Abs(ac[k]-bc[k]-ad[k]+bd[k]) <= alike*in.scale) {
				return false
			}
		}
	}
	return true
}

// cost is how many evaluations the sum takes.
func (in *integral) cost(lists []twins) float64 {
	cells := 1.0
	for _, a := range in.axes {
		cells *= float64(len(a.rule))
	}
	total := 0.0
	if !single(lists) {
		total = cells
	}
	for _, l := range lists {
		each := cells
		for _, i := range l[0] {
			each *= float64(in.axes[i].rule.nodes()) / float64(len(in.axes[i].rule))
		}
		total += each
	}
	return total
}

// single says that there is one group, whose mean is all.
func single(lists []twins) bool { return len(lists) == 1 && len(lists[0]) == 1 }

// cells adds up cell by cell.
func (in *integral) cells(lists []twins) (sum []float64) {
	all, groups := make([]int, len(in.axes)), 0
	for i := range all {
		all[i] = i
	}
	for _, l := range lists {
		groups += len(l)
	}
	pieces := make([]int, len(in.axes))
	for more := true; more && in.err == nil; more = next(pieces, all, func(i int) int { return len(in.axes[i].rule) }) {
		weight := 1.0
		for i, a := range in.axes {
			p := a.rule[pieces[i]]
			weight *= p.mass()
			in.set(i, p.Nodes[len(p.Nodes)/2])
		}
		if !single(lists) {
			sum = axpy(sum, weight*float64(1-groups), in.eval())
		}
		for _, l := range lists {
			g := l[0]
			at := make([]int, len(in.axes))
			size := func(i int) int { return len(in.axes[i].rule[pieces[i]].Nodes) }
			for more := true; more && in.err == nil; more = next(at, g, size) {
				w := weight * float64(len(l))
				for _, i := range g {
					p := in.axes[i].rule[pieces[i]]
					in.set(i, p.Nodes[at[i]])
					w *= p.Weights[at[i]] / p.mass()
				}
				sum = axpy(sum, w, in.eval())
			}
			for _, i := range g {
				p := in.axes[i].rule[pieces[i]]
				in.set(i, p.Nodes[len(p.Nodes)/2])
			}
		}
	}
	return sum
}

// next counts up at the places of which, the first fastest; false after the last.
func next(at, which []int, size func(i int) int) bool {
	for _, i := range which {
		if at[i]++; at[i] < size(i) {
			return true
		}
		at[i] = 0
	}
	return false
}
