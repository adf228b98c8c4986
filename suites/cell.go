package suites

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Label is the text of one of the cell's properties: grid, estimator, model,
// dataset, seed, precision, or a parameter, searched in the estimator, then the
// model, the data set and the optimiser. A parameter can be pinned: dataset.n,
// optim.rate; of several optimisers it must be, by the prefix: gen/.rate.
func (c Cell) Label(name string) (string, bool) {
	switch name {
	case "grid":
		return c.Grid, true
	case "estimator":
		return c.Estimator.Name, true
	case "model":
		return c.Model.Name, true
	case "dataset":
		return c.Dataset.Name, true
	case "seed":
		return strconv.Itoa(c.Seed), true
	case "precision":
		return c.Precision, true
	}
	part, param, pinned := strings.Cut(name, ".")
	for _, p := range c.parts() {
		if pinned && part == p.noun {
			if v, ok := p.choice.Params[param]; ok {
				return formatValue(v), true
			}
		}
		if v, ok := p.choice.Params[name]; ok && !p.pinned {
			return formatValue(v), true
		}
	}
	return "", false
}

type part struct {
	noun   string
	choice Choice
	pinned bool // its parameters are labels in the pinned form alone
}

func (c Cell) parts() []part {
	out := []part{{"estimator", c.Estimator, false}, {"model", c.Model, false}, {"dataset", c.Dataset, false}}
	for _, g := range c.Train.Optim {
		out = append(out, part{cmp.Or(g.Prefix, "optim"), g.Optim, len(c.Train.Optim) > 1})
	}
	return out
}

// Optimiser is what moves the cell's parameters, as one choice: of several, each for
// a prefix, settings have the prefix in their names, as labels have.
func (c Cell) Optimiser() Choice {
	groups := c.Train.Optim
	if len(groups) == 1 {
		return groups[0].Optim
	}
	out := Choice{Params: map[string]any{}}
	var names []string
	for _, g := range groups {
		names = append(names, g.Prefix+" "+g.Optim.Name)
		for name, v := range g.Optim.Params {
			out.Params[g.Prefix+"."+name] = v
		}
	}
	out.Name = strings.Join(names, ", ")
	return out
}

// labels lists the names that Label knows, parameters sorted, without the
// pinned forms of what has a plain one.
func (c Cell) labels() []string {
	out := []string{"grid", "estimator", "model", "dataset", "seed", "precision"}
	params := map[string]bool{}
	for _, p := range c.parts() {
		for name := range p.choice.Params {
			if p.pinned {
				name = p.noun + "." + name
			}
			params[name] = true
		}
	}
	return append(out, sortedKeys(params)...)
}

// Matches says whether every label of the selection has one of its values here.
func (c Cell) Matches(s Select) bool {
	for label, values := range s {
		got, ok := c.Label(label)
		if !ok || !slices.Contains(values, got) {
			return false
		}
	}
	return true
}

// With is both selections at once; where both name a label, t's values stand.
func (s Select) With(t Select) Select {
	out := maps.Clone(s)
	if out == nil {
		out = Select{}
	}
	maps.Copy(out, t)
	return out
}

// String is the selection with its labels sorted: estimator=iwae k=32,64.
func (s Select) String() string {
	parts := make([]string, 0, len(s))
	for _, label := range sortedKeys(s) {
		parts = append(parts, label+"="+strings.Join(s[label], ","))
	}
	return strings.Join(parts, " ")
}

// String is the name with its parameters sorted: iwae{k=64}, or just the name.
func (c Choice) String() string {
	if len(c.Params) == 0 {
		return c.Name
	}
	parts := make([]string, 0, len(c.Params))
	for _, name := range sortedKeys(c.Params) {
		v := formatValue(c.Params[name])
		if s, isText := c.Params[name].(string); isText && (s == "" || strings.ContainsAny(s, "{}=,[]\" \t\n")) {
			v = strconv.Quote(s)
		}
		parts = append(parts, name+"="+v)
	}
	return c.Name + "{" + strings.Join(parts, ",") + "}"
}

// String is a short name for people: iwae{k=64} x vae x digits seed 3. Two cells
// may share it; only the ID is unique.
func (c Cell) String() string {
	return fmt.Sprintf("%s x %s x %s seed %d", c.Estimator, c.Model, c.Dataset, c.Seed)
}

// Short is the first twelve digits of the ID.
func (c Cell) Short() string { return c.ID[:min(12, len(c.ID))] }

// Select returns the cells that a part reads, each once.
func (p Part) Select(cells []Cell) []Cell {
	var out []Cell
	seen := map[string]bool{}
	for _, c := range cells {
		if !seen[c.ID] && p.reads(c) {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

func (p Part) reads(c Cell) bool {
	paired := false
	for _, side := range []Select{p.A, p.B, p.C, p.D} {
		if len(side) > 0 {
			paired = true
			if c.Matches(p.Over.With(side)) {
				return true
			}
		}
	}
	return !paired && c.Matches(p.Over)
}

// Select returns the cells that any part of the claim reads, each once.
func (c Claim) Select(cells []Cell) []Cell {
	var out []Cell
	seen := map[string]bool{}
	for _, p := range c.Parts {
		for _, x := range p.Select(cells) {
			if !seen[x.ID] {
				seen[x.ID] = true
				out = append(out, x)
			}
		}
	}
	return out
}
