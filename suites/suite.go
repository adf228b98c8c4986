package suites

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Suite is a file that Parse found no fault in. It keeps its text and catalog,
// so that Plan can apply patches to the document and read it again.
type Suite struct {
	File    string
	Name    string
	About   string
	Default string   // the default preset
	Presets []Preset // sorted by name

	text   []byte
	cat    Catalog
	src    source
	grids  []*grid
	claims []claim
	beside []published
	absent []NotRun

	primaries []primary
}

// A Preset is a part of a suite that runs at once: quick, paper.
type Preset struct{ Name, About string }

// Options narrow and change what Plan makes of a suite.
type Options struct {
	Preset string   // empty: the suite's default
	Seeds  string   // "0..3", "0,2,5": replaces the seeds of every grid; claims keep their number
	Set    []string // path=value patches, see Plan
	Only   []string // label=value or label!=value; one label's values are alternatives, labels add up

	// Reserved is for the regression gate alone: the first of its FreshSeeds reserved
	// seeds, which then stand in place of the suite's, in a plan of its own preset that
	// claims nothing. 0: none.
	Reserved int
}

// pass is one reading of a file: it collects problems and goes on.
type pass struct {
	src      source
	root     *node
	cat      Catalog
	preset   string   // the default
	presets  []string // all that there are
	declared []string // the presets block's; nil without one
	cells    int
	problems []Problem
}

func (p *pass) report(line, col int, msg string) {
	p.problems = append(p.problems, p.src.problem(line, col, msg))
}

func (p *pass) bad(n *node, format string, args ...any) {
	p.report(n.line, n.col, fmt.Sprintf(format, args...)+patched(n.from))
}

// Parse reads a suite file. Its error is an *Errors with every fault of the
// file: YAML's, the schema's, and what only the expanded grid shows. A catalog
// at fault is a plain error.
func Parse(file string, text []byte, cat Catalog) (*Suite, error) {
	return parse(file, text, cat, nil)
}

func parse(file string, text []byte, cat Catalog, patches []string) (*Suite, error) {
	if err := cat.Check(); err != nil {
		return nil, err
	}
	root, src, problems := read(file, text)
	if root == nil || len(problems) > 0 {
		// a tree with holes would only report its holes again
		return nil, NewErrors(problems)
	}
	if err := patch(root, cat, patches); err != nil {
		return nil, err
	}
	faults, err := validate(src, root, cat)
	if err != nil {
		return nil, err
	}
	p := &pass{src: src, root: root, cat: cat}
	for _, f := range faults {
		p.problems = append(p.problems, f.Problem)
	}
	if root.kind != mapping {
		return nil, NewErrors(p.problems)
	}
	s := &Suite{File: file, text: slices.Clone(text), cat: cat, src: src}
	s.read(p, faults)
	if err := NewErrors(p.problems); err != nil {
		return nil, err
	}
	return s, nil
}

// read fills the suite in. Claims are held against the cells only when the cells
// are what the author meant, that is when nothing outside claims is wrong.
func (s *Suite) read(p *pass, faults []fault) {
	s.Name, s.About = textOf(p.root.get("suite")), strings.TrimSpace(textOf(p.root.get("about")))
	p.readPresets()
	s.Default = p.preset
	s.grids = p.grids()
	p.collectPresets(s.grids)
	for _, name := range p.presets {
		s.Presets = append(s.Presets, Preset{name, textOf(p.root.get("presets").get(name))})
	}
	sound := p.cells > 0 && len(p.problems) == countUnder(faults, "claims")+countUnder(faults, "published")+countUnder(faults, "primary")
	if sound {
		for _, g := range s.grids {
			p.emittedTwice(g)
		}
		for _, name := range p.presets {
			p.duplicates(name, combosOf(s.grids, name))
		}
	}
	s.claims, s.beside, s.absent = p.claims(faults), p.published(faults), p.notRun()
	s.primaries = p.primary(faults)
	if !sound {
		return
	}
	views := map[string]*view{}
	for _, name := range p.presets {
		combos := combosOf(s.grids, name)
		if p.tooMany(s.claims, len(combos)) {
			return
		}
		v := newView(combos)
		views[name] = v
		for _, c := range s.claims {
			if c.sound && slices.Contains(c.presets, name) {
				p.check(c, v, name)
			}
		}
	}
	for _, b := range s.beside {
		if b.sound {
			p.beside(b, views)
		}
	}
	if len(s.primaries) > 0 {
		p.holdPrimary(s.primaries, views[GatePreset])
	}
}

