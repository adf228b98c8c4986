package models_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"pgregory.net/rapid"

	"github.com/vibench/bench/models"
)

// factored is factor analysis at one datum with one q, drawn by rapid.
type factored struct {
	*models.Factors
	x, mu, s2 []float64
}

func factoredOf(t *rapid.T, most int) factored {
	d, l := rapid.IntRange(1, 5).Draw(t, "d"), rapid.IntRange(1, most).Draw(t, "l")
	positive := func(name string, n int) []float64 {
		return rapid.SliceOfN(rapid.Float64Range(0.2, 2), n, n).Draw(t, name)
	}
	f, err := models.NewFactors(l, numbers(t, "W", d*l), numbers(t, "c", d), positive("psi", d))
	if err != nil {
		t.Fatal(err)
	}
	return factored{f, numbers(t, "x", d), numbers(t, "mu", l), positive("s2", l)}
}

func (f factored) w() *mat.Dense { return mat.NewDense(f.D, f.L, f.W) }

// cov is W W' + Psi, dense.
func (f factored) cov() *mat.SymDense {
	c := mat.NewSymDense(f.D, nil)
	c.SymOuterK(1, f.w())
	for i, v := range f.Psi {
		c.SetSym(i, i, c.At(i, i)+v)
	}
	return c
}

// The evidence is the density of N(c, W W' + Psi), and the posterior is what
// conditioning (z, x) on x gives, both dense.
func TestFactorsAgainstDense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := factoredOf(t, 4)
		cov := f.cov()
		n, ok := distmv.NewNormal(f.C, cov, nil)
		if !ok {
			t.Fatal("the covariance is not positive")
		}
		near(t, "log p(x)", f.LogEvidence(f.x), n.LogProb(f.x), 1e-11)

		var inv, gain, post, precision mat.Dense // I - W'C^-1 W and its inverse
		if err := inv.Inverse(cov); err != nil {
			t.Skip(err)
		}
		gain.Mul(f.w().T(), &inv)
		post.Mul(&gain, f.w())
		for i := range f.L {
			for j := range f.L {
				post.Set(i, j, -post.At(i, j))
			}
			post.Set(i, i, post.At(i, i)+1)
		}
		if err := precision.Inverse(&post); err != nil {
			t.Skip(err)
		}
		r := mat.NewVecDense(f.D, nil)
		r.SubVec(mat.NewVecDense(f.D, f.x), mat.NewVecDense(f.D, f.C))
		var m mat.VecDense
		m.MulVec(&gain, r)
		for i, got := range f.Mean(f.x) {
			near(t, "mean", got, m.AtVec(i), 1e-9)
			for j := range f.L {
				near(t, "Lambda", f.Lambda[i*f.L+j], precision.At(i, j), 1e-8)
			}
		}
	})
}

// The ELBO against the integral of q (log p(x,z) - log q) over one or two
// factors, by the trapezoid rule, which is exact to rounding for these.
func TestFactorsAgainstQuadrature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := factoredOf(t, 2)
		want := 0.0
		const h, end = 0.25, 40 // steps in units of q's sd
		over := func(use func(z []float64, weight float64)) {
			z := make([]float64, f.L)
			var walk func(i int, weight float64)
			walk = func(i int, weight float64) {
				if i == f.L {
					use(z, weight)
					return
				}
				for k := -end; k <= end; k++ {
					u := h * float64(k)
					z[i] = f.mu[i] + math.Sqrt(f.s2[i])*u
					walk(i+1, weight*h*math.Exp(logNormal(u, 0, 1)))
				}
			}
			walk(0, 1)
		}
		over(func(z []float64, weight float64) {
			l := 0.0
			for i, v := range z {
				l += logNormal(v, 0, 1) - logNormal(v, f.mu[i], f.s2[i])
			}
			for j, x := range f.x {
				m := f.C[j]
				for i, v := range z {
					m += f.W[j*f.L+i] * v
				}
				l += logNormal(x, m, f.Psi[j])
			}
			want += weight * l
		})
		near(t, "ELBO", f.ELBO(f.x, f.mu, f.s2), want, 1e-10)
	})
}

