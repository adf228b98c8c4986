package vitest

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// pure: the same key gives the same bits, whatever was estimated between, here and
// in a place of its own; nothing that the estimator reads has changed.
func pure(s *subject) Result {
	e := s.some()
	w := work(s.o, e)
	params, data, state := w.Params.Clone(), slices.Clone(w.Data.X), frozen(w.State)
	first, err := estimate(w, e, once(w), key(1))
	if err != nil {
		return failed(err)
	}
	for n := range 3 {
		if _, err := estimate(w, e, once(w), key(2+n)); err != nil {
			return failed(err)
		}
	}
	again, _ := estimate(w, e, once(w), key(1))
	if d, where := distance(again, first); d != 0 {
		return Result{Verdict: Fails, Note: "the same key gives other bits a second time: " + where}
	}
	elsewhere, _ := estimate(work(s.o, e), e, once(w), key(1))
	if d, where := distance(elsewhere, first); d != 0 {
		return Result{Verdict: Fails, Note: "the same key gives other bits in another place: " + where}
	}
	for r := range tape.Role(tape.Roles) {
		if string(params.Vector(r).Bits()) != string(w.Params.Vector(r).Bits()) {
			return Result{Verdict: Fails, Note: fmt.Sprintf("it changes the %s parameters", r)}
		}
	}
	if !bytes.Equal(tape.Float64s(data).Bits(), tape.Float64s(w.Data.X).Bits()) {
		return Result{Verdict: Fails, Note: "it changes the data"}
	}
	if !maps.EqualFunc(state, frozen(w.State), slices.Equal[[]float64]) {
		return Result{Verdict: Fails, Note: "it changes the state; Keep returns new rows"}
	}
	return Result{Verdict: Passes}
}

func frozen(state vi.State) map[string][]float64 {
	out := map[string][]float64{}
	for name, t := range state {
		out[name] = slices.Clone(t.Data)
	}
	return out
}

// isolated: a direction belongs to one network. With the other's parameters in
// other units it is the same, draw by draw; with its own it follows the chain rule.
// A direction that is clipped, scaled or penalised by what the other network's
// parameters or direction are does not do so.
func isolated(s *subject) Result {
	o, ok := s.o.(Scaled)
	if !ok {
		return Result{Verdict: Idle, Note: "the oracle has one set of units"}
	}
	const unit = 8
	e := s.some()
	w := work(s.o, e)
	for _, r := range []tape.Role{tape.Gen, tape.Inf} {
		scaled := work(o.In(r, unit), e)
		for n := range 10 {
			want, err := estimate(w, e, once(w), key(n))
			if err != nil {
				return failed(err)
			}
			got, err := estimate(scaled, e, once(w), key(n))
			if err != nil {
				return failed(err)
			}
			for i := range want[r] {
				want[r][i] *= unit
			}
			if d, where := distance(got, want); d > rounding {
				return Result{Verdict: Fails, Note: fmt.Sprintf("with %s in other units, %s", r, where)}
			}
		}
	}
	return Result{Verdict: Passes}
}

// recorder remembers what is drawn.
type recorder struct {
	vi.Source
	drawn map[string][]float64
}

func (r *recorder) Normal(site string, plate uint64, dst tape.Vector) {
	r.Source.Normal(site, plate, dst)
	r.keep("normal", site, plate, dst)
}

func (r *recorder) Uniform(site string, plate uint64, dst tape.Vector) {
	r.Source.Uniform(site, plate, dst)
	r.keep("uniform", site, plate, dst)
}

func (r *recorder) keep(kind, site string, plate uint64, dst tape.Vector) {
	name := fmt.Sprintf("%s at %s of datum %d", kind, site, plate)
	if len(dst.AppendTo(nil)) > len(r.drawn[name]) {
		r.drawn[name] = dst.AppendTo(nil)
	}
}

// extends: of each stream, what 50 samples take begins with what 5 take, so that
// estimators and numbers of samples share their draws.
func extends(s *subject) Result {
	few, many := s.with(5), s.with(50)
	if few.Card().K == many.Card().K {
		return Result{Verdict: Idle, Note: "it has no setting k"}
	}
	drawn := func(e vi.Estimator) map[string][]float64 {
		w, r := work(s.o, e), &recorder{key(0), map[string][]float64{}}
		e.Estimate(w.Step(0, once(w), r))
		return r.drawn
	}
	a, b := drawn(few), drawn(many)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		x, y := a[name], b[name]
		if len(y) < len(x) || !slices.Equal(x, y[:len(x)]) {
			return Result{Verdict: Fails, Note: fmt.Sprintf("%s: %d numbers for k = 5, which are not the first of the %d for k = 50", name, len(x), len(y))}
		}
	}
	return Result{Verdict: Passes}
}

// leastK: the card's smallest number of samples works, fewer are refused.
func leastK(s *subject) Result {
	least := max(s.e.Card().LeastK, 1)
	e, err := vi.With(s.e, map[string]any{"k": least})
	if err == nil && e.Card().K > least {
		e, _ = vi.With(e, map[string]any{"m": 1})
	}
	if err != nil || e.Card().K != least {
		return Result{Verdict: Idle, Note: "it has no setting k"}
	}
	w := work(s.o, e)
	for n := range 10 {
		if _, err := estimate(w, e, once(w), key(n)); err != nil {
			return failed(fmt.Errorf("k = %d: %w", least, err))
		}
	}
	fewer, _ := vi.With(e, map[string]any{"k": least - 1})
	if err := vi.Fit(fewer.Card(), s.o.Model().Sheet(), s.o.Data().Shape()); err == nil || !strings.Contains(err.Error(), "need at least") {
		return Result{Verdict: Fails, Note: fmt.Sprintf("k = %d is not refused: %v", least-1, err)}
	}
	return Result{Verdict: Passes}
}

