package metrics_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// given is a linear generator whose posterior has the codes that it is given.
type given struct {
	k, h  int
	z     []float64 // [n,k,h]
	mean  []float64 // [n,h]
	kl    []float64 // [n,h] or [1,h]
	a     []float64 // [d,h]
	block string    // kind of the latents
}

func (m given) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: m.block, Dim: m.h}},
		Params: []vi.Spec{{Name: "gen/m", Rows: 1, Cols: 1}, {Name: "inf/b", Rows: 1, Cols: 1}},
		Offers: []vi.Cap{vi.Atoms},
	}
}
func (given) Init(rng.Key, *vi.Params)     {}
func (m given) Atoms(*vi.Params) []float64 { return m.a }
func (m given) Prior(s *vi.Step) dist.Dist { return given1{m, s} }
func (m given) Posterior(s *vi.Step) dist.Dist {
	if m.mean == nil {
		return struct{ dist.Dist }{given1{m, s}}
	}
	return given1{m, s}
}
func (given) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.Const(z.K, s.B(), make([]float64, z.K*s.B()))
}

type given1 struct {
	given
	s *vi.Step
}

func (q given1) rows(from []float64, width int) tape.Node {
	n := q.s.Blank(q.s.B()*width/q.h, q.h)
	for b, i := range q.s.Index {
		for j := range width {
			n.Value().Set(b*width+j, from[i*width+j])
		}
	}
	return n
}

func (q given1) Sample(_ dist.Noise, k int) dist.Value {
	n := q.s.Blank(q.s.B()*k, q.h)
	for b, i := range q.s.Index {
		for j := range k * q.h {
			n.Value().Set(b*k*q.h+j, q.z[i*q.k*q.h+j])
		}
	}
	return dist.Value{Node: n, K: k}
}
func (q given1) LogProb(z dist.Value) tape.Node { return q.LogLik(q.s, z) }
func (q given1) Frozen() dist.Dist              { return q }
func (q given1) Means(dist.Noise) []tape.Node   { return []tape.Node{q.rows(q.mean, q.h)} }
func (q given1) BaseKL(dist.Dist) (tape.Node, bool) {
	switch {
	case q.kl == nil:
		return tape.Node{}, false
	case len(q.kl) == q.h:
		n := q.s.Blank(1, q.h)
		for j, x := range q.kl {
			n.Value().Set(j, x)
		}
		return n, true
	}
	return q.rows(q.kl, q.h), true
}

