package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vibench/bench/suites"
)

// modelled plans a cell of a model with settings, of 10 data.
func (l *lab) modelled(grid, estimator, model string, params map[string]any, seed int, t suites.Train, of ...any) suites.Cell {
	c := l.cell(grid+fmt.Sprint(params), estimator, seed, of...)
	c.Grid, c.Train = grid, t
	c.Model = suites.Choice{Name: model, Version: 1, Params: params}
	c.Dataset = suites.Choice{Name: "points", Version: 1, Params: map[string]any{"n": 10}}
	l.plan.Cells[len(l.plan.Cells)-1] = c
	l.plan.Rows = map[string]int{"points{n=10}": 10}
	return c
}

// rowsOf are the numbers behind a figure that begin with some cells, as one of their columns.
func rowsOf(t *testing.T, f Figure, column int, begin ...string) (x []float64) {
	t.Helper()
	for _, row := range f.Data[1:] {
		if slices.Equal(row[:len(begin)], begin) {
			v, err := strconv.ParseFloat(row[column], 64)
			if err != nil {
				t.Fatal(err)
			}
			x = append(x, v)
		}
	}
	return x
}

func says(t *testing.T, f Figure, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(f.Desc, part) {
			t.Errorf("%s: got %q, want in it %q", f.Title, f.Desc, part)
		}
		if f.SVG == "" || !strings.Contains(string(f.SVG), "<desc") {
			t.Errorf("%s: no drawing with a description", f.Title)
		}
	}
}

// Of six traces one falls by 0.01 at one step, and one by what rounding may do: the first is
// counted, marked and has its step down in the numbers; where none falls the sentence says so.
// The same metric has no second figure.
func TestTraces(t *testing.T) {
	for _, drop := range []float64{0, 0.01} {
		l := newLab(1)
		var marked suites.Cell
		for start := range 2 {
			for seed := range 3 {
				c := l.modelled("em", "em", "gmm", map[string]any{"start": start}, seed, suites.Train{Steps: 30, Every: 1})
				for step := range 31 {
					y := -2 - math.Exp(-float64(step)/5) - 0.1*float64(seed)
					if start == 1 && seed == 2 && step >= 7 {
						y -= drop + (math.Exp(-6.0/5) - math.Exp(-float64(step)/5)) // flat from 6 on
						marked = c
					}
					if start == 0 && seed == 0 && step == 30 {
						y = -2 - math.Exp(-29.0/5) - 1e-13
					}
					l.point(c, "logpx", step, y)
				}
			}
		}
		l.claim("MONO", 3, suites.Part{Kind: "exact", Metric: "fall(logpx)", Expect: ptr(0), Within: ptr(1e-10)})
		r := l.report()
		f := figureOf(t, r, "Evidence log p(x), trace by trace")
		if drop == 0 {
			says(t, f, "No trace goes down beyond rounding, of 6: the largest step down is", "em: 6 traces, from")
			if len(f.Legend) != 1 {
				t.Errorf("restarts have %d entries in the legend", len(f.Legend))
			}
		} else {
			says(t, f, "1 of 6 traces goes down, at 1 step and most by 0.01 nats: marked.")
			worst, at := 0.0, ""
			for _, row := range f.Data[1:] {
				if v, err := strconv.ParseFloat(row[4], 64); err == nil && v > worst {
					worst, at = v, row[0]+" "+row[1]+" "+row[2]
				}
			}
			before := 2 + math.Exp(-6.0/5) + 0.2
			if at != "em x start=1 2 7" || math.Abs(worst-0.01/(1+before)) > 1e-12 {
				t.Errorf("the fall of cell %s is at %q by %g", marked.ID, at, worst)
			}
		}
		for _, f := range r.Figures() {
			if strings.Contains(f.Title, "against") && strings.Contains(f.Title, "log p(x)") {
				t.Errorf("drawn twice: %s", f.Title)
			}
		}
	}
}

