package datasets

import (
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// brought is a set imported from a file of some content, and its data directory.
func brought(t *testing.T, name, content string, change func(*Importing)) (Imported, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "from", name)
	put(t, file, []byte(content))
	o := Importing{Name: "mine", From: file, Test: 0.2, White: 1}
	if change != nil {
		change(&o)
	}
	d, err := Import(filepath.Join(dir, "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	return d, filepath.Join(dir, "data")
}

// counted is a table of n rows: 10 i + j in row i, column j of three.
func counted(n int) string {
	text := "a,b,c\n"
	for i := range n {
		text += fmt.Sprintf("%d,%d,%d\n", 10*i, 10*i+1, 10*i+2)
	}
	return text
}

// A table comes back from the data directory as it was, the last fifth held out, real
// values; the manifest has the digests of the values.
func TestImportTable(t *testing.T) {
	_, dir := brought(t, "counts.csv", counted(11), func(o *Importing) { o.Licence = "CC0" })
	sets, wrong := Imports(dir)
	if len(sets) != 1 || len(wrong) != 0 {
		t.Fatalf("got %d sets, %v", len(sets), wrong)
	}
	d := sets[0]
	x, err := d.Make(rng.Root(0))
	if err != nil {
		t.Fatal(err)
	}
	if x.Shape() != d.Shape() || x.N != 9 || x.Test.N != 2 || x.D != 3 || x.Domain != vi.Real || x.Grey || x.Image != [2]int{} || x.Name != "mine" {
		t.Errorf("got %+v, test %+v", x.Shape(), x.Test.Shape())
	}
	for s, y := range []*vi.Data{x, x.Test} {
		for i, v := range y.X {
			if want := float64(10*(s*9+i/3) + i%3); v != want {
				t.Errorf("split %d, value %d: got %g; want %g", s, i, v, want)
			}
		}
	}
	m := d.Manifest()
	if m.From != "counts.csv" || m.Licence != "CC0" || m.Split != "the last" || m.Range != [2]float64{0, 102} || m.Binarise != "none" || !m.Header || !slices.Equal(m.Columns, []string{"a", "b", "c"}) || m.Digests[0] != valuesDigest(x.X, 3) {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(d.Doc(), "Imported from counts.csv: a table of 3 columns,\n9 rows to train on and 2 held out (the last), values from 0 to 102") {
		t.Errorf("got %s", d.Doc())
	}
	if err := d.Verify(); err != nil {
		t.Error(err)
	}
	few := d
	few.Train = 4
	if y, err := few.Make(rng.Root(0)); err != nil || y.N != 4 || few.Digest() == d.Digest() {
		t.Errorf("the first four: %v", err)
	}
}

// The identity is that of the values: the same table as an array, under another path, has
// it; another value, split or binarisation has not.
func TestImportIdentity(t *testing.T) {
	base, _ := brought(t, "a.csv", counted(10), nil)
	x, err := base.Make(rng.Root(0))
	if err != nil {
		t.Fatal(err)
	}
	same, _ := brought(t, "b.npy", string(npy(slices.Concat(x.X, x.Test.X), 3)), nil)
	if same.Digest() != base.Digest() {
		t.Error("an array of the same values is another set")
	}
	for name, change := range map[string]func(*Importing){
		"test": func(o *Importing) { o.Test = 3 }, "shuffle": func(o *Importing) { o.Shuffle = true }, "white": func(o *Importing) { o.White = 1000 },
		"drop": func(o *Importing) { o.Drop = []string{"b"} },
	} {
		if other, _ := brought(t, "a.csv", counted(10), change); other.Digest() == base.Digest() {
			t.Errorf("%s does not enter the digest", name)
		}
	}
	bits, _ := brought(t, "a.csv", counted(10), func(o *Importing) { o.White = 1000 })
	cut := bits
	cut.Binarise = "threshold"
	if bits.Digest() == cut.Digest() {
		t.Error("binarise does not enter the digest")
	}
}

// Rows held out at random are rows, all others are left, and it is the same each time.
func TestImportShuffled(t *testing.T) {
	var last []float64
	for range 2 {
		d, _ := brought(t, "a.csv", counted(50), func(o *Importing) { o.Shuffle, o.Test = true, 10 })
		x, err := d.Make(rng.Root(0))
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(x.X, x.Test.X)
		if last != nil && !slices.Equal(all, last) {
			t.Error("not the same each time")
		}
		last = all
		var first []float64
		for i := 0; i < len(all); i += 3 {
			first = append(first, all[i])
		}
		if slices.IsSorted(first) {
			t.Error("in the order of the file")
		}
		slices.Sort(first)
		for i, v := range first {
			if v != float64(10*i) {
				t.Fatalf("row %d is gone or twice", i)
			}
		}
	}
}

// Zeros and ones become bits by themselves; grey levels do when asked, in every way that
// the built-in sets have.
func TestImportBits(t *testing.T) {
	d, _ := brought(t, "a.csv", "0,1\n1,1\n0,0\n1,0\n0,1\n", nil)
	x, err := d.Make(rng.Root(0))
	if err != nil || x.Domain != vi.Binary || x.Grey || d.Binarise != "threshold" || !slices.Equal(x.Test.X, []float64{0, 1}) {
		t.Errorf("got %v values, binarise %s, %v", x.Domain, d.Binarise, err)
	}
	grey, _ := brought(t, "a.csv", "0,255\n51,102\n204,0\n", func(o *Importing) { o.White, o.Binarise = 255, "stochastic" })
	if x, err = grey.Make(rng.Root(0)); err != nil || !x.Grey || !slices.Equal(x.X, []float64{0, 1, 0.2, 0.4}) {
		t.Errorf("got %+v, %v", x, err)
	}
	grey.Binarise = "threshold"
	if x, err = grey.Make(rng.Root(0)); err != nil || !slices.Equal(x.X, []float64{0, 1, 0, 0}) {
		t.Errorf("got %v, %v", x.X, err)
	}
	table, _ := brought(t, "a.csv", counted(5), nil)
	table.Binarise = "fixed"
	if _, err := table.Make(rng.Root(0)); err == nil || err.Error() != "binarise: got fixed with values from 0 to 42; want none, or levels from 0 to 1 (bench data import --white divides them)" {
		t.Errorf("got %v", err)
	}
}

// Images keep their size, from a folder or an array; rows held out may come from a file
// of their own.
func TestImportImages(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		put(t, filepath.Join(dir, "pictures", fmt.Sprintf("%d.png", i)), encoded(t, 4, 5, func(r, c int) color.Color { return color.Gray{uint8(40*i + 5*r + c)} }))
	}
	d, err := Import(filepath.Join(dir, "data"), Importing{Name: "mine", From: filepath.Join(dir, "pictures"), Test: 2, White: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.Make(rng.Root(0))
	if err != nil || x.N != 4 || x.Image != [2]int{4, 5} || x.X[20+7] != float64(40+5+2)/255 || x.Domain != vi.Real {
		t.Errorf("got %+v, %v", x.Shape(), err)
	}
	raw := make([]byte, 3*2*2)
	for i := range raw {
		raw[i] = byte(20 * i)
	}
	train := npyFile(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }", raw)
	test := npyFile(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 2), }", raw[:4])
	put(t, filepath.Join(dir, "test.npy"), test)
	d, _ = brought(t, "train.npy.gz", string(zipped(train)), func(o *Importing) {
		o.TestFrom, o.White, o.Binarise = filepath.Join(dir, "test.npy"), 255, "threshold"
	})
	x, err = d.Make(rng.Root(0))
	if err != nil || x.N != 3 || x.Test.N != 1 || x.Image != [2]int{2, 2} || !slices.Equal(x.X, []float64{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}) || d.Manifest().Split != "those of test.npy" {
		t.Errorf("got %v, %v", x, err)
	}
}

// What is no set is refused with where and what, and nothing is written.
func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, content := range map[string][]byte{
		"ragged.csv": []byte("1,2\n3\n"), "bad.csv": []byte("1,x,3\n4,5,6\n7,8,9\n1,2,3\n"), "nan.csv": []byte("a,b\n1,nan\n"), "empty.csv": nil, "one.csv": []byte("1,2\n"), "good.csv": []byte("1,2\n3,4\n5,7\n"), "wide.csv": []byte("1,2,3\n"),
		"nan.npy":  npyFile(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 0), }", nil),
		"flat.npy": npyFile(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", []byte{1, 2}),
		"inf.npy":  npyFile(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1), }", []byte{0x3f, 0x80, 0, 0, 0x7f, 0x80, 0, 0}),
		"text.txt": []byte("1 2 3"), "cut.csv.gz": zipped([]byte("1,2\n3,4\n"))[:20], "mixed/a.png": encoded(t, 4, 5, grain(1)), "mixed/b.png": encoded(t, 5, 4, grain(1)),
		"notes/a.png": encoded(t, 4, 5, grain(1)), "notes/b.txt": []byte("no image"),
	} {
		put(t, in(name), content)
	}
	os.Mkdir(in("none"), 0o755)
	for _, c := range []struct {
		from   string
		change func(*Importing)
		want   string
	}{
		{"ragged.csv", nil, "DIR/ragged.csv: line 2: got 1 columns; line 1 has 2"},
		{"nan.csv", nil, `DIR/nan.csv: line 2, column b: got "nan"; need a finite number; --missing nan reads it as a missing value, --drop b leaves the column out`},
		{"empty.csv", nil, "DIR/empty.csv: no rows of numbers"},
		{"one.csv", nil, "rows: got 1; need two at least, one to train on and one held out"},
		{"bad.csv", nil, `DIR/bad.csv: line 1, column col2: got "x"; need a finite number, or a header, which has no number`},
		{"good.csv", func(o *Importing) { o.Test = 3 }, "test: got 3 of 3 rows"},
		{"good.csv", func(o *Importing) { o.Test = 1.5 }, "test: got 1.5 of 3 rows"},
		{"good.csv", func(o *Importing) { o.Test, o.Shuffle = 0, true }, "test: got 0 of 3 rows"},
		{"good.csv", func(o *Importing) { o.Test = -1 }, "test: got -1 of 3 rows"},
		{"good.csv", func(o *Importing) { o.White = 0 }, "white: got 0; want a finite number above 0"},
		{"good.csv", func(o *Importing) { o.White = 1e-308 }, "DIR/good.csv: row 1, value 2: got +Inf; need finite values"},
		{"good.csv", func(o *Importing) { o.Binarise = "some" }, `binarise: got "some"; have stochastic, fixed, threshold, none`},
		{"good.csv", func(o *Importing) { o.Binarise = "fixed" }, "binarise: got fixed with values from 1 to 7; want none, or levels from 0 to 1 (--white 255 divides them by 255)"},
		{"good.csv", func(o *Importing) { o.Drop = []string{"x"} }, `DIR/good.csv: drop: no column "x"; have col1, col2`},
		{"good.csv", func(o *Importing) { o.TestFrom = in("wide.csv") }, "DIR/wide.csv: held out, got rows of 3 columns (col1, col2, col3); DIR/good.csv has rows of 2 columns (col1, col2)"},
		{"good.csv", func(o *Importing) { o.TestFrom = in("no.csv") }, "DIR/no.csv: "},
		{"flat.npy", nil, "DIR/flat.npy: shape, got (2); want rows x values, or images x height x width, none of them 0"},
		{"nan.npy", nil, "DIR/nan.npy: shape, got (2 x 0); want rows"},
		{"inf.npy", nil, "DIR/inf.npy: row 2, value 1: got +Inf; need finite values"},
		{"inf.npy", func(o *Importing) { o.Drop = []string{"x"} }, "drop: got x of DIR/inf.npy; only a table has columns"},
		{"text.txt", nil, `DIR/text.txt: kind of file, got ".txt"; have .csv and .npy, compressed (.gz) or not, and folders of .png, .jpg, .jpeg`},
		{"cut.csv.gz", nil, "DIR/cut.csv.gz: unexpected EOF"},
		{"mixed", nil, "DIR/mixed: b.png: got 5 x 4 pixels; a.png has 4 x 5, and all must be of one size"},
		{"notes", nil, "DIR/notes: b.txt: not an image by its name; need .png, .jpg, .jpeg, or --skip"},
		{"none", nil, "DIR/none: no image: the folder is empty; need .png, .jpg, .jpeg"},
		{"nowhere.csv", nil, "DIR/nowhere.csv: "},
	} {
		o := Importing{Name: "mine", From: in(c.from), Test: 0.2, White: 1}
		if c.change != nil {
			c.change(&o)
		}
		_, err := Import(in("data"), o)
		if err == nil || !strings.HasPrefix(strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir), "DIR"), c.want) {
			t.Errorf("%s: got %v; want %s", c.from, err, c.want)
		}
		if left, _ := filepath.Glob(in("data/*/*")); len(left) > 0 {
			t.Fatalf("%s: left %v", c.from, left)
		}
	}
	// A name is taken once.
	o := Importing{Name: "mine", From: in("good.csv"), Test: 0.2, White: 1}
	if _, err := Import(in("data"), o); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(in("data"), o); err == nil || !strings.HasPrefix(err.Error(), `name: taken, got "mine", which is imported; remove `+in("data/imported/mine")) {
		t.Errorf("got %v", err)
	}
	// What cannot be written leaves nothing half done.
	if os.Getuid() != 0 {
		os.Chmod(in("data/imported"), 0o555)
		o.Name = "other"
		if _, err := Import(in("data"), o); err == nil {
			t.Error("written into a folder that is not to be written to")
		}
		os.Chmod(in("data/imported"), 0o755)
	}
	if left, _ := os.ReadDir(in("data/imported")); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

