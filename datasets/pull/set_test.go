package pull

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/datasets"
)

// Every collection that the web has can be fetched: addresses, a checksum, something to
// bound its size, and files to end up with.
func TestOrigins(t *testing.T) {
	for _, o := range datasets.Origins() {
		if o.Licence == "" || o.From == "" || o.Dataset == "" || len(o.Files) > 0 && (o.Folder == "" || len(o.Holds()) == 0) {
			t.Errorf("%s: got %+v", o.Set, o)
		}
		if makers[o.Set] == nil && len(o.Files) > 0 && !reflect.DeepEqual(o.Files, o.Holds()) {
			t.Errorf("%s: what is read is neither what is fetched nor made of it", o.Set)
		}
		for _, w := range slices.Concat(o.Files, o.Holds()) {
			kind, digits := datasets.SumKind(w.Sum)
			if n := map[string]int{"SHA-256": 64, "git blob": 40}[kind]; len(digits) != n || strings.Trim(digits, "0123456789abcdef") != "" {
				t.Errorf("%s: %s: sum %q", o.Set, w.Name, w.Sum)
			}
			if w.Inside && w.Content == 0 || w.Name != filepath.Base(w.Name) {
				t.Errorf("%s: got %+v", o.Set, w)
			}
		}
		for _, w := range o.Files {
			for _, url := range w.URLs {
				if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
					t.Errorf("%s: %s: address %q", o.Set, w.Name, url)
				}
			}
		}
		if (o.Set == "mnist" || o.Set == "binarized-mnist") && len(o.Files[0].URLs) < 2 {
			t.Errorf("%s has one address", o.Set)
		}
	}
	for set, all := range makers {
		for _, m := range all {
			if i := slices.IndexFunc(datasets.Origins(), func(o datasets.Origin) bool { return o.Set == set && m.from < len(o.Files) && m.to < len(o.Holds()) }); i < 0 {
				t.Errorf("%s: makes %d of %d, which are none", set, m.to, m.from)
			}
		}
	}
}

