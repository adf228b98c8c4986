package datasets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Images are the settings of a set of grey images, and what is read of it. A set
// comes from its New function; copies share what has been read.
//
// The grey levels x, in [0,1], become bits
//
//	stochastic   b ~ Bernoulli(x), anew each time a row is read
//	fixed        b ~ Bernoulli(x), once: bits = s gives those that evaluations of seed s see of the stochastic set
//	threshold    b = 1[x >= 1/2]
//	none         they stay grey: real values
type Images struct {
	Binarise string `name:"binarise" choices:"stochastic|fixed|threshold|none" doc:"how grey levels become bits: drawn at each reading, drawn once, cut at 1/2, or not at all"`
	Train    int    `name:"train" min:"0" doc:"images to train on, the first so many; 0 for all"`
	Test     int    `name:"test" min:"0" doc:"images held out, the first so many; 0 for all"`
	Bits     int    `name:"bits" min:"0" doc:"seed of fixed bits"`

	*images
}

// images is one set of grey images, cut into two splits. What has been read stays,
// for the cells of a run to share.
type images struct {
	name          string
	height, width int
	white         float64  // the level that becomes 1
	splits        [2]split // train, test
	shuffle       bool     // rows come in a fixed random order, not in that of the file
	embedded      fs.FS    // nil: in files
	below         string   // the folder of the data directory that has the files; empty: one of the set's name
	folders       []string // where the files may be besides the data directory
	get           string   // what else one may do to have the files
	format        decoder  // of files in a format of their own; nil: IDX
	home          string   // the one folder where the files may be, of an imported set
	table         bool     // rows are no images

	mu      sync.Mutex
	dir     string // data directory
	read    bool
	err     error
	levels  [2]levels // of splits
	decoded map[decoding][]float64
}

// levels are the values of a split as its file has them, row by row.
type levels interface{ At(i int) float64 }

// decoder reads the levels of split i from the folder of a set, holds them against
// what is known of them, and says which file it read.
type decoder func(folder fs.FS, i int) (a levels, name string, err error)

// decoding names one way of turning levels into values; more rows extend fewer.
type decoding struct {
	split int
	how   string // grey, threshold, fixed
	bits  int
}

var splitNames = [2]string{"train", "test"}

// Name of the set in suites.
func (s *images) Name() string { return s.name }

// rows are how many rows of each split are used.
func (d Images) rows() [2]int {
	n := [2]int{d.Train, d.Test}
	for i, p := range d.splits {
		if n[i] <= 0 || n[i] > p.n {
			n[i] = p.n
		}
	}
	return n
}

func (d Images) domain() vi.Domain {
	if d.Binarise == "none" {
		return vi.Real
	}
	return vi.Binary
}

// Shape of the training set.
func (d Images) Shape() vi.Shape {
	return vi.Shape{N: d.rows()[0], Test: d.rows()[1], D: d.height * d.width, Domain: d.domain()}
}

// Make gives the training set with the test set in it; the key plays no part.
// Values are shared with all other calls.
func (d Images) Make(rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	var out [2]*vi.Data
	for i, n := range d.rows() {
		x := d.values(decoding{i, d.how(), d.Bits}, n)
		out[i] = &vi.Data{
			Name: d.name, Digest: d.digest(i), N: n, D: d.height * d.width, X: x, Domain: d.domain(),
			Grey: d.Binarise == "stochastic", Image: d.image(),
		}
	}
	if out[1].N > 0 {
		out[0].Test = out[1]
	}
	return out[0], nil
}

// image is the size of the images; of a table, none.
func (s *images) image() [2]int {
	if s.table {
		return [2]int{}
	}
	return [2]int{s.height, s.width}
}

// how is the way to the values; those of stochastic and none are alike.
func (d Images) how() string {
	switch d.Binarise {
	case "stochastic", "none":
		return "grey"
	}
	return d.Binarise
}

// Digest is that of both splits: SHA-256 of their digests, one a line.
func (d Images) Digest() string { return hash(d.digest(0) + "\n" + d.digest(1) + "\n") }

// Sums are the files that the set is read from, without .gz, each with the SHA-256
// of its content when decompressed.
func (d Images) Sums() [][2]string {
	var out [][2]string
	for _, p := range d.splits {
		if sum := [2]string{p.file, p.sum}; !slices.Contains(out, sum) {
			out = append(out, sum)
		}
	}
	return out
}

