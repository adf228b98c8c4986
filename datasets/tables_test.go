package datasets_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// dataFolder is the data directory; the test ends where there is none.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BENCH_DATA")
	if dir == "" {
		t.Skip("BENCH_DATA is not set")
	}
	return dir
}

// The published sizes of the binary sets, and a mean of ones by hand (zcat | tr , '\n').
func TestBinarySets(t *testing.T) {
	dir := dataFolder(t)
	for name, want := range map[string]struct {
		sizes [4]int // bits, rows to train on, to choose by, held out
	}{
		"accidents": {[4]int{111, 12758, 1700, 2551}}, "baudio": {[4]int{100, 15000, 2000, 3000}}, "dna": {[4]int{180, 1600, 400, 1186}},
		"jester": {[4]int{100, 9000, 1000, 4116}}, "mushrooms": {[4]int{112, 2000, 500, 5624}}, "nips": {[4]int{500, 400, 100, 1240}},
		"nltcs": {[4]int{16, 16181, 2157, 3236}}, "plants": {[4]int{69, 17412, 2321, 3482}}, "pumsb-star": {[4]int{163, 12262, 1635, 2452}},
	} {
		test := datasets.NewBinarySet(name)
		test.ReadFrom(dir)
		if _, err := test.Locate(); err != nil {
			t.Logf("left out: %s", name)
			continue
		}
		valid, few := test, test
		valid.Held, few.Train, few.Test = "valid", 10, 3
		x, y, z := data(t, test, 0), data(t, valid, 0), data(t, few, 0)
		if got := [4]int{x.D, x.N, y.Test.N, x.Test.N}; got != want.sizes || x.Shape() != test.Shape() || y.Shape() != valid.Shape() {
			t.Errorf("%s: got %v, shape %+v; want %v", name, got, test.Shape(), want.sizes)
		}
		if z.N != 10 || z.Test.N != 3 || !slices.Equal(z.X, x.X[:10*x.D]) || !slices.Equal(x.X, y.X) {
			t.Errorf("%s: the first rows are others", name)
		}
		if test.Digest() == valid.Digest() || test.Digest() == few.Digest() || len(test.Digest()) != 64 {
			t.Errorf("%s: one digest for other data", name)
		}
		for _, part := range []*vi.Data{x, x.Test, y.Test} {
			if len(part.X) != part.N*part.D || slices.ContainsFunc(part.X, func(v float64) bool { return v != 0 && v != 1 }) || part.Grey || part.Domain != vi.Binary {
				t.Errorf("%s: not %d x %d bits", name, part.N, part.D)
			}
		}
		for _, o := range datasets.OriginsOf(name) {
			for _, f := range o.Holds() {
				if err := f.Verify(filepath.Join(dir, o.Folder)); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
		}
	}
	wrong := datasets.NewBinarySet("nltcs")
	wrong.Held = "train"
	if err := wrong.Check(); err == nil || err.Error() != `held: got "train"; have test, valid` {
		t.Errorf("got %v", err)
	}
}

// Tables of answers are those of the files, read by package csv alone, but for people without
// any answer.
func TestAnswers(t *testing.T) {
	dir := dataFolder(t)
	seen := 0
	for _, any := range datasets.All() {
		d, ok := any.(datasets.Answers)
		if !ok {
			continue
		}
		d.ReadFrom(dir)
		folder, err := d.Locate()
		if err != nil {
			t.Logf("left out: %s", d.Name())
			continue
		}
		seen++
		text, err := os.ReadFile(filepath.Join(folder, d.Sums()[0][0]))
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var want []float64
		for _, r := range records[1:] {
			if strings.Join(r, "") == "" {
				continue
			}
			for _, s := range r {
				v, err := strconv.ParseFloat(s, 64)
				if err != nil {
					v = math.NaN()
				}
				want = append(want, v)
			}
		}
		x := data(t, d, 0)
		if x.Shape() != d.Shape() || !slices.EqualFunc(x.X, want, alike) {
			t.Errorf("%s: other answers than the file's, or shape %+v", d.Name(), d.Shape())
		}
		if err := x.Check(); err != nil {
			t.Error(err)
		}
		for _, o := range datasets.OriginsOf(d.Name()) {
			if err := o.Holds()[0].Verify(folder); err != nil {
				t.Error(err)
			}
		}
	}
	if seen == 0 {
		t.Skip("BENCH_DATA has no table of answers")
	}

	// A seed hides a tenth of the answers there are (five standard errors, 6e-7) and nothing else.
	d := datasets.NewAnswers("pisa12-us-math")
	d.ReadFrom(dir)
	if _, err := d.Locate(); err != nil {
		t.Skip(err)
	}
	whole := data(t, d, 0)
	d.Hide = 0.1
	x, again, other := data(t, d, 1), data(t, d, 1), data(t, d, 2)
	there, gone := 0, 0
	for i, v := range whole.X {
		switch {
		case !alike(v, x.Hidden[i]) || !math.IsNaN(x.X[i]) && x.X[i] != v:
			t.Fatalf("answer %d: %g is %g, of %g", i, v, x.X[i], x.Hidden[i])
		case !math.IsNaN(v):
			there++
			if math.IsNaN(x.X[i]) {
				gone++
			}
		}
	}
	near(t, "hidden", float64(gone)/float64(there), 0.1, 0.3, there)
	if there != 4978*76-260957 || !slices.EqualFunc(x.X, again.X, alike) || slices.EqualFunc(x.X, other.X, alike) || d.Digest() != "" || x.Digest == other.Digest {
		t.Errorf("%d answers, digest %q", there, d.Digest())
	}

	d = datasets.NewAnswers("verbal-aggression3")
	d.Hide = 0.1
	if err := d.Check(); err == nil || !strings.HasPrefix(err.Error(), "hide: got 0.1 of answers in 3 levels; want 0") {
		t.Errorf("got %v", err)
	}
}

func alike(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// The counts of the two tests that come with this program are those of their tables in files.
func TestLSATFiles(t *testing.T) {
	dir := dataFolder(t)
	for _, d := range []vi.Dataset{datasets.LSAT6{}, datasets.LSAT7{}} {
		f, err := os.Open(filepath.Join(dir, "irt", d.Name()+".csv"))
		if err != nil {
			t.Logf("left out: %s", d.Name())
			continue
		}
		table, err := datasets.ReadCSV(f, nil, 5000)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		count := func(x []float64) map[[5]float64]int {
			n := map[[5]float64]int{}
			for row := range slices.Chunk(x, 5) {
				n[[5]float64(row)]++
			}
			return n
		}
		got, want := count(data(t, d, 0).X), count(table.Values)
		for pattern, n := range want {
			if got[pattern] != n {
				t.Errorf("%s: %d people answered %v; the table has %d", d.Name(), got[pattern], pattern, n)
			}
		}
	}
}

// Where a table is not there, the message names its files and the folder; where it is another,
// which.
func TestTablesMissing(t *testing.T) {
	dir := t.TempDir()
	set, table := datasets.NewBinarySet("nltcs"), datasets.NewAnswers("fractions")
	set.ReadFrom(dir)
	table.ReadFrom(dir)
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		d    vi.Checked
		want string
	}{
		{set, "needs files nltcs.train.csv and nltcs.test.csv; looked in " + at("binary") + ", which is not there. bench data pull nltcs fetches them. Or put them, compressed or not, into a folder binary of the data directory (--data-dir, else BENCH_DATA); bench explain nltcs says where they come from"},
		{table, "needs files fractions.csv; looked in " + at("irt") + ", which is not there. Put them, compressed or not, into a folder irt of the data directory (--data-dir, else BENCH_DATA); bench explain fractions says where they come from"},
	} {
		if err := c.d.Check(); err == nil || err.Error() != c.want {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
	put := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("binary/nltcs.train.csv", "0,1\n")
	put("binary/nltcs.test.csv", "0,2\n")
	put("irt/fractions.csv", "a,b\n0,1\n")
	set.ReadFrom(dir)
	table.ReadFrom(dir)
	for _, c := range []struct {
		d    vi.Checked
		want string
	}{
		{set, "nltcs.train.csv: line 1: got 2 bits; want 16; bench explain nltcs says which file is meant"},
		{table, "fractions.csv: another file: SHA-256 of its content, got "},
	} {
		if err := c.d.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
	put("irt/fractions.csv", "a,b\n0,\n")
	table.ReadFrom(dir)
	if err := table.Check(); err == nil || !strings.Contains(err.Error(), "fractions.csv: line 2, column b: empty; need a finite number in every field") {
		t.Errorf("got %v", err)
	}
}

// What a table of bits is held against when it is read is what it is fetched by.
func TestTablesAreWhatIsFetched(t *testing.T) {
	seen := 0
	for _, o := range datasets.Origins() {
		if o.Folder != "binary" {
			continue
		}
		fetched := map[string]string{}
		for _, w := range o.Files {
			fetched[w.Name] = w.Sum
		}
		for _, s := range datasets.NewBinarySet(o.Set).Sums() {
			if seen++; fetched[s[0]] != s[1] {
				t.Errorf("%s: %s is fetched by %q; read by %q", o.Set, s[0], fetched[s[0]], s[1])
			}
		}
	}
	if seen != 27 {
		t.Errorf("looked at %d files; want 27", seen)
	}
}