// of is an evaluation of n codes, k of each datum, beside data x and a dictionary.
func (m given) of(t testing.TB, x []float64, truth []float64) *metrics.Eval {
	t.Helper()
	n := len(m.z) / m.k / m.h
	d := len(m.a) / m.h
	if x == nil {
		x = make([]float64, n*d)
	}
	m.block = "real"
	w, err := vi.NewWork(m, nil, &vi.Data{Name: "hand", N: n, D: d, X: x, Domain: vi.Real, Atoms: truth}, tape.Float64, rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	return moment(w, nil)
}

// codes are of h latents, k of each datum, with the mean of each datum's.
func codesOf(k, h int, z ...float64) given {
	m := given{k: k, h: h, z: z, a: slices.Repeat([]float64{1}, 2*h)}
	for n := range len(z) / k / h {
		for l := range h {
			s := 0.0
			for j := range k {
				s += z[(n*k+j)*h+l] / float64(k)
			}
			m.mean = append(m.mean, s)
		}
	}
	return m
}

func codesAt(k int) metrics.Codes { return metrics.Codes{K: k} }

// Shares of what is used, of the first samples where fewer are asked for.
func TestL0(t *testing.T) {
	e := codesOf(2, 4,
		0, 1, -1e-3, 0, 2, 2, 2, 2,
		0, 0, 0, 0, 0, 0.01, 0, -0.011).of(t, nil, nil)
	out := measure(e, metrics.L0{Least: 0.01, Codes: codesAt(2)})
	near(t, "l0", value(t, out, "l0"), (0.5+1+0+0.5)/4, 1e-15)
	near(t, "l0/least", value(t, out, "l0/least"), (0.25+1+0+0.25)/4, 1e-15)
	out = measure(e, metrics.L0{Codes: codesAt(1)})
	near(t, "l0 of one sample", value(t, out, "l0"), (0.5+0)/2, 1e-15)
	near(t, "l0/least at 0", value(t, out, "l0/least"), (0.5+0)/2, 1e-15)
}

// Gini against its other definition, the mean difference over twice the mean; Hoyer by
// its definition; and both at their ends.
func TestGiniAndHoyer(t *testing.T) {
	z := make([]float64, 30*2*7)
	rng.Data(0, "codes", "gini").Normal64(z, 0)
	m := codesOf(2, 7, z...)
	e := m.of(t, nil, nil)
	of := func(z []float64) (g, h float64) {
		difference, one, two := 0.0, 0.0, 0.0
		for _, x := range z {
			one += math.Abs(x)
			two += x * x
			for _, y := range z {
				difference += math.Abs(math.Abs(x) - math.Abs(y))
			}
		}
		return difference / (2 * 7 * one), (math.Sqrt(7) - one/math.Sqrt(two)) / (math.Sqrt(7) - 1)
	}
	mean := func(z []float64) (g, h float64) {
		n := float64(len(z) / 7)
		for c := range slices.Chunk(z, 7) {
			a, b := of(c)
			g, h = g+a/n, h+b/n
		}
		return g, h
	}
	g, h := mean(m.z)
	gm, hm := mean(m.mean)
	out, out2 := measure(e, metrics.Gini{Codes: codesAt(2)}), measure(e, metrics.Hoyer{Codes: codesAt(2)})
	near(t, "gini", value(t, out, "gini"), g, 1e-12)
	near(t, "gini/mean", value(t, out, "gini/mean"), gm, 1e-12)
	near(t, "hoyer", value(t, out2, "hoyer"), h, 1e-12)
	near(t, "hoyer/mean", value(t, out2, "hoyer/mean"), hm, 1e-12)
	for _, c := range []struct {
		z           []float64
		gini, hoyer float64
	}{
		{[]float64{0, 0, -3, 0}, 0.75, 1},
		{[]float64{-2, 2, 2, -2}, 0, 0},
		{[]float64{0, 0, 0, 0}, 0, 0},
		{[]float64{5}, 0, 0},
		{[]float64{0}, 0, 0},
		{[]float64{1e-320, 0}, 0.5, 1},
		{[]float64{1e300, 0}, 0.5, 1},
	} {
		e := codesOf(1, len(c.z), c.z...).of(t, nil, nil)
		out := measure(e, metrics.Gini{Codes: codesAt(1)})
		near(t, "gini", value(t, out, "gini"), c.gini, 1e-12)
		near(t, "gini/mean", value(t, out, "gini/mean"), c.gini, 1e-12)
		near(t, "hoyer", value(t, measure(e, metrics.Hoyer{Codes: codesAt(1)}), "hoyer"), c.hoyer, 1e-12)
	}
	m.mean = nil
	e = m.of(t, nil, nil)
	if why := reason(t, measure(e, metrics.Gini{Codes: codesAt(2)}), "gini/mean"); why != "the posterior does not know its mean" {
		t.Errorf("got %q", why)
	}
	near(t, "gini without a mean", value(t, measure(e, metrics.Gini{Codes: codesAt(2)}), "gini"), g, 1e-12)
}

// Of latents +-1, a rare one, one that stands still far from zero, one too small and one
// of no atom, the first two count: -2, and that of a coin of 1/10.
func TestCodeKurtosis(t *testing.T) {
	var z []float64
	for i := range 20 {
		rare := 0.0
		if i%10 == 3 {
			rare = 7
		}
		z = append(z, float64(1-i%2*2), rare, 1e6, 1e-3*float64(i%3), float64(i%4))
	}
	m := codesOf(2, 5, z...)
	m.a[4], m.a[9] = 0.05, 0.05
	live := metrics.Live{Norm: 0.1, Least: 0.01, Share: 0.01}
	out := measure(m.of(t, nil, nil), metrics.CodeKurtosis{Live: live, Codes: codesAt(2)})
	coin := (1 - 6*0.1*0.9) / (0.1 * 0.9)
	near(t, "code-kurtosis", value(t, out, "code-kurtosis"), (coin-2)/2, 1e-12)
	if all := array(t, out, "code-kurtosis"); len(all) != 2 || math.Abs(all[0]+2) > 1e-12 || math.Abs(all[1]-coin) > 1e-12 {
		t.Errorf("of live latents %v", all)
	}
	live.Share = 0.1 // the rare one is used on as much, not more
	near(t, "without the rare one", value(t, measure(m.of(t, nil, nil), metrics.CodeKurtosis{Live: live, Codes: codesAt(2)}), "code-kurtosis"), -2, 1e-12)
	live.Share = 1
	if why := reason(t, measure(m.of(t, nil, nil), metrics.CodeKurtosis{Live: live, Codes: codesAt(2)}), "code-kurtosis"); why != "no latent is live and varies" {
		t.Errorf("got %q", why)
	}
}

func TestLiveAtoms(t *testing.T) {
	m := codesOf(1, 4,
		1, 0.005, 0, 3,
		0, 0.5, 0, 3)
	m.a = []float64{1, 0.08, 1, 0.05, 0, 0.08, 1, 0.05} // norms 1, 0.113, 1.4, 0.07
	out := measure(m.of(t, nil, nil), metrics.LiveAtoms{Live: metrics.Live{Norm: 0.1, Least: 0.01, Share: 0.01}, Codes: codesAt(1)})
	near(t, "live-atoms", value(t, out, "live-atoms"), 2, 0)
	if got := array(t, out, "live-atoms"); !slices.Equal(got, []float64{0.5, 0.5, 0, 1}) {
		t.Errorf("shares %v", got)
	}
	out = measure(m.of(t, nil, nil), metrics.LiveAtoms{Live: metrics.Live{Norm: 0.1, Least: 0.01, Share: 0.5}, Codes: codesAt(1)})
	near(t, "on more than half", value(t, out, "live-atoms"), 0, 0)
}

// A latent has collapsed where its KL is small on 19 of 20 data, not on 18.
func TestCollapse(t *testing.T) {
	m := given{k: 1, h: 3, a: make([]float64, 6)}
	for n := range 20 {
		kl, z := []float64{0.005, 0.01, -1e-9}, []float64{0, 0.01, 0.5}
		if n < 1 {
			kl[0] = 1
		}
		if n < 2 {
			kl[1], z[0] = 0.02, -0.02
		}
		m.kl, m.z = append(m.kl, kl...), append(m.z, z...)
	}
	m.mean = m.z
	metric := metrics.Collapse{Least: 0.01, Share: 0.95, Codes: codesAt(1)}
	out := measure(m.of(t, nil, nil), metric)
	near(t, "collapse", value(t, out, "collapse"), 2.0/3, 1e-15)
	near(t, "collapse/coeff", value(t, out, "collapse/coeff"), 1.0/3, 1e-15)
	m.kl = []float64{0, 5, 0.02} // one row for all data
	near(t, "collapse of one row", value(t, measure(m.of(t, nil, nil), metric), "collapse"), 1.0/3, 1e-15)
	m.kl = nil
	out = measure(m.of(t, nil, nil), metric)
	if why := reason(t, out, "collapse"); why != "the posterior does not know each latent's KL to this prior" {
		t.Errorf("got %q", why)
	}
	near(t, "collapse/coeff without it", value(t, out, "collapse/coeff"), 1.0/3, 1e-15)
	m.kl = []float64{0, math.NaN(), 0}
	if why := reason(t, measure(m.of(t, nil, nil), metric), "collapse"); why != "a latent's KL is not finite" {
		t.Errorf("got %q", why)
	}
}

func TestJaccard(t *testing.T) {
	m := codesOf(3, 70, make([]float64, 2*3*70)...) // the second datum's are empty: 1
	m.z[0], m.z[69] = 1, 1                          // {0,69}
	m.z[70], m.z[70+1] = -1, 1e-3                   // {0,1}, and {0} above 0.01
	out := measure(m.of(t, nil, nil), metrics.Jaccard{K: 3})
	near(t, "jaccard", value(t, out, "jaccard"), (1.0/3+0+0+3)/6, 1e-15)
	out = measure(m.of(t, nil, nil), metrics.Jaccard{K: 3, Least: 0.01})
	near(t, "jaccard above 0.01", value(t, out, "jaccard"), (0.5+0+0+3)/6, 1e-15)
	out = measure(m.of(t, nil, nil), metrics.Jaccard{K: 2})
	near(t, "jaccard of two", value(t, out, "jaccard"), (1.0/3+1)/2, 1e-15)
}

// Entropies of symbols by an own count, and where bins are cut.
func TestMultiInformation(t *testing.T) {
	of := func(edges int, h int, z ...float64) (mi, marginal, joint, ceiling float64) {
		t.Helper()
		out := measure(codesOf(1, h, z...).of(t, nil, nil), metrics.MultiInformation{Edges: edges, Reach: 2, Codes: codesAt(1)})
		return value(t, out, "multi-information"), value(t, out, "multi-information/marginal"), value(t, out, "multi-information/joint"), value(t, out, "multi-information/ceiling")
	}
	// a fair coin and its copy share one bit; a coin and another none
	mi, marginal, joint, ceiling := of(20, 2, 0, 0, 1, 1, 0, 0, 1, 1)
	near(t, "copies", mi, 1, 1e-14)
	near(t, "marginals", marginal, 2, 1e-14)
	near(t, "joint", joint, 1, 1e-14)
	near(t, "ceiling", ceiling, 2, 1e-14)
	mi, _, _, _ = of(20, 2, 0, 0, 1, 1, 0, 1, 1, 0)
	near(t, "independent", mi, 0, 1e-14)
	// 23 symbols: one below -2, one at and above 2, 19 between, the middle one cut in three
	for _, c := range []struct {
		x, y float64
		same bool
	}{
		{-2, -2.1, false}, {-2, -1.9, true}, {2, 9, true}, {2, 1.99, false}, {-5, -9, true},
		{0, 1e-60, true}, {0, 1e-50, false}, {0, -1e-50, true}, {0, -1e-49, false}, {0.1, 1e-40, true}, {0.1, 0.11, false}, {-0.1, 0.1, false},
		{-2 + 4.0/19 - 1e-9, -2 + 4.0/19 + 1e-9, false},
	} {
		if _, bits, _, _ := of(20, 1, c.x, c.y); (bits == 0) != c.same {
			t.Errorf("%g and %g: one symbol %v; want %v", c.x, c.y, bits == 0, c.same)
		}
	}
	// normals: against a count of our own; all codes differ, so the joint part is log2 N
	const n, h = 300, 12
	z := make([]float64, n*h)
	rng.Data(0, "codes", "mi").Normal64(z, 0)
	want := 0.0
	for k := range h {
		count := map[int]float64{}
		for i := range n {
			x, symbol := z[i*h+k], 0
			for j := range 30 {
				if x >= -2+float64(j)*4/29 {
					symbol++
				}
			}
			if x >= 0 {
				symbol += 100
			}
			count[symbol]++
		}
		for _, c := range count {
			want -= c / n * math.Log2(c/n)
		}
	}
	mi, marginal, joint, ceiling = of(30, h, z...)
	near(t, "marginal", marginal, want, 1e-12)
	near(t, "joint", joint, math.Log2(n), 1e-12)
	near(t, "ceiling", ceiling, math.Log2(n), 1e-12)
	near(t, "multi-information", mi, want-math.Log2(n), 1e-12)
	if mi, marginal, joint, ceiling = of(20, 1, z[:n]...); mi != 0 || marginal != joint || !(joint < ceiling) {
		t.Errorf("one latent: %g = %g - %g, at most %g", mi, marginal, joint, ceiling)
	}
}

// With A = I the MAP code is soft(x, lambda).
func TestMAP(t *testing.T) {
	m := codesOf(2, 3,
		2, 0, 0 /**/, 1, 0.5, 0,
		0, 0, 0 /**/, 0, 0, -1)
	m.a = []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	x := []float64{3, 0.5, -0.2, 0.1, -0.3, -2} // MAP (2,0,0) and (0,0,-1)
	metric := metrics.MAP{Lambda: 1, Least: 0.01, Steps: 100, Tol: 1e-9, Codes: codesAt(2)}
	out := measure(m.of(t, x, nil), metric)
	near(t, "map/support", value(t, out, "map/support"), (1+2.0/3+2.0/3+1)/4, 1e-14)
	near(t, "map/l1", value(t, out, "map/l1"), (0+1.5+1+0)/4, 1e-14)
	near(t, "map/l2", value(t, out, "map/l2"), (0+math.Sqrt(1.25)+1+0)/4, 1e-14)
	near(t, "map/l0", value(t, out, "map/l0"), 1.0/3, 1e-14)
	near(t, "map/kkt", value(t, out, "map/kkt"), 0, 1e-14)
	near(t, "map/restless", value(t, out, "map/restless"), 0, 0)
	m.a[1] = 0.9 // and one step is not enough where atoms are not orthogonal
	metric.Steps = 1
	out = measure(m.of(t, x, nil), metric)
	if value(t, out, "map/restless") != 1 || value(t, out, "map/kkt") < 0.01 {
		t.Errorf("after one step: restless %g, KKT %g", value(t, out, "map/restless"), value(t, out, "map/kkt"))
	}
}

func TestObjective(t *testing.T) {
	m := codesOf(2, 2,
		1, -1 /**/, 0, 0,
		0, 2 /**/, 1, 0)
	m.a = []float64{1, 2, 0, 1}
	x := []float64{1, 1, 4, 2}
	// residuals x - Az: (2,2), (1,1); (0,0), (3,2)
	v := []float64{4 + 3*2, 1, 6, 6.5 + 3}
	out := measure(m.of(t, x, nil), metrics.Objective{Lambda: 3, Codes: codesAt(2)})
	near(t, "objective", value(t, out, "objective"), sum(v)/4, 1e-14)
	near(t, "objective/best", value(t, out, "objective/best"), (1.0+6)/2, 1e-14)
	out = measure(m.of(t, x, nil), metrics.Objective{Lambda: 3, FNorm: 0.5, Codes: codesAt(1)})
	near(t, "with the norm", value(t, out, "objective"), (10.0+6)/2+0.5*6, 1e-14)
	near(t, "best of one", value(t, out, "objective/best"), (10.0+6)/2+0.5*6, 1e-14)
}

// sparsity are the metrics of codes and dictionaries, with few samples.
func sparsity(k int) []metrics.Evaluation {
	c, live := codesAt(k), metrics.Live{Norm: 0.1, Least: 0.01, Share: 0.01}
	return []metrics.Evaluation{
		metrics.L0{Least: 0.01, Codes: c}, metrics.Gini{Codes: c}, metrics.Hoyer{Codes: c}, metrics.CodeKurtosis{Live: live, Codes: c},
		metrics.LiveAtoms{Live: live, Codes: c}, metrics.Collapse{Least: 0.01, Share: 0.95, Codes: c}, metrics.Jaccard{K: max(2, k)},
		metrics.MultiInformation{Edges: 20, Reach: 2, Codes: c}, metrics.MAP{Lambda: 0.5, Steps: 50, Tol: 1e-3, Codes: c},
		metrics.Objective{Lambda: 0.5, Codes: c}, metrics.Recovery{Least: 0.9},
	}
}

// Whatever there is nothing of has a number or a reason, and never NaN: a code of zeros,
// a dictionary of zeros, one latent, one datum; and a sample that is not finite, a reason.
func TestDegenerateCodes(t *testing.T) {
	for name, m := range map[string]given{
		"zeros":               codesOf(2, 3, make([]float64, 4*2*3)...),
		"one latent":          codesOf(2, 1, 0, 1, 0, -1),
		"one latent of zeros": codesOf(2, 1, 0, 0),
		"one datum":           codesOf(2, 3, 1, 2, 3, 0, 0, 0),
		"large":               codesOf(2, 2, 1e200, -1e200, 1e200, 1e200),
		"small":               codesOf(2, 2, 1e-300, -1e-310, 0, 1e-300),
	} {
		for _, zero := range []bool{false, true} {
			if zero {
				m.a = make([]float64, len(m.a))
			}
			e := m.of(t, nil, m.a)
			for _, x := range sparsity(2) {
				out := measure(e, x)
				if got := names(out); !slices.Equal(got, x.Emits(e.Work.Model.Sheet())) {
					t.Errorf("%s: logged %v; want %v", name, got, x.Emits(e.Work.Model.Sheet()))
				}
				for _, v := range out.Values {
					if v.Reason == "" && v.X-v.X != 0 && !(name == "large" && x.Unit() == "" && (x.Name() == "objective" || x.Name() == "map")) {
						t.Errorf("%s, zero %v: %s = %g", name, zero, v.Name, v.X)
					}
				}
			}
		}
	}
	m := codesOf(2, 3, 1, 2, 3, 0, math.Inf(1), 0)
	e := m.of(t, nil, m.a)
	for range 2 { // drawn and kept
		for _, x := range sparsity(2) {
			if x.Name() == "recovery" || x.Name() == "collapse" {
				continue
			}
			out := measure(e, x)
			if why := reason(t, out, x.Emits(vi.Sheet{})[0]); why != "a sample of the posterior is not finite" {
				t.Errorf("%s: got %q", x.Name(), why)
			}
		}
	}
	near(t, "of the first samples, which are", value(t, measure(e, metrics.L0{Codes: codesAt(1)}), "l0"), 1, 0)
}

func names(o *metrics.Out) (out []string) {
	for _, v := range o.Values {
		out = append(out, v.Name)
	}
	return out
}

// linear is x = A z + noise with an amortised Gaussian posterior.
type linear struct{ d, h int }

func (m linear) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.h, Offers: []vi.Cap{vi.Score, vi.Path}}},
		Params: []vi.Spec{{Name: "gen/A", Rows: m.d, Cols: m.h}, {Name: "inf/W", Rows: m.h, Cols: m.d}, {Name: "inf/b", Rows: 1, Cols: m.h}, {Name: "inf/logsigma", Rows: 1, Cols: m.h}},
		Offers: []vi.Cap{vi.Atoms}, Data: vi.Real,
	}
}

