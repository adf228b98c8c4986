package metrics_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/metrics"
)

// askew is truth's mean by another estimator, off by d in one coordinate.
func askew(d float64, site string) known {
	mean := append([]float64(nil), ten...)
	mean[3] += d
	return known{name: "askew", mean: mean, sd: 0.8, scale: 1, site: site}
}

// Against two passes over the differences of the same directions. With noise of its
// own the reference counts in full; with the same noise it cancels.
func TestBias(t *testing.T) {
	const r = 500
	for _, c := range []struct {
		self, ref known
	}{
		{askew(0.3, "a"), truth},
		{askew(0.3, "b"), truth},
		{known{name: "loud", mean: ten, sd: 1.1, scale: 1, site: "a"}, truth},
	} {
		e := at(c.self, len(ten), c.ref)
		out := probe(t, e, metrics.Bias{Replicates: draws(r), Reference: "truth", Z: 4.5})
		x, y := directions(e, c.self, r), directions(e, c.ref, r)
		for k := range x {
			for i := range x[k] {
				x[k][i] -= y[k][i]
			}
		}
		b, v := meanAndVariance(x)
		g, _ := meanAndVariance(y)
		norm := math.Sqrt(inner(g, g))
		near(t, "bias", value(t, out, "bias/inf/b"), math.Sqrt(inner(b, b))/norm, 1e-10)
		if c.self.site == c.ref.site && c.self.sd == c.ref.sd { // nothing is left but the shift
			if why := reason(t, out, "bias/inf/b/z"); why == "" {
				if z := value(t, out, "bias/inf/b/z"); z < 1e6 {
					t.Errorf("z = %g of a bias without noise", z)
				}
			}
			near(t, "bias", value(t, out, "bias/inf/b"), 0.3/norm, 1e-10)
			continue
		}
		z, se := 0.0, 0.0
		for i := range b {
			s := math.Sqrt(v[i] / r)
			z, se = math.Max(z, math.Abs(b[i])/s), math.Max(se, s)
		}
		near(t, "z", value(t, out, "bias/inf/b/z"), z, 1e-8)
		near(t, "detectable", value(t, out, "bias/inf/b/detectable"), (4.5+1.2815515655446004)*se/norm, 1e-9)
		near(t, "floor", value(t, out, "bias/inf/b/floor"), math.Sqrt(sum(v)/r)/norm, 1e-9)
	}
}

// detectable keeps its word: a bias of that size in one coordinate brings z above
// least in nine of ten runs. Of 400 runs 360 +- 6: within five, false alarm 6e-7.
// Without a bias none does: 4000 z-scores at 4.5, false alarm 0.027.
func TestBiasPower(t *testing.T) {
	const r, runs, least = 50, 400, 4.5
	norm := math.Sqrt(inner(ten, ten))
	se := 0.8 / math.Sqrt(r)
	far := (least + 1.2815515655446004) * se
	seen, false_ := 0, 0
	exact := known{name: "truth", mean: ten, scale: 1, site: "none"}
	for run := range runs {
		for _, d := range []float64{0, far} {
			e := at(askew(d, "a"), len(ten), exact)
			e.Seed = uint64(run)
			m := metrics.Bias{Replicates: draws(r), Reference: "truth", Z: least}
			out := probe(t, e, m)
			z := value(t, out, "bias/inf/b/z")
			switch {
			case d > 0 && z > least:
				seen++
			case d == 0 && z > 5.5: // of t with 49 degrees of freedom: 1.4e-6 a score, 0.006 in all
				false_++
			}
			if got := value(t, out, "bias/inf/b/detectable"); math.Abs(got/(far/norm)-1) > 0.6 {
				t.Fatalf("detectable %g; the law says %g", got, far/norm)
			}
		}
	}
	if math.Abs(float64(seen)-0.9*runs) > 30+0.02*runs { // 0.02: the largest of ten estimated errors is not that of the one
		t.Errorf("%d of %d biases of the detectable size were seen; want %g", seen, runs, 0.9*runs)
	}
	if false_ > 0 {
		t.Errorf("%d of %d unbiased runs were called biased", false_, runs)
	}
}

