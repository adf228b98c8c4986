package report

import (
	"fmt"
	"html/template"
)

// A Figure is one drawing with what a reader needs beside it.
type Figure struct {
	ID      string // unique in the page, and a file name
	Title   string
	Caption string
	Desc    string // alternative text, from the data
	SVG     template.HTML
	Legend  []Key
	Failed  string // why there is no drawing
	Data    [][]string
}

// A Key is one entry of a legend, kept outside the drawing so that it can never
// cover data.
type Key struct {
	Sample template.HTML
	Label  string
}

// Figures draws the growth laws that slopes are claimed of, then the effects of
// all other claims. A figure that cannot be drawn says why and spoils nothing.
func (r *Report) Figures() []Figure {
	cells := distinct(r.plan.Cells)
	styles := newLooks(cells)
	var figures []Figure
	for _, g := range slopeGroups(r.plan, cells) {
		id := fmt.Sprintf("fig-%d", len(figures)+1)
		figures = append(figures, guarded(id, g.title(), func() Figure { return g.draw(id, r.results, styles) }))
	}
	for _, g := range forestGroups(r.Claims) {
		id := fmt.Sprintf("fig-%d", len(figures)+1)
		figures = append(figures, guarded(id, g.title, func() Figure { return g.draw(id) }))
	}
	return figures
}

// guarded keeps a panic of the plotting library inside its figure.
func guarded(id, title string, f func() Figure) (fig Figure) {
	defer func() {
		if p := recover(); p != nil {
			fig = Figure{Failed: fmt.Sprintf("report: figure: %v", p)}
		}
		fig.ID, fig.Title = id, title
	}()
	return f()
}

// failed is a figure without a drawing.
func failed(reason string) Figure { return Figure{Failed: reason} }
