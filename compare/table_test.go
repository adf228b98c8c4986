package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Darwin's maize (Student's and Fisher's example): the mean of fifteen paired
// differences is 20.93 eighths of an inch, the interval 0.03 to 41.84, t = 2.148 and
// p = 0.0497, and flips have p = 2 x 863/32768.
func TestRowOfDarwin(t *testing.T) {
	l := newLab(1)
	for seed, d := range []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48} {
		log(l.cell("cross", seed, nil), "elbo", 100+d)
		log(l.cell("self", seed, nil), "elbo", 100)
	}
	r := l.table(t, Options{}, "cross", "self").Rows[0]
	near(t, "effect", r.Effect, 20.9333, 1e-3)
	near(t, "lo", r.Lo, 0.0312, 0.01)
	near(t, "hi", r.Hi, 41.8355, 0.01)
	near(t, "p", r.T, 0.0497, 1e-4)
	near(t, "flips", r.SignFlip, 2*863.0/32768, 1e-15)
	near(t, "improvement", r.Improvement, 13.0/15, 1e-15)
	if r.N != 15 || r.Wins != 13 || r.Ties != 0 || r.Says != Better || r.P != r.T || r.Adjusted != r.T {
		t.Errorf("got %+v", r)
	}
	// The other way round it is the same seen from behind.
	q := l.table(t, Options{}, "self", "cross").Rows[0]
	if q.Effect != -r.Effect || q.Lo != -r.Hi || q.T != r.T || q.Says != Worse || q.Wins != 2 || math.Abs(q.Improvement+r.Improvement-1) > 1e-15 {
		t.Errorf("turned round: %+v", q)
	}
}

// Every verdict, by data whose answer is plain. The noise is 0.1 and effects 0 or 1:
// with 8 seeds an effect has t of about 28, and one of 0 passes Holm once in 20 tables:
// the seed's draw is not one of those.
func TestVerdicts(t *testing.T) {
	on := func(model string) func(*suites.Cell) {
		return func(c *suites.Cell) { c.Model.Name = model }
	}
	l := newLab(2)
	l.versus("a", "b", "elbo", 8, 1, 0.1, on("better"))
	l.versus("a", "b", "elbo", 8, -1, 0.1, on("worse"))
	l.versus("a", "b", "elbo", 8, 0, 0.1, on("none"))
	l.versus("a", "b", "elbo", 8, 0, 0, on("same"))
	l.versus("a", "b", "elbo", 4, 1, 0.1, on("few"))
	l.versus("a", "b", "elbo", 8, 1, 0.1, on("diverged"))
	gone := l.results[len(l.results)-2]
	gone.Outcome, gone.Step, gone.Reason = store.Diverged, 7, "NaN in gen/w"
	l.versus("a", "b", "elbo", 8, 1, 0.1, on("infinite"))
	l.results[len(l.results)-1].Points[0].Value = math.Inf(1)
	l.versus("a", "b", "elbo", 8, 1, 0.1, on("nan"))
	l.results[len(l.results)-1].Points[0].Value = math.NaN()
	l.versus("a", "b", "elbo", 8, 1, 0.1, on("notrun"))
	l.results = slices.Delete(l.results, len(l.results)-2, len(l.results))
	l.versus("a", "b", "nll", 8, 1, 0.1, on("lower"))
	l.versus("a", "b", "odd", 8, 1, 0.1, on("nodirection"))
	for _, r := range l.results {
		for i := range r.Points {
			if r.Points[i].Metric == "odd" {
				r.Points = append(r.Points, store.Point{Metric: "odder", Step: 100, Value: -r.Points[i].Value})
			}
		}
	}
	table := l.table(t, Options{Metrics: []string{"elbo", "nll", "odd", "odder"}}, "a", "b")
	want := map[string]string{"better": Better, "worse": Worse, "none": NotApart, "same": SameBits, "few": FewSeeds, "diverged": Open, "infinite": Open,
		"nan": Open, "notrun": Better, "lower": Worse, "nodirection": Higher}
	notes := map[string]string{
		"diverged": "a: 1 of 8 cells diverged (seed 7: at step 7: NaN in gen/w)",
		"infinite": "b: 1 of 8 cells not finite (seed 7: elbo = +Inf)",
		"nan":      "b: 1 of 8 cells not finite (seed 7: elbo = NaN)",
		"notrun":   "a: 1 of 8 cells not run (seed 7)\nb: 1 of 8 cells not run (seed 7)",
	}
	if len(table.Rows) != 12 || table.Family != 12 {
		t.Fatalf("%d rows, a family of %d", len(table.Rows), table.Family)
	}
	for _, r := range table.Rows {
		if r.Metric == "odder" {
			if r.Says != Lower {
				t.Errorf("odder: %q", r.Says)
			}
			continue
		}
		if r.Says != want[r.Where] {
			t.Errorf("%s: got %q, want %q: %+v", r.Where, r.Says, want[r.Where], r)
		}
		if got := strings.Join(r.Notes, "\n"); got != notes[r.Where] {
			t.Errorf("%s: notes %q", r.Where, got)
		}
		if n := map[string]int{"few": 4, "diverged": 7, "infinite": 7, "nan": 7, "notrun": 7}[r.Where]; n != 0 && r.N != n || n == 0 && r.N != 8 {
			t.Errorf("%s: n = %d", r.Where, r.N)
		}
	}
	for _, want := range []string{"1 row with fewer than 5 pairs: no ranking", "3 rows open"} {
		if !slices.ContainsFunc(table.Warnings, func(w string) bool { return strings.Contains(w, want) }) {
			t.Errorf("no warning of %q in %q", want, table.Warnings)
		}
	}
}

