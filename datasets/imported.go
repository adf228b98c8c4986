package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Manifest says what an imported set is. It lies beside the values, which are the files
// train.npy and test.npy.
type Manifest struct {
	Format   int        `json:"format"` // 1
	Name     string     `json:"name"`
	From     string     `json:"from"` // name of the file or folder that it was read from
	TestFrom string     `json:"test_from,omitempty"`
	Licence  string     `json:"licence,omitempty"`
	Image    [2]int     `json:"image"`             // height and width; 0 x 0: a table
	Columns  []string   `json:"columns,omitempty"` // of a table
	Header   bool       `json:"header,omitempty"`  // that named them
	D        int        `json:"d"`                 // values a row
	Rows     [2]int     `json:"rows"`              // to train on, held out
	Split    string     `json:"split"`             // how rows were held out
	White    float64    `json:"white"`             // values were divided by it
	Range    [2]float64 `json:"range"`             // least and largest value
	Binarise string     `json:"binarise"`          // unless a suite says otherwise
	Digests  [2]string  `json:"digests"`           // SHA-256 of the values of each split, after their shape
	Missing  *Gaps      `json:"missing,omitempty"` // nil: no mark of a missing value was given
}

// missing is how many values of each split are missing.
func (m *Manifest) missing() (n [2]int) {
	if m.Missing != nil {
		n = m.Missing.Values
	}
	return n
}

const (
	manifestName = "manifest.json"
	importFolder = "imported"             // of the data directory
	mostValues   = 1 << 26                // of an imported set, half a GiB
	mostManifest = 1 << 22                // bytes: names of columns
	mostText     = int64(mostValues) * 32 // bytes of a file to import, decompressed
)

// Imported is a set of a user's own, as bench data import has written it into the data
// directory. Its identity is the digest of its values.
type Imported struct {
	Images
	manifest *Manifest
}

// Manifest of the set.
func (d Imported) Manifest() Manifest { return *d.manifest }

// Doc says what was imported.
func (d Imported) Doc() string {
	m := d.manifest
	what := fmt.Sprintf("a table of %d columns", m.D)
	if m.Image != [2]int{} {
		what = fmt.Sprintf("images of %d x %d", m.Image[0], m.Image[1])
	}
	held := "none held out"
	if m.Rows[1] > 0 {
		held = fmt.Sprintf("%d held out (%s)", m.Rows[1], m.Split)
	}
	text := fmt.Sprintf("Imported from %s: %s,\n%d rows to train on and %s, values from %.4g to %.4g", m.From, what, m.Rows[0], held, m.Range[0], m.Range[1])
	if m.White != 1 {
		text += fmt.Sprintf(" after division by %g", m.White)
	}
	if g := m.Missing; g != nil {
		text += fmt.Sprintf(".\nMissing (%s): %d of %d values to train on", marks{texts: g.Marks}, g.Values[0], m.Rows[0]*m.D)
		if m.Rows[1] > 0 {
			text += fmt.Sprintf(", %d of %d held out", g.Values[1], m.Rows[1]*m.D)
		}
		if g.Dropped > 0 {
			text += fmt.Sprintf("; rows without any, left out: %d", g.Dropped)
		}
	}
	return text + ".\n"
}

// Damaged is an imported set that cannot be used.
type Damaged struct {
	Name, Folder string
	Err          error // what is wrong, with which file of the folder
}

func (d Damaged) Error() string {
	return fmt.Sprintf("%s%c%v; remove the folder and import the set again", d.Folder, filepath.Separator, d.Err)
}

func (d Damaged) Unwrap() error { return d.Err }

// Imports are the sets that were imported into a data directory, by name, and what is
// wrong with those that cannot be used.
func Imports(dir string) (sets []Imported, wrong []Damaged) {
	folders, _ := os.ReadDir(filepath.Join(dir, importFolder))
	for _, f := range folders {
		if strings.HasPrefix(f.Name(), ".") || !f.IsDir() {
			continue
		}
		folder := filepath.Join(dir, importFolder, f.Name())
		m, err := readManifest(filepath.Join(folder, manifestName))
		if err == nil && m.Name != f.Name() {
			err = fmt.Errorf("name: got %q; want that of its folder", m.Name)
		}
		if err != nil {
			wrong = append(wrong, Damaged{f.Name(), folder, fmt.Errorf("%s: %w", manifestName, err)})
			continue
		}
		sets = append(sets, imported(m, folder))
	}
	return sets, wrong
}

