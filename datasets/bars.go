package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Bars are pictures of r x r pixels, sums of the 2r bars that are a whole column or
// a whole row:
//
//	x_n = W z_n + noise e_n,  W [r^2, 2r]: field i < r is amplitude on column i, field r+i on row i
//
//	bernoulli  z ~ Bernoulli(pi)
//	laplace    z ~ Laplace(0, scale)
//	spikeslab  z = s y,  s ~ Bernoulli(pi), y ~ N(mean, sd^2)
//
// The columns' fields and the rows' fields have the same sum, all ones, so that W has
// rank 2r-1: as good a linear model needs one atom fewer than there are bars, and a
// test must not ask for all of them. The fields are known, and the codes.
//
// Foldiak 1990 has bars that overlap by OR; linear ones with r = 5, scale = 1 and
// noise = 0.1 are in the code of Velychko et al. 2024 (2311.01888), with r = 4, pi =
// 2/H and noise = 0.1 in that of Drefs et al. 2022 (2012.12294).
type Bars struct {
	R         int     `name:"r" min:"2" max:"64" doc:"bars a direction; a picture is r x r"`
	N         int     `name:"n" min:"1" max:"10000000" doc:"data"`
	Test      int     `name:"test" min:"0" max:"10000000" doc:"data held out, of the same bars; 0: none"`
	Amplitude float64 `name:"amplitude" doc:"value of a bar's pixels"`
	Latents   string  `name:"latents" choices:"bernoulli|laplace|spikeslab" doc:"law of the codes"`
	Pi        float64 `name:"pi" min:"0" max:"1" doc:"bernoulli, spikeslab: share of codes that are not 0"`
	Scale     float64 `name:"scale" min:"0" doc:"laplace: mean of |z|"`
	Mean      float64 `name:"mean" doc:"spikeslab: mean of the slab"`
	SD        float64 `name:"sd" min:"0" doc:"spikeslab: sd of the slab"`
	Noise     float64 `name:"noise" min:"0" doc:"sd of the noise"`
}

// NewBars is the set at its defaults.
func NewBars() Bars {
	return Bars{R: 5, N: 1000, Amplitude: 1, Latents: "laplace", Pi: 0.2, Scale: 1, SD: 1, Noise: 0.1}
}

func (Bars) Name() string { return "bars" }

func (d Bars) Shape() vi.Shape { return vi.Shape{N: d.N, Test: d.Test, D: d.R * d.R, Domain: vi.Real} }

func (d Bars) law() codes {
	return codes{law: d.Latents, pi: d.Pi, scale: d.Scale, mean: d.Mean, sd: d.SD}
}

// Check says which settings the law of the codes leaves unread.
func (d Bars) Check() error {
	return d.law().check(NewBars().law(), "bernoulli", "laplace", "spikeslab")
}

func (d Bars) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	h := 2 * d.R
	w := make([]float64, d.R*d.R*h)
	for row := range d.R {
		for column := range d.R {
			pixel := w[(row*d.R+column)*h:][:h]
			pixel[column], pixel[d.R+row] = d.Amplitude, d.Amplitude
		}
	}
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x := linear(d.Name(), key, w, h, d.law(), d.Noise, n)
		x.Image = [2]int{d.R, d.R}
		return x
	}), nil
}
