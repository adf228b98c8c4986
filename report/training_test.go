package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// train plans a cell that is trained on 96 data.
func (l *lab) train(grid, estimator string, seed int, t suites.Train, params ...any) suites.Cell {
	c := l.cell(grid, estimator, seed, params...)
	c.Model = suites.Choice{Name: "vae", Version: 1, Params: map[string]any{"latent": 4}}
	c.Dataset = suites.Choice{Name: "bits", Version: 1, Params: map[string]any{"n": 96}}
	c.Train = t
	c.Metrics = []suites.Choice{{Name: "active-units", Params: map[string]any{"least": 0.01}}}
	l.plan.Cells[len(l.plan.Cells)-1] = c
	return c
}

// point logs a metric at a step.
func (l *lab) point(c suites.Cell, metric string, step int, v float64) {
	r := l.end(c, store.Done, "")
	r.Points = append(r.Points, store.Point{Metric: metric, Step: step, Value: v})
}

// keep keeps an array at the end.
func (l *lab) keep(c suites.Cell, name string, x []float64) {
	r := l.end(c, store.Done, "")
	r.Vectors = append(r.Vectors, store.Vector{Name: name, Step: c.Train.Steps, Data: x})
}

// trained is a suite as those of trained models are: curves at steps and at
// ratios of steps, arrays at the end, a paper's table, a seed that diverged.
func trained() *lab {
	l := newLab(11)
	l.plan.Suite, l.plan.Rows = "tighter", map[string]int{"bits{n=96}": 96}
	steps := suites.Train{Steps: 300, Batch: 16, Every: 25}
	for i, e := range [][]any{{"elbo", "k", 64}, {"iwae", "k", 64}, {"piwae-mk", "k", 8, "m", 8}, {"piwae-mk", "k", 16, "m", 4}} {
		for seed := range 5 {
			c := l.train("vae", e[0].(string), seed, steps, e[1:]...)
			if i == 1 && seed == 4 {
				l.end(c, store.Diverged, "NaN in inf/mu/W at step 7")
				continue
			}
			level := float64(seed)/10 + 0.05*float64(i)
			for step := 0; step <= 300; step += 25 {
				at := math.Exp(-float64(step) / 60)
				l.point(c, "iwae@64", step, -6-3*at+level+0.02*l.rand.NormFloat64())
				l.point(c, "train/iwae@64", step, -5.8-3*at+level+0.02*l.rand.NormFloat64())
				l.point(c, "snr/inf", step, math.Exp(at-float64(i)/2+0.1*l.rand.NormFloat64()))
				l.point(c, "snr/inf/floor", step, 0.01)
				l.point(c, "snr/inf/mu/W", step, math.Exp(at+0.1*l.rand.NormFloat64()))
				l.point(c, "ess@100/log", step, 3)
			}
			l.point(c, "nll@200", 300, 6-level)
			l.point(c, "kl@64", 300, 0.02*float64(i)+0.01*l.rand.Float64())
			l.point(c, "active-units", 300, float64(2+seed%2))
			l.point(c, "gap/approximation", 300, 0.4+0.02*l.rand.NormFloat64())
			l.point(c, "gap/amortization", 300, 0.8+0.05*l.rand.NormFloat64())
			ess, grey := make([]float64, 40), func(n int) []float64 {
				x := make([]float64, 30*n)
				for j := range x {
					x[j] = l.rand.Float64()
				}
				return x
			}
			for j := range ess {
				ess[j] = 100 * math.Pow(l.rand.Float64(), 1+float64(i))
			}
			l.keep(c, "ess@100", ess)
			l.keep(c, "active-units", []float64{0.9, 0.001 * l.rand.Float64(), 0.3, 0})
			l.keep(c, "pictures/data@6x5", grey(9))
			l.keep(c, "pictures/recon@6x5", grey(9))
			l.keep(c, "pictures/samples@6x5", grey(9))
			l.keep(c, "snr/self/sum", []float64{1, 2})
		}
	}
	for seed := range 3 {
		c := l.train("aevb", "elbo", seed, suites.Train{Steps: 1000, Batch: 10})
		for _, step := range []int{0, 1, 3, 10, 32, 100, 316, 1000} {
			l.point(c, "elbo", step, -10+2*math.Log1p(float64(step))/7+0.1*l.rand.NormFloat64())
		}
	}
	l.claim("T1", 5, suites.Part{Kind: "better", Metric: "kl@64", Over: suites.Select{"grid": {"vae"}}, A: by("elbo"), B: by("iwae"), Want: "lower"})
	l.plan.Published = []suites.Published{{Paper: "1802.04537", Table: "MNIST, 3280 epochs, 4 runs", Metric: "nll@200", Rows: []suites.PublishedRow{
		{Over: suites.Select{"estimator": {"iwae"}}, Value: 84.5, SD: ptr(0.02), From: "IWAE", Reference: true},
		{Over: suites.Select{"estimator": {"piwae-mk"}, "m": {"8"}}, Value: 84.46, SD: ptr(0.06), From: "PIWAE (8,8)", Note: "a | note"},
		{Over: suites.Select{"estimator": {"elbo"}, "grid": {"aevb"}}, Value: 86},
	}}}
	return l
}

