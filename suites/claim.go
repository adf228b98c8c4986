package suites

import (
	"fmt"
	"slices"
	"strings"
)

// claim is a claim of the file before it meets a preset's cells.
type claim struct {
	Claim
	presets []string
	seeds   *node // as given
	at      *node
	parts   []claimPart
	sound   bool // nothing wrong with it so far
}

type claimPart struct {
	Part
	at     *node // the test's mapping
	metric *node
}

// claims reads every claim, leniently: the schema has reported wrong types.
func (p *pass) claims(faults []fault) []claim {
	block := p.root.get("claims")
	if block == nil || block.kind != list {
		return nil
	}
	var out []claim
	first := map[string]int{}
	for i, n := range block.list {
		if n.kind != mapping {
			continue
		}
		before := len(p.problems)
		c := p.claim(n)
		if c.ID != "" {
			if line, twice := first[c.ID]; twice {
				p.bad(n.get("id"), "claim id %q twice (first at line %d)", c.ID, line)
			} else {
				first[c.ID] = n.get("id").line
			}
		}
		c.sound = len(p.problems) == before && !slices.ContainsFunc(faults, func(f fault) bool {
			return len(f.path) > 1 && f.path[0] == "claims" && f.path[1] == fmt.Sprint(i)
		})
		out = append(out, c)
	}
	return out
}

func (p *pass) claim(n *node) claim {
	c := claim{at: n, presets: p.presetsOf(n), seeds: n.get("seeds")}
	c.ID, c.Paper, c.Says = textOf(n.get("id")), textOf(n.get("paper")), strings.TrimSpace(textOf(n.get("says")))
	c.Line = n.line
	if r := n.get("report"); r != nil {
		c.Report = r.text == "true"
	}
	p.known(n, c.presets)
	metric := n.get("metric")
	all := n.get("all")
	if all == nil {
		c.parts = p.tests(n, metric)
		return c
	}
	for _, k := range kindNames {
		if at := n.get(k); at != nil {
			p.bad(at, "claim %q has both all and %s; put %s into all", c.ID, k, k)
		}
	}
	if at := n.get("published"); at != nil {
		p.bad(at, "claim %q has both all and published; put it into the tests of all", c.ID)
	}
	if all.kind != list {
		return c
	}
	for _, part := range all.list {
		if part.kind != mapping {
			continue
		}
		m := part.get("metric")
		if m == nil {
			m = metric
		}
		c.parts = append(c.parts, p.tests(part, m)...)
	}
	return c
}

// known reports presets that a block names and no grid has.
func (p *pass) known(n *node, presets []string) {
	for _, name := range presets {
		if at := n.get("preset"); at != nil && !slices.Contains(p.presets, name) {
			p.bad(at, "unknown preset %q%s%s", name, meant(name, p.presets), have(p.presets))
		}
	}
}

// claimKeys are the keys of a claim beside its test.
var claimKeys = [...]string{"id", "paper", "says", "metric", "seeds", "report", "preset", "all", "published"}

// tests finds the one test of a claim or of a part of it.
func (p *pass) tests(n *node, metric *node) []claimPart {
	var found []string
	for _, k := range kindNames {
		if n.get(k) != nil {
			found = append(found, k)
		}
	}
	switch {
	case len(found) == 0:
		if slices.ContainsFunc(n.keys, func(e entry) bool { return !slices.Contains(claimKeys[:], e.key) }) {
			return nil // a test's name misspelt: the schema has said so
		}
		p.bad(n, "a claim without a test%s", have(append([]string{"all"}, kindNames[:]...)))
		return nil
	case len(found) > 1:
		p.bad(n, "%d tests (%s); want one: write all: [...]", len(found), strings.Join(found, ", "))
		return nil
	case metric == nil:
		p.bad(n, "missing \"metric\"")
		return nil
	}
	at := n.get(found[0])
	if at.kind != mapping {
		return nil
	}
	t := p.test(found[0], at, metric)
	p.quoted(n, &t)
	return []claimPart{t}
}

