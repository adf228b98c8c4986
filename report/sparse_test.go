package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// sparseCoding is a suite as those of sparse coders are: dictionaries, codes, the signals of both
// networks, an objective, and an ELBO on its way to a sum of entropies.
func sparseCoding() *lab {
	l := newLab(5)
	l.plan.Suite, l.plan.Rows = "sparse", map[string]int{"bits{n=96}": 96}
	steps := suites.Train{Steps: 300, Batch: 16, Every: 25}
	of := func(grid, estimator string, seed int, params ...any) suites.Cell {
		c := l.train(grid, estimator, seed, steps, params...)
		c.Model = suites.Choice{Name: "sparsecoder", Version: 1, Params: map[string]any{"latents": 64}}
		l.plan.Cells[len(l.plan.Cells)-1] = c
		return c
	}
	for i, e := range [][]any{{"ste", "k", 1}, {"ste", "k", 20}, {"subgrad", "k", 20}, {"dense", "k", 20}} {
		for seed := range 5 {
			c := of("patches", e[0].(string), seed, e[1:]...)
			level := float64(i)
			l.point(c, "objective", 300, 130+20*level+3*l.rand.NormFloat64())
			l.point(c, "gini", 300, 0.9-0.12*level+0.02*l.rand.NormFloat64())
			l.point(c, "l0", 300, 0.1+0.3*level)
			for _, network := range []struct {
				name  string
				scale float64
			}{{"inf", 0.4}, {"gen", 3}} {
				if network.name == "inf" && i == 3 && seed == 2 {
					r := l.end(c, store.Done, "")
					r.Points = append(r.Points, store.Point{Metric: "snr/inf", Step: 300, Value: math.NaN(), Reason: "debiased squared signal not positive"})
					continue
				}
				l.point(c, "snr/"+network.name, 300, network.scale*math.Exp(-0.4*level+0.1*l.rand.NormFloat64()))
				l.point(c, "snr/"+network.name+"/floor", 300, 0.08)
				l.point(c, "snr-each/"+network.name+"/median", 300, 0.3*network.scale*math.Exp(-0.3*level+0.1*l.rand.NormFloat64()))
			}
			l.point(c, "snr/r", 300, 1000)
			l.point(c, "snr-each/r", 300, 1000)
			l.point(c, "snr-each/floor", 300, 0.0252)
			l.keep(c, "dictionary@12x12", gabors(l, 64, 12, 0.4*level))
			l.keep(c, "code-histogram@data", codesOf(l, 20000, 0.7*math.Min(1, 3-level), 0.15*(1+level)))
		}
	}
	for i, e := range []string{"entropy", "elbo"} {
		for seed := range 4 {
			c := of("bars", e, seed)
			for step := 0; step <= 300; step += 25 {
				at := math.Exp(-float64(step) / 40)
				bound := -8.8 - 0.5*float64(i) - 40*at + 0.1*l.rand.NormFloat64()
				gap := 3*math.Exp(-float64(step)/float64(20+15*i)) + 1e-6*l.rand.Float64()
				l.point(c, "entropies/elbo", step, bound)
				l.point(c, "entropies/sum", step, bound+gap)
				l.point(c, "entropies/gap", step, gap)
			}
			truth := bars(5)
			learned := make([]float64, len(truth))
			for j := range truth {
				learned[j] = math.Pow(-1, float64(j/25))*0.9*truth[j] + 0.02*float64(1+2*i)*l.rand.NormFloat64()
			}
			l.keep(c, "dictionary@5x5", learned)
			l.keep(c, "dictionary/true@5x5", truth)
		}
	}
	return l
}

// bars are the rows and columns of a square, of unit norm.
func bars(r int) (x []float64) {
	for b := range 2 * r {
		for i := range r * r {
			on := 0.0
			if b < r && i%r == b || b >= r && i/r == b-r {
				on = 1 / math.Sqrt(float64(r))
			}
			x = append(x, on)
		}
	}
	return x
}

