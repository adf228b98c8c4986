package report

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
)

// A Figure is one drawing with what a reader needs beside it.
type Figure struct {
	ID      string // unique in the page, and a file name
	Title   string
	Caption string
	Desc    string // alternative text, from the data
	SVG     template.HTML
	Legend  []Key
	Shared  string // what all configurations of the legend or of the rows have in common
	Failed  string // why there is no drawing
	Data    [][]string

	painting
}

// mostPanels keeps the page of a suite with many grids light.
const mostPanels = 12

// A drawing is a figure to be made under an ID.
type drawing struct {
	title string
	draw  func(id string) Figure
}

// Figures draws the growth laws that slopes are claimed of, the effects of all claims, and
// what the cells have logged in training and at its end. A figure
// that cannot be drawn says why and spoils nothing.
//
// The arrays that some of them show are read from the store that the report was
// made of, which must still be open.
func (r *Report) Figures() []Figure { return r.figures("") }

// figures have IDs with a prefix, where a page has several reports.
func (r *Report) figures(prefix string) []Figure {
	cells := distinct(r.plan.Cells)
	styles := newLooks(cells)
	var list []drawing
	laws := slopeGroups(r.plan, cells)
	for _, g := range laws {
		list = append(list, drawing{g.title(), func(id string) Figure { return g.draw(id, r.results, r.arrays, styles) }})
	}
	for _, g := range forestGroups(r.Claims) {
		list = append(list, drawing{g.title, g.draw})
	}
	all := r.panels(cells, styles)
	list = append(list, classical(all)...)
	panels, more := 0, 0
	for _, p := range all {
		some := p.drawings(laws)
		switch {
		case len(some) == 0:
		case panels == mostPanels:
			more++
		default:
			panels++
			list = append(list, some...)
		}
	}
	if more > 0 {
		reason := fmt.Sprintf("no room: %s more, whose numbers are in the tables", plural(more, "grid or data set has", "grids and data sets have"))
		list = append(list, drawing{"Further figures", func(string) Figure { return failed(reason) }})
	}
	figures := make([]Figure, len(list))
	for i, d := range list {
		id := fmt.Sprintf("%sfig-%d", prefix, i+1)
		figures[i] = guarded(id, d.title, func() Figure { return d.draw(id) })
	}
	return figures
}

// drawings are the figures of a panel: training, then its end.
func (p *panel) drawings(laws []*slopeGroup) []drawing {
	var list []drawing
	add := func(title string, draw func(id string) Figure) { list = append(list, drawing{title, draw}) }
	vectors, err := p.vectors()
	for _, size := range dictionarySizes(vectors) { // what is looked at before any number
		add(p.title(dictionaryTitle), func(id string) Figure { return p.drawDictionaries(id, size) })
	}
	list = append(list, p.components(vectors)...)
	list = append(list, p.whole().temperatures()...)
	list = append(list, p.whole().sweeps(laws)...)
	shown, left := p.curves()
	for i, m := range shown {
		note := ""
		if i == len(shown)-1 && len(left) > 0 {
			note = p.leftOut(left)
		}
		add(p.curveTitle(m), func(id string) Figure { return p.curve(id, m, note) })
	}
	if p.hasEntropies() && len(p.steps(entropyBound)) > 1 {
		add(p.title(entropiesTitle), p.drawEntropies)
	}
	for _, s := range signals() {
		if p.signalled(s) {
			add(p.title(s.title), func(id string) Figure { return p.drawSignals(id, s) })
		}
	}
	if kl, nll, ok := p.story(); ok {
		add(p.title(storyTitle), func(id string) Figure { return p.drawStory(id, kl, nll) })
	}
	if err != nil {
		add(p.title("Arrays"), func(string) Figure { return failed(err.Error()) })
	}
	for _, v := range vectors {
		switch of := strings.TrimPrefix(v, "train/"); {
		case strings.HasPrefix(of, "ess@"):
			add(p.essTitle(v), func(id string) Figure { return p.drawESS(id, v) })
		case strings.HasPrefix(of, codeHistogram):
			add(p.codesTitle(v), func(id string) Figure { return p.drawCodes(id, v) })
		}
	}
	if slices.Contains(p.metrics, activeUnits) {
		add(p.title("Active units"), p.drawUnits)
	}
	if slices.Contains(vectors, activeUnits) {
		add(p.title(spectrumTitle), p.drawSpectrum)
	}
	for _, split := range []string{"", "train/"} {
		if _, _, ok := p.sparsity(split); ok {
			add(p.sparsityTitle(split), func(id string) Figure { return p.drawSparsity(id, split) })
		}
		of := split + "gap"
		if one, two := gapNames(of); slices.Contains(p.metrics, one) && slices.Contains(p.metrics, two) {
			add(p.gapTitle(of), func(id string) Figure { return p.drawGaps(id, of) })
		}
	}
	for _, size := range pictureSizes(vectors) {
		add(p.title(pictureTitle), func(id string) Figure { return p.drawPictures(id, size) })
	}
	return list
}

// classical are the figures of models whose answers are known, each of all grids of a data set.
func classical(panels []*panel) (list []drawing) {
	for _, figures := range []func([]*panel) []drawing{
		traceFigures, closedGapFigures, orderFigures, varianceFigures, chainFigures, collapseFigures, shareFigures, itemFigures,
	} {
		list = append(list, figures(panels)...)
	}
	return list
}

// guarded keeps a panic of the plotting library inside its figure.
func guarded(id, title string, f func() Figure) (fig Figure) {
	defer func() {
		if p := recover(); p != nil {
			fig = Figure{Failed: fmt.Sprintf("report: figure: %v", p)}
		}
		fig.ID, fig.Title = id, title
		fig.share()
	}()
	return f()
}

// soft lets a text break between and in its settings.
func soft(text string) template.HTML {
	return template.HTML(softly.Replace(html.EscapeString(text)))
}

var softly = strings.NewReplacer("{", "{<wbr>", ", ", ", ", ",", ",<wbr>", "=", "=<wbr>")

// failed is a figure without a drawing.
func failed(reason string) Figure { return Figure{Failed: reason} }
