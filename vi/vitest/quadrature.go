package vitest

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Piece is a rule for some consecutive numbers of noise on a stretch of them where an
// estimate is smooth: E[f; the stretch] = sum_i Weights[i] f(Nodes[i]). The weights
// sum to the stretch's probability.
type Piece struct {
	Nodes   [][]float64
	Weights []float64
}

// Rule is a rule for all values of those numbers, piece by piece: between two pieces
// a discrete latent changes.
type Rule []Piece

// Axis is the rules that may be taken for some consecutive numbers of noise, coarse
// to fine. The last is good for anything that an estimator may make of them; the kit
// takes the first that gives the same.
type Axis struct {
	Size  int // how many numbers; 0 is one
	Rules []Rule
	Looks int // mixed differences by which it is seen to act on another; 0 is enough for most
}

// Draw names numbers of noise: those from entry Entry on of what an estimator asks
// for at a site. Axes is how many numbers the whole estimate draws, those of dreams
// aside, by which a rule may be as fine as can be paid for.
type Draw struct {
	Site    string
	Entry   int
	Uniform bool // of (0,1); else a standard normal
	Axes    int
}

// Hermite is the rule of n nodes for a standard normal, exact for polynomials of
// degree 2n-1.
func Hermite(n int) Rule {
	x, w := make([]float64, n), make([]float64, n)
	quad.Hermite{}.FixedLocations(x, w, math.Inf(-1), math.Inf(1))
	for i := range n {
		x[i] *= math.Sqrt2
		w[i] /= math.Sqrt(math.Pi)
	}
	return Rule{{numbers(x), w}}
}

// Legendre is n Gauss-Legendre nodes for a uniform between lo and hi, exact for
// polynomials of degree 2n-1. One is enough where the function is constant.
func Legendre(n int, lo, hi float64) Piece {
	x, w := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(x, w, lo, hi)
	return Piece{numbers(x), w}
}

// TanhSinh is for a uniform between lo and hi, under a function that may have
// logarithms and broken powers of the distance to either end: the trapezoid rule
// after u = tanh(pi/2 sinh s), whose ends fall off doubly exponentially, of 2n+1 nodes.
func TanhSinh(n int, lo, hi float64) Piece {
	var p Piece
	h := 3.2 / float64(n)
	for i := -n; i <= n; i++ {
		s := float64(i) * h
		t := math.Pi / 2 * math.Sinh(s)
		near := 1 / (1 + math.Exp(2*math.Abs(t))) // of the interval, from the nearer end
		u := lo + (hi-lo)*near
		if t > 0 {
			u = hi - (hi-lo)*near
		}
		if u > 0 && u < 1 {
			p.Nodes = append(p.Nodes, []float64{u})
			p.Weights = append(p.Weights, (hi-lo)*h*math.Pi*math.Cosh(s)*near*(1-near))
		}
	}
	return p
}

// numbers are nodes of one number each.
func numbers(x []float64) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		out[i] = x[i : i+1]
	}
	return out
}

// mostNodes is how many estimates one expectation may take, a second or so, and
// fewNodes one of a setting that is tried beside the others.
const (
	mostNodes = 52000
	fewNodes  = 12000
)

// normalAxis is the rule of the built-in Gaussian problems. Their log weights are
// quadratic in the noise and their bounds analytic in a strip about the real axis,
// three standard deviations wide, so that the rule's error falls by a digit each
// few nodes. None is at zero, where a signed root may turn. Uniforms beside normals are
// for laws drawn by their quantiles: polynomials, or roots of logarithms.
func normalAxis(d Draw) Axis {
	if d.Uniform {
		return Axis{Rules: []Rule{{Legendre(3, 0, 1)}, {TanhSinh(32, 0, 1)}}}
	}
	return Axis{Rules: []Rule{Hermite(normalNodes(d))}}
}

func normalNodes(d Draw) int {
	switch {
	case dreamt(d.Site):
		return 4 // polynomials of the second degree
	case d.Axes == 1:
		return 96
	case d.Axes == 2:
		return 64
	case d.Axes == 3:
		return 20
	}
	return 10
}

// dreamt tells the sites of a model's own data (vi.Simulator).
func dreamt(site string) bool { return strings.HasPrefix(site, "dream/") }

// asked is what an estimator asked for at a site for a datum, and where the
// numbers lie in a point of the cube.
type asked struct {
	site    string
	plate   uint64
	uniform bool
	first   int
	n       int
}

// cube is a source whose noise is a point of the noise cube. The same site and
// plate give the same numbers, however often they are asked for.
type cube struct {
	asked []asked
	point []float64
	grows bool // the first estimate says what the cube is
	odd   string
}

func (c *cube) Normal(site string, plate uint64, dst tape.Vector)  { c.fill(site, plate, false, dst) }
func (c *cube) Uniform(site string, plate uint64, dst tape.Vector) { c.fill(site, plate, true, dst) }

