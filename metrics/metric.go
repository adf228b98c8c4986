// Package metrics has one file a metric. Evaluations never see the estimator:
// their samples and keys are the suite's, the same for all. Probes do: they
// freeze parameters and data and draw replicates of the estimator's direction.
// Watches see every direction that it gives while it trains.
package metrics

import (
	"embed"
	"fmt"

	"github.com/vibench/bench/vi"
)

// Source is this package's own text, from which explain quotes.
//
//go:embed *.go
var Source embed.FS

// Metric is what a suite may log. Its settings are its fields.
type Metric interface {
	Name() string
	Better() string // higher, lower, or "" where neither is
	Unit() string   // nats, samples, or "" for a ratio
	Needs() []vi.Cap
	Emits(sheet vi.Sheet) []string // names of the numbers it logs
}

// Evaluation measures parameters and data.
type Evaluation interface {
	Metric
	Measure(e *Eval, out *Out)
}

// AtEnd says whether a metric is for the end of a cell only, for its cost.
func AtEnd(m Metric) bool {
	at, ok := m.(interface{ AtEnd() bool })
	return ok && at.AtEnd()
}

// Probe measures an estimator by replicates of its direction.
type Probe interface {
	Metric
	Rows(n int) int        // of n data that the directions are of: the first of them
	Draws(n, t, d int) int // of a direction of n data, t samples a datum, d latent dimensions
	With() []string        // other estimators to run on the same draws
	Twins() []string       // those of them whose mean must be the cell's own: they share its target
	Open(e *Eval) Fold
}

// Fold takes directions in and, when they are all seen, puts numbers out.
type Fold interface {
	Add(r int, self []float64, with [][]float64) // replicate r, flat: gen, inf, own
	Close(out *Out)
}

// Watch sees every direction that a cell's estimator gives while it trains.
type Watch interface {
	Metric
	Watch(p *vi.Params) Watching
}

// Watching is a watch at work.
type Watching interface {
	See(d vi.Direction)
	Measure(out *Out)
	State() []float64 // all that it remembers, of a length that never changes; a checkpoint fills it again
}

// Out collects the numbers of one evaluation.
type Out struct {
	Values []Value
	Arrays []Array
}

// Value is a number, or why there is none.
type Value struct {
	Name   string
	X      float64
	Reason string
}

// Array is kept so that other definitions can be computed later.
type Array struct {
	Name string
	Data []float64
}

// Put logs a number.
func (o *Out) Put(name string, x float64) { o.Values = append(o.Values, Value{Name: name, X: x}) }

// Missing logs that there is none, and why.
func (o *Out) Missing(name, format string, a ...any) {
	o.Values = append(o.Values, Value{Name: name, Reason: fmt.Sprintf(format, a...)})
}

// Keep logs an array.
func (o *Out) Keep(name string, x []float64) { o.Arrays = append(o.Arrays, Array{name, x}) }

// All built-in metrics with the defaults of their settings, by name.
func All() []Metric {
	p := Replicates{R: 1000, Least: 300, Sums: true, When: "always"}
	held := On{Split: "test", When: "always"}
	live := Live{Norm: 0.1, Least: 0.01, Share: 0.01}
	return []Metric{
		Accuracy{On{Split: "test", When: "always"}},
		AIS{Chains: 100, Temperatures: 1000, When: "end"},
		ActiveUnits{Least: 0.01, On: On{Split: "train", First: 500, When: "always"}},
		Bias{Replicates: p, Z: 4.5},
		Bound{On: On{Split: "train", When: "always"}},
		BoundLaw{K: 64, R: 400},
		ClosedELBO{On: held},
		ClosedRenyi{Orders{usualOrders}},
		CodeHistogram{Bins: 121, Reach: 3, On: On{Split: "test", First: 1000, When: "end"}},
		CodeKurtosis{Live: live, Codes: Codes{K: 10, On: held}},
		Chains{Warm: 0},
		Clusters{On{Split: "train", When: "always"}},
		Collapse{Least: 0.01, Share: 0.95, Codes: Codes{K: 1, On: held}},
		ConditionalKL{held},
		Cosine{Replicates: p},
		CovError{},
		Difficulties{At: []float64{}, When: "end"},
		Dictionary{N: 256, On: On{Split: "train", First: 500, When: "end"}},
		DSNR{p},
		ELBO{K: 64, On: On{Split: "test", When: "always"}},
		Entropies{K: 64, Draws: 100, On: On{Split: "test", When: "always"}},
		ESS{K: 64, On: On{Split: "test", When: "always"}},
		EvidenceGap{On{Split: "train", When: "always"}},
		Gap{K: 1000, PHat: 5000, Steps: 1000, Samples: 50, Rate: 0.05, On: On{Split: "test", First: 100, When: "end"}},
		Gain{On{Split: "test", When: "end"}},
		Gaps{held},
		Gini{Codes{K: 10, On: held}},
		GradVar{p},
		GradVarCost{p},
		Hoyer{Codes{K: 10, On: held}},
		IRT{When: "always"},
		IWAE{K: 64, R: 1, On: On{Split: "test", When: "always"}},
		Jaccard{K: 50, On: held},
		KL{K: 1, PHat: 5000, On: On{Split: "test", When: "always"}},
		Kurtosis{p},
		L0{Least: 0.01, Codes: Codes{K: 10, On: held}},
		Length{p},
		LiveAtoms{Live: live, Codes: Codes{K: 1, On: held}},
		LogPX{On{Split: "test", When: "always"}},
		MAP{Lambda: 20, Least: 0.01, Steps: 5000, Tol: 1e-6, Codes: Codes{K: 1, On: On{Split: "test", When: "end"}}},
		Marginals{},
		MeanLaw{Replicates: p},
		MultiInformation{Edges: 20, Reach: 2, Codes: Codes{K: 1, On: held}},
		Mixture{N: 1024, R: 30, On: On{Split: "test", When: "end"}},
		MSE{K: 10, On: held},
		NLL{K: 5000, On: On{Split: "test", When: "end"}},
		Nested{K: 64, R: 100},
		Norm{},
		Objective{Lambda: 20, Codes: Codes{K: 10, On: held}},
		Pictures{N: 16, On: On{Split: "test", When: "end"}},
		Posterior{},
		PPCA{Beta: 1, Least: 0.01},
		Proposals{},
		QMean{On{Split: "test", When: "always"}},
		Rate{held},
		Recovery{Least: 0.9},
		Relaxed{K: 1, R: 64, Tau: 2.0 / 3, PriorTau: 0.5, On: On{Split: "test", When: "always"}},
		Renyi{K: 10000, Orders: Orders{usualOrders}, On: On{Split: "test", When: "always"}},
		Sign{Replicates: p},
		Slope{Replicates: p},
		SNR{Replicates: p},
		SNREach{Replicates: p},
		SNRLaw{SNR{Replicates: p}},
		Spread{On{Split: "test", When: "always"}},
		Subspace{When: "always"},
		Unknowns{},
		VarEMA{Beta: 0.999},
	}
}
