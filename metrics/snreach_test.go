package metrics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/metrics"
)

// Every entry's ratio by two passes over the same directions, entries that stand still
// left out, and the floor where there is no signal.
func TestSNREach(t *testing.T) {
	const r = 400
	est := known{name: "k", mean: []float64{0, 2, -0.5, 1e3, 0.1}, sd: 0.7, scale: 3, site: "s"}
	e := at(est, 5)
	out := probe(t, e, metrics.SNREach{Replicates: draws(r)})
	mean, variance := meanAndVariance(directions(e, est, r))
	var want []float64
	for i := range mean {
		want = append(want, math.Abs(mean[i])/(math.Sqrt(variance[i])+1e-9))
	}
	kept := array(t, out, "snr-each/inf/b")
	for i := range want {
		near(t, "an entry", kept[i], want[i], 1e-10)
	}
	for _, name := range []string{"snr-each/inf", "snr-each/inf/b"} {
		near(t, name, value(t, out, name+"/mean"), arithmetic(want), 1e-10)
		sorted := slices.Sorted(slices.Values(want))
		near(t, name, value(t, out, name+"/median"), sorted[2], 1e-10)
		near(t, name, value(t, out, name+"/still"), 0, 0)
	}
	near(t, "r", value(t, out, "snr-each/r"), r, 0)
	near(t, "floor", value(t, out, "snr-each/floor"), math.Sqrt(2/(math.Pi*r)), 1e-15)
	if why := reason(t, out, "snr-each/gen/median"); why != "no entry varies" {
		t.Errorf("of a network that stands still: %q", why)
	}
	near(t, "gen", value(t, out, "snr-each/gen/still"), 1, 0)

	// No signal: |t| of 400 draws, its mean over 4000 entries within 5 standard errors,
	// 0.6 floors / sqrt(4000) each (|t| has sd 0.60, mean 0.80): false alarm 6e-7.
	none := known{name: "n", mean: make([]float64, 4000), sd: 1, scale: 1, site: "s"}
	out = probe(t, at(none, 4000), metrics.SNREach{Replicates: draws(r)})
	floor := value(t, out, "snr-each/floor")
	if got := value(t, out, "snr-each/inf/mean"); math.Abs(got-floor) > floor*(5*0.76/math.Sqrt(4000)+0.003) {
		t.Errorf("mean %g without a signal; want the floor %g", got, floor)
	}

	// 0.1 again and again has no variance, though its sum of squares is rounded
	i := 0
	var list [][]float64
	for k := range 50 {
		list = append(list, []float64{0.1, float64(k % 2)})
	}
	out = probe(t, at(listed{&i, list}, 2), metrics.SNREach{Replicates: draws(50)})
	if kept := array(t, out, "snr-each/inf/b"); kept[0] != -1 {
		t.Errorf("an entry that stands still has %g", kept[0])
	}
	near(t, "still", value(t, out, "snr-each/inf/still"), 0.5, 0)
	near(t, "the other's", value(t, out, "snr-each/inf/mean"), 0.5/math.Sqrt(0.25*50/49), 1e-7)

	i = 0
	out = probe(t, at(listed{&i, [][]float64{{1, 2}, {math.NaN(), 1}}}, 2), metrics.SNREach{Replicates: draws(4)})
	if why := reason(t, out, "snr-each/inf/median"); why != "a replicate of inf has a direction that is not finite" {
		t.Errorf("got %q", why)
	}
}
