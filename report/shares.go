package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/suites"
)

// Responsibilities of a mixture's components for its data: in two coordinates every datum is a
// marker of the component that has nearly all of it, or a pie of those that share it; in one
// the data are columns from the smallest to the largest.

const sharePoints, shareParts = "clusters/points@", "clusters/shares@"

const (
	mostShares  = 6   // configurations of a figure
	nearlyAll   = 0.9 // of a datum: what is left of a pie would not be seen
	shareDots   = 150 // of a configuration
	shareColumn = 3
)

func shareFigures(panels []*panel) (list []drawing) {
	kept := map[*panel][]string{}
	for _, p := range panels {
		names, err := p.vectors()
		if err == nil && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(strings.TrimPrefix(n, "train/"), sharePoints) }) {
			kept[p] = names
		}
	}
	for _, p := range panels {
		for _, points := range kept[p] {
			split := ""
			if strings.HasPrefix(points, "train/") {
				split = "train/"
			}
			dims, ok := strings.CutPrefix(points, split+sharePoints)
			if !ok {
				continue
			}
			title := p.title("responsibilities")
			draw := p.drawShares
			if dims == "1" {
				draw = p.drawShareColumns
			}
			list = append(list, drawing{title, func(id string) Figure { return draw(id, title, points, split, kept[p]) }})
		}
	}
	return list
}

// A shared is the data and the responsibilities of one cell.
type shared struct {
	config
	seed   int
	points [][]float64
	parts  [][]float64
	unsure int // data of which no component has nearly all
}

// shared reads the first seed of every configuration that has them.
func (p *panel) shared(points, split string, names []string) (list []shared, left int, err error) {
	for _, c := range p.configs {
		var at, parts map[string][]float64
		var cell0 *suites.Cell
		if at, err = p.arrays.LastVectors(c.ids(), points); err != nil {
			return nil, 0, err
		}
		for i, cell := range c.cells {
			if len(at[cell.ID]) > 0 {
				cell0 = &c.cells[i]
				break
			}
		}
		if cell0 == nil {
			continue
		}
		if len(list) == mostShares {
			left++
			continue
		}
		for _, name := range names {
			size, ok := strings.CutPrefix(name, split+shareParts)
			var k int
			if _, err := fmt.Sscan(size, &k); !ok || err != nil || k < 1 {
				continue
			}
			if parts, err = p.arrays.LastVectors([]string{cell0.ID}, name); err != nil {
				return nil, 0, err
			}
			x, r := cut(at[cell0.ID], dimsOf(points)), cut(parts[cell0.ID], k)
			if len(x) == 0 || len(x) != len(r) {
				continue
			}
			s := shared{config: c, seed: cell0.Seed, points: x, parts: r}
			for _, of := range r {
				if slices.Max(of) < nearlyAll {
					s.unsure++
				}
			}
			list = append(list, s)
			break
		}
	}
	return list, left, nil
}

func dimsOf(points string) int {
	var d int
	fmt.Sscan(points[strings.LastIndex(points, "@")+1:], &d)
	return max(d, 1)
}

// ordered renames components by where their data lie in the first coordinate, so that a colour
// is the same cloud in every configuration.
func (s *shared) ordered() {
	k := len(s.parts[0])
	at, weight := make([]float64, k), make([]float64, k)
	for n, of := range s.parts {
		for j, r := range of {
			at[j] += r * s.points[n][0]
			weight[j] += r
		}
	}
	order := make([]int, k)
	for j := range order {
		order[j] = j
		at[j] /= math.Max(weight[j], 1e-300)
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, at[a]-at[b])) })
	for n, of := range s.parts {
		sorted := make([]float64, k)
		for j, from := range order {
			sorted[j] = of[from]
		}
		s.parts[n] = sorted
	}
}

