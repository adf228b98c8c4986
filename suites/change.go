package suites

import (
	"fmt"
	"slices"
	"strings"
)

// A Change is what a plan does to the one before it under the same name.
type Change struct {
	Stay int    // cells of both
	New  []Cell // of the plan only
	Left []Cell // of the one before only, each once
}

// Since compares with the plan before. Cells that it has beyond the same suite,
// because it was once narrowed to other seeds, are no change and in neither list.
func (p *Plan) Since(before *Plan) Change {
	var c Change
	had, have := map[string]bool{}, map[string]bool{}
	for _, x := range before.Cells {
		had[x.ID] = true
	}
	for _, x := range p.Cells {
		if have[x.ID] {
			continue
		}
		have[x.ID] = true
		if had[x.ID] {
			c.Stay++
		} else {
			c.New = append(c.New, x)
		}
	}
	asked := map[string]bool{} // what the plan has now of the same suite, whatever it is made of
	for _, x := range p.Cells {
		asked[x.named()] = true
	}
	same := p.SameSuite(before)
	for _, x := range before.Cells {
		if !have[x.ID] && (!same || asked[x.named()]) {
			have[x.ID] = true
			c.Left = append(c.Left, x)
		}
	}
	return c
}

// named is what a suite says of a cell, but not the versions and digests of its
// parts, which are in its ID.
func (c Cell) named() string { return strings.Join(append(c.says(), fmt.Sprint(c.Seed)), "\n") }

// says is a cell by its settings, in the order of settings.
func (c Cell) says() []string {
	t := c.Train
	train := fmt.Sprintf("steps=%d batch=%d", t.Steps, t.Batch)
	if t.Every > 0 {
		train += fmt.Sprintf(" every=%d", t.Every)
	}
	if len(t.At) > 0 {
		train += fmt.Sprintf(" at=%v", t.At)
	}
	for _, g := range t.Optim {
		train += " " + g.Prefix + g.Optim.String()
	}
	if t.Follow != nil {
		train += " follow=" + t.Follow.String()
	}
	var metrics []string
	for _, m := range c.Metrics {
		metrics = append(metrics, m.String())
	}
	return []string{c.Grid, c.Estimator.String(), c.Model.String(), c.Dataset.String(), c.Precision, train, strings.Join(metrics, ", ")}
}

// Why says what the cells left over had that the new ones have not, a line each
// setting: those that have other values on each side, or, where there is none, those that
// have values on one side alone.
func (c Change) Why() []string {
	if len(c.Left) == 0 || len(c.New) == 0 {
		return nil
	}
	was, now := valuesOf(c.Left), valuesOf(c.New)
	var both, one []string
	for _, name := range was.names {
		gone, come := without(was.of[name], now.of[name]), without(now.of[name], was.of[name])
		switch {
		case len(gone) > 0 && len(come) > 0:
			both = append(both, fmt.Sprintf("%s: was %s, is %s", name, some(gone), some(come)))
		case len(gone) > 0:
			one = append(one, fmt.Sprintf("%s: no longer %s", name, some(gone)))
		}
	}
	for _, name := range now.names {
		if _, had := was.of[name]; !had {
			one = append(one, fmt.Sprintf("%s: now %s", name, some(now.of[name])))
		}
	}
	if len(both) > 0 {
		return both
	}
	if len(one) == 0 {
		return []string{"the same settings by other code or on other data: a numeric version or a digest has changed"}
	}
	return one
}

// taken are the different values of each setting, all in the order met.
type taken struct {
	names []string
	of    map[string][]string
}

func valuesOf(cells []Cell) taken {
	out := taken{of: map[string][]string{}}
	seen := map[[2]string]bool{}
	for _, c := range cells {
		for _, s := range append([]Setting{{Name: "grid", Value: c.Grid}}, c.Settings()...) {
			if seen[[2]string{s.Name, s.Value}] {
				continue
			}
			seen[[2]string{s.Name, s.Value}] = true
			if out.of[s.Name] == nil {
				out.names = append(out.names, s.Name)
			}
			out.of[s.Name] = append(out.of[s.Name], s.Value)
		}
	}
	return out
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(v string) bool { return slices.Contains(b, v) })
}

func some(list []string) string {
	if n := len(list); n > 3 {
		return strings.Join(list[:3], ", ") + fmt.Sprintf(" and %d more", n-3)
	}
	return strings.Join(list, ", ")
}
