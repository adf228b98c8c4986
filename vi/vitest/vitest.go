// Package vitest proves an estimator right. Noise enters an estimate only through
// its step, so the kit puts quadrature in its place and sums: the mean direction,
// exactly, against what the estimator's card says it is. Beyond the reach of
// quadrature it compares means over draws and states the bias it could have seen;
// and it tests all else that a card and the seam promise.
//
//	func TestMine(t *testing.T) { vitest.Run(t, Mine{K: 8}) }
//
// An estimator is judged by its card's Target and GenTarget: names that the kit
// knows (Targets), or the estimator says what it means (Bounded, Directed; through
// discrete samples Sloped, Softened). What it runs on are oracles, small problems with
// exact means (Oracle): reals in one layer and in two, a category with a real given it;
// networks and costs of one, two and four bits and of a variable of three categories, two
// layers of bits; a sparse code of several families. One's own are added by On. An estimator of one layer says so on its card
// (OneLayer), and is not asked about two.
//
// Means are over the noise of one step. An estimator with a state is judged given the
// state, some steps on; its own parameters are off their start.
package vitest

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/vi"
)

// Option changes what Check does.
type Option func(*kit)

// On adds oracles to those that come with the kit.
func On(list ...Oracle) Option {
	return func(k *kit) { k.oracles = append(k.oracles, list...) }
}

// OnlyOn checks on these oracles and no other.
func OnlyOn(list ...Oracle) Option { return func(k *kit) { k.oracles = list } }

// Nodes leaves out the exact means that take more than so many estimates each; by
// default all of at most three samples are taken, in a few seconds.
func Nodes(most int) Option { return func(k *kit) { k.nodes = most } }

// Brief is for one who waits: exact means of at most so many estimates in all, and no oracle
// after the first that has more noise than what is left of them.
func Brief(most int) Option {
	return func(k *kit) {
		left := most
		k.nodes, k.left = most, &left
	}
}

// Only does some of the checks, by name (Checks).
func Only(names ...string) Option {
	return func(k *kit) {
		k.checks = slices.DeleteFunc(k.checks, func(c check) bool { return !slices.Contains(names, c.name) })
	}
}

type kit struct {
	oracles []Oracle
	nodes   int
	left    *int // estimates that exact means may still take in all; nil: as many as they like
	checks  []check
}

// Run is Check in a test: what fails is an error.
func Run(t testing.TB, e vi.Estimator, opts ...Option) {
	t.Helper()
	for _, r := range Check(e, opts...).Results {
		switch r.Verdict {
		case Fails:
			t.Errorf("%s", r)
		default:
			t.Log(r)
		}
	}
}

// Check does every check on every oracle that the estimator fits. Its settings are
// those given, but for the number of samples, k (and m, of groups), which exact
// means need to be small; choices, switches and the ends of ranges are tried too.
func Check(e vi.Estimator, opts ...Option) Report {
	k := &kit{oracles: Oracles(), nodes: mostNodes, checks: checks()}
	for _, o := range opts {
		o(k)
	}
	r := Report{Estimator: e.Card().Name}
	var refusals []string
	for _, o := range k.oracles {
		s, err := newSubject(e, o, k.nodes)
		if err != nil {
			refusals = append(refusals, fmt.Sprintf("%s: %v", o.Name(), err))
			continue
		}
		s.left = k.left
		for _, c := range k.checks {
			r.Results = append(r.Results, guarded(c, s))
		}
		if k.left != nil && s.measured && (len(s.means) == 0 || *k.left <= 0) {
			break
		}
	}
	if len(r.Results) == 0 {
		r.Results = []Result{{Check: "exact", Verdict: Fails, Note: "no oracle fits: " + strings.Join(refusals, "; ")}}
	}
	return r
}

// guarded is the result of a check, or its panic as one.
func guarded(c check, s *subject) (r Result) {
	defer func() {
		if f := recover(); f != nil {
			text := fmt.Sprintf("panics: %v", f)
			if _, ours := f.(string); !ours {
				text += "\n" + string(debug.Stack())
			}
			r = Result{Verdict: Fails, Crash: true, Note: text}
		}
		r.Check, r.Oracle = c.name, s.o.Name()
	}()
	return c.do(s)
}
