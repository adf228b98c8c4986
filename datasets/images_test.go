package datasets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// idx is an IDX file of n pictures of 2 x 3 whose levels go round 0..250.
func idx(n, from int) []byte {
	out := []byte{0, 0, 8, 3}
	for _, d := range []int{n, 2, 3} {
		out = binary.BigEndian.AppendUint32(out, uint32(d))
	}
	for i := range n * 6 {
		out = append(out, byte((from+i)*7%251))
	}
	return out
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(content)
	w.Close()
	return b.Bytes()
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// small is a set of nine pictures, five held out, and the data directory where
// its files are: one compressed, one not.
func small(t *testing.T) (Images, string) {
	t.Helper()
	train, test := idx(9, 0), idx(5, 3)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "small", "train.gz"), zipped(train))
	put(t, filepath.Join(dir, "small", "test"), test)
	d := Images{Binarise: "stochastic", images: &images{
		name: "small", height: 2, width: 3, white: 250, dir: dir,
		splits: [2]split{whole("train", 9, sumOf(train)), whole("test", 5, sumOf(test))},
	}}
	return d, dir
}

func put(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, d Images) *vi.Data {
	t.Helper()
	x, err := d.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Every binarisation by its definition, on both splits.
func TestImages(t *testing.T) {
	d, _ := small(t)
	grey := func(from, i int) float64 { return float64((from+i)*7%251) / 250 }
	for _, how := range []string{"stochastic", "fixed", "threshold", "none"} {
		d := d
		d.Binarise = how
		if how == "fixed" {
			d.Bits = 4
		}
		train := must(t, d)
		domain := vi.Binary
		if how == "none" {
			domain = vi.Real
		}
		if train.Shape() != d.Shape() || train.Test == nil || train.Test.Test != nil {
			t.Fatalf("%s: made %+v with test set %v; the shape is %+v", how, train.Shape(), train.Test, d.Shape())
		}
		for s, x := range []*vi.Data{train, train.Test} {
			n, from := []int{9, 5}[s], []int{0, 3}[s]
			if x.Name != "small" || x.N != n || x.D != 6 || len(x.X) != n*6 || x.Domain != domain || x.Grey != (how == "stochastic") || x.Image != [2]int{2, 3} {
				t.Errorf("%s, split %d: got %d x %d %s data, grey %v, image %v", how, s, x.N, x.D, x.Domain, x.Grey, x.Image)
			}
			for i, got := range x.X {
				want := grey(from, i)
				switch how {
				case "threshold":
					want = bit(want >= 0.5)
				case "fixed":
					u := make([]float32, 6)
					rng.Plate(rng.HeldBits(4, "small", splitNames[s]), uint64(i/6)).Uniform32(u, 0)
					want = bit(float64(u[i%6]) > 1-want)
				}
				if got != want {
					t.Errorf("%s, split %d, value %d: got %g; want %g", how, s, i, got, want)
				}
			}
		}
		if train.Digest == train.Test.Digest {
			t.Errorf("%s: training and test set have one digest", how)
		}
	}
}

// Fewer images are the first of more, and settings that change values change
// the digest; nothing else does.
func TestImagesDigest(t *testing.T) {
	d, _ := small(t)
	seen := map[string]string{}
	for name, change := range map[string]func(*Images){
		"default": func(*Images) {}, "fixed": func(d *Images) { d.Binarise = "fixed" }, "threshold": func(d *Images) { d.Binarise = "threshold" },
		"none": func(d *Images) { d.Binarise = "none" }, "bits": func(d *Images) { d.Binarise, d.Bits = "fixed", 1 },
		"train": func(d *Images) { d.Train = 4 }, "test": func(d *Images) { d.Test = 4 },
	} {
		e := d
		change(&e)
		if other, ok := seen[e.Digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[e.Digest()] = name
		x, all := must(t, e), must(t, Images{Binarise: e.Binarise, Bits: e.Bits, images: e.images})
		if !slices.Equal(x.X, all.X[:len(x.X)]) || !slices.Equal(x.Test.X, all.Test.X[:len(x.Test.X)]) {
			t.Errorf("%s: not the first rows of all", name)
		}
	}
	if e := (Images{Binarise: "stochastic", Train: 9, Test: 5, images: d.images}); e.Digest() != d.Digest() {
		t.Error("all images by their number have another digest")
	}
	before := d.Digest()
	d.ReadFrom("elsewhere")
	if d.Digest() != before {
		t.Error("the digest changes with the folder")
	}
}

// Cells share the values, whichever comes first and however many they want, and
// what one does to its Data is not seen by another.
func TestImagesShareValues(t *testing.T) {
	d, dir := small(t)
	var wait sync.WaitGroup
	made := make([]*vi.Data, 8)
	for i := range made {
		wait.Go(func() {
			e := d
			e.Binarise, e.Train = []string{"stochastic", "none"}[i%2], 9-i%3
			made[i], _ = e.Make(rng.Root(uint64(i)))
		})
	}
	wait.Wait()
	x := must(t, d)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	y := must(t, d) // nothing is read again
	if &x.X[0] != &y.X[0] || &x.Test.X[0] != &y.Test.X[0] {
		t.Error("two cells hold two copies")
	}
	if cap(must(t, Images{Binarise: "none", Train: 2, images: d.images}).X) != 12 {
		t.Error("to append to a few rows writes into the others")
	}
	for i, m := range made {
		if m == nil || !slices.Equal(m.X, x.X[:len(m.X)]) {
			t.Errorf("worker %d: got %v", i, m)
		}
	}
	x.N, x.Test = 1, nil
	if y.N != 9 || y.Test == nil {
		t.Error("two cells hold one Data")
	}
}

// A shuffled set is a permutation of its rows, the same for every number of them
// and every seed; a set cut from one file has its rows in order.
func TestImagesOrder(t *testing.T) {
	d, dir := small(t)
	plain := must(t, d)
	d.images = &images{name: "small", height: 2, width: 3, white: 250, dir: dir, splits: d.splits, shuffle: true}
	mixed := must(t, d)
	rows := func(x []float64) (out [][]float64) {
		for r := range slices.Chunk(x, 6) {
			out = append(out, slices.Clone(r))
		}
		return out
	}
	a, b := rows(plain.X), rows(mixed.X)
	if slices.EqualFunc(a, b, slices.Equal) || plain.Digest == mixed.Digest {
		t.Error("not shuffled, or one digest")
	}
	slices.SortFunc(a, slices.Compare)
	slices.SortFunc(b, slices.Compare)
	if !slices.EqualFunc(a, b, slices.Equal) {
		t.Error("not a permutation")
	}
	file := d.splits[0]
	d.images = &images{name: "small", height: 2, width: 3, white: 250, dir: dir, splits: [2]split{{file.file, file.sum, 9, 0, 7}, {file.file, file.sum, 9, 7, 2}}}
	cut := must(t, d)
	if cut.N != 7 || cut.Test.N != 2 || !slices.Equal(cut.X, plain.X[:42]) || !slices.Equal(cut.Test.X, plain.X[42:]) {
		t.Errorf("cut into %d and %d rows, not those of the file", cut.N, cut.Test.N)
	}
}

// Of a file in the order of its classes the first rows are of all classes: 10 of 200
// each, and the first 60.
func TestImagesOfAllClasses(t *testing.T) {
	const classes, each, first = 10, 200, 60
	file := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, classes*each)
	file = append(file, 0, 0, 0, 1, 0, 0, 0, 1)
	for i := range classes * each {
		file = append(file, byte(i/each))
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "sorted", "all"), file)
	s := whole("all", classes*each, sumOf(file))
	x := must(t, Images{Binarise: "none", images: &images{name: "sorted", height: 1, width: 1, white: 1, dir: dir, splits: [2]split{s, s}, shuffle: true}})
	for _, rows := range [][]float64{x.X, x.Test.X} {
		seen := map[float64]bool{}
		for _, class := range rows[:first] {
			seen[class] = true
		}
		if len(seen) != classes {
			t.Errorf("the first %d rows are of %d classes; want %d", first, len(seen), classes)
		}
	}
}

