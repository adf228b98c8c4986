package report

import (
	"strings"

	"github.com/vibench/bench/suites"
)

// labels names configurations by what tells them apart: the estimator; model, data
// set and optimisers where there are several; of parameters those that differ among
// namesakes. The one on an axis, drop, is no part of a name.
func labels(cells []suites.Cell, drop string) []string {
	names := make([]string, len(cells))
	for i, of := range []func(suites.Cell) suites.Choice{
		func(c suites.Cell) suites.Choice { return c.Estimator },
		func(c suites.Cell) suites.Choice { return c.Model },
		func(c suites.Cell) suites.Choice { return c.Dataset },
	} {
		choices, all := make([]suites.Choice, len(cells)), newSet()
		for j, c := range cells {
			choices[j] = of(c)
			all.add(without(choices[j], drop))
		}
		if i > 0 && len(all.list) < 2 {
			continue
		}
		for j, c := range choices {
			names[j] = join(" x ", names[j], brief(apart(c, choices, drop).String()))
		}
	}
	byOptimiser(names, cells, drop)
	return names
}

// byOptimiser adds the optimiser to names that nothing else tells apart.
func byOptimiser(names []string, cells []suites.Cell, drop string) {
	of := map[string][]suites.Choice{}
	for i, name := range names {
		of[name] = append(of[name], cells[i].Optimiser())
	}
	for i, name := range names {
		if same := of[name]; len(same) > 1 {
			names[i] = join(" x ", name, brief(apart(cells[i].Optimiser(), same, drop).String()))
		}
	}
}

// apart is a choice with only those parameters in which its namesakes differ.
func apart(c suites.Choice, all []suites.Choice, drop string) suites.Choice {
	kept := suites.Choice{Name: c.Name, Params: map[string]any{}}
	for name, v := range c.Params {
		if dropped(name, drop) {
			continue
		}
		one := suites.Choice{Params: map[string]any{name: v}}.String()
		for _, other := range all {
			if other.Name == c.Name && one != (suites.Choice{Params: map[string]any{name: other.Params[name]}}).String() {
				kept.Params[name] = v
				break
			}
		}
	}
	return kept
}

// without is a choice's text with one parameter left out.
func without(c suites.Choice, param string) string {
	kept := suites.Choice{Name: c.Name, Params: map[string]any{}}
	for k, v := range c.Params {
		if !dropped(k, param) {
			kept.Params[k] = v
		}
	}
	return kept.String()
}

// dropped says whether a label, k or pinned as estimator.k, is a parameter's.
func dropped(name, label string) bool {
	_, bare, pinned := strings.Cut(label, ".")
	return name == label || pinned && name == bare
}
