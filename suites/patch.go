package suites

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// patch applies path=value changes to the document; Suite.Plan has the rules.
func patch(root *node, cat Catalog, patches []string) error {
	for _, text := range patches {
		path, value, ok := strings.Cut(text, "=")
		path = strings.TrimSpace(path)
		if !ok || path == "" {
			return fmt.Errorf("set: got %q; want path=value", text)
		}
		v, _, problems := read("value", []byte(value))
		if v == nil && strings.TrimSpace(value) == "" {
			v, problems = &node{}, nil
		}
		if len(problems) > 0 {
			return fmt.Errorf("set: %s: %s", text, problems[0].Msg)
		}
		w := walker{cat: cat, text: text, value: v}
		if err := w.set(root, strings.Split(path, ".")); err != nil {
			return err
		}
	}
	return nil
}

// walker carries one patch down the tree.
type walker struct {
	cat   Catalog
	text  string
	value *node
	key   string // the last key passed: says which names a scalar may be
}

func (w *walker) set(n *node, path []string) error {
	for i, step := range path {
		last := i == len(path)-1
		next, err := w.step(n, step, last)
		if err != nil {
			return err
		}
		switch {
		case next == nil && last && (n.kind == mapping || n.kind == nothing):
			next = &node{line: n.line, col: n.col}
			n.kind = mapping
			n.keys = append(n.keys, entry{step, n.line, n.col, next})
		case next == nil:
			there := inside(n)
			return fmt.Errorf("set: %s: no %q in %s%s%s", w.text, step, where(path[:i]), meant(step, there), have(there))
		}
		n = next
	}
	w.replace(n)
	return nil
}

// replace keeps the place of what it replaces, for errors.
func (w *walker) replace(n *node) {
	at := *n
	*n = *w.value
	w.stamp(n, at.line, at.col)
}

func (w *walker) stamp(n *node, line, col int) {
	n.line, n.col, n.from = line, col, w.text
	for _, e := range n.list {
		w.stamp(e, line, col)
	}
	for i := range n.keys {
		n.keys[i].line, n.keys[i].col = line, col
		w.stamp(n.keys[i].value, line, col)
	}
}

// step finds what a step leads to; nil when there is nothing. Below a bare name
// lie its parameters, as below {name: {...}}.
func (w *walker) step(n *node, step string, last bool) (*node, error) {
	switch n.kind {
	case mapping:
		w.key = holder(step, w.key)
		return n.get(step), nil
	case text:
		if !slices.Contains(handles(n), step) {
			return nil, nil
		}
		if !last {
			return w.open(n), nil
		}
		return n, nil
	case list:
	default:
		return nil, nil
	}
	if i, err := strconv.Atoi(step); err == nil {
		if i < 0 || i >= len(n.list) {
			return nil, nil
		}
		return n.list[i], nil
	}
	var found []*node
	for _, e := range n.list {
		if slices.Contains(handles(e), step) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		e := found[0]
		switch {
		case e.kind == mapping && len(e.keys) == 1 && e.keys[0].key == step:
			e = e.keys[0].value
		case e.kind == text && !last:
			e = w.open(e)
		}
		return e, nil
	}
	return nil, fmt.Errorf("set: %s: %d elements are %q; use an index from 0 to %d", w.text, len(found), step, len(n.list)-1)
}

// holder is the key that says what the names below it are.
func holder(step, before string) string {
	switch step {
	case "estimator", "model", "dataset":
		return step
	case "optim":
		return "optimiser"
	case "metrics":
		return "metric"
	}
	return before
}

// handles are the steps that lead to an element of a list.
func handles(e *node) []string {
	switch e.kind {
	case mapping:
		var out []string
		for _, key := range []string{"name", "id"} {
			if v := e.get(key); v != nil && v.kind != list && v.kind != mapping {
				out = append(out, v.text)
			}
		}
		if len(e.keys) == 1 {
			out = append(out, e.keys[0].key)
		}
		return out
	case text, number:
		if name, _, short := strings.Cut(e.text, "@"); short {
			return []string{e.text, name}
		}
		return []string{e.text}
	}
	return nil
}

// inside lists the steps that lead on from a node.
func inside(n *node) []string {
	switch n.kind {
	case mapping:
		return slices.Sorted(slices.Values(n.keyNames()))
	case list:
		var out []string
		for i, e := range n.list {
			if h := handles(e); len(h) > 0 {
				out = append(out, h[0])
			} else {
				out = append(out, strconv.Itoa(i))
			}
		}
		return out
	case text:
		return handles(n)
	}
	return nil
}

func where(path []string) string {
	if len(path) == 0 {
		return "the suite"
	}
	return strings.Join(path, ".")
}

// open turns a bare name into {name: {}}, and iwae@64 into {iwae: {k: 64}}, and
// returns the parameters.
func (w *walker) open(n *node) *node {
	name, value, short := strings.Cut(n.text, "@")
	params := &node{kind: mapping, line: n.line, col: n.col, from: n.from}
	if e, ok := find(w.cat.group(w.key), name); short && ok && e.At != "" {
		v := &node{text: value, line: n.line, col: n.col, from: n.from}
		v.kind, v.num = scalar(value)
		params.keys = []entry{{e.At, n.line, n.col, v}}
	} else {
		name = n.text
	}
	n.kind, n.keys = mapping, []entry{{name, n.line, n.col, params}}
	return params
}
