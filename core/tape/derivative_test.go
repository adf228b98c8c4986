package tape

import (
	"fmt"
	"math"
	"testing"
)

// inner is the net of gradient_test seen from a node inside: f as a function of a
// shift of z (or, nearer the data, of x), all of it depending on parameters.
func inner(t *Tape, where, mix string, shift []float64) (f, at Node) {
	const k, b = 3, 2
	push := func(n Node) Node {
		rows, cols := n.Shape()
		s := t.Leaf(rows, cols)
		for i, v := range shift[:rows*cols] {
			s.Value().Set(i, v)
		}
		at = n.Add(s)
		return at
	}
	x := leaf(t, b, 3, 0.1)
	if where == "x" {
		x = push(x)
	}
	h := t.Affine(x, t.Param("inf/W"), t.Param("inf/b"), Tanh)
	mu, ls := h.Cols(0, 2), h.Cols(2, 4)
	if where == "mu" {
		mu = push(mu)
	}
	z := t.Reparam(mu, ls, leaf(t, k*b, 2, 2.2))
	if where == "z" {
		z = push(z)
	}
	if where == "sample" { // of a fixed scale: other pulls on it are its mean's
		z = t.Reparam(push(mu), t.Leaf(1, 2), leaf(t, k*b, 2, 2.2))
	}
	d := t.Affine(z, t.Param("gen/W"), t.Param("gen/b"), Tanh)
	switch mix {
	case "centre":
		d = d.Centre()
	case "spread":
		d = d.Add(t.Affine(x, t.Param("gen/C"), Node{}, Softplus).Spread(k))
	case "groups":
		d = d.LogSoftmax(2).Sub(d.Softmax(4)).Add(d.GroupSum(2).Scale(0.3))
	case "through":
		d = t.Through(d, d.Apply(Sigmoid).Mul(d.Scale(2)))
	case "acts":
		d = d.Apply(Exp).Add(d.Apply(Softplus)).Mul(d.Apply(Sigmoid)).Sub(d.Apply(ReLU))
	}
	lg := t.Affine(d, t.Param("gen/V"), t.Param("gen/c"), Linear)
	q := t.KLNormal(1, mu, ls, t.Param("gen/p"), t.Param("gen/s"))
	l := t.BernoulliLogProb(k, x.Apply(Sigmoid), lg).Add(t.NormalLogProb(k, z, t.Param("gen/p"), t.Param("gen/s")))
	lw := l.Sub(t.NormalLogProb(k, z, mu, ls)).Sub(q)
	f = lw.SoftmaxK().Mul(lw).SumK().Add(lw.LogMeanExpK()).Add(lw.Scale(0.1).Exp().Mul(lw.OthersMeanK()).SumK())
	f = f.Add(lw.Dot(l).Scale(0.01)).Sub(lw.Groups(3).SumK().Sum().Scale(0.1))
	return f, at
}

var (
	insides = []string{"x", "mu", "z", "sample"}
	inmixes = []string{"none", "centre", "spread", "groups", "acts"}
)

// Grad is the central difference of the summed rows in every entry of the node,
// wherever it lies, with operations that mix rows on the way; asking for it
// changes no direction.
func TestGradAgainstDifferences(t *testing.T) {
	p := testParams(t, Float64, netSpecs...)
	for _, where := range insides {
		for _, mix := range inmixes {
			shift := make([]float64, 12)
			tp := New(p)
			f, at := inner(tp, where, mix, shift)
			g := Grad(f, at)
			got := g.Value().AppendTo(nil)
			for i, x := range got {
				value := func(h float64) float64 {
					shift[i] = h
					f, _ := inner(New(p), where, mix, shift)
					shift[i] = 0
					return f.Sum().Float()
				}
				const h = 1e-5
				if want := (value(h) - value(-h)) / (2 * h); math.Abs(x-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%s, %s, entry %d: got %.10g, central difference %.10g", where, mix, i, x, want)
				}
			}
			s := f.Mean()
			with := tp.Ascend(Surrogate{Gen: s, Inf: s})
			un := New(p)
			f, _ = inner(un, where, mix, shift)
			without := un.Ascend(Surrogate{Gen: f.Mean(), Inf: f.Mean()})
			for r := range with {
				if string(with[r].Bits()) != string(without[r].Bits()) {
					t.Errorf("%s, %s: a Grad changes the direction of %s", where, mix, Role(r))
				}
			}
		}
	}
}

// Tangent is the product of Grad and v, and live: raised, it is the central
// difference of itself in the parameters of two roles.
func TestTangentAgainstDifferences(t *testing.T) {
	p := testParams(t, Float64, netSpecs...)
	for _, where := range insides {
		for _, mix := range append([]string{"through"}, inmixes...) {
			along := func(tp *Tape) (f, at, v Node) {
				f, at = inner(tp, where, mix, make([]float64, 12))
				rows, cols := at.Shape()
				return f, at, leaf(tp, rows, cols, 0.7)
			}
			f, at, v := along(New(p))
			want := Grad(f, at).Mul(v).SumD(1).Sum().Float()
			if got := Tangent(f, at, v).Sum().Float(); math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("%s, %s: got %.15g, <v, Grad> is %.15g", where, mix, got, want)
			}
			if mix == "through" {
				continue // a derivative that is not its value's: no difference shows it
			}
			t.Run(fmt.Sprint(where, "/", mix), func(t *testing.T) {
				checkFD(t, p, func(tp *Tape) Surrogate {
					s := Tangent(along(tp)).Mean()
					return Surrogate{Gen: s, Inf: s}
				})
			})
		}
	}
}