func readManifest(file string) (*Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	var m Manifest
	in := json.NewDecoder(io.LimitReader(f, mostManifest))
	in.DisallowUnknownFields()
	if err := in.Decode(&m); err != nil {
		return nil, fmt.Errorf("not a manifest: %w", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a manifest: goes on after its end")
	}
	size := m.Image[0] * m.Image[1]
	switch {
	case m.Format != 1:
		return nil, fmt.Errorf("format: got %d; have 1", m.Format)
	case m.D < 1 || m.Rows[0] < 1 || m.Rows[1] < 0 || m.D > mostValues/m.Rows[0] || m.D > mostValues/max(m.Rows[1], 1) || m.Image[0] < 0 || m.Image[1] < 0 || size != 0 && size != m.D:
		return nil, fmt.Errorf("d, rows, image: got %d, %v, %v; these are no sizes of a set", m.D, m.Rows, m.Image)
	case m.Columns != nil && len(m.Columns) != m.D || m.Missing != nil && len(m.Missing.Columns) != m.D:
		return nil, fmt.Errorf("columns: got %d names; d is %d", len(m.Columns), m.D)
	case len(m.Digests[0]) != 64 || len(m.Digests[1]) != 64:
		return nil, fmt.Errorf("digests: got %q; want two of 64 digits", m.Digests)
	case !slices.Contains([]string{"stochastic", "fixed", "threshold", "none"}, m.Binarise):
		return nil, fmt.Errorf("binarise: got %q; have stochastic, fixed, threshold, none", m.Binarise)
	}
	return &m, nil
}

// imported is the set of a manifest whose values lie in a folder.
func imported(m *Manifest, folder string) Imported {
	s := &images{name: m.Name, height: 1, width: m.D, white: 1, home: folder, table: true}
	if m.Image != [2]int{} {
		s.height, s.width, s.table = m.Image[0], m.Image[1], false
	}
	for i, name := range []string{"train.npy", "test.npy"} {
		s.splits[i] = whole(name, m.Rows[i], m.Digests[i])
	}
	s.format = func(in fs.FS, i int) (levels, string, error) {
		p := s.splits[i]
		f, name, err := p.open(in)
		if err != nil {
			return nil, name, err
		}
		defer f.Close()
		a, err := ReadNPY(f, p.rows*m.D)
		if err == nil && !slices.Equal(a.Dims, []int{p.rows, m.D}) {
			err = fmt.Errorf("got %s values; the manifest says %d x %d", times(a.Dims), p.rows, m.D)
		}
		if err == nil {
			if got := gapsOf(a.Values, nil, m.D).Values[0]; got != m.missing()[i] {
				err = fmt.Errorf("got %d missing values; the manifest says %d", got, m.missing()[i])
			}
		}
		if err == nil {
			if got := valuesDigest(a.Values, m.D); got != p.sum {
				err = fmt.Errorf("other values than were imported: SHA-256, got %s; the manifest says %s", got, p.sum)
			}
		}
		if err != nil {
			return nil, name, err
		}
		return floatLevels(a.Values), name, nil
	}
	return Imported{Images{Binarise: m.Binarise, images: s}, m}
}

// Shape of the training set. Bits some of which are missing are answers.
func (d Imported) Shape() vi.Shape {
	s, n := d.Images.Shape(), d.manifest.missing()
	switch {
	case n == [2]int{}:
	case s.Domain == vi.Binary:
		s.Domain = vi.Answer
	default:
		s.Missing, s.TestMissing = true, s.Test > 0 && n[1] > 0
	}
	return s
}

// Check says what is wrong with the values or with the settings.
func (d Imported) Check() error {
	gaps := d.manifest.missing() != [2]int{}
	if gaps && d.Binarise == "stochastic" {
		return fmt.Errorf("binarise: got stochastic with missing values; have fixed, threshold, none")
	}
	if r := d.manifest.Range; d.Binarise != "none" && (r[0] < 0 || r[1] > 1) {
		return fmt.Errorf("binarise: got %s with values from %g to %g; want none, or levels from 0 to 1 (bench data import --white divides them)", d.Binarise, r[0], r[1])
	}
	if err := d.Images.Check(); err != nil || !gaps {
		return err
	}
	n := d.rows()[0]
	if j := blankColumn(d.values(decoding{0, "grey", 0}, n), d.manifest.D); j >= 0 {
		return fmt.Errorf("train: got %d; column %s has no value in these rows", n, d.manifest.Column(j))
	}
	return nil
}

// Column is the name of one, from 0, or its number, from 1, where it has none.
func (m *Manifest) Column(j int) string {
	if m.Columns != nil {
		return m.Columns[j]
	}
	return fmt.Sprint(j + 1)
}

// Make gives the training set with the test set in it; the key plays no part.
func (d Imported) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	out, err := d.Images.Make(key)
	if err != nil {
		return nil, err
	}
	s := d.Shape()
	out.Domain, out.Missing = s.Domain, s.Missing
	if out.Test != nil {
		out.Test.Domain, out.Test.Missing = s.Domain, s.TestMissing
	}
	return out, nil
}

