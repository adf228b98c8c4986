package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A task is what two sides are compared on: a model, a data set, a training, in all
// that both sides share, and the cells of both by seed.
type task struct {
	shared []trait
	apart  []trait // and the settings that only one of them has, to tell tasks apart
	a, b   string  // what each side is here, with the settings that the other has not
	cells  map[int]pair
	aOnly  []int // seeds without a cell of the other side
	bOnly  []int
}

// A pair is two cells of one seed.
type pair struct{ a, b suites.Cell }

// Cells returns the cells of a plan that pairs of a side and any of some others are
// made of, each once, in the plan's order: what has to be run to compare them. Where
// there is no pair at all the error says why.
func Cells(plan *suites.Plan, a Side, bs []Side) ([]suites.Cell, error) {
	used := map[string]bool{}
	var left []string
	for _, b := range bs {
		if err := overlap(plan.Cells, a, b); err != nil {
			return nil, err
		}
		tasks, out := pairs(plan.Cells, plan.Cells, a, b, "")
		left = append(left, out...)
		for _, t := range tasks {
			for _, p := range t.cells {
				used[p.a.ID], used[p.b.ID] = true, true
			}
		}
	}
	if len(used) == 0 {
		c := comparison{a: a}
		c.sa.Name, c.sa.Results = plan.Suite, store.NewResults(plan, nil)
		c.sb = c.sa
		for _, side := range append([]Side{a}, bs...) {
			if err := c.some(c.sa, side); err != nil {
				return nil, err
			}
		}
		return nil, fmt.Errorf("compare: %s and %s: no cells that go together%s", a.Name, namesOf(bs), because(left))
	}
	var out []suites.Cell
	for _, c := range plan.Cells {
		if used[c.ID] {
			used[c.ID] = false
			out = append(out, c)
		}
	}
	return out, nil
}

// overlap is an error if both sides pick a cell: it would be compared with itself.
func overlap(cells []suites.Cell, a, b Side) error {
	for _, c := range cells {
		if a.Picks(c) && b.Picks(c) {
			return fmt.Errorf("compare: %s and %s: both pick %s; want sides without a common cell", a.Name, b.Name, c)
		}
	}
	return nil
}

