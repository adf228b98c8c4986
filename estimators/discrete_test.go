package estimators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// simulated is the mean of an estimator's inference direction, its standard errors,
// and the covariance's trace, by draws.
func simulated(w *vi.Work, e vi.Estimator, draws int) (mean, se []float64, variance float64) {
	var s, ss []float64
	for r := range draws {
		g := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, uint64(r))})).Inf.Ascend.F64()
		if s == nil {
			s, ss = make([]float64, len(g)), make([]float64, len(g))
		}
		for i, x := range g {
			s[i] += x
			ss[i] += x * x
		}
	}
	n := float64(draws)
	mean, se = make([]float64, len(s)), make([]float64, len(s))
	for i := range s {
		mean[i] = s[i] / n
		v := ss[i]/n - mean[i]*mean[i]
		se[i] = math.Sqrt(v / n)
		variance += v
	}
	return mean, se, variance
}

func tau(x float64) estimators.Temperature { return estimators.Temperature{Tau: x} }

// Four bits by simulation, where the noise has no short exact rule: REBAR and RELAX
// have the exact mean (28 z-scores below 5, false alarm 2e-5); the relaxed estimators
// do not (some |z| > 10); variances are those of a longer simulation by another program
// within 10 %, four standard errors or more of 20000 draws.
func TestFourBitsSimulated(t *testing.T) {
	_, want := models.FourBit{}.Exact(fourPhi)
	const draws = 20000
	for _, c := range []struct {
		e        vi.Estimator
		variance float64
		biased   bool
	}{
		{estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, 0.380, false},
		{estimators.REBAR{K: 1, Tau: 0.1, Eta: 1}, 1.790, false},
		{estimators.REBAR{K: 1, Tau: 0.5, Eta: 1, Modified: true}, 0.439, false},
		{estimators.REBAR{K: 1, Tau: 0.5, Adapt: true}, 0.380, false},
		{estimators.RELAX{K: 1, Tau: 0.5, Hidden: 3}, 0, false},
		{estimators.Concrete{K: 1, Temperature: tau(1), TauP: 1, KL: "dens"}, 0.043, true},
		{estimators.Concrete{K: 1, Temperature: tau(0.5), TauP: 1, KL: "mass"}, 0.189, true},
		{estimators.STGumbel{K: 1, Temperature: tau(1)}, 0.114, true},
		{estimators.STGumbel{K: 1, Temperature: tau(0.5)}, 0.314, true},
		{estimators.GumbelRao{K: 1, R: 1, Temperature: tau(1)}, 0.114, true},
	} {
		w := onToy(t, models.FourBit{}, c.e)
		if _, relax := c.e.(estimators.RELAX); relax {
			v := w.Params.Value("own/1/W")
			for i := range v.Len() {
				v.Set(i, 0.3*float64(i-1))
			}
		}
		mean, se, variance := simulated(w, c.e, draws)
		worst := 0.0
		for i := range mean {
			worst = math.Max(worst, math.Abs(mean[i]-want[i])/se[i])
		}
		if !c.biased && worst > 5 {
			t.Errorf("%+v: largest z of the mean is %.1f; want at most 5", c.e, worst)
		}
		if c.biased && worst < 10 {
			t.Errorf("%+v: largest z of the mean is %.1f; want at least 10, else the test has no power", c.e, worst)
		}
		if c.variance > 0 && math.Abs(variance/c.variance-1) > 0.1 {
			t.Errorf("%+v: tr Var %.4f; want %.3f", c.e, variance, c.variance)
		}
	}
}