// digest of a split is the SHA-256 of what decides its values, so that no file
// need be read for it: the content of the file, the rows, the binarisation.
func (d Images) digest(i int) string {
	p := d.splits[i]
	text := fmt.Sprintf("%s rows %d..%d %s", p.sum, p.from, p.from+d.rows()[i], d.Binarise)
	if d.shuffle {
		text += " of a shuffled " + fmt.Sprint(p.n)
	}
	if d.Binarise == "fixed" {
		text += fmt.Sprintf(" bits %s %s %d", d.name, splitNames[i], d.Bits)
	}
	return hash(text + "\n")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Check reads the files, once for all copies of the set, and says what is wrong
// with them or with the settings.
func (d Images) Check() error {
	ways := []string{"stochastic", "fixed", "threshold", "none"}
	if !slices.Contains(ways, d.Binarise) {
		return fmt.Errorf("binarise: got %q; have %s", d.Binarise, strings.Join(ways, ", "))
	}
	for i, n := range [2]int{d.Train, d.Test} {
		if n > 0 && d.splits[i].n == 0 {
			return fmt.Errorf("%s: got %d; no rows are held out of this set", splitNames[i], n)
		}
		if n < 0 || n > d.splits[i].n {
			what := "images"
			if d.table {
				what = "rows"
			}
			return fmt.Errorf("%s: got %d; have 1 to %d %s, or 0 for all", splitNames[i], n, d.splits[i].n, what)
		}
	}
	if d.Bits != 0 && d.Binarise != "fixed" {
		return fmt.Errorf("bits: got %d with binarise: %s; want 0, or binarise: fixed", d.Bits, d.Binarise)
	}
	return d.load()
}

// load reads both splits, the first time; the outcome stays.
func (s *images) load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read {
		return s.err
	}
	s.read = true
	where := ""
	if where, s.err = s.locate(); s.err != nil {
		return s.err
	}
	folder := s.embedded
	if folder == nil {
		folder = os.DirFS(where)
	}
	for i, p := range s.splits {
		name := ""
		if s.format != nil {
			s.levels[i], name, s.err = s.format(folder, i)
		} else {
			s.levels[i], name, s.err = p.read(folder, s.height, s.width)
		}
		if s.err != nil {
			do := "bench explain " + s.name + " says which file is meant"
			if s.home != "" {
				do = "remove the folder and import the set again"
			}
			s.err = fmt.Errorf("%s: %w; %s", filepath.Join(where, name), s.err, do)
			return s.err
		}
	}
	return nil
}

// values are the first n rows of a split, decoded once for all who ask.
func (s *images) values(d decoding, n int) []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := s.height * s.width
	if len(s.decoded[d]) < n*size {
		if s.decoded == nil {
			s.decoded = map[decoding][]float64{}
		}
		s.decoded[d] = s.decode(d, n)
	}
	return s.decoded[d][: n*size : n*size]
}

func (s *images) decode(d decoding, n int) []float64 {
	p, a, size := s.splits[d.split], s.levels[d.split], s.height*s.width
	order := make([]int, p.n)
	for i := range order {
		order[i] = i
	}
	if s.shuffle {
		rng.Data(0, s.name, splitNames[d.split]).Fold("order").Perm(order)
	}
	key := rng.HeldBits(uint64(d.bits), s.name, splitNames[d.split])
	x, u := make([]float64, n*size), make([]float32, size)
	for i := range n {
		row, at := x[i*size:(i+1)*size], (p.from+order[i])*size
		for j := range row {
			row[j] = a.At(at+j) / s.white
		}
		switch d.how {
		case "fixed":
			rng.Plate(key, uint64(i)).Uniform32(u, 0)
			for j, level := range row {
				if level == level { // a missing value, NaN, stays one
					row[j] = bit(float64(u[j]) > 1-level)
				}
			}
		case "threshold":
			for j, level := range row {
				if level == level {
					row[j] = bit(level >= 0.5)
				}
			}
		}
	}
	return x
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// ReadFrom sets the data directory; what was read from another is forgotten.
func (s *images) ReadFrom(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir, s.read, s.err, s.decoded = dir, false, nil, nil
}

// Locate is the folder that has the files; it is empty if they are embedded.
func (s *images) Locate() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locate()
}

func (s *images) locate() (string, error) {
	if s.embedded != nil {
		return "", nil
	}
	if s.home != "" {
		if without := missing(s.home, s.splits[:]); len(without) > 0 {
			return "", fmt.Errorf("needs files %s; looked in %s, which has no %s; remove the folder and import the set again", strings.Join(names(s.splits[:]), " and "), s.home, strings.Join(without, " and no "))
		}
		return s.home, nil
	}
	return seek(s.name, s.dir, cmp.Or(s.below, s.name), s.folders, s.get, s.splits[:])
}
