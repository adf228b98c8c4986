package dist_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// correlated builds the two forms, low rank and factor alone, of two data of three numbers.
func correlated(t *testing.T, seed uint64) (p *tape.Params, of func(tp *tape.Tape, noisy bool) dist.Correlated) {
	p, err := tape.NewParams(tape.Float64, []tape.Spec{{Name: "inf/mu", Rows: 2, Cols: 3}, {Name: "inf/ls", Rows: 2, Cols: 3}, {Name: "inf/V", Rows: 2, Cols: 9}, {Name: "gen/A", Rows: 4, Cols: 3}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Specs() {
		x := make([]float64, s.Rows*s.Cols)
		rng.Init(seed, s.Name).Normal64(x, 0)
		p.Set(s.Name, x)
	}
	return p, func(tp *tape.Tape, noisy bool) dist.Correlated {
		v := tp.Param("inf/V")
		q := dist.Correlated{T: tp, B: 2, Mu: tp.Param("inf/mu"), Columns: []tape.Node{v.Cols(0, 3), v.Cols(3, 6)}}
		if noisy {
			q.LogSigma = tp.Param("inf/ls")
		} else {
			q.Columns = append(q.Columns, v.Cols(6, 9))
		}
		return q
	}
}

// With one column beside noise in one dimension the closed forms are a Normal's; columns along the axes are too.
func TestCorrelatedWithoutCorrelation(t *testing.T) {
	p, err := tape.NewParams(tape.Float64, []tape.Spec{{Name: "inf/mu", Rows: 2, Cols: 3}, {Name: "inf/ls", Rows: 2, Cols: 3}})
	if err != nil {
		t.Fatal(err)
	}
	p.Set("inf/mu", []float64{1, -2, 0.5, 0, 0.3, 2})
	p.Set("inf/ls", []float64{0.2, -1, 0, -0.5, 0.4, 0.1})
	tp := tape.New(p)
	mu, ls := tp.Param("inf/mu"), tp.Param("inf/ls")
	n := dist.Normal{T: tp, B: 2, Mu: mu, LogSigma: ls}
	var axes []tape.Node
	for k := range 3 {
		on := tp.Leaf(1, 3)
		on.Value().Set(k, 1)
		axes = append(axes, ls.Exp().Mul(on))
	}
	z := n.Sample(keyed{rng.Init(1, "z")}, 4)
	for name, q := range map[string]dist.Correlated{
		"noise": {T: tp, B: 2, Mu: mu, LogSigma: ls},
		"axes":  {T: tp, B: 2, Mu: mu, Columns: axes},
	} {
		same := func(what string, a, b tape.Node) {
			t.Helper()
			x, y := floats(a), floats(b)
			for i := range x {
				if math.Abs(x[i]-y[i]) > 1e-12*(1+math.Abs(y[i])) {
					t.Errorf("%s: %s %d: got %g; want %g", name, what, i, x[i], y[i])
				}
			}
		}
		if name == "axes" { // of noise alone there is no column to take a derivative along
			same("entropy", q.Entropy(), n.Entropy())
			same("log density", q.LogProb(z), n.LogProb(z))
		}
		same("E|z|", q.AbsMoment(), n.AbsMoment())
	}
}

func floats(n tape.Node) []float64 {
	defer func() { recover() }()
	return append([]float64(nil), n.Float64s()...)
}

// Every closed form's derivatives are those of its differences, and what they say of the law
// its samples say too: mean, covariance and entropy over 40000 draws within 5 standard errors (1e-6 each).
func TestCorrelatedForms(t *testing.T) {
	for _, noisy := range []bool{true, false} {
		p, of := correlated(t, 5)
		z := []float64{0.4, -1, 0.3, 1.2, 0, -0.7, 0.1, 0.9, -0.4, 0.5, -1.5, 0.2}
		forms := map[string]func(tp *tape.Tape, q dist.Correlated) tape.Node{
			"entropy": func(tp *tape.Tape, q dist.Correlated) tape.Node { return q.Entropy() },
			"log density": func(tp *tape.Tape, q dist.Correlated) tape.Node {
				at := tp.Leaf(4, 3)
				for i, x := range z {
					at.Value().Set(i, x)
				}
				return q.LogProb(dist.Value{Node: at, K: 2})
			},
			"E|z|":    func(tp *tape.Tape, q dist.Correlated) tape.Node { return q.AbsMoment().SumD(1) },
			"scatter": func(tp *tape.Tape, q dist.Correlated) tape.Node { return q.Scatter(tp.Param("gen/A"), tape.Node{}) },
			"kl": func(tp *tape.Tape, q dist.Correlated) tape.Node {
				kl, ok := q.KL(dist.Laplace{T: tp, B: 2, Mu: tp.Leaf(1, 3), LogScale: tp.Leaf(1, 3)})
				if !ok {
					t.Fatal("no KL against a Laplace")
				}
				return kl
			},
			"sample": func(tp *tape.Tape, q dist.Correlated) tape.Node {
				x := q.Sample(keyed{rng.Init(1, "z")}, 2).Node
				return x.Mul(x).SumD(2)
			},
		}
		for name, f := range forms {
			value := func() float64 { tp := tape.New(p); return f(tp, of(tp, noisy)).Sum().Float() }
			tp := tape.New(p)
			s := f(tp, of(tp, noisy)).Sum()
			d := tp.Ascend(tape.Surrogate{Gen: s, Inf: s})
			for _, spec := range p.Specs() {
				role, lo, hi, _ := p.Range(spec.Name)
				got, v := d[role].Slice(lo, hi), p.Value(spec.Name)
				for i := range v.Len() {
					const h = 1e-6
					at := v.At(i)
					v.Set(i, at+h)
					up := value()
					v.Set(i, at-h)
					down := value()
					v.Set(i, at)
					if want := (up - down) / (2 * h); math.Abs(got.At(i)-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("noisy %v: %s: %s[%d]: derivative %g; differences %g", noisy, name, spec.Name, i, got.At(i), want)
					}
				}
			}
		}

		const draws = 40000
		tp := tape.New(p)
		q := of(tp, noisy)
		x := q.Sample(keyed{rng.Init(2, "z")}, draws)
		_, square, _ := q.Moments()
		h, l := q.Entropy().Float64s(), q.LogProb(x).Float64s()
		scatter := q.Scatter(tp.Param("gen/A"), tape.Node{}).Float64s()
		for b := range 2 {
			within := func(what string, want float64, f func(i int) float64) {
				t.Helper()
				s, s2 := 0.0, 0.0
				for i := range draws {
					y := f(b*draws + i)
					s, s2 = s+y, s2+y*y
				}
				m := s / draws
				if se := math.Sqrt((s2/draws - m*m) / draws); math.Abs(m-want) > 5*se {
					t.Errorf("noisy %v: datum %d: %s: %g over draws, %g in closed form, %g standard errors", noisy, b, what, m, want, (m-want)/se)
				}
			}
			at := func(i, j int) float64 { return x.Node.Value().At(i*3 + j) }
			for j := range 3 {
				within("mean", q.Mu.Value().At(b*3+j), func(i int) float64 { return at(i, j) })
				within("square", square.Value().At(b*3+j), func(i int) float64 { return at(i, j) * at(i, j) })
			}
			within("entropy", h[b], func(i int) float64 { return -l[i] })
			a := p.Value("gen/A")
			within("scatter", scatter[b], func(i int) float64 {
				s := 0.0
				for r := range 4 {
					y := 0.0
					for j := range 3 {
						y += a.At(r*3+j) * (at(i, j) - q.Mu.Value().At(b*3+j))
					}
					s += y * y
				}
				return s
			})
		}
	}
}
