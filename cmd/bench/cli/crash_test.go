package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var kills = flag.Int("kills", 8, "how often TestKilledRun kills")

// crashGrid has cells that train, probes, a pair that does not fit and one that fails.
const crashGrid = `
suite: crash
grid:
  - name: train
    precision: float32
    estimator: [{elbo: {k: 2}}, {dreg: {k: 3}}]
    model: {vae: {latent: 2, hidden: [[6]]}}
    dataset: {bits: {n: 20, dim: 6}}
    seed: 0..3
    train: {steps: 600, batch: 5, every: 100, optim: adam}
    log: {metrics: [elbo, iwae@8]}
  - name: probe
    precision: float64
    estimator: [{iwae: {k: [1, 4, 16]}}]
    model: lineargaussian
    dataset: {lineargaussian: {dim: 2, n: 5, perturb: 0.3}}
    seed: 0..5
    log: {metrics: [elbo, logpx, {snr: {r: 200}}]}
`

// crashFolder is a folder with the suite, its name such as people choose.
func crashFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Prüfstand 試験 1")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "crash.yaml"), []byte(crashGrid), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// bench is the command, not begun, in a folder.
func bench(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("bench", args...)
	cmd.Dir = dir
	return cmd
}

func exported(t *testing.T, dir, store string) string {
	t.Helper()
	var said bytes.Buffer
	cmd := bench(dir, "export", store)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	return string(out)
}

var whole struct {
	sync.Once
	csv  string
	took time.Duration
}

// uninterrupted is the export of a run that nothing happened to, and its time.
func uninterrupted(t *testing.T, dir string) (string, time.Duration) {
	t.Helper()
	whole.Do(func() {
		start := time.Now()
		if out, err := bench(dir, "run", "crash.yaml", "--store", "whole.db", "--workers", "2").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		whole.took, whole.csv = time.Since(start), exported(t, dir, "whole.db")
	})
	if whole.csv == "" {
		t.Fatal("no run came to its end")
	}
	return whole.csv, whole.took
}

// Killed at any instant, from the first to the last, over and over on the same
// store, a run goes on to the bytes of one that was not.
func TestKilledRun(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = min(n, 3)
	}
	dir := crashFolder(t)
	want, took := uninterrupted(t, dir)
	killed, whole := 0, 0
	for ; killed < n || whole == 0; whole++ {
		path := fmt.Sprintf("a store %d.db", whole)
		for tries := 0; !runOrKill(t, dir, path, rand.N(took)); tries++ {
			if killed++; tries > 200 {
				t.Fatalf("%s has no end", path)
			}
		}
		if exported(t, dir, path) != want {
			t.Fatalf("%s, after %d kills: another export", path, killed)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, path+"*")); len(left) != 1 {
			t.Errorf("left beside the store: %q", left)
		}
	}
	t.Logf("%d kills, %d stores brought to their end; uninterrupted a run takes %v", killed, whole, took)
}

// runOrKill runs the suite and kills the process after a while; it says whether
// the run came to its end before.
func runOrKill(t *testing.T, dir, path string, while time.Duration) bool {
	t.Helper()
	cmd := bench(dir, "run", "crash.yaml", "--store", path, "--workers", "2", "--checkpoint", "1ms")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(while, func() { cmd.Process.Kill() })
	defer kill.Stop()
	err := cmd.Wait()
	if strings.Contains(said.String(), "warning") {
		t.Errorf("%s: %s", path, &said)
	}
	if err == nil {
		return true
	}
	if cmd.ProcessState.Exited() {
		t.Fatalf("%s: %v: %s", path, err, &said)
	}
	return false
}

// Processes that run one suite on one store share its cells: none is run twice,
// each returns when all have ended, and one that is killed or stopped takes nothing
// with it.
func TestRunsShareAStore(t *testing.T) {
	dir := crashFolder(t)
	want, took := uninterrupted(t, dir)
	for _, test := range []struct {
		processes int
		kill      bool
	}{{2, false}, {3, true}} {
		met := 0
		for try := 0; met == 0; try++ { // they may come one after the other
			if try == 20 {
				t.Fatalf("%d processes never met: nothing was tested", test.processes)
			}
			path, after := fmt.Sprintf("Übung %d %d.db", test.processes, try), time.Duration(-1)
			if test.kill {
				after = rand.N(took)
			}
			met = together(t, dir, path, test.processes, after)
			if exported(t, dir, path) != want {
				t.Errorf("%d processes: another export", test.processes)
			}
		}
	}
}

// together runs the suite in several processes on one store and kills one of them
// after a while, unless that is negative; it counts the cells that a process found
// ended by another.
func together(t *testing.T, dir, path string, processes int, kill time.Duration) (met int) {
	t.Helper()
	var all []*sharer
	for range processes {
		all = append(all, share(t, dir, path))
	}
	if kill >= 0 {
		time.Sleep(kill)
		all[0].Process.Kill()
	}
	ran := map[string]int{}
	for i, s := range all {
		err := s.wait()
		if killed := kill >= 0 && i == 0 && !s.ProcessState.Exited(); err != nil && !killed {
			t.Errorf("process %d of %d: %v: %s", i, processes, err, &s.said)
		}
		for _, id := range s.cells {
			ran[id]++
		}
		met += s.others
	}
	for id, times := range ran {
		if times != 1 {
			t.Errorf("%d processes: cell %s was run %d times", processes, id, times)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, path+"*")); kill < 0 && len(left) != 1 {
		t.Errorf("left beside the store: %q", left)
	}
	return met
}

// sharer is one of several processes on a store.
type sharer struct {
	*exec.Cmd
	said   bytes.Buffer
	cells  []string // that it ran
	others int
	read   sync.WaitGroup
}

func share(t *testing.T, dir, path string) *sharer {
	t.Helper()
	s := &sharer{Cmd: bench(dir, "run", "crash.yaml", "--store", path, "--workers", "1", "--checkpoint", "1ms", "--json")}
	s.Stderr = &s.said
	out, err := s.StdoutPipe()
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.read.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e struct {
				Event, Cell string
				Others      int
			}
			if json.Unmarshal(lines.Bytes(), &e) == nil && e.Event == "cell" {
				s.cells = append(s.cells, e.Cell)
			}
			s.others += e.Others
		}
	})
	return s
}

func (s *sharer) wait() error {
	s.read.Wait()
	return s.Wait()
}

// A results folder that is deleted while a run fills it comes back with all that
// had ended, and the same command goes on.
func TestDeletedResults(t *testing.T) {
	dir := crashFolder(t)
	want, _ := uninterrupted(t, dir)
	cmd := bench(dir, "run", "crash.yaml", "--workers", "1", "--json")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), `{"event":"cell"`) {
			if cells++; cells == 3 {
				if err := os.RemoveAll(filepath.Join(dir, "results")); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if cmd.Wait(); cmd.ProcessState.ExitCode() != 3 || !strings.Contains(said.String(), "it was written again with all it held, and the same command goes on") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), &said)
	}
	if n := strings.Count(exported(t, dir, "results/crash.db"), ",outcome,done,"); n < 3 {
		t.Errorf("%d cells are left of 3 and more", n)
	}
	if out, err := bench(dir, "run", "crash.yaml").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if exported(t, dir, "results/crash.db") != want {
		t.Error("another export")
	}
}
