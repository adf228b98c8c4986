package estimators_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// coefficients of an estimator by the plainest reading of its card: from the log
// weights of one datum, what multiplies d log p/d theta, P and h.
type coefficients func(lw []float64) (gen, path, score []float64)

func softmaxOf(lw []float64) []float64 {
	m, s := math.Inf(-1), 0.0
	for _, x := range lw {
		m = math.Max(m, x)
	}
	v := make([]float64, len(lw))
	for i, x := range lw {
		v[i] = math.Exp(x - m)
		s += v[i]
	}
	for i := range v {
		v[i] /= s
	}
	return v
}

func logMeanExp(lw []float64) float64 {
	m, s := math.Inf(-1), 0.0
	for _, x := range lw {
		m = math.Max(m, x)
	}
	for _, x := range lw {
		s += math.Exp(x - m)
	}
	return m + math.Log(s/float64(len(lw)))
}

func each(v []float64, f func(k int, v float64) float64) []float64 {
	out := make([]float64, len(v))
	for k, x := range v {
		out[k] = f(k, x)
	}
	return out
}

func negative(v []float64) []float64 { return each(v, func(_ int, x float64) float64 { return -x }) }

func inGroups(lw []float64, m int) []float64 {
	var v []float64
	k := len(lw) / m
	for g := range m {
		v = append(v, each(softmaxOf(lw[g*k:(g+1)*k]), func(_ int, x float64) float64 { return x / float64(m) })...)
	}
	return v
}

func without(lw []float64, k int) []float64 {
	return append(append([]float64(nil), lw[:k]...), lw[k+1:]...)
}

func cards(k, m int) map[string]struct {
	e vi.Estimator
	c coefficients
} {
	type pair = struct {
		e vi.Estimator
		c coefficients
	}
	zero := make([]float64, k)
	total := func(f func([]float64) []float64) coefficients {
		return func(lw []float64) (a, b, c []float64) { v := f(lw); return v, v, negative(v) }
	}
	path := func(f func(v float64) float64) coefficients {
		return func(lw []float64) (a, b, c []float64) {
			v := softmaxOf(lw)
			return v, each(v, func(_ int, x float64) float64 { return f(x) }), zero
		}
	}
	score := func(f func(lw, v []float64, k int) float64) coefficients {
		return func(lw []float64) (a, b, c []float64) {
			v := softmaxOf(lw)
			return v, zero, each(v, func(i int, _ float64) float64 { return f(lw, v, i) })
		}
	}
	K := float64(k)
	return map[string]pair{
		"elbo":  {estimators.ELBO{K: k, Form: "sgvb-a"}, total(func(lw []float64) []float64 { return each(lw, func(int, float64) float64 { return 1 / K }) })},
		"iwae":  {estimators.IWAE{K: k}, total(softmaxOf)},
		"miwae": {estimators.MIWAE{M: m, K: k / m}, total(func(lw []float64) []float64 { return inGroups(lw, m) })},
		"ciwae": {estimators.CIWAE{K: k, Beta: 0.3}, total(func(lw []float64) []float64 {
			return each(softmaxOf(lw), func(_ int, v float64) float64 { return 0.3/K + 0.7*v })
		})},
		"piwae": {estimators.PIWAE{M: m, K: k / m}, func(lw []float64) (a, b, c []float64) {
			g := inGroups(lw, m)
			return softmaxOf(lw), g, negative(g)
		}},
		"stl":      {estimators.STL{K: k}, path(func(v float64) float64 { return v })},
		"dreg":     {estimators.DReG{K: k}, path(func(v float64) float64 { return v * v })},
		"rws-dreg": {estimators.RWSDReG{K: k}, path(func(v float64) float64 { return v - v*v })},
		"rws":      {estimators.RWS{K: k}, score(func(_, v []float64, i int) float64 { return v[i] })},
		"score":    {estimators.ScoreFunction{K: k}, score(func(lw, v []float64, i int) float64 { return logMeanExp(lw) - v[i] })},
		"vimco-arithmetic": {estimators.VIMCO{K: k, Baseline: "arithmetic"}, score(func(lw, v []float64, i int) float64 {
			return logMeanExp(lw) - v[i] - logMeanExp(without(lw, i))
		})},
		"vimco-geometric": {estimators.VIMCO{K: k, Baseline: "geometric"}, score(func(lw, v []float64, i int) float64 {
			mean, rest := 0.0, without(lw, i)
			for _, x := range rest {
				mean += x / float64(len(rest))
			}
			return logMeanExp(lw) - v[i] - logMeanExp(append(rest, mean))
		})},
		"ovis-0": {estimators.OVIS{K: k}, score(func(_, v []float64, i int) float64 { return -v[i] - math.Log1p(-v[i]) })},
		"ovis-1": {estimators.OVIS{K: k, Gamma: 1}, score(func(_, v []float64, i int) float64 { return math.Log1p(-1/K) - math.Log1p(-v[i]) })},
	}
}

