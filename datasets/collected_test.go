package datasets

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// KMNIST is known by its files as they were published.
func TestKMNIST(t *testing.T) {
	train, test := zipped(idx(9, 0)), zipped(idx(5, 3))
	dir := t.TempDir()
	d := NewKMNIST()
	d.height, d.width, d.white = 2, 3, 250
	d.splits = [2]split{whole("train-images-idx3-ubyte.gz", 9, sumOf(train)), whole("t10k-images-idx3-ubyte.gz", 5, sumOf(test))}
	before := d.Digest()
	put(t, filepath.Join(dir, "kmnist", "train-images-idx3-ubyte.gz"), train)
	d.ReadFrom(dir)
	if err := d.Check(); err == nil || !strings.HasPrefix(err.Error(), "needs files train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz; looked in "+filepath.Join(dir, "kmnist")+", which has no t10k-images-idx3-ubyte.gz. bench data pull kmnist fetches them. Or put them into a folder kmnist") {
		t.Errorf("got %v", err)
	}
	put(t, filepath.Join(dir, "kmnist", "t10k-images-idx3-ubyte.gz"), test)
	d.ReadFrom(dir)
	x := must(t, d.Images)
	if x.N != 9 || x.Test.N != 5 || x.X[5] != float64(35%251)/250 || x.Test.X[0] != float64(21)/250 || !x.Grey || d.Digest() != before {
		t.Errorf("got %d + %d, %g, %g", x.N, x.Test.N, x.X[5], x.Test.X[0])
	}
	put(t, filepath.Join(dir, "kmnist", "t10k-images-idx3-ubyte.gz"), append(slices.Clone(test), 0)) // after its end
	d.ReadFrom(dir)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "t10k-images-idx3-ubyte.gz: after its 5 x 2 x 3 values: ") {
		t.Errorf("got %v", err)
	}
	other := zipped(idx(5, 4))
	put(t, filepath.Join(dir, "kmnist", "t10k-images-idx3-ubyte.gz"), other)
	d.ReadFrom(dir)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "another file: SHA-256, got "+sumOf(other)+"; want "+sumOf(test)) {
		t.Errorf("got %v", err)
	}
}

// The bits of MNIST are those of the files, and stay bits.
func TestBinarizedMNIST(t *testing.T) {
	var files [2]string
	bits := func(split, i int) int { return (i*i/3 + split) % 2 }
	for s, n := range []int{4, 3} {
		for i := range n * 6 {
			end := " "
			if i%6 == 5 {
				end = "\n"
			}
			files[s] += strconv.Itoa(bits(s, i)) + end
		}
	}
	for _, zip := range []bool{false, true} {
		dir := t.TempDir()
		d := NewBinarizedMNIST()
		d.files.height, d.files.width = 2, 3
		for s, name := range []string{"binarized_mnist_train.amat", "binarized_mnist_test.amat"} {
			d.files.splits[s] = whole(name, []int{4, 3}[s], sumOf([]byte(files[s])))
			if file := filepath.Join(dir, "binarized-mnist", name); zip {
				put(t, file+".gz", zipped([]byte(files[s])))
			} else {
				put(t, file, []byte(files[s]))
			}
		}
		d.ReadFrom(dir)
		x, err := d.Make(rng.Root(0))
		if err != nil {
			t.Fatal(err)
		}
		for s, y := range []*vi.Data{x, x.Test} {
			for i, v := range y.X {
				if v != float64(bits(s, i)) {
					t.Errorf("split %d, bit %d: got %g", s, i, v)
				}
			}
		}
		if x.Shape() != d.Shape() || x.Domain != vi.Binary || x.Grey || x.Test.N != 3 || x.Name != "binarized-mnist" {
			t.Errorf("got %+v", x.Shape())
		}
		few := d
		few.Train = 2
		if y, err := few.Make(rng.Root(0)); err != nil || y.N != 2 || few.Digest() == d.Digest() {
			t.Errorf("the first two: %v", err)
		}
		put(t, filepath.Join(dir, "binarized-mnist", "binarized_mnist_test.amat"), []byte(strings.Replace(files[1], "0", "1", 1)))
		d.ReadFrom(dir)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), "binarized_mnist_test.amat: another file: SHA-256 of its content, got ") {
			t.Errorf("got %v", err)
		}
	}
}