func (m linear) Init(key rng.Key, p *vi.Params) {
	for _, s := range m.Sheet().Params {
		x := make([]float64, s.Rows*s.Cols)
		rng.Site(key, s.Name).Normal64(x, 0)
		p.Set(s.Name, x)
	}
}

func (m linear) Atoms(p *vi.Params) []float64 { return p.Value("gen/A").AppendTo(nil) }

func (m linear) Prior(s *vi.Step) dist.Dist { return s.Normal(s.Leaf(1, m.h), s.Leaf(1, m.h)) }
func (m linear) Posterior(s *vi.Step) dist.Dist {
	return s.Normal(s.Affine(s.X, s.Param("inf/W"), s.Param("inf/b"), tape.Linear), s.Param("inf/logsigma"))
}
func (m linear) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, s.Affine(z.Node, s.Param("gen/A"), s.Leaf(1, m.d), tape.Linear), s.Leaf(1, m.d))
}

// The codes are the draws that log weights are of, whatever the block, the number asked
// for first, and the place: V by one step of all data.
func TestCodesAreTheDraws(t *testing.T) {
	const n, d, h, k = 9000, 5, 8, 6
	x := make([]float64, n*d)
	rng.Data(0, "codes", "linear").Normal64(x, 0)
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		m := linear{d, h}
		w, err := vi.NewWork(m, nil, &vi.Data{Name: "hand", N: n, D: d, X: x, Domain: vi.Real}, prec, rng.Init(0, "linear"))
		if err != nil {
			t.Fatal(err)
		}
		if w.Fit() >= n*k {
			t.Fatalf("%d codes are one block: the test sees nothing", n*k)
		}
		e := moment(w, nil)
		s := w.Step(e.Step, w.All, &vi.Keyed{Key: rng.Eval(e.Seed, uint64(e.Step))})
		z := s.Posterior().Sample(s.Noise("z"), k).Node.Value().AppendTo(nil)
		a := m.Atoms(w.Params)
		v := func(data, samples int) (total float64) {
			for i := range data {
				for j := range samples {
					z := z[(i*k+j)*h:][:h]
					for l := range d {
						r := x[i*d+l]
						for q := range h {
							r -= a[l*h+q] * z[q]
						}
						total += 0.5 * r * r / float64(data*samples)
					}
				}
			}
			return total
		}
		for _, c := range []struct{ first, k int }{{0, 2}, {0, k}, {0, 3}, {700, k}, {1, 1}} {
			data := n
			if c.first > 0 {
				data = c.first
			}
			out := measure(e, metrics.Objective{Codes: metrics.Codes{K: c.k, On: metrics.On{First: c.first}}})
			near(t, "objective", value(t, out, "objective"), v(data, c.k), 1e-9)
		}
		for _, x := range sparsity(3) {
			for _, v := range measure(e, x).Values {
				if v.Reason != "" && x.Name() != "recovery" && v.Name != "collapse" || v.X-v.X != 0 {
					t.Errorf("%s is %g, %q", v.Name, v.X, v.Reason)
				}
			}
		}
	}
}

