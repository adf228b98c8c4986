package models_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// draws are particles of answers.
func draws(t *testing.T, prec tape.Precision, form string, particles int, d *vi.Data, e vi.Estimator) *vi.Work {
	t.Helper()
	m, err := models.IRT{Form: form, Ability: "particles", Count: particles}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, e, d, prec, rng.Init(1, "irt"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func made(t *testing.T, ds vi.Dataset) *vi.Data {
	t.Helper()
	d, err := ds.Make(rng.Data(2, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// logUnit is log N(x; 0, 1).
func logUnit(x float64) float64 { return logNormal(x, 0, 1) }

// chance is of a right answer by the definition, guess -Inf where there is none.
func chance(a, b, guess, theta float64) float64 {
	g := 1 / (1 + math.Exp(-guess))
	return g + (1-g)/(1+math.Exp(b-a*theta))
}

// A particle's density is the definition's, answer by answer, those that are not there having no part in it,
// and its slope that of differences, in every number.
func TestIRTParticlesDensity(t *testing.T) {
	for _, form := range forms {
		for _, hide := range []float64{0, 0.3} {
			d := made(t, datasets.IRT{Kind: form, N: 7, Dim: 4, Spread: 0.5, Hide: hide})
			w := draws(t, tape.Float64, form, 3, d, nil)
			width := w.Params.Specs()[0].Cols
			table := w.Params.Value("inf/w").AppendTo(nil)
			joint := func(w []float64) (l float64) {
				for _, x := range w {
					l += logUnit(x)
				}
				f := w[d.N:]
				for i, x := range d.X {
					n, j := i/d.D, i%d.D
					a, b, guess := 1.0, f[j], math.Inf(-1)
					if form != "1pl" {
						a, b = f[j], f[d.D+j]
					}
					if form == "3pl" {
						guess = f[2*d.D+j]
					}
					switch p := chance(a, b, guess, w[n]); x {
					case 1:
						l += math.Log(p)
					case 0:
						l += math.Log(1 - p)
					}
				}
				return l
			}
			s := w.Step(0, w.All, ramp{})
			x := s.Blank(3, width)
			x.Value().From(table)
			u := s.Model().(vi.Ensemble).LogDensity(s, x)
			slope := tape.Grad(u, x).Value()
			for i, got := range u.Float64s() {
				at := table[i*width : (i+1)*width]
				if want := joint(at); math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Errorf("%s, hide %g: particle %d: %.14g, want %.14g", form, hide, i, got, want)
				}
				for c := range at {
					f := func(h float64) float64 {
						v := slices.Clone(at)
						v[c] += h
						return joint(v)
					}
					want := (8*(f(1e-3)-f(-1e-3)) - (f(2e-3) - f(-2e-3))) / 12e-3
					if got := slope.At(i*width + c); math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
						t.Errorf("%s, hide %g: particle %d: slope %d: %g, want %g", form, hide, i, c, got, want)
					}
				}
			}
		}
	}
}

// Leapfrog steps lead back, and the energy's error falls as the square of the step.
func TestIRTParticlesLeapfrog(t *testing.T) {
	for _, form := range forms {
		w := draws(t, tape.Float64, form, 30, made(t, answers(form, 0.2)), nil)
		from, to, r, _ := leapt(w, rng.Root(5), 0.05, 25, true)
		for i := range from {
			if math.Abs(to[i]-from[i]) > 1e-10 || math.Abs(r[i]+r[len(from)+i]) > 1e-10 {
				t.Fatalf("%s: entry %d: %g becomes %g, momentum %g becomes %g", form, i, from[i], to[i], r[i], r[len(from)+i])
			}
		}
		var logs []float64
		for leaps := 16; leaps <= 128; leaps *= 2 {
			_, _, _, gain := leapt(w, rng.Root(6), 0.5/float64(leaps), leaps, false)
			sum := 0.0
			for _, g := range gain {
				sum += math.Abs(g)
			}
			logs = append(logs, math.Log2(sum))
		}
		for i := range len(logs) - 1 {
			if slope := logs[i] - logs[i+1]; slope < 1.8 || slope > 2.2 {
				t.Errorf("%s: halving the step from %d takes 2^%.3f off the energy's error", form, 16<<i, slope)
			}
		}
	}
}

// functions of a particle whose means are compared: difficulties, and a guess or products of what else there is.
// None tells (theta, a) from (-theta, -a).
func functions(form string, d int, theta float64, f []float64) [4]float64 {
	switch form {
	case "1pl":
		return [4]float64{f[0], f[1], f[2], theta}
	case "2pl":
		return [4]float64{f[d], f[d+1], f[0] * f[1], theta * theta}
	}
	return [4]float64{f[1], f[2], f[0] * f[0], theta * f[0]}
}

// brute are the posterior's means, variances and fourth central moments of those, by sums: every item's features on a
// grid of steps h, and every person's theta on one, given them.
func brute(form string, d *vi.Data, h float64) (mean, variance, fourth [4]float64) {
	var at []float64
	for x := -5.0; x < 5+h/2; x += h {
		at = append(at, x)
	}
	var theta, weight []float64
	for x := -6.0; x < 6.1; x += 0.4 {
		theta, weight = append(theta, x), append(weight, math.Exp(logUnit(x)))
	}
	k := map[string]int{"1pl": 1, "2pl": 2, "3pl": 3}[form]
	f, mass := make([]float64, k*d.D), 0.0
	var first, second, third, fourths [4]float64
	like := make([]float64, d.N*len(theta)) // prod_j p(x_nj|theta, item j) of items whose features are set
	for i := range like {
		like[i] = 1
	}
	var walk func(j int, like []float64, prior float64)
	walk = func(j int, like []float64, prior float64) {
		if j == d.D {
			w, whole := prior, make([]float64, d.N)
			for n := range d.N {
				for q, c := range weight {
					whole[n] += like[n*len(theta)+q] * c
				}
				w *= whole[n]
			}
			mass += w
			for q, t := range theta {
				p := w * like[q] * weight[q] / whole[0]
				for i, x := range functions(form, d.D, t, f) {
					first[i] += p * x
					second[i] += p * x * x
					third[i] += p * x * x * x
					fourths[i] += p * x * x * x * x
				}
			}
			return
		}
		next := make([]float64, len(like))
		var features func(c int, prior float64)
		features = func(c int, prior float64) {
			if c < k {
				for _, x := range at {
					f[c*d.D+j] = x
					features(c+1, prior*math.Exp(logUnit(x)))
				}
				return
			}
			if prior < 1e-9*math.Pow(0.16, float64(k*(j+1))) { // what is this far out has no part in it
				return
			}
			a, b, guess := 1.0, f[j], math.Inf(-1)
			if k > 1 {
				a, b = f[j], f[d.D+j]
			}
			if k > 2 {
				guess = f[2*d.D+j]
			}
			for q, t := range theta {
				p := chance(a, b, guess, t)
				for n := range d.N {
					switch at := n*len(theta) + q; d.X[n*d.D+j] {
					case 1:
						next[at] = like[at] * p
					case 0:
						next[at] = like[at] * (1 - p)
					default:
						next[at] = like[at]
					}
				}
			}
			walk(j+1, next, prior)
		}
		features(0, prior)
	}
	walk(0, like, 1)
	for i := range mean {
		m1, m2, m3, m4 := first[i]/mass, second[i]/mass, third[i]/mass, fourths[i]/mass
		mean[i], variance[i] = m1, m2-m1*m1
		fourth[i] = m4 - 4*m1*m3 + 6*m1*m1*m2 - 3*m1*m1*m1*m1
	}
	return mean, variance, fourth
}

// HMC has the posterior's means and variances, of difficulties, guesses, discriminations and an ability, against
// sums over grids of everything. Each chain is a draw of its own; 24 z-scores below 4.8 would be passed by chance
// once in 26000 runs.
func TestIRTParticlesPosterior(t *testing.T) {
	nan := math.NaN()
	for form, c := range map[string]struct {
		d    int
		x    []float64
		h    float64
		step float64
	}{
		"1pl": {3, []float64{1, 1, 0, 1, 0, 0, 1, 1, 1, nan, 1, 0, 1, 0, 0, 0, 1, 0}, 0.5, 0.3},
		"2pl": {2, []float64{1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, nan}, 0.5, 0.3},
		"3pl": {1, []float64{1, 1, 1, 0, 1, nan}, 0.3, 0.3},
	} {
		d := &vi.Data{Name: "few", N: len(c.x) / c.d, D: c.d, X: c.x, Domain: vi.Answer}
		mean, variance, fourth := brute(form, d, c.h)
		const particles = 8000
		e := estimators.HMC{Step: c.step, Leaps: 5}
		w := draws(t, tape.Float64, form, particles, d, e)
		for i := range 25 {
			w.Params.Vector(tape.Inf).Copy(e.Estimate(w.Step(i, w.All, &vi.Keyed{Key: rng.Noise(3, uint64(i))})).Inf.Target)
			w.Commit()
		}
		n := w.State[vi.Proposals].Data
		if share := n[1] / n[0]; n[0] != 25*particles || share < 0.5 || share > 0.999 || n[2] != 0 {
			t.Errorf("%s: proposals, accepted, diverged: %v", form, n)
		}
		width := w.Params.Specs()[0].Cols
		table := w.Params.Value("inf/w").AppendTo(nil)
		var sum, squares [4]float64
		for i := 0; i < len(table); i += width {
			for j, x := range functions(form, d.D, table[i], table[i+d.N:i+width]) {
				sum[j] += x / particles
				squares[j] += (x - mean[j]) * (x - mean[j]) / particles
			}
		}
		for j := range sum {
			if z := (sum[j] - mean[j]) / math.Sqrt(variance[j]/particles); math.Abs(z) > 4.8 {
				t.Errorf("%s: mean %d: %.4f, want %.4f: z = %.1f", form, j, sum[j], mean[j], z)
			}
			if z := (squares[j] - variance[j]) / math.Sqrt((fourth[j]-variance[j]*variance[j])/particles); math.Abs(z) > 4.8 {
				t.Errorf("%s: variance %d: %.4f, want %.4f: z = %.1f", form, j, squares[j], variance[j], z)
			}
		}
	}
}

// The turn leaves every particle's density alone, ends with discriminations of a sum above zero, and is the
// identity there; means over particles are those of what was turned.
func TestIRTParticlesTurn(t *testing.T) {
	d := made(t, answers("3pl", 0.2))
	w := draws(t, tape.Float64, "3pl", 4, d, nil)
	width, before := w.Params.Specs()[0].Cols, w.Params.Value("inf/w").AppendTo(nil)
	v := w.Params.Value("inf/w")
	for c := range d.N + d.D { // abilities and discriminations of the second particle
		v.Set(width+c, -v.At(width+c))
	}
	density := func() []float64 {
		s := w.Step(0, w.All, ramp{})
		return slices.Clone(s.Model().(vi.Ensemble).LogDensity(s, s.Param("inf/w").Stop()).Float64s())
	}
	was := density()
	for range 2 {
		w.Model.(vi.Constrained).Project(w.Params)
		if !slices.Equal(w.Params.Value("inf/w").AppendTo(nil), before) {
			t.Fatal("the particle is not turned back, or another is")
		}
	}
	for i, l := range density() {
		if math.Abs(l-was[i]) > 1e-12*math.Abs(l) {
			t.Errorf("particle %d: %g turned, %g before", i, l, was[i])
		}
	}
	r := w.Model.(vi.Respondents)
	theta, chances, items := r.Abilities(w.Params, d.X), r.Chances(w.Params, d.X), r.Items(w.Params)
	n, j := 3, 2
	var wantTheta, wantChance float64
	var want [3]float64
	for i := range 4 {
		p := before[i*width : (i+1)*width]
		a, b, guess := p[d.N+j], p[d.N+d.D+j], p[d.N+2*d.D+j]
		wantTheta += p[n] / 4
		wantChance += chance(a, b, guess, p[n]) / 4
		for c, x := range []float64{a, b, 1 / (1 + math.Exp(-guess))} {
			want[c] += x / 4
		}
	}
	if math.Abs(theta[n]-wantTheta) > 1e-14 || math.Abs(chances[n*d.D+j]-wantChance) > 1e-14 {
		t.Errorf("ability %g, chance %g; want %g, %g", theta[n], chances[n*d.D+j], wantTheta, wantChance)
	}
	for c, x := range want {
		if math.Abs(items[3*j+c]-x) > 1e-14 {
			t.Errorf("item's %d: %g, want %g", c, items[3*j+c], x)
		}
	}
}

// An item that all answer alike, a person who answers all alike or nothing, and one person on one item have a
// posterior, since everything has a prior; energies stay numbers in either precision.
func TestIRTParticlesEdges(t *testing.T) {
	nan := math.NaN()
	for _, x := range [][]float64{{1, 1, 1, 1, 0, 1, nan, 1}, {1, 1, 0, 0, nan, nan, 1, 0}} {
		for _, form := range forms {
			for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
				d := &vi.Data{Name: "odd", N: len(x) / 2, D: 2, X: x, Domain: vi.Answer}
				one := &vi.Data{Name: "one", N: 1, D: 1, X: []float64{1}, Domain: vi.Binary}
				for _, d := range []*vi.Data{d, one} {
					e := estimators.HMC{Step: 0.3, Leaps: 5}
					w := draws(t, prec, form, 20, d, e)
					for i := range 20 {
						w.Params.Vector(tape.Inf).Copy(e.Estimate(w.Step(i, w.All, &vi.Keyed{Key: rng.Noise(3, uint64(i))})).Inf.Target)
						w.Commit()
					}
					n := w.State[vi.Proposals].Data
					if n[2] != 0 || n[1] < n[0]/2 {
						t.Errorf("%s: proposals, accepted, diverged: %v", form, n)
					}
					r := w.Model.(vi.Respondents)
					for _, x := range append(r.Abilities(w.Params, d.X), r.Chances(w.Params, d.X)...) {
						if x-x != 0 {
							t.Errorf("%s: got %g", form, x)
						}
					}
				}
			}
		}
	}
}

// Steps that are far too long diverge, are counted and refused, and leave the chains where they were.
func TestHMCCountsDivergences(t *testing.T) {
	for _, step := range []float64{20, 1e80} { // energies too high, and none
		e := estimators.HMC{Step: step, Leaps: 20}
		w := draws(t, tape.Float64, "2pl", 10, made(t, answers("2pl", 0)), e)
		was := w.Params.Value("inf/w").AppendTo(nil)
		now := e.Estimate(w.Step(0, w.All, &vi.Keyed{Key: rng.Noise(3, 0)})).Inf.Target
		w.Commit()
		if n := w.State[vi.Proposals].Data; n[0] != 10 || n[1] != 0 || n[2] != 10 || !slices.Equal(was, now.AppendTo(nil)) {
			t.Errorf("step %g: proposals, accepted, diverged: %v", step, n)
		}
	}
}

// Of LSAT 6 the posterior of the five difficulties, abilities summed out on a grid, by Gauss-Hermite's rule about
// its mode: the digits that chains are held against in a suite. It is near marginal maximum likelihood, pulled to
// zero by the prior; rules of five and of seven points agree.
func TestIRTPosteriorOfLSAT6(t *testing.T) {
	d := made(t, datasets.LSAT6{})
	var count [32]float64
	for n := range d.N {
		p := 0
		for _, x := range row(d, n) {
			p = 2*p + int(x)
		}
		count[p]++
	}
	joint := func(b []float64) (l float64) {
		var chances [32]float64
		for i := range 41 {
			theta := float64(i-20) * 0.3
			at := [32]float64{0.3 * math.Exp(logUnit(theta))}
			for j := range b {
				p := chance(1, b[4-j], math.Inf(-1), theta) // the last item's the last bit
				for i := range 1 << j {
					at[i+(1<<j)], at[i] = at[i]*p, at[i]*(1-p)
				}
			}
			for p, x := range at {
				chances[p] += x
			}
		}
		for p, n := range count {
			l += n * math.Log(chances[p])
		}
		for _, x := range b {
			l += logUnit(x)
		}
		return l
	}
	likely := []float64{-2.8720, -1.0630, -0.2576, -1.3881, -2.2188} // Rizopoulos 2006
	mode := slices.Clone(likely)
	var sd [5]float64
	for range 20 { // the Hessian is near diagonal
		for j := range mode {
			f := func(h float64) float64 {
				v := slices.Clone(mode)
				v[j] += h
				return joint(v)
			}
			const h = 1e-3
			bend := (f(h) + f(-h) - 2*f(0)) / (h * h)
			mode[j] -= (f(h) - f(-h)) / (2 * h) / bend
			sd[j] = 1 / math.Sqrt(-bend)
		}
	}
	moments := func(nodes, weights []float64) (mean [5]float64, variance float64) {
		top, mass, b := joint(mode), 0.0, make([]float64, 5)
		var squares [5]float64
		var walk func(j int, w, logq float64)
		walk = func(j int, w, logq float64) {
			if j == 5 {
				w *= math.Exp(joint(b) - top - logq)
				mass += w
				for j, x := range b {
					mean[j] += w * x
					squares[j] += w * x * x
				}
				return
			}
			for i, x := range nodes {
				b[j] = mode[j] + 1.1*sd[j]*x
				walk(j+1, w*weights[i], logq-x*x/2)
			}
		}
		walk(0, 1, 0)
		for j := range mean {
			mean[j] /= mass
			variance += (squares[j]/mass - mean[j]*mean[j]) / 5
		}
		return mean, variance
	}
	rule := func(points int) ([5]float64, float64) { // of weight exp(-x^2)
		nodes, weights := make([]float64, points), make([]float64, points)
		quad.Hermite{}.FixedLocations(nodes, weights, math.Inf(-1), math.Inf(1))
		for i := range nodes {
			weights[i] /= math.Sqrt(math.Pi)
			nodes[i] *= math.Sqrt2
		}
		return moments(nodes, weights)
	}
	five, v5 := rule(5)
	seven, v7 := rule(7)
	for j, want := range []float64{-2.8257, -1.0497, -0.2487, -1.3722, -2.1915} {
		if math.Abs(seven[j]-want) > 1e-4 || math.Abs(five[j]-seven[j]) > 1e-4 {
			t.Errorf("item %d: mean %.5f, by fewer points %.5f; want %.4f", j+1, seven[j], five[j], want)
		}
		if off := math.Abs(seven[j]) - math.Abs(likely[j]); off > 0 || off < -0.05 {
			t.Errorf("item %d: %g from the largest likelihood", j+1, off)
		}
	}
	if math.Abs(v7-0.00932) > 1e-5 || math.Abs(v5-v7) > 5e-5 {
		t.Errorf("mean variance %.6f, by fewer points %.6f", v7, v5)
	}
}
