package vitest

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

const (
	manySamples = 5
	fewDraws    = 1024
	mostDraws   = 4096
	moreDraws   = 2048 // where exact means of several samples are had too
	falseAlarm  = 1e-4 // for all parameters of an estimator together
	wanted      = 0.1  // of the mean: drawing goes on until such a bias would be seen
	needed      = 0.5  // a test that could not see this bias says nothing
)

// draws compares the mean over draws with the target's on the same draws: z-scores
// of the paired differences. It asks for more draws until a bias of a tenth of the mean
// would be seen with 90 % power, or there are too many; it is open if half the mean would
// not be seen even then. After exact means of several samples, it is there to see what the
// number of samples changes, and stops early.
func draws(s *subject) Result {
	e := s.with(manySamples)
	k := e.Card().K
	w, other := work(s.o, e), work(s.o, e)
	rows, known := w.All[:1], s.exactly(e)
	most := mostDraws
	for _, p := range s.means {
		if p.e.Card().K > 1 {
			most = moreDraws
		}
	}
	var sum, square, level direction
	for n := 1; ; n++ {
		d, err := estimate(w, e, rows, key(n))
		if err != nil {
			return failed(err)
		}
		ref := s.reference(other, e, rows, key(n))
		for r := range d {
			if ref[r] == nil {
				ref[r] = known[r]
			}
			if d[r] == nil || ref[r] == nil {
				continue
			}
			if len(d[r]) != len(ref[r]) {
				return failed(fmt.Errorf("its %s direction has %d values, want %d", tape.Role(r), len(d[r]), len(ref[r])))
			}
			diff, sq := make([]float64, len(d[r])), make([]float64, len(d[r]))
			for i, x := range d[r] {
				diff[i] = x - ref[r][i]
				sq[i] = diff[i] * diff[i]
			}
			sum[r], square[r], level[r] = axpy(sum[r], 1, diff), axpy(square[r], 1, sq), axpy(level[r], 1, ref[r])
		}
		if n < fewDraws || n&(n-1) != 0 {
			continue
		}
		x, note := judged(sum, square, level, float64(n))
		if x == nil {
			return Result{Verdict: Idle, Note: "the mean of so many samples is not known"}
		}
		if x.K = k; x.Detectable > wanted && 2*n <= most {
			continue
		}
		if x.Z > x.Limit {
			return Result{Verdict: Fails, Draws: x, Note: note}
		}
		if x.Detectable > needed && most == moreDraws {
			return Result{Verdict: Idle, Draws: x, Note: "so few draws see little; exact means of several samples do"}
		}
		if x.Detectable > needed {
			return Result{Verdict: Open, Draws: x}
		}
		return Result{Verdict: Passes, Draws: x}
	}
}

// judged are the z-scores of mean differences after n draws.
func judged(sum, square, level direction, n float64) (*Draws, string) {
	coords := 0
	for r := range sum {
		coords += len(sum[r])
	}
	if coords == 0 {
		return nil, ""
	}
	x := &Draws{N: int(n), Limit: distuv.UnitNormal.Quantile(1 - falseAlarm/2/float64(coords))}
	note := ""
	for r := range sum {
		top := largestOf(level[r]) / n
		for i, v := range sum[r] {
			mean := v / n
			se := math.Sqrt(max(0, square[r][i]/n-mean*mean) / (n - 1))
			se = max(se, 1e-12*max(1, top)) // draws that agree to rounding agree
			if z := math.Abs(mean) / se; z > x.Z {
				x.Z, note = z, fmt.Sprintf("mean %s[%d] is off by %.4g", tape.Role(r), i, mean)
			}
			x.Detectable = max(x.Detectable, (x.Limit+distuv.UnitNormal.Quantile(0.9))*se/max(top, 1e-300))
		}
	}
	return x, note
}

// reference is the target's direction on the same draws, by its coefficients. Where
// it has none, or the latents no path, it is nil: only the exact mean is known.
func (s *subject) reference(w *vi.Work, e vi.Estimator, rows []int, src vi.Source) (out direction) {
	k := e.Card().K
	for _, r := range []tape.Role{tape.Gen, tape.Inf} {
		_, t := s.target(e, r)
		if t.Of == nil || t.Scaled && r == tape.Inf || !pathwise(s.o) {
			continue
		}
		step := w.Step(0, rows, src)
		x := step.Weigh(k)
		lw := x.LogW.Float64s()
		var c [3][]float64
		for b := range rows {
			gen, path, score := t.Of(lw[b*k : (b+1)*k])
			c[0], c[1], c[2] = append(c[0], gen...), append(c[1], path...), append(c[2], score...)
		}
		node := func(v []float64) tape.Node { return step.Const(k, len(rows), v) }
		d, err := copied(x.Raise(node(c[0]), node(c[1]), node(c[2])), vi.Card{})
		if err == nil {
			out[r] = d[r]
		}
	}
	return out
}

// exactly is the target's mean direction where there is no reference on draws, if
// the oracle knows it.
func (s *subject) exactly(e vi.Estimator) (out direction) {
	for _, r := range []tape.Role{tape.Gen, tape.Inf} {
		name, t := s.target(e, r)
		if t.Scaled && r == tape.Inf {
			continue
		}
		if t.Of == nil || !pathwise(s.o) {
			out[r], _ = s.o.Want(r, name, t, e.Card().K)
		}
	}
	return out
}

// pathwise reports that every latent of an oracle has a path.
func pathwise(o Oracle) bool {
	sheet := o.Model().Sheet()
	return vi.Fit(vi.Card{K: 1, OneScalar: true, Needs: []vi.Cap{vi.Path}}, sheet, o.Data().Shape()) == nil
}

// totals compares every draw with the total derivative of the declared bound.
func totals(s *subject) Result {
	if !pathwise(s.o) {
		return Result{Verdict: Idle, Note: "the latents have no path"}
	}
	return s.where(func(c vi.Card) bool { return c.Total }, func(e vi.Estimator) Result {
		if _, t := s.target(e, tape.Inf); t.Bound == nil {
			return Result{Verdict: Fails, Note: "says total, for a target that is no bound"}
		}
		w, other := work(s.o, e), work(s.o, e)
		for n := range 20 {
			d, err := estimate(w, e, once(w), key(n))
			if err != nil {
				return failed(err)
			}
			ref := s.reference(other, e, once(w), key(n))
			if off, where := distance(direction{tape.Inf: d[tape.Inf]}, direction{tape.Inf: ref[tape.Inf]}); off > rounding {
				return Result{Verdict: Fails, Note: "not the total derivative: " + where}
			}
		}
		return Result{Verdict: Passes}
	})
}