// A metric that cells without the claim log too keeps its learning curve.
func TestTracesBesideCurves(t *testing.T) {
	l := newLab(1)
	for i, e := range []string{"em", "ml"} {
		for step := range 5 {
			c := suites.Cell{}
			if c = l.modelled("both", e, "gmm", nil, 0, suites.Train{Steps: 4, Every: 1}); step > 0 {
				l.plan.Cells = l.plan.Cells[:len(l.plan.Cells)-1]
			}
			l.point(c, "logpx", step, float64(step-i))
		}
	}
	l.claim("MONO", 1, suites.Part{Kind: "exact", Metric: "fall(logpx)", Over: by("em"), Expect: ptr(0), Within: ptr(1e-10)})
	r := l.report()
	says(t, figureOf(t, r, "Evidence log p(x), trace by trace"), "No trace goes down at any step, of 1.")
	figureOf(t, r, "Evidence log p(x) against training steps")
}

// The gaps of all grids are in one figure; where only the whole is known it is a bar of its own.
func TestGapsAcross(t *testing.T) {
	l := newLab(2)
	for seed := range 4 {
		for _, at := range []struct {
			grid   string
			family float64
		}{{"free", 0.001}, {"frozen", 0.47}, {"rank", math.NaN()}} {
			c := l.modelled(at.grid, "elbo", "fa", nil, seed, suites.Train{Steps: 10})
			fit := 0.01 * float64(seed+1)
			if !math.IsNaN(at.family) {
				l.point(c, "gaps/approximation", 10, at.family)
				l.point(c, "gaps/amortization", 10, fit)
			}
			l.point(c, "gaps/inference", 10, fit)
		}
	}
	f := figureOf(t, l.report(), "Inference gap in its parts, in closed form")
	says(t, f, "frozen: elbo: approximation 0.47", "rank: elbo: 0.025", "in all.")
	if got := rowsOf(t, f, 2, "frozen: elbo", "gaps/approximation"); len(got) != 1 || math.Abs(got[0]-0.47) > 1e-12 {
		t.Errorf("got %v", got)
	}
	if got := rowsOf(t, f, 2, "rank: elbo", "gaps/inference"); len(got) != 1 || math.Abs(got[0]-0.025) > 1e-12 {
		t.Errorf("got %v", got)
	}
	if got := rowsOf(t, f, 2, "rank: elbo", "gaps/approximation"); len(got) != 0 {
		t.Errorf("a part that nobody knows: %v", got)
	}
	if len(f.Legend) != 3 {
		t.Errorf("%d entries in the legend, want both parts and the whole", len(f.Legend))
	}
}

// Bounds stand at their orders, by rising order, beside log p(x); an infinite one is named, a
// curve that rises counted.
func TestOrders(t *testing.T) {
	l := newLab(3)
	for seed := range 3 {
		c := l.modelled("narrow", "elbo", "target", nil, seed, suites.Train{})
		for _, alpha := range []float64{2, 1, 0.5, 0} {
			l.point(c, fmt.Sprintf("closed-renyi/%g", alpha), 0, -alpha/4)
			rise := 0.0
			if seed == 1 && alpha == 2 {
				rise = 0.6
			}
			l.point(c, fmt.Sprintf("renyi@100/%g", alpha), 0, -alpha/4+rise)
		}
		l.missing(c, "closed-renyi/-1", "the bound is infinite")
	}
	f := figureOf(t, l.report(), "Bound against its order α")
	says(t, f, "log p(x) is 0.", "in closed form falls from 0 at order 0 to -0.5 at order 2.", "1 of 6 curves rises with the order, by 0.35 nats at most.")
	if !strings.Contains(f.Caption, "in closed form at -1 (the bound is infinite)") {
		t.Errorf("got caption %q", f.Caption)
	}
	for _, alpha := range []float64{0, 0.5, 1, 2} {
		at := rowsOf(t, f, 3, "in closed form", "0", plain(alpha))
		if len(at) != 1 || at[0] != -alpha/4 {
			t.Errorf("order %g: got %v", alpha, at)
		}
	}
	few := newLab(3)
	c := few.modelled("usual", "elbo", "target", nil, 0, suites.Train{})
	for _, alpha := range []float64{1, 0.5, 0} {
		few.point(c, fmt.Sprintf("closed-renyi/%g", alpha), 0, -alpha)
	}
	for _, f := range few.report().Figures() {
		t.Errorf("three orders are drawn: %s", f.Title)
	}
}