// Omniglot's file goes alphabet by alphabet; the first 500 rows of each split come
// from all of its twentieths.
func TestOmniglotIsShuffled(t *testing.T) {
	d := NewOmniglot28()
	d.ReadFrom(os.Getenv("BENCH_DATA"))
	if _, err := d.Locate(); err != nil || testing.Short() {
		t.Skip("left out: ", err)
	}
	x := must(t, d.Images)
	const size = 28 * 28
	for i, rows := range [][]float64{x.X, x.Test.X} {
		at := map[string]int{} // of an image in the file
		levels, n := d.levels[i], len(rows)/size
		image := make([]byte, size)
		for r := range n {
			for j := range image {
				image[j] = byte(levels.At(r*size + j))
			}
			at[string(image)] = r
		}
		seen := map[int]bool{}
		for r := range 500 {
			for j := range image {
				image[j] = byte(math.Round(rows[r*size+j] * 255))
			}
			from, known := at[string(image)]
			if !known {
				t.Fatalf("row %d is not of the file", r)
			}
			seen[from*20/n] = true
		}
		if len(seen) != 20 {
			t.Errorf("%s: the first 500 rows are of %d twentieths of the file", splitNames[i], len(seen))
		}
	}
}

// What is wrong with files or settings is said before anything is made, with the
// file and what to do; it is said again without reading again.
func TestImagesCheck(t *testing.T) {
	whole := idx(9, 0)
	header := func(n uint32) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, n), whole[8:]...)
	}
	bad := slices.Clone(zipped(whole))
	bad[len(bad)-6] ^= 1 // the checksum of the content
	write := func(content []byte) func(*testing.T, *Images, string) {
		return func(t *testing.T, d *Images, dir string) { put(t, filepath.Join(dir, "small", "train.gz"), content) }
	}
	remove := func(names ...string) func(*testing.T, *Images, string) {
		return func(t *testing.T, d *Images, dir string) {
			for _, name := range names {
				os.RemoveAll(filepath.Join(dir, name))
			}
		}
	}
	set := func(f func(d *Images)) func(*testing.T, *Images, string) {
		return func(t *testing.T, d *Images, dir string) { f(d) }
	}
	file := filepath.Join("DIR", "small", "train.gz")
	for _, c := range []struct {
		name   string
		change func(*testing.T, *Images, string)
		want   []string
	}{
		{"missing folder", remove("small"), []string{"needs files train.gz and test.gz; looked in " + filepath.Join("DIR", "small") + ", which is not there. Put them, ", "; bench explain small says"}},
		{"missing file", remove("small/test"), []string{"looked in " + filepath.Join("DIR", "small") + ", which has no test.gz. "}},
		{"no directory", set(func(d *Images) { d.dir = "" }), []string{"looked in no folder, since no data directory is given. "}},
		{"labels alone", func(t *testing.T, d *Images, dir string) {
			remove("small/train.gz")(t, d, dir)
			put(t, filepath.Join(dir, "small", "train-labels.gz"), zipped(whole))
		}, []string{", which has labels (train-labels.gz) but no train.gz. "}},
		{"a folder", func(t *testing.T, d *Images, dir string) {
			remove("small/train.gz")(t, d, dir)
			os.MkdirAll(filepath.Join(dir, "small", "train.gz"), 0o755)
		}, []string{file + ": not a regular file"}},
		{"another", write(zipped(idx(9, 1))), []string{file + ": another file: SHA-256 of its content, got " + sumOf(idx(9, 1)) + "; want " + sumOf(whole) + "; bench explain small says which file is meant"}},
		{"empty", write(nil), []string{file + ": cut short: magic number, got 0 of 4 bytes"}},
		{"cut short", write(whole[:30]), []string{file + ": cut short: 9 x 2 x 3 values, got 14 of 54 bytes"}},
		{"gzip cut short", write(zipped(whole)[:30]), []string{file + ": cut short: "}},
		{"gzip header cut short", write(zipped(whole)[:5]), []string{file + ": gzip header: "}},
		{"gzip checksum", write(bad), []string{file + ": after its 9 x 2 x 3 values: gzip: invalid checksum"}},
		{"gzip with a tail", write(append(zipped(whole), 1, 2, 3)), []string{file + ": after its 9 x 2 x 3 values: "}},
		{"magic", write([]byte("PK\x03\x04....")), []string{file + ": not IDX: magic number, got 504b0304"}},
		{"promises more", write(header(9000000)), []string{file + ": IDX header: promises 9000000 x 2 x 3 uint8 values; at most 54 bytes belong here"}},
		{"holds more", write(append(slices.Clone(whole), 0)), []string{file + ": goes on after its 9 x 2 x 3 values (54 bytes)"}},
		{"bomb", write(zipped(append(slices.Clone(whole), make([]byte, 1<<24)...))), []string{file + ": goes on after its 9 x 2 x 3 values (54 bytes)"}},
		{"fewer", write(idx(8, 0)), []string{file + ": got 8 x 2 x 3 uint8 values; want images, 9 x 2 x 3 uint8 values"}},
		{"labels for images", write([]byte{0, 0, 8, 1, 0, 0, 0, 2, 7, 7}), []string{file + ": got 2 uint8 values, as labels have; want images, 9 x 2 x 3"}},
		{"too many", set(func(d *Images) { d.Train = 10 }), []string{"train: got 10; have 1 to 9 images, or 0 for all"}},
		{"too many held out", set(func(d *Images) { d.Test = 6 }), []string{"test: got 6; have 1 to 5 images, or 0 for all"}},
		{"binarise", set(func(d *Images) { d.Binarise = "some" }), []string{`binarise: got "some"; have stochastic, fixed, threshold, none`}},
		{"bits", set(func(d *Images) { d.Bits = 1 }), []string{"bits: got 1 with binarise: stochastic; want 0, or binarise: fixed"}},
	} {
		d, dir := small(t)
		c.change(t, &d, dir)
		err := d.Check()
		_, made := d.Make(rng.Root(0))
		if err == nil || made == nil || made.Error() != err.Error() {
			t.Errorf("%s: Check says %v, Make says %v", c.name, err, made)
			continue
		}
		for _, want := range c.want {
			if got := strings.ReplaceAll(err.Error(), dir, "DIR"); !strings.Contains(got, want) {
				t.Errorf("%s: got %s; want %s", c.name, got, want)
			}
		}
	}
}