func figureOf(t *testing.T, r *Report, title string) Figure {
	t.Helper()
	var titles []string
	for _, f := range r.Figures() {
		if f.Title == title {
			if f.Failed != "" {
				t.Fatalf("%s: %s", title, f.Failed)
			}
			return f
		}
		titles = append(titles, f.Title)
	}
	t.Fatalf("no figure %q; have %q", title, titles)
	return Figure{}
}

// Every figure that the numbers allow is there once, in words and in this order.
func TestFiguresOfTraining(t *testing.T) {
	r := trained().report()
	everything(t, r)
	var titles []string
	for _, f := range r.Figures() {
		if f.Failed != "" {
			t.Errorf("%s: %s", f.Title, f.Failed)
		}
		titles = append(titles, f.Title)
	}
	want := []string{
		"Differences of kl@64",
		"Test bound IWAE-64 against epochs: grid vae",
		"Training bound IWAE-64 against epochs: grid vae",
		"Signal-to-noise of the inference network against epochs: grid vae",
		"−KL against log p̂: grid vae",
		"Test effective sample size of 100, by datum: grid vae",
		"Active units: grid vae",
		"Variance of the posterior means, unit by unit: grid vae",
		"Inference gap in its parts: grid vae",
		"Data, reconstructions and samples: grid vae",
		"Bound ELBO against samples seen: grid aevb",
	}
	if d := cmp.Diff(want, titles); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	text := page(t, r)
	elements := offline(t, text)
	if elements["image"] != 8 {
		t.Errorf("%d pictures; want two of each of four configurations", elements["image"])
	}
}

// Curves say what they are over, what is left out, and take no cell that is not done.
func TestCurves(t *testing.T) {
	r := trained().report()
	f := figureOf(t, r, "Signal-to-noise of the inference network against epochs: grid vae")
	for _, want := range []string{"vae{latent=4} on bits{n=96}", "4 to 5 of 5 seeds", "Batch 16", "means of logs", "thin lines single seeds",
		"2 more metrics over training (ess@100/log, snr/inf/mu/W)"} {
		if !strings.Contains(f.Caption, want) {
			t.Errorf("%q is not in %q", want, f.Caption)
		}
	}
	if labels := []string{f.Legend[0].Label, f.Legend[1].Label, f.Legend[2].Label, f.Legend[3].Label}; !slices.Equal(labels,
		[]string{"elbo", "iwae", "piwae-mk{k=8,m=8}", "piwae-mk{k=16,m=4}"}) {
		t.Errorf("legend %q", labels)
	}
	if rows := len(f.Data) - 1; rows != 19*13 {
		t.Errorf("%d numbers behind the figure; want 13 of each of 19 seeds", rows)
	}
	if !strings.Contains(f.Desc, "after 0 epochs to ") || !strings.Contains(f.Desc, " after 50 epochs.") {
		t.Errorf("in words: %q", f.Desc)
	}
	f = figureOf(t, r, "Bound ELBO against samples seen: grid aevb")
	if !strings.Contains(f.Caption, "The start, before any sample, has no place on a log axis.") || strings.Contains(f.Caption, "Not drawn") {
		t.Errorf("step 0 has no place on a log axis: %q", f.Caption)
	}
	if !strings.Contains(f.Desc, "after 10 samples seen to ") || !strings.Contains(f.Desc, " after 10000 samples seen.") {
		t.Errorf("in words: %q", f.Desc)
	}
}