// The bias of CD-k by k, and one less the cosine.
func TestChains(t *testing.T) {
	l := newLab(4)
	for seed := range 5 {
		for _, k := range []int{1, 2, 5} {
			c := l.modelled("direction", "cd", "rbm", nil, seed, suites.Train{}, "sweeps", k)
			noise := math.Exp(0.1 * l.rand.NormFloat64())
			l.point(c, "bias/gen", 0, 0.4*noise/float64(k*k))
			l.point(c, "bias/gen/floor", 0, 0.001)
			l.point(c, "cosine/gen", 0, 1-0.1*noise/float64(k))
		}
	}
	f := figureOf(t, l.report(), "Bias of contrastive divergence against sweeps k")
	says(t, f, "The norm of the bias", "falls from 0.", "at k = 5.", "One less the mean cosine")
	for _, k := range []string{"1", "2", "5"} {
		n := 0
		for _, row := range f.Data[1:] {
			v, _ := strconv.ParseFloat(row[3], 64)
			at, _ := strconv.ParseFloat(row[2], 64)
			if row[2] == k && row[4] == "1 - cosine/gen" {
				n++
				if want := 0.1 / at; v < want/2 || v > 2*want {
					t.Errorf("k %s: got 1 - cosine %g, want about %g", k, v, want)
				}
			}
		}
		if n != 5 {
			t.Errorf("k %s: %d values of the cosine", k, n)
		}
	}
	if len(f.Legend) != 3 {
		t.Errorf("%d entries in the legend, want the line, the gradient and the floor", len(f.Legend))
	}
}

// The formulas are the variances themselves, by a sum over a fine grid of the noise.
func TestDrawVarianceFormulas(t *testing.T) {
	variance := func(f func(e float64) float64) float64 {
		var m, m2 float64
		const n, reach = 40000, 10.0
		for i := range n {
			e := reach * (2*(float64(i)+0.5)/n - 1)
			w := math.Exp(-e*e/2) / math.Sqrt(2*math.Pi) * 2 * reach / n
			m, m2 = m+w*f(e), m2+w*f(e)*f(e)
		}
		return m2 - m*m
	}
	for _, g := range []gaussianDraw{{1, 0.5}, {-0.7, 1.3}, {0, 2}} {
		if want := variance(func(e float64) float64 { return -(g.mu + g.s*e) }); math.Abs(g.path()-want) > 1e-9*want {
			t.Errorf("%v: path %g, want %g", g, g.path(), want)
		}
		for _, c := range []float64{0, g.best(), 1.5, -3} {
			want := variance(func(e float64) float64 { z := g.mu + g.s*e; return (-z*z/2 - c) * e / g.s })
			if got := g.score(c); math.Abs(got-want) > 1e-9*want || got < g.score(g.best())-1e-12 {
				t.Errorf("%v at %g: score %g, want %g, and the least at %g", g, c, got, want, g.best())
			}
		}
	}
	if g := (gaussianDraw{1, 0.5}); g.score(0) != 5.4375 || math.Abs(g.score(g.best())-2.375) > 1e-15 || g.best() != -0.875 {
		t.Errorf("mu 1, s 0.5: %g and %g at %g", g.score(0), g.score(g.best()), g.best())
	}
}