// What has no codes, no dictionary or no truth is refused before it runs, or says so.
func TestCodesNeed(t *testing.T) {
	bits := vi.Sheet{Blocks: []vi.Block{{Name: "b", Kind: "binary", Dim: 2}}}
	two := vi.Sheet{Blocks: []vi.Block{{Name: "z1", Kind: "real", Dim: 2}, {Name: "z2", Kind: "real", Dim: 2}}}
	w, _ := toy(t, 0.1)
	for _, x := range sparsity(2) {
		k, ok := x.(interface{ Check(vi.Sheet) error })
		if x.Name() == "recovery" {
			continue
		}
		if !ok || k.Check(bits) == nil || !strings.Contains(k.Check(bits).Error(), `"b" (binary)`) || k.Check(two) == nil || k.Check(w.Model.Sheet()) != nil {
			t.Errorf("%s checks nothing", x.Name())
		}
	}
	e := zoo(t, models.FourBit{}, nil, 3)
	for _, x := range append(sparsity(2), sparsity(2)...) {
		out := measure(e, x)
		for _, v := range out.Values {
			if v.Reason == "" {
				t.Errorf("of bits %s is %g", v.Name, v.X)
			}
		}
	}
	e = moment(w, nil)
	for _, x := range sparsity(2) {
		if slices.Contains(x.Needs(), vi.Atoms) {
			if why := reason(t, measure(e, x), x.Emits(vi.Sheet{})[0]); why != "the model has no dictionary" {
				t.Errorf("%s without a dictionary: %q", x.Name(), why)
			}
		}
	}
}
