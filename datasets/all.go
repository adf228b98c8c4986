// Package datasets has one file a data set.
package datasets

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Source is this package's own text, from which explain quotes.
//
//go:embed *.go
var Source embed.FS

// All built-in data sets with the defaults of their settings, by name. What sets
// of images read is shared by the copies made of one list, and by no other.
func All() []vi.Dataset {
	return []vi.Dataset{
		NewBars(),
		BarsAndStripes{Size: 3, N: 500},
		NewBinarizedMNIST(),
		Bits{N: 256, Dim: 16, Latent: 2},
		Blobs{K: 3, Dim: 2, Sep: 4, N: 600},
		Cubature{},
		NewDeadLeaves(),
		NewDigits8(),
		Dirac{Dim: 1, N: 1},
		FA3{N: 1000, Test: 1000},
		FA6{N: 2000, Test: 20000, Missing: 0.5},
		NewFashionMNIST(),
		NewFashionSmall(),
		NewFrey(),
		HMMStrings{States: 3, Symbols: 4, Length: 30, Stay: 0.7, N: 50},
		IRT{Kind: "2pl", N: 1000, Dim: 20, Places: "normal", Spread: 0.5},
		NewKMNIST(),
		LinearGaussian{N: 8, Dim: 2, Perturb: 0.05},
		Logistic{Dim: 2, N: 50, Scale: 2},
		LowRank{N: 256, Dim: 8, Latent: 2, Noise: 0.5},
		LSAT6{},
		LSAT7{},
		NewMNIST(),
		Normals{N: 20, Mean: 1, SD: 2},
		NewOmniglotIWAE(),
		NewOmniglotSmall(),
		NewOmniglot28(),
		NewPatches(),
		NewPink(),
		NewShapes(),
		NewSparseLin(),
		Spectrum{Lambda: []float64{4, 2, 1, 0.5, 0.25, 0.25}, N: 2000},
		TreeBits{N: 500, Test: 2000, Dim: 12, Flip: 0.1},
	}
}

// digest of the values, by their bits.
func digest(x []float64) string {
	sum := sha256.Sum256(tape.Float64s(x).Bits())
	return hex.EncodeToString(sum[:])
}
