package vitest

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Axis is a quadrature rule for one number of noise: E f(x) = sum_i Weights[i] f(Nodes[i]).
type Axis struct{ Nodes, Weights []float64 }

// Draw names one number of noise: entry Entry of what an estimator asks for at a
// site. Axes is how many numbers the whole estimate draws, those of dreams aside, by
// which a rule may be as fine as can be paid for.
type Draw struct {
	Site    string
	Entry   int
	Uniform bool // of (0,1); else a standard normal
	Axes    int
}

// Hermite is the rule of n nodes for a standard normal, exact for polynomials of
// degree 2n-1.
func Hermite(n int) Axis {
	a := Axis{make([]float64, n), make([]float64, n)}
	quad.Hermite{}.FixedLocations(a.Nodes, a.Weights, math.Inf(-1), math.Inf(1))
	for i := range n {
		a.Nodes[i] *= math.Sqrt2
		a.Weights[i] /= math.Sqrt(math.Pi)
	}
	return a
}

// Pieces is a rule for a uniform of (0,1) under a function that is smooth between
// break points (the places where a discrete latent changes): n Gauss-Legendre
// nodes on each piece. One is enough where the function is constant on pieces.
func Pieces(n int, breaks ...float64) Axis {
	var a Axis
	lo := 0.0
	for _, hi := range append(append([]float64(nil), breaks...), 1) {
		x, w := make([]float64, n), make([]float64, n)
		quad.Legendre{}.FixedLocations(x, w, lo, hi)
		a.Nodes, a.Weights = append(a.Nodes, x...), append(a.Weights, w...)
		lo = hi
	}
	return a
}

// mostNodes is how many estimates one expectation may take, a second or so, and
// fewNodes one of a setting that is tried beside the others.
const (
	mostNodes = 70000
	fewNodes  = 40000
)

// normalAxis is the rule of the built-in Gaussian problems. Their log weights are
// quadratic in the noise and their bounds analytic in a strip about the real axis,
// three standard deviations wide, so that the rule's error falls by a digit each
// few nodes.
func normalAxis(d Draw) Axis {
	switch {
	case dreamt(d.Site):
		return Hermite(3) // polynomials of the second degree
	case d.Axes == 1:
		return Hermite(96)
	case d.Axes == 2:
		return Hermite(64)
	case d.Axes == 3:
		return Hermite(32)
	}
	return Hermite(16)
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

// add adds weight times an update to d.
func (d *direction) add(weight float64, u vi.Direction) error {
	for r := range tape.Role(tape.Roles) {
		v := u.Role(r)
		if !v.Target.Nil() {
			return fmt.Errorf("its %s update is a target, not a direction", r)
		}
		if v.Ascend.Nil() {
			continue
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
	}
	return nil
}

// expectation is E[direction] on rows of the data, by quadrature over all the
// noise that the estimator asks for. ok is false where that takes more than most nodes.
func expectation(w *vi.Work, e vi.Estimator, rows []int, axis func(Draw) Axis, most int) (mean direction, nodes int, ok bool, err error) {
	src := &cube{grows: true}
	e.Estimate(w.Step(0, rows, src))
	src.grows = false
	axes := make([]Axis, len(src.point))
	nodes = 1
	awake := 0
	for _, a := range src.asked {
		if !dreamt(a.site) {
			awake += a.n
		}
	}
	for _, a := range src.asked {
		for j := range a.n {
			x := axis(Draw{a.site, j, a.uniform, awake})
			axes[a.first+j] = x
			if nodes *= len(x.Nodes); nodes > most {
				return mean, nodes, false, nil
			}
		}
	}
	at := make([]int, len(axes))
	for range nodes {
		weight := 1.0
		for i, j := range at {
			src.point[i] = axes[i].Nodes[j]
			weight *= axes[i].Weights[j]
		}
		d := e.Estimate(w.Step(0, rows, src))
		if src.odd != "" {
			return mean, nodes, false, fmt.Errorf("%s", src.odd)
		}
		if err := mean.add(weight, d); err != nil {
			return mean, nodes, false, err
		}
		for i := range at {
			if at[i]++; at[i] < len(axes[i].Nodes) {
				break
			}
			at[i] = 0
		}
	}
	return mean, nodes, true, nil
}
