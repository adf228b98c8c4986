package suites

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Only keeps the cells whose labels match, as the option of that name does.
func Only(cells []Cell, filters []string) ([]Cell, error) { return only(cells, filters) }

// Again is a stored cell as this catalog makes it: the same parts and settings in
// their own types, at the versions and under the ID of now. The ID is the stored one
// if the numbers must be; Moved says why it is another. A part or a setting that
// there is no more is an error: such a cell cannot be run.
func (c Catalog) Again(cell Cell) (Cell, error) {
	var err error
	again := func(noun string, old Choice) Choice {
		now, bad := c.again(noun, old)
		if err == nil {
			err = bad
		}
		return now
	}
	cell.Estimator, cell.Model, cell.Dataset = again("estimator", cell.Estimator), again("model", cell.Model), again("dataset", cell.Dataset)
	cell.Metrics, cell.Train.Optim = slices.Clone(cell.Metrics), slices.Clone(cell.Train.Optim)
	for i := range cell.Metrics {
		cell.Metrics[i] = again("metric", cell.Metrics[i])
	}
	for i := range cell.Train.Optim {
		cell.Train.Optim[i].Optim = again("optimiser", cell.Train.Optim[i].Optim)
	}
	if f := cell.Train.Follow; f != nil {
		lead := again("estimator", *f)
		cell.Train.Follow = &lead
	}
	if err != nil {
		return cell, err
	}
	p := &pass{cat: c}
	cell.ID = p.canonical(cell).id(cell.Seed)
	return cell, nil
}

// again is a choice with the version of now and a value for every setting of now.
func (c Catalog) again(noun string, old Choice) (Choice, error) {
	e, ok := find(c.group(noun), old.Name)
	if !ok {
		return old, fmt.Errorf("no %s %q any more", noun, old.Name)
	}
	now := Choice{Name: e.Name, Version: e.Version}
	if len(e.Params) > 0 {
		now.Params = make(map[string]any, len(e.Params))
	}
	for _, name := range sortedKeys(old.Params) {
		p, ok := e.param(name)
		if !ok {
			return old, fmt.Errorf("%s %q has no setting %q any more", noun, old.Name, name)
		}
		v, ok := p.stored(old.Params[name])
		if !ok {
			return old, fmt.Errorf("%s %q: %s: got %s; want %s", noun, old.Name, name, formatValue(old.Params[name]), p.wanted())
		}
		if s, text := v.(string); text && p.Parts == "" && len(p.Choices) > 0 && !slices.Contains(p.Choices, s) {
			return old, fmt.Errorf("%s %q: %s: no choice %q any more", noun, old.Name, name, s)
		}
		if s, text := v.(string); text && p.Parts != "" && s != "" {
			if _, ok := find(c.group(p.Parts), s); !ok {
				return old, fmt.Errorf("%s %q: %s: no %s %q any more", noun, old.Name, name, p.Parts, s)
			}
		}
		now.Params[name] = v
	}
	for _, p := range e.Params {
		if _, had := now.Params[p.Name]; had {
			continue
		}
		if p.Default == nil {
			return old, fmt.Errorf("%s %q wants a setting %q, which it had not", noun, old.Name, p.Name)
		}
		now.Params[p.Name], _ = p.own(p.Default)
	}
	return now, nil
}

// stored brings a value that was read back from JSON into the parameter's own type.
func (p Param) stored(v any) (any, bool) {
	switch p.Kind {
	case Int:
		if x, ok := v.(float64); ok {
			return int(x), x == math.Trunc(x) && math.Abs(x) < 1<<53
		}
	case Ints:
		return storedList[int](p, Int, v)
	case Floats:
		return storedList[float64](p, Float, v)
	}
	return p.own(v)
}

func storedList[T any](p Param, of Kind, v any) (any, bool) {
	list, ok := v.([]any)
	if !ok {
		return p.own(v)
	}
	out := make([]T, 0, len(list))
	p.Kind = of
	for _, x := range list {
		y, ok := p.stored(x)
		if !ok {
			return nil, false
		}
		out = append(out, y.(T))
	}
	return out, true
}

// An Origin is what a cell's ID holds that the cell itself does not.
type Origin struct {
	Core   int            // version of the arithmetic under all parts
	Digest string         // of the data's content; empty where the ID holds none
	Named  map[string]int // versions of the estimators that settings of metrics name
}

// mostTried is how many origins are tried before a cell's is given up.
const mostTried = 4096

