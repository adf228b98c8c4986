package metrics_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/metrics"
)

var (
	ten   = []float64{1, -0.5, 0.2, 0.9, -0.3, 0.8, 0.1, -0.7, 0.4, 0.6}
	truth = known{name: "truth", mean: ten, sd: 0.8, scale: 1, site: "a"}
)

// Against sums done in two passes over the same directions, and against the law
// |mean| / (sd sqrt n): the relative standard error of the ratio is
// sqrt(1/(R snr^2 n) + 1/(2 n R)), and 5 of them give a false alarm of 6e-7.
func TestSNR(t *testing.T) {
	const r = 4000
	e := at(truth, len(ten))
	out := probe(t, e, metrics.SNR{Replicates: draws(r)}, metrics.GradVar{Replicates: draws(r)})
	mean, variance := meanAndVariance(directions(e, truth, r))
	noise := sum(variance)
	want := math.Sqrt((inner(mean, mean) - noise/r) / noise)
	for _, block := range []string{"inf", "inf/b"} {
		near(t, "snr/"+block, value(t, out, "snr/"+block), want, 1e-10)
		near(t, "gradvar/"+block, value(t, out, "gradvar/"+block), noise, 1e-10)
		near(t, "floor", value(t, out, "snr/"+block+"/floor"), math.Sqrt(2/(math.Pi*r)), 1e-12)
	}
	n := float64(len(ten))
	law := math.Sqrt(inner(ten, ten) / (n * 0.8 * 0.8))
	se := math.Sqrt(1/(r*law*law*n) + 1/(2*n*r))
	if z := (want/law - 1) / se; math.Abs(z) > 5 {
		t.Errorf("snr %g; the law says %g (z = %.1f)", want, law, z)
	}
	if z := (noise/(n*0.64) - 1) / math.Sqrt(2/(n*r)); math.Abs(z) > 5 {
		t.Errorf("gradvar %g; the law says %g (z = %.1f)", noise, n*0.64, z)
	}
	if got := value(t, out, "snr/r"); got != r {
		t.Errorf("snr/r = %g", got)
	}
}

// The stored sums are all that an SNR needs.
func TestSNRFromStoredSums(t *testing.T) {
	const r = 100
	out := probe(t, at(truth, len(ten)), metrics.SNR{Replicates: draws(r)})
	s, ss := array(t, out, "snr/self/sum"), array(t, out, "snr/self/sumsq")
	if len(s) != 1+len(ten) || len(ss) != 1+len(ten) {
		t.Fatalf("%d and %d sums; want one a parameter of gen and inf", len(s), len(ss))
	}
	signal, noise := 0.0, 0.0
	for i := range s {
		m := s[i] / r
		v := (ss[i] - r*m*m) / (r - 1)
		signal, noise = signal+m*m-v/r, noise+v
	}
	near(t, "snr/inf", value(t, out, "snr/inf"), math.Sqrt(signal/noise), 1e-12)
}

// Components are the first coordinate's value of each parameter, replicate by replicate:
// they have the stored sums, and none is kept unasked.
func TestSNRComponents(t *testing.T) {
	const r = 50
	out := probe(t, at(truth, len(ten)), metrics.SNR{Replicates: draws(r), Components: true})
	s, ss, x := array(t, out, "snr/self/sum"), array(t, out, "snr/self/sumsq"), array(t, out, "snr/component/inf/b")
	if len(x) != r {
		t.Fatalf("%d values of %d replicates", len(x), r)
	}
	near(t, "sum", sum(x), s[1], 1e-12)
	near(t, "sum of squares", inner(x, x), ss[1], 1e-12)
	for _, a := range probe(t, at(truth, len(ten)), metrics.SNR{Replicates: draws(r)}).Arrays {
		if strings.HasPrefix(a.Name, "snr/component/") {
			t.Errorf("%s is kept unasked", a.Name)
		}
	}
}

// The hybrid ratio takes its signal from one estimator and its noise from another;
// its floor is in units of the signal's own noise.
func TestHybridSNR(t *testing.T) {
	const r = 500
	quiet := known{name: "quiet", mean: ten, sd: 0.01, scale: 1, site: "b"}
	e := at(truth, len(ten), quiet)
	out := probe(t, e, metrics.SNR{Replicates: draws(r), Signal: "quiet"})
	_, variance := meanAndVariance(directions(e, truth, r))
	mean, small := meanAndVariance(directions(e, quiet, r))
	noise := sum(variance)
	near(t, "snr/inf", value(t, out, "snr/inf"), math.Sqrt((inner(mean, mean)-sum(small)/r)/noise), 1e-10)
	near(t, "floor", value(t, out, "snr/inf/floor"), math.Sqrt(2/(math.Pi*r)*sum(small)/noise), 1e-8)
	near(t, "stored signal", array(t, out, "snr/signal/sum")[1], r*mean[0], 1e-12)
}

