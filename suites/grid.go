package suites

import (
	"cmp"
	"fmt"
	"slices"
)

// mostCells is how many cells a file may ask for.
const mostCells = 1_000_000

// grid is one grid of the file, expanded up to the seeds.
type grid struct {
	name    string
	presets []string
	combos  []*combo
	log     *node // its own or the suite's
}

// combo is a set of cells that differ in the seed alone.
type combo struct {
	cell  Cell   // without seed and ID
	data  [2]int // line and column of its data set
	seeds []int
	canonical
}

func (c *combo) cells(yield func(Cell) bool) {
	for _, seed := range c.seeds {
		cell := c.cell
		cell.Seed, cell.ID = seed, c.id(seed)
		if !yield(cell) {
			return
		}
	}
}

// grids expands every grid of the file.
func (p *pass) grids() []*grid {
	top := p.root.get("grid")
	if top == nil || top.kind == mapping {
		if top == nil {
			return nil
		}
		return p.grid(nil, top, "main")
	}
	var out []*grid
	first := map[string]int{}
	for _, n := range top.items() {
		name := "main"
		if at := n.get("name"); at != nil && at.kind == text {
			name = at.text
			if line, twice := first[name]; twice {
				p.bad(at, "grid name %q twice (first at line %d)", name, line)
			} else {
				first[name] = at.line
			}
		}
		out = p.grid(out, n, name)
	}
	return out
}

func (p *pass) grid(out []*grid, n *node, name string) []*grid {
	if n.kind != mapping {
		return out
	}
	if at := n.get("name"); at != nil && at.kind == text {
		name = at.text
	}
	g := &grid{name: name, presets: p.presetsOf(n)}
	base := Cell{
		Grid:      name,
		Precision: p.setting(n, "precision", "float32"),
		Unfit:     p.setting(n, "unfit", "refuse"),
	}
	if at := n.get("figure"); at != nil && at.kind == text {
		base.Figure = at.text
	}
	g.log = p.own(n, "log")
	if g.log == nil {
		p.bad(n, "grid %q logs nothing; add log: {metrics: [...]} to it or to the suite%s", name, have(names(p.cat.Metrics)))
	} else {
		base.Metrics = p.metrics(g.log)
	}
	estimators, models, datasets := p.choices(n.get("estimator"), "estimator"), p.choices(n.get("model"), "model"), p.choices(n.get("dataset"), "dataset")
	trains := p.resolved(p.trainings(p.own(n, "train")), datasets)
	seeds := p.seeds(n.get("seed"))
	size := 1
	for _, k := range []int{len(estimators), len(models), len(datasets), len(trains), len(seeds)} {
		size *= min(k, mostCells+1) // factors of a million stay within an int64
		if size > mostCells {
			break
		}
	}
	if p.cells += size; p.cells > mostCells {
		p.bad(n, "grid %q brings the suite to more than %d cells", name, mostCells)
		p.cells = 0 // said once; the file is refused anyway
		return append(out, g)
	}
	if len(seeds) == 0 {
		return append(out, g)
	}
	for _, e := range estimators {
		for _, m := range models {
			for i, d := range datasets {
				for _, t := range trains {
					c := base
					c.Estimator, c.Model, c.Dataset, c.Train = e.Choice, m.Choice, d.Choice, t[i]
					c.Line, c.Column = e.line, e.col
					g.combos = append(g.combos, &combo{c, [2]int{d.line, d.col}, seeds, p.canonical(c)})
				}
			}
		}
	}
	return append(out, g)
}

// own is a block of the grid itself, else the suite's: the whole block, never a
// mixture of both.
func (p *pass) own(n *node, key string) *node {
	return cmp.Or(n.get(key), p.root.get(key))
}

func (p *pass) setting(n *node, key, standard string) string {
	if v := p.own(n, key); v != nil && v.kind == text {
		return v.text
	}
	return standard
}

// seeds reads a number, a range, or a list of those.
func (p *pass) seeds(n *node) []int {
	var out []int
	seen := map[int]bool{}
	for _, item := range n.items() {
		if i, ok := item.whole(); item.kind != text && (!ok || i < 0) {
			continue
		}
		some, err := parseSeeds(item.canonical())
		if err != nil {
			p.bad(item, "seed: %v", err)
			continue
		}
		for _, i := range some {
			if seen[i] {
				p.bad(item, "seed: %d twice", i)
				break
			}
			seen[i] = true
			out = append(out, i)
		}
	}
	return out
}

// presetsOf is the presets that a grid or a claim belongs to.
func (p *pass) presetsOf(n *node) []string {
	at := n.get("preset")
	if at == nil {
		return []string{p.preset}
	}
	var out []string
	for _, item := range at.items() {
		if item.kind != text {
			continue
		}
		if p.declared != nil && !slices.Contains(p.declared, item.text) {
			p.bad(item, "unknown preset %q%s%s", item.text, meant(item.text, p.declared), have(p.declared))
			continue
		}
		out = append(out, item.text)
	}
	return out
}

// duplicates reports cells that one preset asks for twice: one report for a pair
// of places, however many cells they share.
func (p *pass) duplicates(preset string, combos []*combo) {
	type where struct{ line, col int }
	first := make(map[string]*combo)
	told := map[[2]where]bool{}
	for _, c := range combos {
		for cell := range c.cells {
			other, twice := first[cell.ID]
			if !twice {
				first[cell.ID] = c
				continue
			}
			pair := [2]where{{other.cell.Line, other.cell.Column}, {c.cell.Line, c.cell.Column}}
			if told[pair] {
				continue
			}
			told[pair] = true
			in := ""
			if len(p.presets) > 1 {
				in = fmt.Sprintf(" in preset %q", preset)
			}
			p.report(c.cell.Line, c.cell.Column, fmt.Sprintf("the same cell twice%s: %s (grid %q, first at %d:%d in grid %q)",
				in, cell, c.cell.Grid, other.cell.Line, other.cell.Column, other.cell.Grid))
		}
	}
}

// emittedTwice reports metrics of one log that write the same name, such as snr
// at two values of r: a store could not tell them apart.
func (p *pass) emittedTwice(g *grid) {
	if p.cat.Emits == nil || len(g.combos) == 0 {
		return
	}
	cell := g.combos[0].cell
	from := map[string]string{}
	for _, m := range cell.Metrics {
		alone := cell
		alone.Metrics = []Choice{m}
		emitted := p.cat.Emits(alone)
		slices.Sort(emitted)
		for _, name := range slices.Compact(emitted) {
			if other, twice := from[name]; twice {
				p.bad(g.log, "metric %q is logged twice, by %s and %s", name, other, m)
				return
			}
			from[name] = m.String()
		}
	}
}