// gabors are edges of unit norm at random places, with noise over them.
func gabors(l *lab, n, size int, noise float64) (x []float64) {
	for range n {
		angle, phase, wave := math.Pi*l.rand.Float64(), 2*math.Pi*l.rand.Float64(), 4+4*l.rand.Float64()
		cx, cy, width := float64(size)*l.rand.Float64(), float64(size)*l.rand.Float64(), 1+1.5*l.rand.Float64()
		atom, norm := make([]float64, size*size), 0.0
		for i := range atom {
			dx, dy := float64(i%size)-cx, float64(i/size)-cy
			u := dx*math.Cos(angle) + dy*math.Sin(angle)
			atom[i] = math.Exp(-(dx*dx+dy*dy)/(2*width*width))*math.Cos(2*math.Pi*u/wave+phase) + 0.3*noise*l.rand.NormFloat64()
			norm += atom[i] * atom[i]
		}
		for _, v := range atom {
			x = append(x, v/math.Sqrt(norm))
		}
	}
	return x
}

// codesOf counts codes that are zero with a probability and else of Laplace's law.
func codesOf(l *lab, n int, zero, scale float64) []float64 {
	const bins, reach = 121, 3.0
	x := make([]float64, 2*bins+4)
	for i := range bins + 1 {
		x[i] = reach * float64(2*i-bins) / bins
	}
	for range n {
		if l.rand.Float64() < zero {
			x[2*bins+1]++
			continue
		}
		v := scale * l.rand.ExpFloat64() * math.Copysign(1, l.rand.Float64()-0.5)
		switch {
		case v < -reach:
			x[2*bins+2]++
		case v > reach:
			x[2*bins+3]++
		default:
			x[bins+1+min(int((v+reach)/(2*reach)*bins), bins-1)]++
		}
	}
	return x
}

// Every figure of sparse coding is there once, dictionaries first.
func TestFiguresOfSparseCoding(t *testing.T) {
	r := sparseCoding().report()
	everything(t, r)
	var titles []string
	for _, f := range r.Figures() {
		if f.Failed != "" {
			t.Errorf("%s: %s", f.Title, f.Failed)
		}
		if f.Desc == "" || f.Caption == "" || len(f.Data) < 2 || len(f.Legend) == 0 {
			t.Errorf("%s: words %q, caption %q, %d rows, %d keys", f.Title, f.Desc, f.Caption, len(f.Data), len(f.Legend))
		}
		for _, row := range f.Data {
			if len(row) != len(f.Data[0]) {
				t.Errorf("%s: row %q of %q", f.Title, row, f.Data[0])
			}
		}
		titles = append(titles, f.Title)
	}
	want := []string{
		"Dictionaries: grid patches",
		"Signal-to-noise of the gradients at the end: grid patches",
		"Signal-to-noise of single parameters at the end: grid patches",
		"Codes by value: grid patches",
		"Objective against sparsity: grid patches",
		"Dictionaries: grid bars",
		"The ELBO and the sum of entropies: grid bars",
	}
	if d := cmp.Diff(want, titles); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if elements := offline(t, page(t, r)); elements["image"] != 4+1+3+1 {
		t.Errorf("%d pictures; want one of each of four and of two configurations and of the truth, and two keys", elements["image"])
	}
}

// tiles are the pictures of a drawing, decoded.
func tiles(t *testing.T, text string) (list []image.Image) {
	t.Helper()
	for _, found := range regexp.MustCompile(`href="data:image/png;base64,([^"]*)"`).FindAllStringSubmatch(text, -1) {
		raw, err := base64.StdEncoding.DecodeString(found[1])
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, img)
	}
	return list
}