// Measured variances are brought to one draw, ratios are paired by seed, and cells that are no
// such draws are left out.
func TestVarianceRatio(t *testing.T) {
	l := newLab(5)
	at := func(logZ float64) map[string]any {
		return map[string]any{"dim": 1, "mean": 1.0, "sd": 0.5, "rho": 0.0, "entropy": "none", "log_z": logZ}
	}
	zero := math.Log(2*math.Pi) / 2
	for seed := range 6 {
		level := 1 + 0.01*float64(seed)
		c := l.modelled("draws", "elbo", "target", at(zero), seed, suites.Train{}, "k", 1, "form", "sgvb-b")
		l.log(c, drawVariance, 0.025*level)
		c = l.modelled("draws", "reinforce", "target", at(zero), seed, suites.Train{}, "k", 1, "baseline", "none")
		l.log(c, drawVariance, 0.54375*level)
		c = l.modelled("baseline", "reinforce", "target", at(zero+0.875), seed, suites.Train{}, "k", 1, "baseline", "none")
		l.log(c, drawVariance, 0.2375*level)
		c = l.modelled("draws", "reinforce", "target", at(zero), seed, suites.Train{}, "k", 1, "baseline", "leave-one-out")
		l.log(c, drawVariance, 100)
	}
	f := figureOf(t, l.report(), "Variance of one draw against its formula")
	says(t, f, "by the formula of the score 5.4375; 21.7", "times the path's, by the formulas 21.75.", "by the formula of the score 2.375; 9.5", "by the formula of the path 0.25.")
	for _, row := range f.Data[1:] {
		got, _ := strconv.ParseFloat(row[3], 64)
		want, _ := strconv.ParseFloat(row[4], 64)
		seed, _ := strconv.ParseFloat(row[1], 64)
		if row[5] == "variance" {
			want *= 1 + 0.01*seed
		}
		if math.Abs(got-want) > 1e-9*want {
			t.Errorf("%v: got %g, want %g", row, got, want)
		}
	}
	if n := len(f.Data) - 1; n != 5*6 {
		t.Errorf("%d numbers, want three variances and two ratios of six seeds", n)
	}
}

// A latent has collapsed whose posterior mean does not move; the law counts the eigenvalues of
// the latents that the threshold reaches, and the sentence says how often they agree.
func TestCollapseCount(t *testing.T) {
	l := newLab(6)
	spectrum := []float64{4, 2, 1, 0.5, 0.25}
	for i, beta := range []float64{1, 2.5, 5, 20} {
		for seed := range 3 {
			c := l.modelled("all", "analytic-elbo", "fa", nil, seed, suites.Train{Steps: 10}, "beta", beta)
			variance := []float64{0.9, 0.8, 0.7, 0.6}
			for j := range i { // beta 20, threshold 6, leaves none: one latent too few is collapsed
				variance[3-j] = 0.001
			}
			l.keep(c, ppcaSpectrum, spectrum)
			l.keep(c, ppcaVariance, variance)
			l.keep(c, ppcaThreshold, []float64{0.3 * beta, 0.01})
		}
	}
	f := figureOf(t, l.report(), "Collapsed latents against the spectrum")
	says(t, f, "The count is the law's in 9 of 12 cells.", "beta=5}: 2 [2, 2] collapsed of 4 at a threshold of 1.5.")
	for i, row := range f.Data[1:] {
		if want := []string{"0", "1", "2", "3"}[i/3]; row[3] != want || row[4] != []string{"0", "1", "2", "4"}[i/3] {
			t.Errorf("%v: want %s collapsed", row, want)
		}
	}
}