func namesOf(sides []Side) string {
	var names []string
	for _, s := range sides {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// group is the cells that agree on all that the sides share.
type group struct {
	kept []trait
	a, b sideCells
}

// sideCells are one side's cells of a group, by what only that side is.
type sideCells struct {
	order []string // configurations, in the order of the plan
	own   map[string][]trait
	cells map[string]map[int]suites.Cell
}

func (s *sideCells) add(dropped []trait, c suites.Cell) {
	if s.own == nil {
		s.own, s.cells = map[string][]trait{}, map[string]map[int]suites.Cell{}
	}
	key := textOf(dropped)
	if s.cells[key] == nil {
		s.order = append(s.order, key)
		s.own[key], s.cells[key] = dropped, map[int]suites.Cell{}
	}
	if _, twice := s.cells[key][c.Seed]; !twice { // two grids that differ in nothing that counts here
		s.cells[key][c.Seed] = c
	}
}

// pairs sorts the cells of two sides into tasks, in the order of a's plan, and says
// which configurations are left out and why. With a metric, cells that measure it in
// different ways do not go together, and those that do not log it are no cells.
func pairs(as, bs []suites.Cell, a, b Side, metric string) (tasks []*task, left []string) {
	labels := differ(a, b)
	named := func(c suites.Cell) bool { _, ok := measured(c, metric); return ok }
	byMetric := metric != "" && (slices.ContainsFunc(as, named) || slices.ContainsFunc(bs, named))
	groups := map[string]*group{}
	var order []*group
	sort := func(cells []suites.Cell, s Side, to func(*group) *sideCells) {
		for _, c := range cells {
			if !s.Picks(c) || byMetric && !named(c) {
				continue
			}
			kept, dropped := besides(traits(c, metric), labels)
			key := textOf(kept)
			if groups[key] == nil {
				groups[key] = &group{kept: kept}
				order = append(order, groups[key])
			}
			to(groups[key]).add(dropped, c)
		}
	}
	sort(as, a, func(g *group) *sideCells { return &g.a })
	sort(bs, b, func(g *group) *sideCells { return &g.b })
	kept, same := make([][]trait, len(order)), make([]string, len(order))
	for i, g := range order {
		kept[i] = g.kept
	}
	for i, place := range where(kept, same) {
		if place != "" {
			place = " (" + place + ")"
		}
		t, l := order[i].tasks(a, b, place)
		tasks, left = append(tasks, t...), append(left, l...)
	}
	return tasks, left
}

// tasks pairs the configurations of a group: one with one as they are; of several,
// those that agree in the settings both have, or, where none does, in the whole
// numbers among them, such as k. One may go with several, each a task; several with
// several are left out: which with which is not for us to say.
func (g *group) tasks(a, b Side, place string) (out []*task, left []string) {
	if len(g.a.order) == 1 && len(g.b.order) == 1 {
		return []*task{g.task(g.a.order[0], g.b.order[0], nil)}, nil
	}
	taken := map[string]bool{}
	for _, x := range g.a.order {
		if len(g.b.order) == 0 {
			left = append(left, fmt.Sprintf("%s%s: %s", g.a.name(x, a), place, lacking(b, a)))
			continue
		}
		partners, shared := g.partners(x)
		if len(partners) == 0 {
			left = append(left, fmt.Sprintf("%s%s: no %s with the same settings", g.a.name(x, a), place, b.Name))
			continue
		}
		rivals := 0
		var names []string
		for _, y := range partners {
			taken[y] = true
			names = append(names, g.b.name(y, b))
			rivals = max(rivals, len(g.a.partners(g.b.own[y], shared)))
		}
		if len(partners) > 1 && rivals > 1 {
			left = append(left, fmt.Sprintf("%s%s: goes with %s, and they with others; name one of each", g.a.name(x, a), place, strings.Join(names, " and ")))
			continue
		}
		for _, y := range partners {
			out = append(out, g.task(x, y, shared))
		}
	}
	for _, y := range g.b.order {
		if !taken[y] {
			why := lacking(a, b)
			if len(g.a.order) > 0 {
				why += " with the same settings"
			}
			left = append(left, fmt.Sprintf("%s%s: %s", g.b.name(y, b), place, why))
		}
	}
	return out, left
}

// lacking says that there is no cell of a side to go with one of another: of two
// stores, that the one has none.
func lacking(side, other Side) string {
	if len(differ(side, other)) == 0 {
		return "not in " + side.Name
	}
	return "no " + side.Name
}

// partners are the configurations of b that go with one of a, and the settings in
// which they agree; all of them where there is none in common and a has no other.
func (g *group) partners(x string) (names []string, shared []string) {
	all, counts := common(g.a.own[x], g.b)
	if len(all) == 0 && (len(g.a.order) == 1 || len(g.b.order) == 1) {
		return g.b.order, []string{}
	}
	for _, keys := range [][]string{all, counts} {
		if names = g.b.partners(g.a.own[x], keys); len(names) > 0 {
			return names, keys
		}
	}
	return nil, nil
}

// common are the settings that one configuration shares with others, and those of
// them that are whole numbers.
func common(own []trait, others sideCells) (all, counts []string) {
	for _, t := range own {
		if !strings.Contains(t.key, ".") && !strings.Contains(t.key, "/") {
			continue // a name: in it they differ
		}
		for _, list := range others.own {
			if slices.ContainsFunc(list, func(u trait) bool { return u.key == t.key }) {
				all = append(all, t.key)
				if _, err := strconv.Atoi(t.value); err == nil {
					counts = append(counts, t.key)
				}
				break
			}
		}
	}
	return all, counts
}

// partners are the configurations that have the same values of some settings, of
// those settings that they have; with none in common nothing is a partner.
func (s *sideCells) partners(own []trait, keys []string) (names []string) {
	for _, y := range s.order {
		common := 0
		same := true
		for _, t := range own {
			if !slices.Contains(keys, t.key) {
				continue
			}
			if i := slices.IndexFunc(s.own[y], func(u trait) bool { return u.key == t.key }); i >= 0 {
				common++
				same = same && s.own[y][i].value == t.value
			}
		}
		if same && common > 0 {
			names = append(names, y)
		}
	}
	return names
}

func (s *sideCells) name(key string, of Side) string {
	if text := whole(s.own[key]); text != "" {
		return text
	}
	return of.Name
}

// task pairs two configurations; agreed are settings of theirs in which they agree,
// and which therefore belong to the task.
func (g *group) task(x, y string, agreed []string) *task {
	t := &task{cells: map[int]pair{}}
	ownA, ownB := g.a.own[x], g.b.own[y]
	for _, u := range ownA {
		if i := slices.IndexFunc(ownB, func(v trait) bool { return v == u }); i >= 0 && (agreed == nil || slices.Contains(agreed, u.key)) {
			t.shared = append(t.shared, u)
		}
	}
	t.shared = append(t.shared, g.kept...)
	t.apart = slices.Clone(t.shared)
	for _, u := range slices.Concat(ownA, ownB) {
		if strings.ContainsAny(u.key, "./") && !slices.ContainsFunc(t.apart, func(v trait) bool { return v.key == u.key }) {
			t.apart = append(t.apart, u)
		}
	}
	t.a, t.b = whole(ownA), whole(ownB)
	for seed, c := range g.a.cells[x] {
		if d, ok := g.b.cells[y][seed]; ok {
			t.cells[seed] = pair{c, d}
		} else {
			t.aOnly = append(t.aOnly, seed)
		}
	}
	for seed := range g.b.cells[y] {
		if _, ok := g.a.cells[x][seed]; !ok {
			t.bOnly = append(t.bOnly, seed)
		}
	}
	slices.Sort(t.aOnly)
	slices.Sort(t.bOnly)
	return t
}

// seeds are those of the pairs, sorted.
func (t *task) seeds() []int {
	var out []int
	for seed := range t.cells {
		out = append(out, seed)
	}
	slices.Sort(out)
	return out
}
