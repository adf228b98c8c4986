// Package models has one file a model: a generative model together with a
// family for its posterior.
package models

import (
	"embed"

	"github.com/vibench/bench/vi"
)

// Source is this package's own text, from which explain quotes.
//
//go:embed *.go
var Source embed.FS

// All built-in models with the defaults of their settings, by name.
func All() []vi.Maker {
	return []vi.Maker{
		AE{Latent: 2, Hidden: []int{}, Act: "tanh"},
		usualBayesMix,
		BernoulliMixture{K: 16, SD: 1},
		ContinuousMixture{Latent: 2, Hidden: []int{32, 32}, Act: "tanh", N: 1024},
		Diffusion{Steps: 100, Variance: 1, SNR: 8, Start: "exact"},
		Dirac{Start: 1},
		FA{Latent: 2, Noise: "diagonal", Cov: "shared", Hidden: []int{}, Act: "tanh", Start: "data"},
		FourBit{},
		Glimpse{Sees: 2, Cov: "full"},
		usualGMM,
		Halves{Layers: []int{200, 200}, Classes: 2, Hidden: []int{}, Act: "tanh", Coding: "signs"},
		HMM{States: 3, Symbols: 4},
		IRT{Form: "2pl", Ability: "grid", Items: "point", Reach: 4, Count: 40, Hidden: []int{16}, Act: "tanh"},
		LinearGaussian{S: 2.0 / 3},
		LinearRegression{Q: "mean-field", Alpha: 1, Beta: 1, SD: 1, Count: 1000},
		Logistic{PriorSD: 1, Global: Global{Q: "full", SD: 1}},
		M2{Classes: 10, Latent: 8, Hidden: 64, Act: "tanh", Alpha: 1},
		usualNormalGamma,
		OneBit{T: 0.45},
		RBM{Hidden: 8, SD: 0.1},
		SBN{Layers: []int{200}, Classes: 2, Hidden: []int{}, Act: "tanh", Coding: "signs", Prior: "learned"},
		usualCoder,
		usualSparseVAE,
		Survey{Cost: "quadratic", Mu: 1, Sigma: 1},
		Target{Dim: 2, Rho: 0.9, Entropy: "sampled", Global: Global{Q: "mean-field", Mean: 1, SD: 1}},
		ThreeWay{},
		usualVAE,
	}
}
