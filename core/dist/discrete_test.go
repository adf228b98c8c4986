package dist_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// both are bits and categories of the same shape, by the parameter inf/w [rows,6].
func both(t testing.TB, prec tape.Precision, b, rows int) map[string]dist.Discrete {
	tp := tape.New(params(t, prec, tape.Spec{Name: "inf/w", Rows: rows, Cols: 6}))
	l := tp.Param("inf/w").Scale(3)
	return map[string]dist.Discrete{
		"bits":       dist.Bernoulli{T: tp, B: b, Logits: l},
		"categories": dist.Categorical{T: tp, B: b, Logits: l, N: 3},
	}
}

func values(n tape.Node) []float64 { return n.Value().AppendTo(nil) }

// rounded is the hard sample of a relaxed one.
func rounded(d dist.Discrete, z []float64) []float64 {
	out := make([]float64, len(z))
	if _, ok := d.(dist.Bernoulli); ok {
		for i, x := range z {
			if x > 0.5 {
				out[i] = 1
			}
		}
		return out
	}
	for lo := 0; lo < len(z); lo += 3 {
		at := lo
		for i := lo; i < lo+3; i++ {
			if z[i] > z[at] {
				at = i
			}
		}
		out[at] = 1
	}
	return out
}

// One key, one sample: drawn hard, hard with a path, rounded from a relaxed one at
// any temperature, as the first of an antithetic pair; with logits a row for all, a
// datum, a sample; and more samples go on where fewer ended.
func TestOneKeyOneSample(t *testing.T) {
	const b, k = 3, 4
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		for _, rows := range []int{1, b, b * k} {
			for name, d := range both(t, prec, b, rows) {
				noise := keyed{rng.Root(5)}
				want := values(d.Sample(noise, k).Node)
				for _, tau := range []float64{0.05, 2.0 / 3, 4} {
					r := d.(dist.Relaxer).Relax(dist.Relaxation{Tau: tau})
					if got := rounded(d, values(r.Sample(noise, k).Node)); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s, %s, %d rows, tau %g: relaxed samples round to others", prec, name, rows, tau)
					}
				}
				for _, mean := range []bool{false, true} {
					r := d.(dist.Relaxer).Relax(dist.Relaxation{Tau: 0.5, Hard: true, Mean: mean})
					if got := values(r.Sample(noise, k).Node); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s, %s, %d rows: straight-through samples are others", prec, name, rows)
					}
				}
				if p, ok := d.(dist.Bits); ok {
					pair := p.Pair(noise, k)
					z := values(pair.Z.Node)
					for r := range b * k {
						if fmt.Sprint(z[2*r*6:(2*r+1)*6]) != fmt.Sprint(want[r*6:(r+1)*6]) {
							t.Errorf("%s, %d rows: sample %d of a pair is another", prec, rows, r)
						}
					}
				}
				if rows == b*k {
					continue
				}
				few := values(d.Sample(noise, 2).Node)
				for n := range b {
					if fmt.Sprint(few[n*12:(n+1)*12]) != fmt.Sprint(want[n*k*6:n*k*6+12]) {
						t.Errorf("%s, %s: two samples are not the first of four", prec, name)
					}
				}
			}
		}
	}
}

// Categories come as often as softmax says, and so do the largest of relaxed samples,
// which are the same (TestOneKeyOneSample): chi-square of ten categories, 200000
// draws, two data in two precisions at 1e-4 each, false alarm 4e-4.
func TestCategoricalSamples(t *testing.T) {
	const k, n = 200000, 10
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		tp := tape.New(params(t, prec))
		d := dist.Categorical{T: tp, B: 2, Logits: leaf(tp, 2, n, 0.9), N: n}
		z := d.Sample(keyed{rng.Root(2)}, k).Node.Value()
		p := d.Logits.Softmax(n).Value()
		for b := range 2 {
			chi := 0.0
			for j := range n {
				count := 0.0
				for i := range k {
					count += z.At((b*k+i)*n + j)
				}
				e := k * p.At(b*n+j)
				chi += (count - e) * (count - e) / e
			}
			if pv := 1 - (distuv.ChiSquared{K: n - 1}).CDF(chi); pv < 1e-4 {
				t.Errorf("%s, datum %d: chi-square %.1f, p = %.2g", prec, b, chi, pv)
			}
		}
	}
}

