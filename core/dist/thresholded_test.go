package dist_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// The law of a thresholded base by quadrature over its noise: P(z != 0), E z, E z^2, on a
// grid of shifts, scales and thresholds; with a Laplace base they are those of the spike
// and slab.
func TestThresholdedAgainstIntegrals(t *testing.T) {
	for _, gauss := range []bool{false, true} {
		pdf, extent := laplacePDF, 45.0
		if gauss {
			pdf, extent = normalPDF, 12
		}
		for _, m := range []float64{-0.8, 0, 0.7} {
			for _, b := range []float64{0.1, 0.4, 1.5} {
				for _, l := range []float64{0, 0.25, 0.6} {
					tp := tape.New(params(t, tape.Float64))
					q := dist.Thresholded{T: tp, B: 1, Mu: one(tp, m), LogScale: one(tp, math.Log(b/0.5)), Warm: 0.5, Lambda: one(tp, l), Gaussian: gauss}
					expect := func(f func(z float64) float64) float64 { // over active noise
						soft := func(e float64) float64 { return pdf(e, 0, b) * f(m+e-math.Copysign(l, e)) }
						return integral(soft, -extent*b, -l) + integral(soft, l, extent*b)
					}
					what := fmt.Sprintf("gaussian %v (%g, %g, %g): ", gauss, m, b, l)
					g, _ := q.Active()
					mean, square, _ := q.Moments()
					near(t, what+"active", g.Value().At(0), expect(func(float64) float64 { return 1 }), 1e-12)
					near(t, what+"mean", mean.Value().At(0), expect(func(z float64) float64 { return z }), 1e-12)
					near(t, what+"square", square.Value().At(0), expect(func(z float64) float64 { return z * z }), 1e-12)
					near(t, what+"Means", q.Means(nil)[0].Value().At(0), mean.Value().At(0), 1e-15)
					if !gauss {
						near(t, what+"g", g.Value().At(0), math.Exp(-l/b), 1e-14)
						near(t, what+"spike and slab", square.Value().At(0), math.Exp(-l/b)*(m*m+2*b*b), 1e-14)
						// Memory: the density of e at l + x is that of x, times g.
						for _, x := range []float64{0.01, 0.5, 3} {
							near(t, what+"no memory", pdf(l+x, 0, b), g.Value().At(0)*pdf(x, 0, b), 1e-13)
						}
					}
					density := func(z float64) float64 {
						return math.Exp(q.LogProb(dist.Value{Node: one(tp, z), K: 1}).Float())
					}
					near(t, what+"mass", density(0)+integral(density, m-extent*b, m+extent*b, m, 0), 1, 1e-12)
				}
			}
		}
	}
}

// With a Gamma threshold a Laplace base has the mean of exp(-lambda/b) for g, here by
// quadrature over the threshold; a Gaussian one has no closed form.
func TestGammaThreshold(t *testing.T) {
	const m, b, shape, rate = 0.7, 0.4, 3.0, 12.0
	tp := tape.New(params(t, tape.Float64))
	q := dist.Thresholded{T: tp, B: 1, Mu: one(tp, m), LogScale: one(tp, math.Log(b)), LogShape: one(tp, math.Log(shape)), LogRate: one(tp, math.Log(rate))}
	pdf := func(l float64) float64 { return rate * rate * rate / 2 * l * l * math.Exp(-rate*l) }
	want := integral(func(l float64) float64 { return pdf(l) * math.Exp(-l/b) }, 0, 5)
	g, _ := q.Active()
	near(t, "active", g.Value().At(0), want, 1e-12)
	_, square, _ := q.Moments()
	near(t, "square", square.Value().At(0), want*(m*m+2*b*b), 1e-12)
	const c, s = 3.0, 3 / 0.25
	q.PriorShape, q.PriorRate = c, s
	kl, ok := q.ThresholdKL()
	if !ok {
		t.Fatal("no KL of the threshold")
	}
	near(t, "KL of the prior", kl.Value().At(0), 0, 1e-14)
	q.PriorShape, q.PriorRate = 2, 5
	kl, _ = q.ThresholdKL()
	near(t, "KL", kl.Value().At(0), integral(func(l float64) float64 {
		if l == 0 {
			return 0
		}
		return pdf(l) * math.Log(pdf(l)/(25*l*math.Exp(-5*l)))
	}, 0, 5, 0.01, 0.1), 1e-10)

	q.Gaussian = true
	if _, ok := q.Active(); ok {
		t.Error("a closed form of a Gaussian's activity at a drawn threshold")
	}
	if _, _, ok := q.Moments(); ok {
		t.Error("moments of a Gaussian at a drawn threshold")
	}
	near(t, "Means, at the mean threshold", q.Means(nil)[0].Value().At(0), m*math.Erfc(shape/rate/b/math.Sqrt2), 1e-14)
	q.LogShape, q.LogRate, q.Lambda = tape.Node{}, tape.Node{}, one(tp, 1)
	if _, ok := q.ThresholdKL(); ok {
		t.Error("a KL of a fixed threshold")
	}
}

