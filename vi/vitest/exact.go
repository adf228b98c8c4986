package vitest

import (
	"fmt"
	"math"
	"strings"

	"github.com/vibench/bench/core/tape"
)

// rounding is how far an exact mean may be from its target: thousands of terms
// and the rule's own error leave a few digits of float64 unknown. The smallest
// bias of a declared kind is a thousand times seen.
const (
	rounding = 1e-11
	seen     = 1e-6
)

// placed is the exact mean of an instance.
type placed struct {
	instance
	mean direction
}

// measure takes the exact means that can be had, once. One whose noise is of as many
// numbers as that of another, which took more estimates than it may, is not tried.
func (s *subject) measure() {
	if s.measured {
		return
	}
	s.measured = true
	var spent []effort
	for n, i := range s.instances {
		w := work(s.o, i.e)
		most := s.nodes
		if i.aside || n > 0 && !pathwise(s.o) {
			most = min(most, fewNodes) // more samples are as many more numbers, of which hard ones are cheap
		}
		if s.left != nil {
			most = min(most, *s.left)
		}
		if most <= 0 {
			return
		}
		mean, took, ok, err := expectation(w, i.e, w.All[:1], s.o.Axis, most, spent)
		if err != nil {
			s.err = fmt.Errorf("%s: %w", i.at, err)
			return
		}
		if s.left != nil {
			*s.left -= took.made
		}
		if spent = append(spent, took); ok {
			s.means = append(s.means, placed{i, mean})
		}
	}
}

// exact compares exact means with what the card declares, network by network.
func exact(s *subject) Result {
	s.measure()
	if s.err != nil {
		return failed(s.err)
	}
	x := &Exact{Slope: 1}
	for _, p := range s.means {
		k := p.e.Card().K
		if p.mean[tape.Gen] == nil && p.mean[tape.Inf] == nil {
			return Result{Verdict: Fails, Note: p.at + ": it raises neither network"}
		}
		for _, r := range []tape.Role{tape.Gen, tape.Inf} {
			if p.mean[r] == nil {
				continue
			}
			name, t := s.target(p.e, r)
			want, ok := s.o.Want(r, name, t, k)
			if !ok && !t.known() {
				return Result{Verdict: Fails, Note: unknown(name)}
			}
			if !ok {
				continue
			}
			if x.Means, x.Most = x.Means+1, max(x.Most, k); len(want) != len(p.mean[r]) {
				return failed(fmt.Errorf("%s: its %s direction has %d values, want %d", p.at, r, len(p.mean[r]), len(want)))
			}
			if t.Scaled && r == tape.Inf {
				c := dot(p.mean[r], want) / dot(want, want)
				if !(c > 0 && c < 1) {
					return Result{Verdict: Fails, Exact: x, Note: fmt.Sprintf("%s: E %s is %.10g times the gradient, %s has a factor in (0, 1)", p.at, r, c, name)}
				}
				for i := range want {
					want[i] *= c
				}
			}
			top := largestOf(want)
			scale, along, square := max(1, top), 0.0, 0.0
			for i, m := range p.mean[r] {
				if m-m != 0 {
					return failed(fmt.Errorf("%s: %w", p.at, notFinite{r}))
				}
				e := math.Abs(m-want[i]) / scale
				along, square = along+m*want[i], square+want[i]*want[i]
				if x.Error = max(x.Error, e); e > rounding {
					return Result{Verdict: Fails, Exact: x, Note: fmt.Sprintf("%s: E %s[%d] = %.10g, %s has %.10g", p.at, r, i, m, name, want[i])}
				}
			}
			if slope := along / square; top > seen && math.Abs(slope-1) >= math.Abs(x.Slope-1) {
				x.Slope = slope
			}
		}
	}
	if x.Means == 0 {
		return Result{Verdict: Idle, Note: "more noise than quadrature can sum over"}
	}
	return Result{Verdict: Passes, Exact: x}
}

func unknown(target string) string {
	return fmt.Sprintf("target %q: have %s; or the estimator says what it is by a method Bound(lw []complex128) complex128 (see vitest.Bounded, Directed, Sloped and Softened)",
		target, strings.Join(Targets(), ", "))
}

// bias holds a declared bias against the exact means. One who says unbiased must
// promise the gradient of a bound, which exact compares. One who says biased must
// be away from the gradient of every bound that he might be thought to follow: the
// ELBO, the bounds of as many samples, and that of his generative direction.
func bias(s *subject) Result {
	s.measure()
	if s.err != nil {
		return failed(s.err)
	}
	least, compared := math.Inf(1), 0
	for _, p := range s.means {
		c := p.e.Card()
		name, t := s.target(p.e, tape.Inf)
		if c.Bias == "" {
			if compared++; t.known() && t.Bound == nil && !t.Sparse.closed() && !t.Closed {
				return Result{Verdict: Fails, Note: fmt.Sprintf("%s: says unbiased, but %s is the gradient of no bound", p.at, name)}
			}
			continue
		}
		for _, bound := range []string{"elbo", fmt.Sprintf("iwae@%d", c.K), fmt.Sprintf("jvi@%d", c.K), c.GenTarget} {
			b, ok := Known(bound)
			if !ok || b.Bound == nil || bound == fmt.Sprintf("jvi@%d", 1) {
				continue
			}
			want, ok := s.o.Want(tape.Inf, bound, b, c.K)
			if !ok || len(want) != len(p.mean[tape.Inf]) {
				continue
			}
			away, _ := distance(direction{tape.Inf: p.mean[tape.Inf]}, direction{tape.Inf: want})
			if compared, least = compared+1, min(least, away); away < seen {
				return Result{Verdict: Fails, Note: fmt.Sprintf("%s: says biased (%s), but its mean is the gradient of %s", p.at, c.Bias, bound)}
			}
		}
	}
	switch {
	case compared == 0:
		return Result{Verdict: Idle, Note: "no exact mean to see it by"}
	case math.IsInf(least, 1):
		return Result{Verdict: Passes}
	}
	return Result{Verdict: Passes, Note: fmt.Sprintf("a bias of %.2g is seen", least)}
}