// Every estimator on the toy, against its card's formula with the derivatives of
// the toy by hand: with z = A x + b + sqrt(s) eps,
// d log p/d mu = z - mu, h_b = (z-m)/s, P_b = -(z-mu) + (x-z) + (z-m)/s, and in A times x'.
func TestFormulas(t *testing.T) {
	const k, m, d, n = 6, 2, 3, 4
	const s = 2.0 / 3
	w := toy(t, tape.Float64, d, n, 0.6)
	get := func(name string) []float64 { return w.Params.Value(name).F64() }
	mu, a, b := get("gen/mu"), get("inf/A"), get("inf/b")
	for name, c := range cards(k, m) {
		t.Run(name, func(t *testing.T) {
			gmu, ga, gb := make([]float64, d), make([]float64, d*d), make([]float64, d)
			for i := range n {
				x := w.Data.X[i*d : (i+1)*d]
				eps := make([]float64, k*d)
				(&vi.Keyed{Key: rng.Probe(0, 0, 7)}).Normal("z", uint64(i), tape.Float64s(eps))
				z, mean, lw := make([]float64, k*d), make([]float64, d), make([]float64, k)
				for j := range d {
					mean[j] = b[j]
					for l := range d {
						mean[j] += a[j*d+l] * x[l]
					}
				}
				for q := range k {
					for j := range d {
						z[q*d+j] = mean[j] + math.Sqrt(s)*eps[q*d+j]
						e := eps[q*d+j]
						lw[q] += -0.5*sq(z[q*d+j]-mu[j]) - 0.5*sq(x[j]-z[q*d+j]) - 0.5*math.Log(2*math.Pi) + 0.5*e*e + 0.5*math.Log(s)
					}
				}
				gen, path, score := c.c(lw)
				for q := range k {
					for j := range d {
						zz := z[q*d+j]
						h := (zz - mean[j]) / s
						p := -(zz - mu[j]) + (x[j] - zz) + h
						g := (path[q]*p + score[q]*h) / n
						gmu[j] += gen[q] * (zz - mu[j]) / n
						gb[j] += g
						for l := range d {
							ga[j*d+l] += g * x[l]
						}
					}
				}
			}
			dir := estimate(w, c.e, 7)
			check := func(name string, want []float64) {
				role, lo, hi, _ := w.Params.Range(name)
				for i, got := range dir.Role(role).Ascend.F64()[lo:hi] {
					if math.Abs(got-want[i]) > 1e-12*(1+math.Abs(want[i])) {
						t.Errorf("%s[%d]: got %.15g, by hand %.15g", name, i, got, want[i])
					}
				}
			}
			check("gen/mu", gmu)
			check("inf/A", ga)
			check("inf/b", gb)
		})
	}
}

func sq(x float64) float64 { return x * x }

// The pathwise estimators are the gradient of their bound on the same draws:
// central differences of the bound itself, which knows no coefficients, in every
// parameter of a network.
func TestBoundsAgainstDifferences(t *testing.T) {
	w := vae(t, tape.Float64)
	bound := func(k int, f func(lw []float64) float64) float64 {
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, 3)})
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		lw := s.LogJoint(z).Sub(q.LogProb(z)).Float64s()
		sum := 0.0
		for n := range w.Data.N {
			sum += f(lw[n*k : (n+1)*k])
		}
		return sum / float64(w.Data.N)
	}
	mean := func(lw []float64) float64 {
		s := 0.0
		for _, x := range lw {
			s += x / float64(len(lw))
		}
		return s
	}
	miwae := func(lw []float64) float64 { return (logMeanExp(lw[:3]) + logMeanExp(lw[3:])) / 2 }
	for _, c := range []struct {
		e        vi.Estimator
		gen, inf func([]float64) float64
	}{
		{estimators.ELBO{K: 6, Form: "sgvb-a"}, mean, mean},
		{estimators.IWAE{K: 6}, logMeanExp, logMeanExp},
		{estimators.MIWAE{M: 2, K: 3}, miwae, miwae},
		{estimators.PIWAE{M: 2, K: 3}, logMeanExp, miwae},
		{estimators.CIWAE{K: 6, Beta: 0.3}, func(lw []float64) float64 { return 0.3*mean(lw) + 0.7*logMeanExp(lw) },
			func(lw []float64) float64 { return 0.3*mean(lw) + 0.7*logMeanExp(lw) }},
	} {
		d := estimate(w, c.e, 3)
		got := map[tape.Role][]float64{tape.Gen: d.Gen.Ascend.AppendTo(nil), tape.Inf: d.Inf.Ascend.AppendTo(nil)}
		const h = 1e-5
		for role, f := range map[tape.Role]func([]float64) float64{tape.Gen: c.gen, tape.Inf: c.inf} {
			v := w.Params.Vector(role)
			for i := range v.Len() {
				x := v.At(i)
				v.Set(i, x+h)
				up := bound(6, f)
				v.Set(i, x-h)
				down := bound(6, f)
				v.Set(i, x)
				if want := (up - down) / (2 * h); math.Abs(got[role][i]-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%s, %s[%d]: got %.10g, central difference %.10g", c.e.Card().Name, role, i, got[role][i], want)
				}
			}
		}
	}
}

// One sweep serves two unlike scalars: no node has to be multiplied out, and the
// bits are those of a sweep for each network.
func TestOneSweep(t *testing.T) {
	for _, e := range []vi.Estimator{estimators.PIWAE{M: 2, K: 3}, estimators.DReG{K: 6}, estimators.RWSDReG{K: 6}} {
		w := vae(t, tape.Float32)
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, 0)})
		e.Estimate(s)
		if n := s.Stats().Split; n != 0 {
			t.Errorf("%s: %d nodes multiplied out; want none", e.Card().Name, n)
		}
	}
}
