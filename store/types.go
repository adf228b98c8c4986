package store

import "time"

// Outcome is how a cell ended.
type Outcome string

const (
	Done        Outcome = "done"
	Diverged    Outcome = "diverged"    // a result: NaN or Inf at a step
	Refused     Outcome = "refused"     // a result: the pair does not fit
	Failed      Outcome = "failed"      // error or panic, with stack
	Interrupted Outcome = "interrupted" // stopped from outside
)

// A Result is all that one cell leaves behind; it is written in one transaction.
type Result struct {
	Cell    string // the cell's ID
	Outcome Outcome
	Step    int    // of the divergence, failure or end
	Reason  string // one line; empty when done
	Stack   string // of a panic
	Points  []Point
	Vectors []Vector
	Steps   int64 // training steps taken
	Evals   int64 // density evaluations (log p or log q of one row), training and probes
	Cost    Cost  // never compared, never exported
}

// A Point is one number at one step. A missing one has a Reason and no Value.
type Point struct {
	Metric string // elbo, iwae@64, snr/inf/b
	Step   int
	Value  float64
	Reason string // why there is no value; empty when there is
	Evals  int64  // density evaluations spent in training up to here
}

// A Vector is an array kept for recomputation: sums and sums of squares of
// gradients, states. Stored as little-endian float64 bits.
type Vector struct {
	Name string // snr/inf/b/sum
	Step int
	Data []float64
}

// Cost is time, which no comparison of numbers may see.
type Cost struct {
	Start  time.Time
	Wall   time.Duration
	Worker int
	Laps   []Lap // in the order of their steps; nil if nobody kept them
}

// Provenance says where a run's numbers come from.
type Provenance struct {
	Started  time.Time         `json:"started"`
	Command  string            `json:"command"`
	Revision string            `json:"revision"` // of the code; "unknown" when the build does not say
	Dirty    bool              `json:"dirty"`
	Go       string            `json:"go"`
	OS       string            `json:"os"`
	Arch     string            `json:"arch"`
	CPU      string            `json:"cpu"`
	Kernel   string            `json:"kernel"` // numeric kernels in use
	Workers  int               `json:"workers"`
	Modules  map[string]string `json:"modules"`
	Data     map[string]string `json:"data"` // data set (as Choice.String) to digest
}
