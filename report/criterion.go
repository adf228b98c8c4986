package report

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/vibench/bench/suites"
)

// criterion says in words when a part holds; each and order speak of all their
// tests at once.
func criterion(p suites.Part) string {
	t := test{part: p}
	if p.Kind == "order" {
		sign := " < "
		if p.Want == "decreasing" {
			sign = " > "
		}
		return fmt.Sprintf("%s in %s: each %s of the paired %s %s",
			p.Metric, strings.Join(p.Values, sign), oneSided(p), unit(p), t.bound())
	}
	s := t.criterion()
	if p.Each != "" {
		s += ", at each " + p.Each
	}
	return s
}

// criterion says in words when this test holds.
func (t test) criterion() string {
	p := t.part
	switch p.Kind {
	case "slope":
		return fmt.Sprintf("%s of slope inside %s", twoSided(p), around(p.Expect, p.Within))
	case "equivalent":
		return fmt.Sprintf("%s of %s inside ±%s", twoSided(p), t.compared(), number(p.Within))
	case "better":
		return fmt.Sprintf("%s of %s %s", oneSided(p), t.compared(), t.bound())
	case "order":
		return fmt.Sprintf("%s of the paired %s %s", oneSided(p), unit(p), t.bound())
	case "interaction":
		return fmt.Sprintf("%s of %s in %s above %s", oneSided(p), t.subject(), p.Metric, plain(p.Margin))
	case "trend":
		return fmt.Sprintf("permutation p of %s going %s with %s at most %g", p.Metric, direction(p.Want), p.Against, levelOf(p))
	case "level":
		switch {
		case p.Expect != nil:
			return fmt.Sprintf("%s of mean %s inside %s", twoSided(p), p.Metric, around(p.Expect, p.Within))
		case p.Above != nil && p.Below != nil:
			return fmt.Sprintf("%s of mean %s between %s and %s", twoSided(p), p.Metric, number(p.Above), number(p.Below))
		case p.Above != nil:
			return oneSided(p) + " of mean " + p.Metric + " above " + number(p.Above)
		}
		return oneSided(p) + " of mean " + p.Metric + " below " + number(p.Below)
	case "count":
		out := fmt.Sprintf("at least %s with %s", plural(p.Least, "seed", "seeds"), t.condition())
		if p.Level != 0 {
			out += fmt.Sprintf(", and p of the sign test at most %g", p.Level)
		}
		return out
	case "fit":
		if p.Within == nil {
			return "Kolmogorov-Smirnov distance of " + p.Metric + " to " + p.To + ", which no distance is named for"
		}
		return fmt.Sprintf("%s band of the Kolmogorov-Smirnov distance of %s to %s at most %s", percent(1-levelOf(p)), p.Metric, p.To, number(p.Within))
	case "exact":
		return fmt.Sprintf("every %s within %s of %s", p.Metric, number(p.Within), number(p.Expect))
	}
	return ""
}

// twoSided and oneSided are what decides, at the part's level.
func twoSided(p suites.Part) string { return percent(1-levelOf(p)) + " interval" }
func oneSided(p suites.Part) string { return "one-sided " + percent(levelOf(p)) + " limit" }

func (t test) condition() string {
	p := t.part
	if len(p.A) > 0 {
		sign := ">"
		if p.Want == "lower" {
			sign = "<"
		}
		if p.Margin != 0 {
			return fmt.Sprintf("%s %s %s in %s by %s", describe(p.A), sign, describe(p.B), p.Metric, plain(p.Margin))
		}
		return fmt.Sprintf("%s %s %s in %s", describe(p.A), sign, describe(p.B), p.Metric)
	}
	switch {
	case p.Above != nil && p.Below != nil:
		return fmt.Sprintf("%s < %s < %s", number(p.Above), p.Metric, number(p.Below))
	case p.Above != nil:
		return p.Metric + " > " + number(p.Above)
	}
	return p.Metric + " < " + number(p.Below)
}