// Values or manifests that are not what was imported are found out: by the digest of the
// values, by their sizes, or as no manifest at all. The other sets stay.
func TestImportDamaged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, folder string)
		wrong  bool // the manifest
		want   string
	}{
		"other values": {func(t *testing.T, folder string) {
			put(t, filepath.Join(folder, "train.npy"), npy(make([]float64, 24), 3))
		}, false, "train.npy: other values than were imported: SHA-256, got "},
		"other shape": {func(t *testing.T, folder string) {
			put(t, filepath.Join(folder, "test.npy"), npy(make([]float64, 3), 3))
		}, false, "test.npy: got 1 x 3 values; the manifest says 2 x 3"},
		"larger": {func(t *testing.T, folder string) {
			put(t, filepath.Join(folder, "test.npy"), npy(make([]float64, 300), 3))
		}, false, "test.npy: NPY header: promises 100 x 3 <f8 values; at most 6 belong here"},
		"missing":     {func(t *testing.T, folder string) { os.Remove(filepath.Join(folder, "test.npy")) }, false, "needs files train.npy and test.npy; looked in FOLDER, which has no test.npy; remove the folder and import the set again"},
		"no manifest": {func(t *testing.T, folder string) { os.Remove(filepath.Join(folder, "manifest.json")) }, true, "FOLDER/manifest.json: "},
		"text":        {func(t *testing.T, folder string) { put(t, filepath.Join(folder, "manifest.json"), []byte("hello")) }, true, "FOLDER/manifest.json: not a manifest: "},
		"half":        {func(t *testing.T, folder string) { put(t, filepath.Join(folder, "manifest.json"), []byte("{")) }, true, "FOLDER/manifest.json: not a manifest: unexpected EOF; remove the folder and import the set again"},
		"text after it": {func(t *testing.T, folder string) {
			file := filepath.Join(folder, "manifest.json")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			put(t, file, append(text, "more"...))
		}, true, "FOLDER/manifest.json: not a manifest: goes on after its end; remove"},
		"unknown field": {func(t *testing.T, folder string) {
			put(t, filepath.Join(folder, "manifest.json"), []byte(`{"format":1,"extra":2}`))
		}, true, `unknown field "extra"`},
		"later format": {edited(func(m *Manifest) { m.Format = 2 }), true, "format: got 2; have 1"},
		"huge":         {edited(func(m *Manifest) { m.D, m.Rows[0] = 1<<40, 1<<40 }), true, "d, rows, image: got "},
		"negative":     {edited(func(m *Manifest) { m.Rows[1] = -1 }), true, "d, rows, image: got "},
		"other name":   {edited(func(m *Manifest) { m.Name = "mnist" }), true, `name: got "mnist"; want that of its folder`},
		"binarise":     {edited(func(m *Manifest) { m.Binarise = "" }), true, `binarise: got ""; have stochastic`},
	} {
		_, dir := brought(t, "a.csv", counted(10), nil)
		folder := filepath.Join(dir, "imported", "mine")
		if _, err := Import(dir, Importing{Name: "sound", From: filepath.Join(filepath.Dir(dir), "from", "a.csv"), Test: 1, White: 1}); err != nil {
			t.Fatal(err)
		}
		c.change(t, folder)
		sets, wrong := Imports(dir)
		var err error
		switch {
		case c.wrong && len(wrong) == 1 && wrong[0].Name == "mine" && len(sets) == 1 && sets[0].Name() == "sound":
			err = wrong[0]
		case !c.wrong && len(wrong) == 0 && len(sets) == 2:
			if err = sets[0].Check(); sets[0].Verify() == nil {
				t.Errorf("%s: Verify finds nothing", name)
			}
		default:
			t.Errorf("%s: %d sets, %v", name, len(sets), wrong)
			continue
		}
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), folder, "FOLDER"), filepath.FromSlash(c.want)) {
			t.Errorf("%s: got %v; want %s", name, err, c.want)
		}
	}
}

// edited changes a manifest.
func edited(f func(*Manifest)) func(*testing.T, string) {
	return func(t *testing.T, folder string) {
		m, err := readManifest(filepath.Join(folder, manifestName))
		if err != nil {
			t.Fatal(err)
		}
		f(m)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(folder, manifestName), text)
	}
}