// Holm counts every row, also one that cannot speak.
func TestFamily(t *testing.T) {
	l := newLab(3)
	l.versus("a", "b", "elbo", 6, 1, 0.3, nil)
	l.versus("a", "b", "elbo", 3, 1, 0.3, func(c *suites.Cell) { c.Model.Name = "few" })
	table := l.table(t, Options{}, "a", "b")
	if r := table.Rows[0]; math.Abs(r.Adjusted-2*r.T) > 1e-15 {
		t.Errorf("p %v, adjusted %v; want twice", r.T, r.Adjusted)
	}
	if r := table.Rows[1]; r.Adjusted != 1 || !(r.T < 1) {
		t.Errorf("too few: p %v, adjusted %v", r.T, r.Adjusted)
	}
}

// The card's own example: sign flips of ten pairs under Holm over sixty rows never
// reject, whatever the data; and the table says so.
func TestOutOfReach(t *testing.T) {
	l := newLab(4)
	for model := range 60 {
		l.versus("a", "b", "elbo", 10, 5, 0.1, func(c *suites.Cell) { c.Model.Params = map[string]any{"size": model} })
	}
	table := l.table(t, Options{Test: "signflip"}, "a", "b")
	for _, r := range table.Rows {
		if r.Says != NotApart || r.SignFlip != 1.0/512 || r.Reach != 1.0/512 {
			t.Fatalf("got %+v", r)
		}
	}
	const want = "signflip of n = 10 gives p = 0.002 at least, and times 60 rows 0.12: it can tell nothing apart here; take 12 seeds, or fewer rows (--metric)"
	if !slices.Contains(table.Warnings, want) {
		t.Errorf("got %q", table.Warnings)
	}
	table = l.table(t, Options{}, "a", "b")
	if table.Rows[0].Says != Better {
		t.Errorf("t: got %+v", table.Rows[0])
	}
	if !strings.Contains(strings.Join(table.Warnings, "\n"), "an exact sign-flip test of n = 10 gives p = 0.002 at least, and times 60 rows 0.12: it could tell nothing apart here (needs 12 seeds)") {
		t.Errorf("t: got %q", table.Warnings)
	}
	// Of twenty rows they can, and nothing is said.
	l.plan.Cells = l.plan.Cells[:20*20]
	table = l.table(t, Options{Test: "signflip"}, "a", "b")
	if len(table.Warnings) > 0 || table.Family != 20 || table.Rows[0].Says != Better {
		t.Errorf("twenty rows: %q, %+v", table.Warnings, table.Rows[0])
	}
}

