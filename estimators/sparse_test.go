package estimators_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// coder is a sparse coder, with settings other than the usual ones, on data of a linear
// generator.
func coder(t testing.TB, prec tape.Precision, dim, n int, set map[string]any) *vi.Work {
	t.Helper()
	i := slices.IndexFunc(models.All(), func(m vi.Maker) bool { return m.Name() == "sparsecoder" })
	m, err := vi.With(models.All()[i].(models.SparseCoder), set)
	if err != nil {
		t.Fatal(err)
	}
	ds := datasets.NewSparseLin()
	ds.Dim, ds.Latent, ds.N, ds.Test = dim, 4, n, 0
	return work(t, prec, m, ds, 0)
}

// coders are settings of every family that samples, small.
func coders() map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, q := range []string{"amortised", "lowrank", "laplace", "threshold-laplace", "threshold-gaussian", "spike-slab"} {
		set := map[string]any{"latent": 3, "posterior": q, "hidden": []int{5}, "act": "tanh"}
		switch q {
		case "lowrank":
			set["rank"] = 2
		case "threshold-gaussian":
			set["prior"] = "gaussian"
		case "spike-slab":
			set["prior"], set["scales"] = q, "fixed"
		}
		all[q] = set
	}
	all["learned threshold"] = map[string]any{"latent": 3, "posterior": "threshold-laplace", "hidden": []int{5}, "act": "tanh", "learned": true}
	all["diagonal"] = map[string]any{"latent": 3, "posterior": "diagonal"}
	all["full"] = map[string]any{"latent": 3, "posterior": "full"}
	return all
}

// code is one thresholded Laplace code of x = t with A = 1 and sigma = 1, whose threshold is a
// parameter: of it the gradients are known in closed form.
type code struct{ m, b, lambda, scale float64 }

const codeT = 0.5

func (code) Name() string { return "code" }
func (code) Sheet() vi.Sheet {
	one := func(name string) vi.Spec { return vi.Spec{Name: name, Rows: 1, Cols: 1} }
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: 1, Offers: []vi.Cap{vi.Path, vi.BaseKL, vi.Moments}}},
		Params: []vi.Spec{one("gen/A"), one("inf/lambda"), one("inf/logb"), one("inf/m")}, Offers: []vi.Cap{vi.Atoms, vi.Linear}, Data: vi.Real,
	}
}

func (c code) Init(_ rng.Key, p *vi.Params) {
	p.Set("gen/A", []float64{1})
	p.Set("inf/lambda", []float64{c.lambda})
	p.Set("inf/logb", []float64{math.Log(c.b)})
	p.Set("inf/m", []float64{c.m})
}

func (c code) Prior(s *vi.Step) dist.Dist {
	l := s.Leaf(1, 1)
	l.Value().Set(0, math.Log(c.scale))
	return s.Laplace(s.Leaf(1, 1), l)
}

func (code) Posterior(s *vi.Step) dist.Dist {
	return s.Thresholded(dist.Thresholded{Mu: s.Param("inf/m"), LogScale: s.Param("inf/logb"), Lambda: s.Param("inf/lambda")})
}

func (code) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, s.Affine(z.Node, s.Param("gen/A"), tape.Node{}, tape.Linear), s.Leaf(1, 1))
}
func (code) Linear(s *vi.Step) (a, logsigma tape.Node) { return s.Param("gen/A"), s.Leaf(1, 1) }
func (code) Atoms(p *vi.Params) []float64              { return p.Value("gen/A").AppendTo(nil) }

func (c code) work(t testing.TB, e vi.Estimator) *vi.Work {
	t.Helper()
	w, err := vi.NewWork(c, e, &vi.Data{Name: "code", Digest: "code", N: 1, D: 1, X: []float64{codeT}, Domain: vi.Real}, tape.Float64, rng.Init(0, "code"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// grid is a source whose noise is some numbers, for every datum.
type grid []float64

func (g grid) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, g[i])
	}
}
func (g grid) Uniform(site string, plate uint64, dst tape.Vector) { g.Normal(site, plate, dst) }

