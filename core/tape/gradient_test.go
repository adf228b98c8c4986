package tape

import (
	"fmt"
	"math"
	"testing"
)

// fill sets values that are neither small nor alike.
func fill(v Vector, seed float64) {
	for i := range v.Len() {
		v.Set(i, math.Sin(seed+1.7*float64(i))*0.6)
	}
}

func testParams(t testing.TB, prec Precision, specs ...Spec) *Params {
	t.Helper()
	p, err := NewParams(prec, specs)
	if err != nil {
		t.Fatal(err)
	}
	for r := range p.vec {
		fill(p.vec[r], float64(r)+0.3)
	}
	return p
}

func leaf(t *Tape, rows, cols int, seed float64) Node {
	n := t.Leaf(rows, cols)
	fill(n.Value(), seed)
	return n
}

// checkFD compares the directions of surrogates with central differences of the
// scalars as functions of the parameters. Stopped values move under differences,
// so the graphs here stop nothing that depends on parameters.
func checkFD(t *testing.T, p *Params, build func(*Tape) Surrogate) {
	t.Helper()
	tp := New(p)
	got := tp.Ascend(build(tp))
	scalar := func(r Role) float64 {
		tp := New(p)
		s := build(tp)
		n := [Roles]Node{s.Gen, s.Inf, s.Own}[r]
		if n.Nil() {
			return 0
		}
		return n.Float()
	}
	const h = 1e-5
	for r := range Role(Roles) {
		if got[r].Nil() {
			continue
		}
		for i := range p.vec[r].Len() {
			x := p.vec[r].At(i)
			p.vec[r].Set(i, x+h)
			up := scalar(r)
			p.vec[r].Set(i, x-h)
			down := scalar(r)
			p.vec[r].Set(i, x)
			want := (up - down) / (2 * h)
			if d := math.Abs(got[r].At(i) - want); d > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s[%d]: got %.10g, central difference %.10g", r, i, got[r].At(i), want)
			}
		}
	}
}

// net is a small pair of networks with both kinds of factors. mix puts in an
// operation that mixes rows.
func net(t *Tape, k, b int, mix string) (lp, lq Node) {
	x := leaf(t, b, 3, 0.1)
	h := t.Affine(x, t.Param("inf/W"), t.Param("inf/b"), Tanh)
	mu, ls := h.Cols(0, 2), h.Cols(2, 4)
	z := t.Reparam(mu, ls, leaf(t, k*b, 2, 2.2))
	d := t.Affine(z, t.Param("gen/W"), t.Param("gen/b"), Tanh)
	switch mix {
	case "centre":
		d = d.Centre()
	case "spread":
		c := t.Affine(x, t.Param("gen/C"), Node{}, Softplus).Spread(k)
		d = d.Add(c)
	case "two":
		lp = t.NormalLogProb(k, d, t.Param("gen/m"), t.Leaf(1, 4)).Mul(t.Scalar(0.3)).Exp()
	}
	lg := t.Affine(d, t.Param("gen/V"), t.Param("gen/c"), Linear)
	l := t.BernoulliLogProb(k, x.Apply(Sigmoid), lg).Add(t.NormalLogProb(k, z, t.Param("gen/p"), t.Param("gen/s")))
	if lp.Nil() {
		lp = l
	} else {
		lp = lp.Add(l)
	}
	return lp, t.NormalLogProb(k, z, mu, ls)
}

var netSpecs = []Spec{
	{"inf/W", 4, 3}, {"inf/b", 1, 4}, {"gen/W", 4, 2}, {"gen/b", 1, 4}, {"gen/V", 3, 4}, {"gen/c", 1, 3},
	{"gen/C", 4, 3}, {"gen/m", 1, 4}, {"gen/p", 1, 2}, {"gen/s", 1, 2}, {"own/w", 2, 3}, {"own/b", 1, 2},
}

var mixes = []string{"none", "centre", "spread", "two"}

func TestGradientAgainstDifferences(t *testing.T) {
	for _, mix := range mixes {
		t.Run(mix, func(t *testing.T) {
			checkFD(t, testParams(t, Float64, netSpecs...), func(t *Tape) Surrogate {
				lp, lq := net(t, 3, 2, mix)
				lw := lp.Sub(lq)
				gen := lw.LogMeanExpK().Mean()
				inf := lw.SoftmaxK().Mul(lw).MeanB().Add(lw.OthersMeanK().Mul(lw).Mean())
				own := t.Affine(leaf(t, 2, 3, 0.4), t.Param("own/w"), t.Param("own/b"), Sigmoid).SumD(1).Exp().Mean()
				return Surrogate{gen, inf, own}
			})
		})
	}
}