// duplicates: the mean direction on a batch with every datum twice is that of its
// halves. Where the card says per-datum every draw shows it, else z-scores do.
func duplicates(s *subject) Result {
	e := s.some()
	w := work(s.o, e)
	half := once(w)
	var sum, square, level direction
	n := 2000
	if e.Card().PerDatum {
		n = 20
	}
	for i := range n {
		whole, err := estimate(w, e, w.All, key(i))
		if err != nil {
			return failed(err)
		}
		first, _ := estimate(w, e, half, key(i))
		second, _ := estimate(w, e, w.All[len(half):], key(i))
		for r := range whole {
			diff, sq := make([]float64, len(whole[r])), make([]float64, len(whole[r]))
			for j, x := range whole[r] {
				diff[j] = x - (first[r][j]+second[r][j])/2
				sq[j] = diff[j] * diff[j]
			}
			if whole[r] != nil {
				sum[r], square[r], level[r] = axpy(sum[r], 1, diff), axpy(square[r], 1, sq), axpy(level[r], 1, whole[r])
			}
		}
	}
	x, note := judged(sum, square, level, float64(n))
	if x == nil {
		return Result{Verdict: Idle, Note: "it raises no network"}
	}
	if x.Z > x.Limit {
		return Result{Verdict: Fails, Note: fmt.Sprintf("%s with every datum twice (z %.1f, limit %.1f)", note, x.Z, x.Limit)}
	}
	return Result{Verdict: Passes}
}

// allocations: arenas have grown after the first steps. What the oracle's own
// distributions allocate is not the estimator's.
func allocations(s *subject) Result {
	e := s.some()
	if slices.Contains(e.Card().Needs, vi.Gaussian) {
		return Result{Verdict: Idle, Note: "its target is algebra with the model's matrices"}
	}
	w := work(s.o, e)
	src := key(0)
	if _, ok := w.Model.(vi.Latent); ok {
		weigh := func() { w.Step(0, w.All, src).Weigh(1) }
		weigh()
		weigh()
		if testing.AllocsPerRun(5, weigh) > 0 {
			return Result{Verdict: Idle, Note: "the oracle allocates"}
		}
	}
	step := func() { e.Estimate(w.Step(0, w.All, src)) }
	step()
	step()
	least := math.Inf(1)
	for range 5 { // other goroutines allocate too
		runtime.Gosched()
		if least = min(least, testing.AllocsPerRun(5, step)); least == 0 {
			return Result{Verdict: Passes}
		}
	}
	return Result{Verdict: Fails, Note: fmt.Sprintf("%.0f allocations an estimate", least)}
}

// perDatum: a batch's direction is the mean of its data's, each on its own.
func perDatum(s *subject) Result {
	return s.where(func(c vi.Card) bool { return c.PerDatum }, func(e vi.Estimator) Result {
		w := work(s.o, e)
		for n := range 20 {
			whole, err := estimate(w, e, w.All, key(n))
			if err != nil {
				return failed(err)
			}
			var parts direction
			for i := range w.All {
				d := e.Estimate(w.Step(0, w.All[i:i+1], key(n)))
				if err := parts.add(1/float64(len(w.All)), d, e.Card()); err != nil {
					return failed(err)
				}
			}
			if d, where := distance(whole, parts); d > rounding {
				return Result{Verdict: Fails, Note: "a batch is not the mean of its data: " + where}
			}
		}
		return Result{Verdict: Passes}
	})
}

// oneScalar: a weight that both networks share gets the sum of the derivatives that
// it would get as two, one in each, at equal values.
func oneScalar(s *subject) Result {
	o, ok := s.o.(Tied)
	if !ok {
		return Result{Verdict: Idle, Note: "the oracle shares no weight"}
	}
	tied, apart, shared, gen, inf := o.Tie()
	if tied == nil {
		return Result{Verdict: Idle, Note: "the oracle shares no weight"}
	}
	at := func(w *vi.Work, d direction, name string) float64 {
		r, lo, _, ok := w.Params.Range(name)
		if !ok || d[r] == nil {
			return math.NaN()
		}
		return d[r][lo]
	}
	return s.where(func(c vi.Card) bool { return c.OneScalar }, func(e vi.Estimator) Result {
		wt, wa := work(tied, e), work(apart, e)
		for n := range 20 {
			t, err := estimate(wt, e, once(wt), key(n))
			if err != nil {
				return failed(err)
			}
			a, err := estimate(wa, e, once(wa), key(n))
			if err != nil {
				return failed(err)
			}
			got, want := at(wt, t, shared), at(wa, a, gen)+at(wa, a, inf)
			if !(math.Abs(got-want) <= rounding*max(1, math.Abs(want))) {
				return Result{Verdict: Fails, Note: fmt.Sprintf("a shared weight gets %.10g; as two weights, one in each network, %.10g", got, want)}
			}
		}
		return Result{Verdict: Passes}
	})
}
