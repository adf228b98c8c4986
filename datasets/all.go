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
		Bits{N: 256, Dim: 16, Latent: 2},
		NewDeadLeaves(),
		NewDigits8(),
		Dirac{Dim: 1, N: 1},
		FA6{N: 2000, Test: 20000, Missing: 0.5},
		NewFashionMNIST(),
		NewFrey(),
		LinearGaussian{N: 8, Dim: 2, Perturb: 0.05},
		LowRank{N: 256, Dim: 8, Latent: 2, Noise: 0.5},
		NewMNIST(),
		NewOmniglot28(),
		NewPatches(),
		NewPink(),
		NewShapes(),
		NewSparseLin(),
	}
}

// digest of the values, by their bits.
func digest(x []float64) string {
	sum := sha256.Sum256(tape.Float64s(x).Bits())
	return hex.EncodeToString(sum[:])
}