// Origin finds what the ID of a stored cell was made of, by making it again: it
// tries digests (the one of now, those given, none) and versions up to a few beyond
// those of this catalog. ok is false if none of them gives the ID.
func (c Catalog) Origin(cell Cell, digests ...string) (o Origin, ok bool) {
	const beyond = 3
	if set, err := c.again("dataset", cell.Dataset); err == nil && c.Digest != nil {
		digests = append([]string{c.Digest(set)}, digests...)
	}
	digests = append(digests, "")
	named := c.named(cell)
	cores, tried := upTo(c.Core, 0, beyond), 0
	for _, digest := range digests {
		for _, core := range cores {
			versions := make([][]int, len(named))
			size := 1
			for i, name := range named {
				e, _ := find(c.Estimators, name)
				versions[i] = upTo(e.Version, 1, beyond)
				size *= len(versions[i])
			}
			for n := 0; n < size && tried < mostTried; n++ {
				tried++
				o := Origin{Core: core, Digest: digest, Named: map[string]int{}}
				rest := n
				for i, name := range named {
					o.Named[name] = versions[i][rest%len(versions[i])]
					rest /= len(versions[i])
				}
				if c.idBy(cell, o) == cell.ID {
					return o, true
				}
			}
		}
	}
	return Origin{}, false
}

// upTo lists now, then the versions from first to a few beyond it.
func upTo(now, first, beyond int) []int {
	out := []int{now}
	for v := first; v <= now+beyond; v++ {
		if v != now {
			out = append(out, v)
		}
	}
	return out
}

// idBy is the ID of a cell at its own versions, of another origin.
func (c Catalog) idBy(cell Cell, o Origin) string {
	c.Core = o.Core
	c.Digest = func(Choice) string { return o.Digest }
	if len(o.Named) > 0 {
		c.Estimators = slices.Clone(c.Estimators)
		for i, e := range c.Estimators {
			if v, ok := o.Named[e.Name]; ok {
				c.Estimators[i].Version = v
			}
		}
	}
	p := &pass{cat: c}
	return p.canonical(cell).id(cell.Seed)
}

// named lists the estimators that settings of a cell's metrics name, sorted.
func (c Catalog) named(cell Cell) []string {
	names := map[string]bool{}
	for _, m := range cell.Metrics {
		e, _ := find(c.Metrics, m.Name)
		for _, p := range e.Params {
			if s, ok := m.Params[p.Name].(string); ok && p.Parts != "" && s != "" {
				names[s] = true
			}
		}
	}
	return sortedKeys(names)
}

// Moved says why a stored cell has another ID than the same cell of now, which Again
// made of it: each thing that the ID holds and that is another. digests are those
// that the store has of the data.
func (c Catalog) Moved(old, now Cell, digests ...string) []string {
	if old.ID == now.ID {
		return nil
	}
	var why []string
	said := map[string]bool{}
	say := func(format string, args ...any) {
		if s := fmt.Sprintf(format, args...); !said[s] {
			said[s] = true
			why = append(why, s)
		}
	}
	pair := func(noun string, a, b Choice) {
		if a.Version != b.Version {
			say("numeric version of %s %s: %d -> %d", noun, a.Name, a.Version, b.Version)
		}
		e, _ := find(c.group(noun), b.Name)
		for _, name := range sortedKeys(b.Params) {
			if _, had := a.Params[name]; !had {
				if p, _ := e.param(name); !p.Late {
					say("%s %s has a new setting %s", noun, a.Name, name)
				}
			}
		}
	}
	pair("estimator", old.Estimator, now.Estimator)
	pair("model", old.Model, now.Model)
	pair("dataset", old.Dataset, now.Dataset)
	for i := range min(len(old.Metrics), len(now.Metrics)) {
		pair("metric", old.Metrics[i], now.Metrics[i])
	}
	for i := range min(len(old.Train.Optim), len(now.Train.Optim)) {
		pair("optimiser", old.Train.Optim[i].Optim, now.Train.Optim[i].Optim)
	}
	if old.Train.Follow != nil && now.Train.Follow != nil {
		pair("estimator", *old.Train.Follow, *now.Train.Follow)
	}
	a, known := c.Origin(old, digests...)
	if !known {
		if len(why) == 0 {
			say("another ID, by what the store does not tell: the data, the arithmetic, or an estimator that a metric names")
		}
		return why
	}
	if a.Core != c.Core {
		say("numeric version of the arithmetic: %d -> %d", a.Core, c.Core)
	}
	digest := ""
	if c.Digest != nil {
		digest = c.Digest(now.Dataset)
	}
	if a.Digest != digest {
		say("data of %s: %s -> %s", old.Dataset.Name, DigestText(a.Digest), DigestText(digest))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Named)) {
		if e, _ := find(c.Estimators, name); e.Version != a.Named[name] {
			say("numeric version of estimator %s, which a metric names: %d -> %d", name, a.Named[name], e.Version)
		}
	}
	if len(why) == 0 {
		say("another ID, though no version and no data changed")
	}
	return why
}

// DigestText is a digest for people: its first twelve digits.
func DigestText(digest string) string {
	if digest == "" {
		return "no digest"
	}
	return strings.ToLower(digest[:min(12, len(digest))])
}
