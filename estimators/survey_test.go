package estimators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// script plays given numbers, by site, over and over.
type script map[string][]float64

func (s script) Normal(site string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, s[site][i%len(s[site])])
	}
}

func (s script) Uniform(site string, plate uint64, dst tape.Vector) { s.Normal(site, plate, dst) }

// scene is a script and its weight.
type scene struct {
	script
	w float64
}

// normals is the trapezoid rule of a standard normal at z, beyond any power of the step.
func normals() (out []scene) {
	const h = 1.0 / 32
	for e := -10.0; e <= 10; e += h {
		out = append(out, scene{script{"z": {e}}, h * math.Exp(-e*e/2) / math.Sqrt(2*math.Pi)})
	}
	return out
}

// panels is the three-point rule on pieces of an interval.
func panels(lo, hi float64, n int) (out []node) {
	for i := range n {
		h := (hi - lo) / float64(n)
		out = append(out, gauss(lo+h*float64(i), lo+h*float64(i+1))...)
	}
	return out
}

// idle is noise for the measure-valued gradient's other parameter.
var idle = []float64{0.5, 0.5, 0.5}

// rayleighs is a rule of w, Rayleigh: w^2 = -2 log v.
func rayleighs() (out []scene) {
	for _, c := range panels(0, 8, 100) {
		w := c.u[0]
		v := math.Exp(-w * w / 2)
		out = append(out, scene{script{"z": {0}, "z/weak": {v, idle[1], idle[2]}, "z/weak1": {1}}, c.w * w * v})
	}
	return out
}

// maxwells is a rule of m, double-sided Maxwell, and u. m^2 = n^2 - 2 log v: here all of
// it is of v and n is its sign.
func maxwells() (out []scene) {
	for _, c := range panels(-8, 8, 100) {
		m := c.u[0]
		n := math.Copysign(1e-150, m)
		density := m * m * math.Exp(-m*m/2) / math.Sqrt(2*math.Pi)
		for _, u := range panels(0, 1, 12) {
			out = append(out, scene{script{"z": {0}, "z/weak": {idle[0], math.Exp(-m * m / 2), u.u[0]}, "z/weak1": {n}}, c.w * density * u.w})
		}
	}
	return out
}

// inParam is the mean and the variance of an estimator's direction in one parameter.
func inParam(w *vi.Work, e vi.Estimator, name string, scenes []scene) (mean, variance float64) {
	_, lo, _, _ := w.Params.Range(name)
	second, total := 0.0, 0.0
	for _, s := range scenes {
		g := e.Estimate(w.Step(0, w.All, s.script)).Inf.Ascend.At(lo)
		total += s.w
		mean += s.w * g
		second += s.w * g * g
	}
	return mean, second - mean*mean
}

