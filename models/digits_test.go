package models_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// fixedNoise has one number for every uniform and one for every normal.
type fixedNoise struct{ uniform, normal float64 }

func (f fixedNoise) Uniform(_ string, _ uint64, dst tape.Vector) { fill(dst, f.uniform) }
func (f fixedNoise) Normal(_ string, _ uint64, dst tape.Vector)  { fill(dst, f.normal) }

func fill(dst tape.Vector, x float64) {
	for i := range dst.Len() {
		dst.Set(i, x)
	}
}

// At every level each of the three losses of a diffusion model is half the fall of the signal-to-noise
// ratio times the squared error of the source, here by its slope in w_t at given noise, to 1e-10; so is
// their sum over levels, to 5e-13.
func TestDenoiseIsTheFallOfSNR(t *testing.T) {
	const steps, snr, w0, x, e = 100, 8.0, 0.6, 1.3, -0.7
	d := &vi.Data{N: 1, D: 1, X: []float64{x}, Domain: vi.Real}
	w := diffusion(t, models.Diffusion{Steps: steps, Variance: 1, SNR: snr}, d)
	fill(w.Params.Value("gen/w"), w0)
	for _, predict := range []string{"source", "noise", "score"} {
		got, all := 0.0, 0.0
		for level := 2; level <= steps; level++ {
			noise := fixedNoise{(float64(level) - 0.5) / steps, e}
			g := estimators.Denoise{K: 1, Predict: predict}.Estimate(w.Step(0, w.All, noise)).Gen.Ascend.AppendTo(nil)
			ratio := func(t int) float64 { return math.Exp(snr - 2*snr*float64(t-1)/(steps-1)) }
			ab := ratio(level) / (1 + ratio(level))
			xt := math.Sqrt(ab)*x + math.Sqrt(1/(1+ratio(level)))*e
			want := -steps * (ratio(level-1) - ratio(level)) * (w0*xt - x) * xt
			near(t, predict, g[level-1], want, 1e-10)
			got, all = got+g[level-1], all+want
		}
		if math.Abs(got/all-1) > 5e-13 {
			t.Errorf("%s: all levels %.15g, by the ratios %.15g", predict, got, all)
		}
	}
}

// The best w_t is E[x|x_t]/x_t and Last its error at the first level, by sums over a grid of x; the score
// of x_t's own density is -x_t/(ab s2 + 1 - ab), and Tweedie's formula takes it back to E[x|x_t].
func TestDiffusionDenoiserIsTheMean(t *testing.T) {
	const s2 = 0.7
	w := diffusion(t, models.Diffusion{Steps: 9, Variance: s2, SNR: 2, Start: "exact"}, &vi.Data{N: 1, D: 1, X: []float64{1}, Domain: vi.Real})
	m := w.Model.(vi.Denoiser)
	for level, ab := range m.AlphaBar() {
		density := func(xt float64) (p, mean, square float64) {
			const h = 0.01
			for i := -1500; i <= 1500; i++ {
				x := h * float64(i)
				r := xt - math.Sqrt(ab)*x
				q := math.Exp(-x*x/(2*s2)-r*r/(2*(1-ab))) / (2 * math.Pi * math.Sqrt(s2*(1-ab))) * h
				p, mean, square = p+q, mean+q*x, square+q*x*x
			}
			return p, mean / p, square / p
		}
		const xt, by = 0.9, 1e-4
		_, mean, square := density(xt)
		near(t, "E[x|x_t]", w.Params.Value("gen/w").At(level)*xt, mean, 1e-11)
		near(t, "its error", s2*(1-ab)/(ab*s2+1-ab), square-mean*mean, 1e-11)
		if level == 0 {
			near(t, "the last step's variance", m.Last(), square-mean*mean, 1e-11)
		}
		up, _, _ := density(xt + by)
		down, _, _ := density(xt - by)
		score := (math.Log(up) - math.Log(down)) / (2 * by)
		near(t, "score", -xt/(ab*s2+1-ab), score, 1e-8)
		near(t, "Tweedie", (xt+(1-ab)*score)/math.Sqrt(ab), mean, 1e-7)
	}
}