// figure is what both drawings share.
func (p *panel) shareFigure(list []shared, left int) (Figure, error) {
	fig := Figure{Data: [][]string{{"configuration", "seed", "row", "point", "responsibilities"}}}
	var said []string
	most := 0
	for _, s := range list {
		for n, of := range s.parts {
			fig.Data = append(fig.Data, []string{s.label, fmt.Sprint(s.seed), fmt.Sprint(n), numbers(s.points[n]), numbers(of)})
		}
		most = max(most, len(s.parts[0]))
		said = append(said, fmt.Sprintf("%s, %d of %d", s.label, s.unsure, len(s.points)))
	}
	for k := range most {
		label := fmt.Sprintf("component %d", k+1)
		key, err := swatch(shareInk(k), solid, label)
		if len(list[0].points[0]) > 1 {
			key, err = sample(look{ink: shareInk(k), glyph: glyphs()[k%len(glyphs())]}, false, label)
		}
		if err != nil {
			return fig, err
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = fmt.Sprintf("Data of which no component has %g %%: %s.", 100*nearlyAll, strings.Join(said, "; "))
	fig.Caption = p.about() + " Of each configuration the first seed's at the last step, components numbered by the first coordinate of their data. " + fig.Desc
	if left > 0 {
		fig.Caption += fmt.Sprintf(" %s not shown.", plural(left, "more configuration is", "more configurations are"))
	}
	return fig, nil
}

func shareInk(k int) ink { return inkSeries + ink(k%seriesColors) }

func (p *panel) drawShares(id, title, points, split string, names []string) Figure {
	list, left, err := p.shared(points, split, names)
	if err != nil {
		return failed(err.Error())
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell has kept responsibilities beside its data")
	}
	across, up := newReach(), newReach()
	for i := range list {
		list[i].ordered()
		for _, x := range list[i].points {
			across.see(x[0])
			up.see(x[1])
		}
	}
	fig, err := p.shareFigure(list, left)
	if err != nil {
		return failed(err.Error())
	}
	columns := min(shareColumn, len(list))
	if len(list) == 4 {
		columns = 2
	}
	var plots []small
	shared := sharedName(list)
	for _, s := range list {
		pl := newPlot("", "")
		pl.X.Min, pl.X.Max = across.padded()
		pl.Y.Min, pl.Y.Max = up.padded()
		pl.X.Tick.Marker, pl.Y.Tick.Marker = few(axis{}.rangeTicks(pl.X.Min, pl.X.Max)), few(axis{}.rangeTicks(pl.Y.Min, pl.Y.Max))
		pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
			x, y := pl.Transforms(&c)
			rim := draw.LineStyle{Color: inkText.color(solid), Width: 0.5}
			for _, unsure := range []bool{false, true} { // pies on top
				for n, at := range s.points[:min(len(s.points), shareDots)] {
					k := mostOf(s.parts[n])
					if unsure != (s.parts[n][k] < nearlyAll) {
						continue
					}
					middle := vg.Point{X: x(at[0]), Y: y(at[1])}
					if !unsure {
						c.DrawGlyph(draw.GlyphStyle{Color: shareInk(k).color(solid), Radius: 1.9, Shape: glyphs()[k%len(glyphs())]}, middle)
						continue
					}
					pie(c, middle, 2.8, s.parts[n])
					var around vg.Path
					around.Move(vg.Point{X: middle.X + 2.8, Y: middle.Y})
					around.Arc(middle, 2.8, 0, 4*halfPi)
					around.Close()
					c.SetLineStyle(rim)
					c.Stroke(around)
				}
			}
		}))
		plots = append(plots, small{s.label[shared:], pl})
	}
	fig.Caption += " These are pies of their shares."
	if n := len(list[0].points); n > shareDots {
		fig.Caption += fmt.Sprintf(" The first %d data are drawn.", shareDots)
	}
	rows := (len(plots) + columns - 1) / columns
	paint, folds := multiples(plots, columns, "first coordinate", "second coordinate")
	return fig.drawn(paint, vg.Length(40+rows*(390/(columns+1)+30))+folds, id, title)
}

