package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// AIS finds log Z within five of its own standard errors (one run in a million is off by
// more); few temperatures fall short, as E log w < log Z; and with weights of zero, where
// x has independent bits, every chain has the very weight Z.
func TestAIS(t *testing.T) {
	machine := func(sd float64) *metrics.Eval {
		d, err := datasets.BarsAndStripes{Size: 3, N: 10}.Make(rng.Data(1, "bars-and-stripes", "train"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := models.RBM{Hidden: 4, SD: sd}.For(d)
		if err != nil {
			t.Fatal(err)
		}
		w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Init(1, "rbm"))
		if err != nil {
			t.Fatal(err)
		}
		return moment(w, nil)
	}
	out := measure(machine(1), metrics.AIS{Chains: 200, Temperatures: 500, When: "always"})
	miss, sd := value(t, out, "ais/miss"), value(t, out, "ais/sd")
	if !(math.Abs(miss) < 5*sd) || !(sd < 0.1) {
		t.Errorf("log Z is missed by %g, its sd says %g", miss, sd)
	}
	if low := value(t, out, "ais/low"); !(low < miss) {
		t.Errorf("the mean log weight is %g above log Z, the log mean %g", low, miss)
	}
	few := measure(machine(1), metrics.AIS{Chains: 2000, Temperatures: 2, When: "always"})
	if low := value(t, few, "ais/low"); !(low < value(t, out, "ais/low")-0.05) {
		t.Errorf("two temperatures fall short by %g, five hundred by %g", low, value(t, out, "ais/low"))
	}
	flat := measure(machine(0), metrics.AIS{Chains: 2, Temperatures: 3, When: "always"})
	near(t, "log Z of independent bits", value(t, flat, "ais"), 13*math.Ln2, 1e-12)
	near(t, "its miss", value(t, flat, "ais/miss"), 0, 1e-12)
	near(t, "its sd", value(t, flat, "ais/sd"), 0, 1e-12)
}