// ReadFrom changes nothing: the set lies where it was found.
func (d Imported) ReadFrom(string) {}

// valuesDigest is the SHA-256 of rows of d values, by their shape and bits.
func valuesDigest(x []float64, d int) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d x %d\n", len(x)/d, d)
	sum.Write(tape.Float64s(x).Bits())
	return hex.EncodeToString(sum.Sum(nil))
}

// Importing is what to make a set of, and how.
type Importing struct {
	Name     string
	From     string   // a .csv or .npy file, compressed (.gz) or not, or a folder of .png and .jpg
	TestFrom string   // the same, of the rows held out; empty: some of From's
	Test     float64  // rows held out: so many, or below 1 such a part of all; 0: none
	Shuffle  bool     // hold out rows drawn at random, not the last
	Binarise string   // stochastic, fixed, threshold, none; empty: threshold where all values are 0 or 1, else none
	White    float64  // divide values by it
	Drop     []string // columns of a table to leave out
	Missing  []string // fields that are missing values: texts, whatever their case, or numbers; of an array nan, or numbers
	DropRows bool     // leave rows without any value out
	Skip     bool     // pass over files of a folder that are no images
	Licence  string
}

// dropHelp says what may be done about a row without any value.
const dropHelp = "take such rows out, or --drop-empty leaves them out"

// rows is what a source holds.
type rows struct {
	x       []float64
	d       int
	image   [2]int
	columns []string
	header  bool
	dropped int // rows without any value
}

// Import reads a set and writes it into the data directory, whole or not at all. The name
// must be free; whether another set has it, the caller knows.
func Import(dir string, o Importing) (Imported, error) {
	folder := filepath.Join(dir, importFolder, o.Name)
	if _, err := os.Lstat(folder); err == nil {
		return Imported{}, fmt.Errorf("name: taken, got %q, which is imported; remove %s to import it again, or give another", o.Name, folder)
	}
	if !(o.White > 0) || o.White-o.White != 0 {
		return Imported{}, fmt.Errorf("white: got %g; want a finite number above 0", o.White)
	}
	if ways := []string{"", "stochastic", "fixed", "threshold", "none"}; !slices.Contains(ways, o.Binarise) {
		return Imported{}, fmt.Errorf("binarise: got %q; have %s", o.Binarise, strings.Join(ways[1:], ", "))
	}
	if o.DropRows && len(o.Missing) == 0 {
		return Imported{}, errors.New("drop-empty: got true without missing; a row without any value has missing ones")
	}
	gaps := newMarks(o.Missing)
	all, err := o.read(o.From, gaps)
	if err != nil {
		return Imported{}, err
	}
	m := &Manifest{
		Format: 1, Name: o.Name, From: filepath.Base(o.From), Licence: o.Licence, Image: all.image, Columns: all.columns, Header: all.header, D: all.d, White: o.White, Binarise: o.Binarise,
	}
	train, test := all.x, []float64(nil)
	if o.TestFrom != "" {
		held, err := o.read(o.TestFrom, gaps)
		if err != nil {
			return Imported{}, err
		}
		if held.d != all.d || held.image != all.image || !slices.Equal(held.columns, all.columns) {
			return Imported{}, fmt.Errorf("%s: held out, got rows of %s; %s has rows of %s", o.TestFrom, held, o.From, all)
		}
		test, m.TestFrom, m.Split = held.x, filepath.Base(o.TestFrom), "those of "+filepath.Base(o.TestFrom)
		all.dropped += held.dropped
	} else if train, test, m.Split, err = o.split(all); err != nil {
		return Imported{}, err
	}
	m.Rows = [2]int{len(train) / m.D, len(test) / m.D}
	m.Digests = [2]string{valuesDigest(train, m.D), valuesDigest(test, m.D)}
	m.Range = span(train, test)
	if len(gaps.texts) > 0 {
		if j := blankColumn(train, m.D); j >= 0 {
			return Imported{}, fmt.Errorf("%s: column %s: no value in any of %d rows to train on; leave it out", o.From, m.Column(j), m.Rows[0])
		}
		g := gapsOf(train, test, m.D)
		g.Marks, g.Dropped = gaps.texts, all.dropped
		m.Missing = &g
	}
	if m.Binarise == "" {
		m.Binarise = "none"
		if bits := func(x []float64) bool {
			return !slices.ContainsFunc(x, func(v float64) bool { return v != 0 && v != 1 && v == v })
		}; bits(train) && bits(test) {
			m.Binarise = "threshold"
		}
	}
	if m.Binarise != "none" && (m.Range[0] < 0 || m.Range[1] > 1) {
		return Imported{}, fmt.Errorf("binarise: got %s with values from %g to %g; want none, or levels from 0 to 1 (--white 255 divides them by 255)", m.Binarise, m.Range[0], m.Range[1])
	}
	if m.Binarise == "stochastic" && m.missing() != [2]int{} {
		return Imported{}, fmt.Errorf("binarise: got stochastic with missing values; have fixed, threshold, none")
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Imported{}, err
	}
	if len(text) > mostManifest {
		return Imported{}, fmt.Errorf("%s: names of columns, got %d bytes with all else; need at most %d", o.From, len(text), mostManifest)
	}
	err = writeFolder(folder, []written{
		{"train.npy", func(w io.Writer) error { return writeNPY(w, train, m.D) }},
		{"test.npy", func(w io.Writer) error { return writeNPY(w, test, m.D) }},
		{manifestName, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err }},
	})
	if err != nil {
		return Imported{}, err
	}
	return imported(m, folder), nil
}