// subject names what a test is about in a word or two.
func (t test) subject() string {
	p := t.part
	switch {
	case p.Kind == "interaction":
		if first, second, ok := contrast(p); ok {
			a, b := maps.Clone(p.A), maps.Clone(p.B)
			for label := range first {
				delete(a, label)
				delete(b, label)
			}
			return fmt.Sprintf("(%s − %s) at %s − at %s", describe(a), describe(b), describe(first), describe(second))
		}
		return fmt.Sprintf("(%s − %s) − (%s − %s)", describe(p.A), describe(p.B), describe(p.C), describe(p.D))
	case p.Kind == "order":
		return ""
	case len(p.A) > 0:
		return t.difference()
	}
	if names := p.Over["estimator"]; len(names) > 0 {
		return strings.Join(names, "|")
	}
	rest := maps.Clone(p.Over)
	if len(rest) > 1 {
		delete(rest, "grid") // where it stands, not what it is
	}
	return describe(rest)
}

// contrast is where an interaction takes its first and its second difference, if they are of
// the same two at both.
func contrast(p suites.Part) (first, second suites.Select, ok bool) {
	first, second = suites.Select{}, suites.Select{}
	for _, pair := range [][2]suites.Select{{p.A, p.C}, {p.B, p.D}} {
		if len(pair[0]) != len(pair[1]) {
			return nil, nil, false
		}
		for label, values := range pair[0] {
			if !slices.Equal(values, pair[1][label]) {
				first[label], second[label] = values, pair[1][label]
			}
		}
	}
	for label, values := range first {
		if !slices.Equal(p.A[label], values) || !slices.Equal(p.B[label], values) ||
			!slices.Equal(p.C[label], second[label]) || !slices.Equal(p.D[label], second[label]) {
			return nil, nil, false
		}
	}
	return first, second, len(first) > 0 && len(first) < len(p.A) && len(first) < len(p.B)
}

// bound is the claimed side of a difference: a margin beyond zero.
func (t test) bound() string {
	p := t.part
	if p.Want == "lower" || p.Want == "decreasing" {
		return "below " + plain(-p.Margin)
	}
	return "above " + plain(p.Margin)
}

func (t test) difference() string {
	a, b := describe(t.part.A), describe(t.part.B)
	if t.part.Scale == "log" {
		return fmt.Sprintf("log(%s / %s)", a, b)
	}
	return fmt.Sprintf("%s − %s", a, b)
}

// compared is the difference and the metric it is taken in.
func (t test) compared() string { return t.difference() + " in " + t.part.Metric }

func unit(p suites.Part) string {
	if p.Scale == "log" {
		return "log ratio"
	}
	return "difference"
}

func direction(want string) string {
	if want == "decreasing" {
		return "down"
	}
	return "up"
}

// describe names a selection by what it selects: an estimator by its name, any
// other label with its value.
func describe(s suites.Select) string {
	labels := make([]string, 0, len(s))
	for l := range s {
		labels = append(labels, l)
	}
	// The estimator first: it is what a reader looks for.
	sort.Slice(labels, func(i, j int) bool {
		if (labels[i] == "estimator") != (labels[j] == "estimator") {
			return labels[i] == "estimator"
		}
		return labels[i] < labels[j]
	})
	var words []string
	for _, l := range labels {
		v := strings.Join(s[l], "|")
		if l != "estimator" {
			v = l + "=" + v
		}
		words = append(words, v)
	}
	return strings.Join(words, " ")
}

// around prints expect ± within with the same number of decimals.
func around(expect, within *float64) string {
	w := number(within)
	_, frac, _ := strings.Cut(w, ".")
	e := number(expect)
	if _, have, _ := strings.Cut(e, "."); !strings.ContainsAny(e+w, "e") && len(have) < len(frac) && expect != nil {
		e = strconv.FormatFloat(*expect, 'f', len(frac), 64)
	}
	return e + " ± " + w
}

func number(p *float64) string {
	if p == nil {
		return "?"
	}
	return plain(*p)
}

func plain(x float64) string {
	if x == 0 {
		return "0" // not -0
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
