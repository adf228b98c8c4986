package metrics

import (
	"context"
	"reflect"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Eval is one moment of a cell: frozen parameters, the data, the keys.
type Eval struct {
	Context   context.Context // ends a probe between two replicates
	Evals     int64           // density evaluations spent
	Work      *vi.Work
	Seed      uint64
	Step      int
	Estimator vi.Estimator                            // for probes
	Resolve   func(name string) (vi.Estimator, error) // another estimator with the cell's K and M

	drawn int       // samples a datum in lw
	lw    []float64 // [N, drawn]
}

// rows is how many rows K*B one evaluation step holds at most: they stay in
// cache, and cells stay small however large N is.
const rows = 4096

// LogWeights are log p(x,z) - log q(z|x) for k samples of every datum, [N,k] by
// datum; sample j of k is sample j of any larger k.
func (e *Eval) LogWeights(k int) [][]float64 {
	if k > e.drawn {
		src := &vi.Keyed{Key: rng.Eval(e.Seed, uint64(e.Step))}
		e.lw, e.drawn = e.weights(k, src, e.lw[:0]), k
	}
	out := make([][]float64, e.Work.Data.N)
	for n := range out {
		out[n] = e.lw[n*e.drawn : n*e.drawn+k]
	}
	return out
}

func (e *Eval) weights(k int, src vi.Source, dst []float64) []float64 {
	b := max(1, rows/k)
	for lo := 0; lo < e.Work.Data.N; lo += b {
		if e.Context.Err() != nil { // the cell is given up: what is missing is never used
			return append(dst, make([]float64, (e.Work.Data.N-lo)*k)...)
		}
		s := e.Work.Step(e.Step, e.Work.All[lo:min(lo+b, e.Work.Data.N)], src)
		q := s.Posterior()
		z := q.Sample(s.Noise("z"), k)
		dst = append(dst, s.LogJoint(z).Sub(s.LogQ(q, z)).Float64s()...)
		e.Evals += s.Evals
	}
	return dst
}

// Replicate are the log weights of replicate r, with keys of their own.
func (e *Eval) Replicate(r, k int, dst []float64) []float64 {
	return e.weights(k, &vi.Keyed{Key: rng.Probe(e.Seed, uint64(e.Step), uint64(r))}, dst[:0])
}

// Evidence is log p(x) of every datum, where the model knows it.
func (e *Eval) Evidence() ([]float64, bool) {
	m, ok := e.Work.Model.(vi.Evidence)
	if !ok {
		return nil, false
	}
	return m.LogEvidence(e.Work.Params, e.Work.Data.X), true
}

// Probes draws the replicates that a set of probes needs, once, and lets each
// see as many as it asked for. Replicate r is the same whatever R is.
func (e *Eval) Probes(ps []Probe, out *Out) error {
	card, d := e.Estimator.Card(), e.Work.Data
	dim := 0
	for _, b := range e.Work.Model.Sheet().Blocks {
		dim += b.Dim
	}
	ests, at := []vi.Estimator{e.Estimator}, map[string]int{}
	folds, reps, most := make([]Fold, len(ps)), make([]int, len(ps)), 0
	for i, p := range ps {
		folds[i], reps[i] = p.Open(e), p.Draws(d.N, card.K, dim)
		most = max(most, reps[i])
		for _, name := range p.With() {
			if _, seen := at[name]; seen {
				continue
			}
			other, err := e.Resolve(name)
			if err != nil {
				return err
			}
			if reflect.DeepEqual(other, e.Estimator) { // its own signal: one direction serves both (== panics on settings that are slices)
				at[name] = 0
				continue
			}
			at[name] = len(ests)
			ests = append(ests, other)
		}
	}
	flat, with := make([][]float64, len(ests)), make([][]float64, 0, 2)
	src := &replay{}
	before := e.Work.Evals
	defer func() { e.Evals += e.Work.Evals - before }()
	for r := range most {
		if err := e.Context.Err(); err != nil {
			return err
		}
		src.draw(rng.Probe(e.Seed, uint64(e.Step), uint64(r)))
		for i, est := range ests {
			src.rewind()
			flat[i] = flatten(flat[i][:0], e.Work.Params, e.Work.Estimate(est, e.Step, e.Work.All, src))
		}
		for i, p := range ps {
			if r >= reps[i] {
				continue
			}
			with = with[:0]
			for _, name := range p.With() {
				with = append(with, flat[at[name]])
			}
			folds[i].Add(r, flat[0], with)
		}
	}
	for _, f := range folds {
		f.Close(out)
	}
	return nil
}

// flatten lays the directions of gen, inf and own end to end; a role that stands
// still is zeros.
func flatten(dst []float64, p *vi.Params, d vi.Direction) []float64 {
	for r := range tape.Role(tape.Roles) {
		if v := d.Role(r).Ascend; !v.Nil() {
			dst = v.AppendTo(dst)
			continue
		}
		for range p.Vector(r).Len() {
			dst = append(dst, 0)
		}
	}
	return dst
}

// block is a stretch of a flat direction: a network, or one parameter of it.
type block struct {
	name   string // inf, inf/b
	lo, hi int
}

func blocks(p *vi.Params) []block {
	var out []block
	var base [tape.Roles]int
	at := 0
	for r := range tape.Role(tape.Roles) {
		base[r] = at
		n := p.Vector(r).Len()
		if n > 0 {
			out = append(out, block{r.String(), at, at + n})
		}
		at += n
	}
	for _, s := range p.Specs() {
		r, lo, hi, _ := p.Range(s.Name)
		out = append(out, block{s.Name, base[r] + lo, base[r] + hi})
	}
	return out
}

// perBlock names a metric's numbers: one a network, one a parameter.
func perBlock(name string, sheet vi.Sheet) []string {
	seen, out := map[string]bool{}, []string(nil)
	for _, s := range sheet.Params {
		r, err := tape.RoleOf(s.Name)
		if err == nil && !seen[r.String()] {
			seen[r.String()] = true
			out = append(out, name+"/"+r.String())
		}
		out = append(out, name+"/"+s.Name)
	}
	return out
}