// String says of rows how long each is.
func (r rows) String() string {
	switch {
	case r.image != [2]int{}:
		return fmt.Sprintf("%d x %d pixels", r.image[0], r.image[1])
	case r.columns != nil:
		return fmt.Sprintf("%d columns (%.60s)", r.d, strings.Join(r.columns, ", "))
	}
	return fmt.Sprintf("%d values", r.d)
}

// split holds rows out.
func (o Importing) split(all rows) (train, test []float64, how string, err error) {
	n := len(all.x) / all.d
	if o.Test == 0 && !o.Shuffle {
		return all.x, nil, "none", nil
	}
	held := int(o.Test)
	if o.Test < 1 {
		held = max(1, int(o.Test*float64(n)))
	}
	if !(o.Test > 0) || held >= n || o.Test >= 1 && o.Test != float64(held) {
		if n < 2 {
			return nil, nil, "", fmt.Errorf("rows: got %d; need two at least, one to train on and one held out, or none held out (test 0)", n)
		}
		return nil, nil, "", fmt.Errorf("test: got %g of %d rows; want a number of rows or, below 1, a part of them, that leaves rows to train on, or 0 for none, without shuffle", o.Test, n)
	}
	x, which := all.x, "the last"
	if o.Shuffle {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		rng.Data(0, o.Name, importFolder).Fold("order").Perm(order)
		x, which = make([]float64, 0, len(all.x)), "drawn at random"
		for _, i := range order {
			x = append(x, all.x[i*all.d:(i+1)*all.d]...)
		}
	}
	cut := (n - held) * all.d
	return x[:cut], x[cut:], which, nil
}

