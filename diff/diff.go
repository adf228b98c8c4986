// Package diff tells how two stores, or two plans, or one of each, are not the same:
// cells that only one has, cells that changed and by what, numbers that changed though
// the cell did not, and where they were made.
package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A Side is one of the two things compared.
type Side struct {
	Name  string
	Plans []*suites.Plan
	Store *store.Store       // nil: plans alone, without numbers
	Runs  []store.Provenance // that made the numbers, or would; none where nobody asks
	// Hidden is what a cell's ID holds and the cell does not: data digest, versions
	// of what is under it. nil: nobody knows.
	Hidden func(suites.Cell) []suites.Setting
}

// A Diff is how B is not as A. Nothing in it is a judgement but Numbers.
type Diff struct {
	A           Summary  `json:"a"`
	B           Summary  `json:"b"`
	Same        int      `json:"same"` // cells of one ID
	Changed     []Change `json:"changed"`
	Added       []Group  `json:"added"`
	Removed     []Group  `json:"removed"`
	Numbers     *Numbers `json:"numbers"` // of the same cells; nil unless both are stores
	Moved       []Metric `json:"moved"`   // last values of changed cells that are done on both sides
	Environment []Field  `json:"environment"`
}

// Summary is a side in numbers.
type Summary struct {
	Name  string   `json:"name"`
	Store bool     `json:"is_store"` // and no suite
	Plans []string `json:"plans"`    // s (quick)
	Cells int      `json:"cells"`    // each once
}

// A Field is one thing that is another on each side; empty: it is not there.
type Field struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// A Change is one set of settings that changed, and the cells whose labels stayed.
type Change struct {
	Why   []Field `json:"why"`
	Cells int     `json:"cells"`
	Grid  string  `json:"grid"` // of the first
	Name  string  `json:"name"` // the first, as A has it
	A     string  `json:"a"`    // its IDs
	B     string  `json:"b"`
	pairs []pair
}

// A Group is cells of one side that differ by the seed alone.
type Group struct {
	Grid  string   `json:"grid"`
	Name  string   `json:"name"`
	Seeds []int    `json:"seeds"`
	Cells []string `json:"cells"`
}

// entry is a cell and where it stands.
type entry struct {
	suites.Cell
	where string // suite, preset and grid; the grid alone where each side has one plan
	plan  *suites.Plan
	moves string // its optimiser by the settings in which those of both sides differ; empty where none does
}

type pair struct{ a, b entry }

// New compares two sides.
func New(a, b Side) (*Diff, error) {
	short := len(a.Plans) <= 1 && len(b.Plans) <= 1
	as, bs := a.entries(short), b.entries(short)
	tellApart(as, bs)
	d := &Diff{A: a.summary(len(as)), B: b.summary(len(bs)), Changed: []Change{}, Moved: []Metric{}, Environment: environment(a, b)}

	ids := map[string]entry{}
	for _, e := range bs {
		ids[e.ID] = e
	}
	var same []pair
	for _, e := range as {
		if x, ok := ids[e.ID]; ok {
			same = append(same, pair{e, x})
		}
	}
	d.Same = len(same)
	changed, onlyA, onlyB := match(as, bs, same)
	d.Removed, d.Added = groups(onlyA), groups(onlyB)
	for _, p := range changed {
		d.change(p, why(a, b, p))
	}
	if a.Store == nil || b.Store == nil {
		return d, nil
	}
	var err error
	if d.Numbers, err = numbers(a.Store, b.Store, same); err != nil {
		return nil, err
	}
	d.Moved, err = moved(a.Store, b.Store, changed)
	return d, err
}

// Empty says whether nothing at all is another.
func (d *Diff) Empty() bool {
	return len(d.Changed)+len(d.Added)+len(d.Removed)+len(d.Environment) == 0 && (d.Numbers == nil || d.Numbers.empty())
}

func (s Side) summary(cells int) Summary {
	out := Summary{Name: s.Name, Store: s.Store != nil, Plans: []string{}, Cells: cells}
	for _, p := range s.Plans {
		out.Plans = append(out.Plans, p.Suite+" ("+p.Preset+")")
	}
	return out
}

// entries lists every cell once, at its first place.
func (s Side) entries(short bool) (out []entry) {
	seen := map[string]bool{}
	for _, p := range s.Plans {
		for _, c := range p.Cells {
			if seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			where := c.Grid
			if !short {
				where = p.Suite + " (" + p.Preset + ") " + c.Grid
			}
			out = append(out, entry{Cell: c, where: where, plan: p})
		}
	}
	return out
}

// tellApart names the optimisers of cells by what they differ in.
func tellApart(sides ...[]entry) {
	values := map[string]map[string]bool{} // of an optimiser's setting
	key := func(o suites.Choice, name string) string { return o.Name + " " + name }
	for _, side := range sides {
		for _, e := range side {
			o := e.Optimiser()
			for name, v := range o.Params {
				k := key(o, name)
				if values[k] == nil {
					values[k] = map[string]bool{}
				}
				values[k][fmt.Sprint(v)] = true
			}
		}
	}
	for _, side := range sides {
		for i, e := range side {
			o := e.Optimiser()
			kept := suites.Choice{Name: o.Name, Params: map[string]any{}}
			for name, v := range o.Params {
				if len(values[key(o, name)]) > 1 {
					kept.Params[name] = v
				}
			}
			if len(kept.Params) > 0 {
				side[i].moves = kept.String()
			}
		}
	}
}