// Log-probabilities against gonum's, and all states add up to one.
func TestCategoricalLogProb(t *testing.T) {
	tp := tape.New(params(t, tape.Float64))
	d := dist.Categorical{T: tp, B: 2, Logits: leaf(tp, 2, 6, 0.4), N: 3}
	z := d.Enumerate(9, 1)
	l := d.LogProb(z).Float64s()
	for b := range 2 {
		sum := 0.0
		for s := range 9 {
			want := 0.0
			for g, c := range []int{s % 3, s / 3} {
				w := make([]float64, 3)
				for i := range w {
					w[i] = math.Exp(d.Logits.Value().At(b*6 + g*3 + i))
				}
				want += distuv.NewCategorical(w, nil).LogProb(float64(c))
			}
			near(t, "log p", l[b*9+s], want, 1e-13)
			sum += math.Exp(l[b*9+s])
		}
		near(t, "sum over states", sum, 1, 1e-14)
	}
	far := tp.Leaf(2, 6)
	for i := range 12 {
		far.Value().Set(i, float64(i%3-1)*800)
	}
	for _, x := range (dist.Categorical{T: tp, B: 2, Logits: far, N: 3}).LogProb(z).Float64s() {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Errorf("far logits: %g", x)
		}
	}
}

// KL divergences against sums over all states; of equals zero, of a point against
// uniform log n.
func TestDiscreteKL(t *testing.T) {
	for name, q := range both(t, tape.Float64, 2, 2) {
		tp := q.Natural().Tape()
		var p dist.Discrete = dist.Bernoulli{T: tp, B: 2, Logits: leaf(tp, 1, 6, 2)}
		if name == "categories" {
			p = dist.Categorical{T: tp, B: 2, Logits: leaf(tp, 1, 6, 2), N: 3}
		}
		states := int(q.(dist.Enumerable).States())
		z := q.(dist.Enumerable).Enumerate(states, 1)
		lq, lp := q.LogProb(z).Float64s(), p.LogProb(z).Float64s()
		kl, ok := q.(dist.KL).KL(p)
		for b := range 2 {
			want := 0.0
			for i := b * states; i < (b+1)*states; i++ {
				want += math.Exp(lq[i]) * (lq[i] - lp[i])
			}
			near(t, name, kl.Float64s()[b], want, 1e-13)
		}
		self, _ := q.(dist.KL).KL(q)
		near(t, name+" to itself", self.Sum().Float(), 0, 1e-14)
		if _, other := q.(dist.KL).KL(dist.Normal{}); !ok || other {
			t.Errorf("%s: a KL against a Gaussian, or none against its kind", name)
		}
	}
	tp := tape.New(params(t, tape.Float64))
	point := tp.Leaf(1, 4)
	point.Value().Set(2, 100)
	kl, _ := dist.Categorical{T: tp, B: 1, Logits: point, N: 4}.KL(dist.Categorical{T: tp, B: 1, Logits: tp.Leaf(1, 4), N: 4})
	near(t, "point against uniform", kl.Float(), math.Log(4), 1e-14)
}

// The logit of binary Concrete is logistic with location log a / tau and scale
// 1/tau, at temperatures and logits where its sample is long saturated.
func TestBinaryConcreteDensity(t *testing.T) {
	for _, tau := range []float64{0.01, 0.5, 1, 3} {
		for _, phi := range []float64{-5, 0.3, 40} {
			tp := tape.New(params(t, tape.Float64))
			d := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
			d.Logits.Value().Set(0, phi)
			q := d.Relax(dist.Relaxation{Tau: tau})
			z := q.Sample(keyed{rng.Root(3)}, 50)
			l := q.LogProb(z).Float64s()
			for i, y := range values(z.Log) {
				x := math.Abs(tau*y - phi)
				near(t, "log density", l[i], math.Log(tau)-x-2*math.Log1p(math.Exp(-x)), 1e-11)
			}
		}
	}
}