func (p *pass) test(kind string, at, metric *node) claimPart {
	t := Part{Kind: kind, Metric: textOf(metric), Scale: defaultScale(kind)}
	t.Over, t.A, t.C, t.D = selection(at.get("over")), selection(at.get("a")), selection(at.get("c")), selection(at.get("d"))
	t.B = selection(at.get("b"))
	if kind == "better" || kind == "count" {
		t.B = selection(at.get("than"))
	}
	t.Each, t.Against = textOf(at.get("each")), textOf(at.get("against"))
	if kind == "order" {
		t.Against = textOf(at.get("by"))
	}
	if s := at.get("scale"); s != nil {
		t.Scale = s.text
	}
	t.Expect, t.Within = real(at.get("expect")), real(at.get("within"))
	t.Above, t.Below = real(at.get("above")), real(at.get("below"))
	t.Want, t.To = textOf(at.get("want")), textOf(at.get("to"))
	if m := real(at.get("margin")); m != nil {
		t.Margin = *m
	}
	for _, v := range at.get("values").items() {
		t.Values = append(t.Values, v.canonical())
	}
	t.Least, _ = at.get("least").whole()
	if l := real(at.get("level")); l != nil {
		t.Level = *l
	}
	p.coherent(&t, at)
	return claimPart{t, at, metric}
}

// defaultScale is the scale that a test is made on when the file says none;
// empty for tests that have no scale.
func defaultScale(kind string) string {
	switch kind {
	case "slope":
		return "log"
	case "equivalent", "better", "order", "interaction", "level":
		return "linear"
	}
	return ""
}

// coherent checks what depends on several fields.
func (p *pass) coherent(t *Part, at *node) {
	has := func(key string) bool { return at.get(key) != nil }
	switch t.Kind {
	case "level":
		n := 0
		for _, k := range []string{"above", "below", "expect"} {
			if has(k) {
				n++
			}
		}
		if n != 1 || has("expect") != has("within") {
			p.bad(at, "level: want exactly one of above, below, or expect with within")
		}
	case "count":
		bounded, paired := has("above") || has("below"), has("a") || has("than") || has("want")
		if bounded == paired || paired && !(has("a") && has("than") && has("want")) {
			p.bad(at, "count: want above or below (or both), or else a, than and want")
		}
		if has("level") && bounded {
			p.bad(at.get("level"), "count: level: got %s; above and below count seeds without a test, only a, than and want have one", at.get("level"))
		}
		if t.Above != nil && t.Below != nil && *t.Above >= *t.Below {
			p.bad(at, "count: nothing lies above %s and below %s", formatNumber(*t.Above), formatNumber(*t.Below))
		}
	case "exact":
		if t.Within == nil {
			t.Within = new(float64)
		}
	case "order":
		seen := map[string]bool{}
		for i, v := range t.Values {
			if seen[v] {
				p.bad(at.get("values").items()[i], "order: value %q twice", v)
			}
			seen[v] = true
		}
	}
	for _, side := range [...]string{"a", "b", "than", "c", "d"} {
		n := at.get(side)
		if n == nil || n.kind != mapping {
			continue
		}
		for _, e := range n.keys {
			if at.get("over").get(e.key) != nil {
				p.report(e.line, e.col, fmt.Sprintf("label %q is in over and in %s; say it once", e.key, side)+patched(e.value.from))
			}
		}
	}
}

func real(n *node) *float64 {
	if n == nil || n.kind != number {
		return nil
	}
	x := n.num
	return &x
}

func selection(n *node) Select {
	if n == nil || n.kind != mapping {
		return nil
	}
	s := Select{}
	for _, e := range n.keys {
		values := []string{}
		for _, v := range e.value.items() {
			values = append(values, v.canonical())
		}
		s[e.key] = values
	}
	return s
}