// match pairs the cells that are not the same by their labels, first inside one grid,
// then whatever the grid. In cells of one estimator, model and data set, a label is the
// seed and every setting that takes more than one value on either side: these tell the
// cells apart, so a cell with another of them is another cell. What is left is one
// value on each side, and may have changed.
func match(as, bs []entry, same []pair) (changed []pair, onlyA, onlyB []entry) {
	taken := map[string]bool{}
	for _, p := range same {
		taken[p.a.ID] = true
	}
	parts := func(e entry) string {
		return strings.Join([]string{e.Estimator.Name, e.Model.Name, e.Dataset.Name}, " x ")
	}
	free := func(e entry) bool { return !taken[e.ID] }
	for _, key := range []func(entry) string{func(e entry) string { return e.where + ": " + parts(e) }, parts} {
		inA, inB := grouped(as, key), grouped(bs, key)
		for _, k := range inA.order {
			if len(inB.of[k]) == 0 {
				continue
			}
			axes := varying(inA.of[k], inB.of[k])
			there := map[string][]entry{}
			for _, e := range inB.of[k] {
				if free(e) {
					l := label(e, axes)
					there[l] = append(there[l], e)
				}
			}
			for _, e := range inA.of[k] {
				l := label(e, axes)
				if free(e) && len(there[l]) > 0 {
					changed = append(changed, pair{e, there[l][0]})
					taken[e.ID], taken[there[l][0].ID] = true, true
					there[l] = there[l][1:]
				}
			}
		}
	}
	return changed, slices.DeleteFunc(slices.Clone(as), func(e entry) bool { return !free(e) }), slices.DeleteFunc(slices.Clone(bs), func(e entry) bool { return !free(e) })
}

type buckets struct {
	order []string
	of    map[string][]entry
}

func grouped(list []entry, key func(entry) string) buckets {
	b := buckets{of: map[string][]entry{}}
	for _, e := range list {
		k := key(e)
		if b.of[k] == nil {
			b.order = append(b.order, k)
		}
		b.of[k] = append(b.of[k], e)
	}
	return b
}

// varying names the settings that take several values in one of the lists, a missing
// one counted as a value, and the seed.
func varying(lists ...[]entry) map[string]bool {
	axes := map[string]bool{"seed": true}
	for _, list := range lists {
		first, seen := map[string]string{}, map[string]int{}
		for _, e := range list {
			for _, s := range e.Settings() {
				if v, ok := first[s.Name]; ok && v != s.Value {
					axes[s.Name] = true
				}
				first[s.Name] = s.Value
				seen[s.Name]++
			}
		}
		for name, n := range seen {
			if n < len(list) {
				axes[name] = true
			}
		}
	}
	return axes
}

func label(e entry, axes map[string]bool) string {
	var b strings.Builder
	for _, s := range e.Settings() {
		if axes[s.Name] {
			b.WriteString(s.Name + "=" + strconv.Quote(s.Value) + " ")
		}
	}
	return b.String()
}

// why lists what changed between two cells of the same labels.
func why(a, b Side, p pair) []Field {
	x, y := p.a.Settings(), p.b.Settings()
	if a.Hidden != nil && b.Hidden != nil {
		if h, k := a.Hidden(p.a.Cell), b.Hidden(p.b.Cell); h != nil && k != nil {
			x, y = append(x, h...), append(y, k...)
		}
	}
	in := map[string]suites.Setting{}
	for _, s := range y {
		in[s.Name] = s
	}
	var out []Field
	for _, s := range x {
		t, ok := in[s.Name]
		delete(in, s.Name)
		if s.Value != t.Value {
			out = append(out, Field{s.Name, s.Value, t.Value})
		}
		if ok && s.Version != t.Version {
			name := "numeric version of " + s.Name
			if s.Value == t.Value && !strings.HasPrefix(s.Name, "metric ") {
				name = strings.TrimSpace(name + " " + s.Value)
			}
			out = append(out, Field{name, strconv.Itoa(s.Version), strconv.Itoa(t.Version)})
		}
	}
	for _, s := range y { // in their order
		if _, left := in[s.Name]; left {
			out = append(out, Field{s.Name, "", s.Value})
		}
	}
	if len(out) == 0 {
		out = append(out, Field{"not told by either: the data, or a version under the parts", p.a.Short(), p.b.Short()})
	}
	return out
}

// change adds a pair to those that changed in the same way.
func (d *Diff) change(p pair, fields []Field) {
	for i := range d.Changed {
		if c := &d.Changed[i]; slices.Equal(c.Why, fields) {
			c.Cells++
			c.pairs = append(c.pairs, p)
			return
		}
	}
	d.Changed = append(d.Changed, Change{Why: fields, Cells: 1, Grid: p.a.where, Name: p.a.name() + " seed " + strconv.Itoa(p.a.Seed), A: p.a.ID, B: p.b.ID, pairs: []pair{p}})
}

// name is a cell without its seed, by the settings that are not the usual ones.
func (e entry) name() string {
	model, data := e.plan.Brief(e.Cell)
	name := e.Estimator.String() + " x " + model.String() + " x " + data.String()
	if e.moves != "" {
		name += " x " + e.moves
	}
	return name
}

func groups(list []entry) []Group {
	out := []Group{}
	at := map[[2]string]int{}
	for _, e := range list {
		key := [2]string{e.where, e.name()}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, Group{Grid: e.where, Name: e.name()})
		}
		out[i].Seeds = append(out[i].Seeds, e.Seed)
		out[i].Cells = append(out[i].Cells, e.ID)
	}
	for i := range out {
		slices.SortFunc(out[i].Seeds, cmp.Compare[int])
	}
	return out
}
