package cli_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/mattn/go-sqlite3"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vibench/bench/cmd/bench/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"bench":     func() { cli.Main() },
		"mybench":   func() { cli.Main(mine()...) },
		"twobench":  func() { cli.Main(cli.WithEstimators(flaky{K: 1}, flaky{K: 2})) },
		"gatebench": func() { cli.Main(cli.WithEstimators(changing{K: 5}, flaky{K: 1})) },
	})
}

// TestScripts types what users type. Beside testscript's own commands there are
//
//	status N command...     run a command; its exit status must be N
//	interrupt CELLS command... run a command with --json, send SIGINT after so many cells; must exit with 130
//	insist [TERM] command...  run a command that will not stop, send SIGINT, or SIGTERM, twice; must exit with 130 at once
//	halt MS command...      run a command, send SIGINT so many milliseconds after it has begun; must exit with 130; its stderr is the file told
//	damage FILE             cut the last byte off every checkpoint of a store
//	edit FILE OLD NEW       replace text in a file, which must have it
//	widest N                no line of stdout is wider than N columns
//	flip FILE               change the last bit of the elbo at step 1 of one cell of a store
//	cell FILE PARAM VALUE   set CELL to the ID of a cell whose estimator has this setting
//	environment FILE        let the runs of a store have been made elsewhere
//	spoil FILE              change a number of the first cell of a store, and the seed of the last
//	newer FILE              make a store one of a later version
//	older FILE              make a store one of version 3, without times of training
//	foreign FILE            make a SQLite file of another program
//	idx FILE TYPE:DIMS N    make an IDX file with N bytes of zeros, whatever its header says
//
// and LIBRARY is a server on loopback that has /book, and /wrong, /cut (off, the first
// time) and /gone; it answers as a proxy too. And the conditions [data], BENCH_DATA, called REAL_DATA here, has MNIST, and
// [fashion], Debian's package of Fashion-MNIST is installed.
func TestScripts(t *testing.T) {
	library := httptest.NewServer(http.HandlerFunc(lend))
	t.Cleanup(library.Close)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("COLUMNS", "100")
			env.Setenv("LIBRARY", library.URL)
			env.Setenv("REAL_DATA", os.Getenv("BENCH_DATA"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "interrupt": interrupt, "insist": insist, "halt": halt, "edit": edit, "widest": widest, "idx": idx,
			"newer":  statement("PRAGMA user_version = 999"),
			"older":  statement("ALTER TABLE cost DROP COLUMN laps; PRAGMA user_version = 3"),
			"damage": statement("UPDATE checkpoint SET bits = substr(bits, 1, length(bits) - 1)"),
			"flip":   flip, "cell": cellOf,
			"environment": statement(`UPDATE run SET provenance = json_set(provenance, '$.cpu', 'abacus', '$.modules."github.com/spf13/cobra"', 'v0')`),
			"foreign":     statement("CREATE TABLE theirs (x)"),
			"spoil": statement(`UPDATE point SET value = 999 WHERE cell = (SELECT min(cell) FROM point);
				UPDATE cell SET seed = 77 WHERE cell = (SELECT max(cell) FROM cell)`),
		},
		Condition: func(name string) (bool, error) {
			folder, ok := map[string]string{
				"data":    filepath.Join(os.Getenv("BENCH_DATA"), "mnist"),
				"fashion": "/usr/share/datasets/fashion-mnist",
			}[name]
			if !ok {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := os.Stat(filepath.Join(folder, "train-images-idx3-ubyte.gz"))
			return err == nil, nil
		},
	})
}

// lend gives the book, or not.
func lend(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/book":
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(aBook))
	case r.URL.Path == "/wrong":
		io.WriteString(w, strings.Replace(aBook, "some", "none", 1))
	case r.URL.Path == "/cut" && r.Header.Get("Range") == "":
		w.Header().Set("Content-Length", strconv.Itoa(len(aBook)))
		io.WriteString(w, aBook[:20])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case r.URL.Path == "/cut":
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(aBook))
	default:
		http.NotFound(w, r)
	}
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d; want %d", got, want)
	}
}

// interrupt stops a run in the middle of its grid. Its output is not kept.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	after, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := command(ts, args[1:])
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	cells := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), `{"event":"cell"`) {
			if cells++; cells == after {
				ts.Check(cmd.Process.Signal(os.Interrupt))
			}
		}
	}
	err = cmd.Wait()
	ts.Logf("[stderr]\n%s", &stderr)
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != 130 {
		ts.Fatalf("after %d cells: got %v; want exit status 130", cells, err)
	}
	for _, want := range []string{"stopping: ", " left; the same command continues"} {
		if !strings.Contains(stderr.String(), want) {
			ts.Fatalf("no %q on stderr", want)
		}
	}
}