// Three categories: straight-through Gumbel-softmax has the mean and the variance of
// a longer simulation by another program, and Gumbel-Rao its mean with less variance
// the more it averages, most at a low temperature. 24 z-scores at 5 against the
// tabled means (given to 5e-4) or each other: false alarm 2e-5.
func TestThreeWaysStraightThrough(t *testing.T) {
	draws := 30000
	if testing.Short() {
		draws = 8000
	}
	for _, c := range []struct {
		tau      float64
		mean     []float64
		variance map[int]float64 // by R; 0 is st-gumbel
	}{
		{1, []float64{0.027, -0.053, 0.025}, map[int]float64{0: 0.223, 1: 0.223, 10: 0.189, 100: 0.186}},
		{0.1, []float64{0.137, -0.114, -0.023}, map[int]float64{0: 3.55, 10: 0.846, 100: 0.572}},
	} {
		for r, want := range c.variance {
			var e vi.Estimator = estimators.STGumbel{K: 1, Temperature: tau(c.tau)}
			n := draws
			if r > 0 {
				e = estimators.GumbelRao{K: 1, R: r, Temperature: tau(c.tau)}
			}
			if r > 10 {
				n = draws / 3
			}
			mean, se, variance := simulated(onToy(t, models.ThreeWay{}, e), e, n)
			sum := 0.0
			for i, x := range mean {
				sum += x
				if math.Abs(x-c.mean[i]) > 5*se[i]+5e-4+0.004 { // 0.004: the table's own error
					t.Errorf("%+v, E g[%d]: got %.4f, want %.3f", e, i, x, c.mean[i])
				}
			}
			close(t, "sum over categories", sum, 0, 1e-12)
			if math.Abs(variance/want-1) > 0.1 {
				t.Errorf("%+v: tr Var %.3f; want %.3f", e, variance, want)
			}
		}
	}
}

// table is a joint p(x,h) of two bits by its four values, and q by two logits: the
// case on which VIMCO's baselines are tabled.
type table struct{}

var tableBits = [4]float64{0.05, 0.22, 0.01, 0.12} // h = 00, 10, 01, 11, the first bit first

func (table) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "binary", Dim: 2, Offers: []vi.Cap{vi.Score, vi.Logits, vi.Bits, vi.Relax, vi.Enumerate}}},
		Params: []vi.Spec{{Name: "inf/phi", Rows: 1, Cols: 2}, {Name: "gen/unused", Rows: 1, Cols: 1}}, Data: vi.Binary,
	}
}
func (table) Init(_ rng.Key, p *vi.Params)   { p.Set("inf/phi", []float64{0.4, -0.9}) }
func (table) Prior(s *vi.Step) dist.Dist     { return s.Bernoulli(s.Leaf(1, 2)) }
func (table) Posterior(s *vi.Step) dist.Dist { return s.Bernoulli(s.Param("inf/phi")) }
func (table) LogLik(s *vi.Step, z dist.Value) tape.Node {
	out, v := make([]float64, z.K*s.B()), z.Node.Value()
	for r := range out {
		out[r] = math.Log(4 * tableBits[int(v.At(2*r)+2*v.At(2*r+1))])
	}
	return s.Const(z.K, s.B(), out)
}

