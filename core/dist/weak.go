package dist

import (
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
)

// Weak is the capability of that name: a law whose derivative in each of its
// parameters is a difference of two laws,
//
//	d E f / d theta_j = rate_j ( E f(z+) - E f(z-) ),   z+ and z- like z but for one coordinate
//
// Mohamed, Rosca, Figurnov and Mnih 2020 (1906.10652).
type Weak interface {
	Dist
	Weak(z Value, n Noise) Signed
}

// Signed is a draw from both parts of the derivative in each parameter, beside a sample.
type Signed struct {
	Z Value // K = 2 P k samples a datum, P parameters: of sample k and parameter j the positive part is 2(kP+j), the negative the next

	k     int
	theta []tape.Node // the parameters, one node for each D of them, live
	rate  []tape.Node // theirs, of rows that spread; a nil one is 1
}

// Along is sum_j rate_j (f(z+_j) - f(z-_j)) theta_j, [k,B], live in the parameters
// alone: raised, they follow the derivative of E f. f is [K,B] at Z.
func (w Signed) Along(f tape.Node) (sum tape.Node) {
	values, t := f.Float64s(), f.Tape()
	rows, d := w.Z.Node.Shape()
	for i, theta := range w.theta {
		c := t.Blank(rows/(2*d*len(w.theta)), d)
		v := c.Value()
		for at := range v.Len() {
			j := 2 * ((at/d*len(w.theta)+i)*d + at%d)
			v.Set(at, values[j]-values[j+1])
		}
		if !w.rate[i].Nil() {
			c = c.Mul(w.rate[i])
		}
		term := c.Mul(theta).SumD(w.k)
		if i == 0 {
			sum = term
		} else {
			sum = sum.Add(term)
		}
	}
	return sum
}

// signed is room for both parts of P = p D parameters beside the samples z, each
// row a copy of its sample.
func signed(t *tape.Tape, z Value, p int) Signed {
	rows, d := z.Node.Shape()
	n := 2 * p * d
	out := t.Blank(rows*n, d)
	for r, v, w := 0, z.Node.Value(), out.Value(); r < rows*n; r++ {
		w.Slice(r*d, (r+1)*d).Copy(v.Slice(r/n*d, (r/n+1)*d))
	}
	return Signed{Z: Value{Node: out, K: z.K * n}, k: z.K, theta: t.Nodes(p), rate: t.Nodes(p)}
}

// set puts the coordinate of parameter j of sample r in both parts, j counted
// over all P parameters.
func (w Signed) set(r, j int, plus, minus float64) {
	_, d := w.Z.Node.Shape()
	v, row := w.Z.Node.Value(), 2*(r*d*len(w.theta)+j)
	v.Set(row*d+j%d, plus)
	v.Set((row+1)*d+j%d, minus)
}

// Weak of a Gaussian is in mu and log sigma. Both parts share their noise:
//
//	mu:        rate 1/(sigma sqrt(2 pi)),  z = mu +- sigma w,  w Rayleigh, density w exp(-w^2/2)
//	log sigma: rate 1,  z+ = mu + sigma m,  z- = mu + sigma m u,  m double-sided Maxwell, density m^2 N(m), u uniform
//
// m u is a standard normal. w^2 = -2 log v, v uniform, and m^2 = n^2 - 2 log v', a sum of
// three squared normals, with the sign of the normal n. Uniforms are of the site, three
// times D a sample (w, m, u), normals of its first layer.
func (q Normal) Weak(z Value, n Noise) Signed {
	rows, d := z.Node.Shape()
	w := signed(q.T, z, 2)
	u, e, logs := q.T.Blank(rows, 3*d), q.T.Blank(rows, d), q.T.Blank(rows, 3*d)
	site := n.Layer(0)
	for b := range q.B {
		lo, hi := b*z.K*d, (b+1)*z.K*d
		n.Uniform(b, u.Value().Slice(3*lo, 3*hi))
		site.Normal(b, e.Value().Slice(lo, hi))
	}
	vec.Log(logs.Value().F64(), u.Value().F64())
	vec.Log(logs.Value().F32(), u.Value().F32())
	sigma := q.LogSigma.Stop().Apply(tape.Exp)
	mu, sd, l := over(q.Mu, rows).Value(), over(sigma, rows).Value(), logs.Value()
	for r := range rows {
		for i := range d {
			m, s, normal := mu.At(r*d+i), sd.At(r*d+i), e.Value().At(r*d+i)
			rayleigh := float64(s * math.Sqrt(-2*l.At(r*3*d+i)))
			w.set(r, i, m+rayleigh, m-rayleigh)
			maxwell := math.Copysign(s*math.Sqrt(float64(normal*normal)-2*l.At(r*3*d+d+i)), normal)
			w.set(r, d+i, m+maxwell, m+float64(maxwell*u.Value().At(r*3*d+2*d+i)))
		}
	}
	w.theta[0], w.theta[1] = q.Mu, q.LogSigma
	w.rate[0] = q.LogSigma.Stop().Neg().Apply(tape.Exp).Scale(1 / math.Sqrt(2*math.Pi))
	return w
}

// Weak of bits is exact in the bit that it is of, without noise: z+ has the bit and
// z- has it not, at rate p (1-p).
func (p Bernoulli) Weak(z Value, _ Noise) Signed {
	rows, d := z.Node.Shape()
	w := signed(p.T, z, 1)
	for r := range rows {
		for i := range d {
			w.set(r, i, 1, 0)
		}
	}
	prob := p.Logits.Stop().Apply(tape.Sigmoid)
	w.theta[0], w.rate[0] = p.Logits, prob.Sub(prob.Mul(prob))
	return w
}