// The survey's costs: means are the closed gradients and variances those of the table,
// by quadrature, of four estimators in both parameters.
func TestSurveyVariances(t *testing.T) {
	pathwise, score := estimators.ELBO{K: 1, Form: "sgvb-b"}, estimators.Reinforce{K: 1, Baseline: "none"}
	based, measure := estimators.Reinforce{K: 1, Baseline: "moving", Decay: 0.9}, estimators.MeasureValued{K: 1}
	z, ray, max := normals(), rayleighs(), maxwells()
	for _, c := range []struct {
		cost      string
		k         float64
		mu, sigma [4]float64 // score, with the best constant baseline, pathwise, measure-valued
	}{
		{"quadratic", -3, [4]float64{495, 134, 4, 17.487}, [4]float64{1546, 664, 72, 68}},
		{"quadratic", 0, [4]float64{30, 14, 4, 1.093}, [4]float64{136, 64, 12, 8}},
		{"exp", 0.1, [4]float64{0.56353, 0.04047, 0.01629, 0.00251}, [4]float64{0.93538, 0.14099, 0.02777, 0.02197}},
		{"exp", 1, [4]float64{0.17575, 0.07222, 0.21172, 0.01257}, [4]float64{0.17669, 0.11278, 0.17573, 0.07066}},
		{"exp", 10, [4]float64{0.07694, 0.06020, 0.94163, 0.02066}, [4]float64{0.00903, 0.00874, 0.89205, 0.11673}},
		{"cos", 0.5, [4]float64{0.45525, 0.11786, 0.03928, 0.00828}, [4]float64{0.79866, 0.46010, 0.08751, 0.06527}},
		{"cos", 5, [4]float64{0.5, 0.5, 12.5, 0.29572}, [4]float64{1, 1, 12.5, 1}},
	} {
		m := models.Survey{Cost: c.cost, K: c.k, Mu: 1, Sigma: 1}
		dmu, dsigma := m.Gradient()
		for i, p := range []struct {
			name string
			grad float64
			want [4]float64
			weak []scene
		}{{"inf/mu", dmu, c.mu, ray}, {"inf/logsigma", dsigma, c.sigma, max}} {
			constant, squares := 0.0, 0.0 // E f s^2 and E s^2
			w := onToy(t, m, score)
			_, lo, _, _ := w.Params.Range(p.name)
			for _, sc := range z {
				e := sc.script["z"][0]
				s := []float64{e, e*e - 1}[i]
				g := score.Estimate(w.Step(0, w.All, sc.script)).Inf.Ascend.At(lo) // f s
				constant += sc.w * g * s
				squares += sc.w * s * s
			}
			for j, e := range []vi.Estimator{score, based, pathwise, measure} {
				w, scenes := onToy(t, m, e), z
				if j == 1 {
					b := w.State["baseline"].Data
					b[0], b[1] = constant/squares, 1
				}
				if j == 3 {
					scenes = p.weak
				}
				mean, variance := inParam(w, e, p.name, scenes)
				what := fmt.Sprintf("%s k=%g, %s of %s", c.cost, c.k, p.name, name(e))
				close(t, what+", mean", mean, p.grad, 1e-6*(1+math.Abs(p.grad)))
				close(t, what+", variance", variance, p.want[j], 1e-3*p.want[j]+5e-6)
			}
		}
	}
}

// The closed variances of the quadratic off mu = sigma = 1, the measure-valued one too.
func TestSurveyOffTheGrid(t *testing.T) {
	m := models.Survey{Cost: "quadratic", K: 0.5, Mu: -0.3, Sigma: 1.7}
	e := estimators.MeasureValued{K: 1}
	v, s := m.VarianceMeasure()
	_, got := inParam(onToy(t, m, e), e, "inf/mu", rayleighs())
	close(t, "mu", got, v, 1e-6)
	_, got = inParam(onToy(t, m, e), e, "inf/logsigma", maxwells()) // d/dlogsigma = sigma d/dsigma
	close(t, "log sigma", got/m.Sigma/m.Sigma, s, 1e-6)
}

// On the survey's grid of exp and cos the pathwise variance rises with k in both
// parameters and the score's of exp falls; they change places.
func TestSurveyOrders(t *testing.T) {
	const points = 100
	z := normals()
	pathwise, score := estimators.ELBO{K: 1, Form: "sgvb-b"}, estimators.Reinforce{K: 1, Baseline: "none"}
	for _, c := range []struct {
		cost   string
		lo, hi float64
	}{{"exp", 0.1, 10}, {"cos", 0.5, 5}} {
		n := points
		if testing.Short() {
			n = 12
		}
		for _, p := range []string{"inf/mu", "inf/logsigma"} {
			var first, last [2]float64
			for i := range n {
				m := models.Survey{Cost: c.cost, K: c.lo * math.Pow(c.hi/c.lo, float64(i)/float64(n-1)), Mu: 1, Sigma: 1}
				_, path := inParam(onToy(t, m, pathwise), pathwise, p, z)
				_, sf := inParam(onToy(t, m, score), score, p, z)
				if i == 0 {
					first = [2]float64{sf, path}
				} else if path <= last[1] || c.cost == "exp" && sf >= last[0] {
					t.Errorf("%s, %s, k = %g: score %g after %g, pathwise %g after %g", c.cost, p, m.K, sf, last[0], path, last[1])
				}
				last = [2]float64{sf, path}
			}
			if !(first[0] > first[1] && last[0] < last[1]) {
				t.Errorf("%s, %s: score and pathwise do not change places: %v, %v", c.cost, p, first, last)
			}
		}
	}
}

