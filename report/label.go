package report

import (
	"cmp"
	"maps"
	"slices"
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
		one := newSet()
		for _, c := range choices {
			one.add(c.Name)
		}
		tell := newTeller(choices, drop)
		for j, c := range choices {
			said := brief(tell.apart(c).String())
			if i > 0 && len(one.list) == 1 { // one model: its name tells nothing apart
				said = strings.TrimSuffix(strings.TrimPrefix(said, c.Name+"{"), "}")
			}
			names[j] = join(" x ", names[j], said)
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
	tell := map[string]*teller{}
	for i, name := range names {
		if same := of[name]; len(same) > 1 {
			if tell[name] == nil {
				tell[name] = newTeller(same, drop)
			}
			names[i] = join(" x ", name, brief(tell[name].apart(cells[i].Optimiser()).String()))
		}
	}
}

// A teller tells choices apart by those of their parameters in which namesakes differ.
// The one on an axis, drop, is no part of it.
type teller struct {
	drop  string
	named map[string][]suites.Choice
	known map[string][]string // parameters that tell, by the name and parameters of a choice
}

func newTeller(all []suites.Choice, drop string) *teller {
	t := &teller{drop, map[string][]suites.Choice{}, map[string][]string{}}
	for _, c := range all {
		t.named[c.Name] = append(t.named[c.Name], c)
	}
	return t
}

// apart is a choice with only the parameters that tell; of more than three as few as tell
// them all apart, words before numbers.
func (t *teller) apart(c suites.Choice) suites.Choice {
	kept := suites.Choice{Name: c.Name, Params: map[string]any{}}
	for _, name := range t.telling(c) {
		kept.Params[name] = c.Params[name]
	}
	return kept
}

func (t *teller) telling(c suites.Choice) []string {
	isText := func(name string) bool { _, ok := c.Params[name].(string); return ok }
	names := slices.SortedFunc(maps.Keys(c.Params), func(a, b string) int {
		if isText(a) != isText(b) {
			return map[bool]int{true: -1, false: 1}[isText(a)]
		}
		return cmp.Compare(a, b)
	})
	key := c.Name + " " + strings.Join(names, " ")
	if telling, known := t.known[key]; known {
		return telling
	}
	same := t.named[c.Name]
	differ := slices.DeleteFunc(names, func(name string) bool {
		return dropped(name, t.drop) || kinds(same, []string{name}) < 2
	})
	if len(differ) > 3 {
		differ = fewest(same, differ)
	}
	t.known[key] = differ
	return differ
}

// fewest are parameters that tell as many choices apart as all of them do, each taken for
// telling most; the first of equals.
func fewest(all []suites.Choice, names []string) (few []string) {
	for want := kinds(all, names); kinds(all, few) < want; {
		best, most := "", 0
		for _, name := range names {
			if n := kinds(all, append(slices.Clone(few), name)); n > most {
				best, most = name, n
			}
		}
		few = append(few, best)
	}
	return few
}

// kinds is how many sorts of choices some parameters tell apart.
func kinds(all []suites.Choice, names []string) int {
	sorts := newSet()
	for _, c := range all {
		few := suites.Choice{Params: map[string]any{}}
		for _, name := range names {
			few.Params[name] = c.Params[name]
		}
		sorts.add(few.String())
	}
	return len(sorts.list)
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
