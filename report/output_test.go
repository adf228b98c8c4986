package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vibench/bench/store"
)

var update = flag.Bool("update", false, "write the golden files again")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	r := demo().report()
	for name, write := range map[string]func(io.Writer) error{
		"console80.golden": func(w io.Writer) error { return Console(w, r, 80, false) },
		"console50.golden": func(w io.Writer) error { return Console(w, r, 50, false) },
		"color.golden":     func(w io.Writer) error { return Console(w, r, 100, true) },
		"report.json":      r.JSON,
		"report.md":        r.Markdown,
		"report.csv":       r.CSV,
	} {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		golden(t, name, rounded(buf.Bytes()))
	}
}

var long = regexp.MustCompile(`-?\d+\.\d{7,}(e[-+]\d+)?`)

// rounded keeps six digits of long numbers: processors with and without fused
// multiply-add differ in the last ones.
func rounded(text []byte) []byte {
	return long.ReplaceAllFunc(text, func(b []byte) []byte {
		v, err := strconv.ParseFloat(string(b), 64)
		if err != nil {
			return b
		}
		return strconv.AppendFloat(nil, v, 'g', 6, 64)
	})
}

// everything writes a report in all its forms and checks what must be true of
// any: it is what rapid's odd suites go through.
func everything(t interface {
	Fatalf(string, ...any)
}, r *Report) {
	var buf bytes.Buffer
	if err := r.JSON(&buf); err != nil {
		t.Fatalf("json: %v", err)
	}
	if !json.Valid(buf.Bytes()) || regexp.MustCompile(`\b(NaN|[+-]?Inf)\b,?$`).Match(buf.Bytes()) {
		t.Fatalf("json: not valid: %s", buf.Bytes())
	}
	if err := r.Markdown(io.Discard); err != nil {
		t.Fatalf("markdown: %v", err)
	}
	buf.Reset()
	if err := r.CSV(&buf); err != nil {
		t.Fatalf("csv: %v", err)
	}
	if _, err := csv.NewReader(&buf).ReadAll(); err != nil {
		t.Fatalf("csv: %v", err)
	}
	for _, width := range []int{30, 50, 80, 120} {
		buf.Reset()
		if err := Console(&buf, r, width, false); err != nil {
			t.Fatalf("console: %v", err)
		}
		for _, line := range strings.Split(buf.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > width {
				t.Fatalf("console: %d columns in %d: %q", n, width, line)
			}
		}
	}
	for _, f := range r.Figures() {
		if f.Failed != "" && !strings.HasPrefix(f.Failed, "no value to draw") {
			t.Fatalf("figure %s: %s", f.Title, f.Failed)
		}
	}
}

// The page of a real store is that of the same results in memory.
func TestNewReadsAStore(t *testing.T) {
	l := demo()
	st, err := store.Open(filepath.Join(t.TempDir(), "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	prov := l.report().Provenance[0]
	run, err := st.Begin(&l.plan, prov)
	if err != nil {
		t.Fatal(err)
	}
	var list []store.Result
	for _, id := range l.order {
		list = append(list, *l.results[id])
	}
	if err := st.Write(run, list); err != nil {
		t.Fatal(err)
	}
	r, err := New(st, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page(t, l.report()), page(t, r)); diff != "" {
		t.Errorf("-memory +store\n%s", diff)
	}
	if _, err := New(st, "nothing", ""); err == nil || !strings.HasPrefix(err.Error(), "report: ") {
		t.Errorf("unknown suite: %v", err)
	}
}

func TestNumbersClaimNoMoreThanTheirInterval(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		e, lo, hi float64
		want      string
	}{
		{-0.50213, -0.50771, -0.49657, "-0.5021 [-0.5077, -0.4966]"},
		{1234.56, 1100.1, 1369.2, "1235 [1100, 1369]"},
		{0.5, -3.2, 4.2, "0.5 [-3.2, 4.2]"},
		{-0.001, -1.2, 1.2, "0.0 [-1.2, 1.2]"},
		{2.5e-7, 2.4e-7, 2.6e-7, "2.50e-07 [2.40e-07, 2.60e-07]"},
		{3.2e9, 3.1e9, 3.3e9, "3.20e+09 [3.10e+09, 3.30e+09]"},
		{0, -1e-9, 1e-9, "0 [-1.0e-09, 1.0e-09]"},
		{8.87e-15, nan, nan, "8.87e-15"},
		{2, 2, 2, "2 [2, 2]"},
		{nan, nan, nan, "–"},
	} {
		e, interval := intervalText(c.e, c.lo, c.hi)
		if got := join(" ", e, interval); got != c.want {
			t.Errorf("%v: got %q, want %q", c, got, c.want)
		}
	}
	for p, want := range map[float64]string{0.0001: "<0.001", 0.0039: "0.004", 0.04996: "0.04996", 0.05: "0.05", 1: "1.000", nan: "–"} {
		if got := pText(p); got != want {
			t.Errorf("p %g: got %q, want %q", p, got, want)
		}
	}
	for want, of := range map[string][2]float64{"5.9 ± 1.0": {5.93, 1.04}, "9.1e-04 ± 1.6e-04": {9.1e-4, 1.6e-4}, "0.0070 ± 0.0013": {7e-3, 1.3e-3},
		"249 ± 123": {249.1, 123.4}, "-2.4667": {-2.466712, 0}, "123456": {123456, nan}} {
		if got := plusMinus(of[0], of[1]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Read back, the printed limits are within a twentieth of the half-width, unless
// that is only rounding error.
func TestPrintedIntervalsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.Float64Range(-1e8, 1e8).Draw(t, "e")
		half := math.Pow(10, rapid.Float64Range(-6, 8).Draw(t, "half"))
		half = math.Max(half, 1.1e-12*math.Max(math.Abs(e), half))
		_, interval := intervalText(e, e-half, e+half)
		lo, hi, _ := strings.Cut(strings.Trim(interval, "[]"), ", ")
		for text, want := range map[string]float64{lo: e - half, hi: e + half} {
			got, err := strconv.ParseFloat(text, 64)
			if err != nil || math.Abs(got-want) > half/20*1.001+1e-15*math.Abs(want) {
				t.Fatalf("%g ± %g: %q for %g", e, half, text, want)
			}
		}
	})
}

func TestConsoleObeysNoControlCode(t *testing.T) {
	l := newLab(1)
	better(l)
	l.end(l.plan.Cells[0], store.Failed, "panic: \x1b[2J\x07 gone")
	var buf bytes.Buffer
	if err := Console(&buf, l.report(), 80, false); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(buf.String(), "\x1b\x07") {
		t.Errorf("%q", buf.String())
	}
}
