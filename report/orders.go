package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/vibench/bench/suites"
)

// Renyi's bound against its order (Li and Turner 2016, 1602.02311): log p(x) at 0, the ELBO at
// 1, from above below 0 (CUBO, Dieng et al. 2017, 1611.00328); in closed form and by samples,
// whose mean is lower where their weights have no variance.

// leastOrders of a bound make a curve.
const leastOrders = 4

// orderOf parts closed-renyi/0.5 or renyi@10000/0.5 into the bound's name and its order.
func orderOf(metric string) (name string, alpha float64, ok bool) {
	name, order, _ := strings.Cut(strings.TrimPrefix(metric, "train/"), "/")
	kind, _, _ := strings.Cut(name, "@")
	if kind != "closed-renyi" && kind != "renyi" {
		return "", 0, false
	}
	alpha, err := strconv.ParseFloat(order, 64)
	return metric[:strings.LastIndex(metric, "/")], alpha, err == nil && !math.IsNaN(alpha) && !math.IsInf(alpha, 0)
}

// ordersOf are the metrics of a configuration's bounds by name, each by rising order.
func (p *panel) ordersOf(c config) (names []string, metrics map[string][]string) {
	metrics = map[string][]string{}
	for _, m := range p.metrics {
		name, _, ok := orderOf(m)
		if !ok || !slices.ContainsFunc(c.cells, func(cell suites.Cell) bool { return len(p.results.Series(cell.ID, m)) > 0 }) {
			continue
		}
		if metrics[name] == nil {
			names = append(names, name)
		}
		metrics[name] = append(metrics[name], m)
	}
	for _, of := range metrics {
		slices.SortFunc(of, func(a, b string) int {
			_, x, _ := orderOf(a)
			_, y, _ := orderOf(b)
			return int(math.Copysign(1, x-y))
		})
	}
	return names, metrics
}

func orderFigures(panels []*panel) (list []drawing) {
	shown := across(panels, func(p *panel, c config) bool {
		_, metrics := p.ordersOf(c)
		for _, of := range metrics {
			if len(of) >= leastOrders {
				return true
			}
		}
		return false
	})
	for _, p := range shown {
		title := p.title("bound against its order α")
		list = append(list, drawing{title, func(id string) Figure { return p.drawOrders(id, title) }})
	}
	return list
}

