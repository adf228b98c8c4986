package datasets

import (
	"embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// Patches are patch x patch pixels of natural images, at random places that may
// overlap, none taken twice; the same for every seed.
//
//	photographs  two that come with this program, 427 x 640: their left halves to train on,
//	             their right halves held out, 32 pixels between them
//	olshausen    ten whitened images, 512 x 512: the first eight to train on, two held out
//	kodak        the 24 photographs of Kodak's test suite, 768 x 512 and 512 x 768, as luma:
//	             the first twenty to train on, four held out
//	folder       all .png, .jpg and .jpeg files of a folder, colour as luma (ITU-R 601):
//	             the last fifth by name, at least one, held out
//
// Images are whitened, each by itself, and scaled by one number to variance 0.1 over
// those to train on:
//
//	R(f) = |f| exp(-(|f|/f0)^4),  f in cycles/pixel
//
// (Olshausen and Field 1996; their own images are whitened already, with f0 = 0.39). An
// image is continued beyond its borders by its mirror image. Without whitening, grey
// is in [0,1]. A picture of one grey is taken as any other, so that its patches are constant; where
// all to train on are so, that is an error. Then centre takes from each patch its mean, and zscore from each pixel
// its mean over the training patches, and divides by its sd.
//
// With split: published all patches of all images are shuffled and every fifth is held
// out, as in the code of Fallah and Rozell 2022 (2205.03665). This leaks: nearly every
// patch held out overlaps one trained on, so numbers of the two splits do not compare.
//
// The photographs: china.jpg by danielbuechele (flickr.com/photos/danielbuechele/6061409035)
// and flower.jpg by vultilion (flickr.com/photos/vultilion/6056698931), as scikit-learn has
// them, which states no other titles. Licence: CC BY 2.0 (creativecommons.org/licenses/by/2.0).
// Changed here: to grey.
//
// Olshausen's images: file natural/olshausen-whitened-idx3-float32.gz of the data
// directory, the ten of IMAGES.mat (rctn.org/bruno/sparsenet), 10 x 512 x 512 in IDX.
// Licence: none stated; they do not come with this program.
//
// Kodak's: files kodak/kodim01.png to kodim24.png of the data directory, as r0k.us/graphics/kodak
// has them, known by their SHA-256. Licence: none in writing; understood to be released by
// Kodak for unrestricted use. They do not come with this program.
//
// What is read from a folder is known by its decoded values, and those of a JPEG are
// the decoder's: they may change with the version of Go that built this program.
type Patches struct {
	Source   string  `name:"source" choices:"photographs|olshausen|kodak|folder" doc:"where images come from"`
	Folder   string  `name:"folder" doc:"source: folder: which, below the data directory unless its path is absolute"`
	Skip     bool    `name:"skip" doc:"source: folder: pass over files that are no readable image"`
	Patch    int     `name:"patch" min:"2" max:"256" doc:"side of a patch, pixels"`
	N        int     `name:"n" min:"1" max:"10000000" doc:"patches to train on"`
	Test     int     `name:"test" min:"1" max:"10000000" doc:"patches held out"`
	Split    string  `name:"split" choices:"image|published" doc:"hold out whole images, or every fifth patch of all, which leaks"`
	Whiten   string  `name:"whiten" choices:"filter|none" doc:"filter the images by R(f), or not"`
	F0       float64 `name:"f0" min:"0.01" max:"10" doc:"whiten: filter: cut of the filter, cycles/pixel"`
	Variance float64 `name:"variance" min:"0" doc:"whiten: filter: variance of a pixel over the images to train on; 0 as it comes"`
	Centre   bool    `name:"centre" doc:"take from each patch its mean"`
	ZScore   bool    `name:"zscore" doc:"each pixel with mean 0 and sd 1 over the training patches"`

	*album
}

// album is what has been read and made, for the cells of a run to share.
type album struct {
	natural split // Olshausen's images
	side    int   // of each
	kodak   []WebFile

	mu   sync.Mutex
	dir  string // data directory
	read map[source]*gallery
	made map[Patches]*vi.Data
	why  map[Patches]error
}

// source names the images that settings mean.
type source struct {
	kind, folder string
	skip         bool
}

// gallery is images to train on and held out, and what they are known by.
type gallery struct {
	parts [2][]picture
	id    string
	err   error
}

//go:embed photographs/*.png
var photographs embed.FS

// photographGap is how many pixels of a photograph lie between what is trained on and
// what is held out.
const photographGap = 32

// NewPatches is the set at its defaults.
func NewPatches() Patches {
	return Patches{
		Source: "photographs", Patch: 8, N: 10000, Test: 2000, Split: "image", Whiten: "filter", F0: 0.39, Variance: fieldVariance,
		album: &album{side: 512, kodak: originOf("kodak").Files, natural: whole("olshausen-whitened-idx3-float32", 10, "e2c10731840397aaa325602dafea51de91031feec3c69e9dbbd07d63c177ce2f")},
	}
}

func (Patches) Name() string { return "patches" }

func (d Patches) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: d.Patch * d.Patch, Domain: vi.Real}
}

