package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/vibench/bench/store"
)

// The appendix: every cell of a group's figure with how it ended and what it has last, and
// every configuration with all its settings. What other tables say leads here, by the
// short name of a configuration.

const mostCellNumbers = 200_000 // in the page: 20,000 cells have ten metrics each, the export has all

// appendix is the tables of settings and of cells.
func (r *Report) appendix(groups []*group) (list []*bulk) {
	settings := &bulk{ID: "settings", Caption: "Configurations with all their settings.", Show: 2,
		Heads: []Head{{Name: "No."}, {Name: "Settings"}}}
	cells := 0
	for _, g := range groups {
		for _, k := range g.Configs {
			settings.add(k.Ref, k.Full)
			cells += len(k.Cells)
		}
	}
	if settings.N() == 0 {
		return nil
	}
	for _, of := range byFigure(groups) {
		b := r.cellTable(fmt.Sprintf("cells-%d", len(list)+1), of, mostCellNumbers/cells)
		if b.settle(r.export()); !b.Few {
			b.Bare = r.configTable(of)
		}
		list = append(list, b)
	}
	settings.settle(r.export())
	return append(list, settings)
}

// configTable has a row a configuration, with means over its seeds: what stands in the page
// of cells that are too many for it.
func (r *Report) configTable(groups []*group) *bulk {
	ranked := newSet()
	for _, g := range groups {
		for _, m := range r.ranking(g) {
			ranked.add(m)
		}
	}
	if len(ranked.list) == 0 {
		for _, m := range groups[0].Metrics[:min(len(groups[0].Metrics), mostColumns)] {
			ranked.add(m)
		}
	}
	b := &bulk{Heads: []Head{{Name: "No."}, {Name: "Configuration"}, {Name: "Model and data"}, {Name: "Cells", Num: true}, {Name: "Done", Num: true}}}
	for _, m := range ranked.list {
		b.Heads = append(b.Heads, Head{"mean " + m, true})
	}
	for _, g := range groups {
		for _, k := range g.Configs {
			done := 0
			for _, c := range k.Cells {
				if result, ended := r.results.Cell(c.ID); ended && result.Outcome == store.Done {
					done++
				}
			}
			row := []any{k.Ref, k.Name, g.Title, float64(len(k.Cells)), float64(done)}
			for _, m := range ranked.list {
				var x []float64
				for _, c := range k.Cells { // in an order that maps have not
					if v, ok := k.last[m][c.Seed]; ok {
						x = append(x, v)
					}
				}
				mean := math.NaN()
				if len(x) > 0 {
					mean = summarize(x).mean
				}
				row = append(row, mean)
			}
			b.add(row...)
		}
	}
	return b
}

// byFigure joins neighbouring groups of one figure, whose cells share metrics.
func byFigure(groups []*group) (list [][]*group) {
	at := map[string]int{}
	for _, g := range groups {
		i, known := at[g.Figure]
		if !known {
			i = len(list)
			at[g.Figure] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], g)
	}
	return list
}

// cellTable has the cells of some groups with as many metrics as there is room for.
func (r *Report) cellTable(id string, groups []*group, most int) *bulk {
	b := &bulk{ID: id, Heads: []Head{{Name: "No."}, {Name: "Configuration"}, {Name: "Seed", Num: true}, {Name: "Outcome"}}, Again: r.Again()}
	logged := newSet()
	for _, g := range groups {
		for _, m := range r.ranking(g) {
			logged.add(m)
		}
	}
	for _, g := range groups {
		for _, m := range g.Metrics {
			logged.add(m)
		}
	}
	metrics := logged.list[:min(len(logged.list), most)]
	if len(groups) > 1 {
		b.Heads = slices.Insert(b.Heads, 2, Head{Name: "Model and data"})
	}
	b.Show = len(b.Heads) + 6
	for _, m := range metrics {
		b.Heads = append(b.Heads, Head{m, true})
	}
	b.Heads = append(b.Heads, Head{Name: "Cell"})
	for _, g := range groups {
		for _, k := range g.Configs {
			for _, c := range k.Cells {
				row := []any{k.Ref, k.Name}
				if len(groups) > 1 {
					row = append(row, g.Title)
				}
				row = append(row, float64(c.Seed), r.ended(c.ID))
				for _, m := range metrics {
					v, _, ok := r.results.Value(c.ID, m)
					if !ok || math.IsInf(v, 0) {
						v = math.NaN()
					}
					row = append(row, v)
				}
				b.add(append(row, shortID(c.ID))...)
			}
		}
	}
	b.Caption = "The last value of every metric."
	if left := len(logged.list) - len(metrics); left > 0 {
		b.Caption = fmt.Sprintf("The last value of %s; %s more: bench export has all.", plural(len(metrics), "metric", "metrics"), plural(left, "has", "have"))
	}
	if groups[0].Figure != "" {
		b.Caption = capital(groups[0].Figure) + ". " + b.Caption
	}
	return b
}

// ended says how a cell ended, and why where that is not plain.
func (r *Report) ended(id string) string {
	result, ended := r.results.Cell(id)
	if !ended {
		return "missing"
	}
	text := string(result.Outcome)
	if result.Outcome == store.Diverged {
		text += fmt.Sprintf(" at step %d", result.Step)
	}
	return join(": ", text, result.Reason)
}

// Again is the command that reruns the cells whose IDs follow and compares every bit.
func (r *Report) Again() string { return "bench verify " + r.storeName() }

// export is the command that has every number.
func (r *Report) export() string { return "bench export " + r.storeName() }

// storeOption is --store in a recorded command, whose arguments are quoted as for a shell.
var storeOption = regexp.MustCompile(` (?:--store[= ]('(?:[^']|'\\'')*'|[^\s']+)|'--store=((?:[^']|'\\'')*)')`)

// storeName is the store as the recorded commands name it, quoted as there; where they name
// several, as of the shares of machines, STORE.
func (r *Report) storeName() string {
	usual := "results/" + r.Suite + ".db"
	names := newSet()
	for _, p := range r.Provenance {
		name := usual
		if m := storeOption.FindStringSubmatch(p.Command); m != nil {
			if name = m[1]; name == "" {
				name = "'" + m[2] + "'"
			}
		}
		names.add(name)
	}
	switch len(names.list) {
	case 0:
		return usual
	case 1:
		return names.list[0]
	}
	return "STORE"
}