// overUniforms is a mean over the noise of one code, piece by piece.
func (c code) overUniforms(f func(u float64) []float64) (sum []float64) {
	g := 0.5 * math.Exp(-c.lambda/c.b)
	for _, p := range []vitest.Piece{vitest.TanhSinh(32, 0, g), vitest.Legendre(40, g, 0.5), vitest.Legendre(40, 0.5, 1-g), vitest.TanhSinh(32, 1-g, 1)} {
		for i, u := range p.Nodes {
			v := f(u[0])
			if sum == nil {
				sum = make([]float64, len(v))
			}
			for j, x := range v {
				sum[j] += p.Weights[i] * x
			}
		}
	}
	return sum
}

// The estimator table of F(m,b,lambda) = E (z-t)^2/2, z = m + soft(e, lambda) or 0, e ~ Laplace(b),
// with g = exp(-lambda/b), each by quadrature over the estimator's own noise, through a model:
//
//	          dF/dm            dF/db                               dF/dlambda
//	exact     g (m-t)          2gb + g lambda (m^2+2b^2-2tm)/2b^2  -g (m^2+2b^2-2tm)/2b
//	ste       g m - t          g (2b+lambda)                       0
//	ste-code  2gm - (1+g) t    g (2b+lambda)                       -g b
//	ste-fix   g m - t          g (2b+lambda)                       -g b
//	subgrad   g (m-t)          g (2b+lambda)                       -g b
//
// The exact one is analytic-elbo's. At (.7, .5, .4, .6) they are known from a simulation too.
func TestThresholdTable(t *testing.T) {
	for _, c := range []code{{0.7, 0.4, 0.6, 0.8}, {-0.3, 0.5, 0.2, 1}} {
		m, b, l, g := c.m, c.b, c.lambda, math.Exp(-c.lambda/c.b)
		moment := m*m + 2*b*b - 2*codeT*m
		want := map[string][3]float64{ // in lambda, log b, m
			"exact":    {-g / (2 * b) * moment, b * (2*g*b + g*l*moment/(2*b*b)), g * (m - codeT)},
			"ste":      {0, b * g * (2*b + l), g*m - codeT},
			"ste-code": {-g * b, b * g * (2*b + l), 2*g*m - (1+g)*codeT},
			"ste-fix":  {-g * b, b * g * (2*b + l), g*m - codeT},
			"subgrad":  {-g * b, b * g * (2*b + l), g * (m - codeT)},
		}
		if c.m == 0.7 {
			for name, simulated := range map[string][3]float64{"exact": {-.0307, .2245, .0446}, "ste": {0, .3124, -.3438}, "ste-code": {-.0893, .3124, -.2992}} {
				for i, x := range simulated {
					got := want[name][i]
					if i == 1 {
						got /= b
					}
					if math.Abs(got-x) > 1e-4 {
						t.Errorf("formula %s[%d]: %.4f; simulated %.4f", name, i, got, x)
					}
				}
			}
		}
		// KL(Laplace(m,b) || Laplace(0,B)) = |m|/B + log B/b - 1 + b/B exp(-|m|/b)
		far := math.Exp(-math.Abs(m) / b)
		kl := [3]float64{0, b/c.scale*far*(1+math.Abs(m)/b) - 1, math.Copysign(1, m) / c.scale * (1 - far)}
		for name, f := range want {
			var e vi.Estimator = estimators.AnalyticELBO{Beta: 1}
			if name != "exact" {
				e = estimators.SparseELBO{K: 1, Rule: "avg", Pull: name, Gamma: 1, Temper: 1}
			}
			w := c.work(t, e)
			got := c.overUniforms(func(u float64) []float64 {
				return e.Estimate(w.Step(0, w.All, grid{u})).Inf.Ascend.AppendTo(nil)
			})
			for i, x := range got {
				if math.Abs(-x-kl[i]-f[i]) > 1e-10 {
					t.Errorf("m = %g: %s[%d]: %.12g; want %.12g", m, name, i, -x-kl[i], f[i])
				}
			}
		}
	}
}