func textOf(n *node) string {
	if n == nil {
		return ""
	}
	return n.text
}

func countUnder(faults []fault, key string) int {
	n := 0
	for _, f := range faults {
		if len(f.path) > 0 && f.path[0] == key {
			n++
		}
	}
	return n
}

func (p *pass) readPresets() {
	p.preset = "quick"
	given := p.root.get("preset")
	if given != nil && given.kind == text {
		p.preset = given.text
	}
	block := p.root.get("presets")
	if block == nil || block.kind != mapping {
		return
	}
	p.declared = slices.Sorted(slices.Values(block.keyNames()))
	if slices.Contains(p.declared, p.preset) {
		return
	}
	if given == nil {
		p.bad(block, "presets: no %q, which is the default; add it or preset: NAME%s", p.preset, have(p.declared))
		return
	}
	p.bad(given, "unknown preset %q%s%s", p.preset, meant(p.preset, p.declared), have(p.declared))
}

// collectPresets lists the presets: those declared, else those that grids name.
func (p *pass) collectPresets(grids []*grid) {
	all := map[string]bool{p.preset: true}
	for _, name := range p.declared {
		all[name] = true
	}
	for _, g := range grids {
		for _, name := range g.presets {
			all[name] = true
		}
	}
	p.presets = slices.Sorted(maps.Keys(all))
	for _, name := range p.presets {
		if len(p.problems) == 0 && len(combosOf(grids, name)) == 0 {
			p.bad(p.root.get("grid"), "preset %q has no grid", name)
		}
	}
}

func combosOf(grids []*grid, preset string) []*combo {
	var out []*combo
	for _, g := range grids {
		if slices.Contains(g.presets, preset) {
			out = append(out, g.combos...)
		}
	}
	return out
}

// Problem is a problem at a place of this suite, with its excerpt; for those who
// find faults later, such as a pair that does not fit at a cell's line.
func (s *Suite) Problem(line, col int, msg string) Problem { return s.src.problem(line, col, msg) }

// DataProblem is a problem at the data set of a cell; at the cell's own place where a
// patch gave it that data set.
func (s *Suite) DataProblem(c Cell, msg string) Problem {
	name := c.Dataset.String()
	for _, g := range s.grids {
		for _, x := range g.combos {
			if at := x.cell; at.Grid == c.Grid && at.Line == c.Line && at.Column == c.Column && at.Dataset.String() == name {
				return s.Problem(x.data[0], x.data[1], msg)
			}
		}
	}
	return s.Problem(c.Line, c.Column, msg)
}

// Plan resolves the suite under one preset.
//
// A patch of Options.Set is path=value. The path's steps are separated by dots
// and lead through the file: a step is a key of a mapping, or of a list the
// element's index, its name or id, the single key of an element such as {iwae:
// {k: 64}} (and leads to what the key holds), or the text of a scalar element.
// The value is YAML and replaces what the path leads to. All steps must exist
// but the last, which may add a key to a mapping; a step below a bare name turns
// the name into a mapping first. Examples:
//
//	train.steps=10
//	log.metrics.snr.r=100
//	log.metrics.iwae@64.k=32
//	grid.reference.dataset.lineargaussian.n=4
//	grid.0.seed=0..3
//
// The patched document is validated as the file was; errors name the patch.
func (s *Suite) Plan(o Options) (*Plan, error) {
	if len(o.Set) > 0 {
		patched, err := parse(s.File, s.text, s.cat, o.Set)
		if err != nil {
			return nil, err
		}
		s = patched
	}
	preset := o.Preset
	if preset == "" {
		preset = s.Default
	}
	if known := s.presetNames(); !slices.Contains(known, preset) {
		return nil, fmt.Errorf("preset: unknown, got %q%s%s", preset, meant(preset, known), have(known))
	}
	plan := &Plan{Suite: s.Name, Preset: preset, About: s.About, Words: s.words(preset), Text: string(s.text), File: s.File, Set: o.Set, NotRun: s.absent, Narrowed: o.Seeds != "" || len(o.Only) > 0}

	if preset == GatePreset {
		for _, e := range s.primaries {
			plan.Primary = append(plan.Primary, e.Primary)
		}
	}
	combos := combosOf(s.grids, preset)
	// claims are resolved on the cells of the file: narrowing leaves them open
	check := &pass{src: s.src, cat: s.cat, preset: s.Default, presets: s.presetNames()}
	v := newView(combos)
	for _, c := range s.claims {
		if slices.Contains(c.presets, preset) {
			plan.Claims = append(plan.Claims, check.check(c, v, preset))
		}
	}
	for _, b := range s.beside {
		if !slices.Contains(b.presets, preset) {
			continue
		}
		if t, ok := b.in(v); ok {
			plan.Published = append(plan.Published, t)
		}
	}
	if err := NewErrors(check.problems); err != nil {
		return nil, err
	}
	for i := range plan.Claims {
		plan.Claims[i].Cells = len(plan.Claims[i].Select(cellsOf(combos)))
	}
	seeds, err := seedsOption(o.Seeds)
	if err != nil {
		return nil, err
	}
	if o.Reserved != 0 {
		if seeds, err = reserved(o.Reserved); err != nil {
			return nil, err
		}
		plan.Preset += FreshPreset
		plan.Claims, plan.Published = nil, nil
	}
	for _, c := range combos {
		if seeds != nil {
			c = &combo{c.cell, c.data, seeds, c.canonical}
		}
		plan.Cells = slices.AppendSeq(plan.Cells, c.cells)
	}
	if seeds != nil {
		plan.Cells = firstOfEach(plan.Cells)
	}
	if len(plan.Cells) > mostCells {
		return nil, fmt.Errorf("seeds: %s makes %d cells; at most %d", o.Seeds, len(plan.Cells), mostCells)
	}
	plan.Cells, err = only(plan.Cells, o.Only)
	if err != nil {
		return nil, err
	}
	plan.Rows = rowsOf(plan.Cells, s.cat)
	plan.Defaults = defaultsOf(plan.Cells, s.cat)
	return plan, nil
}

