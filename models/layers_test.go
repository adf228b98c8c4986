package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// One sweep serves both networks: no node is multiplied out, whatever the weights
// of theta and phi, on any kind of network and on factor analysis.
func TestNothingSplits(t *testing.T) {
	works := map[string]*vi.Work{}
	for name, m := range networks {
		works[name], _ = small(t, tape.Float64, m)
	}
	for _, m := range analyses {
		works[fmt.Sprintf("fa %+v", m)] = factorAnalysis(t, tape.Float64, m)
	}
	for name, w := range works {
		for _, e := range []vi.Estimator{
			estimators.PIWAE{M: 2, K: 3}, estimators.DReG{K: 4}, estimators.IWAE{K: 4}, estimators.STL{K: 4},
			estimators.RWSDReG{K: 4}, estimators.VIMCO{K: 4, Baseline: "geometric"},
		} {
			s := w.Step(0, w.All, ramp{})
			e.Estimate(s)
			if n := s.Stats().Split; n != 0 {
				t.Errorf("%s on %s: %d nodes multiplied out; want none", e.Card().Name, name, n)
			}
		}
	}
}

var twoLayers = models.VAE{Latent: 3, Hidden: []int{4}, Latent2: 2, Hidden2: []int{3}, Act: "tanh"}

// Sample k of K = 50 is sample k of K = 5 in both layers, at sites z1 and z2, and
// samples drawn a few at a time are those drawn at once.
func TestTwoLayersExtend(t *testing.T) {
	w, _ := small(t, tape.Float64, twoLayers)
	key := rng.Probe(1, 2, 3)
	draw := func(src *vi.Keyed, k int) [2][]float64 {
		s := w.Step(0, w.All, src)
		z := s.Posterior().Sample(s.Noise("z"), k)
		return [2][]float64{z.Block(0).Value().AppendTo(nil), z.Block(1).Value().AppendTo(nil)}
	}
	few, many, rest := draw(&vi.Keyed{Key: key}, 5), draw(&vi.Keyed{Key: key}, 50), draw(&vi.Keyed{Key: key, Skip: 5, K: 45}, 45)
	for i, d := range []int{3, 2} {
		for n := range w.Data.N {
			all := many[i][n*50*d : (n+1)*50*d]
			if !slices.Equal(few[i][n*5*d:(n+1)*5*d], all[:5*d]) {
				t.Errorf("block %d, datum %d: 5 samples are not the first of 50", i+1, n)
			}
			if !slices.Equal(rest[i][n*45*d:(n+1)*45*d], all[5*d:]) {
				t.Errorf("block %d, datum %d: going on after 5 samples gives others than the last of 50", i+1, n)
			}
		}
	}
	// The layers' own sites: z1 is mu1 + sigma1 eps of site z1, and so on; what is
	// read off is eps2, by layers that ignore their input.
	for _, spec := range w.Params.Specs() {
		if strings.HasPrefix(spec.Name, "inf/") {
			w.Params.Set(spec.Name, make([]float64, spec.Rows*spec.Cols))
		}
	}
	got := draw(&vi.Keyed{Key: key}, 4)
	for i, site := range []string{"z1", "z2"} {
		d := 3 - i
		want := make([]float64, 4*d)
		for n := range w.Data.N {
			(&vi.Keyed{Key: key}).Normal(site, uint64(n), tape.Float64s(want))
			if !slices.Equal(got[i][n*4*d:(n+1)*4*d], want) {
				t.Errorf("block %d, datum %d does not draw at site %s", i+1, n, site)
			}
		}
	}
}

