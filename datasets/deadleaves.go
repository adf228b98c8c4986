package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// DeadLeaves are patches of pictures of discs that hide each other, which have the
// edges, the occlusion and the heavy tails of natural images:
//
//	discs fall from the front to the back until no pixel is left:
//	radius r with density prop. to r^-3 on [2, size/4], centre uniform, grey uniform on [0,1]
//
// then filtered by R(f) = |f| exp(-(|f|/f0)^4), f in cycles/pixel, and scaled to
// variance 0.1 over all training pictures. A picture is periodic, size x size, so
// that it is alike everywhere; it is cut into patches without overlap, and one picture
// follows another. Pictures held out are others, scaled as those. The larger the discs,
// the heavier the tails: a pixel's excess kurtosis is 0.4 at size 64, 1 at 128, 2 at 512.
//
// Ruderman 1997 and Lee, Mumford and Huang 2001 have the model, Olshausen and Field
// 1996 the filter.
type DeadLeaves struct {
	Patch int     `name:"patch" min:"2" max:"64" doc:"side of a patch, pixels"`
	N     int     `name:"n" min:"1" max:"10000000" doc:"patches"`
	Test  int     `name:"test" min:"0" max:"10000000" doc:"patches held out, of other pictures; 0: none"`
	Size  int     `name:"size" min:"16" max:"1024" doc:"side of a picture, a power of two"`
	F0    float64 `name:"f0" min:"0.01" max:"10" doc:"cut of the filter, cycles/pixel"`
}

// NewDeadLeaves is the set at its defaults.
func NewDeadLeaves() DeadLeaves {
	return DeadLeaves{Patch: 8, N: 5000, Test: 1000, Size: 128, F0: 0.39}
}

func (DeadLeaves) Name() string { return "deadleaves" }

func (d DeadLeaves) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: d.Patch * d.Patch, Domain: vi.Real}
}

// Check says what is wrong with the sizes.
func (d DeadLeaves) Check() error { return tiled(d.Size, d.Patch) }

func (d DeadLeaves) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	gain, scale := whitening(d.F0), 0.0
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		fields, power := make([][]float64, fieldsFor(n, d.Size, d.Patch)), 0.0
		for i := range fields {
			fields[i] = leaves(key.At(uint64(i)), d.Size)
			filter(fields[i], d.Size, d.Size, gain)
			power += vec.SumSq(fields[i]) // R(0) = 0: there is no mean
		}
		if scale == 0 { // these are the training pictures
			scale = math.Sqrt(fieldVariance * float64(len(fields)*d.Size*d.Size) / power)
		}
		for _, f := range fields {
			vec.Scale(scale, f)
		}
		return tiles(d.Name(), fields, d.Size, d.Patch, n)
	}), nil
}

// leaf is one disc.
type leaf struct{ x, y, radius, grey float64 }

// leafAt is disc i of a picture.
func leafAt(key rng.Key, i, size int) leaf {
	var u [4]float64
	key.Uniform64(u[:], 4*uint64(i))
	return leaf{
		x: float64(u[0] * float64(size)), y: float64(u[1] * float64(size)),
		radius: radius(u[2], leastRadius, float64(size)/4), grey: u[3],
	}
}

const leastRadius = 2

// radius is the quantile u of the density prop. to r^-3 on [a, b]:
// r^-2 = a^-2 - u (a^-2 - b^-2).
func radius(u, a, b float64) float64 {
	low, high := 1/float64(a*a), 1/float64(b*b)
	return 1 / math.Sqrt(low-float64(u*(low-high)))
}

// leaves is a picture: each pixel has the grey of the first disc that covers its
// centre.
func leaves(key rng.Key, size int) []float64 {
	x, seen, left := make([]float64, size*size), make([]bool, size*size), size*size
	for i := 0; left > 0; i++ {
		l := leafAt(key, i, size)
		for r := int(math.Ceil(l.y - l.radius)); float64(r) <= l.y+l.radius; r++ {
			dy := float64(r) - l.y
			half := math.Sqrt(max(0, float64(l.radius*l.radius)-float64(dy*dy)))
			row := (r + size) % size * size
			for c := int(math.Ceil(l.x - half)); float64(c) <= l.x+half; c++ {
				if at := row + (c+size)%size; !seen[at] {
					x[at], seen[at] = l.grey, true
					left--
				}
			}
		}
	}
	return x
}