// The density of X printed in the paper is that of Y with the Jacobian 1/(x(1-x)),
// and of n = 3 integrates to one over the simplex: a = (2, 1/2, 1), lambda = 0.7.
func TestConcreteDensityIntegrates(t *testing.T) {
	const lam, h, lim = 0.7, 0.06, 30
	tp := tape.New(params(t, tape.Float64))
	d := dist.Categorical{T: tp, B: 1, Logits: tp.Leaf(1, 3), N: 3}
	for i, a := range []float64{2, 0.5, 1} {
		d.Logits.Value().Set(i, math.Log(a))
	}
	q := d.Relax(dist.Relaxation{Tau: lam})
	// Stick breaking, x1 = s(u), x2 = (1-x1) s(v): dx1 dx2 = x1 x2 x3 du dv, and the
	// density of x is that of y over x1 x2 x3, so p(y) is what is left to add up.
	n, total := int(2*lim/h)+1, 0.0
	y := tp.Leaf(n, 3)
	for i := range n {
		u := -lim + float64(i)*h
		for j := range n {
			v := -lim + float64(j)*h
			rest := -math.Log1p(math.Exp(u))
			y.Value().Set(3*j, -math.Log1p(math.Exp(-u)))
			y.Value().Set(3*j+1, rest-math.Log1p(math.Exp(-v)))
			y.Value().Set(3*j+2, rest-math.Log1p(math.Exp(v)))
		}
		for _, l := range q.LogProb(dist.Value{Node: y.Stop(), Log: y.Scale(1), K: n}).Float64s() {
			total += math.Exp(l) * h * h
		}
	}
	near(t, "integral", total, 1, 1e-6)
}

// Entropies of ExpConcrete do not depend on the logits: along its own path log q
// depends on the noise alone, on every draw. Their values at lambda = 0.7 are
// n H_{n-1} - lgamma(n) - (n-1) log lambda; 20000 draws, four z-scores at 5, false
// alarm 2.3e-6.
func TestConcreteEntropy(t *testing.T) {
	for n, want := range map[int]float64{2: 2.3567, 3: 4.5202, 5: 8.6653, 10: 18.6979} {
		tp := tape.New(params(t, tape.Float64, tape.Spec{Name: "inf/w", Rows: 1, Cols: n}))
		q := dist.Categorical{T: tp, B: 1, Logits: tp.Param("inf/w"), N: n}.Relax(dist.Relaxation{Tau: 0.7})
		const k = 20000
		l := q.LogProb(q.Sample(keyed{rng.Root(4)}, k))
		mean, square := 0.0, 0.0
		for _, x := range l.Float64s() {
			mean -= x / k
			square += x * x / k
		}
		if z := (mean - want) / math.Sqrt((square-mean*mean)/k); math.Abs(z) > 5 {
			t.Errorf("n = %d: entropy %.4f, want %.4f, z = %.1f", n, mean, want, z)
		}
		for _, x := range tp.Ascend(tape.Surrogate{Inf: l.SumK().Sum()})[tape.Inf].F64() {
			if math.Abs(x) > 1e-8 {
				t.Errorf("n = %d: log q moves with the logits by %g", n, x)
			}
		}
	}
	tp := tape.New(params(t, tape.Float64, tape.Spec{Name: "inf/w", Rows: 1, Cols: 3}))
	q := dist.Bernoulli{T: tp, B: 1, Logits: tp.Param("inf/w")}.Relax(dist.Relaxation{Tau: 0.7})
	l := q.LogProb(q.Sample(keyed{rng.Root(4)}, 50))
	for _, x := range tp.Ascend(tape.Surrogate{Inf: l.Sum()})[tape.Inf].F64() {
		if math.Abs(x) > 1e-11 {
			t.Errorf("bits: log q moves with the logits by %g", x)
		}
	}
}

