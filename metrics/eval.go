package metrics

import (
	"context"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Eval is one moment of a cell: frozen parameters, the data, the keys.
type Eval struct {
	Context   context.Context // ends a probe between two replicates
	Evals     int64           // density evaluations spent
	Work      *vi.Work        // the data trained on
	Test      *vi.Work        // held-out data, nil if there are none
	Seed      uint64
	Step      int
	Last      bool                                    // of the cell's evaluations: arrays that only a figure shows are kept there
	Estimator vi.Estimator                            // for probes
	Resolve   func(name string) (vi.Estimator, error) // another estimator with the cell's K and M
	Spent     int64                                   // for probes, when they close: density evaluations of one direction of Estimator

	stored   map[place]draws
	coded    map[place]codes
	inferred map[bool]*vi.Work // by whether it is of the data trained on
	bounds   map[boundAt][]float64
}

// draws are the log weights of k samples of every datum of a place.
type draws struct {
	k  int
	lw []float64 // [n,k]
}

type boundAt struct {
	place
	k int
}

// mostStored is how many log weights of one place are kept for the metrics that
// share them; more are drawn again by each.
const mostStored = 1 << 22

// key is that of a place's draws.
func (e *Eval) key(p place) rng.Key {
	k := rng.Eval(e.Seed, uint64(e.Step))
	if p.train {
		k = k.Fold("train")
	}
	return k
}

// LogWeights are log p(x,z) - log q(z|x) for k samples of every datum, [n,k] by
// datum; sample j of k is sample j of any larger k.
func (e *Eval) LogWeights(o On, k int) [][]float64 {
	p := e.at(o)
	d := e.stored[p]
	if k > d.k {
		d = draws{k, d.lw[:0]}
		e.draw(e.of(p), p.n, k, e.key(p), func(lw []float64) { d.lw = append(d.lw, lw...) })
		d.lw = append(d.lw, make([]float64, p.n*k-len(d.lw))...) // given up: what is missing is never used
		if e.stored == nil {
			e.stored = map[place]draws{}
		}
		e.stored[p] = d
	}
	out := make([][]float64, p.n)
	for n := range out {
		out[n] = d.lw[n*d.k : n*d.k+k]
	}
	return out
}

// each calls f on the log weights of k samples of every datum of a place, in
// order; they are f's until it returns.
func (e *Eval) each(o On, k int, f func(lw []float64)) {
	p := e.at(o)
	if p.n*k <= mostStored {
		for _, lw := range e.LogWeights(o, k) {
			f(lw)
		}
		return
	}
	e.draw(e.of(p), p.n, k, e.key(p), f)
}

// Bounds are L_k = log 1/k sum_j w_j of every datum of a place, once for all
// metrics that ask.
func (e *Eval) Bounds(o On, k int) []float64 {
	if l := e.bounds[boundAt{e.at(o), k}]; l != nil {
		return l
	}
	l := e.over(o, k, logMeanExp)
	e.remember(o, k, l)
	return l
}

func (e *Eval) remember(o On, k int, l []float64) {
	if e.bounds == nil {
		e.bounds = map[boundAt][]float64{}
	}
	e.bounds[boundAt{e.at(o), k}] = l
}

// draw weighs k samples of each of the first n data, as many at a time as stay in
// cache, and gives f every datum's. It ends early when the cell is given up.
func (e *Eval) draw(w *vi.Work, n, k int, key rng.Key, f func(lw []float64)) {
	rows := w.Fit()
	e.drawBlocks(w, n, k, max(1, rows/k), max(1, rows), key, weigh, f)
}

// weigh are the log weights of k samples of q, [K,B].
func weigh(s *vi.Step, k int) tape.Node {
	q := s.Posterior()
	return s.LogW(q, q.Sample(s.Noise("z"), k))
}

// drawBlocks does so for b data and at most most samples of each at a time, by a
// weight of k samples, [K,B].
func (e *Eval) drawBlocks(w *vi.Work, n, k, b, most int, key rng.Key, weigh func(s *vi.Step, k int) tape.Node, f func(lw []float64)) {
	var lw []float64
	for lo := 0; lo < n; lo += b {
		block := w.All[lo:min(lo+b, n)]
		lw = append(lw[:0], make([]float64, len(block)*k)...)
		for j := 0; j < k; j += most {
			if e.Context.Err() != nil {
				return
			}
			now := min(most, k-j)
			s := w.Step(e.Step, block, &vi.Keyed{Key: key, Skip: j, K: now})
			x := weigh(s, now).Float64s()
			for i := range block {
				copy(lw[i*k+j:i*k+j+now], x[i*now:(i+1)*now])
			}
			e.Evals += s.Evals
		}
		for i := range block {
			f(lw[i*k : (i+1)*k])
		}
	}
}

// Replicate are the log weights of replicate r on the data trained on, with keys
// of their own.
func (e *Eval) Replicate(r, k int, dst []float64) []float64 {
	dst = dst[:0]
	n := e.Work.Data.N
	e.draw(e.Work, n, k, rng.Probe(e.Seed, uint64(e.Step), uint64(r)), func(lw []float64) { dst = append(dst, lw...) })
	return append(dst, make([]float64, n*k-len(dst))...)
}

// Evidence is log p(x) of every datum of a place, where the model knows it.
func (e *Eval) Evidence(o On) ([]float64, bool) {
	p := e.at(o)
	w := e.of(p)
	m, ok := w.Model.(vi.Evidence)
	if !ok {
		return nil, false
	}
	return m.LogEvidence(w.Params, w.Rows(p.n)), true
}

func mean(x []float64) float64 { return vec.Sum(x) / float64(len(x)) }

func logMeanExp(lw []float64) float64 { return vec.LogSumExp64(lw) - vec.Log64(float64(len(lw))) }
