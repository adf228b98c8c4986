package report

import (
	"fmt"
	"math"
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
		list = append(list, r.cellTable(fmt.Sprintf("cells-%d", len(list)+1), of, mostCellNumbers/cells))
	}
	list = append(list, settings)
	for _, b := range list {
		b.Few = b.N()*len(b.Heads) <= mostTexts
	}
	return list
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
func (r *Report) Again() string { return "bench verify results/" + r.Suite + ".db" }
