package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// onSimplex is the log-density of relaxed categories at points x of the simplex:
// that of Y = log X less the Jacobian sum_i log x_i.
func onSimplex(t *testing.T, a []float64, lam float64, x [][]float64) []float64 {
	tp := tape.New(params(t, tape.Float64))
	n := len(a)
	d := dist.Categorical{T: tp, B: 1, Logits: tp.Leaf(1, n), N: n}
	for i, v := range a {
		d.Logits.Value().Set(i, math.Log(v))
	}
	y, jacobian := tp.Leaf(len(x), n), make([]float64, len(x))
	for r, p := range x {
		for i, v := range p {
			y.Value().Set(r*n+i, math.Log(v))
			jacobian[r] += math.Log(v)
		}
	}
	out := d.Relax(dist.Relaxation{Tau: lam}).LogProb(dist.Value{Node: y.Stop(), Log: y.Scale(1), K: len(x)}).Float64s()
	for r, j := range jacobian {
		out[r] -= j
	}
	return out
}

// Up to temperature 1/(n-1) the density is log-convex, so that it has no mode inside
// the simplex: second differences along 200 segments for each n. Beyond, a binary one
// at 3/2 has one: its second derivative at one half is -10.
func TestConcreteIsLogConvex(t *testing.T) {
	const steps = 30
	for n := 2; n <= 4; n++ {
		lam := 0.95 / float64(n-1)
		u := make([]float64, 3*n)
		for s := range 200 {
			rng.Probe(0, uint64(n), uint64(s)).Uniform64(u, 0)
			from, to := normalised(u[n:2*n]), normalised(u[2*n:])
			line := make([][]float64, steps+1)
			for k := range line {
				w := float64(k) / steps
				for i := range n {
					line[k] = append(line[k], (1-w)*from[i]+w*to[i])
				}
			}
			l := onSimplex(t, u[:n], lam, line)
			for k := 1; k < steps; k++ {
				if d := l[k-1] + l[k+1] - 2*l[k]; d < -1e-9 {
					t.Fatalf("n = %d, a = %v: second difference %g at temperature %g", n, u[:n], d, lam)
				}
			}
		}
	}
	const h = 1e-4
	l := onSimplex(t, []float64{1, 1}, 1.5, [][]float64{{0.5 - h, 0.5 + h}, {0.5, 0.5}, {0.5 + h, 0.5 - h}})
	if d := (l[0] + l[2] - 2*l[1]) / (h * h); math.Abs(d+10) > 1e-4 {
		t.Errorf("second derivative %g at one half; want -10", d)
	}
}

func normalised(u []float64) []float64 {
	total := 0.0
	for _, v := range u {
		total += v
	}
	x := make([]float64, len(u))
	for i, v := range u {
		x[i] = v / total
	}
	return x
}