// All tiles of a figure have one scale, the same on both sides of zero, which is grey.
func TestDictionariesAreTheirValues(t *testing.T) {
	l := newLab(1)
	a, b := l.train("g", "a", 3, suites.Train{}), l.train("g", "b", 3, suites.Train{})
	l.keep(a, "dictionary@1x2", []float64{1, -1, 0, math.NaN(), 0.5, 0.25})
	l.keep(b, "dictionary@1x2", []float64{0, 2, -2, 1})
	l.keep(b, "dictionary/true@1x2", []float64{2, 0})
	f := figureOf(t, l.report(), dictionaryTitle)
	imgs := tiles(t, string(f.SVG))
	if len(imgs) != 3 {
		t.Fatalf("%d pictures", len(imgs))
	}
	const zoom, pitch = fine / 2, fine + fine/16
	at := func(img image.Image, tile, value int) color.NRGBA {
		return color.NRGBAModel.Convert(img.At(tile*pitch+value*zoom+zoom/2, zoom/2)).(color.NRGBA)
	}
	of := func(v float64) color.NRGBA { return signed[tint{-2, 2, signed}.index(v)].(color.NRGBA) }
	for _, c := range []struct {
		img, tile, value int
		want             float64
	}{{0, 0, 0, 1}, {0, 0, 1, -1}, {0, 1, 0, 0}, {0, 2, 0, 0.5}, {0, 2, 1, 0.25}, {1, 0, 0, 2}, {1, 0, 1, 0}, {2, 0, 0, 0}, {2, 0, 1, 2}, {2, 1, 0, -2}, {2, 1, 1, 1}} {
		if got := at(imgs[c.img], c.tile, c.value); got != of(c.want) {
			t.Errorf("picture %d, atom %d, value %d: got %v; want %v, the colour of %g", c.img, c.tile, c.value, got, of(c.want), c.want)
		}
	}
	if got := at(imgs[0], 1, 1); got != (color.NRGBA{}) {
		t.Errorf("what is no number: got %v", got)
	}
	if zero := of(0); zero.R != zero.G || zero.G != zero.B {
		t.Errorf("zero is %v", zero)
	}
	// The truth is drawn above the first that has kept it.
	for _, want := range []string{"a, seed 3: 3 atoms, norms from 0.56 to 1.4.", "what the data were made with, seed 3: 1 atom,", "b, seed 3: 2 atoms, norms from 2 to 2.2."} {
		if !strings.Contains(f.Desc, want) {
			t.Errorf("no %q in %q", want, f.Desc)
		}
	}
	if !strings.Contains(f.Caption, "from −2 to 2.") || strings.Contains(f.Caption, "beyond") || f.Legend[0].Label != "from −2 over 0, grey, to 2" {
		t.Errorf("caption %q, legend %q", f.Caption, f.Legend[0].Label)
	}
	if len(tiles(t, string(f.Legend[0].Sample))) != 1 {
		t.Error("no colour bar")
	}
}

// The colours of signed values rise in luminance with the value, so that grey print keeps
// their order; neighbours may be as alike as eight bits make them.
func TestSignedColours(t *testing.T) {
	var list []float64
	for i := range clear {
		c := signed[i].(color.NRGBA)
		list = append(list, 0.2126*math.Pow(float64(c.R)/255, 2.2)+0.7152*math.Pow(float64(c.G)/255, 2.2)+0.0722*math.Pow(float64(c.B)/255, 2.2))
		if i > 0 && list[i] < list[i-1] || i > 2 && !(list[i] > list[i-3]) {
			t.Errorf("step %d, %v: luminance %g after %g", i, c, list[i], list[i-1])
		}
	}
}

