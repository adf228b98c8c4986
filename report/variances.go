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

	"github.com/vibench/bench/suites"
)

// How much one draw of d/dmu E[f(z) - c], f(z) = -z^2/2, z ~ N(mu, s^2), varies by the score
// and by the path, against what is known of both (Sjolund 2023, 2301.01236):
//
//	path   s^2
//	score  [ (mu^4 + 18 mu^2 s^2 + 15 s^4)/4 + c (mu^2 + 3 s^2) + c^2 ] / s^2 - mu^2
//
// c is a constant baseline, the best of which is -(mu^2 + 3 s^2)/2. f is the log density of
// N(0, 1) times a mass Z, so c = log(2 pi)/2 - log Z.

const drawVariance = "gradvar/inf/mu"

// A gaussianDraw is a Gaussian q at the start of a cell.
type gaussianDraw struct{ mu, s float64 }

func (g gaussianDraw) path() float64 { return g.s * g.s }

func (g gaussianDraw) score(c float64) float64 {
	m, v := g.mu*g.mu, g.s*g.s
	return ((m*m+18*m*v+15*v*v)/4+c*(m+3*v)+c*c)/v - m
}

func (g gaussianDraw) best() float64 { return -(g.mu*g.mu + 3*g.s*g.s) / 2 }

// drawOf reads a cell as one of these draws: of the path where its estimator has form B, which
// of a cost is the plain pathwise gradient, of the score where it has a baseline and that is none.
func drawOf(c suites.Cell) (g gaussianDraw, baseline float64, score, ok bool) {
	number := func(name string) float64 {
		x, known := numberAt(c, name)
		if !known {
			return math.NaN()
		}
		return x
	}
	text := func(name string) string { s, _ := c.Label(name); return s }
	score = text("estimator.baseline") == "none"
	path := text("estimator.form") == "sgvb-b"
	g = gaussianDraw{number("model.mean"), number("model.sd")}
	baseline = math.Log(2*math.Pi)/2 - number("model.log_z")
	ok = c.Model.Name == "target" && number("model.dim") == 1 && text("model.entropy") == "none" && c.Train.Steps == 0 &&
		(score || path) && g.s > 0 && !math.IsNaN(g.mu+baseline) && number("estimator.k") == 1
	return g, baseline, score, ok
}

func varianceFigures(panels []*panel) (list []drawing) {
	laws := []gaussianDraw{}
	scored := map[gaussianDraw]bool{}
	for _, p := range panels {
		for _, c := range p.configs {
			g, _, score, ok := drawOf(c.cell)
			if _, has := p.at(c, drawVariance); !ok || !has || p.rows < 1 {
				continue
			}
			if scored[g] = scored[g] || score; !slices.Contains(laws, g) {
				laws = append(laws, g)
			}
		}
	}
	for _, law := range laws {
		if !scored[law] {
			continue
		}
		shown := across(panels, func(p *panel, c config) bool {
			g, _, _, ok := drawOf(c.cell)
			_, has := p.at(c, drawVariance)
			return ok && has && p.rows > 0 && g == law
		})
		for _, p := range shown {
			title := p.title("variance of one draw against its formula")
			if len(laws) > 1 {
				title = p.title(fmt.Sprintf("variance of one draw against its formula, q = N(%s, %s²)", three(law.mu), three(law.s)))
			}
			list = append(list, drawing{title, func(id string) Figure { return p.drawVariances(id, title, law) }})
		}
	}
	return list
}

// A varied is what one estimator was measured to vary by.
type varied struct {
	label    string
	look     look
	baseline float64
	score    bool
	by       map[int]float64 // variance of one draw by seed
}

// logs is a summary of logs to base ten.
func logs(by map[int]float64) summary {
	var x []float64
	for _, seed := range seedsOf(by) {
		x = append(x, math.Log10(by[seed]))
	}
	return summarize(x)
}

func (s summary) powers() string {
	return summary{mean: math.Pow(10, s.mean), lo: math.Pow(10, s.lo), hi: math.Pow(10, s.hi)}.String()
}

