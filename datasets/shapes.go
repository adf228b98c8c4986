package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Shapes are small grey pictures on black, each of 1 to objects shapes painted over
// one another: bars, discs, squares and triangles of random place, size, angle and
// grey, with soft edges. Values are in [0,1].
//
//	kind uniform; centre uniform on the picture; angle uniform; grey uniform on [1/4,1]
//	radius uniform on [1/8,3/8] of the side: of a disc, of a triangle's corners, half
//	the side of a square, half the length of a bar, which is a quarter as wide as long
//
// A pixel takes of the grey what the shape covers of 4 x 4 points in it.
type Shapes struct {
	Side    int `name:"side" min:"4" max:"256" doc:"side of a picture, pixels"`
	Objects int `name:"objects" min:"1" max:"100" doc:"shapes a picture, at most"`
	N       int `name:"n" min:"1" max:"10000000" doc:"pictures"`
	Test    int `name:"test" min:"0" max:"10000000" doc:"pictures held out; 0: none"`
}

// NewShapes is the set at its defaults.
func NewShapes() Shapes { return Shapes{Side: 8, Objects: 3, N: 2000, Test: 500} }

func (Shapes) Name() string { return "shapes" }

func (d Shapes) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: d.Side * d.Side, Domain: vi.Real}
}

func (d Shapes) Make(key rng.Key) (*vi.Data, error) {
	size := d.Side * d.Side
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x := make([]float64, n*size)
		for i := range n {
			draw(key.At(uint64(i)), x[i*size:(i+1)*size], d.Side, d.Objects)
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: size, X: x, Domain: vi.Real, Image: [2]int{d.Side, d.Side}}
	}), nil
}

// The kinds of shapes.
const (
	bar = iota
	disc
	square
	triangle
	kinds
)

// shape is one of them, in pixels; its axes are turned by the angle.
type shape struct {
	kind                   int
	x, y, radius, sin, cos float64
	grey                   float64
}

// shapeAt is shape i of a picture.
func shapeAt(key rng.Key, i, side int) shape {
	var kind [1]int
	var u [5]float64
	key.Fold("kind").Ints(kind[:], kinds, uint64(i))
	key.Fold("form").Uniform64(u[:], 5*uint64(i))
	n := float64(side)
	s := shape{kind: kind[0], x: float64(u[0] * n), y: float64(u[1] * n), radius: float64((0.125 + float64(0.25*u[2])) * n), grey: 0.25 + float64(0.75*u[4])}
	s.sin, s.cos = vec.SinCos2Pi64(u[3])
	return s
}

// covers says whether a point is in the shape.
func (s shape) covers(x, y float64) bool {
	x, y = x-s.x, y-s.y
	a, b := float64(s.cos*x)+float64(s.sin*y), float64(s.cos*y)-float64(s.sin*x)
	switch s.kind {
	case bar:
		return math.Abs(a) <= s.radius && math.Abs(b) <= s.radius/4
	case disc:
		return float64(a*a)+float64(b*b) <= float64(s.radius*s.radius)
	case square:
		return math.Abs(a) <= s.radius && math.Abs(b) <= s.radius
	}
	const root3 = 1.7320508075688772
	return b >= -s.radius/2 && float64(root3*math.Abs(a))+b <= s.radius
}

// points are where a pixel is looked at, in each direction.
var points = [4]float64{0.125, 0.375, 0.625, 0.875}

// draw paints a picture.
func draw(key rng.Key, x []float64, side, objects int) {
	var count [1]int
	key.Fold("count").Ints(count[:], objects, 0)
	for i := range 1 + count[0] {
		s := shapeAt(key, i, side)
		for r := range side {
			for c := range side {
				hits := 0
				for p := range 16 {
					if s.covers(float64(c)+points[p%4], float64(r)+points[p/4]) {
						hits++
					}
				}
				at := r*side + c
				x[at] += float64(float64(hits) / 16 * (s.grey - x[at]))
			}
		}
	}
}
