// Package estimators has one file an estimator, named after the paper's short
// name. To add one: write the file (a sentence, the equation, Needs / Unbiased
// for / Costs, a card, Estimate) and put a value into All.
package estimators

import (
	"embed"

	"github.com/vibench/bench/vi"
)

// Source is this package's own text, from which explain quotes.
//
//go:embed *.go
var Source embed.FS

// All built-in estimators with the defaults of their settings, by name.
func All() []vi.Estimator {
	return []vi.Estimator{
		AnalyticELBO{Beta: 1},
		ARM{K: 2},
		CAVI{},
		CD{Sweeps: 1, From: "data", Chains: 50},
		CIWAE{K: 64, Beta: 0.5},
		Concrete{K: 1, Temperature: Temperature{Tau: 2.0 / 3, Every: 1}, TauP: usualTauP, KL: "dens"},
		CUBO{K: 64, N: 2, Form: "exp"},
		DARN{K: 1},
		Denoise{K: 1, Predict: "source"},
		DisARM{K: 2},
		DReG{K: 64},
		DReGAlpha{K: 64, Alpha: 0.5},
		ELBO{K: 1, Form: "sgvb-a"},
		EM{},
		EntropyELBO{Prior: []float64{}, Every: 1, Posterior: 1, Noise: 1, PosteriorAnneal: []float64{}, NoiseAnneal: []float64{}},
		Enumerate{},
		ExactLikelihood{},
		FISTA{usualMAP},
		GAN{Loss: "minimax", Psi: 0.5},
		Gibbs{},
		GumbelRao{K: 1, R: 10, Temperature: Temperature{Tau: 0.5, Every: 1}},
		GumbelSoftmax{K: 1, Temperature: Temperature{Tau: 1, Floor: 0.5, Every: 500}, KL: "disc"},
		HMC{Step: 0.1, Leaps: 10},
		Impute{How: "mean", Sweeps: 10},
		ISTA{usualMAP},
		IWAE{K: 64},
		JVI{K: 64},
		JVIDReG{K: 64},
		Laplace{},
		LOO{K: 2},
		Marginal{K: 1},
		MCEM{K: 5},
		MeasureValued{K: 1},
		MIWAE{M: 8, K: 8},
		ML{},
		MuProp{K: 1},
		NaturalGradient{K: 8, Rho: 1},
		NVIL{K: 1, Hidden: 100, Decay: 0.8},
		OVIS{K: 64},
		PCA{},
		PIWAE{M: 8, K: 8},
		REBAR{K: 1, Tau: 0.5, Eta: usualEta, Modified: true},
		Reinforce{K: 1, Baseline: "moving", Decay: 0.9},
		RELAX{K: 1, Tau: 0.5, Hidden: 10},
		RQMC{K: 128, Points: "sobol"},
		RWS{K: 64},
		RWSDReG{K: 64},
		ScoreFunction{K: 64},
		SGLD{Step: 0.01},
		SparseELBO{K: 10, Rule: "avg", Pull: "ste-fix", Gamma: 1, Temper: 1},
		STGumbel{K: 1, Temperature: Temperature{Tau: 0.5, Every: 1}},
		STL{K: 64},
		StraightThrough{K: 1, Temperature: Temperature{Tau: 1, Every: 1}},
		TVO{K: 64, J: 5, B1: usualB1},
		VGI{K: 5, Moves: 3},
		VIMCO{K: 64, Baseline: "arithmetic"},
		VRAlpha{K: 64, Alpha: usualAlpha},
		VRIWAEDReG{K: 64, Alpha: 0.5},
		WakeSleep{K: 1, Wake: "equal"},
	}
}
