//go:build cgo && unix

package store

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vibench/bench/suites"
)

var kills = flag.Int("kills", 20, "how often TestKilledWriter kills")

// child names what the test binary does instead of testing when a test starts
// it again as another process.
const child = "BENCH_STORE_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(child) {
	case "":
		os.Exit(m.Run())
	case "write":
		writeForever(os.Args[1])
	case "share":
		shareOnce(os.Args[1], os.Args[2])
	case "probe":
		probe(os.Args[1])
	}
}

// check ends a child process on an error.
func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// again starts this test binary as another process that does what.
func again(t *testing.T, what string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), child+"="+what)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &said
}

const loopCells = 40

// loopResult is what attempt number n leaves in a cell: n points, all of value
// n, so that a mixture of two attempts cannot pass for one.
func loopResult(cell string, n int) Result {
	r := Result{Cell: cell, Outcome: Done, Steps: int64(n), Evals: int64(n)}
	for i := range n {
		r.Points = append(r.Points, Point{Metric: "elbo", Step: i, Value: float64(n)})
		r.Cost.Laps = append(r.Cost.Laps, Lap{i, time.Duration(i*n) * time.Microsecond})
	}
	r.Vectors = []Vector{{Name: "sum", Data: make([]float64, 100*n)}}
	return r
}

// writeForever writes the cells over and over, three to a transaction.
func writeForever(path string) {
	s, err := Open(path)
	check(err)
	p := plan("loop", "quick", "c", loopCells)
	run, err := s.Begin(p, provenance())
	check(err)
	for n := 0; ; n++ {
		var batch []Result
		for i := range 3 {
			batch = append(batch, loopResult(p.Cells[(3*n+i)%loopCells].ID, 1+(3*n+i)%97))
		}
		check(s.Write(run, batch))
	}
}

// Whenever the writer is killed, a cell that has an outcome has all its points,
// from one attempt, and the next process goes on. Every fourth kill may come
// before the writer has made the store.
func TestKilledWriter(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = min(n, 4)
	}
	grown := filepath.Join(t.TempDir(), "a.db")
	seen := 0
	for i := range n {
		path, early := grown, i%4 == 3
		if early {
			path = filepath.Join(t.TempDir(), "new.db")
		}
		cmd, said := again(t, "write", path)
		if !early {
			await(t, path+"-wal")
		}
		time.Sleep(rand.N(60 * time.Millisecond))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		if said.Len() > 0 {
			t.Fatalf("the writer said %s", said)
		}
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		seen = max(seen, intact(t, s))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Error("no writer came as far as one cell: nothing was tested")
	}
	if left := snapshot(t, filepath.Dir(grown)); len(left) != 1 {
		t.Errorf("%d files left; want the store alone", len(left))
	}
}

