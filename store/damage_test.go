//go:build cgo && unix

package store

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vibench/bench/suites"
)

var flips = flag.Int("flips", 40, "how many damaged stores TestFlippedBits reads")

// told is all that a report reads of a plan: its text, every number and array.
func told(s *Store) (string, error) {
	p, err := s.Plan("loop", "quick")
	if err != nil {
		return "", err
	}
	r, err := s.Load(p)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintln(&b, p.Text, p.File, len(p.Cells))
	for _, c := range p.Cells {
		end, ok := r.Cell(c.ID)
		vectors, err := s.Vectors(c.ID)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(&b, c, ok, vectors)
		if ok {
			fmt.Fprintln(&b, end.Outcome, end.Step, end.Reason, end.Stack, end.Points, end.Steps, end.Evals, end.Cost.Laps)
		}
	}
	return b.String(), nil
}

// full is a closed store of a few cells, its bytes and what it tells.
func full(t *testing.T) (bits []byte, csv, report string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	p := plan("loop", "quick", "c", 12)
	run := begin(t, s, p)
	for i, c := range p.Cells {
		write(t, s, run, loopResult(c.ID, 1+7*i))
	}
	csv = export(t, s, "csv")
	report, err := told(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return readFile(t, path), csv, report
}

// A bit that flips anywhere in a store is noticed, with a message that says so, or
// does no harm: what is read is what was written, or as if a cell had not been run.
// Never is a number other than it was.
func TestFlippedBits(t *testing.T) {
	bits, csv, report := full(t)
	lines := map[string]bool{}
	for line := range strings.Lines(csv) {
		lines[line] = true
	}
	n := *flips
	if testing.Short() {
		n = min(n, 50)
	}
	path := filepath.Join(t.TempDir(), "bad.db")
	var noticed, harmless, fewer int
	for i := range n {
		bad := bytes.Clone(bits)
		at := rand.N(len(bad))
		bad[at] ^= 1 << rand.N(8)
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		text, tale, err := readAll(path)
		switch {
		case err != nil:
			noticed++
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
				t.Errorf("bit of byte %d: %v", at, err)
			}
			if i < 5 {
				t.Log(err)
			}
		case text == csv && tale == report:
			harmless++
		default:
			fewer++
			for line := range strings.Lines(text) {
				if !lines[line] {
					t.Fatalf("bit of byte %d: exported %s", at, line)
				}
			}
			for line := range strings.Lines(tale) {
				if !strings.Contains(report, line) && !strings.Contains(line, " false ") {
					t.Fatalf("bit of byte %d: told %s", at, line)
				}
			}
		}
		// To go on writing is no panic either.
		if i%4 == 0 {
			scribble(path)
		}
		for _, end := range []string{"-wal", "-shm"} {
			os.Remove(path + end)
		}
	}
	t.Logf("%d noticed, %d without effect, %d with fewer cells", noticed, harmless, fewer)
	if noticed == 0 {
		t.Error("no flip was noticed: nothing was tested")
	}
}

// scribble writes to a store that may be damaged; errors are as good as none.
func scribble(path string) {
	s, err := Open(path)
	if err != nil {
		return
	}
	defer s.Close()
	if run, err := s.Begin(plan("loop", "quick", "c", 12), provenance()); err == nil {
		s.Write(run, []Result{loopResult("c003", 5)})
	}
}

// readAll reads a store by its export and as a report does.
func readAll(path string) (csv, report string, err error) {
	s, err := OpenRead(path)
	if err != nil {
		return "", "", err
	}
	defer s.Close()
	var b bytes.Buffer
	if err := s.Export(&b, "csv"); err != nil {
		return "", "", err
	}
	report, err = told(s)
	return b.String(), report, err
}

// Each number is under a digest: one that another program changes is named.
func TestChangedRows(t *testing.T) {
	for change, say := range map[string]string{
		`UPDATE point SET bits = zeroblob(8), value = 0 WHERE cell = 'c003' AND step = 1`: "cell c003 differs from what was written",
		`UPDATE point SET value = 999 WHERE cell = 'c003' AND step = 1`:                   "of cell c003 differs from what was written",
		`DELETE FROM point WHERE cell = 'c003' AND step = 2`:                              "cell c003 differs from what was written",
		`UPDATE outcome SET outcome = 'diverged' WHERE cell = 'c004'`:                     "cell c004 differs from what was written",
		`DELETE FROM vector WHERE cell = 'c005'`:                                          "cell c005 differs from what was written",
		`UPDATE vector SET bits = randomblob(800) WHERE cell = 'c000'`:                    "vector sum of cell c000 differs from what was written",
		`UPDATE cell SET seed = 77 WHERE cell = 'c006'`:                                   "what cell c006 is differs from what was written",
		`UPDATE member SET grid = 'h' WHERE cell = 'c006'`:                                "the cells of plan loop/quick differs from what was written",
		`UPDATE plan SET plan = replace(plan, '"seed":3', '"seed":4')`:                    "plan loop/quick differs from what was written",
		`UPDATE cost SET laps = substr(laps, 2) WHERE cell = 'c001'`:                      "the times of cell c001 differs from what was written",
		`DELETE FROM cost WHERE cell = 'c001'`:                                            "what cell c001 took differs from what was written",
	} {
		bits, _, _ := full(t)
		path := filepath.Join(t.TempDir(), "a.db")
		if err := os.WriteFile(path, bits, 0o644); err != nil {
			t.Fatal(err)
		}
		raw(t, path, change)
		if _, _, err := readAll(path); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: got %v; want %s", change, err, say)
		}
	}
}

// A store that is cut short anywhere says so, or has all that it says.
func TestTruncatedStore(t *testing.T) {
	bits, csv, report := full(t)
	path := filepath.Join(t.TempDir(), "cut.db")
	for cut := 1; cut < len(bits); cut += 1 + len(bits)/40 {
		if err := os.WriteFile(path, bits[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		if text, tale, err := readAll(path); err == nil && (text != csv || tale != report) {
			t.Errorf("the first %d of %d bytes were taken for a store", cut, len(bits))
		}
	}
}

// A store that is copied while it is written may be torn. The copy is refused or
// has whole cells only.
func TestCopiedWhileWritten(t *testing.T) {
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
	whole, p := 0, plan("loop", "quick", "c", loopCells)
	for i := range 40 {
		time.Sleep(rand.N(5 * time.Millisecond))
		to := filepath.Join(t.TempDir(), "copy.db")
		for _, end := range []string{"", "-wal"}[:1+i%2] {
			bits, err := os.ReadFile(path + end)
			if err != nil {
				continue
			}
			if err := os.WriteFile(to+end, bits, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := checkCopy(to, p); err == nil {
			whole++
		} else if strings.HasPrefix(err.Error(), "cell ") {
			t.Error(err)
		}
	}
	t.Logf("%d of 40 copies could be read", whole)
}

func checkCopy(path string, p *suites.Plan) error {
	s, err := OpenRead(path)
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Load(p)
	if err != nil {
		return err
	}
	for _, c := range p.Cells {
		got, ok := r.Cell(c.ID)
		if !ok {
			continue
		}
		want := loopResult(c.ID, int(got.Steps))
		if fmt.Sprint(got.Points) != fmt.Sprint(want.Points) {
			return fmt.Errorf("cell %s: got %v; want %v", c.ID, got.Points, want.Points)
		}
	}
	return nil
}