// The relaxed objective with densities is a bound of the relaxed evidence, whatever q
// and the two temperatures; with the discrete KL it is a bound of nothing. On one bit
// with log p(x|z) = -4 (z - 1/2)^2 the discrete evidence is -1, and q = p = 1/2 at
// temperature 2/3 has -0.473. By the trapezoid rule over Y.
func TestConcreteBounds(t *testing.T) {
	const n, h = 8001, 0.02
	for _, phi := range []float64{0, -1, 2} {
		for _, tau := range []float64{0.5, 2. / 3, 2} {
			for _, tauP := range []float64{0.5, 2. / 3, 2} {
				tp := tape.New(params(t, tape.Float64))
				q := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
				p := dist.Bernoulli{T: tp, B: 1, Logits: tp.Leaf(1, 1)}
				q.Logits.Value().Set(0, phi)
				y := tp.Leaf(n, 1)
				for i := range n {
					y.Value().Set(i, float64(i-n/2)*h)
				}
				z := dist.Value{Log: y, K: n}
				lq := q.Relax(dist.Relaxation{Tau: tau}).LogProb(z).Float64s()
				lp := p.Relax(dist.Relaxation{Tau: tauP}).LogProb(z).Float64s()
				kl, _ := q.KL(p)
				one, dens, disc, evidence := 0.0, 0.0, -kl.Float(), 0.0
				for i := range lq {
					x := sigmoid(y.Value().At(i)) - 0.5
					f, w := -4*x*x, math.Exp(lq[i])*h
					one += w
					dens += w * (f + lp[i] - lq[i])
					disc += w * f
					evidence += math.Exp(f+lp[i]) * h
				}
				near(t, "mass of q", one, 1, 1e-12)
				if evidence = math.Log(evidence); !(dens <= evidence+1e-8) {
					t.Errorf("q %g at %g, p at %g: dens %.9f above the relaxed evidence %.9f", phi, tau, tauP, dens, evidence)
				}
				if phi == 0 && tau == 2./3 {
					near(t, "disc", disc, -0.473, 5e-4)
					if !(disc > -1+0.5) {
						t.Errorf("disc %.6f; want it far above the discrete evidence, -1", disc)
					}
					if tauP == tau { // q = p: the densities cancel
						near(t, "dens where q = p", dens, disc, 1e-12)
					}
				}
			}
		}
	}
}

// The mean of a relaxed sample goes from the probabilities, where it is cold, to
// uniform, where it is hot: seven categories, 100000 draws, the same at every
// temperature. From 0.1 upward each step is at z > 3, by the standard error of the
// distances' first order in the means; a step that is none passes once in 740. Below,
// the mean is at the probabilities but for O(tau^2), and these draws do not tell steps.
func TestTemperatureMovesTheMean(t *testing.T) {
	const k, n = 100000, 7
	taus := []float64{0.01, 0.1, 0.5, 1, 10, 100}
	tp := tape.New(params(t, tape.Float64))
	d := dist.Categorical{T: tp, B: 1, Logits: leaf(tp, 1, n, 0.9), N: n}
	pi, uniform := values(d.Logits.Softmax(n)), make([]float64, n)
	for i := range uniform {
		uniform[i] = 1. / n
	}
	y := make([][]float64, len(taus))
	for i, tau := range taus {
		y[i] = values(d.Relax(dist.Relaxation{Tau: tau}).Sample(keyed{rng.Root(6)}, k).Node)
	}
	// distance of the mean of y[i] from c, and what each draw adds to it at first order.
	distance := func(i int, c []float64) (far float64, each []float64) {
		off := make([]float64, n)
		for j := range off {
			for r := range k {
				off[j] += y[i][r*n+j] / k
			}
			off[j] -= c[j]
			far += off[j] * off[j]
		}
		far, each = math.Sqrt(far), make([]float64, k)
		for r := range k {
			for j := range off {
				each[r] += off[j] / far * y[i][r*n+j]
			}
		}
		return far, each
	}
	// rise is the z of distance(b) - distance(a).
	rise := func(a, b int, c []float64) float64 {
		from, e := distance(a, c)
		to, f := distance(b, c)
		mean, square := 0.0, 0.0
		for r := range k {
			x := f[r] - e[r]
			mean += x / k
			square += x * x / k
		}
		return (to - from) / math.Sqrt((square-mean*mean)/k)
	}
	if far, _ := distance(0, pi); far >= 0.01 {
		t.Errorf("tau = 0.01: the mean is %.4f from the probabilities", far)
	}
	for i := 1; i < len(taus)-1; i++ {
		if z := rise(i, i+1, pi); !(z > 3) {
			t.Errorf("tau %g to %g: distance from the probabilities rises by z = %.1f", taus[i], taus[i+1], z)
		}
		if z := -rise(i, i+1, uniform); !(z > 3) {
			t.Errorf("tau %g to %g: distance from uniform falls by z = %.1f", taus[i], taus[i+1], z)
		}
	}
}