// A reference that is zero, or off without noise, gives a reason and no number.
func TestBiasMissing(t *testing.T) {
	zero := known{name: "truth", mean: make([]float64, len(ten)), scale: 1, site: "none"}
	out := probe(t, at(askew(0, "a"), len(ten), zero), metrics.Bias{Replicates: draws(5), Reference: "truth"})
	if why := reason(t, out, "bias/inf/b"); why != "the reference direction is zero" {
		t.Errorf("got %q", why)
	}
	still := known{name: "still", mean: ten, scale: 1.5, site: "none"}
	exact := known{name: "truth", mean: ten, scale: 1, site: "none"}
	out = probe(t, at(still, len(ten), exact), metrics.Bias{Replicates: draws(5), Reference: "truth"})
	near(t, "bias", value(t, out, "bias/inf/b"), 0.5, 1e-12)
	out = probe(t, at(exact, len(ten), exact), metrics.Bias{Replicates: draws(5), Reference: "truth"})
	near(t, "z of itself", value(t, out, "bias/inf/b/z"), 0, 0)
}

// Cosine, sign agreement and kurtosis against their definitions on the same
// directions; a zero direction has no cosine and half a sign.
func TestDirectionsAgainstReference(t *testing.T) {
	const r = 300
	e := at(askew(0.3, "b"), len(ten), truth)
	out := probe(t, e, metrics.Cosine{Replicates: draws(r), Reference: "truth"}, metrics.Sign{Replicates: draws(r), Reference: "truth"}, metrics.Kurtosis{Replicates: draws(r)})
	x := directions(e, askew(0.3, "b"), r)
	g, _ := meanAndVariance(directions(e, truth, r))
	cosine, sign := 0.0, 0.0
	for _, d := range x {
		cosine += inner(d, g) / math.Sqrt(inner(d, d)*inner(g, g)) / r
		for i := range d {
			if d[i]*g[i] > 0 {
				sign += 1 / float64(r*len(d))
			}
		}
	}
	near(t, "cosine", value(t, out, "cosine/inf/b"), cosine, 1e-10)
	near(t, "sign", value(t, out, "sign/inf/b"), sign, 1e-12)
	m, _ := meanAndVariance(x)
	kurtosis := 0.0
	for i := range m {
		s2, s4 := 0.0, 0.0
		for _, d := range x {
			y := (d[i] - m[i]) * (d[i] - m[i])
			s2, s4 = s2+y/r, s4+y*y/r
		}
		kurtosis += (s4/(s2*s2) - 3) / float64(len(m))
	}
	near(t, "kurtosis", value(t, out, "kurtosis/inf/b"), kurtosis, 1e-9)

	// n - 1 zeros and a spike: m4/m2^2 = ((n-1)^3 + 1)/(n (n-1)); half of the spikes' signs are the reference's.
	n := 40
	spikes := listed{new(int), append(make([][]float64, 0, n), []float64{5, 5})}
	for len(spikes.list) < n {
		spikes.list = append(spikes.list, []float64{0, 0})
	}
	ref := known{name: "truth", mean: []float64{1, -1}, scale: 1, site: "none"}
	out = probe(t, at(spikes, 2, ref), metrics.Kurtosis{Replicates: draws(n)}, metrics.Sign{Replicates: draws(n), Reference: "truth"}, metrics.Cosine{Replicates: draws(n), Reference: "truth"})
	k := float64(n - 1)
	near(t, "kurtosis of a spike", value(t, out, "kurtosis/inf/b"), (k*k*k+1)/(float64(n)*k)-3, 1e-9)
	near(t, "sign of zeros", value(t, out, "sign/inf/b"), 0.5, 1e-12)
	near(t, "cosine of zeros", value(t, out, "cosine/inf/b"), 0, 1e-12)
	still := known{name: "still", mean: ten, scale: 1, site: "none"}
	if why := reason(t, probe(t, at(still, len(ten)), metrics.Kurtosis{Replicates: draws(9)}), "kurtosis/inf/b"); why != "no coordinate varies" {
		t.Errorf("got %q", why)
	}
}