// Values below their own noise floor are counted, and the floor is drawn; a
// missing value is counted with its reason.
func TestFloorOfCurves(t *testing.T) {
	l := newLab(1)
	for seed := range 3 {
		c := l.train("g", "elbo", seed, suites.Train{Steps: 10, Batch: 16})
		for step := range 11 {
			if step == 10 && seed == 0 {
				r := l.end(c, store.Done, "")
				r.Points = append(r.Points, store.Point{Metric: "snr/inf", Step: step, Reason: "debiased squared signal not positive"})
				continue
			}
			l.point(c, "snr/inf", step, math.Exp(-float64(step)/3))
			l.point(c, "snr/inf/floor", step, 0.1)
		}
	}
	f := figureOf(t, l.report(), "Signal-to-noise of the inference network against training steps")
	for _, want := range []string{"Not drawn: 1 of 33 values: debiased squared signal not positive.",
		"11 of the 32 values drawn lie below their noise floor: there they are no signal."} {
		if !strings.Contains(f.Caption, want) {
			t.Errorf("no %q in %q", want, f.Caption)
		}
	}
	if n := len(f.Legend); n != 2 || f.Legend[1].Label != "noise floor, mean of all" {
		t.Errorf("legend %+v", f.Legend)
	}
	f = figureOf(t, trained().report(), "Signal-to-noise of the inference network against epochs: grid vae")
	if !strings.Contains(f.Caption, "Every value lies above its noise floor.") || len(f.Legend) != 4 {
		t.Errorf("caption %q, %d lines; want no floor far below the axis", f.Caption, len(f.Legend))
	}
}

// A band is left open where it would fill the axis from end to end.
func TestBandsOffTheAxis(t *testing.T) {
	at := func(ys ...float64) (out plotter.XYs) {
		for x, y := range ys {
			out = append(out, plotter.XY{X: float64(x), Y: y})
		}
		return out
	}
	for _, test := range []struct {
		lo, hi plotter.XYs
		areas  int
		cut    bool
	}{
		{at(1, 1, 1), at(2, 2, 2), 1, false},
		{at(-9, 1, 1), at(2, 2, 2), 1, false}, // leaves on one side
		{at(-9, 1, 1), at(99, 2, 2), 1, true},
		{at(1, 1, -9, 1, 1), at(2, 2, 99, 2, 2), 2, true},
		{at(-9, -9), at(99, 99), 0, true},
	} {
		areas, cut, err := bundle{belts: []belt{{lo: test.lo, hi: test.hi}}}.shades(0, 10)
		if err != nil || len(areas) != test.areas || cut != test.cut {
			t.Errorf("%v to %v: %d areas, cut %t, %v", test.lo, test.hi, len(areas), cut, err)
		}
	}
}

// A number of things has ticks at whole numbers only.
func TestTicksOfCounts(t *testing.T) {
	l := newLab(1)
	for seed := range 3 {
		c := l.train("g", "elbo", seed, suites.Train{Steps: 10, Batch: 16})
		for step := range 11 {
			l.point(c, "active-units", step, float64(50+step/10))
			l.point(c, "live-atoms", step, 64)
		}
	}
	if text := page(t, l.report()); strings.Contains(text, "Live atoms against") || !strings.Contains(text, "at every step, and not drawn: live-atoms = 64.") {
		t.Error("what never changes is drawn, or not said")
	}
	f := figureOf(t, l.report(), "Active units against training steps")
	if s := string(f.SVG); !strings.Contains(s, ">50<") || strings.Contains(s, ">49.") || strings.Contains(s, ">50.") {
		t.Error("ticks between whole numbers")
	}
}

