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

// A cloud's dots are the ratios of the parameter's own coordinates, found among all that a
// cell has kept the sums of: here of three parameters, with the signal of another estimator.
func TestCloudOfSingleCoordinates(t *testing.T) {
	l := newLab(3)
	const r = 400
	mean := func(k int) []float64 { return []float64{0.5, 0.02, -3, 1, 2, 0.001, 0.7, 0.3} }
	sd := []float64{1, 1.5, 2, 0.5, 1, 3, 0.25, 2}
	var want []string
	for seed := range 3 {
		for _, k := range ks {
			c := l.cell("g", "iwae", seed, "k", k)
			var s, ss, os, oss []float64
			top, noise := 0.0, 0.0
			for j, m := range mean(k) {
				m += 0.01 * float64(seed)
				v := sd[j] * sd[j] / float64(k)
				s, ss = append(s, r*m*0.9), append(ss, (r-1)*v+r*m*0.9*m*0.9)
				own := v / 4
				os, oss = append(os, r*m), append(oss, (r-1)*own+r*m*m)
				if j >= 3 && j < 6 { // the parameter
					square := m*m - own/r
					top, noise = top+square, noise+v
					if square > 0 {
						want = append(want, fmt.Sprintf("%.6f", math.Log10(math.Sqrt(square/v))))
					}
				}
			}
			l.log(c, "snr/inf/b", math.Sqrt(top/noise))
			l.log(c, "snr/r", r)
			for name, x := range map[string][]float64{"self/sum": s, "self/sumsq": ss, "signal/sum": os, "signal/sumsq": oss} {
				l.keep(c, "snr/"+name, x)
			}
		}
	}
	l.claim("C", 3, suites.Part{Kind: "slope", Metric: "snr/inf/b", Against: "k", Scale: "log", Expect: ptr(0.5), Within: ptr(0.05)})
	rep := l.report()
	g := slopeGroups(rep.plan, rep.plan.Cells)[0]
	lines, _, _ := g.collect(rep.results, axis{true}, axis{true})
	c, err := g.cloud(rep.results, rep.arrays, lines, axis{true}, axis{true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range c.dots {
		got = append(got, fmt.Sprintf("%.6f", d.y))
	}
	if !slices.Equal(got, want) || c.values != 45 || c.values-c.silent != len(want) {
		t.Errorf("%d dots of %d coordinates, %d silent: %v; want %v", len(got), c.values, c.silent, got, want)
	}
	f := figureOf(t, rep, "Signal-to-noise of inf/b against K")
	if !strings.Contains(f.Caption, "Faint dots are the ratios of 45 single coordinates by themselves") {
		t.Errorf("caption %q", f.Caption)
	}

	// Sums that are not of the ratio that was logged are not taken for it.
	for _, res := range l.results {
		res.Points[0].Value *= 1.001
	}
	rep = l.report()
	if c, err := g.cloud(rep.results, rep.arrays, lines, axis{true}, axis{true}); err != nil || c.values > 0 {
		t.Errorf("%d coordinates of another ratio, %v", c.values, err)
	}
}

// Directions at the same parameters are drawn against K; of trained models they are not: there
// each is at its own.
func TestSweepsAgainstK(t *testing.T) {
	l := newLab(5)
	l.law("g", "iwae", "dsnr/inf", 4, 2, -0.5, 0.01)
	l.law("g", "stl", "dsnr/inf", 4, 1, 0.5, 0.01)
	f := figureOf(t, l.report(), "Directional signal-to-noise of the inference network against K")
	if len(f.Legend) != 2 || f.Legend[0].Label != "iwae" || len(f.Data) != 1+2*4*len(ks) {
		t.Errorf("legend %v, %d rows", f.Legend, len(f.Data))
	}
	if !strings.Contains(f.Desc, "iwae falls from ") || !strings.Contains(f.Desc, "stl rises from ") || !strings.Contains(f.Desc, "at K 32") {
		t.Errorf("in words: %q", f.Desc)
	}
	for _, row := range f.Data[1:] {
		k, _ := strconv.ParseFloat(row[2], 64)
		v, err := strconv.ParseFloat(row[3], 64)
		if err != nil || !slices.Contains(ks, int(k)) || !(v > 0) || row[4] != "dsnr/inf" {
			t.Errorf("row %q", row)
		}
	}
	for i := range l.plan.Cells {
		l.plan.Cells[i].Train = suites.Train{Steps: 10}
	}
	for _, f := range l.report().Figures() {
		if strings.Contains(f.Title, "against K") {
			t.Errorf("figure %q of trained models", f.Title)
		}
	}
}

// What a temperature trades: bias, with its noise floor, against variance; and the relaxed
// bound against the discrete one.
func TestFiguresOfTemperature(t *testing.T) {
	l := newLab(2)
	for seed := range 3 {
		for _, tau := range []float64{0.1, 0.5, 1, 2} {
			c := l.cell("g", "concrete", seed, "k", 1, "tau", tau, "prior_tau", tau)
			l.log(c, "bias/inf", 0.1*tau)
			l.log(c, "bias/inf/floor", 0.01)
			l.log(c, "gradvar/inf", 1/tau)
			l.log(c, "relaxed@1", -80-tau+0.1*float64(seed))
			l.log(c, "relaxed@1/gap", 2*tau)
		}
	}
	r := l.report()
	f := figureOf(t, r, "Bias and variance of the inference network against temperature")
	var labels []string
	for _, k := range f.Legend {
		labels = append(labels, k.Label)
	}
	if strings.Join(labels, "; ") != "concrete; noise floor, mean of all" { // one line: the prior's goes with the posterior's
		t.Errorf("legend %q", labels)
	}
	if !strings.Contains(f.Desc, "concrete rises from 0.01 at temperature 0.1 to 0.2 at temperature 2.") || !strings.Contains(f.Desc, "concrete falls from 10 at") {
		t.Errorf("in words: %q", f.Desc)
	}
	f = figureOf(t, r, "Integrality gap against temperature")
	discrete := 0
	for _, row := range f.Data[1:] {
		seed, _ := strconv.ParseFloat(row[1], 64)
		tau, _ := strconv.ParseFloat(row[2], 64)
		v, _ := strconv.ParseFloat(row[3], 64)
		if row[4] == "relaxed@1 - gap" {
			discrete++
			if want := -80 - tau + 0.1*seed - 2*tau; math.Abs(v-want) > 1e-9 {
				t.Errorf("the discrete bound of seed %g at %g is %g; want %g", seed, tau, v, want)
			}
		}
	}
	if discrete != 12 {
		t.Errorf("%d discrete bounds; want 12", discrete)
	}
}

// Histograms hold the share of replicates that their bins say, whatever the scale.
func TestHistogramsOfComponents(t *testing.T) {
	l := newLab(4)
	const n = 4000
	for i, k := range []int{1, 100} {
		c := l.cell("g", "iwae", 0, "k", k)
		l.log(c, "snr/r", n)
		x := make([]float64, n)
		for j := range x {
			x[j] = (l.rand.NormFloat64() + float64(3*i)) / float64(k)
		}
		x[7] = math.NaN()
		l.keep(c, "snr/component/inf/b", x)
	}
	f := figureOf(t, l.report(), "Histograms of a gradient's component, inf/b")
	mass, mean := map[string]float64{}, map[string]float64{}
	for _, row := range f.Data[1:] {
		from, _ := strconv.ParseFloat(row[2], 64)
		to, _ := strconv.ParseFloat(row[3], 64)
		d, _ := strconv.ParseFloat(row[4], 64)
		mass[row[0]] += d * (to - from)
		mean[row[0]] += d * (to - from) * (from + to) / 2
	}
	// Beyond 4 standard deviations lie 6e-5 of a normal's values. The mean of 4000 is off by
	// more than 0.08 of a deviation with a chance of 4e-7.
	for name, want := range map[string]float64{"iwae{k=1}": 0, "iwae{k=100}": 0.03} {
		sd := map[float64]float64{0: 1, 0.03: 0.01}[want]
		if math.Abs(mass[name]-1) > 0.002 || math.Abs(mean[name]-want) > 0.08*sd {
			t.Errorf("%s: mass %g, mean %g; want 1 and %g", name, mass[name], mean[name], want)
		}
	}
	if !strings.Contains(f.Desc, "of 3999 replicates") {
		t.Errorf("in words: %q", f.Desc)
	}
}
