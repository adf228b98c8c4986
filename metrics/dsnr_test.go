package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/metrics"
)

// dsnrByHand: u is the mean of the replicates in use.
func dsnrByHand(x [][]float64, leaveOut bool) float64 {
	total := 0.0
	for i := range x {
		u := make([]float64, len(x[0]))
		for j, v := range x {
			if j == i && leaveOut {
				continue
			}
			for l := range u {
				u[l] += v[l]
			}
		}
		c := inner(x[i], u) / math.Sqrt(inner(u, u))
		perp := 0.0
		for l := range u {
			d := x[i][l] - c*u[l]/math.Sqrt(inner(u, u))
			perp += d * d
		}
		total += math.Abs(c) / math.Sqrt(perp)
	}
	return total / float64(len(x))
}

func TestDSNRByHand(t *testing.T) {
	e := at(truth, len(ten))
	out := probe(t, e, metrics.DSNR{Replicates: draws(40)})
	near(t, "dsnr/inf", value(t, out, "dsnr/inf"), dsnrByHand(directions(e, truth, 40), true), 1e-10)
	if got := reason(t, out, "dsnr/gen/m"); got == "" {
		t.Error("one coordinate has a direction across")
	}
}

// The random-vector line: pure noise of 20 dimensions gives 0.1907. A direction
// that holds the replicate itself is higher, visibly so at 40 replicates.
func TestDSNROfNoise(t *testing.T) {
	const n, r, batches = 20, 40, 100
	line := math.Gamma(9) / math.Gamma(9.5) / math.Sqrt(math.Pi)
	near(t, "closed form", line, 0.1907, 5e-5)
	noise := known{name: "noise", mean: make([]float64, n), sd: 1, scale: 1, site: "a"}
	e := at(noise, n)
	s, ss, inSample := 0.0, 0.0, 0.0
	for b := range batches {
		e.Step = b
		x := value(t, probe(t, e, metrics.DSNR{Replicates: draws(r)}), "dsnr/inf")
		s, ss = s+x, ss+x*x
		inSample += dsnrByHand(directions(e, noise, r), false) / batches
	}
	mean := s / batches
	se := math.Sqrt((ss/batches - mean*mean) / (batches - 1))
	if z := (mean - line) / se; math.Abs(z) > 5.5 { // t of 99: false alarm 3e-7
		t.Errorf("leave-one-out: %.4f +- %.4f; want %.4f", mean, se, line)
	}
	if inSample < line+10*se {
		t.Errorf("in sample: %.4f; it should be well above %.4f", inSample, line)
	}
}

func TestDSNRMissing(t *testing.T) {
	for name, list := range map[string][][]float64{
		"no part across": {{1, 2}, {2, 4}, {3, 6}},
		"not finite":     {{1, 2}, {math.NaN(), 0}},
		"still":          {{0, 0}},
	} {
		if got := reason(t, probe(t, at(listed{new(int), list}, 2), metrics.DSNR{Replicates: draws(6)}), "dsnr/inf"); got == "" {
			t.Errorf("%s: a number without a reason", name)
		}
	}
}
