package datasets

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// encoded is an image of h x w pixels as PNG.
func encoded(t *testing.T, h, w int, at func(r, c int) color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for r := range h {
		for c := range w {
			m.Set(c, r, at(r, c))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// grain is a picture without a repeated patch.
func grain(k int) func(r, c int) color.Color {
	return func(r, c int) color.Color {
		w := rng.Root(uint64(k)).At(uint64(r)).Words4(uint64(c))
		return color.NRGBA{uint8(w[0]), uint8(w[1]), uint8(w[2]), 255}
	}
}

// gallery6 is a data directory with six images in a folder, of several sizes, and the
// set made of them.
func gallery6(t *testing.T) (Patches, string) {
	t.Helper()
	dir := t.TempDir()
	for k := range 6 {
		put(t, filepath.Join(dir, "six", string(rune('a'+k))+".png"), encoded(t, 20+k, 30-k, grain(k)))
	}
	d := NewPatches()
	d.ReadFrom(dir)
	d.Source, d.Folder, d.Patch, d.N, d.Test, d.Whiten = "folder", "six", 5, 200, 60, "none"
	return d, dir
}

func mustPatches(t *testing.T, d Patches) *vi.Data {
	t.Helper()
	x, err := d.Make(rng.Root(1))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// all is every patch of some images, as strings of their bits.
func all(ps []picture, side int) map[string]int {
	out := map[string]int{}
	for i, p := range ps {
		for r := range p.h - side + 1 {
			for c := range p.w - side + 1 {
				var x []float64
				for k := range side {
					x = append(x, p.x[(r+k)*p.w+c:(r+k)*p.w+c+side]...)
				}
				out[bitsOf(x)] = i
			}
		}
	}
	return out
}

func bitsOf(x []float64) string {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return string(b)
}

// Patches are patches of the images, none twice, from all of the images; test patches
// are of the last fifth of the files by name, none of which is trained on. All patches
// there are can be had, in one order.
func TestPatches(t *testing.T) {
	d, _ := gallery6(t)
	raw := d.gallery()
	if d.gallery() != raw || len(raw.parts[0]) != 5 || len(raw.parts[1]) != 1 || raw.parts[1][0].name != "f.png" {
		t.Fatalf("got %d and %d images, or they are read twice", len(raw.parts[0]), len(raw.parts[1]))
	}
	x := mustPatches(t, d)
	if x.Shape() != d.Shape() || x.Test.N != 60 || x.Image != [2]int{5, 5} || x.Test.Image != x.Image || x.Digest == x.Test.Digest {
		t.Errorf("got %+v, shape %+v", x.Shape(), d.Shape())
	}
	for i, x := range []*vi.Data{x, x.Test} {
		known, seen, from := all(raw.parts[i], 5), map[string]bool{}, map[int]bool{}
		for p := range slices.Chunk(x.X, 25) {
			image, ok := known[bitsOf(p)]
			if !ok || seen[bitsOf(p)] {
				t.Fatalf("part %d: a patch of no image, or twice", i)
			}
			seen[bitsOf(p)], from[image] = true, true
		}
		if len(from) != len(raw.parts[i]) {
			t.Errorf("part %d: patches of %d of %d images", i, len(from), len(raw.parts[i]))
		}
	}
	e := d
	e.N, e.Test = len(all(raw.parts[0], 5)), len(all(raw.parts[1], 5))
	most := mustPatches(t, e)
	if !slices.Equal(x.X, most.X[:len(x.X)]) || most.N != 16*26+17*25+18*24+19*23+20*22 || most.Test.N != 21*21 {
		t.Errorf("fewer patches are not the first of all %d + %d", most.N, most.Test.N)
	}
	e.N++
	if _, err := e.Make(rng.Key{}); err == nil {
		t.Error("one more patch than there are")
	}

	// Published: patches of one kind, each on one side only, all of them: a fifth held out.
	d.Split = "published"
	total := most.N + most.Test.N
	d.N, d.Test = total-total/5, total/5
	x = mustPatches(t, d)
	known := all(slices.Concat(raw.parts[0], raw.parts[1]), 5)
	images := map[int]bool{}
	for p := range slices.Chunk(x.Test.X, 25) {
		images[known[bitsOf(p)]] = true
	}
	for p := range slices.Chunk(slices.Concat(x.X, x.Test.X), 25) {
		delete(known, bitsOf(p))
	}
	if len(known) != 0 || len(images) != 6 {
		t.Errorf("%d patches are on neither side; patches held out are of %d images", len(known), len(images))
	}
}

// Centring, z-scores and scale by their definitions.
func TestPatchesScales(t *testing.T) {
	d, _ := gallery6(t)
	plain := mustPatches(t, d)
	d.Centre = true
	centred := mustPatches(t, d)
	for i, p := range slices.Collect(slices.Chunk(centred.Test.X, 25)) {
		mean := 0.0
		for _, v := range plain.Test.X[i*25 : (i+1)*25] {
			mean += v / 25
		}
		for j, v := range p {
			if math.Abs(v-(plain.Test.X[i*25+j]-mean)) > 1e-14 {
				t.Fatalf("patch %d: not centred", i)
			}
		}
	}
	d.Centre, d.ZScore = false, true
	z := mustPatches(t, d)
	for j := range 25 {
		var m, v, mz, vz float64
		for i := range 200 {
			m, mz = m+plain.X[i*25+j]/200, mz+z.X[i*25+j]/200
		}
		for i := range 200 {
			v, vz = v+math.Pow(plain.X[i*25+j]-m, 2)/200, vz+math.Pow(z.X[i*25+j]-mz, 2)/200
		}
		if math.Abs(mz) > 1e-12 || math.Abs(vz-1) > 1e-12 {
			t.Errorf("pixel %d: mean %g, variance %g", j, mz, vz)
		}
		for i := range 60 { // by what was trained on
			if want := (plain.Test.X[i*25+j] - m) / math.Sqrt(v); math.Abs(z.Test.X[i*25+j]-want) > 1e-12 {
				t.Fatalf("pixel %d of patch %d held out: got %g; want %g", j, i, z.Test.X[i*25+j], want)
			}
		}
	}
	d.ZScore, d.Whiten, d.Variance = false, "filter", 0.3
	white := d.whitened(d.gallery().parts)
	n, sum, square := 0.0, 0.0, 0.0
	for _, p := range white[0] {
		for _, v := range p.x {
			n, sum, square = n+1, sum+v, square+v*v
		}
	}
	if v := square/n - sum/n*sum/n; math.Abs(v-0.3) > 1e-12 {
		t.Errorf("variance %g; want 0.3", v)
	}
	d.Variance = 0
	bare := d.whitened(d.gallery().parts)
	ratio := white[0][0].x[0] / bare[0][0].x[0]
	if got := white[1][0].x[7] / bare[1][0].x[7]; math.Abs(got-ratio) > 1e-12 || !slices.Equal(bare[0][2].x, whiten(d.gallery().parts[0][2], 0.39).x) {
		t.Error("not one scale for all, or variance: 0 scales")
	}
}

// What is known of a set is its decoded values and settings: not the names or the place
// of files, nor the bytes that encode them.
func TestPatchesDigest(t *testing.T) {
	d, dir := gallery6(t)
	before := d.Digest()
	if len(before) != 64 {
		t.Fatalf("digest %q", before)
	}
	seen := map[string]string{before: "default"}
	for name, change := range map[string]func(*Patches){
		"patch": func(d *Patches) { d.Patch = 6 }, "n": func(d *Patches) { d.N++ }, "test": func(d *Patches) { d.Test++ },
		"split": func(d *Patches) { d.Split = "published" }, "whiten": func(d *Patches) { d.Whiten = "filter" },
		"f0": func(d *Patches) { d.Whiten, d.F0 = "filter", 0.3 }, "variance": func(d *Patches) { d.Whiten, d.Variance = "filter", 1 },
		"centre": func(d *Patches) { d.Centre = true }, "zscore": func(d *Patches) { d.ZScore = true },
		"source": func(d *Patches) { d.Source, d.Folder = "photographs", "" }, "olshausen": func(d *Patches) { d.Source, d.Folder = "olshausen", "" },
	} {
		e := d
		change(&e)
		if other, ok := seen[e.Digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[e.Digest()] = name
	}
	for k := range 6 { // as colours of 16 bits, elsewhere, under other names
		raw, err := os.ReadFile(filepath.Join(dir, "six", string(rune('a'+k))+".png"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		wide := image.NewRGBA64(m.Bounds())
		for r := range m.Bounds().Dy() {
			for c := range m.Bounds().Dx() {
				wide.Set(c, r, m.At(c, r))
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, wide); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "elsewhere", "six", string(rune('k'+k))+".PNG"), b.Bytes())
	}
	x := mustPatches(t, d)
	d.ReadFrom(filepath.Join(dir, "elsewhere"))
	if y := mustPatches(t, d); d.Digest() != before || !slices.Equal(x.X, y.X) {
		t.Error("other names and another encoding make another set")
	}
	d.Folder = filepath.Join(dir, "six")
	if d.Digest() != before {
		t.Error("an absolute path makes another set")
	}
	put(t, filepath.Join(dir, "elsewhere", "six", "k.PNG"), encoded(t, 20, 30, grain(9)))
	d.ReadFrom(filepath.Join(dir, "elsewhere"))
	if d.Folder = "six"; d.Digest() == before {
		t.Error("another image, one digest")
	}
}

// Luma of every way of storing a colour, and of JPEG within its errors.
func TestLuma(t *testing.T) {
	var grey, colour bytes.Buffer
	m := image.NewGray16(image.Rect(0, 0, 2, 1))
	m.SetGray16(0, 0, color.Gray16{0x1234})
	if err := png.Encode(&grey, m); err != nil {
		t.Fatal(err)
	}
	flat := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		flat.Set(i%16, i/16, color.NRGBA{200, 100, 50, 255})
	}
	if err := jpeg.Encode(&colour, flat, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	want := (0.299*200 + 0.587*100 + 0.114*50) / 255
	for _, c := range []struct {
		file        []byte
		want, error float64
	}{
		{grey.Bytes(), 0x1234 / 65535., 1e-15}, {colour.Bytes(), want, 1.5 / 255},
		{encoded(t, 1, 1, func(r, c int) color.Color { return color.NRGBA{200, 100, 50, 255} }), want, 1e-12},
		{encoded(t, 1, 1, func(r, c int) color.Color { return color.NRGBA{200, 100, 50, 0} }), 0, 0},
	} {
		p, err := readPicture(bytes.NewReader(c.file))
		if err != nil || math.Abs(p.x[0]-c.want) > c.error {
			t.Errorf("got %v, %v; want %g", p.x[:1], err, c.want)
		}
	}
}

// header is the start of a PNG file of so many pixels, with nothing behind it.
func header(h, w uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, 8, 0, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

// What is wrong with a folder or with settings is said by Check and by Make, with the
// file; skip passes over files, and over nothing else.
func TestPatchesCheck(t *testing.T) {
	file := func(name string, content []byte) func(*testing.T, *Patches, string) {
		return func(t *testing.T, d *Patches, dir string) { put(t, filepath.Join(dir, "six", name), content) }
	}
	set := func(f func(d *Patches)) func(*testing.T, *Patches, string) {
		return func(t *testing.T, d *Patches, dir string) { f(d) }
	}
	good := encoded(t, 20, 20, grain(1))
	six := filepath.Join("DIR", "six")
	for _, c := range []struct {
		name    string
		change  func(*testing.T, *Patches, string)
		skipped bool // fine with skip: true
		want    string
	}{
		{"missing folder", set(func(d *Patches) { d.Folder = "no" }), false, "folder: looked for images in " + filepath.Join("DIR", "no") + `, got "`},
		{"file as folder", set(func(d *Patches) { d.Folder = "six/a.png" }), false, filepath.Join("DIR", "six", "a.png") + `, got "a file"; need a folder`},
		{"empty folder", func(t *testing.T, d *Patches, dir string) {
			os.Mkdir(filepath.Join(dir, "empty"), 0o755)
			d.Folder = "empty"
		}, false, "folder " + filepath.Join("DIR", "empty") + ": no image: the folder is empty; need .png, .jpg, .jpeg"},
		{"no folder", set(func(d *Patches) { d.Folder = "" }), false, `folder: got "" with source: folder; need a folder of images`},
		{"text", file("b.txt", []byte("hello")), true, "folder " + six + ": b.txt: not an image by its name; need .png, .jpg, .jpeg, or skip: true"},
		{"text as image", file("b.png", []byte("hello")), true, "folder " + six + `: b.png: not a whole PNG or JPEG image, got "image: unknown format"; need one, or skip: true`},
		{"empty file", file("b.jpg", nil), true, ": b.jpg: not a whole PNG or JPEG image, got "},
		{"cut short", file("b.png", good[:len(good)/2]), true, `: b.png: not a whole PNG or JPEG image, got "png: invalid format: not enough pixel data"; need one, or skip: true`},
		{"damaged", file("b.png", append(slices.Clone(good[:60]), make([]byte, 900)...)), true, ": b.png: not a whole PNG or JPEG image, got "},
		{"bomb", file("b.png", header(50000, 50000)), true, ": b.png: too many pixels: got 50000 x 50000; need at most 16777216, or skip: true"},
		{"wide bomb", file("b.png", header(1, 1<<30)), true, ": b.png: too many pixels: got 1 x 1073741824; need at most 16777216"},
		{"folder as image", func(t *testing.T, d *Patches, dir string) { os.Mkdir(filepath.Join(dir, "six", "g.png"), 0o755) }, true, ": g.png: not a regular file; need an image, or skip: true"},
		{"patch", set(func(d *Patches) { d.Patch = 24 }), false, "patch: larger than a.png, got 24; have 20 x 30 pixels"},
		{"one small image", file("e.png", encoded(t, 4, 90, grain(2))), false, "patch: larger than e.png, got 5; have 4 x 90 pixels"},
		{"n", set(func(d *Patches) { d.N = 100000 }), false, "n: more patches than there are, got 100000; have 2150 of 5 x 5"},
		{"test", set(func(d *Patches) { d.Test = 442 }), false, "test: more patches than there are, got 442; have 441 of 5 x 5"},
		{"published", set(func(d *Patches) { d.Split, d.Test = "published", 519 }), false, "test: more patches than there are, got 519; have 518 of 5 x 5"},
		{"one image", func(t *testing.T, d *Patches, dir string) {
			put(t, filepath.Join(dir, "one", "a.png"), good)
			d.Folder = "one"
		}, false, "split: by image, got one image, a.png; need at least two, or split: published"},
		{"one grey", func(t *testing.T, d *Patches, dir string) {
			for _, name := range []string{"a.png", "b.png"} {
				put(t, filepath.Join(dir, "grey", name), encoded(t, 20, 20, func(r, c int) color.Color { return color.Gray{90} }))
			}
			d.Folder, d.Whiten = "grey", "filter"
		}, false, "images to train on: each of one grey, got 1; need one with some contrast"},
		{"one grey, as it is", func(t *testing.T, d *Patches, dir string) {
			for _, name := range []string{"a.png", "b.png"} {
				put(t, filepath.Join(dir, "grey", name), encoded(t, 20, 20, func(r, c int) color.Color { return color.Gray{90} }))
			}
			d.Folder, d.Whiten = "grey", "none"
		}, false, "images to train on: each of one grey, got 1; need one with some contrast"},
		{"constant pixel", set(func(d *Patches) { d.N, d.ZScore = 1, true }), false, "zscore: pixel 0 of the training patches is constant, got variance 0; need some, or zscore: false"},
		{"source", set(func(d *Patches) { d.Source = "web" }), false, `source: got "web"; have photographs, olshausen, kodak, folder`},
		{"folder unread", set(func(d *Patches) { d.Source = "photographs" }), false, `folder, skip: got "six", false with source: photographs; need source: folder`},
		{"f0 unread", set(func(d *Patches) { d.F0 = 0.3 }), false, "f0, variance: got 0.3, 0.1 with whiten: none; want 0.39, 0.1, or whiten: filter"},
		{"variance unread", set(func(d *Patches) { d.Whiten, d.ZScore, d.Variance = "filter", true, 1 }), false, "variance: got 1 with zscore: true, which sets it to 1; want 0.1, or zscore: false"},
		{"not a number", set(func(d *Patches) { d.Whiten, d.F0 = "filter", math.NaN() }), false, "f0, variance: got NaN, 0.1; need finite numbers"},
		{"whitened already", set(func(d *Patches) { d.Source, d.Folder = "olshausen", "" }), false, "whiten, f0: got none, 0.39 with source: olshausen; have these images as they were whitened"},
		{"no file", set(func(d *Patches) { d.Source, d.Folder, d.Whiten = "olshausen", "", "filter" }), false, "needs file olshausen-whitened-idx3-float32.gz; looked in " + filepath.Join("DIR", "natural") + ", which is not there. bench data pull olshausen makes it. Or put it, "},
		{"no kodak", set(func(d *Patches) { d.Source, d.Folder = "kodak", "" }), false, "needs files kodim01.png to kodim24.png; looked in " + filepath.Join("DIR", "kodak") + ", which has no kodim01.png. bench data pull kodak fetches them. Or put them into a folder kodak of the data directory"},
	} {
		d, dir := gallery6(t)
		c.change(t, &d, dir)
		err := d.Check()
		_, made := d.Make(rng.Root(0))
		if err == nil || made == nil || made.Error() != err.Error() {
			t.Errorf("%s: Check says %v, Make says %v", c.name, err, made)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), dir, "DIR"); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
		if d.Source != "folder" {
			continue
		}
		if d.Skip = true; (d.Check() == nil) != c.skipped {
			t.Errorf("%s with skip: true: %v", c.name, d.Check())
		}
	}
}

// Olshausen's file is known by its content, and holds numbers.
func TestPatchesOfFloats(t *testing.T) {
	file := func(change func(x []float32)) []byte {
		x := make([]float32, 3*16*16)
		for i := range x {
			x[i] = float32(i*i%97)/97 - 0.5
		}
		change(x)
		out := []byte{0, 0, 13, 3, 0, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 16}
		for _, v := range x {
			out = binary.BigEndian.AppendUint32(out, math.Float32bits(v))
		}
		return out
	}
	good, bad := file(func([]float32) {}), file(func(x []float32) { x[256+2*16+5] = float32(math.NaN()) })
	for _, c := range []struct {
		file, known []byte
		want        string
	}{
		{good, good, ""},
		{bad, bad, "olshausen.gz: image 1, row 2, column 5: got NaN; need finite values; bench explain patches says"},
		{bad, good, "olshausen.gz: another file: SHA-256 of its content, got "},
		{good[:100], good, "cut short: 3 x 16 x 16 values, got 84 of 3072 bytes"},
		{append([]byte{0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 16}, make([]byte, 768)...), good, "got 3 x 16 x 16 uint8 values; want images, 3 x 16 x 16 float32 values"},
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "natural", "olshausen.gz"), zipped(c.file))
		d := NewPatches()
		d.Source, d.N, d.Test, d.album = "olshausen", 50, 20, &album{dir: dir, side: 16, natural: whole("olshausen", 3, sumOf(c.known))}
		x, err := d.Make(rng.Root(0))
		if c.want == "" {
			if err != nil || x.N != 50 {
				t.Errorf("got %v", err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v; want %s", err, c.want)
		}
	}
}

// The real ones: variance 0.1 over the first eight images.
func TestOlshausen(t *testing.T) {
	d := NewPatches()
	d.ReadFrom(os.Getenv("BENCH_DATA"))
	d.Source = "olshausen"
	if _, err := d.Locate(); err != nil || testing.Short() {
		t.Skip("left out: ", err)
	}
	x := mustPatches(t, d)
	if g := d.gallery(); x.N != d.N || len(g.parts[0]) != 8 || len(g.parts[1]) != 2 || len(g.parts[0][0].x) != 512*512 {
		t.Errorf("got %d patches of %d + %d images", x.N, len(g.parts[0]), len(g.parts[1]))
	}
	// The overall sd of all ten is 0.281 before any scaling.
	square, n := 0.0, 0
	for _, part := range d.gallery().parts {
		for _, p := range part {
			for _, v := range p.x {
				square, n = square+v*v, n+1
			}
		}
	}
	if sd := math.Sqrt(square / float64(n)); math.Abs(sd-0.281) > 5e-4 {
		t.Errorf("sd %g; want 0.281", sd)
	}
}

// The photographs are two, grey, cut into halves that are 32 pixels apart.
func TestPhotographs(t *testing.T) {
	d := NewPatches()
	if where, err := d.Locate(); where != "" || err != nil {
		t.Errorf("got %q, %v", where, err)
	}
	size := 0
	for i, name := range []string{"china.png", "flower.png"} {
		raw, err := photographs.ReadFile("photographs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		size += len(raw)
		m, err := png.Decode(bytes.NewReader(raw))
		if err != nil || m.Bounds().Size() != image.Pt(640, 427) {
			t.Fatalf("%s: %v, %v", name, m.Bounds(), err)
		}
		g := d.gallery()
		for part, from := range []int{0, 336} {
			p := g.parts[part][i]
			if p.h != 427 || p.w != 304 || p.x[5*304+7] != float64(m.(*image.Gray).GrayAt(from+7, 5).Y)/255 {
				t.Errorf("%s, part %d: %d x %d", name, part, p.h, p.w)
			}
		}
	}
	if size > 300_000 {
		t.Errorf("%d bytes come with the program; want at most 300000", size)
	}
}

// Whatever the bytes of a file, reading it does not panic.
func FuzzReadPicture(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(header(50000, 50000))
	f.Add(header(2, 3))
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if p, err := readPicture(bytes.NewReader(file)); err == nil && len(p.x) != p.h*p.w {
			t.Errorf("%d pixels of %d x %d", len(p.x), p.h, p.w)
		}
	})
}
