//go:build cgo && unix

package store

import (
	"bytes"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A checkpoint copies pages from the log into the file in the order of their
// numbers. A writer killed on the way, or one still at it, leaves a file that is
// no database by itself: its first page may promise pages that are not there
// yet. After any number of those copies the store opens with all it had.
func TestHalfACheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "live.db")
	s := openAt(t, path)
	p := plan("loop", "quick", "c", loopCells)
	run := begin(t, s, p)
	for i, c := range p.Cells {
		write(t, s, run, loopResult(c.ID, 1+i))
	}
	want := export(t, s, "csv")
	file, log := readFile(t, path), readFile(t, path+"-wal")
	pages, size := committed(t, log)
	if len(pages) < 20 {
		t.Fatalf("%d pages in the log: nothing to checkpoint", len(pages))
	}
	order := slices.Sorted(maps.Keys(pages))
	for copied := 0; copied <= len(order); copied += 1 + copied/4 {
		half := checkpointed(file, pages, size, order[:copied])
		for name, open := range map[string]func(string) (*Store, error){"Open": Open, "OpenRead": OpenRead} {
			at := filepath.Join(t.TempDir(), "half.db")
			for end, bits := range map[string][]byte{"": half, "-wal": log} {
				if err := os.WriteFile(at+end, bits, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			r, err := open(at)
			if err != nil {
				t.Errorf("%s after %d of %d pages: %v", name, copied, len(order), err)
				continue
			}
			if got := export(t, r, "csv"); got != want {
				t.Errorf("%s after %d of %d pages: the export differs", name, copied, len(order))
			}
			r.Close()
		}
	}
}

// The same of another program's file is refused, and neither the file nor its
// log changes: the log is all that it has of its last rows.
func TestHalfAForeignCheckpoint(t *testing.T) {
	live := filepath.Join(t.TempDir(), "live.db")
	db := single(uri(live, "mode=rwc"), writePragmas)
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE t (x); INSERT INTO t SELECT randomblob(9999) FROM json_each('[1,2,3,4,5,6,7]')`); err != nil {
		t.Fatal(err)
	}
	log := readFile(t, live+"-wal")
	pages, size := committed(t, log)
	half := checkpointed(readFile(t, live), pages, size, []int{1})
	path := filepath.Join(t.TempDir(), "half.db")
	for end, bits := range map[string][]byte{"": half, "-wal": log} {
		if err := os.WriteFile(path+end, bits, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := marksIn(frozen(path)); !isDamaged(err) {
		t.Fatalf("the file alone makes sense: %v; nothing is tested", err)
	}
	for name, open := range map[string]func(string) (*Store, error){"Open": Open, "OpenRead": OpenRead} {
		if _, err := open(path); err == nil || !strings.Contains(err.Error(), "of another program") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if !bytes.Equal(readFile(t, path), half) || !bytes.Equal(readFile(t, path+"-wal"), log) {
		t.Error("the file or its log changed")
	}
}

// checkpointed is a file after the given pages of its log were copied to it.
func checkpointed(file []byte, pages map[int][]byte, size int, numbers []int) []byte {
	half := slices.Clone(file)
	for _, number := range numbers {
		if end := number * size; len(half) < end {
			half = append(half, make([]byte, end-len(half))...)
		}
		copy(half[(number-1)*size:], pages[number])
	}
	return half
}

// committed returns the last copy of each page in a log whose transactions are
// all committed, and the size of a page. The layout is that of
// https://www.sqlite.org/fileformat2.html#walformat.
func committed(t *testing.T, log []byte) (pages map[int][]byte, size int) {
	t.Helper()
	const header, frame = 32, 24
	size = int(binary.BigEndian.Uint32(log[8:]))
	pages = map[int][]byte{}
	for at := header; at+frame+size <= len(log); at += frame + size {
		if !bytes.Equal(log[at+8:at+16], log[16:24]) {
			break // salts of an earlier use of the log
		}
		pages[int(binary.BigEndian.Uint32(log[at:]))] = log[at+frame : at+frame+size]
	}
	return pages, size
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	bits, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bits
}