// The thresholded Laplace is the spike and slab. On a grid of 27 laws, 1e5 draws
// each: the number of active ones is binomial (exact tail), active z - mu are Laplace(b)
// (Kolmogorov). 56 tests at a level of 9e-7 each: false alarm below 6e-5 in all. A
// slab wider or narrower by a tenth is .018 away, and fails where half are active, at .012.
func TestThresholdedLaplaceIsSpikeAndSlab(t *testing.T) {
	const n, level = 100000, 9e-7
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		i := uint64(0)
		for _, m := range []float64{-0.8, 0.1, 0.7} {
			for _, b := range []float64{0.2, 0.4, 1.5} {
				for _, l := range []float64{0.1, 0.25, 0.6} {
					if prec == tape.Float32 && i > 0 {
						continue // one is enough to see the conversion
					}
					tp := tape.New(params(t, prec))
					q := dist.Thresholded{T: tp, B: 1, Mu: one(tp, m), LogScale: one(tp, math.Log(b)), Lambda: one(tp, l)}
					var active []float64
					for _, z := range q.Sample(keyed{rng.Root(40).At(i)}, n).Node.Value().AppendTo(nil) {
						if z != 0 {
							active = append(active, z-m)
						}
					}
					i++
					if p := binomialTail(len(active), n, math.Exp(-l/b)); p < level {
						t.Errorf("(%g, %g, %g): %d active of %d, want a share of %g: p = %.1g", m, b, l, len(active), n, math.Exp(-l/b), p)
					}
					slices.Sort(active)
					far := 0.0
					for j, e := range active {
						cdf := 0.5 * math.Exp(-math.Abs(e)/b)
						if e > 0 {
							cdf = 1 - cdf
						}
						far = max(far, math.Abs(cdf-float64(j)/float64(len(active))), math.Abs(cdf-float64(j+1)/float64(len(active))))
					}
					// P(D > d) <= 2 exp(-2 n d^2) (Dvoretzky, Kiefer and Wolfowitz; Massart).
					if p := 2 * math.Exp(-2*float64(len(active))*far*far); p < level {
						t.Errorf("(%g, %g, %g): active ones are %g from a Laplace: p = %.1g", m, b, l, far, p)
					}
				}
			}
		}
	}
}

// binomialTail is the two-sided tail of k of n at p, twice the smaller one.
func binomialTail(k, n int, p float64) float64 {
	lg := func(x int) float64 { y, _ := math.Lgamma(float64(x + 1)); return y }
	term := func(j int) float64 {
		return math.Exp(lg(n) - lg(j) - lg(n-j) + float64(j)*math.Log(p) + float64(n-j)*math.Log1p(-p))
	}
	lower, upper := 0.0, 0.0
	mean, far := float64(n)*p, 14*math.Sqrt(float64(n)*p) // beyond, less than 1e-40
	for j := max(0, min(int(mean-far), k)); j <= min(n, max(int(mean+far), k)); j++ {
		if j <= k {
			lower += term(j)
		}
		if j >= k {
			upper += term(j)
		}
	}
	return 2 * min(lower, upper)
}

// given is noise that a test chose: uniforms in the first site, others in layers.
type given struct{ uniform, layer []float64 }

func (g given) Uniform(b int, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, g.uniform[b*dst.Len()+i])
	}
}
func (g given) Normal(b int, dst tape.Vector) { g.Uniform(b, dst) }
func (g given) Layer(int) dist.Noise          { return given{uniform: g.layer} }