// Multi-sample estimators on two bits: means are the gradient of L_m, by both
// baselines and by none, and the variances those tabled.
func TestVIMCOTable(t *testing.T) {
	d := &vi.Data{N: 1, D: 1, X: []float64{0}, Domain: vi.Binary}
	w, err := vi.NewWork(table{}, nil, d, tape.Float64, rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	phi := []float64{0.4, -0.9}
	for _, c := range []struct {
		m                           int
		g                           [2]float64
		none, geometric, arithmetic float64
	}{
		{2, [2]float64{0.164017, 0.017414}, 2.648, 0.29167, 0.29167},
		{3, [2]float64{0.100667, 0.018276}, 2.786, 0.14478, 0.17403},
		{5, [2]float64{0.054344, 0.013389}, 3.302, 0.07166, 0.09644},
	} {
		for e, want := range map[vi.Estimator]float64{
			estimators.ScoreFunction{K: c.m}:                 c.none,
			estimators.VIMCO{K: c.m, Baseline: "geometric"}:  c.geometric,
			estimators.VIMCO{K: c.m, Baseline: "arithmetic"}: c.arithmetic,
			estimators.OVIS{K: c.m}:                          0,
		} {
			mean, variance := moments(w, e, bitRule(phi, false))
			for i := range mean {
				close(t, fmt.Sprintf("%s, E g[%d]", name(e), i), mean[i], c.g[i], 5e-7)
			}
			if want > 0 {
				close(t, fmt.Sprintf("%+v, tr Var", e), variance, want, 5e-4)
			}
		}
	}
}

// The table's own bounds: L_2, L_3, L_5 by all combinations, and log p(x).
func TestTableBounds(t *testing.T) {
	d := &vi.Data{N: 1, D: 1, X: []float64{0}, Domain: vi.Binary}
	w, err := vi.NewWork(table{}, nil, d, tape.Float64, rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	for m, want := range map[int]float64{2: -1.010227, 3: -0.974323, 5: -0.948668} {
		p := &player{rule: bitRule([]float64{0.4, -0.9}, false), at: map[string]int{}}
		sum := 0.0
		for more := true; more; more = p.next() {
			l := w.Step(0, w.All, p).Weigh(m).LogW.LogMeanExpK().Float()
			sum += p.weight() * l
		}
		close(t, fmt.Sprint("L_", m), sum, want, 5e-7)
	}
	s := w.Step(0, w.All, nil)
	z := s.Posterior().(dist.Enumerable).Enumerate(4, 1)
	close(t, "log p(x)", s.LogJoint(z).LogSumExpK().Float(), -0.916291, 5e-7)
}

func sbn(t testing.TB, prec tape.Precision, m models.SBN) *vi.Work {
	w := work(t, prec, m, datasets.Bits{N: 3, Dim: 5, Latent: 2}, 0)
	v := w.Params.Vector(tape.Inf)
	for i := range v.Len() { // exact: its bits are golden
		v.Set(i, v.At(i)+float64(i%7-3)/16)
	}
	return w
}

// halves is a prediction, off its start.
func halves(t testing.TB, prec tape.Precision, m models.Halves) *vi.Work {
	w := work(t, prec, m, datasets.Bits{N: 3, Dim: 6, Latent: 2}, 0)
	v := w.Params.Vector(tape.Inf)
	for i := range v.Len() { // exact: its bits are golden
		v.Set(i, v.At(i)+float64(i%7-3)/16)
	}
	return w
}

// predictions are small ones.
var predictions = map[string]models.Halves{
	"bits":       {Layers: []int{2}},
	"two layers": {Layers: []int{2, 2}, Hidden: []int{0}},
}

// nets are small networks with discrete latents.
var nets = map[string]models.SBN{
	"bits":       {Layers: []int{3}, Hidden: []int{4}},
	"categories": {Layers: []int{2}, Classes: 4},
	"two layers": {Layers: []int{2, 2}, Hidden: []int{0}},
}

// On networks every unbiased estimator has the enumerated gradient of the ELBO in
// both networks, for all data: 500 to 900 z-scores an estimator, each at 6, false
// alarm below 2e-6 an estimator.
func TestNetworksAgainstEnumeration(t *testing.T) {
	draws := 3000
	on := map[string]*vi.Work{}
	for net, m := range nets {
		on[net] = sbn(t, tape.Float64, m)
	}
	for net, m := range predictions {
		on["halves, "+net] = halves(t, tape.Float64, m)
	}
	for net, w0 := range on {
		for _, e := range estimators.All() {
			c := e.Card()
			w := with(t, w0, e)
			if vi.Fit(c, w.Model.Sheet(), w.Data.Shape()) != nil || c.Target != "elbo" {
				continue
			}
			d := estimators.Enumerate{}.Estimate(w.Step(0, w.All, nil))
			var want [2][]float64
			for r := range want {
				want[r] = d.Role(tape.Role(r)).Ascend.AppendTo(nil)
			}
			var s, ss [2][]float64
			for r := range s {
				s[r], ss[r] = make([]float64, len(want[r])), make([]float64, len(want[r]))
			}
			for n := range draws {
				d := estimate(w, e, n)
				for r := range s {
					for i, x := range d.Role(tape.Role(r)).Ascend.F64() {
						s[r][i] += x
						ss[r][i] += x * x
					}
				}
			}
			n := float64(draws)
			for r := range s {
				for i := range s[r] {
					mean := s[r][i] / n
					se := math.Sqrt((ss[r][i]/n - mean*mean) / n)
					if off := math.Abs(mean - want[r][i]); off > 6*se+1e-12 {
						t.Errorf("%s on %s, %s[%d]: mean %.5g, exact %.5g, se %.2g", c.Name, net, tape.Role(r), i, mean, want[r][i], se)
					}
				}
			}
		}
	}
}

// One key gives all estimators of a model the same draws, in every layer: the generative
// direction of REINFORCE is that of every estimator whose sample is that one.
func TestEstimatorsShareDraws(t *testing.T) {
	for _, net := range []string{"bits", "two layers"} {
		reinforce := estimators.Reinforce{K: 1, Baseline: "none"}
		for _, e := range []vi.Estimator{
			estimators.MuProp{K: 1}, estimators.DARN{K: 1}, estimators.REBAR{K: 1, Tau: 0.5, Eta: 1}, estimators.GumbelRao{K: 1, R: 2, Temperature: tau(1)},
			estimators.STGumbel{K: 1, Temperature: tau(0.3)}, estimators.StraightThrough{K: 1, Temperature: tau(1)}, estimators.MeasureValued{K: 1},
		} {
			w := sbn(t, tape.Float64, nets[net])
			if vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape()) != nil {
				continue
			}
			d := estimate(w, e, 3).Gen.Ascend.F64()
			ref := estimate(sbn(t, tape.Float64, nets[net]), reinforce, 3).Gen.Ascend.F64()
			for i := range d {
				if math.Abs(d[i]-ref[i]) > 1e-14 {
					t.Errorf("%s on %s: gen[%d] is %.15g, reinforce's %.15g: another draw", name(e), net, i, d[i], ref[i])
				}
			}
		}
	}
	// Two samples of LOO are the first members of ARM's two pairs.
	v := sbn(t, tape.Float64, nets["bits"])
	s := v.Step(0, v.All, &vi.Keyed{Key: rng.Probe(0, 0, 1)})
	q := s.Posterior().(dist.Bits)
	z, pair := q.Sample(s.Noise("z"), 2).Node.Value(), q.Pair(s.Noise("z"), 2).Z.Node.Value()
	for r := range 2 * 3 {
		for j := range 3 {
			if z.At(r*3+j) != pair.At(2*r*3+j) {
				t.Fatalf("sample %d, bit %d: %g and %g", r, j, z.At(r*3+j), pair.At(2*r*3+j))
			}
		}
	}
}

// Own parameters follow the fall of the direction's square: central differences of
// -|g|^2 of the same draw, datum and sample, in each of them.
func TestOwnParametersFollowTheSquare(t *testing.T) {
	for _, e := range []vi.Estimator{
		estimators.REBAR{K: 1, Tau: 0.7, Adapt: true}, estimators.REBAR{K: 1, Tau: 0.7, Adapt: true, Modified: true}, estimators.RELAX{K: 1, Tau: 0.7, Hidden: 3},
	} {
		w := onToy(t, models.FourBit{}, e)
		own := w.Params.Vector(tape.Own)
		for i := range own.Len() {
			own.Set(i, own.At(i)+0.3*math.Sin(float64(2*i+1)))
		}
		square := func() (s float64) {
			for _, x := range estimate(w, e, 5).Inf.Ascend.F64() {
				s -= x * x
			}
			return s
		}
		got := estimate(w, e, 5).Own.Ascend.AppendTo(nil)
		const h = 1e-5
		for i, g := range got {
			x := own.At(i)
			own.Set(i, x+h)
			up := square()
			own.Set(i, x-h)
			down := square()
			own.Set(i, x)
			if want := (up - down) / (2 * h); math.Abs(g-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("%+v, own[%d]: got %.10g, central difference %.10g", e, i, g, want)
			}
		}
	}
}

// A network's baseline moves by its own objective and by nothing else; q and p do
// not feel it.
func TestNVILKeepsApart(t *testing.T) {
	e := estimators.NVIL{K: 2, Hidden: 3, Decay: 0.8}
	w := with(t, sbn(t, tape.Float64, nets["bits"]), e)
	own := w.Params.Vector(tape.Own)
	for i := range own.Len() {
		own.Set(i, 0.3*math.Sin(float64(i)))
	}
	objective := func() float64 {
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, 2)})
		lw := s.Weigh(2).LogW
		h := s.Affine(s.X, s.Param("own/0/W"), s.Param("own/0/b"), tape.Tanh)
		a := lw.Sub(s.Affine(h, s.Param("own/1/W"), s.Param("own/1/b"), tape.Linear).SumD(1))
		return -a.Mul(a).Mean().Float()
	}
	got := estimate(w, e, 2).Own.Ascend.AppendTo(nil)
	const h = 1e-5
	for i, g := range got {
		x := own.At(i)
		own.Set(i, x+h)
		up := objective()
		own.Set(i, x-h)
		down := objective()
		own.Set(i, x)
		close(t, fmt.Sprintf("own[%d]", i), g, (up-down)/(2*h), 1e-6)
	}
	gen := bits(estimate(w, e, 2).Gen)
	own.Set(0, 9)
	if bits(estimate(w, e, 2).Gen) != gen {
		t.Error("p feels the baseline")
	}
}