func (p *panel) drawVariances(id, title string, law gaussianDraw) Figure {
	var list []varied
	for i, c := range p.configs {
		_, baseline, score, _ := drawOf(c.cell)
		name := "path, by " + c.cell.Estimator.Name
		if score {
			name = fmt.Sprintf("score, by %s, at c = %s", c.cell.Estimator.Name, three(math.Round(baseline*1e6)/1e6))
		}
		v := varied{name, look{ink: inkSeries + ink(i%seriesColors), glyph: glyphs()[i%len(glyphs())]}, baseline, score, map[int]float64{}}
		for _, cell := range c.cells {
			if x, _, ok := p.results.Value(cell.ID, drawVariance); ok && x > 0 && !math.IsInf(x, 0) {
				v.by[cell.Seed] = x * float64(p.rows)
			}
		}
		if len(v.by) > 0 {
			list = append(list, v)
		}
	}
	left, right := newReach(), 0.0
	left.see(law.best(), 0)
	for _, v := range list {
		left.see(v.baseline)
	}
	right = 0.25 * (left.hi - left.lo)
	from, to := left.lo-right, left.hi+right

	fig := Figure{Data: [][]string{{"series", "seed", "baseline", "value", "formula", "of"}}}
	var said []string
	type mark struct {
		x      float64
		sum    summary
		look   look
		wanted float64
	}
	var above, below []mark
	for _, v := range list {
		wanted, name := law.path(), "the path"
		if v.score {
			wanted, name = law.score(v.baseline), "the score"
		}
		for _, seed := range seedsOf(v.by) {
			fig.Data = append(fig.Data, []string{v.label, fmt.Sprint(seed), cell(v.baseline), cell(v.by[seed]), cell(wanted), "variance"})
		}
		s := logs(v.by)
		above = append(above, mark{v.baseline, s, v.look, wanted})
		sentence := fmt.Sprintf("%s: %s, by the formula of %s %s", v.label, s.powers(), name, tickText(wanted))
		if v.score {
			ratios := map[int]float64{}
			for _, o := range list {
				for seed, x := range v.by {
					if path, ok := o.by[seed]; ok && !o.score {
						ratios[seed] = x / path
					}
				}
			}
			if len(ratios) > 0 {
				r, wanted := logs(ratios), wanted/law.path()
				for _, seed := range seedsOf(ratios) {
					fig.Data = append(fig.Data, []string{v.label, fmt.Sprint(seed), cell(v.baseline), cell(ratios[seed]), cell(wanted), "ratio"})
				}
				below = append(below, mark{v.baseline, r, v.look, wanted})
				sentence += fmt.Sprintf("; %s times the path's, by the formulas %s", r.powers(), tickText(wanted))
			}
		}
		said = append(said, sentence+".")
		key, err := sample(v.look, false, v.label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	yAxis := axis{log: true}
	curve := func(f func(c float64) float64) (pts plotter.XYs) {
		const n = 120
		for i := range n + 1 {
			c := from + (to-from)*float64(i)/n
			pts = append(pts, plotter.XY{X: c, Y: yAxis.at(f(c))})
		}
		return pts
	}
	lineLook := []look{{ink: inkGuide}, {ink: inkGuide, dash: guideDashes}}
	var plots []*plot.Plot
	for _, layer := range []struct {
		label string
		laws  []plotter.XYs
		marks []mark
	}{
		{"variance of one draw, log scale", []plotter.XYs{curve(law.score), curve(func(float64) float64 { return law.path() })}, above},
		{"score / path, log scale", []plotter.XYs{curve(func(c float64) float64 { return law.score(c) / law.path() }), nil}, below},
	} {
		if len(layer.marks) == 0 {
			continue
		}
		pl := newPlot("", layer.label)
		span := newReach()
		for i, pts := range layer.laws {
			if pts == nil {
				continue
			}
			for _, pt := range pts {
				span.see(pt.Y)
			}
			l, err := plotter.NewLine(pts)
			if err != nil {
				return failed(err.Error())
			}
			l.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1.2, Dashes: lineLook[i].dash}
			pl.Add(l)
		}
		for _, m := range layer.marks {
			span.see(append(m.sum.seeds, m.sum.lo, m.sum.hi)...)
		}
		pl.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) {
			x, y := pl.Transforms(&c)
			for _, m := range layer.marks {
				at := x(m.x)
				for _, v := range m.sum.seeds {
					c.DrawGlyph(draw.GlyphStyle{Color: m.look.ink.color(faint), Radius: 1.8, Shape: draw.CircleGlyph{}}, vg.Point{X: at - 7, Y: y(v)})
				}
				if m.sum.lo < m.sum.hi {
					whisker(c, draw.LineStyle{Color: m.look.ink.color(solid), Width: 1.2}, vg.Point{X: at, Y: y(m.sum.lo)}, vg.Point{X: at, Y: y(m.sum.hi)})
				}
				c.DrawGlyph(m.look.mark(), vg.Point{X: at, Y: y(m.sum.mean)})
			}
		}))
		lo, hi := span.padded()
		pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = from, to, lo, hi
		pl.X.Tick.Marker, pl.Y.Tick.Marker = axis{}.rangeTicks(from, to), yAxis.rangeTicks(lo, hi)
		plots = append(plots, pl)
	}
	if len(plots) == 0 {
		return failed("no value to draw: no cell has a variance above zero")
	}
	plots[len(plots)-1].X.Label.Text = "constant baseline c"
	for i, label := range []string{"formula of the score", "formula of the path: s²"} {
		key, err := sample(lineLook[i], true, label)
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of d/dµ E[−z²/2 − c], z ~ N(%s, %s²): %s rows of a direction are as many draws, and their variance is taken as many times."+
		" Marks are means of logs over seeds with their 95 %% t intervals, faint dots left of them single seeds. The best constant is %s.", three(law.mu), three(law.s), fmt.Sprint(p.rows), three(law.best()))
	height := vg.Length(270)
	if len(plots) > 1 {
		height = 420
	}
	return fig.drawn(func(c draw.Canvas) { stack(plots, c) }, height, id, title)
}