// read reads a source.
func (o Importing) read(from string, gaps marks) (rows, error) {
	info, err := os.Stat(from)
	if err != nil {
		return rows{}, fmt.Errorf("%s: %w", from, plain(err))
	}
	var r rows
	switch name := strings.TrimSuffix(strings.ToLower(from), ".gz"); {
	case info.IsDir():
		if r, err = readImages(os.DirFS(from), o.Skip); err == nil && len(gaps.texts) > 0 {
			err = fmt.Errorf("missing: got %s; pixels of images are all there", gaps)
		}
	case !info.Mode().IsRegular():
		err = errors.New("not a regular file")
	case filepath.Ext(name) == ".csv":
		r, err = readFrom(from, func(in io.Reader) (rows, error) {
			t, err := readTable(in, o.Drop, mostValues, gaps)
			var bad badField
			if errors.As(err, &bad) && bad.help() != "" {
				err = fmt.Errorf("%w; %s", err, bad.help())
			}
			if err != nil {
				return rows{}, err
			}
			if len(t.blank) > 0 && !o.DropRows {
				return rows{}, fmt.Errorf("line %d: no value is there; %s", t.blank[0], dropHelp)
			}
			return rows{x: t.Values, d: len(t.Columns), columns: t.Columns, header: t.Header}, nil
		})
	case filepath.Ext(name) == ".npy":
		r, err = readFrom(from, func(in io.Reader) (rows, error) { return npyRows(in, gaps) })
	default:
		err = fmt.Errorf("kind of file, got %q; have .csv and .npy, compressed (.gz) or not, and folders of %s", filepath.Ext(from), strings.Join(formats, ", "))
	}
	if err != nil {
		return rows{}, fmt.Errorf("%s: %w", from, err)
	}
	if len(o.Drop) > 0 && r.columns == nil {
		return rows{}, fmt.Errorf("drop: got %s of %s; only a table has columns", strings.Join(o.Drop, ", "), from)
	}
	if len(gaps.texts) > 0 {
		all, first := len(r.x), 0
		r.x, first = withoutBlank(r.x, r.d)
		switch r.dropped = (all - len(r.x)) / r.d; {
		case first > 0 && !o.DropRows:
			return rows{}, fmt.Errorf("%s: row %d: no value is there; %s", from, first, dropHelp)
		case len(r.x) == 0:
			return rows{}, fmt.Errorf("%s: no row has a value", from)
		}
	}
	for i, v := range r.x {
		if v != v { // missing
			continue
		}
		if r.x[i] = v / o.White; r.x[i]-r.x[i] != 0 {
			return rows{}, fmt.Errorf("%s: row %d, value %d: got %g; need finite values", from, i/r.d+1, i%r.d+1, r.x[i])
		}
	}
	return r, nil
}

// readFrom reads a file, decompressed.
func readFrom(file string, read func(io.Reader) (rows, error)) (rows, error) {
	f, err := os.Open(file)
	if err != nil {
		return rows{}, plain(err)
	}
	defer f.Close()
	in, err := Unzipped(f)
	if err != nil {
		return rows{}, err
	}
	limited := &io.LimitedReader{R: in, N: mostText}
	r, err := read(limited)
	if limited.N <= 0 {
		return rows{}, fmt.Errorf("too large: got %d bytes or more when decompressed; need fewer", mostText)
	}
	return r, err
}

func npyRows(in io.Reader, gaps marks) (rows, error) {
	a, err := ReadNPY(in, mostValues)
	if err != nil {
		return rows{}, err
	}
	if len(a.Dims) < 2 || len(a.Dims) > 3 || len(a.Values) == 0 {
		return rows{}, fmt.Errorf("shape, got (%s); want rows x values, or images x height x width, none of them 0", times(a.Dims))
	}
	r := rows{x: a.Values, d: len(a.Values) / a.Dims[0]}
	if len(a.Dims) == 3 {
		r.image = [2]int{a.Dims[1], a.Dims[2]}
	}
	return r, gaps.read(r.x, r.d)
}

// readImages reads a folder of images of one size.
func readImages(folder fs.FS, skip bool) (rows, error) {
	ps, err := readFolder(folder, skip, "--skip")
	if err != nil {
		return rows{}, err
	}
	r := rows{d: ps[0].h * ps[0].w, image: [2]int{ps[0].h, ps[0].w}}
	for _, p := range ps {
		if p.h != ps[0].h || p.w != ps[0].w {
			return rows{}, fmt.Errorf("%s: got %d x %d pixels; %s has %d x %d, and all must be of one size", p.name, p.h, p.w, ps[0].name, ps[0].h, ps[0].w)
		}
		r.x = append(r.x, p.x...)
	}
	return r, nil
}

// written is a file to write.
type written struct {
	name  string
	write func(io.Writer) error
}

// writeFolder makes a folder of files: all of it or nothing, and none that is there.
func writeFolder(folder string, files []written) (err error) {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(filepath.Dir(folder), ".import-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(made)
		}
	}()
	for _, f := range files {
		if err := writeSynced(filepath.Join(made, f.name), f.write); err != nil {
			return err
		}
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	return os.Rename(made, folder)
}

// writeSynced writes a new file to the disk.
func writeSynced(file string, write func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	return err
}

// Verify reads the values anew and holds them against their digests.
func (d Imported) Verify() error {
	folder, err := d.Locate()
	if err != nil {
		return err
	}
	for i := range d.splits {
		if _, name, err := d.format(os.DirFS(folder), i); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