func TestCourseOfTraining(t *testing.T) {
	for _, test := range []struct {
		steps       []int
		batch, rows int
		want        string
	}{
		{[]int{0, 100, 200, 300}, 16, 96, "epochs"},
		{[]int{0, 100, 200, 300}, 16, 0, "training steps"},
		{[]int{0, 100, 200, 300}, 0, 96, "training steps"},    // a step is an epoch
		{[]int{0, 100, 200, 300}, 16, 4096, "training steps"}, // one epoch and a bit
		{[]int{1, 2, 4, 8, 16}, 20, 96, "samples seen"},
		{[]int{1, 2, 4, 8, 16}, 0, 96, "samples seen"},
		{[]int{1, 2, 4, 8, 16}, 0, 0, "training steps"},
		{[]int{1, 2, 4, 8}, 0, 0, "training steps"},
		{[]int{10, 100}, 20, 96, "epochs"},
	} {
		p := &panel{rows: test.rows, configs: []config{{cell: suites.Cell{Train: suites.Train{Batch: test.batch}}}}}
		if got := p.course(test.steps).label; got != test.want {
			t.Errorf("%v, batch %d of %d: got %s; want %s", test.steps, test.batch, test.rows, got, test.want)
		}
	}
	if byRatios([]int{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}) || byRatios([]int{0, 1, 2, 3}) || byRatios(nil) {
		t.Error("even steps do not want a log axis")
	}
}

// A start far below leaves the ends room, and the caption says so.
func TestStartOffTheAxis(t *testing.T) {
	l := newLab(1)
	for seed := range 3 {
		c := l.train("g", "elbo", seed, suites.Train{Steps: 10, Batch: 16})
		for step := range 11 {
			v := -90 + 0.1*float64(step)
			if step == 0 {
				v = -5000
			}
			l.point(c, "elbo", step, v+0.001*float64(seed))
		}
	}
	f := figureOf(t, l.report(), "Bound ELBO against training steps")
	if !strings.Contains(f.Caption, "The start lies off the axis") || strings.Contains(string(f.SVG), ">-5000<") || !strings.Contains(string(f.SVG), ">-89.6<") {
		t.Errorf("caption %q", f.Caption)
	}
}

// What has no room is counted, never dropped in silence.
func TestFiguresSayWhatIsLeftOut(t *testing.T) {
	l := newLab(1)
	for k := range mostConfigs + 3 {
		c := l.train("g", "iwae", 0, suites.Train{Steps: 2, Batch: 16}, "k", k)
		for m := range mostCurves + 2 {
			l.point(c, fmt.Sprintf("m%02d", m), 1, 1)
			l.point(c, fmt.Sprintf("m%02d", m), 2, float64(k))
		}
		l.keep(c, "pictures/data@1x1", make([]float64, mostTiles+1))
	}
	figures := l.report().Figures()
	if len(figures) != mostCurves+1 {
		t.Fatalf("%d figures", len(figures))
	}
	if c := figures[mostCurves-1].Caption; !strings.Contains(c, "3 configurations are more in the tables.") || !strings.Contains(c, "2 more metrics over training (m08, m09)") {
		t.Errorf("caption %q", c)
	}
	if c := figures[mostCurves].Caption; !strings.Contains(c, fmt.Sprintf("%d more configurations are not shown", mostConfigs-mostPictured)) ||
		!strings.Contains(c, fmt.Sprintf("the first %d", mostTiles)) {
		t.Errorf("caption %q", c)
	}
	l = newLab(1)
	for g := range 2*mostPanels + 4 {
		c := l.train(fmt.Sprintf("g%d", g), "iwae", 0, suites.Train{})
		l.point(c, []string{"elbo", activeUnits}[g%2], 0, 1) // one number alone has no figure
	}
	figures = l.report().Figures()
	if last := figures[len(figures)-1]; len(figures) != mostPanels+1 || last.Failed != "no room: 2 grids and data sets have more, whose numbers are in the tables" {
		t.Errorf("%d figures, the last %q", len(figures), last.Failed)
	}
}

func TestStory(t *testing.T) {
	f := figureOf(t, trained().report(), "−KL against log p̂: grid vae")
	// elbo: log p̂ is -6 + seed/10.
	if want := []string{"elbo", "-5.8", "-200"}; f.Data[1][0] != want[0] || !strings.HasPrefix(f.Data[1][1], want[1]) || f.Data[1][4] != "-nll@200" {
		t.Errorf("got %q", f.Data[1])
	}
	if len(f.Data) != 1+2*4 {
		t.Errorf("%d rows", len(f.Data))
	}
}