// A lone bright value takes the others nothing of their scale, and the caption counts it.
func TestScaleOfDictionaries(t *testing.T) {
	atoms := make([]float64, 1000)
	for i := range atoms {
		atoms[i] = float64(i%11-5) / 10
	}
	atoms[500] = -40
	scale, past, all := symmetric([]plate{{atoms: cut(atoms, 10)}})
	if scale != 0.5 || past != 1 || all != 1000 {
		t.Errorf("scale %g, %d of %d beyond", scale, past, all)
	}
	if scale, past, _ := symmetric([]plate{{atoms: [][]float64{append(make([]float64, 2000), 3)}}}); scale != 3 || past != 0 {
		t.Errorf("nearly all zero: scale %g, %d beyond", scale, past)
	}
	if scale, _, _ := symmetric([]plate{{atoms: [][]float64{{0, math.NaN(), math.Inf(1)}}}}); scale != 0 {
		t.Errorf("nothing: scale %g", scale)
	}
}

// What dictionaries have no room for is counted.
func TestDictionariesSayWhatIsLeftOut(t *testing.T) {
	l := newLab(1)
	for k := range mostPictured + 2 {
		c := l.train("g", "iwae", 0, suites.Train{}, "k", k)
		l.keep(c, "dictionary@1x1", slices.Repeat([]float64{1}, mostAtoms+3))
	}
	f := figureOf(t, l.report(), dictionaryTitle)
	if !strings.Contains(f.Caption, "2 more configurations are not shown.") {
		t.Errorf("caption %q", f.Caption)
	}
	if !strings.Contains(string(f.SVG), fmt.Sprintf("%d of %d atoms", mostAtoms, mostAtoms+3)) {
		t.Errorf("in words: %q", f.Desc)
	}
}

// Codes of all seeds are counted together, exact zeros apart; bins that differ are named.
func TestCodesByValue(t *testing.T) {
	l := newLab(1)
	for seed, x := range [][]float64{
		{-1, 0, 1, 3, 1, 5, 0, 1}, // of ten
		{-1, 0, 1, 0, 2, 7, 1, 0},
		{-2, 0, 2, 9, 9, 9, 9, 9},
		{-1, 0, 1, 3, 1, 5, 0},
	} {
		l.keep(l.train("g", "gated", seed, suites.Train{}), "code-histogram@data", x)
	}
	l.keep(l.train("g", "dense", 0, suites.Train{}), "code-histogram@data", []float64{-1, 0, 1, 6, 2, 0, 0, 0})
	f := figureOf(t, l.report(), "Codes by value")
	want := [][]string{
		{"configuration", "seeds", "from", "to", "codes", "share"},
		{"gated", "2", "0", "0", "12", "0.6"}, {"gated", "2", "", "-1", "1", "0.05"}, {"gated", "2", "-1", "0", "3", "0.15"}, {"gated", "2", "0", "1", "3", "0.15"}, {"gated", "2", "1", "", "1", "0.05"},
		{"dense", "1", "0", "0", "0", "0"}, {"dense", "1", "", "-1", "0", "0"}, {"dense", "1", "-1", "0", "6", "0.75"}, {"dense", "1", "0", "1", "2", "0.25"}, {"dense", "1", "1", "", "0", "0"},
	}
	if d := cmp.Diff(want, f.Data); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if f.Legend[0].Label != "a: gated: 60 % exact zeros" || f.Legend[1].Label != "b: dense" {
		t.Errorf("legend %q, %q", f.Legend[0].Label, f.Legend[1].Label)
	}
	if !strings.Contains(f.Caption, "Not drawn, because their bins are others: gated, seed 2; gated, seed 3.") || !strings.Contains(string(f.SVG), ">b<") {
		t.Errorf("caption %q", f.Caption)
	}
}

