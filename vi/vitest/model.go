package vitest

import (
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// A prover holds a model on data against itself, in float64, a little away from where it
// starts, so that no parameter is hidden by being zero.
type prover struct {
	m    vi.Model
	w    *vi.Work
	rows []int
	key  rng.Key
}

// proofs are what can be told of a model without an estimator and without dice: each
// passes, fails, or is idle where the model has nothing of the kind.
var proofs = []struct {
	name string
	do   func(*prover) (Verdict, string)
}{
	{"gradients", gradients}, // of log p(x,z) in gen/ and log w in inf/: slopes along random directions
	{"evidence", evidence},   // log p(x) is a sum over all z, or an integral over few normals
	{"slope", slope},         // the gradient of log p(x) in closed form is one of it
}

// Sizes of the proofs: rows that densities are looked at on, samples of each, directions
// a network; states that are summed over; rows of log p(x).
const (
	proofRows   = 3
	proofK      = 2
	proofWays   = 3
	proofStates = 1 << 12
	proofSum    = 64
)

// Model proves what it can of a model on the data that it was made for. It is deterministic.
func Model(m vi.Model, d *vi.Data) (out []Result) {
	for _, c := range proofs {
		r := Result{Check: c.name, Oracle: d.Name}
		func() {
			defer func() {
				if x := recover(); x != nil {
					r.Verdict, r.Note, r.Crash = Fails, fmt.Sprint("panic: ", x), true
				}
			}()
			p, err := newProver(m, d)
			if err != nil {
				r.Verdict, r.Note = Fails, err.Error()
				return
			}
			r.Verdict, r.Note = c.do(p)
		}()
		out = append(out, r)
	}
	return out
}

func newProver(m vi.Model, d *vi.Data) (*prover, error) {
	key := rng.Probe(0, 0, 0).Fold("model")
	w, err := vi.NewWork(m, nil, d, tape.Float64, key.Fold("init"))
	if err != nil {
		return nil, err
	}
	w.Bits = key.Fold("bits")
	p := &prover{m: m, w: w, key: key, rows: w.All}
	if s := m.Sheet(); !s.Whole && !s.Mixes {
		p.rows = w.All[:min(proofRows, d.N)]
	}
	for _, r := range []tape.Role{tape.Gen, tape.Inf} {
		v := w.Params.Vector(r)
		for i, x := range p.normals(v.Len(), "away "+r.String()) {
			v.Set(i, v.At(i)+0.1*x)
		}
	}
	if c, ok := m.(vi.Constrained); ok {
		c.Project(w.Params)
	}
	return p, nil
}

func (p *prover) normals(n int, what string) []float64 {
	x := make([]float64, n)
	p.key.Fold(what).Normal64(x, 0)
	return x
}

// step opens one on the rows, always with the same noise.
func (p *prover) step() *vi.Step {
	return p.w.Step(0, p.rows, &vi.Keyed{Key: p.key.Fold("noise")})
}

// raised is the scalar that stands for a network: its densities at samples of q.
func raised(s *vi.Step, r tape.Role) tape.Node {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), proofK)
	if r == tape.Gen {
		return s.LogJoint(z).Mean()
	}
	return s.LogW(q, z).Mean()
}

// gradients: samples have a path, along which log w is differentiated too, or keep their
// value under a small change of parameters. Where a rule stands in for a derivative (Pull),
// or q has no density (Cut), inf/ has no slope to be held against.
func gradients(p *prover) (Verdict, string) {
	sheet := p.m.Sheet()
	if _, ok := p.m.(vi.Latent); !ok || len(sheet.Blocks) == 0 {
		return Idle, "no posterior to sample"
	}
	if sheet.Inner > 0 || sheet.Penalty > 0 {
		return Idle, "each step finds its posterior anew"
	}
	if len(p.rows) > 64 {
		return Idle, fmt.Sprintf("a step takes all %d rows", len(p.rows))
	}
	roles := []tape.Role{tape.Gen}
	if !slices.ContainsFunc(sheet.Blocks, func(b vi.Block) bool { return b.Cut || slices.Contains(b.Offers, vi.Pull) }) {
		roles = append(roles, tape.Inf)
	}
	said := 0
	for _, r := range roles {
		theta := p.w.Params.Vector(r)
		if theta.Len() == 0 {
			continue
		}
		if p.w.Data.Missing && math.IsNaN(raised(p.step(), r).Float()) {
			return Idle, "no density of rows with missing values"
		}
		s := p.step()
		u := tape.Surrogate{Gen: raised(s, r)}
		if r == tape.Inf {
			u = tape.Surrogate{Inf: u.Gen}
		}
		got := s.Tape.Ascend(u)[r].AppendTo(nil)
		f := func() float64 { return raised(p.step(), r).Float() }
		for i := range proofWays {
			if bad := against(f, theta, got, p.normals(theta.Len(), fmt.Sprint(r, i))); bad != "" {
				return Fails, fmt.Sprintf("%s, direction %d: %s", r, i, bad)
			}
			said++
		}
	}
	if said == 0 {
		return Idle, "no parameters"
	}
	return Passes, fmt.Sprintf("%d directions", said)
}