// pulled are draws of one entry and their dz/dmu, dz/dlog b and dz/dlambda.
func pulled(t *testing.T, q dist.Thresholded, n dist.Noise, k int, m, ls, l float64) (z []float64, d [3][]float64) {
	t.Helper()
	p := params(t, tape.Float64, tape.Spec{Name: "inf/a", Rows: k, Cols: 1}, tape.Spec{Name: "inf/b", Rows: k, Cols: 1}, tape.Spec{Name: "inf/c", Rows: k, Cols: 1})
	for i := range k {
		for j, x := range []float64{m, ls, l} {
			p.Value([]string{"inf/a", "inf/b", "inf/c"}[j]).Set(i, x)
		}
	}
	tp := tape.New(p)
	q.T, q.B, q.Mu, q.LogScale, q.Lambda = tp, k, tp.Param("inf/a"), tp.Param("inf/b"), tp.Param("inf/c")
	s := q.Sample(n, 1).Node
	z = s.Value().AppendTo(nil)
	g := tp.Ascend(tape.Surrogate{Inf: s.SumD(1).Sum()})[tape.Inf]
	for j := range d {
		d[j] = g.Slice(j*k, (j+1)*k).AppendTo(nil)
	}
	return z, d
}

// The table of Pulls, entry by entry, for both bases and with warm-up.
func TestPulls(t *testing.T) {
	const m, b, l = 0.7, 0.4, 0.6
	u := []float64{0.001, 0.05, 0.3, 0.499, 0.501, 0.8, 0.9, 0.97, 0.9999}
	for _, gauss := range []bool{false, true} {
		for _, warm := range []float64{0, 1, 0.6} {
			noise, eps := slices.Clone(u), make([]float64, len(u))
			for i, u := range u {
				eps[i] = -math.Copysign(1, u-0.5) * math.Log(1-2*math.Abs(u-0.5))
				if gauss {
					eps[i] = 8 * (u - 0.5)
					noise[i] = eps[i]
				}
			}
			actives := 0
			for _, pull := range dist.Pulls {
				q := dist.Thresholded{Gaussian: gauss, Warm: warm, Pull: pull}
				z, d := pulled(t, q, given{uniform: noise}, len(u), m, math.Log(b), l)
				for i := range u {
					e := b * eps[i]
					if warm != 0 {
						e *= warm
					}
					on, value := 0.0, 0.0
					if math.Abs(e) > l {
						on, value = 1, m+e-math.Copysign(l, e)
						actives++
					}
					want := map[string][3]float64{
						"ste":      {1, e, 0},
						"ste-code": {1 + on, e, -on * math.Copysign(1, e)},
						"ste-fix":  {1, e, -on * math.Copysign(1, e)},
						"subgrad":  {on, on * e, -on * math.Copysign(1, e)},
					}[pull]
					what := fmt.Sprintf("gaussian %v, warm %g, %s, u = %g", gauss, warm, pull, u[i])
					near(t, what+": z", z[i], value, 1e-14)
					if on == 0 && z[i] != 0 {
						t.Errorf("%s: %g; want exactly 0", what, z[i])
					}
					for j, name := range []string{"mu", "log b", "lambda"} {
						near(t, what+": d "+name, d[j][i], want[j], 1e-13)
					}
				}
			}
			if actives == 0 || actives == 4*len(u) {
				t.Errorf("%d active of %d: one side of the table is untested", actives, 4*len(u))
			}
		}
	}
}

// Samples in float32 are those of float64 by the same noise, to 16 eps of 1 + |e|: one
// operation each for the scale, the noise, its product, the threshold and the shift.
func TestThresholdedInFloat32(t *testing.T) {
	const k = 512
	u := make([]float64, k)
	for i := range u {
		u[i] = (float64(i) + 0.5) / k // exact in both
	}
	for _, gauss := range []bool{false, true} {
		var z [2]tape.Vector
		for i, prec := range []tape.Precision{tape.Float32, tape.Float64} {
			tp := tape.New(params(t, prec))
			q := dist.Thresholded{T: tp, B: 1, Mu: one(tp, 0.75), LogScale: one(tp, -0.5), Lambda: one(tp, 0.3125), Gaussian: gauss}
			z[i] = q.Sample(given{uniform: u}, k).Node.Value()
		}
		for i := range k {
			got, want := z[0].At(i), z[1].At(i)
			if (got == 0) != (want == 0) || math.Abs(got-want) > 16*0x1p-24*(1+math.Abs(want)) {
				t.Errorf("gaussian %v, u = %g: %.9g in float32, %.9g in float64", gauss, u[i], got, want)
			}
		}
	}
}

