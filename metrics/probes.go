package metrics

import (
	"reflect"
	"slices"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Probes draws the replicates that a set of probes needs, once for those that see
// the same batch, and lets each see as many as it asked for. Replicate r is the
// same whatever R is.
func (e *Eval) Probes(ps []Probe, out *Out) error {
	done := map[int]bool{}
	for _, p := range ps {
		n := p.Rows(e.Work.Data.N)
		if done[n] {
			continue
		}
		done[n] = true
		same := slices.DeleteFunc(slices.Clone(ps), func(p Probe) bool { return p.Rows(e.Work.Data.N) != n })
		if err := e.probes(same, e.Work.All[:n], out); err != nil {
			return err
		}
	}
	return nil
}

func (e *Eval) probes(ps []Probe, batch []int, out *Out) error {
	card := e.Estimator.Card()
	dim := 0
	for _, b := range e.Work.Model.Sheet().Blocks {
		dim += b.Dim
	}
	ests, at := []vi.Estimator{e.Estimator}, map[string]int{}
	folds, reps, most := make([]Fold, len(ps)), make([]int, len(ps)), 0
	for i, p := range ps {
		folds[i], reps[i] = p.Open(e), p.Draws(len(batch), card.K, dim)
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
	src, still := &replay{}, make([]bool, len(ests))
	before := e.Work.Evals
	defer func() { e.Evals += e.Work.Evals - before }()
	for r := range most {
		if err := e.Context.Err(); err != nil {
			return err
		}
		src.draw(rng.Probe(e.Seed, uint64(e.Step), uint64(r)))
		for i, est := range ests {
			if still[i] { // drew nothing: a reference that is exact has one direction
				continue
			}
			src.rewind()
			spent := e.Work.Evals
			flat[i] = flatten(flat[i][:0], e.Work.Params, e.Work.Estimate(est, e.Step, batch, src))
			if still[i] = i > 0 && src.next == 0; i == 0 {
				e.Spent = e.Work.Evals - spent
			}
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

// networks are the blocks of the model: those of an estimator's own parameters
// have no direction that another estimator gives too.
func networks(p *vi.Params) []block {
	return slices.DeleteFunc(blocks(p), func(b block) bool { return b.name == "own" || strings.HasPrefix(b.name, "own/") })
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
