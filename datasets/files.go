package datasets

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// split is one part of a set, for training or held out: rows of an IDX file of
// images, which is known by its digest.
type split struct {
	file    string // without .gz; one that is known as it was published, by its whole name
	sum     string // SHA-256 of its content, decompressed; of one as published, of its bytes, or the name that git has for them
	rows    int    // of the file
	from, n int    // the rows that are this part: from, from+1, ..., n of them
}

// whole is a part that is all of a file.
func whole(file string, rows int, sum string) split {
	return split{file: file, sum: sum, rows: rows, n: rows}
}

// read reads the images of a split from a folder, decompressing them if need be,
// and holds them against what is known of them. It says which file it read.
func (p split) read(folder fs.FS, height, width int) (a *IDX, name string, err error) {
	return p.array(folder, Uint8, p.rows, height, width)
}

// readLabels does so with a file of labels.
func (p split) readLabels(folder fs.FS) (a *IDX, name string, err error) {
	return p.array(folder, Uint8, p.rows)
}

// array reads an array of given type and dimensions.
func (p split) array(folder fs.FS, kind IDXType, want ...int) (a *IDX, name string, err error) {
	f, name, err := p.open(folder)
	if err != nil {
		return nil, name, err
	}
	defer f.Close()
	size := kind.size()
	for _, n := range want {
		size *= n
	}
	a, sum, err := content(f, size)
	if err != nil {
		return nil, name, err
	}
	if err := a.is(kind, want...); err != nil {
		return nil, name, err
	}
	if sum != p.sum {
		return nil, name, fmt.Errorf("another file: SHA-256 of its content, got %s; want %s", sum, p.sum)
	}
	return a, name, nil
}

// exact says of a file that it is known as it was published, and not by its content
// alone.
func (p split) exact() bool {
	return slices.Contains([]string{".gz", ".mat", ".npy"}, path.Ext(p.file))
}

// forms are the names under which a file is looked for, the best first.
func (p split) forms() []string {
	switch {
	case p.exact():
		return []string{p.file}
	case path.Ext(p.file) != "":
		return []string{p.file, p.file + ".gz"}
	}
	return []string{p.file + ".gz", p.file}
}

// open opens the file of a split, compressed or not, and says which.
func (p split) open(folder fs.FS) (fs.File, string, error) {
	for _, name := range p.forms() {
		info, err := fs.Stat(folder, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && !info.Mode().IsRegular() {
			return nil, name, errors.New("not a regular file")
		}
		f, err := folder.Open(name)
		return f, name, plain(err)
	}
	return nil, p.forms()[0], fs.ErrNotExist
}

// plain is an error without the path that it happened at, which is said already.
func plain(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// content is the array of at most so many bytes of values that a stream holds,
// and the SHA-256 of the stream, both after decompression.
func content(r io.Reader, most int) (*IDX, string, error) {
	r, err := Unzipped(r)
	if err != nil {
		return nil, "", err
	}
	hash := sha256.New()
	a, err := ReadIDX(io.TeeReader(r, hash), most)
	return a, hex.EncodeToString(hash.Sum(nil)), err
}

// Unzipped is a stream without its gzip compression, or as it is if it has none.
func Unzipped(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if head, err := buffered.Peek(2); err != nil || head[0] != 0x1f || head[1] != 0x8b {
		return buffered, nil
	}
	unzipped, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip header: %w", err)
	}
	return unzipped, nil
}

// published opens the file of a split that is known as it was published: its stream,
// and what reads the rest of it and says whether it was the right one.
func (p split) published(folder fs.FS) (r io.ReadCloser, name string, check func() error, err error) {
	f, name, err := p.open(folder)
	if err != nil {
		return nil, name, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, name, nil, plain(err)
	}
	sum := NewSum(p.sum, info.Size())
	tee := io.TeeReader(f, sum)
	check = func() error {
		if _, err := io.Copy(io.Discard, tee); err != nil {
			return plain(err)
		}
		return sum.Check()
	}
	return struct {
		io.Reader
		io.Closer
	}{tee, f}, name, check, nil
}

// in says whether a folder has the file of a split, compressed or not.
func (p split) in(folder string) bool {
	return slices.ContainsFunc(p.forms(), func(name string) bool {
		_, err := os.Stat(filepath.Join(folder, name))
		return err == nil || errors.Is(err, fs.ErrPermission) // reading it will say that it may not be
	})
}

// missing are the files of splits that a folder has not.
func missing(folder string, splits []split) []string {
	return names(slices.DeleteFunc(slices.Clone(splits), func(p split) bool { return p.in(folder) }))
}

// names are the files of splits, as they are best named.
func names(splits []split) []string {
	var out []string
	for _, p := range splits {
		if name := p.forms()[0]; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// lacks says of a folder what it has not of the files of splits.
func lacks(folder string, splits []split) string {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return folder + ", which is not there"
	}
	has := ""
	if labels, _ := filepath.Glob(filepath.Join(folder, "*labels*")); len(labels) > 0 {
		has = "labels (" + filepath.Base(labels[0]) + ") but "
	}
	return fmt.Sprintf("%s, which has %sno %s", folder, has, strings.Join(missing(folder, splits), " and no "))
}

// seek is the folder that has the files of a set's splits: one of the data directory, or one
// of others; get is what else one may do to have them.
func seek(set, dir, below string, others []string, get string, splits []split) (string, error) {
	var folders, without []string
	if dir != "" {
		folders = append(folders, filepath.Join(dir, below))
	}
	for _, folder := range append(folders, others...) {
		if len(missing(folder, splits)) == 0 {
			return folder, nil
		}
		without = append(without, lacks(folder, splits))
	}
	if len(without) == 0 {
		without = []string{"no folder, since no data directory is given"}
	}
	either := ", compressed or not,"
	if splits[0].exact() {
		either = ""
	}
	return "", fmt.Errorf("needs files %s; looked in %s. %s%s into a folder %s of the data directory (--data-dir, else BENCH_DATA)%s; bench explain %s says where they come from",
		strings.Join(names(splits), " and "), strings.Join(without, ", and in "), toHave(set), either, below, get, set)
}