func (c *cube) fill(site string, plate uint64, uniform bool, dst tape.Vector) {
	for i := range c.asked {
		if a := &c.asked[i]; a.site == site && a.plate == plate && a.uniform == uniform {
			if dst.Len() > a.n {
				c.odd = fmt.Sprintf("asks for %d numbers at site %q, then for %d", a.n, site, dst.Len())
				return
			}
			for j := range dst.Len() {
				dst.Set(j, c.point[a.first+j])
			}
			return
		}
	}
	if !c.grows {
		c.odd = fmt.Sprintf("draws at site %q for some draws only", site)
		return
	}
	c.asked = append(c.asked, asked{site, plate, uniform, len(c.point), dst.Len()})
	for j := range dst.Len() {
		c.point = append(c.point, 0.5)
		dst.Set(j, 0.5)
	}
}

// direction is a direction as numbers, a vector a role; nil where it raises nothing.
type direction [tape.Roles][]float64

// add adds weight times an update to d; a target in place of a direction is one of an
// estimator whose card says so.
func (d *direction) add(weight float64, u vi.Direction, c vi.Card) error {
	for r := range tape.Role(tape.Roles) {
		v := u.Role(r)
		if v.Ascend.Nil() {
			if v.Target.Nil() {
				continue
			}
			if len(c.Targets) == 0 {
				return fmt.Errorf("its %s update is a target, not a direction, and its card has no Targets", r)
			}
			v.Ascend, v.Target = v.Target, tape.Vector{}
		}
		if d[r] == nil {
			d[r] = make([]float64, v.Ascend.Len())
		}
		if len(d[r]) != v.Ascend.Len() {
			return fmt.Errorf("its %s direction has %d values, then %d", r, len(d[r]), v.Ascend.Len())
		}
		for i := range d[r] {
			d[r][i] += weight * v.Ascend.At(i)
		}
		if !v.Target.Nil() { // of some parameters, whose direction is zero: where one says something the other does not
			for i := range d[r] {
				d[r][i] += weight * v.Target.At(i)
			}
		}
	}
	return nil
}

// effort is what an exact mean took, or would have.
type effort struct {
	numbers   int // of noise, those of dreams aside
	estimates int
	made      int // of these; none where it was not tried
}

// expectation is E[direction] on rows of the data, by quadrature over all the
// noise that the estimator asks for (integral). ok is false where that takes more
// than most estimates, or did for others of no more numbers (spent). Own parameters follow
// objectives of their own, of which no card speaks.
func expectation(w *vi.Work, e vi.Estimator, rows []int, axis func(Draw) Axis, most int, spent []effort) (mean direction, took effort, ok bool, err error) {
	src := &cube{grows: true}
	e.Estimate(w.Step(0, rows, src))
	src.grows = false
	awake := 0
	for _, a := range src.asked {
		if !dreamt(a.site) {
			awake += a.n
		}
	}
	for _, s := range spent {
		if s.numbers <= awake && s.estimates > most {
			return mean, effort{numbers: awake, estimates: s.estimates}, false, nil
		}
	}
	in := &integral{x: src.point, most: most, key: rng.Probe(0, 0, 0).Fold("quadrature")}
	for _, a := range src.asked {
		for j := 0; j < a.n; {
			x := axis(Draw{a.site, j, a.uniform, awake})
			x.Size = max(x.Size, 1)
			if j+x.Size > a.n {
				return mean, took, false, fmt.Errorf("asks for %d numbers at site %q, which end within a variable of %d", a.n, a.site, x.Size)
			}
			in.axes = append(in.axes, stretch{first: a.first + j, rules: x.Rules, looks: x.Looks})
			j += x.Size
		}
	}
	layout := [tape.Roles]int{-1, -1, -1} // values of a role; -1: it is not raised
	in.f = func() ([]float64, error) {
		var out direction
		if err := out.add(1, e.Estimate(w.Step(0, rows, src)), e.Card()); err != nil {
			return nil, err
		}
		if src.odd != "" {
			return nil, fmt.Errorf("%s", src.odd)
		}
		var all []float64
		for _, r := range []tape.Role{tape.Gen, tape.Inf} {
			if out[r] == nil {
				continue
			}
			if layout[r] < 0 && in.evals == 1 {
				layout[r] = len(out[r])
			}
			if layout[r] != len(out[r]) {
				return nil, fmt.Errorf("its %s direction has %d values for some draws, %d for others", r, max(layout[r], 0), len(out[r]))
			}
			for _, x := range out[r] {
				if x-x != 0 {
					return nil, notFinite{r}
				}
			}
			all = append(all, out[r]...)
		}
		return all, nil
	}
	sum, ok, err := in.sum()
	took = effort{awake, in.evals, in.evals}
	if !ok {
		took.estimates = max(in.evals, most+1)
	}
	if err != nil || !ok {
		return mean, took, false, err
	}
	for _, r := range []tape.Role{tape.Gen, tape.Inf} {
		if n := layout[r]; n >= 0 {
			mean[r], sum = sum[:n:n], sum[n:]
		}
	}
	return mean, took, true, nil
}