// The relaxed KL of two bits at one temperature is d coth(d/2) - 2, whatever the
// temperature and never below the discrete one: by a fine rule over u.
func TestConcreteKL(t *testing.T) {
	for _, c := range [][3]float64{{0.1, 0.00167, 0.00125}, {1, 0.16395, 0.11094}, {3, 1.31437, 0.50228}, {6, 4.02982, 0.67584}} {
		for _, tau := range []float64{0.2, 1, 3} {
			tp := tape.New(params(t, tape.Float64))
			q := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
			p := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
			q.Logits.Value().Set(0, c[0])
			r := dist.Relaxation{Tau: tau}
			const n, h = 4001, 0.02 // in the logit of u
			y := tp.Leaf(n, 1)
			for i := range n {
				y.Value().Set(i, (c[0]+float64(i-n/2)*h)/tau)
			}
			z := dist.Value{Log: y, K: n}
			lq, lp := q.Relax(r).LogProb(z).Float64s(), p.Relax(r).LogProb(z).Float64s()
			kl := 0.0
			for i := range lq {
				kl += math.Exp(lq[i]) * (lq[i] - lp[i]) * h / tau
			}
			near(t, "relaxed KL", kl, c[0]/math.Tanh(c[0]/2)-2, 1e-9)
			near(t, "relaxed KL, printed", kl, c[1], 1e-5)
			discrete, _ := q.KL(p)
			near(t, "discrete KL, printed", discrete.Float(), c[2], 1e-5)
		}
	}
}

// Moments of binary Concrete at temperature one against their closed forms.
func TestBinaryConcreteMoments(t *testing.T) {
	for _, a := range []float64{1, 3, 0.2} {
		tp := tape.New(params(t, tape.Float64))
		q := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
		q.Logits.Value().Set(0, math.Log(a))
		const n, h = 4001, 0.02
		y := tp.Leaf(n, 1)
		for i := range n {
			y.Value().Set(i, float64(i-n/2)*h)
		}
		m1, m2 := 0.0, 0.0
		for i, l := range q.Relax(dist.Relaxation{Tau: 1}).LogProb(dist.Value{Log: y, K: n}).Float64s() {
			x := sigmoid(y.Value().At(i))
			m1 += math.Exp(l) * x * h
			m2 += math.Exp(l) * x * x * h
		}
		w1, w2 := 0.5, 1.0/3
		if a != 1 {
			w1 = a * (a - 1 - math.Log(a)) / ((a - 1) * (a - 1))
			w2 = a * a * (a - 2*math.Log(a) - 1/a) / math.Pow(a-1, 3)
		}
		near(t, "E X", m1, w1, 1e-10)
		near(t, "E X^2", m2, w2, 1e-10)
	}
}