// The gradient of analytic-elbo is that of the mean of sparse-elbo's objective, by central
// differences of a quadrature: what the pulls are biased against is no other objective.
func TestAnalyticELBOIsTheMean(t *testing.T) {
	c := code{0.7, 0.4, 0.6, 0.8}
	mean := func(lambda, logb, m float64) float64 {
		d := code{m, math.Exp(logb), lambda, c.scale}
		w := d.work(t, nil)
		return d.overUniforms(func(u float64) []float64 {
			s := w.Step(0, w.All, grid{u})
			q := s.Posterior()
			return []float64{s.LogLik(q.Sample(s.Noise("z"), 1)).Mean().Float() - s.BaseKL(q).Mean().Float()}
		})[0]
	}
	e := estimators.AnalyticELBO{Beta: 1}
	w := c.work(t, e)
	got := e.Estimate(w.Step(0, w.All, nil)).Inf.Ascend.AppendTo(nil)
	at := [3]float64{c.lambda, math.Log(c.b), c.m}
	const h = 1e-4
	for i, x := range got {
		up, down := at, at
		up[i] += h
		down[i] -= h
		if d := (mean(up[0], up[1], up[2]) - mean(down[0], down[1], down[2])) / (2 * h); math.Abs(d-x) > 1e-7 {
			t.Errorf("derivative %d: %.10g; the mean objective has %.10g", i, x, d)
		}
	}
}

// At fixed noise, the direction of each rule is the gradient of what it is named after, in every
// parameter of a q without a threshold, by central differences:
//
//	avg  mean_k l_k;  max  max_k l_k;  iwae  1/T log mean exp T l_k;  iwae-code  sum_k softmax(T l)_k l_k
func TestSparseRules(t *testing.T) {
	const k, temper = 4, 0.3
	value := map[string]func(l []float64) float64{
		"avg": func(l []float64) float64 { return dotted(l, []float64{0.25, 0.25, 0.25, 0.25}) },
		"max": slices.Max[[]float64],
		"iwae": func(l []float64) float64 {
			return logMeanExp(each(l, func(_ int, x float64) float64 { return temper * x })) / temper
		},
		"iwae-code": func(l []float64) float64 {
			return dotted(l, softmaxOf(each(l, func(_ int, x float64) float64 { return temper * x })))
		},
	}
	for _, name := range []string{"amortised", "laplace"} {
		w := coder(t, tape.Float64, 5, 3, coders()[name])
		src := &vi.Keyed{Key: rng.Probe(0, 0, 3)}
		for rule, of := range value {
			e := estimators.SparseELBO{K: k, Rule: rule, Pull: "ste-fix", Gamma: 1}
			if rule == "iwae" || rule == "iwae-code" {
				e.Temper = temper
			}
			objective := func() float64 {
				s := w.Step(0, w.All, src)
				q := s.Posterior()
				l := s.LogLik(q.Sample(s.Noise("z"), k)).Float64s()
				sum := 0.0
				for n := range w.All {
					sum += of(l[n*k : (n+1)*k])
				}
				return sum/float64(len(w.All)) - s.BaseKL(q).Mean().Float()
			}
			d := e.Estimate(w.Step(0, w.All, src))
			dirs := [][]float64{d.Gen.Ascend.AppendTo(nil), d.Inf.Ascend.AppendTo(nil)}
			for _, spec := range w.Params.Specs() {
				role, lo, _, _ := w.Params.Range(spec.Name)
				v := w.Params.Value(spec.Name)
				for i := range v.Len() {
					const h = 1e-5
					at := v.At(i)
					v.Set(i, at+h)
					up := objective()
					v.Set(i, at-h)
					down := objective()
					v.Set(i, at)
					if got, want := dirs[role][lo+i], (up-down)/(2*h); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("%s of %s: %s[%d] = %.9g; central differences %.9g", rule, name, spec.Name, i, got, want)
					}
				}
			}
		}
	}
}

func dotted(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// Of equal likelihoods max takes the first: where no sample is active all are equal, and ste's
// pull is that of the first sample's noise, x dll/dz = t e.
func TestMaxTakesTheFirst(t *testing.T) {
	c := code{0.7, 0.4, 5, 0.8}
	e := estimators.SparseELBO{K: 3, Rule: "max", Pull: "ste", Gamma: 1, Temper: 1}
	w := c.work(t, e)
	for _, u := range []grid{{0.3, 0.6, 0.9}, {0.9, 0.3, 0.6}, {0.6, 0.6, 0.2}} {
		got := e.Estimate(w.Step(0, w.All, u)).Inf.Ascend.At(1)
		eps := math.Log(2 * min(u[0], 1-u[0]))
		if u[0] > 0.5 {
			eps = -eps
		}
		far := math.Exp(-c.m / c.b)
		want := codeT*c.b*eps - (c.b/c.scale*far*(1+c.m/c.b) - 1)
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("noise %v: %.12g in log b; the first sample has %.12g", u, got, want)
		}
	}
}