// A constant in f changes nothing, draw by draw, where the control variate cancels it.
func TestConstantsCancel(t *testing.T) {
	for _, e := range []vi.Estimator{
		estimators.LOO{K: 3}, estimators.ARM{K: 4}, estimators.DisARM{K: 4}, estimators.MuProp{K: 2}, estimators.REBAR{K: 1, Tau: 0.5, Eta: 1},
		estimators.Concrete{K: 1, Temperature: tau(0.5), TauP: 1, KL: "mass"}, estimators.STGumbel{K: 1, Temperature: tau(1)},
	} {
		w := onToy(t, models.FourBit{}, e)
		shifted, err := vi.NewWork(plus{w.Model.(vi.Latent), 17}, e, w.Data, tape.Float64, rng.Key{})
		if err != nil {
			t.Fatal(err)
		}
		for r := range 20 {
			a := estimate(w, e, r).Inf.Ascend.AppendTo(nil)
			for i, x := range estimate(shifted, e, r).Inf.Ascend.F64() {
				close(t, fmt.Sprintf("%s, draw %d, [%d]", name(e), r, i), x, a[i], 1e-12)
			}
		}
	}
}

// plus is a model with a constant more of log-likelihood.
type plus struct {
	vi.Latent
	c float64
}

func (m plus) LogLik(s *vi.Step, z dist.Value) tape.Node {
	l := m.Latent.LogLik(s, z)
	return l.Add(l.Const(m.c))
}

