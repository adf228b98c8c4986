//go:build cgo && unix

package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// refusedUntouched checks that neither way to open takes path, and that not a
// byte changes there or beside it.
func refusedUntouched(t *testing.T, path, say string) {
	t.Helper()
	before := snapshot(t, filepath.Dir(path))
	for name, open := range map[string]func(string) (*Store, error){"Open": Open, "OpenRead": OpenRead} {
		s, err := open(path)
		if err == nil {
			s.Close()
			t.Errorf("%s took it", name)
			continue
		}
		if !strings.Contains(err.Error(), say) || !strings.HasPrefix(err.Error(), "store: "+path+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q; want %q", name, err, say)
		}
	}
	after := snapshot(t, filepath.Dir(path))
	if len(before) != len(after) {
		t.Errorf("files: %d before, %d after", len(before), len(after))
	}
	for name, bits := range before {
		if !bytes.Equal(bits, after[name]) {
			t.Errorf("%s changed", name)
		}
	}
}

func snapshot(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		var bits []byte
		if e.Type().IsRegular() {
			if bits, err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		files[e.Name()] = bits
	}
	return files
}

func TestForeignFilesAreRefusedUntouched(t *testing.T) {
	for name, test := range map[string]struct {
		make func(path string) error
		say  string
	}{
		"text": {func(path string) error {
			return os.WriteFile(path, []byte("suite: iwae_snr\n"+strings.Repeat("about: a suite, not a store\n", 99)), 0o644)
		}, "not a store: it is not a SQLite file"},
		"one byte": {func(path string) error { return os.WriteFile(path, []byte("x"), 0o644) },
			"not a store: it is not a SQLite file"},
		"zeros": {func(path string) error { return os.WriteFile(path, make([]byte, 1<<16), 0o644) },
			"not a store: it is not a SQLite file"},
		"empty": {func(path string) error { return os.WriteFile(path, nil, 0o644) },
			"not a store: the file is empty"},
		"folder": {func(path string) error { return os.Mkdir(path, 0o755) },
			"not a store: it is a folder"},
		"pipe": {func(path string) error { return syscall.Mkfifo(path, 0o644) },
			"not a store: it is not a regular file"},
		"another database": {func(path string) error {
			raw(t, path, `CREATE TABLE point (cell TEXT); INSERT INTO point VALUES ('mine'); PRAGMA user_version = 1`)
			return nil
		}, "not a store: SQLite file of another program, got application id 0x0; want 0x626e6368"},
		"another database with a log": {func(path string) error {
			raw(t, path, `PRAGMA journal_mode = WAL; CREATE TABLE t (x); PRAGMA application_id = -2`)
			return nil
		}, "not a store: SQLite file of another program, got application id 0xfffffffe; want 0x626e6368"},
		"a crash's log": {crashed, "not a store: SQLite file of another program, got application id 0x0"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.db")
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			refusedUntouched(t, path, test.say)
		})
	}
}

// crashed leaves a database of another program with rows still in its log, by
// copying both files while it is open.
func crashed(path string) error {
	live := path + ".live"
	db := single(uri(live, "mode=rwc"), writePragmas)
	if _, err := db.Exec(`CREATE TABLE t (x); INSERT INTO t VALUES (1)`); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal"} {
		bits, err := os.ReadFile(live + end)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path+end, bits, 0o644); err != nil {
			return err
		}
	}
	return db.Close()
}

func TestOpenReadNeedsAStore(t *testing.T) {
	dir := t.TempDir()
	_, err := OpenRead(filepath.Join(dir, "none.db"))
	if err == nil || !strings.HasSuffix(err.Error(), "none.db: no such store") {
		t.Errorf("got %v", err)
	}
	if left := snapshot(t, dir); len(left) > 0 {
		t.Errorf("made %v", left)
	}
	if _, err := OpenRead(""); err == nil {
		t.Error("took an empty path")
	}
	if _, err := Open("a\x00b"); err == nil {
		t.Error("took a path with a zero byte")
	}
}

// A store of which bytes are gone says so instead of giving fewer numbers.
func TestDamagedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	p := plan("toy", "quick", "c", 50)
	run := begin(t, s, p)
	for i, c := range p.Cells {
		write(t, s, run, result(c.ID, i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRead(path)
	if err == nil {
		defer r.Close()
		_, err = r.Load(p)
	}
	if err == nil || !strings.Contains(err.Error(), "malformed") {
		t.Errorf("got %v", err)
	}
}

func TestOddPaths(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"plain.db", "with space.db", "what?.db", "no#1.db", "100%.db", "a%3Fb.db", "a+b&c=d.db", "Übung—試験.db",
		"mode=memory&x?mode=memory", "file:a.db", ":memory:", "-dash.db", "back\\slash.db", "semi;colon'\".db", "\xff.db",
		strings.Repeat("l", 200) + ".db",
	} {
		folder := filepath.Join(dir, "folder of "+name)
		path := filepath.Join(folder, name)
		s, err := Open(path)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		p := plan("toy", "quick", "c", 1)
		write(t, s, begin(t, s, p), result("c000", 0))
		if err := s.Close(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		r, err := OpenRead(path)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if ended, err := r.Outcomes(ids(p)); err != nil || ended["c000"] != Done {
			t.Errorf("%q: %v, %v", name, ended, err)
		}
		r.Close()
		if files := snapshot(t, folder); len(files) != 1 || files[name] == nil {
			t.Errorf("%q: the folder has %d files, and not that one alone", name, len(files))
		}
	}
}

// A path through a symbolic link is the file it points to.
func TestLinkedPath(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.db"), filepath.Join(dir, "link.db")
	s := openAt(t, path)
	begin(t, s, plan("toy", "quick", "c", 1))
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if l := openAt(t, link); l != nil {
		if _, err := l.Plan("toy", ""); err != nil {
			t.Error(err)
		}
	}
	dangling := filepath.Join(dir, "dangling.db")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dangling); err == nil || !strings.Contains(err.Error(), "no such store") {
		t.Errorf("got %v", err)
	}
}

// A relative path is relative to where it was opened, also after a change of
// folder: connections are made when they are needed.
func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s := openAt(t, "a.db")
	t.Chdir(t.TempDir())
	begin(t, s, plan("toy", "quick", "c", 1))
	if _, err := s.Plan("", ""); err != nil {
		t.Error(err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "a.db"), filepath.Join(file, "results", "a.db")} {
		_, err := Open(path)
		if err == nil || !strings.Contains(err.Error(), "not a directory") {
			t.Errorf("got %v", err)
		}
	}
	if files := snapshot(t, dir); len(files) != 1 || string(files["file"]) != "mine" {
		t.Errorf("left %v", files)
	}
}