// Tests by ranks are of other numbers: the Hodges-Lehmann estimate does not follow one
// wild difference.
func TestWilcoxonTable(t *testing.T) {
	l := newLab(5)
	for seed, d := range []float64{1, 2, 3, 4, 5, 6, 7, 800} {
		log(l.cell("a", seed, nil), "elbo", d)
		log(l.cell("b", seed, nil), "elbo", 0)
	}
	table := l.table(t, Options{Test: "wilcoxon"}, "a", "b")
	r := table.Rows[0]
	if r.Effect > 10 || r.P != 1.0/128 || r.Says != Better {
		t.Errorf("got %+v", r)
	}
	table = l.table(t, Options{}, "a", "b")
	if r := table.Rows[0]; r.Says != NotApart || math.Abs(r.Effect-103.5) > 1e-9 {
		t.Errorf("t: got %+v", r)
	}
	if !strings.Contains(strings.Join(table.Warnings, "\n"), "1 row in which t and exact sign flips disagree") {
		t.Errorf("got %q", table.Warnings)
	}
}

// At equal cost each side's last point at or before the budget counts, never one made
// up between two.
func TestViews(t *testing.T) {
	l := newLab(6)
	for seed := range 6 {
		s := float64(seed)
		a, b := l.cell("a", seed, nil), l.cell("b", seed, nil)
		curve(a, "elbo", 10, -9, -5+s, -1)
		curve(b, "elbo", 5, -9, -4, -3+2*s)
		b.Cost.Wall /= 2 // a takes twice as long
	}
	for _, c := range []struct {
		view         string
		a, b         int // steps
		effect, cost float64
	}{
		{"end", 100, 100, -1 - (-3 + 5), math.NaN()},
		{"steps", 100, 100, -1 - (-3 + 5), 100},
		{"evals", 50, 100, -5 + 2.5 - (-3 + 5), 500},
		{"time", 50, 100, -5 + 2.5 - (-3 + 5), 0.5},
		{"steps=99", 50, 50, -5 + 2.5 + 4, 99},
		{"steps=49.5", 0, 0, 0, 49.5},
		{"evals=499", 0, 50, -9 + 4, 499},
		{"time=300ms", 0, 50, -9 + 4, 0.3},
		{"evals=1e9", 100, 100, -1 - (-3 + 5), 1e9},
	} {
		v, err := ParseView(c.view)
		if err != nil {
			t.Fatal(err)
		}
		r := l.table(t, Options{View: v}, "a", "b").Rows[0]
		near(t, c.view, r.Effect, c.effect, 1e-12)
		if r.StepsA != [2]int{c.a, c.a} || r.StepsB != [2]int{c.b, c.b} || r.Budget != c.cost && !math.IsNaN(c.cost) {
			t.Errorf("%s: at steps %v and %v for %v", c.view, r.StepsA, r.StepsB, r.Budget)
		}
	}
	// A cell whose first point is beyond the budget has no number there.
	for _, r := range l.results {
		r.Points = slices.DeleteFunc(r.Points, func(p store.Point) bool { return p.Step == 0 })
	}
	v, _ := ParseView("steps=20")
	table := l.table(t, Options{View: v}, "a", "b")
	r := table.Rows[0]
	if r.Says != NoNumbers || !strings.Contains(r.Notes[0], "a: 6 of 6 cells without a point in the budget (seed 0: elbo is first logged at 50 steps; log it more often)") {
		t.Errorf("got %+v", r)
	}
	if _, err := l.try(t, Options{View: v, Metrics: []string{"area(elbo)"}}, "a", "b"); err == nil || !strings.Contains(err.Error(), "it is over all of training") {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"soon", "steps=", "steps=-1", "evals=NaN", "time=5", "time=-1s", "end=3", "steps=1e999"} {
		if _, err := ParseView(text); err == nil || !strings.Contains(err.Error(), "compare: at: got ") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// Over tasks: the interquartile mean of the differences, and the share of pairs. Runs
// of a task are drawn from that task alone, so two tasks of unlike but constant
// differences give a point.
func TestPooled(t *testing.T) {
	l := newLab(7)
	for seed := range 5 {
		for model, d := range map[string]float64{"m": 1, "n": 3} {
			change := func(c *suites.Cell) { c.Model.Name = model }
			log(l.cell("a", seed, change), "nll", float64(seed)+d)
			log(l.cell("b", seed, change), "nll", float64(seed))
		}
	}
	p := l.table(t, Options{}, "a", "b").Pooled
	if len(p) != 1 || p[0].Tasks != 2 || p[0].N != 10 {
		t.Fatalf("got %+v", p)
	}
	near(t, "iqm", p[0].IQM, 2, 1e-15)
	if p[0].Lo != 2 || p[0].Hi != 2 {
		t.Errorf("interval [%v, %v]", p[0].Lo, p[0].Hi)
	}
	// b is better where it is lower: a - b = 1 leaves 6 pairs of 25 with a below and 4
	// equal; 3 leaves 1 and 2.
	near(t, "improvement", p[0].Improvement, ((6+4/2.0)/25+(1+2/2.0)/25)/2, 1e-15)
	if !(p[0].ImpLo <= p[0].Improvement && p[0].Improvement <= p[0].ImpHi && p[0].ImpHi-p[0].ImpLo > 0.1) {
		t.Errorf("interval [%v, %v]", p[0].ImpLo, p[0].ImpHi)
	}
}

// A metric that claims read as logs is compared as a ratio.
func TestScale(t *testing.T) {
	l := newLab(8)
	for seed := range 6 {
		x := math.Exp(float64(seed))
		log(l.cell("a", seed, nil), "snr/inf", 2*x)
		log(l.cell("b", seed, nil), "snr/inf", x)
	}
	if r := l.table(t, Options{}, "a", "b").Rows[0]; r.Log || math.Abs(r.Effect-(math.Exp(6)-1)/(math.E-1)/6) > 1e-9 {
		t.Errorf("got %+v", r)
	}
	l.plan.Claims = []suites.Claim{{Parts: []suites.Part{{Kind: "slope", Metric: "snr/inf", Scale: "log"}}}}
	r := l.table(t, Options{}, "a", "b").Rows[0]
	near(t, "log ratio", r.Effect, math.Ln2, 1e-14)
	if effect, _ := r.EffectText(); !r.Log || !strings.HasPrefix(effect, "×2.0") {
		t.Errorf("got %s, %+v", effect, r)
	}
	if r := l.table(t, Options{Scale: "linear"}, "a", "b").Rows[0]; r.Log {
		t.Errorf("linear: %+v", r)
	}
	l.results[0].Points[0].Value = 0
	r = l.table(t, Options{}, "a", "b").Rows[0]
	if r.Says != Open || r.Notes[0] != "a: 1 of 6 cells without a logarithm (seed 0: snr/inf = 0; --scale linear compares differences)" {
		t.Errorf("zero: %+v", r)
	}
	l.results[0].Points = append(l.results[0].Points, store.Point{Metric: "snr/inf/floor", Step: 100, Value: 1})
	if r = l.table(t, Options{Scale: "linear"}, "a", "b").Rows[0]; r.Says != Open || r.N != 6 || !strings.Contains(r.Notes[0], "below the noise floor") {
		t.Errorf("floor: %+v", r)
	}
	if _, err := l.try(t, Options{Scale: "root"}, "a", "b"); err == nil || !strings.Contains(err.Error(), `scale: got "root"; have linear, log`) {
		t.Errorf("got %v", err)
	}
	if _, err := l.try(t, Options{Test: "z"}, "a", "b"); err == nil || !strings.Contains(err.Error(), `test: got "z"; have t, wilcoxon, signflip`) {
		t.Errorf("got %v", err)
	}
}

// Metrics by default: those that claims read; else those with a direction.
func TestDefaults(t *testing.T) {
	l := newLab(9)
	for seed := range 5 {
		for _, e := range []string{"a", "b"} {
			r := l.cell(e, seed, nil)
			for _, m := range []string{"elbo", "nll", "odd", "snr/inf", "snr/inf/floor"} {
				log(r, m, 5)
			}
			if e == "a" {
				log(r, "mine", 1)
			}
		}
	}
	metrics := func(o Options) []string {
		var out []string
		for _, r := range l.table(t, o, "a", "b").Rows {
			out = append(out, r.Metric)
		}
		return out
	}
	if got := metrics(Options{}); !slices.Equal(got, []string{"elbo", "nll", "snr/inf"}) {
		t.Errorf("got %v", got)
	}
	l.plan.Claims = []suites.Claim{{Parts: []suites.Part{{Kind: "level", Metric: "odd"}, {Kind: "level", Metric: "mine"}, {Kind: "better", Metric: "elbo", Want: "lower"}}}}
	if got := metrics(Options{}); !slices.Equal(got, []string{"odd", "elbo"}) {
		t.Errorf("with claims: got %v", got)
	}
	if r := l.table(t, Options{}, "a", "b").Rows[0]; r.WinsText() != absent || !math.IsNaN(r.Improvement) {
		t.Errorf("neither direction is better, and somebody wins: %+v", r)
	}
	l.plan.Primary = []suites.Primary{{Metric: "nll", Better: "lower"}}
	l.plan.Claims[0].Parts = append(l.plan.Claims[0].Parts, suites.Part{Kind: "level", Metric: "snr/inf/floor"})
	if got := metrics(Options{}); !slices.Equal(got, []string{"nll", "odd", "elbo"}) {
		t.Errorf("with a primary metric and a claim on a floor: got %v", got)
	}
	l.plan.Primary = nil
	if r := l.table(t, Options{}, "a", "b").Rows[1]; r.Better != "lower" {
		t.Errorf("a claim wants it lower: %+v", r)
	}
	if _, err := l.try(t, Options{Metrics: []string{"mine"}}, "a", "b"); err == nil || !strings.Contains(err.Error(), `metric: "mine" is not logged by both sides; have elbo, nll, odd, snr/inf`) {
		t.Errorf("got %v", err)
	}
	many := newLab(10)
	for seed := range 5 {
		for _, e := range []string{"a", "b"} {
			r := many.cell(e, seed, nil)
			for i := range 20 {
				log(r, "m"+string(rune('a'+i)), 1)
			}
		}
	}
	table := many.table(t, Options{}, "a", "b")
	if len(table.Rows) != mostMetrics || !strings.HasPrefix(table.Warnings[0], "12 of 20 metrics; --metric chooses others, of mm, mn") {
		t.Errorf("%d rows, %q", len(table.Rows), table.Warnings)
	}
}

// What is printed is for its reader: numbers that do not exist are null, empty or a
// dash, and no name is read as markup.
func TestWriters(t *testing.T) {
	l := newLab(11)
	l.versus("a", "<b>", "elbo", 8, 1, 0.1, nil)
	l.versus("a", "<b>", "elbo", 1, 1, 0.1, func(c *suites.Cell) { c.Model.Name = "m|n" })
	l.results[0].Outcome, l.results[0].Reason = store.Failed, "<script>alert(1)</script>\n*x*"
	table := l.table(t, Options{}, "a", "estimator=<b>")
	var b bytes.Buffer
	if err := table.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Rows []struct {
			Effect    *float64
			Lo        *float64
			PAdjusted *float64 `json:"p_adjusted"`
			Verdict   string
		}
	}
	if err := json.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Rows) != 2 || *read.Rows[0].Effect != table.Rows[0].Effect || read.Rows[1].Lo != nil || read.Rows[1].Effect == nil || read.Rows[0].Verdict != Open {
		t.Errorf("got %s", &b)
	}
	b.Reset()
	if err := table.CSV(&b); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("%v, %v", lines, err)
	}
	if at := slices.Index(lines[0], "lo"); lines[2][at] != "" || lines[1][at] == "" {
		t.Errorf("got %q", lines)
	}
	b.Reset()
	if err := table.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, "<script") || strings.Contains(text, "m|n") || !strings.Contains(text, `m\|n`) || !strings.Contains(text, "| n too small |") {
		t.Errorf("got %s", text)
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|")-strings.Count(line, `\|`) != len(table.Columns())+1 {
			t.Errorf("columns: %s", line)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		log            bool
		effect, lo, hi float64
		want           string
	}{
		{false, 0.12223, 0.05697, 0.18749, "0.122 [0.057, 0.187]"},
		{false, -1200, -1300, -1100, "-1200 [-1300, -1100]"},
		{false, 1.5e-5, -0.5e-5, 3.5e-5, "1.5e-05 [-5e-06, 3.5e-05]"},
		{false, 0, 0, 0, "0 [0, 0]"},
		{false, 2.5, 2.5, 2.5, "2.500 [2.500, 2.500]"},
		{false, 3, math.Inf(-1), math.Inf(1), "3.000 [-∞, +∞]"},
		{false, 3, math.NaN(), math.NaN(), "3.000 "},
		{false, math.NaN(), math.NaN(), math.NaN(), "– "},
		{true, 0, -0.1, 0.1, "×1.000 [0.905, 1.105]"},
	} {
		effect, interval := effectText(c.log, c.effect, c.lo, c.hi)
		if got := effect + " " + interval; got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
	for p, want := range map[float64]string{0.0001: "<0.001", 0.05: "0.05", 0.0500001: "0.0500001", 0.04999: "0.05", 1: "1", 0.123: "0.12"} {
		if got := PText(p); got != want {
			t.Errorf("p %v: got %s, want %s", p, got, want)
		}
	}
	if got := numbers([]int{0, 1, 2, 3, 5, 7, 8}); got != "0..3, 5, 7, 8" {
		t.Errorf("got %s", got)
	}
}