// Digest is that of all that decides the values: the decoded images and the settings.
// It is empty if the images cannot be had.
func (d Patches) Digest() string {
	id := d.pinned()
	if id == "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		g := d.gallery()
		if id = g.id; g.err != nil {
			return ""
		}
	}
	return hash(d.known(id))
}

// pinned is what images are known by that need not be read to be known; empty for others.
func (d Patches) pinned() string {
	switch d.Source {
	case "olshausen":
		return d.natural.sum
	case "kodak":
		text := ""
		for _, f := range d.kodak {
			text += f.Sum + "\n"
		}
		return hash(text)
	}
	return ""
}

// known is what decides the values, in a line.
func (d Patches) known(id string) string {
	return fmt.Sprintf("patches of %s %s: %d x %d, n %d, test %d, split %s, whiten %s, f0 %g, variance %g, centre %t, zscore %t\n",
		d.Source, id, d.Patch, d.Patch, d.N, d.Test, d.Split, d.Whiten, d.F0, d.Variance, d.Centre, d.ZScore)
}

// Sums are the file of Olshausen's images and the SHA-256 of its content.
func (d Patches) Sums() [][2]string { return [][2]string{{d.natural.file, d.natural.sum}} }

// ReadFrom sets the data directory; what was read from another is forgotten.
func (a *album) ReadFrom(dir string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dir, a.read, a.made, a.why = dir, nil, nil, nil
}

// Locate is the folder that has the images; it is empty if they are embedded.
func (d Patches) Locate() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.locate()
}

func (d Patches) locate() (string, error) {
	switch d.Source {
	case "olshausen":
		folder := filepath.Join(d.dir, "natural")
		if !d.natural.in(folder) {
			return "", fmt.Errorf("needs file %s.gz; looked in %s. bench data pull olshausen makes it. Or put it, compressed or not, into a folder natural of the data directory (--data-dir, else BENCH_DATA); bench explain patches says where it comes from",
				d.natural.file, lacks(folder, []split{d.natural}))
		}
		return folder, nil
	case "kodak":
		folder := filepath.Join(d.dir, "kodak")
		for _, f := range d.kodak {
			if _, err := os.Stat(filepath.Join(folder, f.Name)); err != nil {
				return "", fmt.Errorf("needs files %s to %s; looked in %s, which has no %s. %s into a folder kodak of the data directory (--data-dir, else BENCH_DATA); bench explain patches says where they come from",
					d.kodak[0].Name, d.kodak[len(d.kodak)-1].Name, folder, f.Name, toHave("kodak"))
			}
		}
		return folder, nil
	case "folder":
		folder := d.Folder
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(d.dir, folder)
		}
		info, err := os.Stat(folder)
		if err == nil && !info.IsDir() {
			err = errors.New("a file")
		}
		if err != nil {
			return "", fmt.Errorf("folder: looked for images in %s, got %q; need a folder, below the data directory (--data-dir, else BENCH_DATA) unless its path is absolute", folder, plain(err).Error())
		}
		return folder, nil
	}
	return "", nil
}