// Logits of 40 leave no NaN, and next to no direction; a temperature of a hundredth
// leaves no NaN.
func TestFarLogits(t *testing.T) {
	for _, e := range estimators.All() {
		w := onToy(t, models.FourBit{}, e)
		if vi.Fit(e.Card(), w.Model.Sheet(), w.Data.Shape()) != nil {
			continue
		}
		w.Params.Set("inf/logits", []float64{40, -40, 40, -40})
		for r := range 50 {
			for i, x := range estimate(w, e, r).Inf.Ascend.F64() {
				if !(math.Abs(x) < 1e-12) {
					t.Errorf("%s: g[%d] = %g", e.Card().Name, i, x)
				}
			}
		}
	}
	for _, e := range []vi.Estimator{
		estimators.Concrete{K: 1, Temperature: tau(0.01), TauP: 0.01, KL: "dens"}, estimators.GumbelRao{K: 1, R: 3, Temperature: tau(0.01)}, estimators.REBAR{K: 1, Tau: 0.01, Eta: 1},
	} {
		for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			w := sbn(t, prec, nets["bits"])
			for r := range 50 {
				if d := estimate(w, e, r); !d.Inf.Ascend.Finite() || !d.Gen.Ascend.Finite() {
					t.Errorf("%s, %s: not finite", e.Card().Name, prec)
				}
			}
		}
	}
}

// Temperatures fall as told: max(floor, tau exp(-rate t)), looked at every so often.
func TestTemperatureFalls(t *testing.T) {
	e := estimators.GumbelSoftmax{K: 1, Temperature: estimators.Temperature{Tau: 1, Rate: 1e-3, Floor: 0.5, Every: 100}, KL: "disc"}
	w := sbn(t, tape.Float64, nets["bits"])
	at := func(step int, e vi.Estimator) string {
		return bits(e.Estimate(w.Step(step, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})).Inf)
	}
	fixed := func(x float64) string {
		return at(0, estimators.GumbelSoftmax{K: 1, Temperature: tau(x), KL: "disc"})
	}
	// Of Concrete, q's and the prior's fall each by its own rate.
	both := estimators.Concrete{K: 1, Temperature: estimators.Temperature{Tau: 1, Rate: 1e-3, Floor: 0.5, Every: 1}, TauP: 0.8, RateP: 1e-2, FloorP: 0.3, KL: "dens"}
	held := func(q, p float64) string {
		return at(0, estimators.Concrete{K: 1, Temperature: tau(q), TauP: p, KL: "dens"})
	}
	if at(0, both) != held(1, 0.8) || at(9000, both) != held(0.5, 0.3) || at(50, both) != held(math.Exp(-0.05), 0.8*math.Exp(-0.5)) {
		t.Error("concrete: not the schedules' temperatures")
	}
	if at(299, e) != at(200, e) || at(300, e) == at(299, e) || at(0, e) != fixed(1) || at(9000, e) != fixed(0.5) {
		t.Error("not the schedule's temperature")
	}
}