// The slopes of a generator before a critic of logit d, and the two players' radius in 2000 steps at once of 0.05
// from (1, 1/2), as a recursion of its own has them: 1.12 to 1.87 without regularisation, to 1.02e-20 with R1 of weight 1,
// and by the root of 1 + 0.05^2 a step in the Wasserstein game.
func TestDiracGANByItsDigits(t *testing.T) {
	s := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	data := &vi.Data{N: 1, D: 1, X: []float64{0}, Domain: vi.Real}
	game := func(e estimators.GAN, theta float64) *vi.Work {
		m, err := models.Dirac{Start: theta}.For(data)
		if err != nil {
			t.Fatal(err)
		}
		w, err := vi.NewWork(m, e, data, tape.Float64, rng.Root(1))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, c := range []struct{ d, saturating, other, digits float64 }{
		{-10, 4.54e-5, 0.99995, 5e-6}, {-5, 0.0067, 0.9933, 5e-5}, {0, 0.5, 0.5, 0},
	} {
		for loss, want := range map[string]float64{"minimax": s(c.d), "non-saturating": 1 - s(c.d)} {
			e := estimators.GAN{Loss: loss, Psi: 1}
			got := game(e, c.d).Estimate(e, 0, []int{0}, &vi.Keyed{}).Gen.Ascend.At(0)
			near(t, loss, got, want, 1e-15)
			printed := map[string]float64{"minimax": c.saturating, "non-saturating": c.other}[loss]
			if math.Abs(got-printed) > c.digits {
				t.Errorf("%s at d = %g: %g, not %g", loss, c.d, got, printed)
			}
		}
	}
	for _, c := range []struct {
		loss     string
		gamma    float64
		low, top float64 // the radius at the end
	}{{"minimax", 0, 1.865, 1.875}, {"minimax", 1, 1.01e-20, 1.03e-20}, {"wasserstein", 0, 13.578, 13.579}} {
		// Mescheder's critic scores the generator's point by f(psi theta), this one the data's: psi = -1/2
		e := estimators.GAN{Loss: c.loss, Gamma: c.gamma, Psi: -0.5}
		w := game(e, 1)
		theta, psi := w.Params.Value("gen/theta"), w.Params.Value("own/psi")
		a, b := 1.0, -0.5
		near(t, "radius", math.Hypot(theta.At(0), psi.At(0)), 1.118, 1e-4)
		for range 2000 {
			d := w.Estimate(e, 0, []int{0}, &vi.Keyed{})
			theta.Set(0, theta.At(0)+0.05*d.Gen.Ascend.At(0))
			psi.Set(0, psi.At(0)+0.05*d.Own.Ascend.At(0))
			pull := s(b * a)
			if c.loss == "wasserstein" {
				pull = 1
			}
			a, b = a+0.05*pull*b, b-0.05*(pull*a+c.gamma*b)
		}
		got := math.Hypot(theta.At(0), psi.At(0))
		if r := math.Hypot(a, b); math.Abs(got/r-1) > 1e-9 {
			t.Errorf("%s, gamma %g: radius %.12g; the recursion has %.12g", c.loss, c.gamma, got, r)
		}
		if got < c.low || got > c.top {
			t.Errorf("%s, gamma %g: radius %g, not in %g to %g", c.loss, c.gamma, got, c.low, c.top)
		}
	}
	near(t, "Wasserstein", 1.25*math.Pow(1+0.05*0.05, 2000), 13.578*13.578, 1e-4)
}

// Where s2 = 1 a Langevin step is w' = a w + b e: of an exact a and b, taken from the step itself, the
// variance that stays is b^2/(1 - a^2) = s2/(1 - e/(4 s2)), 1.142857 at e = 1/2.
func TestLangevinKeepsItsVariance(t *testing.T) {
	// a row (u, y) = (1, 0): precisions of a half add up to 1, and the mean is 0
	d := &vi.Data{Name: "one", N: 1, D: 2, X: []float64{1, 0}, Domain: vi.Real}
	w := workOn(t, tape.Float64, models.LinearRegression{Q: "particles", Alpha: 0.5, Beta: 0.5, SD: 1, Count: 2}, d, 0)
	for _, c := range []struct{ step, want float64 }{{0.25, 1.0666666666666667}, {0.5, 1.1428571428571428}, {1, 1.3333333333333333}} {
		next := func(at, noise float64) float64 {
			fill(w.Params.Value("inf/w"), at)
			return estimators.SGLD{Step: c.step}.Estimate(w.Step(0, w.All, fixedNoise{0, noise})).Inf.Target.At(0)
		}
		zero := next(0, 0)
		a, b := next(1, 0)-zero, next(0, 1)-zero
		near(t, "mean", zero, 0, 1e-15)
		near(t, "forgets", a, 1-c.step/2, 1e-14)
		near(t, "variance", b*b/(1-a*a), c.want, 1e-13)
		near(t, "formula", 1/(1-c.step/4), c.want, 1e-15)
	}
}

// The evidence of linear regression is N(y; 0, I/beta + U U'/alpha), by gonum: what log p(y, w) less the
// posterior's log density is at any w, and 1/2 (sum_i log L_ii - log det L) above the best mean-field bound.
func TestRegressionEvidence(t *testing.T) {
	const alpha, beta = 0.7, 2.5
	w := linearly(t, "mean-field", 2)
	d := w.Data
	cov := mat.NewSymDense(d.N, nil)
	y := mat.NewVecDense(d.N, nil)
	for n := range d.N {
		y.SetVec(n, row(d, n)[3])
		for m := range n + 1 {
			v := 0.0
			for j := range 3 {
				v += row(d, n)[j] * row(d, m)[j] / alpha
			}
			if n == m {
				v += 1 / beta
			}
			cov.SetSym(n, m, v)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		t.Fatal("the covariance is not positive")
	}
	var solved mat.VecDense
	if err := chol.SolveVecTo(&solved, y); err != nil {
		t.Fatal(err)
	}
	evidence := -0.5 * (float64(d.N)*math.Log(2*math.Pi) + chol.LogDet() + mat.Dot(y, &solved))

	mean, precision := w.Model.(vi.NormalPosterior).NormalPosterior()
	l := mat.NewSymDense(3, precision)
	logDet, _ := mat.LogDet(l)
	for _, at := range [][]float64{{0, 0, 0}, {1, -2, 0.3}, mean} {
		r := mat.NewVecDense(3, nil)
		for i := range 3 {
			r.SetVec(i, at[i]-mean[i])
		}
		posterior := 0.5 * (logDet - 3*math.Log(2*math.Pi) - mat.Inner(r, l, r))
		near(t, "evidence", logJoint(d, alpha, beta, at)-posterior, evidence, 1e-10)
	}
	gap := -logDet / 2
	w.Params.Set("inf/mu", mean)
	logs := make([]float64, 3)
	for i := range logs {
		logs[i] = -0.5 * math.Log(l.At(i, i))
		gap -= logs[i]
	}
	w.Params.Set("inf/logsd", logs)
	if gap < 0.01 {
		t.Errorf("gap %g: weights that hardly depend on each other", gap)
	}
	near(t, "bound", float64(d.N)*w.Model.(vi.ClosedBound).Bound(w.Params, d), evidence-gap, 1e-10)
}

// Of 3 x 3 bars and stripes there are 14, so that no likelihood is above -log 14 = -2.64 for long; a machine at zero
// has -9 log 2 = -6.24.
func TestBarsAndStripesByTheirDigits(t *testing.T) {
	w := work(t, tape.Float64, models.RBM{Hidden: 8}, datasets.BarsAndStripes{Size: 3, N: 2000}, 1)
	seen := map[[9]float64]bool{}
	for n := range w.Data.N {
		seen[[9]float64(row(w.Data, n))] = true
	}
	if len(seen) != 14 {
		t.Errorf("%d patterns; want 14", len(seen))
	}
	near(t, "start", w.Model.(vi.Evidence).LogEvidence(w.Params, row(w.Data, 0))[0], -9*math.Ln2, 1e-14)
}

// Right after an E step of factor analysis its free energy, in closed form at the exact posterior N(m, P^-1), is -log p(x):
//
//	-ELBO = 1/2 [ D log 2 pi + log |Psi| + r'Psi^-1 r + tr(W'Psi^-1 W S) ] + 1/2 [ m'm + tr S ] - 1/2 [ k + log |S| ]
func TestFAFreeEnergyAfterItsEStep(t *testing.T) {
	w := factorAnalysis(t, tape.Float64, models.FA{Latent: 2, Noise: "diagonal", Cov: "shared", Act: "tanh"})
	f := factorsOf(t, w)
	p := mat.NewSymDense(2, f.Lambda)
	var s mat.Dense
	if err := s.Inverse(p); err != nil {
		t.Fatal(err)
	}
	logDet, _ := mat.LogDet(&s)
	logp := w.Model.(vi.Evidence).LogEvidence(w.Params, w.Data.X)
	for n := range w.Data.N {
		m := f.Mean(row(w.Data, n))
		free := 0.5 * (m[0]*m[0] + m[1]*m[1] + s.At(0, 0) + s.At(1, 1) - 2 - logDet)
		for j, x := range row(w.Data, n) {
			a := f.W[2*j : 2*j+2]
			r := x - f.C[j] - a[0]*m[0] - a[1]*m[1]
			spread := a[0]*(a[0]*s.At(0, 0)+2*a[1]*s.At(0, 1)) + a[1]*a[1]*s.At(1, 1)
			free += 0.5 * (math.Log(2*math.Pi*f.Psi[j]) + (r*r+spread)/f.Psi[j])
		}
		near(t, "free energy", free, -logp[n], 1e-9)
	}
}
