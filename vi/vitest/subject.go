package vitest

import (
	"fmt"
	"math"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// subject is an estimator on an oracle.
type subject struct {
	e         vi.Estimator
	o         Oracle
	nodes     int        // estimates that an exact mean may take
	left      *int       // that all may still take; nil: as many as they like
	instances []instance // of few samples
	means     []placed   // exact means of instances, where they can be had
	measured  bool
	err       error // of the means
}

// mostSamples is how many samples exact means have: the noise cube grows with them.
const mostSamples = 3

// instance is the estimator at some settings.
type instance struct {
	e     vi.Estimator
	at    string
	aside bool // one of the settings beside those given
}

// check is one thing to find out.
type check struct {
	name  string
	about string
	do    func(*subject) Result
}

// checks are all, the exact ones first.
func checks() []check {
	return []check{
		{"exact", "the mean direction, by quadrature over the noise, is the declared target's, to rounding", exact},
		{"bias", "an estimator that says biased is seen to be; one that does not, has the gradient of a bound", bias},
		{"draws", "over draws of many samples the mean is the declared target's: z-scores, with their power", draws},
		{"pure", "the same key gives the same bits, in another place too; parameters, state and data are left alone", pure},
		{"isolated", "with a network's parameters in other units, its direction follows the chain rule and the other's stays", isolated},
		{"extends", "the draws of 50 samples begin with those of 5", extends},
		{"least-k", "the smallest k works, and a smaller one is refused", leastK},
		{"duplicates", "a batch with every datum twice has the same mean direction", duplicates},
		{"allocations", "an estimate after the first allocates nothing", allocations},
		{"per-datum", "if the card says so: a batch's direction is the mean over its data", perDatum},
		{"one-scalar", "if the card says so: a weight of both networks gets its whole derivative", oneScalar},
		{"total", "if the card says so: every draw is the total derivative of the declared bound", totals},
	}
}

// Checks are the names of all checks and what each finds out, in order.
func Checks() (names, about []string) {
	for _, c := range checks() {
		names, about = append(names, c.name), append(about, c.about)
	}
	return names, about
}

// newSubject is the estimator on an oracle, or why it does not fit.
func newSubject(e vi.Estimator, o Oracle, nodes int) (*subject, error) {
	s := &subject{e: e, o: o, nodes: nodes}
	if p, ok := o.(Picky); ok && !p.Takes(e.Card()) {
		return s, fmt.Errorf("it is not for estimators that need %s", vi.List(e.Card().Needs))
	}
	for _, i := range instances(e, mostSamples) {
		if err := vi.Fit(i.e.Card(), o.Model().Sheet(), o.Data().Shape()); err != nil {
			s.err = err
			continue
		}
		s.instances = append(s.instances, i)
	}
	err := s.err
	s.err = nil
	if len(s.instances) == 0 && err == nil {
		err = fmt.Errorf("no setting k with at most %d samples", mostSamples)
	}
	if len(s.instances) > 0 {
		err = nil
		if vi.Fit(e.Card(), o.Model().Sheet(), o.Data().Shape()) != nil {
			s.e = s.instances[0].e // as given it does not fit here
		}
	}
	return s, err
}

// instances are the settings to take exact means at: every number of samples up
// to most, and, at the first number of two or more, each other choice, switch, and
// end of a range in turn; the least of other numbers at the fewest samples.
func instances(e vi.Estimator, most int) (out []instance) {
	settings := vi.Settings(e)
	has := func(name string) bool {
		return slices.ContainsFunc(settings, func(s vi.Setting) bool { _, is := s.Default.(int); return s.Name == name && is })
	}
	least := func(c vi.Card) int { return max(c.LeastK, 1) }
	for k := 1; has("k") && k <= most; k++ {
		for m := 1; m <= most && (m == 1 || has("m")); m++ {
			set, at := map[string]any{"k": k}, fmt.Sprintf("k=%d", k)
			if has("m") {
				set["m"], at = m, fmt.Sprintf("m=%d, %s", m, at)
			}
			if x, err := vi.With(e, set); err == nil && x.Card().K >= least(x.Card()) && x.Card().K <= most {
				out = append(out, instance{x, at, false})
			}
		}
	}
	if !has("k") {
		out = []instance{{e, "as it is", false}}
	}
	base := slices.IndexFunc(out, func(i instance) bool { return i.e.Card().K > 1 })
	if base < 0 {
		return out
	}
	fewest := out[0]
	for _, s := range settings {
		for _, value := range others(s) {
			from := out[base]
			if _, is := value.(int); is {
				from = fewest // a number of draws may be one
			}
			if x, err := vi.With(from.e, map[string]any{s.Name: value}); err == nil && x.Card().K >= least(x.Card()) && x.Card().K <= most {
				out = append(out, instance{x, fmt.Sprintf("%s, %s=%v", from.at, s.Name, value), true})
			}
		}
	}
	return out
}

// others are values of a setting worth trying beside the one it has.
func others(s vi.Setting) (out []any) {
	if s.Name == "k" || s.Name == "m" {
		return nil
	}
	add := func(x any) {
		if x != s.Default {
			out = append(out, x)
		}
	}
	switch s.Default.(type) {
	case bool:
		add(true)
		add(false)
	case string:
		for _, c := range s.Choices {
			add(c)
		}
	case int:
		if s.Min != nil {
			add(int(*s.Min))
		}
	case float64:
		if s.Min != nil && s.Max != nil {
			add(*s.Min)
			add(*s.Max)
		}
	}
	return out
}

// with is the estimator with k samples a datum (a group, where it has groups), or the
// next multiple that it takes, and as it is if it has no setting k.
func (s *subject) with(k int) vi.Estimator {
	if m := s.e.Card().Multiple; m > 1 {
		k += (m - k%m) % m
	}
	set := map[string]any{"k": k}
	if _, err := vi.With(s.e, map[string]any{"m": 2}); err == nil {
		set["m"] = 2
	}
	if x, err := vi.With(s.e, set); err == nil {
		return x
	}
	return s.e
}

// some is the estimator with three samples, or the fewest more that it takes.
func (s *subject) some() vi.Estimator { return s.with(max(3, s.e.Card().LeastK)) }

// where does a check at every setting whose card says something, some samples
// first; it is idle if none does.
func (s *subject) where(says func(vi.Card) bool, do func(e vi.Estimator) Result) Result {
	all := Result{Verdict: Idle, Note: "the card does not say so"}
	for _, i := range append([]instance{{s.some(), "as it is", false}}, s.instances...) {
		if !says(i.e.Card()) {
			continue
		}
		all = do(i.e)
		if all.Verdict != Passes {
			if all.Verdict == Fails {
				all.Note = i.at + ": " + all.Note
			}
			return all
		}
	}
	return all
}

// work is a place to take steps, with every datum twice: rows n..2n-1 repeat rows
// 0..n-1 under plates of their own. Own parameters are off their start, where many
// multiply by zero, and a state is that after a few steps: means are over the noise
// of one step, given the state before it, which is how an estimator with a moving
// baseline is unbiased or not.
func work(o Oracle, e vi.Estimator) *vi.Work {
	d := *o.Data()
	d.X = append(slices.Clone(d.X), d.X...)
	d.N *= 2
	w, err := vi.NewWork(o.Model(), e, &d, tape.Float64, rng.Init(0, o.Name()))
	if err != nil {
		panic(fmt.Sprintf("vitest: oracle %s: %v", o.Name(), err))
	}
	own := w.Params.Vector(tape.Own)
	for i := range own.Len() {
		own.Set(i, own.At(i)+0.4*math.Sin(float64(i+1)))
	}
	for n := range warm {
		if len(w.State) > 0 {
			e.Estimate(w.Step(n, w.All, key(n)))
			w.Commit()
		}
	}
	return w
}

// warm is how many steps a state has seen.
const warm = 3

// once is every datum, twice has each of them twice.
func once(w *vi.Work) []int { return w.All[:w.Data.N/2] }

// key is that of a draw.
func key(draw int) *vi.Keyed { return &vi.Keyed{Key: rng.Probe(0, 0, uint64(draw))} }

// copied is a direction that outlives its step.
func copied(d vi.Direction, card vi.Card) (c direction, err error) {
	if err := c.add(1, d, card); err != nil {
		return c, err
	}
	for r, v := range c {
		for _, x := range v {
			if x-x != 0 {
				return c, notFinite{tape.Role(r)}
			}
		}
	}
	return c, nil
}

type notFinite struct{ r tape.Role }

func (e notFinite) Error() string { return fmt.Sprintf("its %s direction is not finite", e.r) }

// failed is a result that fails for an error in a direction.
func failed(err error) Result { return Result{Verdict: Fails, Crash: true, Note: err.Error()} }

// estimate is one direction on rows.
func estimate(w *vi.Work, e vi.Estimator, rows []int, src vi.Source) (direction, error) {
	return copied(e.Estimate(w.Step(0, rows, src)), e.Card())
}

// distance is the largest difference of two directions, relative to the larger of
// one and the role's largest value; where it is.
func distance(a, b direction) (d float64, where string) {
	for r := range a {
		if len(a[r]) != len(b[r]) {
			return math.Inf(1), fmt.Sprintf("%s: %d values and %d", tape.Role(r), len(a[r]), len(b[r]))
		}
		for i, x := range a[r] {
			if e := math.Abs(x-b[r][i]) / max(1, largestOf(b[r])); e > d {
				d, where = e, fmt.Sprintf("%s[%d]: %.10g, want %.10g", tape.Role(r), i, x, b[r][i])
			}
		}
	}
	return d, where
}

func largestOf(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

// target is what a card's target, or that of its generative direction, means.
func (s *subject) target(e vi.Estimator, r tape.Role) (name string, t Target) {
	c := e.Card()
	name = c.Target
	if r == tape.Gen && c.GenTarget != "" {
		name = c.GenTarget
	}
	if t, ok := Known(name); ok {
		return name, t
	}
	if b, ok := e.(Bounded); ok {
		return name, Of(b.Bound)
	}
	switch e := e.(type) {
	case Directed:
		return name, Target{Of: e.Direction}
	case Sloped:
		return name, Target{Slope: e.Slope}
	case Softened:
		return name, softened(e.Objective())
	}
	return name, Target{}
}