// A check in one dimension, f(z) = (z-t)^2/2 at (m, t, b, l) = (.7, .5, .4, .6):
// what each pull expects, by quadrature over the uniform, and what is true, by Moments.
func TestPullsExpect(t *testing.T) {
	const m, target, b, l, k = 0.7, 0.5, 0.4, 0.6, 200000
	g := math.Exp(-l / b)
	tail := m*m + 2*b*b - 2*target*m
	u := make([]float64, k)
	for i := range u {
		u[i] = (float64(i) + 0.5) / k
	}
	nan := math.NaN() // no closed form to compare with
	for pull, want := range map[string][3]float64{
		"ste":      {g*m - target, g * (2*b + l), 0},
		"ste-code": {2*g*m - (1+g)*target, g * (2*b + l), -g * b},
		"ste-fix":  {g*m - target, g * (2*b + l), -g * b},
		"subgrad":  {g * (m - target), nan, -g * b},
	} {
		z, d := pulled(t, dist.Thresholded{Pull: pull}, given{uniform: u}, k, m, math.Log(b), l)
		var got [3]float64
		for i, z := range z {
			for j := range got {
				got[j] += (z - target) * d[j][i] / k
			}
		}
		got[1] /= b
		for j, name := range []string{"m", "b", "l"} {
			if !math.IsNaN(want[j]) && !(math.Abs(got[j]-want[j]) < 5e-5) {
				t.Errorf("%s: dF/d%s is %.6f; want %.6f", pull, name, got[j], want[j])
			}
		}
	}
	for i, c := range [][2]float64{{g*m - target, -.3438}, {2*g*m - (1+g)*target, -.2992}, {g * (2*b + l), .3124}, {-g * b, -.0893}} {
		if math.Abs(c[0]-c[1]) > 5e-5 {
			t.Errorf("number %d: %.6f; want %.4f", i, c[0], c[1])
		}
	}

	p := params(t, tape.Float64, tape.Spec{Name: "inf/a", Rows: 1, Cols: 1}, tape.Spec{Name: "inf/b", Rows: 1, Cols: 1}, tape.Spec{Name: "inf/c", Rows: 1, Cols: 1})
	for i, x := range []float64{m, math.Log(b), l} {
		p.Vector(tape.Inf).Set(i, x)
	}
	tp := tape.New(p)
	q := dist.Thresholded{T: tp, B: 1, Mu: tp.Param("inf/a"), LogScale: tp.Param("inf/b"), Lambda: tp.Param("inf/c")}
	mean, square, _ := q.Moments()
	f := square.Sub(mean.Scale(2 * target)).Scale(0.5).SumD(1).Sum()
	got := tp.Ascend(tape.Surrogate{Inf: f})[tape.Inf]
	for i, c := range [][3]float64{{got.At(0), g * (m - target), .0446}, {got.At(1) / b, 2*g*b + g*l*tail/(2*b*b), .2245}, {got.At(2), -g / (2 * b) * tail, -.0307}} {
		near(t, fmt.Sprint("exact derivative ", i), c[0], c[1], 1e-12)
		if math.Abs(c[0]-c[2]) > 5e-5 {
			t.Errorf("exact derivative %d: %.6f; want %.4f", i, c[0], c[2])
		}
	}
}

// Subgrad is the derivative of the sample with its noise held, through drawn thresholds
// too: against central differences where no entry crosses.
func TestSubgradIsTheDerivative(t *testing.T) {
	p := params(t, tape.Float64, lawSpecs...)
	for _, gauss := range []bool{false, true} {
		build := func(tp *tape.Tape) tape.Node {
			tp.Reset()
			q := dist.Thresholded{T: tp, B: 2, Mu: tp.Param("inf/mu"), LogScale: tp.Param("inf/ls"),
				LogShape: tp.Param("inf/c"), LogRate: tp.Param("gen/d"), Gaussian: gauss, Pull: "subgrad"}
			z := q.Sample(keyed{rng.Root(8)}, 4).Node
			return z.Mul(z).SumD(4)
		}
		tp, other := tape.New(p), tape.New(p)
		f := build(tp)
		got := tp.Ascend(tape.Surrogate{Gen: f.Sum(), Inf: f.Sum()})
		moved := 0
		for _, r := range []tape.Role{tape.Gen, tape.Inf} {
			v := p.Vector(r)
			for i := range v.Len() {
				const h = 1e-6
				at := v.At(i)
				v.Set(i, at+h)
				up := build(other).Sum().Float()
				v.Set(i, at-h)
				down := build(other).Sum().Float()
				v.Set(i, at)
				want := (up - down) / (2 * h)
				near(t, fmt.Sprintf("gaussian %v, %s[%d]", gauss, r, i), got[r].At(i), want, 1e-7)
				if want != 0 {
					moved++
				}
			}
		}
		if moved < 14 {
			t.Errorf("gaussian %v: only %d derivatives are not 0", gauss, moved)
		}
	}
}