// The area of a violin is the same for all, and its quartiles are the values'.
func TestViolin(t *testing.T) {
	var x []float64
	for i := range 401 {
		x = append(x, float64(400-i)/400*0.6)
	}
	v := newViolin(config{}, x, 1)
	for i, want := range []float64{0.15, 0.3, 0.45} {
		if math.Abs(v.quartiles[i]-want) > 2e-3 {
			t.Errorf("quartile %d: got %g; want %g", i, v.quartiles[i], want)
		}
	}
	area := 0.0
	for _, d := range v.density {
		area += d * v.step
	}
	if area < 0.95 || area > 1.001 { // the kernel's tails beyond the values are not drawn
		t.Errorf("area %g", area)
	}
	if mid := v.density[violinBins/2]; math.Abs(mid-1/0.6) > 0.05 {
		t.Errorf("density %g of uniform values on [0, 0.6]", mid)
	}
	if one := newViolin(config{}, []float64{0.5, 0.5}, 1); len(one.density) != 1 || one.quartiles[1] != 0.5 {
		t.Errorf("equal values: %+v", one)
	}
}

// Every value is the grey of one square, in its place.
func TestPicturesAreTheirValues(t *testing.T) {
	l := newLab(1)
	c := l.train("g", "iwae", 3, suites.Train{})
	l.keep(c, "pictures/data@2x3", []float64{0, 1, 0.5, -2, 7, math.NaN(), 1, 1, 1, 1, 1, 1})
	l.keep(c, "pictures/recon@2x3", []float64{1, 0, 0, 0, 0, 0})
	l.keep(c, "pictures/samples@2x3", nil)
	f := figureOf(t, l.report(), pictureTitle)
	found := regexp.MustCompile(`href="data:image/png;base64,([^"]*)"`).FindAllStringSubmatch(string(f.SVG), -1)
	if len(found) != 1 {
		t.Fatalf("%d pictures; want the one of data and reconstructions", len(found))
	}
	raw, err := base64.StdEncoding.DecodeString(found[0][1])
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	const zoom = coarse / 3 // of tiles 3 wide and 2 high, a line of 1 between
	for _, at := range []struct {
		x, y int
		want color.NRGBA
	}{
		{0, 0, color.NRGBA{0, 0, 0, 255}}, {zoom, 0, color.NRGBA{255, 255, 255, 255}}, {3*zoom - 1, zoom - 1, color.NRGBA{128, 128, 128, 255}},
		{0, zoom, color.NRGBA{0, 0, 0, 255}}, {zoom, zoom, color.NRGBA{255, 255, 255, 255}}, {2 * zoom, zoom, color.NRGBA{}}, {3 * zoom, 0, color.NRGBA{}},
		{3*zoom + 1, 0, color.NRGBA{255, 255, 255, 255}}, {0, 2 * zoom, color.NRGBA{}},
		{0, 2*zoom + 1, color.NRGBA{255, 255, 255, 255}}, {zoom, 2*zoom + 1, color.NRGBA{0, 0, 0, 255}},
	} {
		if got := color.NRGBAModel.Convert(img.At(at.x, at.y)); got != at.want {
			t.Errorf("(%d,%d): got %v; want %v", at.x, at.y, got, at.want)
		}
	}
	if !strings.Contains(f.Desc, "iwae: 2 data above 1 reconstructions, 0 samples beside, of seed 3") {
		t.Errorf("in words: %q", f.Desc)
	}
}

// Arrays that are odd spoil no more than their figure, and say why.
func TestOddArrays(t *testing.T) {
	l := newLab(1)
	c := l.train("g", "iwae", 0, suites.Train{})
	nan := math.NaN()
	l.keep(c, "ess@x", []float64{1})
	l.keep(c, "ess@4", []float64{nan, -1, 9, math.Inf(1)})
	l.keep(c, "train/ess@4", []float64{2, 2, 2})
	l.keep(c, "active-units", []float64{0, nan, -1})
	l.keep(c, "pictures/data@0x3", []float64{1})
	l.keep(c, "pictures/data@20x20", []float64{1})
	l.point(c, "gap/approximation", 0, -0.1)
	l.point(c, "gap/amortization", 0, 0.2)
	l.point(c, "active-units", 0, 0)
	r := l.report()
	everything(t, r)
	drawn := map[string]string{}
	for _, f := range r.Figures() {
		drawn[f.Title] = f.Failed
	}
	want := map[string]string{
		"Effective sample size of x, by datum":          "no value to draw: ess@x does not say how many samples",
		"Effective sample size of 4, by datum":          "",
		"Training effective sample size of 4, by datum": "",
		"Active units":               "",
		spectrumTitle:                "no value to draw: 3 of 3 values not positive, which a log axis has no place for",
		"Inference gap in its parts": "",
		pictureTitle:                 "no value to draw: no cell that is done has kept pictures",
	}
	for title, reason := range want {
		got, ok := drawn[title]
		if !ok || reason != "" && got != reason {
			t.Errorf("%s: got %q, %v; want %q", title, got, ok, reason)
		}
	}
}

