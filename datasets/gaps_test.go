package datasets

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

var gap = math.NaN()

func alikeAll(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}

// Fields that are marks are NaN, with quotes, spaces, a byte order mark and either end of lines;
// a mark in the header is a name, and a first line of nothing else is a row.
func TestReadTableGaps(t *testing.T) {
	for text, want := range map[string]struct {
		marks  string
		values []float64
		header bool
		blank  []int
	}{
		"\ufeffa,b\r\n1,NA\r\n \"na\", 2 \r\n": {"NA", []float64{1, gap, gap, 2}, true, nil},
		"a,b\n,1\n\"\",2\n 3,  \n":             {"", []float64{gap, 1, gap, 2, 3, gap}, true, nil},
		"NA,b\n1,?\n":                          {"NA,?", []float64{1, gap}, true, nil},
		"NA,?\n1,2\n":                          {"NA,?", []float64{gap, gap, 1, 2}, false, []int{1}},
		"?,2\n1,NaN\n":                         {"?,nan", []float64{gap, 2, 1, gap}, false, nil},
		"nan,b\n1,2\n":                         {"b,nan", []float64{gap, gap, 1, 2}, false, []int{1}},
		"a,b\n-99,1\n-99.0,-9.9e1\n-9,2\n":     {"-99", []float64{gap, 1, gap, gap, -9, 2}, true, []int{3}},
		"a,b\n\n,\n1,2\n":                      {"", []float64{gap, gap, 1, 2}, true, []int{3}},
	} {
		got, err := readTable(strings.NewReader(text), nil, 8, newMarks(strings.Split(want.marks, ",")))
		if err != nil || got.Header != want.header || !alikeAll(got.Values, want.values) || !slices.Equal(got.blank, want.blank) {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"a,b\n1,?\n":   `line 2, column b: got "?"; need a finite number`,
		"a,b\n1,\n":    "line 2, column b: empty; need a finite number in every field",
		"a,b\n1,inf\n": `line 2, column b: got "inf"; need a finite number`,
		"1,\n3,4\n":    `line 1, column col2: got ""; need a finite number, or a header, which has no number`,
		"a,b\nNA\n":    "line 2: got 1 columns; line 1 has 2",
	} {
		if _, err := readTable(strings.NewReader(text), nil, 8, newMarks([]string{"NA"})); err == nil || err.Error() != want {
			t.Errorf("%q: got %v; want %s", text, err, want)
		}
	}
}

// holed is a table of real values, one missing in the rows to train on and one held out.
const holed = "a,b\n1,2\n3,NA\n5,6\n7,8\n?,10\n"

// Missing values come back as NaN and are counted by split and column; data say that they have them.
func TestImportGaps(t *testing.T) {
	d, dir := brought(t, "a.csv", holed, func(o *Importing) { o.Missing, o.White = []string{" NA ", "?", "na"}, 2 })
	x, err := d.Make(rng.Root(0))
	if err != nil {
		t.Fatal(err)
	}
	if !alikeAll(x.X, []float64{0.5, 1, 1.5, gap, 2.5, 3, 3.5, 4}) || !alikeAll(x.Test.X, []float64{gap, 5}) || x.Domain != vi.Real || !x.Missing || !x.Test.Missing || x.Shape() != d.Shape() {
		t.Errorf("got %+v, test %+v", x, x.Test)
	}
	if err := x.Check(); err != nil {
		t.Error(err)
	}
	m := d.Manifest()
	if g := m.Missing; g == nil || !slices.Equal(g.Marks, []string{"NA", "?"}) || g.Values != [2]int{1, 1} || !slices.Equal(g.Columns, []int{1, 1}) || g.Dropped != 0 || m.Range != [2]float64{0.5, 5} {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(d.Doc(), "Missing (NA, ?): 1 of 8 values to train on, 1 of 2 held out.\n") {
		t.Errorf("got %s", d.Doc())
	}
	again, wrong := Imports(dir)
	if len(again) != 1 || len(wrong) != 0 || again[0].Verify() != nil || again[0].Digest() != d.Digest() || again[0].Shape() != d.Shape() {
		t.Errorf("read again: %v, %v", again, wrong)
	}

	// The identity is that of the values: another mark in the file is none, a filled value is.
	change := func(o *Importing) { o.Missing, o.White = []string{"", "-1"}, 2 }
	same, _ := brought(t, "a.csv", strings.NewReplacer("NA", "", "?", "-1").Replace(holed), change)
	filled, _ := brought(t, "a.csv", strings.NewReplacer("NA", "4", "?", "").Replace(holed), change)
	array := append(slices.Clone(x.X), x.Test.X...)
	for i := range array {
		array[i] *= 2
	}
	npyed, _ := brought(t, "a.npy", string(npy(array, 2)), func(o *Importing) { o.Missing, o.White = []string{"NaN"}, 2 })
	if same.Digest() != d.Digest() || npyed.Digest() != d.Digest() || filled.Digest() == d.Digest() {
		t.Error("the digest is not that of the values")
	}
	if s := filled.Shape(); !s.Missing || !s.TestMissing {
		t.Errorf("missing in rows held out alone: got %+v", s)
	}
	if none, _ := brought(t, "a.csv", counted(5), change); none.Shape().Missing || none.Manifest().Missing == nil {
		t.Errorf("nothing is missing: got %+v", none.Shape())
	}
	// What the rows asked for do not have is said before a run.
	few, _ := brought(t, "a.csv", "a,b\n1,\n2,\n3,4\n5,6\n", func(o *Importing) { o.Missing, o.Test = []string{""}, 1 })
	few.Train = 2
	if err := few.Check(); err == nil || err.Error() != "train: got 2; column b has no value in these rows" {
		t.Errorf("got %v", err)
	}
}

// Bits are made of the values that are there, and are answers where some are not.
func TestImportGapsBits(t *testing.T) {
	d, _ := brought(t, "a.csv", "0,1\n1,\n,0\n1,1\n0,\n", func(o *Importing) { o.Missing = []string{""} })
	x, err := d.Make(rng.Root(0))
	if err != nil || d.Binarise != "threshold" || x.Domain != vi.Answer || x.Test.Domain != vi.Answer || x.Missing || x.Shape() != d.Shape() ||
		!alikeAll(x.X, []float64{0, 1, 1, gap, gap, 0, 1, 1}) || !alikeAll(x.Test.X, []float64{0, gap}) {
		t.Errorf("got %+v, %v", x, err)
	}
	d.Binarise = "fixed"
	if x, err = d.Make(rng.Root(0)); err != nil || !alikeAll(x.X, []float64{0, 1, 1, gap, gap, 0, 1, 1}) {
		t.Errorf("got %+v, %v", x, err)
	}
	d.Binarise = "none"
	if x, err = d.Make(rng.Root(0)); err != nil || x.Domain != vi.Real || !x.Missing || !alikeAll(x.X, []float64{0, 1, 1, gap, gap, 0, 1, 1}) {
		t.Errorf("got %+v, %v", x, err)
	}
	d.Binarise = "stochastic"
	if _, err := d.Make(rng.Root(0)); err == nil || err.Error() != "binarise: got stochastic with missing values; have fixed, threshold, none" {
		t.Errorf("got %v", err)
	}
}

// Without rows held out data have no test set.
func TestImportAll(t *testing.T) {
	d, dir := brought(t, "a.csv", counted(3), func(o *Importing) { o.Test = 0 })
	x, err := d.Make(rng.Root(0))
	if err != nil || x.N != 3 || x.Test != nil || x.Shape() != d.Shape() || d.Verify() != nil || d.Manifest().Split != "none" {
		t.Errorf("got %+v, %v", x, err)
	}
	if sets, wrong := Imports(dir); len(sets) != 1 || len(wrong) != 0 {
		t.Errorf("read again: %v", wrong)
	}
	d.Images.Test = 1
	if err := d.Check(); err == nil || err.Error() != "test: got 1; no rows are held out of this set" {
		t.Errorf("got %v", err)
	}
	one, _ := brought(t, "a.csv", "1,2\n", func(o *Importing) { o.Test = 0 })
	if one.Shape() != (vi.Shape{N: 1, D: 2, Domain: vi.Real}) {
		t.Errorf("got %+v", one.Shape())
	}
}

// Rows and columns without any value are refused with where, or left out where asked for.
func TestImportGapsRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	put(t, in("row.csv"), []byte("a,b\n1,2\n,\n5,6\n"))
	put(t, in("column.csv"), []byte("a,b\n1,NA\n5,na\n7,8\n"))
	put(t, in("rows.csv"), []byte("a,b\nNA,NA\n"))
	put(t, in("row.npy"), npy([]float64{1, 2, gap, gap, 5, 6}, 2))
	put(t, in("column.npy"), npy([]float64{1, gap, 5, gap, 7, gap}, 2))
	put(t, in("grey/a.png"), encoded(t, 4, 5, grain(1)))
	for _, c := range []struct {
		from, missing, binarise, want string
	}{
		{"row.csv", "", "", "DIR/row.csv: line 3: no value is there; take such rows out, or --drop-empty leaves them out"},
		{"row.csv", "NA", "", `DIR/row.csv: line 3, column a: empty; need a finite number in every field; --missing "" reads it as a missing value, --drop a leaves the column out`},
		{"column.csv", "NA", "", "DIR/column.csv: column b: no value in any of 2 rows to train on; leave it out"},
		{"row.npy", "nan", "", "DIR/row.npy: row 2: no value is there; take such rows out, or --drop-empty leaves them out"},
		{"row.npy", "6", "", "DIR/row.npy: row 2, value 1: got NaN; need finite values; --missing nan reads it as a missing value"},
		{"row.npy", "NA", "", "DIR/row.npy: missing: got NA; an array has numbers: want nan, or a number"},
		{"column.npy", "nan", "", "DIR/column.npy: column 2: no value in any of 2 rows to train on; leave it out"},
		{"grey", "nan", "", "DIR/grey: missing: got nan; pixels of images are all there"},
		{"column.csv", "NA,8", "stochastic", "DIR/column.csv: column b: no value in any of 2 rows"},
	} {
		_, err := Import(in("data"), Importing{Name: "mine", From: in(c.from), Test: 1, White: 1, Missing: strings.Split(c.missing, ","), Binarise: c.binarise})
		if err == nil || !strings.HasPrefix(strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir), "DIR"), c.want) {
			t.Errorf("%s: got %v; want %s", c.from, err, c.want)
		}
	}
	if _, err := Import(in("data"), Importing{Name: "mine", From: in("row.csv"), Test: 1, White: 1, DropRows: true}); err == nil || !strings.HasPrefix(err.Error(), "drop-empty: got true without missing") {
		t.Errorf("got %v", err)
	}
	if _, err := Import(in("data"), Importing{Name: "mine", From: in("rows.csv"), White: 1, DropRows: true, Missing: []string{"NA"}}); err == nil || !strings.HasSuffix(err.Error(), "rows.csv: no row has a value") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(in("data")); err == nil {
		t.Error("something is written")
	}
	for name, mark := range map[string]string{"csv": "", "npy": "nan"} {
		d, err := Import(in("data"), Importing{Name: name, From: in("row." + name), Test: 1, White: 1, DropRows: true, Missing: []string{mark}})
		if err != nil {
			t.Error(err)
			continue
		}
		x, err := d.Make(rng.Root(0))
		if err != nil || !slices.Equal(x.X, []float64{1, 2}) || !slices.Equal(x.Test.X, []float64{5, 6}) || d.Manifest().Missing.Dropped != 1 || x.Missing {
			t.Errorf("%s: got %+v, %v", name, x, err)
		}
	}
}

// A manifest that hides missing values, or counts others, is found out.
func TestImportGapsDamaged(t *testing.T) {
	for want, change := range map[string]func(*Manifest){
		"got 1 missing values; the manifest says 0": func(m *Manifest) { m.Missing = nil },
		"got 1 missing values; the manifest says 2": func(m *Manifest) { m.Missing.Values[0] = 2 },
	} {
		_, dir := brought(t, "a.csv", holed, func(o *Importing) { o.Missing = []string{"NA", "?"} })
		edited(change)(t, filepath.Join(dir, "imported", "mine"))
		sets, wrong := Imports(dir)
		if len(sets) != 1 || len(wrong) != 0 {
			t.Fatal(wrong)
		}
		if err := sets[0].Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
	_, dir := brought(t, "a.csv", holed, func(o *Importing) { o.Missing = []string{"NA", "?"} })
	edited(func(m *Manifest) { m.Missing.Columns = nil })(t, filepath.Join(dir, "imported", "mine"))
	if _, wrong := Imports(dir); len(wrong) != 1 || !strings.Contains(wrong[0].Error(), "columns: ") {
		t.Errorf("got %v", wrong)
	}
}
