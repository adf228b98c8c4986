package suites

import (
	"fmt"
	"slices"
	"strings"
)

// Instead returns cells of this suite with another estimator in the place of theirs,
// each once: an estimator that the suite does not name, to be compared with those it
// does. It has the settings given, as text; else those whole numbers that it and the
// cell's own estimator both have, such as k; else its defaults. Where it does not fit
// it is to be recorded as refused. What is wrong with the estimator or its settings is
// a plain error.
func (s *Suite) Instead(cells []Cell, estimator string, settings map[string]string) ([]Cell, error) {
	e, ok := find(s.cat.Estimators, estimator)
	if !ok {
		return nil, fmt.Errorf("unknown estimator %q%s%s", estimator, meant(estimator, names(s.cat.Estimators)), have(names(s.cat.Estimators)))
	}
	p := &pass{src: s.src, cat: s.cat}
	given := &node{kind: mapping}
	for _, name := range sortedKeys(settings) {
		param, ok := e.param(name)
		if !ok {
			var all []string
			for _, q := range e.Params {
				all = append(all, q.Name)
			}
			return nil, fmt.Errorf("estimator %s: unknown setting %q%s%s", estimator, name, meant(name, all), have(all))
		}
		v := &node{text: settings[name]}
		v.kind, v.num = scalar(v.text)
		if v.text == "true" || v.text == "false" {
			v.kind = boolean
		}
		want := ""
		switch _, ok := param.value(v); {
		case !ok:
			want = param.wanted()
		case v.kind == number && param.outside(v.num) != "":
			want = param.outside(v.num)
		case len(param.Choices) > 0 && !slices.Contains(param.Choices, v.text):
			want = strings.Join(param.Choices, " or ")
		}
		if want != "" {
			return nil, fmt.Errorf("estimator %s: %s: got %s; want %s", estimator, name, v.text, want)
		}
		given.keys = append(given.keys, entry{key: name, value: v})
	}
	for _, param := range e.Params {
		if param.Default == nil && given.get(param.Name) == nil {
			return nil, fmt.Errorf("estimator %s: missing %q; write %s{%s=...}", estimator, param.Name, estimator, param.Name)
		}
	}
	base := p.params(e, given, false)
	if len(p.problems) > 0 {
		return nil, fmt.Errorf("estimator %s", p.problems[0].Msg)
	}
	var out []Cell
	seen := map[string]bool{}
	for _, c := range cells {
		choice := base[0]
		choice.Params = map[string]any{}
		for name, v := range base[0].Params {
			choice.Params[name] = v
		}
		for _, param := range e.Params {
			if n, is := c.Estimator.Params[param.Name].(int); is && param.Kind == Int && given.get(param.Name) == nil &&
				param.readBy(choice.Params) && param.outside(float64(n)) == "" {
				choice.Params[param.Name] = n
			}
		}
		if len(choice.Params) == 0 {
			choice.Params = nil
		}
		c.Estimator, c.Unfit = choice, "record"
		c.ID = p.canonical(c).id(c.Seed)
		if !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out, nil
}
