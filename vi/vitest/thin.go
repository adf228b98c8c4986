package vitest

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// thin takes nodes from the rules of axes that act together, whose product costs the power
// of their number. What an estimate makes of an axis at all values of the others is a
// family of functions g of few dimensions, and a few of a rule's nodes integrate all of
// them as all of its do:
//
//	sum_(j in S) v_j g(x_j) = sum_j w_j g(x_j),   g in the span,   |S| its dimension
//
// The family is looked at in random contexts until eight in a row have nothing new. One that
// they have not shown leaves an error in the mean, which exact sees, as of all that this
// integral finds out at random points.
//
// It is for estimates that are smooth in all their noise, as of relaxed samples: what hard ones
// make of an axis are as many families as there are cells, of which contexts see too little. And
// of two axes there is little to be had.
func (in *integral) thin(lists []twins) {
	least := 0.0 // estimates, at the fewest nodes that smooth functions leave
	for _, l := range lists {
		least += math.Pow(8, float64(len(l[0])))
	}
	if least > float64(in.most-in.evals) || slices.ContainsFunc(in.axes, func(a stretch) bool { return len(a.rule) > 1 }) {
		return
	}
	thinned := map[int]Rule{}
	for _, l := range lists {
		for _, i := range l[0] {
			if len(l[0]) > 2 && in.goes() {
				thinned[i] = Rule{in.thinned(i)}
			}
		}
	}
	if !in.goes() {
		return
	}
	for i, r := range thinned {
		in.axes[i].rule = r
	}
	in.equal(lists)
}

// faint is what is left of a function, relative to the largest |f| seen, that is nothing new.
const faint = 2e-13

func (in *integral) thinned(i int) Piece {
	p := in.axes[i].rule[0]
	family := [][]float64{weighed(p, func(int) float64 { return in.scale })}
	base := picked(family, 0, func(int) {})
	for old := 0; old < contexts && in.goes(); old++ {
		in.abroad(old)
		seen := make([][]float64, len(p.Nodes))
		for j, x := range p.Nodes {
			in.set(i, x)
			seen[j] = in.eval()
		}
		if in.err != nil {
			return p
		}
		grown := false
		for k := range seen[0] {
			g := weighed(p, func(j int) float64 { return seen[j][k] })
			family = append(family, g)
			grown = grown || norm(less(slices.Clone(g), base)) > 2*faint*in.scale
		}
		if grown {
			old = -1
		}
		family = kept(family, faint*in.scale)
		base = picked(family, faint*in.scale, func(int) {})
	}
	return few(p, base)
}

// abroad puts every axis at a node with a chance that goes by the root of its weight, or, every
// other time, at an end of a piece: a rare context tells what others do not.
func (in *integral) abroad(n int) {
	for i, a := range in.axes {
		if n%2 > 0 {
			p := a.rule[int(in.uniform()*float64(len(a.rule)))]
			in.set(i, p.Nodes[int(2*in.uniform())*(len(p.Nodes)-1)])
			continue
		}
		roots := make(Rule, len(a.rule))
		sum := 0.0
		for n, p := range a.rule {
			roots[n].Weights = weighed(p, func(int) float64 { return 1 })
			sum += roots[n].mass()
		}
		p, n := random(roots, sum*in.uniform())
		in.set(i, a.rule[p].Nodes[n])
	}
}

// weighed is a function at the nodes times the roots of their weights, in which the mean
// square is a sum of squares.
func weighed(p Piece, f func(j int) float64) []float64 {
	g := make([]float64, len(p.Weights))
	for j, w := range p.Weights {
		g[j] = math.Sqrt(w) * f(j)
	}
	return g
}

// few are the nodes, as many as functions in an orthonormal base, at which these are the least
// alike, with the weights that integrate each of them.
func few(p Piece, base [][]float64) (out Piece) {
	var chosen []int
	at := make([][]float64, len(p.Nodes)) // the base at each node
	for j := range at {
		for _, b := range base {
			at[j] = append(at[j], b[j])
		}
	}
	picked(at, 0, func(j int) { chosen = append(chosen, j) })
	n := len(base)
	a, want, v := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for k, b := range base {
		for c, j := range chosen {
			a.Set(k, c, b[j])
		}
		want.SetVec(k, dot(b, weighed(p, func(int) float64 { return 1 })))
	}
	if err := v.SolveVec(a, want); err != nil {
		panic(err)
	}
	for c, j := range chosen {
		out.Nodes, out.Weights = append(out.Nodes, p.Nodes[j]), append(out.Weights, v.AtVec(c)*math.Sqrt(p.Weights[j]))
	}
	return out
}

// kept are those of them that picked picks.
func kept(family [][]float64, least float64) (out [][]float64) {
	picked(family, least, func(j int) { out = append(out, family[j]) })
	return out
}

// picked is an orthonormal base of what vectors span but for less than a length: each
// time of the vector that is farthest from the span of those before.
func picked(vectors [][]float64, least float64, pick func(j int)) (base [][]float64) {
	rest := make([][]float64, len(vectors))
	for j, v := range vectors {
		rest[j] = append(rest[j], v...)
	}
	for len(vectors) > 0 && len(base) < len(vectors[0]) {
		top, size := 0, -1.0
		for j, v := range rest {
			if s := norm(v); s > size {
				top, size = j, s
			}
		}
		if size <= least {
			break
		}
		q := less(rest[top], base)
		q = axpy(nil, 1/norm(q), q)
		base = append(base, q)
		pick(top)
		for _, v := range rest {
			less(v, base[len(base)-1:])
		}
	}
	return base
}

// less takes from v its part in an orthonormal base, twice for rounding.
func less(v []float64, base [][]float64) []float64 {
	for range 2 {
		for _, b := range base {
			axpy(v, -dot(b, v), b)
		}
	}
	return v
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }
