package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Item characteristic curves: the chance of a right answer against ability, item by item
// (Birnbaum 1968),
//
//	P(theta) = g + (1-g) sigmoid(a theta - b)
//
// with theta -> -theta and a -> -a where that is nearer to what is true, or makes most items
// rise: the sign of ability is free.

const (
	itemArray  = "irt/items"
	mostItems  = 12
	itemColumn = 4
	abilityEnd = 4.0
	abilities  = 41
)

func abilityAt(i int) float64 { return abilityEnd * (2*float64(i)/(abilities-1) - 1) }

// chances are an item's at every ability, of its a, b, g.
func chances(item []float64) []float64 {
	out := make([]float64, abilities)
	for i := range out {
		out[i] = item[2] + (1-item[2])/(1+math.Exp(item[1]-item[0]*abilityAt(i)))
	}
	return out
}

// turned has the sign of ability that is nearer to the truth, nil where that is not known.
func turned(items, truth []float64) []float64 {
	along := 0.0
	for j := 0; j+2 < len(items); j += 3 {
		if len(truth) == len(items) {
			along += items[j] * truth[j]
		} else {
			along += items[j]
		}
	}
	out := slices.Clone(items)
	if along < 0 {
		for j := 0; j < len(out); j += 3 {
			out[j] = -out[j]
		}
	}
	return out
}

func itemFigures(panels []*panel) (list []drawing) {
	kept := map[*panel]bool{}
	for _, p := range panels {
		names, err := p.vectors()
		kept[p] = err == nil && slices.Contains(names, itemArray)
	}
	for _, p := range across(panels, func(p *panel, c config) bool { return kept[p] }) {
		title := p.title("item characteristic curves")
		list = append(list, drawing{title, func(id string) Figure { return p.drawItems(id, title) }})
	}
	return list
}

// A fitted is the items of a configuration by seed.
type fitted struct {
	config
	items map[int][]float64
}

// off is the mean distance of the chances from the true ones over items and abilities of N(0, 1).
func off(items, truth []float64) float64 {
	sum, weight := 0.0, 0.0
	for j := 0; j+2 < len(items); j += 3 {
		a, b := chances(items[j:j+3]), chances(truth[j:j+3])
		for i := range a {
			w := math.Exp(-abilityAt(i) * abilityAt(i) / 2)
			sum, weight = sum+w*math.Abs(a[i]-b[i]), weight+w
		}
	}
	return sum / weight
}

func (p *panel) drawItems(id, title string) Figure {
	truths := map[int][]float64{}
	var list []fitted
	for i, c := range p.configs {
		c.look = look{ink: inkSeries + ink(i%seriesColors), dash: [][]vg.Length{nil, {6, 2}, {8, 2, 2, 2}, {4, 4}}[i%4]}
		f := fitted{c, map[int][]float64{}}
		items, err := p.arrays.LastVectors(c.ids(), itemArray)
		if err != nil {
			return failed(err.Error())
		}
		known, err := p.arrays.LastVectors(c.ids(), itemArray+"/true")
		if err != nil {
			return failed(err.Error())
		}
		for _, cell := range c.cells {
			x, truth := items[cell.ID], known[cell.ID]
			if len(x) < 3 || len(x)%3 != 0 {
				continue
			}
			if len(truth) == len(x) {
				truths[cell.Seed] = truth
			}
			f.items[cell.Seed] = turned(x, truth)
		}
		if len(f.items) > 0 {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell has kept " + itemArray)
	}
	// Seeds of one test are pooled; where each has its own, one is shown.
	seeds := seedsOf(list[0].items)
	shown, pooled := seeds[0], true
	for _, t := range truths {
		pooled = pooled && slices.Equal(t, truths[shown])
	}
	pooled = pooled && (len(truths) > 0 || len(seeds) == 1)
	truth := truths[shown]
	n := len(list[0].items[shown]) / 3
	order := make([]int, n)
	for j := range order {
		order[j] = j
	}
	of := truth
	if of == nil {
		of = list[0].items[shown]
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(math.Copysign(1, of[3*i+1]-of[3*j+1])) })
	if n > mostItems { // from the easiest to the hardest, evenly
		few := make([]int, mostItems)
		for i := range few {
			few[i] = order[int(math.Round(float64(i*(n-1))/float64(mostItems-1)))]
		}
		order = few
	}
	fig := Figure{Data: [][]string{{"configuration", "seed", "item", "theta", "chance"}}}
	keep := func(label string, seed, item int, y []float64) {
		for i, v := range y {
			fig.Data = append(fig.Data, []string{label, fmt.Sprint(seed), fmt.Sprint(item + 1), cell(abilityAt(i)), cell(v)})
		}
	}
	var plots []small
	for _, j := range order {
		pl := newPlot("", "")
		pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = -abilityEnd, abilityEnd, -0.02, 1.02
		pl.X.Tick.Marker = plot.ConstantTicks{{Value: -3, Label: "-3"}, {Value: 0, Label: "0"}, {Value: 3, Label: "3"}}
		pl.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.5, Label: "0.5"}, {Value: 1, Label: "1"}}
		curve := func(y []float64, style draw.LineStyle) error {
			pts := make(plotter.XYs, len(y))
			for i, v := range y {
				pts[i] = plotter.XY{X: abilityAt(i), Y: v}
			}
			l, err := plotter.NewLine(pts)
			if err != nil {
				return err
			}
			l.LineStyle = style
			pl.Add(l)
			return nil
		}
		if truth != nil {
			y := chances(truth[3*j : 3*j+3])
			keep("true", shown, j, y)
			if err := curve(y, draw.LineStyle{Color: inkGuide.color(solid), Width: 3}); err != nil {
				return failed(err.Error())
			}
		}
		for _, f := range list {
			var all [][]float64
			for _, seed := range seedsOf(f.items) {
				if items := f.items[seed]; (pooled || seed == shown) && 3*j+3 <= len(items) {
					y := chances(items[3*j : 3*j+3])
					keep(f.label, seed, j, y)
					all = append(all, y)
				}
			}
			if len(all) == 0 {
				continue
			}
			middle := make([]float64, abilities)
			for _, y := range all {
				for i, v := range y {
					middle[i] += v / float64(len(all))
				}
				if len(all) > 1 {
					if err := curve(y, f.look.line(thin)); err != nil {
						return failed(err.Error())
					}
				}
			}
			style := f.look.line(solid)
			style.Width = 1.2
			if err := curve(middle, style); err != nil {
				return failed(err.Error())
			}
		}
		name := fmt.Sprintf("item %d", j+1)
		if truth != nil {
			name += fmt.Sprintf("\na %.1f, b %.1f", truth[3*j], truth[3*j+1])
			if truth[3*j+2] > 0 {
				name += fmt.Sprintf(", g %.2f", truth[3*j+2])
			}
		}
		pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = -abilityEnd, abilityEnd, -0.02, 1.02
		plots = append(plots, small{name, pl})
	}
	if truth != nil {
		key, err := newKey("true", func(c draw.Canvas) {
			middle := c.Min.Y + keyHeight/2
			c.StrokeLine2(draw.LineStyle{Color: inkGuide.color(solid), Width: 3}, c.Min.X+1, middle, c.Min.X+keyWidth-1, middle)
		})
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	var said []string
	for _, f := range list {
		key, err := sample(f.look, true, f.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
		var distances []float64
		for _, seed := range seedsOf(f.items) {
			if t := truths[seed]; len(t) == len(f.items[seed]) {
				distances = append(distances, off(f.items[seed], t))
			}
		}
		if len(distances) > 0 {
			said = append(said, fmt.Sprintf("%s: %s from the true chances.", f.label, summarize(distances)))
		} else {
			said = append(said, fmt.Sprintf("%s: %s of %s.", f.label, plural(len(order), "item", "items"), plural(len(f.items), "seed", "seeds")))
		}
	}
	fig.Desc = strings.Join(said, " ")
	which := fmt.Sprintf(" Every seed is a test of its own: seed %d is shown.", shown)
	if pooled {
		which = " Thick lines are means over seeds, thin ones single seeds."
	}
	if pooled && len(seeds) == 1 {
		which = ""
	}
	fig.Caption = p.about() + which
	if n > len(order) {
		fig.Caption += fmt.Sprintf(" %d of %d items, from the easiest to the hardest.", len(order), n)
	}
	if len(truths) > 0 {
		fig.Caption += " Mean distances over all items and abilities of N(0, 1), with 95 % t intervals over seeds: " + strings.Join(said, " ")
	}
	columns := min(itemColumn, len(plots))
	if guessed := slices.ContainsFunc(plots, func(s small) bool { return strings.Contains(s.name, ", g ") }); guessed {
		columns = min(itemColumn-1, len(plots)) // longer names
	}
	rows := (len(plots) + columns - 1) / columns
	paint, folds := multiples(plots, columns, "ability θ", "chance of a right answer")
	return fig.drawn(paint, vg.Length(46+rows*max(96, 300/columns))+folds, id, title)
}