// A view of a step at other data has the posterior of those data, in both layers.
func TestTwoLayersAtOtherData(t *testing.T) {
	w, _ := small(t, tape.Float64, twoLayers)
	s := w.Step(0, w.All, ramp{})
	x := s.Leaf(w.Data.N, w.Data.D)
	for n := range w.Data.N { // the data in reverse
		for j, v := range row(w.Data, w.Data.N-1-n) {
			x.Value().Set(n*w.Data.D+j, v)
		}
	}
	q, there := s.Posterior(), s.At(x).Posterior()
	z := q.Sample(s.Noise("z"), 1)
	reversed := dist.Value{K: 1}
	for i := range 2 {
		_, d := z.Block(i).Shape()
		r := s.Leaf(w.Data.N, d)
		for n := range w.Data.N {
			r.Value().Slice(n*d, (n+1)*d).Copy(z.Block(i).Value().Slice((w.Data.N-1-n)*d, (w.Data.N-n)*d))
		}
		reversed.Parts = append(reversed.Parts, r)
	}
	here, got := q.LogProb(z).Float64s(), there.LogProb(reversed).Float64s()
	for n := range here {
		near(t, "log q at other data", got[w.Data.N-1-n], here[n], 1e-14)
	}
}

// stopped is the two-layer model with a q whose Frozen stops the values of
// q(z2|z1)'s parameters, and with them the path through z1: a mutant.
type stopped struct{ vi.Latent }

func (m stopped) Posterior(s *vi.Step) dist.Dist { return s.Chain(stoppedLayers{}, []int{0, 1}) }

type stoppedLayers struct{}

func (stoppedLayers) Layer(s *vi.Step, i int, z dist.Value) dist.Dist {
	x, prefix := s.X, "inf/z1/"
	if i == 1 {
		x, prefix = z.Block(0), "inf/z2/"
	}
	of := func(name string, x tape.Node, a tape.Act) tape.Node {
		return s.Affine(x, s.Param(prefix+name+"/W"), s.Param(prefix+name+"/b"), a)
	}
	h := of("0", x, tape.Tanh)
	return stoppedNormal{dist.Normal{T: s.Tape, B: s.B(), Mu: of("mu", h, tape.Linear), LogSigma: of("logsigma", h, tape.Linear)}}
}

type stoppedNormal struct{ dist.Normal }

func (n stoppedNormal) Frozen() dist.Dist {
	n.Mu, n.LogSigma = n.Mu.Stop(), n.LogSigma.Stop()
	return n.Normal
}