// insist sends a second signal when the first has been understood.
func insist(ts *testscript.TestScript, neg bool, args []string) {
	signal := os.Signal(os.Interrupt)
	if args[0] == "TERM" {
		signal, args = syscall.SIGTERM, args[1:]
	}
	cmd := command(ts, args)
	told, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	start := time.Now()
	for lines := bufio.NewScanner(told); lines.Scan(); {
		if strings.Contains(lines.Text(), "cells to run") || strings.HasPrefix(lines.Text(), "stopping: ") {
			time.Sleep(300 * time.Millisecond) // the handler is set just after the first line
			ts.Check(cmd.Process.Signal(signal))
		}
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != 130 || time.Since(start) > stubbornness/2 {
		ts.Fatalf("after %v: got %v; want exit status 130 at once", time.Since(start), err)
	}
}

// halt stops a run in the middle of a cell: so many milliseconds after it has begun,
// and not before it has worked for most of 300 of them, however busy the machine is.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	after, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := command(ts, args[1:])
	told, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var text strings.Builder
	for lines := bufio.NewScanner(told); lines.Scan(); {
		fmt.Fprintln(&text, lines.Text())
		if strings.Contains(lines.Text(), "cells to run") {
			go func() {
				begun := worked(cmd.Process.Pid)
				time.Sleep(time.Duration(after) * time.Millisecond)
				for begun >= 0 && worked(cmd.Process.Pid) < begun+250*time.Millisecond && worked(cmd.Process.Pid) >= 0 {
					time.Sleep(5 * time.Millisecond)
				}
				cmd.Process.Signal(os.Interrupt)
			}()
		}
	}
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("told"), []byte(text.String()), 0o644))
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != 130 {
		ts.Fatalf("got %v; want exit status 130; stderr:\n%s", err, &text)
	}
}

// worked is the processor time that a process has had, below zero where the system
// does not tell.
func worked(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, ok := strings.Cut(string(text), ") ") // past a name that may hold anything
	f := strings.Fields(rest)
	if err != nil || !ok || len(f) < 13 {
		return -1
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // Linux counts in hundredths for every program
}

// command is one of the commands of TestMain, not begun.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := args[0]
	for _, folder := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(folder, args[0])); err == nil {
			path = filepath.Join(folder, args[0])
			break
		}
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	return cmd
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
}

// idx makes a file of images that are all black, compressed if its name says so.
func idx(ts *testscript.TestScript, neg bool, args []string) {
	number := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 0, 32)
		ts.Check(err)
		return n
	}
	magic, dims, _ := strings.Cut(args[1], ":")
	head := binary.BigEndian.AppendUint32(nil, uint32(number(magic)))
	for d := range strings.SplitSeq(dims, ",") {
		head = binary.BigEndian.AppendUint32(head, uint32(number(d)))
	}
	content := append(head, make([]byte, number(args[2]))...)
	if strings.HasSuffix(args[0], ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(content)
		ts.Check(w.Close())
		content = b.Bytes()
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o644))
}

func widest(ts *testscript.TestScript, neg bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > most {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

func cellOf(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	var id string
	ts.Check(db.QueryRow("SELECT min(cell) FROM cell WHERE spec ->> ? = ?+0", "$.estimator.params."+args[1], args[2]).Scan(&id))
	ts.Setenv("CELL", id)
}

// flip changes one bit of a number and takes the digest of its cell away, so that the
// store reads as if other code had computed it.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	var cell string
	var bits []byte
	const at = "WHERE metric = 'elbo' AND step = 1 AND cell ="
	ts.Check(db.QueryRow("SELECT cell, bits FROM point "+at+" (SELECT min(cell) FROM point)").Scan(&cell, &bits))
	bits[0] ^= 1
	_, err = db.Exec("UPDATE point SET bits = ?, value = ? "+at+" ?", bits, math.Float64frombits(binary.LittleEndian.Uint64(bits)), cell)
	ts.Check(err)
	_, err = db.Exec("UPDATE outcome SET digest = NULL WHERE cell = ?", cell)
	ts.Check(err)
	ts.Check(db.Close())
}

func statement(query string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
		ts.Check(err)
		_, err = db.Exec(query)
		ts.Check(err)
		ts.Check(db.Close())
	}
}

// A module with an estimator of its own has this for a main.
func ExampleMain() {
	cli.Main(cli.WithEstimators(flaky{K: 1}))
}

// With its text embedded (go:embed *.go), explain quotes the comments of its
// parts: a sentence, the equation, what it needs.
func ExampleWithSource() {
	cli.Main(cli.WithEstimators(wild{Rate: 1}), cli.WithSource(source))
}
