package vitest

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Oracle is a small problem on which the mean of a direction can be had exactly,
// twice over: of the estimator, by quadrature or break points over its noise
// (Axis), and of what its card promises, in closed form, by enumeration or by
// quadrature of the definition (Want), by code that knows no estimator.
type Oracle interface {
	Name() string
	// Model starts, by Init, at the parameters of which Want speaks, whatever the key.
	Model() vi.Model
	// Data are a few different rows; exact means are taken on the first.
	Data() *vi.Data
	// Axis is the rules for the next numbers of an estimator's noise.
	Axis(Draw) Axis
	// Want is the exact mean on the first row of the direction of a role, laid out as
	// the role's parameters, that a target's name promises with k samples. t is what the
	// name means in log weights, empty where it means nothing in them. ok is false for
	// a target that the oracle does not know, or that is out of its reach.
	Want(role tape.Role, target string, t Target, k int) (want []float64, ok bool)
}

// Scaled is an oracle that can state a network's parameters in other units: the
// same distributions by parameters of 1/unit the value. A unit is a power of two.
type Scaled interface {
	In(role tape.Role, unit float64) Oracle
}

// Tied is an oracle that can share a weight between both networks: the problem
// with parameter shared, and the same problem with it apart, as gen and inf. Nil
// where it has none to share.
type Tied interface {
	Tie() (tied, apart Oracle, shared, gen, inf string)
}

// Oracles are those that come with the kit, each in a file of its own: to add one,
// write the file and put it into the list.
func Oracles() []Oracle {
	return []Oracle{
		Gaussian(), Chain(), Hybrid(), OneBit(), TwoBits(), FourBits(), BitChain(), ThreeWay(),
		OneBitCost(), TwoBitCost(), FourBitCost(), ThreeWayCost(),
		Sparse("normal"), Sparse("laplace"), Sparse("threshold-laplace"), Sparse("threshold-normal"), Sparse("spike-slab"), SparseScales(),
		Mixing(), Pairing(), Machine(), Duel(), Ellipse(), Bowl(), Holes(), Tilt(), Haze(), Well(),
	}
}

// sample is one sample of a Gaussian oracle with the derivatives by hand: the log
// weight, d log p/d theta, the path term and the score, laid out as parameters.
type sample struct {
	lw               float64
	gen, path, score []float64
}

// normalWant is the mean of coefficients over k samples of dims standard normals
// each, by the tensor product of a rule. ok is false where that takes too long.
func normalWant(role tape.Role, of Coefficients, k, dims int, at func(eps []float64) sample) (want []float64, ok bool) {
	if of == nil {
		return nil, false
	}
	rule := Hermite(normalNodes(Draw{Axes: k * dims}))[0]
	if math.Pow(float64(len(rule.Nodes)), float64(k*dims)) > mostNodes {
		return nil, false
	}
	// One sample at every point of its own noise.
	var points []sample
	var weights []float64
	eps, node, which := make([]float64, dims), make([]int, dims), make([]int, dims)
	for d := range which {
		which[d] = d
	}
	for more := true; more; more = next(node, which, func(int) int { return len(rule.Nodes) }) {
		weight := 1.0
		for d, j := range node {
			eps[d] = rule.Nodes[j][0]
			weight *= rule.Weights[j]
		}
		points, weights = append(points, at(eps)), append(weights, weight)
	}
	want = overSamples(role, of, k, points, weights)
	return want, want != nil
}

// overSamples is the mean of coefficients over k independent samples with a path,
// each one of the points.
func overSamples(role tape.Role, of Coefficients, k int, points []sample, weights []float64) (want []float64) {
	lw, chosen, which := make([]float64, k), make([]int, k), make([]int, k)
	for j := range which {
		which[j] = j
	}
	for more := true; more; more = next(chosen, which, func(int) int { return len(points) }) {
		weight := 1.0
		for j, i := range chosen {
			lw[j] = points[i].lw
			weight *= weights[i]
		}
		gen, path, score := of(lw)
		for j, i := range chosen {
			p := &points[i]
			switch role {
			case tape.Gen:
				want = axpy(want, weight*gen[j], p.gen)
			case tape.Inf:
				want = axpy(axpy(want, weight*path[j], p.path), weight*score[j], p.score)
			}
		}
	}
	return want
}

// axpy adds c x to y, which it makes.
func axpy(y []float64, c float64, x []float64) []float64 {
	if y == nil {
		y = make([]float64, len(x))
	}
	for i := range x {
		y[i] += c * x[i]
	}
	return y
}