// sharedName is how much of all names is the same, up to one of their parts.
func sharedName(list []shared) int {
	for cut := strings.LastIndex(list[0].label, " x "); cut > 0; cut = strings.LastIndex(list[0].label[:cut], " x ") {
		if len(list) > 1 && !slices.ContainsFunc(list, func(s shared) bool { return !strings.HasPrefix(s.label, list[0].label[:cut+3]) }) {
			return cut + 3
		}
	}
	return 0
}

func mostOf(x []float64) (at int) {
	for i, v := range x {
		if v > x[at] {
			at = i
		}
	}
	return at
}

// pie fills a disc by shares, clockwise from the top.
func pie(c draw.Canvas, middle vg.Point, radius vg.Length, shares []float64) {
	const corners = 16 // of a whole disc
	from := 0.0
	for k, r := range shares {
		if r < 0.01 {
			from += r
			continue
		}
		slice := []vg.Point{middle}
		for i, n := 0, 1+int(math.Ceil(corners*r)); i <= n; i++ {
			angle := 4*halfPi*(from+r*float64(i)/float64(n)) - halfPi
			slice = append(slice, vg.Point{X: middle.X - radius*vg.Length(math.Cos(angle)), Y: middle.Y - radius*vg.Length(math.Sin(angle))})
		}
		c.FillPolygon(shareInk(k).color(solid), slice)
		from += r
	}
}

// few are at most four of the ticks, evenly.
func few(ticks plot.ConstantTicks) plot.ConstantTicks {
	for len(ticks) > 5 {
		var every plot.ConstantTicks
		zero := slices.IndexFunc(ticks, func(t plot.Tick) bool { return t.Value == 0 })
		for i, t := range ticks {
			if i%2 == max(zero, 0)%2 {
				every = append(every, t)
			}
		}
		ticks = every
	}
	return ticks
}

// drawShareColumns draws data of one coordinate.
func (p *panel) drawShareColumns(id, title, points, split string, names []string) Figure {
	list, left, err := p.shared(points, split, names)
	if err != nil {
		return failed(err.Error())
	}
	if len(list) == 0 {
		return failed("no value to draw: no cell has kept responsibilities beside its data")
	}
	for i := range list {
		list[i].ordered()
	}
	fig, err := p.shareFigure(list, left)
	if err != nil {
		return failed(err.Error())
	}
	var plots []small
	shared := sharedName(list)
	for _, s := range list {
		order := make([]int, len(s.points))
		for n := range order {
			order[n] = n
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, s.points[a][0]-s.points[b][0])) })
		pl := newPlot("", "")
		pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = 0, float64(len(order)), 0, 1
		var ticks plot.ConstantTicks
		for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
			n := int(math.Round(share * float64(len(order)-1)))
			ticks = append(ticks, plot.Tick{Value: float64(n) + 0.5, Label: fmt.Sprintf("%.2f", s.points[order[n]][0])})
		}
		pl.X.Tick.Marker, pl.Y.Tick.Marker = ticks, axis{}.rangeTicks(0, 1)
		pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
			x, y := pl.Transforms(&c)
			below := make([]float64, len(order))
			for k := range s.parts[0] {
				var top, bottom []vg.Point
				for i, n := range order {
					lo, hi := below[i], below[i]+s.parts[n][k]
					top = append(top, vg.Point{X: x(float64(i)), Y: y(hi)}, vg.Point{X: x(float64(i + 1)), Y: y(hi)})
					bottom = append(bottom, vg.Point{X: x(float64(i)), Y: y(lo)}, vg.Point{X: x(float64(i + 1)), Y: y(lo)})
					below[i] = hi
				}
				slices.Reverse(bottom)
				c.FillPolygon(shareInk(k).color(solid), append(top, bottom...))
			}
		}))
		plots = append(plots, small{s.label[shared:], pl})
	}
	paint, folds := multiples(plots, 1, "data in the order of their values", "share of a datum")
	return fig.drawn(paint, vg.Length(46+124*len(plots))+folds, id, title)
}