// Where there is no ratio there is a reason: mean below its noise, no noise, no
// finite direction; the other blocks keep theirs.
func TestSNRMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		list [][]float64
		want string
	}{
		{"no signal", [][]float64{{1, 2}, {-1, -2}}, "debiased squared signal not positive"},
		{"no noise", [][]float64{{1, 2}}, "the direction has no variance"},
		{"not finite", [][]float64{{1, 2}, {math.Inf(1), 0}}, "a replicate of inf/b has a direction that is not finite"},
		{"nan", [][]float64{{math.NaN(), 2}, {1, 0}}, "a replicate of inf/b has a direction that is not finite"},
	} {
		out := probe(t, at(listed{new(int), c.list}, 2), metrics.SNR{Replicates: draws(10)})
		if got := reason(t, out, "snr/inf/b"); got != c.want {
			t.Errorf("%s: got %q; want %q", c.name, got, c.want)
		}
		if got := reason(t, out, "snr/gen"); got != "the direction has no variance" {
			t.Errorf("%s: gen stands still: got %q", c.name, got)
		}
		for _, v := range out.Values {
			if v.Reason != "" && v.X != 0 || math.IsNaN(v.X) || math.IsInf(v.X, 0) {
				t.Errorf("%s: %s is %g, reason %q", c.name, v.Name, v.X, v.Reason)
			}
		}
	}
	// Two estimators may both be at fault: one reason is enough.
	bad := [][]float64{{math.NaN(), 1}}
	out := probe(t, at(listed{new(int), bad}, 2, listed{new(int), bad}), metrics.SNR{Replicates: draws(4), Signal: "listed"})
	if got := reason(t, out, "snr/inf"); got != "a replicate of inf has a direction that is not finite" {
		t.Errorf("got %q", got)
	}
}

// The slope sees what an SNR cannot: halving an estimator leaves its SNR and
// halves its slope.
func TestSlopeSeesScale(t *testing.T) {
	const r = 2000
	half := known{name: "half", mean: ten, sd: 0.8, scale: 0.5, site: "a"}
	e := at(half, len(ten), truth)
	slope := metrics.Slope{Replicates: draws(r), Reference: "truth"}
	out := probe(t, e, slope, metrics.SNR{Replicates: draws(r)})
	near(t, "slope/inf", value(t, out, "slope/inf"), 0.5, 1e-10)
	whole := probe(t, at(truth, len(ten), truth), slope, metrics.SNR{Replicates: draws(r)})
	near(t, "slope/inf", value(t, whole, "slope/inf"), 1, 1e-12)
	near(t, "snr/inf", value(t, out, "snr/inf"), value(t, whole, "snr/inf"), 1e-12)
	if got := reason(t, out, "slope/gen"); got != "debiased squared reference direction not positive" {
		t.Errorf("gen stands still: got %q", got)
	}

	// Against a reference with noise of its own: by two passes, and within 5
	// standard errors (false alarm 6e-7) of 1; a slope not debiased would show the shared noise.
	other := known{name: "other", mean: ten, sd: 0.8, scale: 1, site: "b"}
	e = at(other, len(ten), truth)
	got := value(t, probe(t, e, slope), "slope/inf")
	a, b := directions(e, other, r), directions(e, truth, r)
	ma, _ := meanAndVariance(a)
	mb, vb := meanAndVariance(b)
	cov := 0.0
	for i := range a {
		for j := range ten {
			cov += (a[i][j] - ma[j]) * (b[i][j] - mb[j]) / (r - 1)
		}
	}
	near(t, "slope/inf", got, (inner(ma, mb)-cov/r)/(inner(mb, mb)-sum(vb)/r), 1e-9)
	if z := (got - 1) / math.Sqrt(2*0.64/(r*inner(ten, ten))); math.Abs(z) > 5 {
		t.Errorf("slope %g of an unbiased estimator (z = %.1f)", got, z)
	}
}

func TestDrawsFollowTheBudget(t *testing.T) {
	for _, c := range []struct {
		r       metrics.Replicates
		n, k, d int
		want    int
	}{
		{metrics.Replicates{R: 1000, Least: 300}, 8, 512, 2, 1000},
		{metrics.Replicates{R: 4000, Budget: 2.5e6, Least: 300}, 8, 64, 2, 2441},
		{metrics.Replicates{R: 4000, Budget: 2.5e6, Least: 300}, 8, 32, 2, 4000},
		{metrics.Replicates{R: 4000, Budget: 2.5e6, Least: 300}, 8, 4096, 2, 300},
		{metrics.Replicates{R: 100, Budget: 1, Least: 300}, 8, 4096, 2, 100},
		{metrics.Replicates{R: 100, Budget: 640, Least: 2}, 8, 4, 0, 20},
	} {
		if got := c.r.Draws(c.n, c.k, c.d); got != c.want {
			t.Errorf("%+v, N %d, K %d, D %d: got %d; want %d", c.r, c.n, c.k, c.d, got, c.want)
		}
	}
}
