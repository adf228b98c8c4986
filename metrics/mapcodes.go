package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/core/lasso"
	"github.com/vibench/bench/vi"
)

// MAP compares codes with MAP codes of the same dictionary, each datum's by FISTA, which
// do not know the posterior:
//
//	z* = argmin_z 1/2 |x - A z|^2 + lambda |z|_1
//
// averaged over data and samples of q: the share of latents on which the supports, |z| >
// least, agree (/support, H less the missed and the excess, over H), and the distances
// |z - z*|_2 (/l2) and |z - z*|_1 (/l1). A MAP code of zeros agrees with all that is
// sparse: beside them stands the share of latents that z* uses (/l0). And so stand how
// far the z* are from minima, the largest KKT residual over lambda, if that is not 0 (/kkt), and the share
// of data whose z* did not come to rest (/restless): the comparison is no better.
//
// lambda is in the units of x times an atom, so it has no default: 20 is the paper's,
// of 16 x 16 patches with each pixel of mean 0 and variance 1.
//
// Fallah and Rozell 2022 (2205.03665); FISTA: Beck and Teboulle 2009.
type MAP struct {
	Lambda float64 `name:"lambda" min:"0" required:"true" doc:"weight of |z|_1 beside 1/2 |x - A z|^2"`
	Least  float64 `name:"least" min:"0" doc:"size above which a latent is in the support"`
	Steps  int     `name:"steps" min:"1" doc:"steps of FISTA, at most"`
	Tol    float64 `name:"tol" min:"0" doc:"change of a code, relative to it, at which a datum's FISTA ends"`
	Codes
}

func (MAP) Name() string    { return "map" }
func (MAP) Better() string  { return "" }
func (MAP) Unit() string    { return "" }
func (MAP) Needs() []vi.Cap { return []vi.Cap{vi.Atoms} }
func (m MAP) Emits(vi.Sheet) []string {
	var out []string
	for _, name := range []string{"support", "l2", "l1", "l0", "kkt", "restless"} {
		out = append(out, m.named("map/"+name))
	}
	return out
}

func (m MAP) Measure(e *Eval, o *Out) {
	names := m.Emits(vi.Sheet{})
	missing := func(why string) {
		for _, name := range names {
			o.Missing(name, "%s", why)
		}
	}
	problem, x, why := e.sparse(m.On)
	if why != "" {
		missing(why)
		return
	}
	problem, err := lasso.New(problem.A, problem.D, problem.H)
	if err != nil {
		missing(err.Error())
		return
	}
	n, h := len(x)/problem.D, problem.H
	star, kkt, work := make([]float64, n*h), make([]float64, n), &lasso.Work{}
	err = problem.Correlate(x, star)
	restless := 0
	if err == nil {
		restless, err = problem.Solve(lasso.Solver{Lambda: m.Lambda, Steps: m.Steps, Tol: m.Tol}, x, star, work)
	}
	if err == nil {
		err = problem.KKT(m.Lambda, x, star, kkt, work)
	}
	if err != nil {
		missing(err.Error())
		return
	}
	agree, one, two, count := 0.0, 0.0, 0.0, 0.0
	why = e.codes(m.On, m.K, func(i int, z []float64) {
		s := star[i*h : (i+1)*h]
		for ; len(z) > 0; z = z[h:] {
			square := 0.0
			for k, v := range z[:h] {
				if (math.Abs(v) > m.Least) == (math.Abs(s[k]) > m.Least) {
					agree++
				}
				d := v - s[k]
				one += math.Abs(d)
				square += float64(d * d)
			}
			two += math.Sqrt(square)
			count++
		}
	})
	if why != "" {
		missing(why)
		return
	}
	used, worst := 0.0, 0.0
	for _, v := range star {
		if math.Abs(v) > m.Least {
			used++
		}
	}
	for _, r := range kkt {
		worst = max(worst, r)
	}
	if m.Lambda > 0 {
		worst /= m.Lambda
	}
	for i, v := range []float64{agree / count / float64(h), two / count, one / count, used / float64(n*h), worst, float64(restless) / float64(n)} {
		o.Put(names[i], v)
	}
}

// sparse are the data of a place as a problem of sparse coding by the model's
// dictionary, without its bound, which not all need.
func (e *Eval) sparse(o On) (p *lasso.Problem, x []float64, why string) {
	if err := oneReal(e.Work.Model.Sheet()); err != nil {
		return nil, nil, err.Error()
	}
	at := e.at(o)
	w := e.of(at)
	p = &lasso.Problem{D: w.Data.D, H: e.latents(), A: atoms(e.Work)}
	switch {
	case p.A == nil:
		return nil, nil, noAtoms
	case len(p.A) != p.D*p.H:
		return nil, nil, fmt.Sprintf("the dictionary has %d numbers; have %d x %d", len(p.A), p.D, p.H)
	}
	return p, w.Rows(at.n), ""
}