// A metric without a value at some seeds leaves those that went well, and decides nothing,
// however far apart these are.
func TestSomeWithout(t *testing.T) {
	l := newLab(11)
	for seed := range 8 {
		log(l.cell("a", seed, nil), "elbo", 10+float64(seed)/100)
		log(l.cell("b", seed, nil), "elbo", 0)
	}
	if r := l.table(t, Options{}, "a", "b").Rows[0]; r.Says != Better {
		t.Fatalf("whole: %+v", r)
	}
	l.results[0].Points[0] = store.Point{Metric: "elbo", Step: 100, Reason: "no unit is active"}
	r := l.table(t, Options{}, "a", "b").Rows[0]
	if r.Says != Open || r.N != 7 || !strings.Contains(r.Notes[0], "a: 1 of 8 cells without elbo (seed 0: no unit is active)") {
		t.Errorf("without one: %+v", r)
	}
}

// A fall is compared as it is claimed: of the metric's whole curve, at the end alone.
func TestCompareFalls(t *testing.T) {
	l := newLab(12)
	for seed := range 6 {
		curve(l.cell("a", seed, nil), "elbo", 1, -3, -2, -1)
		curve(l.cell("b", seed, nil), "elbo", 1, -3, -1, -2-float64(seed)/8)
	}
	r := l.table(t, Options{Metrics: []string{"fall(elbo)"}}, "a", "b").Rows[0]
	if r.N != 6 || r.MeanA != 0 || math.Abs(r.MeanB-(1+2.5/8)/2) > 1e-15 || r.Says != Lower {
		t.Errorf("got %+v", r)
	}
	if _, err := l.try(t, Options{View: View{By: "steps"}, Metrics: []string{"fall(elbo)"}}, "a", "b"); err == nil || !strings.Contains(err.Error(), "over all of training; want elbo") {
		t.Errorf("at steps: %v", err)
	}
}

// Signed ranks are counted where sign flips are drawn: in a large table of many pairs they
// can still tell things apart, and nothing says that they cannot.
func TestReachOfMany(t *testing.T) {
	for test, want := range map[string]bool{"wilcoxon": false, "signflip": true} {
		table := &Table{Test: test}
		for range 60000 {
			table.Rows = append(table.Rows, Row{N: 40, Better: "higher", P: 1})
		}
		table.judge()
		if says := strings.Contains(strings.Join(table.Warnings, ";"), "can tell nothing apart"); says != want {
			t.Errorf("%s: got %q", test, table.Warnings)
		}
	}
}