// Both networks' signals are means of logs, with what noise alone would give; what has no
// value is counted, and models that are not trained have no such figure.
func TestSignalsOfBothNetworks(t *testing.T) {
	f := figureOf(t, sparseCoding().report(), "Signal-to-noise of the gradients at the end: grid patches")
	for _, want := range []string{"by 1000 replicates", "Not drawn: 1 of 40 values: debiased squared signal not positive.", "what noise alone would give"} {
		if !strings.Contains(f.Caption, want) {
			t.Errorf("no %q in %q", want, f.Caption)
		}
	}
	if len(f.Data) != 1+2*4 || f.Data[7][6] != "4" {
		t.Errorf("got %q", f.Data)
	}
	l := newLab(1)
	for i, steps := range []int{0, 10} {
		for seed, v := range []float64{1, 100} {
			c := l.train(fmt.Sprint("g", i), "iwae", seed, suites.Train{Steps: steps})
			l.point(c, "snr/inf", steps, v)
			l.point(c, "snr/gen", steps, 1)
		}
	}
	figures := l.report().Figures()
	if len(figures) != 1 || figures[0].Title != "Signal-to-noise of the gradients at the end: grid g1" {
		t.Fatalf("%d figures", len(figures))
	}
	if row := figures[0].Data[1]; row[1] != "snr/inf" || row[2] != "10" {
		t.Errorf("mean of the logs of 1 and 100: got %q", row)
	}
}

// The two curves and their distance come of the same cells and steps, and the metric's parts
// are drawn nowhere else.
func TestEntropies(t *testing.T) {
	l := newLab(1)
	for seed := range 2 {
		c := l.train("g", "elbo", seed, suites.Train{Steps: 40, Batch: 96})
		for step := range 5 {
			l.point(c, "entropies/elbo", 10*step, -3)
			if step == 3 {
				r := l.end(c, store.Done, "")
				r.Points = append(r.Points, store.Point{Metric: "entropies/sum", Step: 30, Value: math.NaN(), Reason: "no scale"})
				continue
			}
			l.point(c, "entropies/sum", 10*step, []float64{-1, -2, -4, 0, -3}[step])
			l.point(c, "entropies/gap", 10*step, 1)
		}
	}
	r := l.report()
	if n := len(r.Figures()); n != 1 {
		t.Errorf("%d figures; want one", n)
	}
	f := figureOf(t, r, entropiesTitle)
	var gaps []string
	for _, row := range f.Data {
		if row[4] == "|sum - elbo|" && row[1] == "1" {
			gaps = append(gaps, row[2]+": "+row[3])
		}
	}
	if d := cmp.Diff([]string{"0: 2", "10: 1", "20: 1"}, gaps); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, want := range []string{"2 of 10 values not positive, which a log axis has no place for", "no scale"} {
		if !strings.Contains(f.Caption, want) {
			t.Errorf("no %q in %q", want, f.Caption)
		}
	}
	if strings.Contains(f.Caption, "in the tables") {
		t.Errorf("left out: %q", f.Caption)
	}
}

// Arrays that are odd spoil no more than their figure.
func TestOddCodes(t *testing.T) {
	l := newLab(1)
	c := l.train("g", "iwae", 0, suites.Train{})
	l.keep(c, "dictionary@0x3", []float64{1})
	l.keep(c, "dictionary@2x2", []float64{1, 2})
	l.keep(c, "dictionary@1x1", []float64{0, math.NaN()})
	l.keep(c, "code-histogram@data", []float64{1, 2})
	l.keep(c, "code-histogram@latent", []float64{-1, 0, 1, 0, 0, 0, 0, 0})
	l.keep(c, "train/code-histogram@data", []float64{-1, 0, 1, 0, 0, 5, 0, 0}) // zeros alone
	l.keep(c, "train/code-histogram@latent", []float64{-1, 0, 1, math.NaN(), -1, 5, 0, 0})
	r := l.report()
	everything(t, r)
	failed := map[string]int{}
	for _, f := range r.Figures() {
		failed[f.Failed]++
	}
	want := map[string]int{
		`no value to draw: got atoms of size "0x3"; want HxW`:                      1,
		"no value to draw: no cell that is done has kept an atom that is not zero": 2,
		"no value to draw: no cell that is done has kept codes in bins":            3,
		"": 1,
	}
	if d := cmp.Diff(want, failed); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