// words are what the suite says of a preset.
func (s *Suite) words(preset string) string {
	for _, p := range s.Presets {
		if p.Name == preset {
			return strings.TrimSpace(p.About)
		}
	}
	return ""
}

// defaultsOf is Plan.Defaults of some cells.
func defaultsOf(cells []Cell, cat Catalog) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, c := range cells {
		for _, p := range c.parts()[1:3] { // model and data set
			key := p.noun + " " + p.choice.Name
			if out[key] != nil {
				continue
			}
			out[key] = map[string]string{}
			e, _ := find(cat.group(p.noun), p.choice.Name)
			for _, param := range e.Params {
				if param.Default == nil {
					continue
				}
				if v, ok := param.own(param.Default); ok {
					out[key][param.Name] = formatValue(v)
				}
			}
		}
	}
	return out
}

// Brief is a cell's model and data set with those parameters that are not at their
// defaults, as people speak of them.
func (p *Plan) Brief(c Cell) (model, dataset Choice) {
	of := func(noun string, c Choice) Choice {
		usual := p.Defaults[noun+" "+c.Name]
		kept := Choice{Name: c.Name, Params: map[string]any{}}
		for name, v := range c.Params {
			if text, known := usual[name]; !known || text != formatValue(v) {
				kept.Params[name] = v
			}
		}
		return kept
	}
	return of("model", c.Model), of("dataset", c.Dataset)
}

// rowsOf is how many data each data set has, nil where the catalog does not say.
func rowsOf(cells []Cell, cat Catalog) map[string]int {
	if cat.Rows == nil {
		return nil
	}
	rows, last := map[string]int{}, ""
	for _, c := range cells {
		name := c.Dataset.String()
		if name == last {
			continue // seeds of one configuration stand together
		}
		last = name
		if _, known := rows[name]; !known {
			rows[name] = cat.Rows(c.Dataset)
		}
	}
	maps.DeleteFunc(rows, func(_ string, n int) bool { return n <= 0 })
	return rows
}

func (s *Suite) presetNames() []string {
	out := make([]string, len(s.Presets))
	for i, p := range s.Presets {
		out[i] = p.Name
	}
	return out
}

func seedsOption(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	seeds, err := parseSeeds(text)
	if err != nil {
		return nil, fmt.Errorf("seeds: %w", err)
	}
	return seeds, nil
}

// firstOfEach drops repeated cells: grids that differed only in their seeds meet
// when all are given the same ones.
func firstOfEach(cells []Cell) []Cell {
	seen := make(map[string]bool, len(cells))
	return slices.DeleteFunc(cells, func(c Cell) bool {
		twice := seen[c.ID]
		seen[c.ID] = true
		return twice
	})
}

func cellsOf(combos []*combo) []Cell {
	var out []Cell
	for _, c := range combos {
		out = slices.AppendSeq(out, c.cells)
	}
	return out
}