// A set is fetched once; what is there already stays, and what is there and wrong is the
// user's to remove.
func TestSet(t *testing.T) {
	a, b := text(5000), text(7000)
	h := serve(t, whole(a))
	z := serve(t, whole(zipped(b)))
	one, two := plainFile(a, h.URL), zippedFile(b, z.URL)
	o := datasets.Origin{Set: "mine", Folder: "mine", Files: []datasets.WebFile{one, two}}
	folder := filepath.Join(t.TempDir(), "mine")
	for range 2 {
		if err := quick().Set(context.Background(), o, folder); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.ranges()) != 1 || len(z.ranges()) != 1 || !slices.Equal(has(t, folder), []string{"file.dat", "file.gz"}) {
		t.Errorf("asked %d and %d times, folder %v", len(h.ranges()), len(z.ranges()), has(t, folder))
	}
	if err := os.Rename(filepath.Join(folder, "file.gz"), filepath.Join(folder, "was.gz")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), b, 0o644); err != nil { // decompressed by the user
		t.Fatal(err)
	}
	if missing, err := Missing(o, folder); err != nil || len(missing) != 0 {
		t.Errorf("missing %v, %v", missing, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file.dat"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	err := quick().Set(context.Background(), o, folder)
	if want := filepath.Join(folder, "file.dat") + ": another file: got 7000 bytes; want 5000; remove it to have the right one"; err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
	if !bytes.Equal(content(t, filepath.Join(folder, "file.dat")), b) {
		t.Error("the user's file is another")
	}
}

// drawing is one of Omniglot's as its files have it: two colours, ink black.
func drawing(ink func(x, y int) bool) []byte {
	m := image.NewPaletted(image.Rect(0, 0, drawn, drawn), color.Palette{color.Black, color.White})
	for y := range drawn {
		for x := range drawn {
			if !ink(x, y) {
				m.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// archive is a zip file of some files, in order.
func archive(t *testing.T, files ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, f[1])
	}
	z.Close()
	file := filepath.Join(t.TempDir(), "images.zip")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// Drawings become 28 x 28 averages of ink in the order of their numbers, whatever their
// alphabets are called. The average is that of areas, by overlaps of real intervals.
func TestOmniglot(t *testing.T) {
	inks := []func(x, y int) bool{
		func(x, y int) bool { return (x*x+3*y)%7 < 2 },
		func(x, y int) bool { return x == 104 || y == 0 },
		func(x, y int) bool { return true },
	}
	file := archive(t,
		[2]string{"images_background/", ""},
		[2]string{"images_background/Zulu/character02/0001_02.png", string(drawing(inks[1]))},
		[2]string{"images_background/Alpha/character01/0002_01.png", string(drawing(inks[2]))},
		[2]string{"images_background/Zulu/character02/0001_01.png", string(drawing(inks[0]))},
		[2]string{"images_background/readme.txt", "no drawing"},
	)
	all, err := omniglot(file)
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	a, err := datasets.ReadIDX(bytes.NewReader(all[0]), 1<<20)
	if err != nil || !slices.Equal(a.Dims, []int{3, scaled, scaled}) {
		t.Fatalf("%v, dimensions %v", err, a.Dims)
	}
	overlap := func(i, at int) float64 { // of pixel at with interval i of 3.75 pixels
		return max(0, min(float64(at+1), 3.75*float64(i+1))-max(float64(at), 3.75*float64(i)))
	}
	for n, ink := range inks {
		for r := range scaled {
			for c := range scaled {
				sum := 0.0
				for y := range drawn {
					for x := range drawn {
						if ink(x, y) {
							sum += overlap(r, y) * overlap(c, x)
						}
					}
				}
				if got, want := a.At((n*scaled+r)*scaled+c), math.Round(255*sum/(3.75*3.75)); got != want {
					t.Fatalf("drawing %d, row %d, column %d: got %g; want %g", n, r, c, got, want)
				}
			}
		}
	}
	for name, png := range map[string]string{"text": "no image", "large": string(big(106)), "bomb": string(big(60_000))} {
		if _, err := omniglot(archive(t, [2]string{"a/0001_01.png", png})); err == nil || !strings.HasPrefix(err.Error(), "a/0001_01.png: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// big is the beginning of an image of n x n pixels.
func big(n int) []byte {
	b := drawing(func(int, int) bool { return true })
	binary.BigEndian.PutUint32(b[16:], uint32(n))
	binary.BigEndian.PutUint32(b[20:], uint32(n))
	return b // its checksum is wrong too
}

// What a maker makes lands under its name only if it is what is read; what it was made of
// is kept, so that it need not be fetched again.
func TestMadeOfAnother(t *testing.T) {
	file := content(t, archive(t, [2]string{"x/0001_01.png", string(drawing(func(x, y int) bool { return x < y }))}))
	h := serve(t, whole(file))
	o := datasets.Origins()[slices.IndexFunc(datasets.Origins(), func(o datasets.Origin) bool { return o.Set == "omniglot28" })]
	for i, w := range o.Files {
		o.Files[i] = plainFile(file, h.URL)
		o.Files[i].Name = w.Name
	}
	folder := t.TempDir()
	for range 2 {
		err := quick().Set(context.Background(), o, folder)
		if want := "images_background.zip: makes background-images-idx3-ubyte.gz: another file: SHA-256, got "; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
	if !slices.Equal(has(t, folder), []string{"images_background.zip"}) || len(h.ranges()) != 1 {
		t.Errorf("folder %v, asked %d times", has(t, folder), len(h.ranges()))
	}
}

// The real whitened images go into a MAT-file and out again to the bit, whether the file
// has rows or columns first.
func TestOlshausen(t *testing.T) {
	real, err := os.Open(filepath.Join(os.Getenv("BENCH_DATA"), "natural", "olshausen-whitened-idx3-float32.gz"))
	if errors.Is(err, os.ErrNotExist) || testing.Short() {
		t.Skip("left out: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer real.Close()
	unzipped, err := gzip.NewReader(real)
	if err != nil {
		t.Fatal(err)
	}
	const n, side = 10, 512
	a, err := datasets.ReadIDX(unzipped, 4*n*side*side)
	if err != nil {
		t.Fatal(err)
	}
	for _, turned := range []bool{false, true} {
		le := binary.LittleEndian
		body := le.AppendUint32(le.AppendUint32(nil, 6), 8) // flags: doubles
		body = le.AppendUint32(le.AppendUint32(body, 6), 0)
		body = le.AppendUint32(le.AppendUint32(body, 5), 12)
		for _, d := range []uint32{side, side, n, 0} {
			body = le.AppendUint32(body, d)
		}
		body = append(le.AppendUint32(le.AppendUint32(body, 1), 6), "IMAGES\x00\x00"...)
		body = le.AppendUint32(le.AppendUint32(body, 9), 8*n*side*side)
		for i := range n {
			for c := range side {
				for r := range side {
					at := (i*side+r)*side + c
					if turned {
						at = (i*side+c)*side + r
					}
					body = le.AppendUint64(body, math.Float64bits(a.At(at)))
				}
			}
		}
		file := append(append([]byte(fmt.Sprintf("%-124s", "MATLAB 5.0 MAT-file")), 0, 1, 'I', 'M'), le.AppendUint32(le.AppendUint32(nil, 14), uint32(len(body)))...)
		file = append(file, body...)
		h := serve(t, whole(file))
		o := datasets.Origins()[slices.IndexFunc(datasets.Origins(), func(o datasets.Origin) bool { return o.Set == "olshausen" })]
		o.Files = []datasets.WebFile{plainFile(file, h.URL)}
		folder := t.TempDir()
		if err := quick().Set(context.Background(), o, folder); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(has(t, folder), []string{"olshausen-whitened-idx3-float32.gz"}) || o.Holds()[0].Verify(folder) != nil {
			t.Errorf("folder %v: %v", has(t, folder), o.Holds()[0].Verify(folder))
		}
	}
}
