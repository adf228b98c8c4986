package suites

import (
	"fmt"
	"slices"
	"strings"
)

// pick is one choice of a list, and where it stands.
type pick struct {
	Choice
	line, col int
}

// choices expands a list of names and {name: {parameter: value or values}}.
// What the schema already refused is passed over in silence.
func (p *pass) choices(n *node, noun string) []pick {
	var out []pick
	for _, item := range n.items() {
		for _, c := range p.choice(item, noun) {
			out = append(out, pick{c, item.line, item.col})
			if len(out) > mostCells {
				return out
			}
		}
	}
	return out
}

func (p *pass) choice(item *node, noun string) []Choice {
	entries := p.cat.group(noun)
	switch item.kind {
	case text:
		name, at, short := strings.Cut(item.text, "@")
		e, ok := find(entries, name)
		if !ok || short && e.At == "" {
			return nil
		}
		given := &node{kind: mapping, line: item.line, col: item.col, from: item.from}
		if short {
			v, ok := p.atValue(e, item, at)
			if !ok {
				return nil
			}
			given.keys = []entry{{key: e.At, line: item.line, col: item.col, value: v}}
		}
		return p.params(e, given, true)
	case mapping:
		if len(item.keys) != 1 {
			return nil
		}
		e, ok := find(entries, item.keys[0].key)
		if !ok {
			return nil
		}
		given := item.keys[0].value
		return p.params(e, given, given.kind == nothing)
	}
	return nil
}

// atValue reads the 64 of iwae@64 under the parameter's own rules, which the
// schema cannot see inside a name.
func (p *pass) atValue(e Entry, item *node, at string) (*node, bool) {
	param, _ := e.param(e.At)
	v := &node{text: at, line: item.line, col: item.col, from: item.from}
	v.kind, v.num = scalar(at)
	if at == "true" || at == "false" {
		v.kind = boolean
	}
	want := ""
	switch _, ok := param.value(v); {
	case !ok:
		want = param.wanted()
	case v.kind == number:
		want = param.outside(v.num)
	case len(param.Choices) > 0 && !slices.Contains(param.Choices, at):
		want = strings.Join(param.Choices, " or ")
	}
	if want != "" {
		p.bad(item, "%s: %s: got %s; want %s", item.text, e.At, v, want)
		return nil, false
	}
	return v, true
}

func (p Param) wanted() string {
	switch p.Kind {
	case Int:
		return "a whole number"
	case Float:
		return "a number"
	case Bool:
		return "true or false"
	case String:
		return "text"
	}
	return "a list of numbers"
}

// params is the grid over the values given, defaults elsewhere. The parameter
// written first varies slowest. For a bare name the schema sees no parameters, so
// that a required one is missing must be said here.
func (p *pass) params(e Entry, given *node, bare bool) []Choice {
	type axis struct {
		name   string
		values []any
	}
	var axes []axis
	size := 1
	for _, k := range given.keys {
		param, ok := e.param(k.key)
		if !ok {
			return nil
		}
		values := param.axis(k.value)
		if len(values) == 0 {
			return nil
		}
		if size *= len(values); size > mostCells {
			p.bad(k.value, "%s: more than %d combinations", e.Name, mostCells)
			return nil
		}
		axes = append(axes, axis{k.key, values})
	}
	fixed := map[string]any{}
	for _, param := range e.Params {
		switch {
		case given.get(param.Name) != nil:
		case param.Default == nil:
			if bare {
				p.bad(given, "%s: missing %q; write {%s: {%s: ...}}", e.Name, param.Name, e.Name, param.Name)
			}
			return nil
		default:
			fixed[param.Name], _ = param.own(param.Default)
		}
	}
	unread := map[string]bool{}
	for _, k := range given.keys {
		unread[k.key] = true
	}
	out := make([]Choice, size)
	for i := range out {
		c := Choice{Name: e.Name, Version: e.Version}
		if len(e.Params) > 0 {
			c.Params = make(map[string]any, len(e.Params))
			for name, v := range fixed {
				c.Params[name] = v
			}
		}
		rest := i
		for j := len(axes) - 1; j >= 0; j-- {
			a := axes[j]
			c.Params[a.name] = a.values[rest%len(a.values)]
			rest /= len(a.values)
		}
		for _, a := range axes {
			if param, _ := e.param(a.name); param.readBy(c.Params) {
				delete(unread, a.name)
			}
		}
		out[i] = c
	}
	for _, k := range given.keys {
		if unread[k.key] {
			param, _ := e.param(k.key)
			p.bad(k.value, "%s: %s: got %s; %s", e.Name, k.key, k.value, param.unread(out[0].Params))
		}
	}
	return out
}

// axis is every value that a node gives a parameter; empty if one is no value.
func (p Param) axis(n *node) []any {
	nodes := []*node{n}
	if n.kind == list && (!p.isList() || slices.ContainsFunc(n.list, func(e *node) bool { return e.kind == list })) {
		nodes = n.list
	}
	var out []any
	for _, e := range nodes {
		v, ok := p.value(e)
		if !ok {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// metrics reads what is logged, sorted; the same metric twice is an error.
func (p *pass) metrics(n *node) []Choice {
	picks := p.choices(n.get("metrics"), "metric")
	out := make([]Choice, len(picks))
	first := map[string]int{}
	for i, m := range picks {
		out[i] = m.Choice
		name := m.String()
		if line, twice := first[name]; twice {
			p.report(m.line, m.col, fmt.Sprintf("metric %s twice (first at line %d)", name, line))
		}
		first[name] = m.line
	}
	slices.SortFunc(out, func(a, b Choice) int { return strings.Compare(a.String(), b.String()) })
	return out
}