// The page of a store is that of the same results in memory, arrays and all.
func TestStoreGivesTheSameFigures(t *testing.T) {
	l := trained()
	st, err := store.Open(filepath.Join(t.TempDir(), "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	run, err := st.Begin(&l.plan, l.report().Provenance[0])
	if err != nil {
		t.Fatal(err)
	}
	var list []store.Result
	for i := len(l.order) - 1; i >= 0; i-- {
		list = append(list, *l.results[l.order[i]])
	}
	if err := st.Write(run, list); err != nil {
		t.Fatal(err)
	}
	r, err := New(st, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if page(t, l.report()) != page(t, r) {
		t.Error("the pages differ")
	}
}

// Ours is of so many data, seeds and epochs, and less the reference's pairs seeds.
func TestOursIsMeasured(t *testing.T) {
	l := newLab(1)
	l.plan.Rows = map[string]int{"bits{n=96}": 96}
	for i, e := range []string{"iwae", "elbo"} {
		for seed := range 3 + i {
			c := l.train("g", e, seed, suites.Train{Steps: 60, Batch: 16})
			l.plan.Cells[len(l.plan.Cells)-1].Metrics = []suites.Choice{{Name: "nll", Params: map[string]any{"k": 7, "first": 5, "on": "test"}}, {Name: "nll", Params: map[string]any{"k": 9, "first": 0, "on": "test"}}}
			l.point(c, "nll@7", 60, float64(10*seed*seed+i)+0.1*float64(i*seed))
		}
	}
	l.plan.Published = []suites.Published{{Paper: "p", Metric: "nll@7", Rows: []suites.PublishedRow{{Over: by("iwae"), Value: 1, Reference: true}, {Over: by("elbo"), Value: 2}}}}
	b := l.report().Published[0]
	if want := "nll@7 of the first 5 test data; 4 seeds, 10 epochs"; b.Ours != want {
		t.Errorf("got %q; want %q", b.Ours, want)
	}
	if got := b.Rows[1]; b.Reference != "iwae{k=64}" && b.Reference != "iwae" || b.Rows[0].Less != "" || math.Abs(got.less.mean-1.1) > 1e-9 || len(got.less.seeds) != 3 || !strings.HasSuffix(got.Less, ", n 3") {
		t.Errorf("beside %q: %+v", b.Reference, got)
	}
	l.plan.Cells[0].Metrics[0].Params["first"] = 5.0 // as it is stored
	if got := l.report().Published[0].Ours; got != b.Ours {
		t.Errorf("got %q; want %q", got, b.Ours)
	}
	l.plan.Published[0].Metric = "nll@9"
	if got := l.report().Published[0].Ours; !strings.HasPrefix(got, "nll@9 of all test data; ") {
		t.Errorf("got %q", got)
	}
}

// A report says what its preset is in the preset's own words, and counts no
// verdicts where nothing is claimed.
func TestLead(t *testing.T) {
	l := newLab(1)
	l.plan.Preset, l.plan.Words = "real", "real images, a *week*"
	r := l.report()
	var console, md bytes.Buffer
	if err := errors.Join(Console(&console, r, 80, false), r.Markdown(&md)); err != nil {
		t.Fatal(err)
	}
	for _, has := range []struct{ where, text, want string }{
		{"console", console.String(), "(real), no claims\n  real images, a *week*\n"},
		{"markdown", md.String(), "\nPreset real: real images, a \\*week\\*.\n"},
		{"page", page(t, r), `<p class="about"><b>Preset real:</b> real images, a *week*</p>`},
	} {
		if !strings.Contains(has.text, has.want) {
			t.Errorf("%s: no %q in\n%s", has.where, has.want, has.text[:min(len(has.text), 1500)])
		}
	}
	if strings.Contains(page(t, r), `class="banner"`) || strings.Contains(md.String(), "0 claims") {
		t.Error("there are no verdicts to count")
	}
}