// Evaluations: 2D for each kind of parameter and one more, a sample and datum; of a
// cost they are of f alone. On networks of q and on bits, and exact in a single bit.
func TestMeasureValuedCosts(t *testing.T) {
	count := func(w *vi.Work, k int) int64 {
		w.Evals = 0
		w.Estimate(estimators.MeasureValued{K: k}, 0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
		return w.Evals / int64(w.Data.N*k)
	}
	for _, k := range []int{1, 3} {
		if got := count(onToy(t, models.Survey{Cost: "cos", K: 1, Sigma: 1}, nil), k); got != 2*2+1 {
			t.Errorf("one Gaussian: %d evaluations; want 5", got)
		}
		if got := count(onToy(t, models.FourBit{}, nil), k); got != 2*4+1 {
			t.Errorf("four bits: %d evaluations; want 9", got)
		}
		if got := count(toy(t, tape.Float64, 3, 4, 0.4), k); got != 2*(2*2*3+1) {
			t.Errorf("three Gaussians against a prior: %d evaluations; want 26, half of p and half of q", got)
		}
	}
}

// On bits the measure-valued gradient has the enumerated mean and, in a bit that is
// alone, no variance.
func TestMeasureValuedBits(t *testing.T) {
	_, want := models.FourBit{}.Exact(fourPhi)
	e := estimators.MeasureValued{K: 1}
	mean, _ := moments(onToy(t, models.FourBit{}, e), e, bitRule(fourPhi, false))
	for i, x := range mean {
		close(t, fmt.Sprintf("E g[%d]", i), x, want[i], 2e-14)
	}
	one := models.OneBit{T: 0.3, Phi: 0.8}
	mean, variance := moments(onToy(t, one, e), e, bitRule([]float64{one.Phi}, false))
	close(t, "one bit", mean[0], one.Gradient(one.Phi), 1e-15)
	close(t, "its variance", variance, 0, 1e-16)
}

// Through a network and in several dimensions it has the ELBO's gradient, theta's
// and phi's: against form B on the same draws, every z-score below 6, false alarm 2e-9 each.
func TestMeasureValuedThroughANetwork(t *testing.T) {
	w := work(t, tape.Float64, models.VAE{Latent: 2, Hidden: []int{3}, Act: "tanh"}, datasets.Bits{N: 3, Dim: 4, Latent: 2}, 0)
	draws := 4000
	for r := range tape.Own {
		var s, ss []float64
		for n := range draws {
			a := estimate(w, estimators.MeasureValued{K: 1}, n).Role(r).Ascend.AppendTo(nil)
			b := estimate(w, estimators.ELBO{K: 1, Form: "sgvb-b"}, n).Role(r).Ascend.F64()
			if s == nil {
				s, ss = make([]float64, len(a)), make([]float64, len(a))
			}
			for i := range a {
				d := a[i] - b[i]
				s[i] += d
				ss[i] += d * d
			}
		}
		seen := 0
		for i := range s {
			n := float64(draws)
			if sd := math.Sqrt(ss[i] - s[i]*s[i]/n); math.Abs(s[i]) > 6*sd+1e-9 {
				t.Errorf("%s[%d]: mean difference %.3g, z = %.1f", r, i, s[i]/n, s[i]/sd)
			}
			if ss[i] > 0 {
				seen++
			}
		}
		if r == tape.Inf && seen == 0 {
			t.Error("no draw differs: they are one estimator")
		}
	}
}
