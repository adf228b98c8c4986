package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Dirac is one point over and over: the data of the Dirac-GAN, where all that two players do
// is their own.
//
// Mescheder, Geiger and Nowozin 2018 (1801.04406).
type Dirac struct {
	Dim int     `name:"dim" min:"1" max:"1000" doc:"coordinates"`
	At  float64 `name:"at" doc:"the value of each"`
	N   int     `name:"n" min:"1" max:"1000000" doc:"copies"`
}

func (Dirac) Name() string { return "dirac" }

func (d Dirac) Shape() vi.Shape { return vi.Shape{N: d.N, D: d.Dim, Domain: vi.Real} }

// Digest is that of the copies, which no key decides.
func (d Dirac) Digest() string { return digest(d.copies()) }

func (d Dirac) copies() []float64 {
	x := make([]float64, d.N*d.Dim)
	for i := range x {
		x[i] = d.At
	}
	return x
}

func (d Dirac) Make(rng.Key) (*vi.Data, error) {
	x := d.copies()
	return &vi.Data{Name: d.Name(), Digest: digest(x), N: d.N, D: d.Dim, X: x, Domain: vi.Real}, nil
}