// against holds a gradient against slopes of f along v, of unit length: differences of
// the fourth order, at two distances, since a bit may turn or a ReLU bend within one.
func against(f func() float64, theta tape.Vector, gradient, v []float64) string {
	at := theta.AppendTo(nil)
	defer theta.From(at)
	norm := math.Sqrt(dot(v, v))
	want, size := dot(gradient, v)/norm, math.Sqrt(dot(gradient, gradient))
	move := func(h float64) float64 {
		for i, x := range at {
			theta.Set(i, x+h*v[i]/norm)
		}
		return f()
	}
	var slope float64
	for _, h := range []float64{1e-3, 1e-4} {
		slope = (8*(move(h)-move(-h)) - (move(2*h) - move(-2*h))) / (12 * h)
		theta.From(at)
		noise := 1e-14 * math.Abs(f()) / h
		if math.Abs(slope-want) <= 1e-6*max(1, size)+noise {
			return ""
		}
	}
	return fmt.Sprintf("the gradient says %.10g, differences of the density %.10g", want, slope)
}

// evidence: discrete latents are summed over, one or two normals integrated by two rules
// that must agree.
func evidence(p *prover) (Verdict, string) {
	e, ok := p.m.(vi.Evidence)
	l, latent := p.m.(vi.Latent)
	sheet := p.m.Sheet()
	if !ok || !latent || !slices.Contains(sheet.Offers, vi.Exact) || len(sheet.Blocks) == 0 || sheet.Cost || sheet.Predicts || sheet.Whole || sheet.Mixes {
		return Idle, "no evidence beside a joint density"
	}
	var got []float64
	how := ""
	all := func(b vi.Block) bool { return slices.Contains(b.Offers, vi.Enumerate) }
	switch b := sheet.Blocks[0]; {
	case !slices.ContainsFunc(sheet.Blocks, func(b vi.Block) bool { return !all(b) }) && sheet.States() <= proofStates:
		s := p.step()
		z := s.Posterior().(dist.Enumerable)
		n := int(z.States())
		got, how = sums(s.LogJoint(z.Enumerate(n, 1)).Float64s(), make([]float64, n)), fmt.Sprintf("a sum over %d states", n)
	case len(sheet.Blocks) == 1 && b.Kind == "real" && b.Dim <= 2:
		var rough []float64
		for _, n := range []int{96, 128} {
			rough = got
			g := newGrid(n, b.Dim)
			s := p.w.Step(0, p.rows, g)
			z := l.Prior(s).Sample(s.Noise("z"), len(g.log))
			got = sums(s.LogLik(z).Float64s(), g.log)
		}
		for i := range got {
			if !(math.Abs(got[i]-rough[i]) <= 1e-10) {
				return Idle, "no rule integrates over its prior"
			}
		}
		how = "an integral over the prior"
	default:
		return Idle, "too many latents to sum over"
	}
	for i, want := range e.LogEvidence(p.w.Params, p.w.Rows(len(p.rows))) {
		if !(math.Abs(got[i]-want) <= 1e-9*max(1, math.Abs(want))) {
			return Fails, fmt.Sprintf("row %d: log p(x) = %.12g, %s gives %.12g", i, want, how, got[i])
		}
	}
	return Passes, how
}

// sums are log sum_k exp(log weight_k + x_bk) of rows of as many.
func sums(x, weight []float64) (out []float64) {
	for k := len(weight); len(x) >= k && k > 0; x = x[k:] {
		top := math.Inf(-1)
		for i := range k {
			top = max(top, x[i]+weight[i])
		}
		sum := 0.0
		for i := range k {
			sum += math.Exp(x[i] + weight[i] - top)
		}
		out = append(out, top+math.Log(sum))
	}
	return out
}

// grid is noise whose samples are the nodes of a rule in one or two normals.
type grid struct {
	x   [][]float64
	log []float64 // of weights
}

func newGrid(n, dim int) *grid {
	one := Hermite(n)[0]
	g := &grid{x: [][]float64{nil}, log: []float64{0}}
	for range dim {
		next := &grid{}
		for i, x := range g.x {
			for j, node := range one.Nodes {
				next.x = append(next.x, append(slices.Clone(x), node[0]))
				next.log = append(next.log, g.log[i]+math.Log(one.Weights[j]))
			}
		}
		g = next
	}
	return g
}

func (g *grid) Normal(site string, _ uint64, dst tape.Vector) {
	dim := len(g.x[0])
	if dst.Len() != dim*len(g.x) {
		panic(fmt.Sprintf("site %q asks for %d normals; a rule has %d", site, dst.Len(), dim*len(g.x)))
	}
	for k, x := range g.x {
		for d, v := range x {
			dst.Set(k*dim+d, v)
		}
	}
}

func (g *grid) Uniform(site string, _ uint64, _ tape.Vector) {
	panic(fmt.Sprintf("site %q asks for uniforms of a normal prior", site))
}

// slope: of the mean of log p(x) over rows.
func slope(p *prover) (Verdict, string) {
	g, ok := p.m.(vi.Differentiable)
	e, exact := p.m.(vi.Evidence)
	if offers := p.m.Sheet().Offers; !ok || !exact || !slices.Contains(offers, vi.Gradient) || !slices.Contains(offers, vi.Exact) {
		return Idle, "no gradient in closed form"
	}
	p.rows = p.w.All[:min(proofSum, len(p.w.All))]
	s := p.step()
	to := s.Blanks(tape.Gen)
	g.Gradient(s, to)
	got, x := to.AppendTo(nil), p.w.Rows(len(p.rows))
	f := func() (mean float64) {
		for _, l := range e.LogEvidence(p.w.Params, x) {
			mean += l / float64(len(p.rows))
		}
		return mean
	}
	for i := range proofWays {
		if bad := against(f, p.w.Params.Vector(tape.Gen), got, p.normals(len(got), fmt.Sprint("slope ", i))); bad != "" {
			return Fails, fmt.Sprintf("direction %d: %s", i, bad)
		}
	}
	return Passes, fmt.Sprintf("%d directions", proofWays)
}