func TestOperationsAgainstDifferences(t *testing.T) {
	specs := []Spec{{"gen/a", 2, 3}, {"gen/b", 1, 3}, {"inf/m", 2, 3}, {"inf/l", 1, 3}}
	for name, f := range map[string]func(t *Tape) Node{
		"add":    func(t *Tape) Node { return t.Param("gen/a").Add(t.Param("gen/b")).SumD(1).Exp() },
		"sub":    func(t *Tape) Node { return t.Param("gen/a").Sub(t.Param("gen/b")).SumD(1).Exp() },
		"mul":    func(t *Tape) Node { return t.Param("gen/b").Mul(t.Param("gen/a")).SumD(2).SoftmaxK().Exp() },
		"scale":  func(t *Tape) Node { return t.Param("gen/a").Scale(-1.3).SumD(1).LogSumExpK().Exp() },
		"relu":   func(t *Tape) Node { return t.Param("gen/a").Apply(ReLU).SumD(1).Exp() },
		"exp":    func(t *Tape) Node { return t.Param("gen/a").Exp().SumD(1) },
		"soft":   func(t *Tape) Node { return t.Param("gen/a").Apply(Softplus).SumD(1).Exp() },
		"x-grad": func(t *Tape) Node { return t.BernoulliLogProb(1, t.Param("gen/a"), leaf(t, 2, 3, 1)) },
		"kl": func(t *Tape) Node {
			return t.KLNormal(1, t.Param("inf/m"), t.Param("inf/l"), t.Param("gen/a"), t.Param("gen/b"))
		},
		"normal": func(t *Tape) Node { return t.NormalLogProb(2, leaf(t, 4, 3, 3), t.Param("inf/m"), t.Param("inf/l")) },
		"groups": func(t *Tape) Node {
			return t.NormalLogProb(4, leaf(t, 8, 3, 3), t.Param("inf/m"), t.Param("gen/a")).Groups(2).SoftmaxK().Exp().Ungroup(2)
		},
		"reparam": func(t *Tape) Node {
			return t.Reparam(t.Param("inf/m"), t.Param("inf/l"), leaf(t, 4, 3, 5)).Apply(Tanh).SumD(2)
		},
		"drawn": func(t *Tape) Node { // a fixed scale: pulls on the sample are its mean's
			z, one := t.Reparam(t.Param("inf/m"), t.Leaf(1, 3), leaf(t, 4, 3, 5)), t.Leaf(1, 3)
			return t.NormalLogProb(2, leaf(t, 2, 3, 1), z, t.Param("inf/l")).Add(t.NormalLogProb(2, z, t.Param("gen/b"), one)).
				Sub(t.NormalLogProb(2, z, t.Param("inf/m"), leaf(t, 4, 3, 2))).LogMeanExpK()
		},
		"drawn once": func(t *Tape) Node {
			z := t.Reparam(t.Param("inf/m"), t.Leaf(1, 3), leaf(t, 2, 3, 5))
			return t.NormalLogProb(1, leaf(t, 1, 3, 1), z, t.Param("gen/a")).Add(t.NormalLogProb(1, z, t.Param("inf/m"), t.Param("inf/l"))).Exp()
		},
		"dot": func(t *Tape) Node {
			a := t.Param("gen/a").SumD(2)
			return a.Dot(a.Exp()).Add(a.Stop().Const(0.5).Dot(a))
		},
		"known": func(t *Tape) Node { // x y^2 + z, by hand, of rows that spread
			a, b, m := t.Param("gen/a"), t.Param("gen/b"), t.Param("inf/m")
			y, da, db := t.Leaf(4, 3), t.Leaf(1, 3), t.Leaf(4, 3)
			for j := range 3 {
				w := b.Value().At(j)
				da.Value().Set(j, w*w)
				for r := range 4 {
					x := a.Value().At(r/2*3 + j)
					y.Value().Set(r*3+j, x*w*w+m.Value().At(r/2*3+j))
					db.Value().Set(r*3+j, 2*x*w)
				}
			}
			return t.Known(y, a, da, b, db, m, Node{}).Apply(Tanh).SumD(2)
		},
		"rows": func(t *Tape) Node { return t.Param("gen/a").SumD(2).SumK().Mul(t.Param("gen/b").SumD(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			checkFD(t, testParams(t, Float64, specs...), func(t *Tape) Surrogate {
				s := f(t).Mean()
				return Surrogate{Gen: s, Inf: s}
			})
		})
	}
}

// One sweep for two unlike scalars gives the bits of two sweeps, one a scalar.
func TestOneSweepAgainstTwo(t *testing.T) {
	for _, prec := range []Precision{Float64, Float32} {
		for _, mix := range mixes {
			t.Run(fmt.Sprint(prec, "/", mix), func(t *testing.T) {
				p := testParams(t, prec, netSpecs...)
				build := func(t *Tape) Surrogate {
					lp, lq := net(t, 4, 3, mix)
					lw := lp.Sub(lq)
					v := lw.SoftmaxK().Stop()
					return Surrogate{Gen: v.Mul(lp).MeanB(), Inf: v.Mul(v).Mul(lw).MeanB()}
				}
				tp := New(p)
				both := tp.Ascend(build(tp))
				gen, inf := both[Gen].Bits(), both[Inf].Bits()
				split := tp.Stats().Split
				tp.Reset()
				s := build(tp)
				g := tp.Ascend(Surrogate{Gen: s.Gen})
				if string(g[Gen].Bits()) != string(gen) || !g[Inf].Nil() {
					t.Error("gen: a sweep of its own gives other bits")
				}
				tp.Reset()
				if i := tp.Ascend(Surrogate{Inf: build(tp).Inf}); string(i[Inf].Bits()) != string(inf) {
					t.Error("inf: a sweep of its own gives other bits")
				}
				if want := mix == "centre" || mix == "two"; (split > 0) != want {
					t.Errorf("split: got %d nodes, want some: %v", split, want)
				}
			})
		}
	}
}

// A density of the same values is computed once, whether or not they are stopped.
func TestOneDensityOfStoppedAndLive(t *testing.T) {
	for _, prec := range []Precision{Float64, Float32} {
		tp := New(testParams(t, prec, Spec{"inf/m", 2, 3}, Spec{"inf/l", 1, 3}))
		mu, ls := tp.Param("inf/m"), tp.Param("inf/l")
		z := tp.Reparam(mu, ls, leaf(tp, 4, 3, 5))
		live := tp.NormalLogProb(2, z, mu.Stop(), ls.Stop()).Float64s()
		stopped := tp.NormalLogProb(2, z.Stop(), mu, ls).Float64s()
		other := tp.NormalLogProb(2, leaf(tp, 4, 3, 5), mu, ls).Float64s()
		if &live[0] != &stopped[0] {
			t.Errorf("%s: computed twice", prec)
		}
		if &live[0] == &other[0] || live[0] == other[0] {
			t.Errorf("%s: the density of other values is the same", prec)
		}
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	for _, prec := range []Precision{Float64, Float32} {
		for _, mix := range mixes {
			tp := New(testParams(t, prec, netSpecs...))
			step := func() {
				tp.Reset()
				lp, lq := net(tp, 4, 3, mix)
				lw := lp.Sub(lq)
				v := lw.SoftmaxK().Stop()
				tp.Ascend(Surrogate{Gen: v.Mul(lp).MeanB(), Inf: v.Mul(v).Mul(lw).MeanB().Add(lw.OthersLogSumExpK().Mul(lw).Mean())})
			}
			step()
			step()
			if n := testing.AllocsPerRun(20, step); n != 0 {
				t.Errorf("%s/%s: %v allocations a step; want none", prec, mix, n)
			}
		}
	}
}

// A weight of both networks moves with Gen, rightly where Gen and Inf are one scalar.
func TestSharedWeights(t *testing.T) {
	specs := []Spec{{"shared/l", 1, 2}, {"inf/m", 1, 2}, {"gen/p", 1, 2}}
	checkFD(t, testParams(t, Float64, specs...), func(t *Tape) Surrogate {
		z := t.Reparam(t.Param("inf/m"), t.Param("shared/l"), leaf(t, 6, 2, 1))
		f := t.NormalLogProb(3, leaf(t, 2, 2, 4), z, t.Param("shared/l")).Sub(t.NormalLogProb(3, z, t.Param("inf/m"), t.Param("shared/l"))).
			Add(t.NormalLogProb(3, z, t.Param("gen/p"), t.Leaf(1, 2))).LogMeanExpK().Mean()
		return Surrogate{Gen: f, Inf: f}
	})
}

// A weight that is not a number is not silently a direction of zero.
func TestNaNGoesOn(t *testing.T) {
	tp := New(testParams(t, Float64, Spec{"gen/x", 2, 1}))
	s := tp.Param("gen/x").SumD(2).Add(tp.Const(2, 1, []float64{0, math.NaN()}))
	if d := tp.Ascend(Surrogate{Gen: s.LogMeanExpK().Mean()})[Gen]; d.Finite() {
		t.Errorf("direction %v; want it not finite", d.F64())
	}
}