// Responsibilities are those of the first seed, components by the place of their data.
func TestShares(t *testing.T) {
	for _, dims := range []int{1, 2} {
		l := newLab(7)
		for start := range 2 {
			for seed := range 2 {
				c := l.modelled("mix", "em", "gmm", map[string]any{"start": start}, seed, suites.Train{Steps: 10})
				var points, shares []float64
				for i := range 40 {
					x := float64(i)/10 - 2
					r := 1 / (1 + math.Exp(8*x)) // of the left cloud
					points = append(points, x)
					if dims == 2 {
						points = append(points, math.Sin(x))
					}
					if start == 1 {
						r = 1 - r // the same with other names
					}
					shares = append(shares, r, 1-r)
				}
				l.keep(c, sharePoints+fmt.Sprint(dims), points)
				l.keep(c, shareParts+"2", shares)
			}
		}
		f := figureOf(t, l.report(), "Responsibilities")
		// 8 |x| < log 9 where no share is 0.9: at x = -0.2 .. 0.2
		says(t, f, "Data of which no component has 90 %: em x start=0, 5 of 40; em x start=1, 5 of 40.")
		a, b := f.Data[1:41], f.Data[41:81]
		for n := range a {
			if a[n][4] != b[n][4] || a[n][1] != "0" {
				t.Fatalf("row %d: %v and %v", n, a[n], b[n])
			}
		}
		if !strings.HasPrefix(a[0][4], "1 ") {
			t.Errorf("the left cloud is not the first component: %v", a[0])
		}
	}
}

// A fit with the signs of ability turned is the same curve; a difficulty that is off has the
// distance of its curve; curves are chances.
func TestItems(t *testing.T) {
	l := newLab(8)
	truth := []float64{1, -1, 0, 1.5, 0, 0.2, 0.7, 1, 0}
	shift := slices.Clone(truth)
	shift[1]++
	for seed := range 3 {
		c := l.modelled("marginal", "em", "irt", nil, seed, suites.Train{Steps: 10})
		l.keep(c, itemArray, []float64{-1, -1, 0, -1.5, 0, 0.2, -0.7, 1, 0})
		l.keep(c, itemArray+"/true", truth)
		c = l.modelled("joint", "elbo", "irt", nil, seed, suites.Train{Steps: 10})
		l.keep(c, itemArray, shift)
		l.keep(c, itemArray+"/true", truth)
	}
	f := figureOf(t, l.report(), "Item characteristic curves")
	says(t, f, "em: 0 ", fmt.Sprintf("elbo: %s ", summarize([]float64{off(shift, truth), off(shift, truth), off(shift, truth)})))
	at := func(name, item string) float64 { // the chance at ability 0
		return rowsOf(t, f, 4, name, "0", item, "0")[0]
	}
	for name, want := range map[string]float64{"true": 1 / (1 + math.Exp(-1)), "em": 1 / (1 + math.Exp(-1)), "elbo": 0.5} {
		if got := at(name, "1"); math.Abs(got-want) > 1e-15 {
			t.Errorf("%s: chance %g of item 1 at 0, want %g", name, got, want)
		}
	}
	if got, want := at("em", "2"), 0.2+0.8*0.5; math.Abs(got-want) > 1e-15 {
		t.Errorf("a guess: got %g, want %g", got, want)
	}
	// 3 items, 41 abilities, the truth once and two configurations of three seeds
	if n := len(f.Data) - 1; n != 3*41*(1+2*3) {
		t.Errorf("%d numbers", n)
	}
	if !strings.Contains(f.Caption, "thin ones single seeds") {
		t.Errorf("one test for all seeds, got %q", f.Caption)
	}
}

// Arrays of other shapes than they should have are no panic, and are left out.
func TestClassicalArraysAmiss(t *testing.T) {
	l := newLab(9)
	c := l.modelled("g", "em", "gmm", nil, 0, suites.Train{Steps: 10})
	l.keep(c, sharePoints+"2", []float64{1, 2, 3})
	l.keep(c, shareParts+"x", []float64{1})
	l.keep(c, ppcaSpectrum, nil)
	l.keep(c, itemArray, []float64{1, 2})
	for _, f := range l.report().Figures() {
		if !strings.HasPrefix(f.Failed, "no value to draw: ") {
			t.Errorf("%s: got %q", f.Title, f.Failed)
		}
	}
}