// The published clamp ends the tail at 13.8 b; without it, it ends with the uniform.
func TestLaplaceTail(t *testing.T) {
	tp := tape.New(params(t, tape.Float64))
	q := dist.Laplace{T: tp, B: 1, Mu: one(tp, 0), LogScale: one(tp, 0)}
	u := given{uniform: []float64{0x1p-53, 1 - 0x1p-53, 0.5 - 0x1p-53, 0.5 + 0x1p-53}}
	e := q.Sample(u, 4).Node.Value()
	for i, want := range []float64{-52 * math.Ln2, 52 * math.Ln2, math.Log1p(-0x1p-52), -math.Log1p(-0x1p-52)} {
		near(t, "noise", e.At(i)/want, 1, 1e-15)
	}
	q.Clamp = 1e-6
	e = q.Sample(u, 4).Node.Value()
	near(t, "clamped", e.At(0), math.Log(1e-6), 1e-15)
	near(t, "clamped", e.At(1), -math.Log(1e-6), 1e-15)
}

// Samples of a Laplace have the mean, the variance and the mean absolute value that they
// should: 24 z-scores at 5.3, false alarm 2.8e-6 in all.
func TestLaplaceSamples(t *testing.T) {
	const b, d, k = 2, 2, 20000
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		tp := tape.New(params(t, prec))
		q := dist.Laplace{T: tp, B: b, Mu: leaf(tp, b, d, 0.4), LogScale: leaf(tp, 1, d, 1.1)}
		z := q.Sample(keyed{rng.Root(11)}, k).Node.Value()
		for n := range b {
			for j := range d {
				var s, a, ss float64
				for i := range k {
					e := (z.At((n*k+i)*d+j) - at(q.Mu, b, n, j)) / math.Exp(at(q.LogScale, b, n, j))
					s, a, ss = s+e, a+math.Abs(e), ss+e*e
				}
				for what, score := range map[string]float64{"mean": s / math.Sqrt(2*k), "|z|": (a - k) / math.Sqrt(k), "square": (ss - 2*k) / math.Sqrt(20*k)} {
					if math.Abs(score) > 5.3 {
						t.Errorf("%s, datum %d, entry %d: z of the %s is %.2f", prec, n, j, what, score)
					}
				}
			}
		}
	}
}

// More samples extend fewer, drawn thresholds and gates too.
func TestSparseSamplesExtend(t *testing.T) {
	for _, name := range []string{"laplace", "thresholdedfalse 0", "gammatrue 0", "spike and slabtrue 0.4"} {
		draw := func(k int) tape.Vector {
			tp := tape.New(params(t, tape.Float64, lawSpecs...))
			return laws(tp)[name].Sample(keyed{rng.Root(2)}, k).Node.Value()
		}
		few, many := draw(5), draw(50)
		for n := range 2 {
			if !bytes.Equal(few.Slice(n*15, (n+1)*15).Bits(), many.Slice(n*150, n*150+15).Bits()) {
				t.Errorf("%s, datum %d: 5 samples are not the first of 50", name, n)
			}
		}
	}
}

