package datasets

import (
	"math"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// fieldVariance is the variance of a pixel of filtered pictures.
const fieldVariance = 0.1

// Pink are patches of a Gaussian field with the power 1/f^2 of natural images, filtered
// as those are: the control for sparse coding, which has nothing to find in it beyond
// second moments.
//
//	field = e * (1/|f|) R(f),  R(f) = |f| exp(-(|f|/f0)^4),  e ~ N(0, I),  no mean
//
// The field is periodic, size x size; it is cut into patches without overlap, and one
// field follows another. A pixel has variance 0.1 in expectation. Fields held out are
// other fields.
type Pink struct {
	Patch int     `name:"patch" min:"2" max:"64" doc:"side of a patch, pixels"`
	N     int     `name:"n" min:"1" max:"10000000" doc:"patches"`
	Test  int     `name:"test" min:"0" max:"10000000" doc:"patches held out, of other fields; 0: none"`
	Size  int     `name:"size" min:"16" max:"1024" doc:"side of a field, a power of two"`
	F0    float64 `name:"f0" min:"0.01" max:"10" doc:"cut of the low-pass, cycles/pixel"`
}

// NewPink is the set at its defaults.
func NewPink() Pink { return Pink{Patch: 8, N: 5000, Test: 1000, Size: 128, F0: 0.39} }

func (Pink) Name() string { return "pink" }

func (d Pink) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: d.Patch * d.Patch, Domain: vi.Real}
}

// Check says what is wrong with the sizes.
func (d Pink) Check() error { return tiled(d.Size, d.Patch) }

func (d Pink) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	pass := lowPass(d.F0)
	gain := func(f2 float64) float64 { // |f| of the filter against 1/|f| of the field; the mean goes
		if f2 == 0 {
			return 0
		}
		return pass(f2)
	}
	power := 0.0 // variance of a pixel: mean of the squared gain
	for r := range d.Size {
		fy := frequency(r, d.Size)
		for c := range d.Size {
			fx := frequency(c, d.Size)
			g := gain(float64(fx*fx) + float64(fy*fy))
			power += float64(g * g)
		}
	}
	scale := math.Sqrt(fieldVariance * float64(d.Size*d.Size) / power)
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		fields := make([][]float64, fieldsFor(n, d.Size, d.Patch))
		for i := range fields {
			fields[i] = make([]float64, d.Size*d.Size)
			key.At(uint64(i)).Normal64(fields[i], 0)
			filter(fields[i], d.Size, d.Size, gain)
			vec.Scale(scale, fields[i])
		}
		return tiles(d.Name(), fields, d.Size, d.Patch, n)
	}), nil
}