// The files are looked for in every folder, the data directory's first; another
// directory makes the set read anew.
func TestImagesLocate(t *testing.T) {
	d, dir := small(t)
	_, other := small(t)
	d.folders = []string{filepath.Join(other, "small")}
	if got, err := d.Locate(); err != nil || got != filepath.Join(dir, "small") {
		t.Errorf("got %s, %v", got, err)
	}
	d.ReadFrom(filepath.Join(dir, "no"))
	if got, err := d.Locate(); err != nil || got != filepath.Join(other, "small") {
		t.Errorf("got %s, %v", got, err)
	}
	if err := d.Check(); err != nil {
		t.Error(err)
	}
	d.folders = nil
	d.ReadFrom(filepath.Join(dir, "no"))
	if d.Check() == nil {
		t.Error("nothing is read anew")
	}
	d.ReadFrom(dir)
	if err := d.Check(); err != nil {
		t.Error(err)
	}
	if got, err := NewDigits8().Locate(); err != nil || got != "" {
		t.Errorf("embedded: got %q, %v", got, err)
	}
}

// Labels are those of the images: as many of each digit are shown, the first there are;
// the set without them is what it was, by its digest.
func TestLabelsOfDigits(t *testing.T) {
	plain, with := NewDigits8(), NewDigits8()
	with.Labels, with.Train = 50, 400
	d, err := with.Make(rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Labels) != 400 || len(d.Shown) != 400 || len(d.Test.Labels) != 1797 || d.Test.Shown != nil {
		t.Fatalf("%d labels, %d shown, %d labels held out, shown %v", len(d.Labels), len(d.Shown), len(d.Test.Labels), d.Test.Shown)
	}
	var seen, shown [10]int
	for n, c := range d.Labels {
		if want := seen[c] < 5; d.Shown[n] != want {
			t.Errorf("image %d, number %d of digit %d: shown %v", n, seen[c], c, d.Shown[n])
		}
		seen[c]++
		if d.Shown[n] {
			shown[c]++
		}
	}
	if shown != [10]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5} {
		t.Errorf("shown of each digit: %v", shown)
	}
	// The ink of zeros and of ones: a zero has none in the middle.
	var middle, count [2]float64
	for n, c := range d.Labels {
		if c < 2 {
			middle[c] += d.X[n*64+3*8+3] + d.X[n*64+4*8+4]
			count[c]++
		}
	}
	if !(middle[0]/count[0] < 0.5*middle[1]/count[1]) {
		t.Errorf("ink in the middle: zeros %g, ones %g; the labels are of other images", middle[0]/count[0], middle[1]/count[1])
	}
	one, err := plain.Make(rng.Key{})
	if err != nil || one.Labels != nil || one.Shown != nil || plain.Digest() != plain.Images.Digest() {
		t.Errorf("%v; labels without asking: %v", err, one.Labels != nil)
	}
	other := with
	other.Labels = 100
	if with.Digest() == with.Images.Digest() || with.Digest() == other.Digest() {
		t.Error("labels do not enter the digest")
	}
	for labels, want := range map[int]string{
		15: "labels: got 15; need as many of each of the ten digits, a multiple of 10", -10: "labels: got -10; need",
		1000: "labels: got 1000, 100 of each digit; the first 400 images have ",
	} {
		with.Labels = labels
		if err := with.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%d labels: got %v; want %q", labels, err, want)
		}
	}
}