// Of one code with a Laplace prior the evidence is closed. With s^2 = sigma^2/|a|^2, m = a'x/|a|^2
// and erfcx the scaled complementary error function,
//
//	p(x) = (2 pi sigma^2)^(-D/2) exp(-|x - a m|^2/(2 sigma^2)) sqrt(2 pi s^2) / (4l) exp(-m^2/(2 s^2))
//	       [ erfcx((s^2/l - m)/(s sqrt 2)) + erfcx((s^2/l + m)/(s sqrt 2)) ]
//
// Every bound is below it, and that of J samples rises with J: by quadrature over their noise.
func TestLaplaceEvidence(t *testing.T) {
	const dim, n = 3, 4
	w := coder(t, tape.Float64, dim, n, map[string]any{"latent": 1, "posterior": "amortised", "hidden": []int{4}, "act": "tanh", "scale": 0.7, "sigma": 0.8, "sd": 0.6})
	a, l, sigma := w.Params.Value("gen/A").AppendTo(nil), 0.7, 0.8
	evidence := func(x []float64) float64 {
		aa, ax := dotted(a, a), dotted(a, x)
		s, m, left := sigma/math.Sqrt(aa), ax/aa, 0.0
		for i := range x {
			r := x[i] - a[i]*m
			left += r * r
		}
		return -dim/2.0*math.Log(2*math.Pi*sigma*sigma) - left/(2*sigma*sigma) + 0.5*math.Log(2*math.Pi*s*s) - math.Log(4*l) - m*m/(2*s*s) +
			math.Log(vec.Erfcx64((s*s/l-m)/(s*math.Sqrt2))+vec.Erfcx64((s*s/l+m)/(s*math.Sqrt2)))
	}
	rule := vitest.Hermite(48)[0]
	nodes := grid{}
	for _, x := range rule.Nodes {
		nodes = append(nodes, x[0])
	}
	k := len(nodes)
	s := w.Step(0, w.All, nodes)
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), k)
	lw := slices.Clone(s.LogJoint(z).Sub(q.LogProb(z)).Float64s())
	closed := slices.Clone(s.ClosedELBO().Float64s())
	for i := range n {
		x, lw := w.Data.X[i*dim:(i+1)*dim], lw[i*k:(i+1)*k]
		want := evidence(x)
		// the formula, against the trapezoid rule on the joint
		sum := 0.0
		for z := -15.0; z <= 15; z += 1e-3 {
			r := 0.0
			for j := range x {
				r += (x[j] - a[j]*z) * (x[j] - a[j]*z)
			}
			sum += 1e-3 * math.Exp(-r/(2*sigma*sigma)-math.Abs(z)/l) / (2 * l)
		}
		if got := math.Log(sum) - dim/2.0*math.Log(2*math.Pi*sigma*sigma); math.Abs(got-want) > 1e-5 {
			t.Errorf("row %d: log p(x) = %.9g; by sums %.9g", i, want, got)
		}
		var bound [3]float64
		for a, u := range lw {
			bound[0] += rule.Weights[a] * u
			for b, v := range lw {
				bound[1] += rule.Weights[a] * rule.Weights[b] * logMeanExp([]float64{u, v})
				for c, w := range lw {
					if weight := rule.Weights[a] * rule.Weights[b] * rule.Weights[c]; weight > 1e-14 {
						bound[2] += weight * logMeanExp([]float64{u, v, w})
					}
				}
			}
		}
		if math.Abs(bound[0]-closed[i]) > 0.02 { // |z| has a kink, which a Gauss rule sees to a percent
			t.Errorf("row %d: ELBO %.9g by quadrature, %.9g closed", i, bound[0], closed[i])
		}
		if !(closed[i] < want && bound[0] < bound[1] && bound[1] < bound[2] && bound[2] < want) {
			t.Errorf("row %d: bounds of 1, 2, 3 samples %.6g, ELBO %.6g; log p(x) %.6g", i, bound, closed[i], want)
		}
	}
}
