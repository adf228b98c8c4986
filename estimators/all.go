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
		CIWAE{K: 64, Beta: 0.5},
		DReG{K: 64},
		DReGAlpha{K: 64, Alpha: 0.5},
		ELBO{K: 1, Form: "sgvb-a"},
		IWAE{K: 64},
		JVI{K: 64},
		JVIDReG{K: 64},
		MIWAE{M: 8, K: 8},
		OVIS{K: 64},
		PIWAE{M: 8, K: 8},
		RWS{K: 64},
		RWSDReG{K: 64},
		ScoreFunction{K: 64},
		STL{K: 64},
		TVO{K: 64, J: 5, B1: usualB1},
		VIMCO{K: 64, Baseline: "arithmetic"},
		VRAlpha{K: 64, Alpha: usualAlpha},
		VRIWAEDReG{K: 64, Alpha: 0.5},
		WakeSleep{K: 1, Wake: "equal"},
	}
}