// Omniglot of the IWAE paper: images are columns of an array, and each is transposed, as
// reshape((-1, 28, 28)).reshape((-1, 784), order='fortran') of their code does.
func TestOmniglotIWAE(t *testing.T) {
	const h, w = 3, 3
	level := func(split, n, r, c int) float64 { return float64((split*31+n*17+r*5+c*3)%50) / 64 }
	arrays := func(bad float64) [2][]float64 {
		var out [2][]float64
		for s, rows := range []int{4, 2} {
			for n := range rows {
				for i := range h * w { // of NumPy's array of n, h, w after .T and the first reshape
					v := level(s, n, i%w, i/w)
					if bad != 0 && s == 1 && n == 1 && i == 4 {
						v = bad
					}
					out[s] = append(out[s], v)
				}
			}
		}
		return out
	}
	make := func(bad float64) (OmniglotIWAE, string) {
		x, o, single := arrays(bad), littleEndian, matTypes[6]
		file := matFile(o, matPacked(o, matArray(o, "target", matTypes[1], 9, []int{5, 4}, x[0][:20])), matPacked(o, matArray(o, "testdata", single, 7, []int{h * w, 2}, x[1])), matPacked(o, matArray(o, "data", single, 7, []int{h * w, 4}, x[0])))
		sum := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(file)), file...))
		d := NewOmniglotIWAE()
		d.height, d.width = h, w
		d.splits = [2]split{whole("chardata.mat", 4, gitBlob+hex.EncodeToString(sum[:])), whole("chardata.mat", 2, gitBlob+hex.EncodeToString(sum[:]))}
		dir := t.TempDir()
		put(t, filepath.Join(dir, "omniglot-iwae", "chardata.mat"), file)
		d.ReadFrom(dir)
		return d, dir
	}
	d, dir := make(0)
	x := must(t, d.Images)
	for s, y := range []*vi.Data{x, x.Test} {
		for i, v := range y.X {
			if want := level(s, i/(h*w), i%(h*w)/w, i%w); v != want {
				t.Errorf("split %d, value %d: got %g; want %g", s, i, v, want)
			}
		}
	}
	if x.N != 4 || x.Test.N != 2 || !x.Grey {
		t.Errorf("got %d + %d", x.N, x.Test.N)
	}
	put(t, filepath.Join(dir, "omniglot-iwae", "chardata.mat"), matFile(littleEndian, matArray(littleEndian, "data", matTypes[7], 6, []int{9, 4}, arrays(0)[0])))
	d.ReadFrom(dir)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "chardata.mat: another file: git blob, got ") {
		t.Errorf("got %v", err)
	}
	for _, bad := range []float64{1.5, -1, math.NaN()} {
		d, _ := make(bad)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), `array "testdata", column 1, row 4: got `) {
			t.Errorf("%g: got %v", bad, err)
		}
	}
}

// Kodak's photographs are known by their bytes, without being read; the last fifth is
// held out.
func TestKodak(t *testing.T) {
	dir := t.TempDir()
	d := NewPatches()
	d.Source, d.Patch, d.N, d.Test, d.Whiten = "kodak", 5, 300, 50, "none"
	d.kodak = d.kodak[:10]
	var last []byte
	for i := range d.kodak {
		last = encoded(t, 20+i%2*10, 30-i%2*10, grain(i))
		d.kodak[i].Sum, d.kodak[i].Bytes = sumOf(last), int64(len(last))
		put(t, filepath.Join(dir, "kodak", d.kodak[i].Name), last)
	}
	before := d.Digest()
	d.ReadFrom(dir)
	x := mustPatches(t, d)
	g := d.gallery()
	if x.N != 300 || x.Test.N != 50 || len(g.parts[0]) != 8 || len(g.parts[1]) != 2 || d.Digest() != before || before == "" {
		t.Errorf("got %d + %d patches of %d + %d images", x.N, x.Test.N, len(g.parts[0]), len(g.parts[1]))
	}
	m := d
	m.Source, m.Folder = "folder", "kodak"
	if y := mustPatches(t, m); !slices.Equal(x.X, y.X) || m.Digest() == d.Digest() {
		t.Error("other values than those of the folder, or one digest")
	}
	put(t, filepath.Join(dir, "kodak", d.kodak[9].Name), append(last, 0))
	d.ReadFrom(dir)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "kodim10.png: another file: SHA-256, got ") {
		t.Errorf("got %v", err)
	}
}

// The table of sources and the sets state the same checksums.
func TestSourcesAgree(t *testing.T) {
	seen := 0
	for _, o := range Origins() {
		for _, d := range All() {
			s, ok := d.(interface{ Sums() [][2]string })
			if d.Name() != o.Dataset || !ok {
				continue
			}
			for _, w := range o.Holds() {
				if o.Set == "kodak" {
					continue // by the table alone
				}
				if !slices.ContainsFunc(s.Sums(), func(x [2]string) bool { return x[1] == w.Sum && (x[0] == w.Name || x[0]+".gz" == w.Name) }) {
					t.Errorf("%s: %s has sum %s; the set has %v", o.Set, w.Name, w.Sum, s.Sums())
				}
				seen++
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d files are in both", seen)
	}
}

// A stream of data decompressed without end is not read to it.
func TestVerifyStops(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "f.gz"), zipped(make([]byte, 1<<23)))
	w := WebFile{Name: "f.gz", Content: 1000, Sum: sumOf(make([]byte, 1000)), Inside: true}
	if err := w.Verify(dir); err == nil || err.Error() != "another file: goes on after 1000 bytes when decompressed; want so many" {
		t.Errorf("got %v", err)
	}
	put(t, filepath.Join(dir, "f.gz"), zipped(make([]byte, 1000)))
	if err := w.Verify(dir); err != nil {
		t.Error(err)
	}
}
