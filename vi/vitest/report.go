package vitest

import (
	"fmt"
	"strings"
)

// Verdict of a check.
type Verdict string

const (
	Passes Verdict = "passes"
	Fails  Verdict = "fails"
	Open   Verdict = "open" // no difference is seen, and none that matters could be
	Idle   Verdict = "idle" // there is nothing to check: the card does not say so, or the oracle cannot
)

// Report is what the kit found out about an estimator.
type Report struct {
	Estimator string   `json:"name"`
	Results   []Result `json:"results"`
}

// Result is one check on one oracle.
type Result struct {
	Check   string  `json:"check"`
	Oracle  string  `json:"oracle"`
	Verdict Verdict `json:"verdict"`
	Note    string  `json:"note,omitempty"`

	Exact *Exact `json:"exact,omitempty"` // of the check exact
	Draws *Draws `json:"draws,omitempty"` // of the check draws
	Crash bool   `json:"crash,omitempty"` // it fails by a panic, a value that is not finite or a shape
}

// Exact is how far exact means are from the targets.
type Exact struct {
	Error float64 `json:"error"` // largest |mean - target| of a parameter, relative to the role's largest |target| where that is above 1
	Slope float64 `json:"slope"` // of the means on the targets, the worst of all: 1 if they are equal
	Means int     `json:"means"` // settings and numbers of samples tried
	Most  int     `json:"most"`  // samples, the largest number
}

// Draws is how a mean over draws compares with the target's.
type Draws struct {
	K          int     `json:"k"`
	N          int     `json:"n"`
	Z          float64 `json:"z"`          // largest |difference| / standard error over parameters
	Limit      float64 `json:"limit"`      // false alarms: 1e-4 for all parameters together
	Detectable float64 `json:"detectable"` // bias seen with 90 % power, relative to the role's largest mean; the worst parameter
}

// OK reports that no check fails.
func (r Report) OK() bool { return len(r.Failed()) == 0 }

// Failed are the results that fail.
func (r Report) Failed() (out []Result) {
	for _, x := range r.Results {
		if x.Verdict == Fails {
			out = append(out, x)
		}
	}
	return out
}

// On are the results on an oracle.
func (r Report) On(oracle string) (out []Result) {
	for _, x := range r.Results {
		if x.Oracle == oracle {
			out = append(out, x)
		}
	}
	return out
}

// Oracles are the names of those that the estimator was checked on.
func (r Report) Oracles() (out []string) {
	for _, x := range r.Results {
		if len(out) == 0 || out[len(out)-1] != x.Oracle {
			out = append(out, x.Oracle)
		}
	}
	return out
}

// String is one line.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s %s", r.Check, r.Oracle, r.Verdict)
	if x := r.Exact; x != nil {
		fmt.Fprintf(&b, ": %d exact means, up to %d samples, within %.1e of the target, slope %.6g", x.Means, x.Most, x.Error, x.Slope)
	}
	if x := r.Draws; x != nil {
		fmt.Fprintf(&b, ": largest z %.2f (limit %.2f) over %d draws of %d samples; a bias of %.2g of the mean would be seen", x.Z, x.Limit, x.N, x.K, x.Detectable)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, ": %s", r.Note)
	}
	return b.String()
}