// A frozen law has the values and paths of its samples' arguments, and no weights; a
// pull that is none is refused.
func TestThresholdedFrozen(t *testing.T) {
	tp := tape.New(params(t, tape.Float64, lawSpecs...))
	for name, q := range laws(tp) {
		z := q.Sample(keyed{rng.Root(5)}, 3)
		f := q.Frozen()
		lp, want := f.LogProb, q.LogProb
		if th, ok := q.(dist.Thresholded); ok {
			if _, ok := th.Active(); !ok {
				continue
			}
		}
		got := lp(z.Stop())
		for i, x := range got.Float64s() {
			near(t, name, x, want(z).Float64s()[i], 1e-14)
		}
		d := tp.Ascend(tape.Surrogate{Gen: got.Sum(), Inf: got.Sum()})
		for r := range 2 {
			for i := range d[r].Len() {
				if d[r].At(i) != 0 {
					t.Fatalf("%s: a frozen law has a derivative of %g in %s[%d]", name, d[r].At(i), tape.Role(r), i)
				}
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error(`pull "st" is taken`)
		}
	}()
	dist.Thresholded{}.WithPull("st")
}

// A step of pooled laws after the first allocates nothing.
func TestSparseStepsAllocateNothing(t *testing.T) {
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		tp := tape.New(params(t, prec, lawSpecs...))
		var pool dist.Pool
		var n dist.Noise = keyed{rng.Root(4)}
		n = still{n, keyed{rng.Root(4).Fold("layer")}}
		step := func() {
			tp.Reset()
			pool.Reset()
			mu, ls, c, d := tp.Param("inf/mu"), tp.Param("inf/ls"), tp.Param("inf/c"), tp.Param("gen/d")
			prior := pool.Laplace(dist.Laplace{T: tp, B: 2, Mu: tp.Leaf(1, 3), LogScale: tp.Leaf(1, 3)})
			var total tape.Node
			add := func(n tape.Node) {
				if total.Nil() {
					total = n
					return
				}
				total = total.Add(n)
			}
			for _, pull := range dist.Pulls {
				q := pool.Thresholded(dist.Thresholded{T: tp, B: 2, Mu: mu, LogScale: ls, LogShape: c, LogRate: d}).WithPull(pull)
				add(q.Sample(n, 5).Node.SumD(5).MeanB())
				kl, _ := q.(dist.BaseKL).BaseKL(prior)
				add(kl.SumD(1).Sum())
				_, square, _ := q.(dist.Moments).Moments()
				add(square.SumD(1).Sum())
				add(q.Frozen().(dist.Centred).Means(n)[0].SumD(1).Sum())
			}
			s := pool.SpikeSlab(dist.SpikeSlab{T: tp, B: 2, Gate: c, Mu: mu, LogVar: ls, Tau: 0.5})
			add(s.Sample(n, 5).Node.SumD(5).MeanB())
			add(s.Frozen().LogProb(s.Sample(n, 5)).Sum())
			l := pool.Laplace(dist.Laplace{T: tp, B: 2, Mu: mu, LogScale: ls})
			add(l.Frozen().LogProb(l.Sample(n, 5)).Sum())
			tp.Ascend(tape.Surrogate{Gen: total, Inf: total})
		}
		step()
		step()
		if n := testing.AllocsPerRun(10, step); n != 0 {
			t.Errorf("%s: %v allocations a step; want none", prec, n)
		}
	}
}

// still is noise whose layers are made once.
type still struct {
	dist.Noise
	layer dist.Noise
}

func (s still) Layer(int) dist.Noise { return s.layer }

func BenchmarkThresholded(b *testing.B) {
	const data, k, d = 100, 20, 256
	for _, c := range []struct {
		name  string
		gauss bool
		gamma bool
	}{{"laplace", false, false}, {"gauss", true, false}, {"gamma", false, true}} {
		for _, pull := range []string{"ste", "ste-code"} {
			b.Run(c.name+"/"+pull, func(b *testing.B) {
				tp := tape.New(params(b, tape.Float32, tape.Spec{Name: "inf/m", Rows: data, Cols: d}, tape.Spec{Name: "inf/s", Rows: data, Cols: d}))
				for b.Loop() {
					tp.Reset()
					q := dist.Thresholded{T: tp, B: data, Mu: tp.Param("inf/m"), LogScale: tp.Param("inf/s"), Gaussian: c.gauss, Pull: pull}
					if c.gamma {
						q.LogShape, q.LogRate = tp.Param("inf/m"), tp.Leaf(1, d)
					} else {
						q.Lambda = leaf(tp, 1, d, 1)
					}
					z := q.Sample(keyed{rng.Root(3)}, k).Node.SumD(k).MeanB()
					tp.Ascend(tape.Surrogate{Inf: z})
				}
			})
		}
	}
}
