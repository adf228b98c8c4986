package metrics_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func working(t *testing.T, m vi.Maker, ds vi.Dataset) *vi.Work {
	t.Helper()
	d, err := ds.Make(rng.Data(1, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, tape.Float64, rng.Init(1, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The bound and its gap are the model's own, on the data trained on and on others.
func TestBound(t *testing.T) {
	w := working(t, models.BayesMix{K: 2, S0: 4, Q: "mean-field"}, datasets.Blobs{K: 2, Dim: 1, Sep: 3, N: 8, Test: 5})
	e := moment(w, nil)
	e.Test = w.On(w.Data.Test)
	model := w.Model.(vi.ClosedBound)
	for _, c := range []struct {
		on     metrics.On
		prefix string
		data   *vi.Data
	}{{metrics.On{Split: "train"}, "", w.Data}, {metrics.On{Split: "test"}, "test/", w.Data.Test}} {
		want, all := model.Bound(w.Params, c.data), 0.0
		for _, l := range w.Model.(vi.Evidence).LogEvidence(w.Params, c.data.X) {
			all += l
		}
		near(t, "bound", value(t, measure(e, metrics.Bound{On: c.on}), c.prefix+"bound"), want, 1e-14)
		gap := value(t, measure(e, metrics.EvidenceGap{On: c.on}), c.prefix+"evidence-gap")
		near(t, "gap", gap, all-float64(c.data.N)*want, 1e-11)
		if !(gap > 0) {
			t.Errorf("a gap of %g", gap)
		}
	}
	few := *w.Data
	few.N, few.X = 3, few.X[:3]
	near(t, "bound of the first", value(t, measure(e, metrics.Bound{On: metrics.On{Split: "train", First: 3}}), "bound"), model.Bound(w.Params, &few), 1e-14)
	if got := reason(t, measure(at(nil, 1), metrics.Bound{}), "bound"); got != "the model has no closed bound" {
		t.Errorf("got %q", got)
	}
}

// Components have no names: means set to the clouds' centres in any order give the same
// accuracy, that of the nearest centre.
func TestClusters(t *testing.T) {
	w := working(t, models.BayesMix{K: 3, S0: 25, Q: "mean-field"}, datasets.Blobs{K: 3, Dim: 1, Sep: 2, N: 300})
	right := 0.0
	for i, x := range w.Data.X {
		if nearest := int(math.Round(min(max(x/2, -1), 1))) + 1; nearest == w.Data.Labels[i] {
			right++
		}
	}
	if right < 180 || right > 290 {
		t.Fatalf("%g of 300 are right: the clouds are too easy or too hard", right)
	}
	for _, order := range [][]float64{{-2, 0, 2}, {2, -2, 0}, {0, 2, -2}, {2, 0, -2}} {
		w.Params.Set("inf/mean", order)
		near(t, "clusters", value(t, measure(moment(w, nil), metrics.Clusters{}), "clusters"), right/300, 1e-15)
	}
	e := moment(w, nil)
	e.Last = true
	arrays := map[string][]float64{}
	for _, a := range measure(e, metrics.Clusters{}).Arrays {
		arrays[a.Name] = a.Data
	}
	points, shares := arrays["clusters/points@1"], arrays["clusters/shares@3"]
	if len(points) != 300 || len(shares) != 900 {
		t.Fatalf("%d points and %d shares of 300 data and 3 components", len(points), len(shares))
	}
	for n, x := range points { // log phi_k = m_k x - m_k^2/2 up to what all have: the components' variances are one
		want, sum := make([]float64, 3), 0.0
		for k, m := range []float64{2, 0, -2} {
			want[k] = math.Exp(m*x - m*m/2)
			sum += want[k]
		}
		for k := range want {
			near(t, "share", shares[3*n+k], want[k]/sum, 1e-12)
		}
		near(t, "point", x, w.Data.X[n], 0)
	}
	w.Params.Set("inf/mean", []float64{0, 100, 200}) // all in one
	near(t, "one component", value(t, measure(moment(w, nil), metrics.Clusters{}), "clusters"), 1.0/3, 1e-15)
	w.Params.Set("inf/mean", []float64{0, math.NaN(), 1})
	if got := reason(t, measure(moment(w, nil), metrics.Clusters{}), "clusters"); !strings.Contains(got, "not finite") {
		t.Errorf("got %q", got)
	}
	w = working(t, models.GMM{K: 2, Sigma: 1, Floor: 1e-6}, datasets.LowRank{Dim: 2, Latent: 1, N: 20})
	if got := reason(t, measure(moment(w, nil), metrics.Clusters{}), "clusters"); !strings.Contains(got, "no labels") {
		t.Errorf("got %q", got)
	}
}

// Particles whose groups are swapped at random have the variance within a mode that they
// have unswapped, and not the sixteenfold one of all together.
func TestUnknownsFoldsBack(t *testing.T) {
	const p = 400
	w := working(t, models.BayesMix{K: 3, S0: 25, Q: "particles", Particles: p}, datasets.Blobs{K: 3, Dim: 2, Sep: 4, N: 12})
	x, choice := make([]float64, p*6), make([]int, 3)
	rng.Root(3).Normal64(x, 0)
	centre := []float64{-3, 0, 3, 0, 0, 4}
	want, mean := 0.0, make([]float64, 6)
	for i := range x {
		x[i] = centre[i%6] + 0.5*x[i]
		mean[i%6] += x[i] / p
	}
	for i := range x {
		want += (x[i] - mean[i%6]) * (x[i] - mean[i%6]) / p / 6
	}
	for i := range p {
		rng.Plate(rng.Root(4), uint64(i)).Perm(choice)
		one := append([]float64{}, x[6*i:6*i+6]...)
		for to, from := range choice {
			copy(x[6*i+2*to:6*i+2*to+2], one[2*from:2*from+2])
		}
	}
	w.Params.Set("inf/particles", x)
	near(t, "variance", value(t, measure(moment(w, nil), metrics.Unknowns{}), "unknowns/variance"), want, 1e-12)
}

// At the prior, q's means are the prior's, and its variances known.
func TestPosterior(t *testing.T) {
	w := working(t, models.NormalGamma{Lambda0: 2, A0: 3, B0: 4, Q: "mean-field"}, datasets.Normals{N: 5, Mean: 1, SD: 1})
	mean, variance := w.Model.(vi.Posterior).Posterior(w.Data)
	out := measure(moment(w, nil), metrics.Posterior{})
	near(t, "mean", value(t, out, "posterior/mean"), max(math.Abs(mean[0]), math.Abs(mean[1]-0.75)), 1e-14)
	near(t, "variance", value(t, out, "posterior/variance"), min(1/(2*0.75)/variance[0], 3.0/16/variance[1]), 1e-14)
	near(t, "unknowns", value(t, measure(moment(w, nil), metrics.Unknowns{}), "unknowns/variance"), (1/(2*0.75)+3.0/16)/2, 1e-14)
	if got := reason(t, measure(at(nil, 1), metrics.Posterior{}), "posterior/mean"); got != "the model has no closed posterior" {
		t.Errorf("got %q", got)
	}
}
