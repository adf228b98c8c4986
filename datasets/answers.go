package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Answers is a table of people's answers to items: a row a person, bits, 1 where right or
// agreed to, NaN where a person was not asked or did not answer. Who answered nothing at all is
// left out. A table of more than two levels is real values, 0, 1, 2.
//
// hide is the share of the answers there are that is taken out and kept for metrics, by a coin
// each of the seed's; a person or an item with none left keeps one.
//
// Files of folder irt of the data directory, compressed or not: a row a person, split by commas,
// a header, an empty field where there is no answer. bench explain NAME says whose a table is.
type Answers struct {
	Hide float64 `name:"hide" min:"0" max:"0.9" doc:"share of answers held out"`

	*answers
}

// answers is one table, and what has been read of it.
type answers struct {
	answerTable
	name string

	mu   sync.Mutex
	dir  string // data directory
	read bool
	err  error
	x    []float64
}

// answerTable is what is known of a table.
type answerTable struct {
	d, n, empty int // items, people who answered, people who did not
	bytes       int64
	file        split
	levels      int
	missing     bool
	about       string
}

const answerFolder = "irt"

// answerTables are the tables there are.
var answerTables = map[string]answerTable{
	"ecpe": {28, 2922, 0, 163828, whole("ecpe.csv", 2922, "d92bfca357c3d13b319ce9f339a6609f485727e8319977fc68e37898a799f0e7"), 2, false,
		"the Examination for the Certificate of Proficiency in English, its grammar section\n(University of Michigan; Templin and Hoffman 2013, doi 10.1111/emip.12010)"},
	"fims-aus-jpn": {14, 500, 0, 14098, whole("fims_aus_jpn.csv", 500, "1ef202f1cdf7f09242bb46ce70a68b798d530c4659c4d48f47d2e1c3c04150bd"), 2, false,
		"items in mathematics of the First International Mathematics Study, Australia and Japan\n(R package TAM; posteriordb)"},
	"fractions": {20, 536, 0, 21580, whole("fractions.csv", 536, "abe5191f0741de4b264375d2cb55dc7d5567792f0e4548dabeca72df5b210b1f"), 2, false,
		"subtractions of fractions (Tatsuoka 1984; R package edmdata)"},
	"matrix-reasoning": {25, 400, 0, 20091, whole("matrix_reasoning.csv", 400, "14bf1661aa8bfd5ba0dd7cea1996d412bb5dbc4c4fb2c1566a14d7422824bb61"), 2, false,
		"puzzles of matrices (OpenPsychometrics; R package edmdata)"},
	"npi": {40, 11243, 0, 899591, whole("npi.csv", 11243, "0bb8f5376f02cdf413a51f73bb96c823fc52e824f910c6a346830c120f1b8538"), 2, false,
		"the Narcissistic Personality Inventory (Raskin and Terry 1988; OpenPsychometrics; R package\nedmdata)"},
	"pisa12-us-math": {76, 4952, 26, 496398, whole("pisa12_us_math.csv", 4978, "5bb4ef654e3167652f808071ea17e231fda7877a01b54a60448e19ea2e335998"), 2, true,
		"items in mathematics of PISA 2012, United States, each person asked some of them by design\n(OECD; R package edmdata)"},
	"probability": {12, 504, 0, 12156, whole("probability.csv", 504, "04cd86935d048ffdc585e2be34ae5ee29955a3d625f98cc567577573b0a5b9c8"), 2, false,
		"problems of elementary probability (R packages pks and edmdata)"},
	"spm-ls": {12, 499, 0, 12039, whole("spm_ls.csv", 499, "5eddc6dda122115c3ca53f3fad6eee283be3a20add01f19bcb31c4c9801f8e0c"), 2, false,
		"the last series of Raven's Standard Progressive Matrices (Myszkowski and Storme 2018, doi\n10.1016/j.intell.2018.03.004; R package edmdata)"},
	"taylor-anxiety": {50, 4468, 0, 446991, whole("taylor_anxiety.csv", 4468, "d4852ee84cfeb0a480f6548301b7a855f3df6b3a76f0bff36fa2f886ede1304f"), 2, false,
		"the Taylor Manifest Anxiety Scale (Taylor 1953; OpenPsychometrics; R package edmdata)"},
	"verbal-aggression": {24, 316, 0, 15432, whole("verbal_aggression_binary.csv", 316, "98e0b918f116fac0b6d1218337bbf7b73bbc56881bfe08325951f5280ce1ae51"), 2, false,
		"verbal aggression, whether one would or wants to (De Boeck and Wilson 2004; R package\npsychotools)"},
	"verbal-aggression3": {24, 316, 0, 15432, whole("verbal_aggression_0to2.csv", 316, "93b7fcaa0bef4303ff78a4cbbdb6e18d9576df9346134b9480f0ab49cf3cca31"), 3, false,
		"verbal aggression, as verbal-aggression, in three levels: no, perhaps, yes"},
}