// Check reads the images and makes the patches, once for all copies of the set, and
// says what is wrong with them or with the settings.
func (d Patches) Check() error {
	_, err := d.Make(rng.Key{})
	return err
}

// Make gives the training set with the test set in it; the key plays no part. Values
// are shared with all other calls.
func (d Patches) Make(rng.Key) (*vi.Data, error) {
	if err := d.settings(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made == nil {
		d.made, d.why = map[Patches]*vi.Data{}, map[Patches]error{}
	}
	if d.made[d] == nil && d.why[d] == nil {
		d.made[d], d.why[d] = d.cut()
	}
	if err := d.why[d]; err != nil {
		return nil, err
	}
	train := *d.made[d]
	test := *train.Test
	train.Test = &test
	return &train, nil
}

// settings says what settings have against each other.
func (d Patches) settings() error {
	for _, s := range []struct {
		name, got string
		have      []string
	}{
		{"source", d.Source, []string{"photographs", "olshausen", "kodak", "folder"}},
		{"split", d.Split, []string{"image", "published"}},
		{"whiten", d.Whiten, []string{"filter", "none"}},
	} {
		if !slices.Contains(s.have, s.got) {
			return fmt.Errorf("%s: got %q; have %s", s.name, s.got, strings.Join(s.have, ", "))
		}
	}
	usual := NewPatches()
	switch {
	case d.Patch < 2 || d.N < 1 || d.Test < 1:
		return fmt.Errorf("patch, n, test: got %d, %d, %d; need at least 2, 1, 1", d.Patch, d.N, d.Test)
	case d.Source == "folder" && d.Folder == "":
		return errors.New(`folder: got "" with source: folder; need a folder of images`)
	case d.Source != "folder" && (d.Folder != "" || d.Skip):
		return fmt.Errorf("folder, skip: got %q, %t with source: %s; need source: folder", d.Folder, d.Skip, d.Source)
	case d.Source == "olshausen" && (d.Whiten == "none" || d.F0 != usual.F0):
		return fmt.Errorf("whiten, f0: got %s, %g with source: olshausen; have these images as they were whitened, filter, %g", d.Whiten, d.F0, usual.F0)
	case d.Whiten == "none" && (d.F0 != usual.F0 || d.Variance != usual.Variance):
		return fmt.Errorf("f0, variance: got %g, %g with whiten: none; want %g, %g, or whiten: filter", d.F0, d.Variance, usual.F0, usual.Variance)
	case d.ZScore && d.Variance != usual.Variance:
		return fmt.Errorf("variance: got %g with zscore: true, which sets it to 1; want %g, or zscore: false", d.Variance, usual.Variance)
	case !(d.F0 > 0) || !(d.Variance >= 0) || d.F0-d.F0 != 0 || d.Variance-d.Variance != 0:
		return fmt.Errorf("f0, variance: got %g, %g; need finite numbers, above 0 and from 0 on", d.F0, d.Variance)
	}
	return nil
}

// gallery reads the images, the first time; the outcome stays.
func (d Patches) gallery() *gallery {
	s := source{d.Source, d.Folder, d.Skip}
	if d.read == nil {
		d.read = map[source]*gallery{}
	}
	if d.read[s] == nil {
		g := &gallery{}
		g.parts, g.err = d.open()
		if g.id = d.pinned(); g.id == "" {
			g.id = hash(identity(g.parts[0]) + "\n" + identity(g.parts[1]) + "\n")
		}
		d.read[s] = g
	}
	return d.read[s]
}

// open reads the images of both parts.
func (d Patches) open() (parts [2][]picture, err error) {
	where, err := d.locate()
	if err != nil {
		return parts, err
	}
	var all []picture
	last := 0 // so many are held out
	switch d.Source {
	case "photographs":
		for _, name := range []string{"china.png", "flower.png"} {
			p, err := readFile(photographs, "photographs/"+name)
			if err != nil {
				return parts, fmt.Errorf("%s: %w", name, err)
			}
			half := (p.w - photographGap) / 2
			parts[0] = append(parts[0], p.crop("left half of "+name, 0, half))
			parts[1] = append(parts[1], p.crop("right half of "+name, p.w-half, half))
		}
		return parts, nil
	case "olshausen":
		a, name, err := d.natural.array(os.DirFS(where), Float32, d.natural.rows, d.side, d.side)
		if err == nil {
			all, err = stack(a)
		}
		if err != nil {
			return parts, fmt.Errorf("%s: %w; bench explain patches says which file is meant", filepath.Join(where, name), err)
		}
		last = 2
	case "kodak":
		if all, err = readPublished(os.DirFS(where), d.kodak); err != nil {
			return parts, fmt.Errorf("%s: %w; bench data verify holds all files against their checksums", where, err)
		}
		last = max(1, len(all)/5)
	case "folder":
		if all, err = readFolder(os.DirFS(where), d.Skip, "skip: true"); err != nil {
			return parts, fmt.Errorf("folder %s: %w", where, err)
		}
		last = max(1, len(all)/5)
	}
	parts[0], parts[1] = all[:len(all)-last], all[len(all)-last:]
	return parts, nil
}

// stack is the pictures of an array.
func stack(a *IDX) ([]picture, error) {
	h, w := a.Dims[1], a.Dims[2]
	var out []picture
	for i := range a.Dims[0] {
		p := picture{name: fmt.Sprintf("image %d", i), h: h, w: w, x: make([]float64, h*w)}
		for j := range p.x {
			if p.x[j] = a.At(i*h*w + j); p.x[j]-p.x[j] != 0 {
				return nil, fmt.Errorf("image %d, row %d, column %d: got %g; need finite values", i, j/w, j%w, p.x[j])
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// cut makes the patches.
func (d Patches) cut() (*vi.Data, error) {
	g := d.gallery()
	if g.err != nil {
		return nil, g.err
	}
	parts := g.parts
	if d.Split == "published" {
		parts = [2][]picture{slices.Concat(parts[0], parts[1]), nil}
	}
	if len(parts[0]) == 0 {
		return nil, fmt.Errorf("split: by image, got one image, %s; need at least two, or split: published", parts[1][0].name)
	}
	for _, p := range slices.Concat(parts[0], parts[1]) {
		if min(p.h, p.w) < d.Patch {
			return nil, fmt.Errorf("patch: larger than %s, got %d; have %d x %d pixels", p.name, d.Patch, p.h, p.w)
		}
	}
	places, err := d.places(parts)
	if err != nil {
		return nil, err
	}
	if flat(parts[0]) {
		return nil, fmt.Errorf("images to train on: each of one grey, got %d; need one with some contrast", len(parts[0]))
	}
	if d.Whiten == "filter" {
		parts = d.whitened(parts)
	}
	var x [2][]float64
	for i := range x {
		from := parts[i]
		if d.Split == "published" {
			from = parts[0]
		}
		x[i] = patches(from, places[i], d.Patch, d.Centre)
	}
	if d.ZScore {
		if err := zscore(x, d.Patch*d.Patch); err != nil {
			return nil, err
		}
	}
	var out [2]*vi.Data
	for i := range out {
		out[i] = &vi.Data{
			Name: d.Name(), Digest: hash(d.known(g.id) + splitNames[i] + "\n"), N: len(places[i]), D: d.Patch * d.Patch, X: x[i],
			Domain: vi.Real, Image: [2]int{d.Patch, d.Patch},
		}
	}
	out[0].Test = out[1]
	return out[0], nil
}

// flat says that no picture has two greys.
func flat(ps []picture) bool {
	return !slices.ContainsFunc(ps, func(p picture) bool { return slices.Min(p.x) != slices.Max(p.x) })
}

// whitened is the pictures whitened and scaled.
func (d Patches) whitened(parts [2][]picture) (out [2][]picture) {
	for i := range parts {
		for _, p := range parts[i] {
			if d.Source == "olshausen" {
				p.x = slices.Clone(p.x)
			} else {
				p = whiten(p, d.F0)
			}
			out[i] = append(out[i], p)
		}
	}
	if d.Variance == 0 {
		return out
	}
	n, sum, square := 0, 0.0, 0.0
	for _, p := range out[0] {
		n, sum, square = n+len(p.x), sum+vec.Sum(p.x), square+vec.SumSq(p.x)
	}
	mean := sum / float64(n)
	scale := math.Sqrt(d.Variance / (square/float64(n) - float64(mean*mean)))
	for i := range out {
		for _, p := range out[i] {
			vec.Scale(scale, p.x)
		}
	}
	return out
}

// places chooses patches by number: those of the first picture row by row, then those
// of the next.
func (d Patches) places(parts [2][]picture) (out [2][]int, err error) {
	have, total := [2]int{}, [2]int{}
	for i := range parts {
		for _, p := range parts[i] {
			total[i] += (p.h - d.Patch + 1) * (p.w - d.Patch + 1)
		}
	}
	have = total
	if d.Split == "published" {
		have = [2]int{total[0] - total[0]/5, total[0] / 5}
	}
	for i, want := range [2]int{d.N, d.Test} {
		if name := [2]string{"n", "test"}[i]; want > have[i] {
			return out, fmt.Errorf("%s: more patches than there are, got %d; have %d of %d x %d", name, want, have[i], d.Patch, d.Patch)
		}
	}
	if d.Split == "image" {
		for i, n := range [2]int{d.N, d.Test} {
			next := shuffled(rng.Data(0, d.Name(), splitNames[i]).Fold("order"), total[i])
			for range n {
				out[i] = append(out[i], next())
			}
		}
		return out, nil
	}
	next := shuffled(rng.Data(0, d.Name(), "published").Fold("order"), total[0])
	for at := 1; len(out[0]) < d.N || len(out[1]) < d.Test; at++ {
		i := 0
		if at%5 == 0 {
			i = 1
		}
		if place := next(); len(out[i]) < [2]int{d.N, d.Test}[i] {
			out[i] = append(out[i], place)
		}
	}
	return out, nil
}

// shuffled goes through 0..n-1 in a random order: uniform draws without those that
// were drawn before.
func shuffled(key rng.Key, n int) func() int {
	draws, at, seen := make([]int, 1024), uint64(0), make([]bool, n)
	return func() int {
		for {
			i := int(at % uint64(len(draws)))
			if i == 0 {
				key.Ints(draws, n, at)
			}
			at++
			if j := draws[i]; !seen[j] {
				seen[j] = true
				return j
			}
		}
	}
}

// patches cuts patches out of pictures.
func patches(from []picture, places []int, side int, centre bool) []float64 {
	x := make([]float64, 0, len(places)*side*side)
	ends := make([]int, len(from)) // number of patches up to each picture
	for i, p := range from {
		ends[i] = (p.h - side + 1) * (p.w - side + 1)
		if i > 0 {
			ends[i] += ends[i-1]
		}
	}
	for _, at := range places {
		i, _ := slices.BinarySearch(ends, at+1)
		p := from[i]
		if i > 0 {
			at -= ends[i-1]
		}
		across := p.w - side + 1
		for r := range side {
			begin := (at/across+r)*p.w + at%across
			x = append(x, p.x[begin:begin+side]...)
		}
		if row := x[len(x)-side*side:]; centre {
			mean := vec.Sum(row) / float64(len(row))
			for j := range row {
				row[j] -= mean
			}
		}
	}
	return x
}

// zscore gives each of d columns the mean 0 and the variance 1 over x[0], and takes
// x[1] the same way.
func zscore(x [2][]float64, d int) error {
	n := float64(len(x[0]) / d)
	mean, variance := make([]float64, d), make([]float64, d)
	for i, v := range x[0] {
		mean[i%d] += v / n
	}
	for i, v := range x[0] {
		v -= mean[i%d]
		variance[i%d] += float64(v*v) / n
	}
	for j, v := range variance {
		if !(v > 1e-24*(1+float64(mean[j]*mean[j]))) {
			return fmt.Errorf("zscore: pixel %d of the training patches is constant, got variance %g; need some, or zscore: false", j, v)
		}
		variance[j] = math.Sqrt(v)
	}
	for _, x := range x {
		for i, v := range x {
			x[i] = (v - mean[i%d]) / variance[i%d]
		}
	}
	return nil
}