// Reports may be opened at any moment of another process's writing, half way
// through a checkpoint too, and see whole cells.
func TestReaderBesideAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	cmd, said := again(t, "write", path)
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if said.Len() > 0 {
			t.Errorf("the writer said %s", said)
		}
	})
	await(t, path+"-wal")
	for range 15 {
		r, err := OpenRead(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := readWhole(r, plan("loop", "quick", "c", loopCells)); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// await returns when a file exists.
func await(t *testing.T, path string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Fatalf("%s did not appear in 20 s", path)
}

// intact checks every cell of a store that writeForever wrote, and counts them.
func intact(t *testing.T, s *Store) int {
	t.Helper()
	var verdict string
	if err := s.read.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity check: %s, %v", verdict, err)
	}
	if rows, err := s.read.Query(`PRAGMA foreign_key_check`); err != nil {
		t.Fatal(err)
	} else if rows.Next() {
		t.Fatal("a foreign key hangs in the air")
	} else {
		rows.Close()
	}
	p := plan("loop", "quick", "c", loopCells)
	r, err := s.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, c := range p.Cells {
		got, ok := r.Cell(c.ID)
		if !ok {
			continue
		}
		done++
		want := loopResult(c.ID, int(got.Steps))
		if len(got.Points) != len(want.Points) {
			t.Fatalf("cell %s: %d points; want %d", c.ID, len(got.Points), len(want.Points))
		}
		for i := range got.Points {
			if got.Points[i] != want.Points[i] {
				t.Fatalf("cell %s: got %v; want %v", c.ID, got.Points[i], want.Points[i])
			}
		}
		vectors, err := s.Vectors(c.ID)
		if err != nil || len(vectors) != 1 || len(vectors[0].Data) != len(want.Vectors[0].Data) {
			t.Fatalf("cell %s: vectors %v", c.ID, err)
		}
	}
	return done
}

// shareOnce opens a store that others open at the same time, and writes its
// own suite there.
func shareOnce(path, suite string) {
	s, err := Open(path)
	check(err)
	p := plan(suite, "quick", suite, 5)
	run, err := s.Begin(p, provenance())
	check(err)
	for i, c := range p.Cells {
		check(s.Write(run, []Result{result(c.ID, i)}))
	}
	check(s.Close())
}

func TestProcessesOpenAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	const n = 4
	var cmds []*exec.Cmd
	var said []*bytes.Buffer
	for i := range n {
		cmd, text := again(t, "share", path, fmt.Sprintf("suite%d", i))
		cmds, said = append(cmds, cmd), append(said, text)
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, said[i])
		}
	}
	s := openAt(t, path)
	infos, err := s.Plans()
	if err != nil {
		t.Fatal(err)
	}
	if len(infos) != n {
		t.Fatalf("%d plans; want %d", len(infos), n)
	}
	for _, info := range infos {
		if info.Missing() > 0 || info.Ended[Done] != 5 {
			t.Errorf("%+v", info)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".bench-new-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// probe prints whether another process holds SQLite's shared lock on a file.
func probe(path string) {
	f, err := os.Open(path)
	check(err)
	// The byte range is SHARED_FIRST and SHARED_SIZE of sqlite3.c.
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: 0x40000000 + 2, Len: 510}
	check(syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock))
	fmt.Print(lock.Type != syscall.F_UNLCK)
}

// A process that opens a store twice must not lose the lock of the first when
// it closes the second: another process could then take itself for the only one.
func TestSecondOpenKeepsLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	locked := func() string {
		t.Helper()
		cmd, said := again(t, "probe", path)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		return said.String()
	}
	if got := locked(); got != "true" {
		t.Skipf("an open store holds no lock that the probe can see: %s", got)
	}
	for _, open := range []func(string) (*Store, error){OpenRead, Open} {
		again, err := open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if got := locked(); got != "true" {
			t.Errorf("the lock of the first store is gone")
		}
	}
	begin(t, s, plan("toy", "quick", "c", 1))
}

// Goroutines of one process: one writes, others read whole cells. Run with the
// race detector it also shows that a Store may be shared.
func TestReadersBesideTheWriter(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("loop", "quick", "c", loopCells)
	run := begin(t, s, p)
	stop := make(chan struct{})
	failed := make(chan error, 3)
	for range 3 {
		go func() {
			for {
				select {
				case <-stop:
					failed <- nil
					return
				default:
				}
				if err := readWhole(s, p); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for n := range 40 {
		write(t, s, run, loopResult(p.Cells[n%4].ID, 1+n%7))
	}
	close(stop)
	for range 3 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

func readWhole(s *Store, p *suites.Plan) error {
	r, err := s.Load(p)
	if err != nil {
		return err
	}
	for _, c := range p.Cells {
		if got, ok := r.Cell(c.ID); ok && int64(len(got.Points)) != got.Steps {
			return fmt.Errorf("cell %s: %d points of %d", c.ID, len(got.Points), got.Steps)
		}
	}
	var b strings.Builder
	return s.Export(&b, "csv")
}