// On two stochastic layers dreg has iwae's mean, by paired differences on the
// same draws; a model whose Frozen stops values is rejected, and so is stl. |z| < 5.7
// passes: false alarm 1.2e-8 a coordinate, 1e-6 for the 82 of phi; a rejection needs 8.
func TestDReGOnTwoLayers(t *testing.T) {
	draws := 20000
	if testing.Short() {
		draws = 6000
	}
	right, _ := small(t, tape.Float64, twoLayers)
	mutant, err := vi.NewWork(stopped{right.Model.(vi.Latent)}, nil, right.Data, tape.Float64, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	stir(mutant)
	largest := func(w *vi.Work, e vi.Estimator) (z float64) {
		var s, ss []float64
		for r := range draws {
			src := &vi.Keyed{Key: rng.Probe(3, 0, uint64(r))}
			d := estimators.IWAE{K: 4}.Estimate(right.Step(0, right.All, src)).Inf.Ascend.AppendTo(nil)
			for i, y := range e.Estimate(w.Step(0, w.All, src)).Inf.Ascend.F64() {
				d[i] -= y
			}
			if s == nil {
				s, ss = make([]float64, len(d)), make([]float64, len(d))
			}
			for i, x := range d {
				s[i] += x
				ss[i] += x * x
			}
		}
		if len(s) != 82 {
			t.Fatalf("%d coordinates; the false-alarm rate is for 82", len(s))
		}
		n := float64(draws)
		for i := range s {
			z = math.Max(z, math.Abs(s[i])/math.Sqrt((ss[i]-s[i]*s[i]/n)*n/(n-1)))
		}
		return z
	}
	z := largest(right, estimators.DReG{K: 4})
	t.Logf("dreg: max |z| %.2f", z)
	if z > 5.7 {
		t.Errorf("dreg: max |z| = %.1f; want iwae's mean", z)
	}
	z = largest(mutant, estimators.DReG{K: 4})
	t.Logf("values stopped: max |z| %.2f", z)
	if z < 8 {
		t.Errorf("dreg, values stopped: max |z| = %.1f; the test should reject it", z)
	}
	if z := largest(right, estimators.STL{K: 4}); z < 8 {
		t.Errorf("stl: max |z| = %.1f; the test should reject it", z)
	}
}

// The two-layer network of Burda et al. by its defaults: 784-200-200-100-100-100-50
// up, 50-100-100-100-200-200-784 down.
func TestTwoLayerShapes(t *testing.T) {
	var m models.VAE
	for _, x := range models.All() {
		if v, ok := x.(models.VAE); ok {
			m = v
		}
	}
	m.Latent, m.Latent2 = 100, 50
	model, err := m.For(&vi.Data{Name: "hand", N: 1, D: 784, Domain: vi.Binary, X: make([]float64, 784)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range model.Sheet().Params {
		if strings.HasSuffix(s.Name, "/W") {
			got = append(got, fmt.Sprintf("%s %dx%d", s.Name, s.Rows, s.Cols))
		}
	}
	want := []string{
		"inf/z1/0/W 200x784", "inf/z1/1/W 200x200", "inf/z1/mu/W 100x200", "inf/z1/logsigma/W 100x200",
		"inf/z2/0/W 100x100", "inf/z2/1/W 100x100", "inf/z2/mu/W 50x100", "inf/z2/logsigma/W 50x100",
		"gen/z1/0/W 100x50", "gen/z1/1/W 100x100", "gen/z1/mu/W 100x100", "gen/z1/logsigma/W 100x100",
		"gen/0/W 200x100", "gen/1/W 200x200", "gen/x/W 784x200",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}

// A Gaussian decoder starts about the data's mean, log sigma about that of the
// setting; the normal start draws every weight and bias, the visible one too, at its sd.
func TestVAEStarts(t *testing.T) {
	d := &vi.Data{Name: "hand", N: 2, D: 2, Domain: vi.Real, X: []float64{0.1, 0, 0.4, 0}}
	start := func(m models.VAE) *vi.Work {
		m.Latent, m.Act, m.Likelihood, m.Sigma = 1, "tanh", "gaussian", 0.5
		return workOn(t, tape.Float64, m, d, 0)
	}
	w := start(models.VAE{})
	for i, want := range []float64{0.25, 0} {
		near(t, "visible bias", w.Params.Value("gen/x/b").At(i), want, 1e-15)
		near(t, "log sigma's bias", w.Params.Value("gen/logsigma/b").At(i), math.Log(0.5), 1e-15)
	}
	w = start(models.VAE{Squash: true, Noise: "free"})
	for i, mean := range []float64{0.25, 0.001} {
		near(t, "visible bias", w.Params.Value("gen/x/b").At(i), math.Log(mean/(1-mean)), 1e-13)
		near(t, "log sigma", w.Params.Value("gen/logsigma").At(i), math.Log(0.5), 1e-15)
	}

	// Mean square of n draws within 4.9 standard errors: false alarm 1e-6 each.
	wide := work(t, tape.Float64, models.VAE{Latent: 30, Hidden: []int{40}, Act: "tanh", Start: "normal", SD: 0.1}, datasets.Bits{N: 20, Dim: 50, Latent: 2}, 0)
	for _, spec := range wide.Params.Specs() {
		ss, n := 0.0, float64(spec.Rows*spec.Cols)
		for _, v := range wide.Params.Value(spec.Name).F64() {
			ss += v * v / 0.01
		}
		if z := (ss - n) / math.Sqrt(2*n); math.Abs(z) > 4.9 {
			t.Errorf("%s: mean square %.3f sd^2 (z = %.1f)", spec.Name, ss/n, z)
		}
	}
}
