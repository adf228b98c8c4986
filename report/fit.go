package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/vibench/bench/stats"
)

// fit asks whether the values over seeds follow a named distribution, by the
// Kolmogorov-Smirnov distance D. The band of Dvoretzky, Kiefer, Wolfowitz and
// Massart bounds the true distance: |true - D| <= sqrt(log(2/level)/(2n)) with
// probability 1 - level. It holds only if the upper end is inside the named distance: absence of
// a difference proves nothing, so without one a fit can fail or stay open. The
// departure that this many seeds could have seen is printed as a warning.
func (t test) fit(r *reader) finding {
	p := t.part
	f := nothing()
	by := r.bySeed(pick(t.cells, p.Over))
	f.n = len(by)
	cdf, err := distribution(p.To)
	if err != nil {
		r.note(err.Error(), "")
		return f
	}
	var x []float64
	for _, s := range seedsOf(by) {
		x = append(x, by[s])
	}
	f.region = Span{0, value(p.Within, math.NaN())}
	if len(x) == 0 {
		return f
	}
	d, ks := stats.KolmogorovSmirnov(x, cdf)
	n := float64(len(x))
	level := levelOf(p)
	band := math.Sqrt(math.Log(2/level) / (2 * n))
	f.effect, f.lo, f.hi = d, math.Max(0, d-band), math.Min(1, d+band)
	f.warnings = []string{fmt.Sprintf("Kolmogorov-Smirnov p %s; %d seeds see a departure of %.2g or more", pAt(ks, level), len(x), stats.KSDetectable(len(x), level))}
	if p.Within == nil {
		f.p = ks
		f.reason = "no difference seen is no proof of a fit; name a distance (within)"
		if ks <= level {
			f.state = Fails
			f.reason = fmt.Sprintf("Kolmogorov-Smirnov p %s against %s", pAt(ks, level), p.To)
		}
		return f
	}
	w := *p.Within
	f.slack = (w - f.hi) / band
	// The level at which the band would just reach w, so p <= level exactly when it is inside.
	f.p = 1
	if w > d {
		f.p = math.Min(1, 2*math.Exp(-2*n*(w-d)*(w-d)))
	}
	switch {
	case d+band <= w:
		f.state = Holds
	case f.lo > w:
		f.state = Fails
	default:
		f.reason = "the band of the distance crosses the named distance"
	}
	return f
}

// distribution reads normal(mean,sd), uniform(a,b) or chi2(k) as a distribution
// function.
func distribution(text string) (func(float64) float64, error) {
	bad := fmt.Errorf("report: distribution, got %q; have normal(mean,sd), uniform(a,b), chi2(k)", text)
	name, rest, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), "(")
	args, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return nil, bad
	}
	var a []float64
	for _, s := range strings.Split(args, ",") {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, bad
		}
		a = append(a, v)
	}
	switch {
	case name == "normal" && len(a) == 2 && a[1] > 0:
		return distuv.Normal{Mu: a[0], Sigma: a[1]}.CDF, nil
	case name == "uniform" && len(a) == 2 && a[1] > a[0]:
		return distuv.Uniform{Min: a[0], Max: a[1]}.CDF, nil
	case name == "chi2" && len(a) == 1 && a[0] > 0:
		return distuv.ChiSquared{K: a[0]}.CDF, nil
	}
	return nil, bad
}