// KL by its dense formula; its parts are not negative, the best diagonal q is at
// the posterior's mean and 1/Lambda_ii with the approximation gap for its KL, and there the
// ELBO is flat in every direction and lower a step away.
func TestFactorsGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := factoredOf(t, 4)
		lambda := mat.NewSymDense(f.L, f.Lambda)
		logDet, sign := mat.LogDet(lambda)
		if sign <= 0 {
			t.Fatal("Lambda is not positive")
		}
		m := f.Mean(f.x)
		d, kl := mat.NewVecDense(f.L, nil), -logDet-float64(f.L)
		for i := range f.L {
			d.SetVec(i, f.mu[i]-m[i])
			kl += lambda.At(i, i)*f.s2[i] - math.Log(f.s2[i])
		}
		kl = 0.5 * (kl + mat.Inner(d, lambda, d))
		near(t, "KL", f.KL(f.x, f.mu, f.s2), kl, 1e-10)
		near(t, "ELBO", f.ELBO(f.x, f.mu, f.s2), f.LogEvidence(f.x)-kl, 1e-10)
		gap, rest := f.ApproximationGap(), f.AmortisationGap(f.x, f.mu, f.s2)
		if gap < -1e-12 || rest < -1e-12 {
			t.Fatalf("gaps %g and %g", gap, rest)
		}
		if f.L == 1 {
			near(t, "one factor is no approximation", gap, 0, 1e-12)
		}

		best := make([]float64, f.L)
		for i := range best {
			best[i] = 1 / f.Lambda[i*f.L+i]
		}
		near(t, "amortisation gap of q*", f.AmortisationGap(f.x, m, best), 0, 1e-12)
		for _, v := range [][]float64{m, best} {
			for i := range v {
				const h = 1e-4
				at := v[i]
				v[i] = at * (1 + h)
				up := f.ELBO(f.x, m, best)
				v[i] = at * (1 - h)
				down := f.ELBO(f.x, m, best)
				v[i] = at
				top := f.ELBO(f.x, m, best)
				near(t, "slope at q*", (up-down)/(2*h), 0, 1e-6*(1+math.Abs(top)))
				if up > top+1e-9 || down > top+1e-9 {
					t.Fatalf("the ELBO is %g at q* and %g, %g beside it", top, up, down)
				}
			}
		}
	})
}

// Three variables of two factors, sds 0.4, 0.2, 0.3 (the example of Yang 2022,
// 2208.07818): precision, gap and expected log p(x), worked out elsewhere.
func TestFactorsExample(t *testing.T) {
	f, err := models.NewFactors(2, []float64{-0.5, -1, -1, -1, 2, 0.5}, []float64{0, 0, 0}, []float64{0.16, 0.04, 0.09})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{72.0069, 39.2361, 39.2361, 35.0278} {
		near(t, "Lambda", f.Lambda[i], want, 1e-5)
	}
	near(t, "approximation gap", f.ApproximationGap(), 0.471264, 1e-6)
	near(t, "E log p(x)", f.LogEvidence(f.C)-1.5, -3.972302, 1e-6)
}

// Noise that is next to none costs no digits: of one factor, x = z w has x'(w w' + s I)^-1 x = z^2 b/(1+b),
// b = w'w/s, and log det (D-1) log s + log(s + w'w).
func TestFactorsWithLittleNoise(t *testing.T) {
	const s, z = 1e-6, 1.7
	w := []float64{30, -40, 120}
	f, err := models.NewFactors(1, w, []float64{0, 0, 0}, []float64{s, s, s})
	if err != nil {
		t.Fatal(err)
	}
	ww := 16900.0
	want := -0.5 * (3*math.Log(2*math.Pi) + 2*math.Log(s) + math.Log(s+ww) + z*z/(1+s/ww))
	near(t, "log p(x)", f.LogEvidence([]float64{z * w[0], z * w[1], z * w[2]}), want, 1e-12)
}

func TestNewFactorsErrors(t *testing.T) {
	for _, c := range []struct {
		l         int
		w, c, psi []float64
		want      string
	}{
		{2, []float64{1}, []float64{0}, []float64{1}, "factors: W of 1 values, c of 1, Psi of 1 do not fit 2 factors"},
		{0, nil, nil, nil, "factors: W of 0 values, c of 0, Psi of 0 do not fit 0 factors"},
		{1, []float64{1}, []float64{0}, []float64{0}, "factors: variance 0 of the noise is 0; need a finite one above 0"},
		{1, []float64{1}, []float64{0}, []float64{math.NaN()}, "factors: variance 0 of the noise is NaN; need a finite one above 0"},
		{1, []float64{math.NaN()}, []float64{0}, []float64{1}, "factors: the loadings are too large, or no numbers: the posterior's precision is not positive"},
	} {
		if _, err := models.NewFactors(c.l, c.w, c.c, c.psi); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
}