// Given bits, the perturbed logits are phi + logit(v'), agree with the bits, and
// move with phi in full; so do those given categories, against central differences.
func TestGiven(t *testing.T) {
	const b, k = 2, 3
	for name, d := range both(t, tape.Float64, b, b) {
		noise, cond := keyed{rng.Root(6)}, keyed{rng.Root(7)}
		tp := d.Natural().Tape()
		z := d.Sample(noise, k)
		y := d.Given(z, cond)
		soft := values(d.Soften(y, k, 1).Node)
		if fmt.Sprint(rounded(d, soft)) != fmt.Sprint(values(z.Node)) {
			t.Errorf("%s: given a sample, they decide for another", name)
		}
		phi := d.Natural()
		if name == "bits" {
			for n := range b {
				v := tape.NewVector(tape.Float64, k*6)
				cond.Uniform(n, v)
				for i := range k * 6 {
					p := sigmoid(at(phi, b, n, i%6))
					u := v.At(i) * (1 - p)
					if z.Node.Value().At(n*k*6+i) == 1 {
						u = v.At(i)*p + 1 - p
					}
					near(t, "given bits", y.Value().At(n*k*6+i), at(phi, b, n, i%6)+math.Log(u)-math.Log(1-u), 1e-9)
				}
			}
		}
		c := leaf(tp, b*k, 6, 8)
		got := tp.Ascend(tape.Surrogate{Inf: y.Mul(c).SumD(k).Sum()})[tape.Inf].AppendTo(nil)
		value := func(i int, h float64) float64 {
			w := tape.New(params(t, tape.Float64, tape.Spec{Name: "inf/w", Rows: b, Cols: 6}))
			l := w.Param("inf/w")
			l.Value().Set(i, l.Value().At(i)+h)
			var e dist.Discrete = dist.Bernoulli{T: w, B: b, Logits: l.Scale(3)}
			if name == "categories" {
				e = dist.Categorical{T: w, B: b, Logits: l.Scale(3), N: 3}
			}
			return e.Given(dist.Value{Node: z.Node, K: k}, cond).Mul(leaf(w, b*k, 6, 8)).SumD(k).Sum().Float()
		}
		const h = 1e-5
		for i, g := range got {
			near(t, name+", derivative", g, (value(i, h)-value(i, -h))/(2*h), 1e-7)
		}
	}
}

// Gumbels given a category have the law of unconditional ones where those fell in
// it: two-sample Kolmogorov-Smirnov in every coordinate, nine at 1e-4 each: false
// alarm 9e-4.
func TestGivenCategoriesAgainstRejection(t *testing.T) {
	const k, n = 6000, 3
	tp := tape.New(params(t, tape.Float64))
	d := dist.Categorical{T: tp, B: 1, Logits: leaf(tp, 1, n, 0.2), N: n}
	z, y := d.Sample(keyed{rng.Root(8)}, k), d.Perturb(keyed{rng.Root(8)}, k).Value()
	for c := range n {
		hard := tp.Leaf(k, n)
		for r := range k {
			hard.Value().Set(r*n+c, 1)
		}
		g := d.Given(dist.Value{Node: hard, K: k}, keyed{rng.Root(9)}).Value()
		for j := range n {
			var given, kept []float64
			for r := range k {
				given = append(given, g.At(r*n+j))
				if z.Node.Value().At(r*n+c) == 1 {
					kept = append(kept, y.At(r*n+j))
				}
			}
			if d, m := smirnov(given, kept), float64(len(given)*len(kept))/float64(len(given)+len(kept)); 2*math.Exp(-2*m*d*d) < 1e-4 {
				t.Errorf("category %d, coordinate %d: distance %.4f of %d and %d", c, j, d, len(given), len(kept))
			}
		}
	}
}

// smirnov is the largest distance between two empirical distribution functions.
func smirnov(a, b []float64) float64 {
	worst := 0.0
	for _, x := range a {
		fa, fb := 0.0, 0.0
		for _, y := range a {
			if y <= x {
				fa++
			}
		}
		for _, y := range b {
			if y <= x {
				fb++
			}
		}
		worst = math.Max(worst, math.Abs(fa/float64(len(a))-fb/float64(len(b))))
	}
	return worst
}

// E[u - 1/2] given an antithetic pair is what Pair says: averaged over u by the
// midpoints of a fine grid.
func TestPairGivenBits(t *testing.T) {
	const n = 20000
	tp := tape.New(params(t, tape.Float64))
	for _, phi := range []float64{-1.3, 0, 0.4} {
		d := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
		d.Logits.Value().Set(0, phi)
		p := d.Pair(grid{n}, n)
		sum, given, count := map[float64]float64{}, map[float64]float64{}, map[float64]float64{}
		for i := range n {
			diff := p.Z.Node.Value().At(2*i) - p.Z.Node.Value().At(2*i+1)
			sum[diff] += p.Centred.Value().At(i)
			count[diff]++
			given[diff] = p.Given.Value().At(i)
		}
		for diff, s := range sum {
			near(t, fmt.Sprint("phi ", phi, ", difference ", diff), given[diff], s/count[diff], 1e-4)
		}
	}
}

