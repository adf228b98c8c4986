package estimators_test

import (
	"math"
	"slices"
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

// jackknifed is K v_k^p - (K-1)/K sum_{j!=k} (v_k^(-j))^p, leaving out one j after
// the other.
func jackknifed(lw []float64, p float64) []float64 {
	n := float64(len(lw))
	c := each(softmaxOf(lw), func(_ int, v float64) float64 { return n * math.Pow(v, p) })
	for j := range lw {
		for i, v := range softmaxOf(without(lw, j)) {
			if i >= j {
				i++
			}
			c[i] -= (n - 1) / n * math.Pow(v, p)
		}
	}
	return c
}

func tempered(lw []float64, t float64) []float64 {
	return softmaxOf(each(lw, func(_ int, x float64) float64 { return t * x }))
}

func largest(lw []float64) []float64 {
	at := 0
	for k, x := range lw {
		if x > lw[at] {
			at = k
		}
	}
	return each(lw, func(k int, _ float64) float64 {
		if k == at {
			return 1
		}
		return 0
	})
}

// thermodynamic is a left sum over nodes of E[d log w] + K/(K-1) Cov(log w, d log pi_b)
// with d log w = d log p - h and d log pi_b = b d log p + (1-b) h, all moments
// under the normalised weights of the node.
func thermodynamic(nodes ...float64) coefficients {
	return func(lw []float64) (gen, path, score []float64) {
		n := float64(len(lw))
		gen, path, score = make([]float64, len(lw)), make([]float64, len(lw)), make([]float64, len(lw))
		for j, b := range nodes[:len(nodes)-1] {
			width, v, mean := nodes[j+1]-b, tempered(lw, b), 0.0
			for k, x := range lw {
				mean += v[k] * x
			}
			for k, x := range lw {
				cov := n / (n - 1) * (v[k]*x - v[k]*mean) // E[f g] - E[f] E[g], the part of g_k
				gen[k] += width * (v[k] + b*cov)
				score[k] += width * (-v[k] + (1-b)*cov)
			}
		}
		return gen, path, score
	}
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
		"jvi":    {estimators.JVI{K: k}, total(func(lw []float64) []float64 { return jackknifed(lw, 1) })},
		"jvi-dreg": {estimators.JVIDReG{K: k}, func(lw []float64) (a, b, c []float64) {
			return jackknifed(lw, 1), jackknifed(lw, 2), zero
		}},
		"dreg-alpha":   {estimators.DReGAlpha{K: k, Alpha: 0.3}, path(func(v float64) float64 { return 0.7*v*v + 0.3*(v-v*v) })},
		"vr-alpha 0.3": {estimators.VRAlpha{K: k, Alpha: 0.3}, total(func(lw []float64) []float64 { return tempered(lw, 0.7) })},
		"vr-alpha 2.5": {estimators.VRAlpha{K: k, Alpha: 2.5}, total(func(lw []float64) []float64 { return tempered(lw, -1.5) })},
		"vr-alpha -1":  {estimators.VRAlpha{K: k, Alpha: -1}, total(func(lw []float64) []float64 { return tempered(lw, 2) })},
		"vr-alpha max": {estimators.VRAlpha{K: k, Max: true}, total(largest)},
		"vr-iwae-dreg": {estimators.VRIWAEDReG{K: k, Alpha: 0.3}, func(lw []float64) (a, b, c []float64) {
			v := tempered(lw, 0.7)
			return v, each(v, func(_ int, v float64) float64 { return 0.3*v + 0.7*v*v }), zero
		}},
		"tvo 1": {estimators.TVO{K: k, J: 1, B1: 0.2}, thermodynamic(0, 1)},
		"tvo 2": {estimators.TVO{K: k, J: 2, B1: 0.2}, thermodynamic(0, 0.2, 1)},
		"tvo 4": {estimators.TVO{K: k, J: 4, B1: 0.001}, thermodynamic(0, 0.001, 0.01, 0.1, 1)},
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

// Wake-sleep on the toy by hand: awake, z - mu over q's samples; asleep, with
// z = mu + e1 and x = z + e2, (z - A x - b)/s, and in A times x'.
func TestWakeSleepByHand(t *testing.T) {
	const k, d, n, s = 6, 3, 4, 2.0 / 3
	w := toy(t, tape.Float64, d, n, 0.6)
	get := func(name string) []float64 { return w.Params.Value(name).F64() }
	mu, a, b := get("gen/mu"), get("inf/A"), get("inf/b")
	normals := func(site string, i, n int) []float64 {
		e := make([]float64, n)
		(&vi.Keyed{Key: rng.Probe(0, 0, 7)}).Normal(site, uint64(i), tape.Float64s(e))
		return e
	}
	mean := func(x []float64, j int) float64 {
		m := b[j]
		for l := range d {
			m += a[j*d+l] * x[l]
		}
		return m
	}
	for wake, weights := range map[string]func([]float64) []float64{
		"equal":    func(lw []float64) []float64 { return each(lw, func(int, float64) float64 { return 1.0 / k }) },
		"weighted": softmaxOf,
	} {
		gmu, ga, gb := make([]float64, d), make([]float64, d*d), make([]float64, d)
		for i := range n {
			x, eps := w.Data.X[i*d:(i+1)*d], normals("z", i, k*d)
			z, lw := make([]float64, k*d), make([]float64, k)
			for q := range k {
				for j := range d {
					e := eps[q*d+j]
					z[q*d+j] = mean(x, j) + math.Sqrt(s)*e
					lw[q] += -0.5*sq(z[q*d+j]-mu[j]) - 0.5*sq(x[j]-z[q*d+j]) + 0.5*e*e
				}
			}
			for q, c := range weights(lw) {
				for j := range d {
					gmu[j] += c * (z[q*d+j] - mu[j]) / n
				}
			}
			dz, dx := normals("dream/z", i, d), normals("dream/x", i, d)
			for j := range d {
				dz[j] += mu[j]
				dx[j] += dz[j]
			}
			for j := range d {
				g := (dz[j] - mean(dx, j)) / s / n
				gb[j] += g
				for l := range d {
					ga[j*d+l] += g * dx[l]
				}
			}
		}
		dir := estimate(w, estimators.WakeSleep{K: k, Wake: wake}, 7)
		for name, want := range map[string][]float64{"gen/mu": gmu, "inf/A": ga, "inf/b": gb} {
			role, lo, hi, _ := w.Params.Range(name)
			for i, got := range dir.Role(role).Ascend.F64()[lo:hi] {
				if math.Abs(got-want[i]) > 1e-12*(1+math.Abs(want[i])) {
					t.Errorf("%s, %s[%d]: got %.15g, by hand %.15g", wake, name, i, got, want[i])
				}
			}
		}
	}
}

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
	jvi := func(lw []float64) float64 {
		k, sum := float64(len(lw)), 0.0
		for j := range lw {
			sum += logMeanExp(without(lw, j))
		}
		return k*logMeanExp(lw) - (k-1)/k*sum
	}
	renyi := func(a float64) func([]float64) float64 {
		return func(lw []float64) float64 {
			return logMeanExp(each(lw, func(_ int, x float64) float64 { return (1 - a) * x })) / (1 - a)
		}
	}
	for _, c := range []struct {
		e        vi.Estimator
		gen, inf func([]float64) float64 // nil: not the derivative of a bound on the same draws
	}{
		{estimators.ELBO{K: 6, Form: "sgvb-a"}, mean, mean},
		{estimators.IWAE{K: 6}, logMeanExp, logMeanExp},
		{estimators.MIWAE{M: 2, K: 3}, miwae, miwae},
		{estimators.PIWAE{M: 2, K: 3}, logMeanExp, miwae},
		{estimators.CIWAE{K: 6, Beta: 0.3}, func(lw []float64) float64 { return 0.3*mean(lw) + 0.7*logMeanExp(lw) },
			func(lw []float64) float64 { return 0.3*mean(lw) + 0.7*logMeanExp(lw) }},
		{estimators.JVI{K: 6}, jvi, jvi},
		{estimators.JVIDReG{K: 6}, jvi, nil},
		{estimators.VRAlpha{K: 6, Alpha: 0.3}, renyi(0.3), renyi(0.3)},
		{estimators.VRAlpha{K: 6, Alpha: 2.5}, renyi(2.5), renyi(2.5)},
		{estimators.VRAlpha{K: 6, Alpha: -1}, renyi(-1), renyi(-1)},
		{estimators.VRAlpha{K: 6, Max: true}, slices.Max[[]float64], slices.Max[[]float64]},
		{estimators.VRIWAEDReG{K: 6, Alpha: 0.3}, renyi(0.3), nil},
		{estimators.DReGAlpha{K: 6, Alpha: 0.3}, logMeanExp, nil},
	} {
		d := estimate(w, c.e, 3)
		got := map[tape.Role][]float64{tape.Gen: d.Gen.Ascend.AppendTo(nil), tape.Inf: d.Inf.Ascend.AppendTo(nil)}
		const h = 1e-5
		for role, f := range map[tape.Role]func([]float64) float64{tape.Gen: c.gen, tape.Inf: c.inf} {
			v := w.Params.Vector(role)
			for i := range v.Len() {
				if f == nil {
					break
				}
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
	for _, e := range []vi.Estimator{estimators.PIWAE{M: 2, K: 3}, estimators.DReG{K: 6}, estimators.RWSDReG{K: 6},
		estimators.JVIDReG{K: 6}, estimators.VRIWAEDReG{K: 6, Alpha: 0.3}, estimators.DReGAlpha{K: 6, Alpha: 0.3}} {
		w := vae(t, tape.Float32)
		s := w.Step(0, w.All, &vi.Keyed{Key: rng.Probe(0, 0, 0)})
		e.Estimate(s)
		if n := s.Stats().Split; n != 0 {
			t.Errorf("%s: %d nodes multiplied out; want none", e.Card().Name, n)
		}
	}
}