// The derivative in what f does not depend on is zero, and so it is through a
// stopped value.
func TestNoDerivative(t *testing.T) {
	tp := New(testParams(t, Float64, netSpecs...))
	z := tp.Param("inf/W")
	for i, f := range []Node{z.Apply(Tanh).Stop().SumD(1), tp.Param("gen/m").SumD(1), z.Mul(z).SumD(1).Stop().Exp()} {
		for _, x := range Grad(f, z).Value().F64() {
			if x != 0 {
				t.Errorf("%d: gradient %g", i, x)
			}
		}
		if x := Tangent(f, z, leaf(tp, 4, 3, 2)).Sum().Float(); x != 0 {
			t.Errorf("%d: tangent %g", i, x)
		}
	}
}

// |g|^2/2 by a Tangent along the stopped gradient: its direction is the central
// difference of |g|^2/2.
func TestSquaredGradient(t *testing.T) {
	p := testParams(t, Float64, netSpecs...)
	half := func(tp *Tape) (square, raised Node) {
		f, at := inner(tp, "z", "none", make([]float64, 12))
		g := Grad(f, at)
		return g.Mul(g).SumD(1).Sum().Scale(0.5), Tangent(f, at, g).Sum()
	}
	tp := New(p)
	_, s := half(tp)
	got := tp.Ascend(Surrogate{Gen: s, Inf: s})
	const h = 1e-5
	for r := range Own {
		v := p.Vector(r)
		for i := range v.Len() {
			x := v.At(i)
			at := func(y float64) float64 {
				v.Set(i, y)
				q, _ := half(New(p))
				return q.Float()
			}
			want := (at(x+h) - at(x-h)) / (2 * h)
			v.Set(i, x)
			if math.Abs(got[r].At(i)-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("%s[%d]: got %.10g, central difference %.10g", r, i, got[r].At(i), want)
			}
		}
	}
}

// Categories: log-softmax against its definition, in either precision, far logits too.
func TestLogSoftmax(t *testing.T) {
	for _, prec := range []Precision{Float64, Float32} {
		tp := New(testParams(t, prec, Spec{"inf/l", 2, 6}))
		a := tp.Param("inf/l")
		a.Value().Set(4, 300)
		y, p := a.LogSoftmax(3).Value(), a.Softmax(3).Value()
		for lo := 0; lo < 12; lo += 3 {
			m, s := math.Inf(-1), 0.0
			for i := lo; i < lo+3; i++ {
				m = math.Max(m, a.Value().At(i))
			}
			for i := lo; i < lo+3; i++ {
				s += math.Exp(a.Value().At(i) - m)
			}
			tol := map[Precision]float64{Float64: 1e-14, Float32: 1e-6}[prec]
			for i := lo; i < lo+3; i++ {
				want := a.Value().At(i) - m - math.Log(s)
				if math.Abs(y.At(i)-want) > tol*(1+math.Abs(want)) || math.Abs(p.At(i)-math.Exp(want)) > tol {
					t.Errorf("%s, entry %d: got %g, %g; want %g, %g", prec, i, y.At(i), p.At(i), want, math.Exp(want))
				}
			}
		}
	}
}

// Through has the value of the hard node bit for bit and the derivative of the soft
// one; rows of soft are spread.
func TestThrough(t *testing.T) {
	p := testParams(t, Float64, Spec{"inf/l", 2, 3})
	tp := New(p)
	soft := tp.Param("inf/l").Apply(Sigmoid)
	hard := leaf(tp, 4, 3, 9)
	z := tp.Through(hard, soft)
	for i := range 12 {
		if z.Value().At(i) != hard.Value().At(i) {
			t.Fatal("another value")
		}
	}
	c := leaf(tp, 4, 3, 4)
	got := tp.Ascend(Surrogate{Inf: z.Mul(c).SumD(2).Sum()})[Inf].AppendTo(nil)
	want := New(p)
	w := want.Ascend(Surrogate{Inf: want.Param("inf/l").Apply(Sigmoid).Mul(leaf(want, 4, 3, 4)).SumD(2).Sum()})[Inf]
	for i, x := range got {
		if math.Abs(x-w.At(i)) > 1e-15 {
			t.Errorf("entry %d: got %g, want %g", i, x, w.At(i))
		}
	}
	if z.Freeze() != z {
		t.Error("Freeze cuts a sample")
	}
}

func TestDerivativesAllocateNothing(t *testing.T) {
	tp := New(testParams(t, Float64, netSpecs...))
	shift := make([]float64, 12)
	step := func() {
		tp.Reset()
		f, at := inner(tp, "z", "groups", shift)
		s := Tangent(f, at, Grad(f, at)).Mean()
		tp.Ascend(Surrogate{Gen: s, Inf: s})
	}
	step()
	step()
	if n := testing.AllocsPerRun(10, step); n != 0 {
		t.Errorf("%v allocations a step; want none", n)
	}
}