// grid is the midpoints of n cells of the unit interval.
type grid struct{ n int }

func (grid) Normal(int, tape.Vector) {}
func (g grid) Uniform(_ int, v tape.Vector) {
	for i := range v.Len() {
		v.Set(i, (float64(i%g.n)+0.5)/float64(g.n))
	}
}
func (g grid) Layer(int) dist.Noise { return g }

// deep is q(z1) q(z2|z1): bits, then categories that read them.
type deep struct {
	t *tape.Tape
	b int
}

func (q deep) Given(i int, z dist.Value) dist.Dist {
	if i == 0 {
		return dist.Bernoulli{T: q.t, B: q.b, Logits: q.t.Param("inf/1")}
	}
	return dist.Categorical{T: q.t, B: q.b, Logits: q.t.Affine(z.Block(0), q.t.Param("inf/2"), tape.Node{}, tape.Linear), N: 3}
}

// A chain of discrete layers: later layers read samples, hard or relaxed; all
// states add up to one; relaxed, it has a path to every layer's logits and its
// density is that of the layers, frozen or not.
func TestDiscreteChain(t *testing.T) {
	const b, k = 2, 4
	tp := tape.New(params(t, tape.Float64, tape.Spec{Name: "inf/1", Rows: b, Cols: 2}, tape.Spec{Name: "inf/2", Rows: 6, Cols: 2}))
	c := new(dist.Chain).Begin(tp, deep{tp, b}, []int{0, 1})
	if c.States() != 36 {
		t.Fatalf("%g states; want 4 x 9", c.States())
	}
	all := c.Enumerate(36, 1)
	for n, l := range c.LogProb(all).Exp().SumK().Float64s() {
		near(t, fmt.Sprint("datum ", n, ", all states"), l, 1, 1e-14)
	}
	noise := keyed{rng.Root(1)}
	z := c.Sample(noise, k)
	if z.Logs != nil || len(z.Parts) != 2 {
		t.Error("a hard sample of a chain has logits, or parts are missing")
	}
	st := c.Relax(dist.Relaxation{Tau: 0.5, Hard: true}).Sample(noise, k)
	for i := range 2 {
		if fmt.Sprint(values(st.Parts[i])) != fmt.Sprint(values(z.Parts[i])) {
			t.Errorf("block %d: straight-through samples are others", i)
		}
	}
	q := c.Relax(dist.Relaxation{Tau: 0.5})
	y := q.Sample(noise, k)
	l := q.LogProb(y)
	first, second := deep{tp, b}.Given(0, y).(dist.Bernoulli), deep{tp, b}.Given(1, y).(dist.Categorical)
	want := first.Relax(dist.Relaxation{Tau: 0.5}).LogProb(dist.Value{Node: y.Parts[0], Log: y.Logs[0], K: k}).
		Add(second.Relax(dist.Relaxation{Tau: 0.5}).LogProb(dist.Value{Node: y.Parts[1], Log: y.Logs[1], K: k}))
	for i, x := range l.Float64s() {
		near(t, "relaxed density", x, want.Float64s()[i], 1e-14)
	}
	if f := q.Frozen().LogProb(y); f.Float64s()[0] != l.Float64s()[0] {
		t.Error("frozen, the density is another")
	}
	g := tp.Ascend(tape.Surrogate{Inf: y.Parts[1].Mul(leaf(tp, b*k, 6, 3)).SumD(k).Sum()})[tape.Inf]
	moved := 0
	for i := range 4 {
		if g.At(i) != 0 {
			moved++
		}
	}
	if moved != 4 {
		t.Errorf("%d of 4 logits of the first layer are moved by the second", moved)
	}
}