func (p *panel) drawOrders(id, title string) Figure {
	var lines []line
	var alphas, evidence []float64
	var absent []string
	for i, c := range p.configs {
		names, metrics := p.ordersOf(c)
		for _, name := range names {
			l := line{key: fmt.Sprint(len(lines)), cell: c.cell, look: look{ink: inkSeries + ink(i%seriesColors), dash: dashes()[0], glyph: glyphs()[i%len(glyphs())]}, seeds: map[int]map[float64]float64{}}
			how := "in closed form"
			if _, k, sampled := strings.Cut(name, "@"); sampled {
				how = "by " + k + " samples"
				l.look.glyph, l.look.dash = diamond{}, dashes()[1]
			}
			if strings.HasPrefix(name, "train/") {
				how += ", training data"
			}
			l.label = how
			if len(p.configs) > 1 {
				l.label = c.label + ", " + how
			}
			for _, m := range metrics[name] {
				_, alpha, _ := orderOf(m)
				lost := ""
				for _, cell := range c.cells {
					v, why, ok := p.results.Value(cell.ID, m)
					if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
						lost = why
						continue
					}
					if l.seeds[cell.Seed] == nil {
						l.seeds[cell.Seed] = map[float64]float64{}
					}
					l.seeds[cell.Seed][alpha] = v
					if !slices.Contains(alphas, alpha) {
						alphas = append(alphas, alpha)
					}
				}
				if lost != "" {
					absent = append(absent, fmt.Sprintf("%s at %s (%s)", l.label, plain(alpha), lost))
				}
			}
			if len(l.seeds) > 0 {
				lines = append(lines, l)
			}
		}
		for _, m := range []string{"logpx", "closed-renyi/0"} {
			if s, ok := p.at(c, m); ok {
				evidence = append(evidence, s.mean)
				break
			}
		}
	}
	slices.Sort(alphas)
	if len(alphas) < 2 {
		return failed("no value to draw: no bound has two orders that are finite")
	}
	b, err := bundleOf(lines, alphas, axis{}, axis{}, func(x float64) string { return "at order " + plain(x) })
	if err != nil {
		return failed(err.Error())
	}
	pl := newPlot("order α: 1 is the ELBO, below 0 the bound is from above", "bound, nats")
	span := reach{b.lo, b.hi}
	span.see(evidence...)
	lo, hi := span.padded()
	if width := hi - lo; math.IsInf(width, 0) || math.IsNaN(width) {
		return failed(fmt.Sprintf("no value to draw: from %.3g to %.3g is more than an axis can span", span.lo, span.hi))
	}
	bands, _, err := b.shades(lo, hi)
	if err != nil {
		return failed(err.Error())
	}
	pl.Add(bands...)
	pl.Add(b.thins...)
	fig := Figure{Legend: b.legend, Data: append([][]string{{"series", "seed", "alpha", "bound"}}, b.data...)}
	said := b.said
	if known := len(evidence) > 0 && slices.Max(evidence)-slices.Min(evidence) < 1e-3*(hi-lo); known {
		at := mean(evidence)
		l, err := plotter.NewLine(plotter.XYs{{X: alphas[0], Y: at}, {X: alphas[len(alphas)-1], Y: at}})
		if err != nil {
			return failed(err.Error())
		}
		l.LineStyle = draw.LineStyle{Color: inkGuide.color(solid), Width: 1, Dashes: guideDashes}
		pl.Add(l)
		key, err := sample(look{ink: inkGuide, dash: guideDashes}, true, "log p(x)")
		if err != nil {
			return failed(err.Error())
		}
		fig.Legend = append(fig.Legend, key)
		fig.Data = append(fig.Data, []string{"log p(x)", "", "", cell(at)})
		said = append([]string{fmt.Sprintf("log p(x) is %s.", three(at))}, said...)
	}
	pl.Add(b.middles...)
	pl.X.Min, pl.X.Max = alphas[0]-0.05*(alphas[len(alphas)-1]-alphas[0]), alphas[len(alphas)-1]+0.05*(alphas[len(alphas)-1]-alphas[0])
	pl.Y.Min, pl.Y.Max = lo, hi
	pl.X.Tick.Marker, pl.Y.Tick.Marker = axis{}.valueTicks(alphas), axis{}.rangeTicks(lo, hi)
	order := rises(lines)
	fig.Desc = strings.Join(append(said, order), " ")
	fig.Caption = p.about() + " Lines are means over seeds, bands their 95 % t intervals. " + order
	if len(absent) > 0 {
		fig.Caption += " Not drawn: " + strings.Join(absent, "; ") + "."
	}
	return fig.drawn(func(c draw.Canvas) { pl.Draw(c) }, 290, id, title)
}

// rises says whether any seed's bound goes up with its order, which theory has none do.
func rises(lines []line) string {
	n, up, most := 0, 0, 0.0
	for _, l := range lines {
		for _, seed := range seedsOf(l.seeds) {
			curve := l.curve(seed, sortedKeys(l.seeds[seed]), axis{})
			n++
			worst := 0.0
			for i := 1; i < len(curve); i++ {
				worst = math.Max(worst, curve[i].Y-curve[i-1].Y)
			}
			if worst > roundingFall {
				up++
				most = math.Max(most, worst)
			}
		}
	}
	if up == 0 {
		return fmt.Sprintf("None of %s rises with the order.", plural(n, "curve", "curves"))
	}
	return fmt.Sprintf("%d of %s %s with the order, by %s nats at most.", up, plural(n, "curve", "curves"), map[bool]string{true: "rises", false: "rise"}[up == 1], three(most))
}

func sortedKeys(m map[float64]float64) (keys []float64) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
