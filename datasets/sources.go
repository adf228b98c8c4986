package datasets

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Origin is where a collection of real data comes from, and on what terms.
type Origin struct {
	Set     string // its name: that of the data set, or olshausen
	Dataset string // the data set that reads it
	Setting string // the setting that chooses it there, if there is one: source: olshausen
	Folder  string // below the data directory; empty if it comes with this program
	Licence string
	From    string
	Files   []WebFile // how to have them; none: not from the web, or not needed
}

// WebFile is a file as it is published: its size and checksums, those that are known,
// and the addresses that have it, the first to be tried first.
type WebFile struct {
	Name    string
	Bytes   int64  // 0: not known
	Content int64  // decompressed; 0: it is not compressed
	Sum     string // of the content where that is known, else of the file, as NewSum wants it
	Inside  bool   // Sum is that of the content, decompressed
	URLs    []string
}

//go:embed sets.tsv
var setsTable string

//go:embed files.tsv
var filesTable string

// Origins are all collections, by name. Those of the values are the caller's own.
func Origins() []Origin {
	var out []Origin
	for _, f := range fields(setsTable, 6) {
		out = append(out, Origin{Set: f[0], Dataset: f[1], Setting: f[2], Folder: f[3], Licence: f[4], From: f[5]})
	}
	for _, f := range fields(filesTable, 8) {
		w := WebFile{Name: f[1], Bytes: number(f[2]), Content: number(f[3]), Sum: f[4], URLs: strings.Split(f[7], "|")}
		switch {
		case f[5] != "":
			w.Sum, w.Inside = f[5], true
		case w.Sum == "":
			w.Sum = gitBlob + f[6]
		}
		i := slices.IndexFunc(out, func(o Origin) bool { return o.Set == f[0] })
		if i < 0 {
			panic(fmt.Sprintf("datasets: files.tsv: set %q is not in sets.tsv", f[0]))
		}
		out[i].Files = append(out[i].Files, w)
	}
	return out
}

// OriginsOf are the collections that a data set reads, or none.
func OriginsOf(dataset string) []Origin {
	return slices.DeleteFunc(Origins(), func(o Origin) bool { return o.Dataset != dataset })
}

// Holds are the files that lie in the folder of a collection, as they are read: those
// of the web or what is made of them.
func (o Origin) Holds() []WebFile {
	switch o.Set {
	case "omniglot28":
		s := NewOmniglot28()
		return arrays(s.splits[:], s.height*s.width)
	case "frey":
		s := NewFrey()
		return arrays(s.splits[:1], s.height*s.width)
	case "olshausen":
		a := NewPatches().album
		return arrays([]split{a.natural}, 4*a.side*a.side)
	}
	if _, ok := answerTables[o.Set]; ok {
		return NewAnswers(o.Set).holds()
	}
	return o.Files
}

// arrays are compressed IDX files of so many bytes a row, with three dimensions.
func arrays(splits []split, size int) []WebFile {
	var out []WebFile
	for _, p := range splits {
		out = append(out, WebFile{Name: p.file + ".gz", Content: int64(16 + p.rows*size), Sum: p.sum, Inside: true})
	}
	return out
}

// Verify holds the file of a folder against its checksum. It reads no more of it than
// the right file has. It may be compressed or not if its sum is that of its content.
func (w WebFile) Verify(folder string) error {
	f, err := os.Open(filepath.Join(folder, w.Name))
	if errors.Is(err, fs.ErrNotExist) && w.Inside {
		other, zipped := strings.CutSuffix(w.Name, ".gz")
		if !zipped {
			other += ".gz"
		}
		f, err = os.Open(filepath.Join(folder, other))
	}
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	return w.VerifyFile(f)
}

// VerifyFile does so with an open file.
func (w WebFile) VerifyFile(f fs.File) error {
	info, err := f.Stat()
	if err != nil {
		return plain(err)
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	r, want, what := io.Reader(f), w.Bytes, ""
	if w.Inside {
		want, what = w.Content, " when decompressed"
		if r, err = Unzipped(f); err != nil {
			return err
		}
	} else if want > 0 && info.Size() != want {
		return fmt.Errorf("another file: got %d bytes; want %d", info.Size(), want)
	}
	sum := NewSum(w.Sum, info.Size())
	if want == 0 {
		want = info.Size()
	}
	n, err := io.Copy(sum, io.LimitReader(r, want+1))
	switch {
	case err != nil:
		return plain(err)
	case n > want:
		return fmt.Errorf("another file: goes on after %d bytes%s; want so many", want, what)
	case n < want:
		return fmt.Errorf("cut short: got %d bytes%s; want %d", n, what, want)
	}
	return sum.Check()
}

// fields are the rows of a table below its head, each of so many fields.
func fields(table string, n int) [][]string {
	var out [][]string
	for line := range strings.Lines(table) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != n {
			panic(fmt.Sprintf("datasets: table of sources: got %d fields, want %d: %s", len(f), n, line))
		}
		out = append(out, f)
	}
	return out[1:]
}

// number is that of a field, 0 of an empty one.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if s != "" && err != nil {
		panic("datasets: table of sources: " + err.Error())
	}
	return n
}

// originOf is a collection, whose name is a constant.
func originOf(set string) Origin {
	all := Origins()
	return all[slices.IndexFunc(all, func(o Origin) bool { return o.Set == set })]
}

// toHave says what to do to have the files of a collection: fetch them, where the web has
// them, or put them, where the sentence goes on.
func toHave(set string) string {
	if slices.ContainsFunc(Origins(), func(o Origin) bool { return o.Set == set && len(o.Files) > 0 }) {
		return "bench data pull " + set + " fetches them. Or put them"
	}
	return "Put them"
}