// NewAnswers is a table of answerTables at its defaults.
func NewAnswers(name string) Answers {
	t, ok := answerTables[name]
	if !ok {
		panic("datasets: no table of answers " + name)
	}
	return Answers{answers: &answers{answerTable: t, name: name}}
}

// Name of the set in suites.
func (s *answers) Name() string { return s.name }

// Doc says what the items are.
func (s *answers) Doc() string {
	text := fmt.Sprintf("Answers of %d people to %d items:\n%s.\n", s.n, s.d, s.about)
	switch {
	case s.levels > 2:
		text += "Values are 0, 1, 2, as real data: no model here is of such answers; hmm takes them as symbols.\n"
	case s.missing:
		text += fmt.Sprintf("Some answers are missing; %d more people, who answered nothing, are left out.\n", s.empty)
	}
	text += "\n"
	if s.levels == 2 {
		text += `hide is the share of the answers there are that is taken out and kept for metrics, by a
coin each of the seed's; a person or an item with none left keeps one.

`
	}
	return text + fmt.Sprintf(`File %s of folder %s of the data directory, compressed or not: a row
a person, split by commas, a header, an empty field where there is no answer.
`, s.file.file, answerFolder)
}

// Shape of the table.
func (d Answers) Shape() vi.Shape {
	s := vi.Shape{N: d.n, D: d.d, Domain: vi.Binary}
	switch {
	case d.levels > 2:
		s.Domain = vi.Real
	case d.missing || d.Hide > 0:
		s.Domain = vi.Answer
	}
	return s
}

// Digest is that of the file. It is empty where answers are hidden: which, is the seed's.
func (d Answers) Digest() string {
	if d.Hide > 0 {
		return ""
	}
	return hash(d.file.sum + " answers\n")
}

// Sums are the file that the set is read from, with the SHA-256 of its content.
func (s *answers) Sums() [][2]string { return [][2]string{{s.file.file, s.file.sum}} }

// holds is the file.
func (s *answers) holds() []WebFile {
	return []WebFile{{Name: s.file.file + ".gz", Content: s.bytes, Sum: s.file.sum, Inside: true}}
}

// ReadFrom sets the data directory; what was read from another is forgotten.
func (s *answers) ReadFrom(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir, s.read, s.err, s.x = dir, false, nil, nil
}

// Locate is the folder that has the file.
func (s *answers) Locate() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locate()
}

func (s *answers) locate() (string, error) {
	return seek(s.name, s.dir, answerFolder, nil, "", []split{s.file})
}

// Check reads the file, once, and says what is wrong with it or with the settings.
func (d Answers) Check() error {
	switch {
	case !(d.Hide >= 0 && d.Hide <= 0.9):
		return fmt.Errorf("hide: got %g; want 0 to 0.9", d.Hide)
	case d.Hide > 0 && d.levels > 2:
		return fmt.Errorf("hide: got %g of answers in %d levels; want 0, since no model here is of such answers", d.Hide, d.levels)
	}
	return d.load()
}

// load reads the table, the first time; the outcome stays.
func (s *answers) load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read {
		return s.err
	}
	s.read = true
	where, err := s.locate()
	if err != nil {
		s.err = err
		return err
	}
	name := ""
	if s.x, name, err = s.table(where); err != nil {
		s.x, s.err = nil, fmt.Errorf("%s: %w; bench explain %s says which file is meant", filepath.Join(where, name), err, s.name)
	}
	return s.err
}

// table reads the file of a folder and holds it against what is known of it.
func (s *answers) table(folder string) (x []float64, name string, err error) {
	f, name, err := s.file.open(os.DirFS(folder))
	if err != nil {
		return nil, name, err
	}
	defer f.Close()
	r, err := Unzipped(f)
	if err != nil {
		return nil, name, err
	}
	sum := sha256.New()
	var gaps marks
	if s.missing {
		gaps.texts = []string{""}
	}
	t, err := readTable(io.TeeReader(io.LimitReader(r, s.bytes+1), sum), nil, s.file.rows*s.d, gaps)
	if got := hex.EncodeToString(sum.Sum(nil)); err == nil && got != s.file.sum {
		err = fmt.Errorf("another file: SHA-256 of its content, got %s; want %s", got, s.file.sum)
	}
	if err != nil {
		return nil, name, err
	}
	for row := range slices.Chunk(t.Values, s.d) {
		if slices.ContainsFunc(row, func(v float64) bool { return !math.IsNaN(v) }) {
			x = append(x, row...)
		}
	}
	return x, name, nil
}

// Make gives the answers, some of them hidden by the key where hide is above 0.
func (d Answers) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	s := d.Shape()
	out := &vi.Data{Name: d.name, Digest: d.Digest(), N: s.N, D: s.D, X: d.x, Domain: s.Domain}
	if d.Hide > 0 {
		out.Hidden, out.X = d.x, hideAnswers(key.Fold("hide"), d.x, d.d, d.Hide)
		out.Digest = digest(append(slices.Clone(out.X), out.Hidden...))
	}
	return out, nil
}
