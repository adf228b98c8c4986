//go:build cgo && unix

package store

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestExportGolden(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	fill(t, s)
	golden(t, "export.csv", export(t, s, "csv"))
	golden(t, "export.jsonl", export(t, s, "jsonl"))
}

// Both formats say the same, and every line of either can be read by a parser
// that is not ours.
func TestExportFormatsAgree(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	fill(t, s)
	table, err := csv.NewReader(strings.NewReader(export(t, s, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(export(t, s, "jsonl"), "\n"), "\n")
	if len(lines) != len(table)-1 {
		t.Fatalf("%d lines of jsonl, %d of csv", len(lines), len(table)-1)
	}
	for i, line := range lines {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for j, name := range table[0] {
			text := string(object[name])
			var plain string
			if json.Unmarshal(object[name], &plain) == nil {
				text = plain
			}
			if text == "null" {
				text = ""
			}
			if text != table[i+1][j] {
				t.Errorf("line %d, %s: csv %q, jsonl %s", i+1, name, table[i+1][j], object[name])
			}
		}
	}
}

// The order of cells and points, the transactions they come in, earlier
// attempts, times, workers and machines leave no trace in an export.
func TestExportIsTheSameBytes(t *testing.T) {
	p := plan("toy", "quick", "c", 12)
	dir := t.TempDir()
	base := openAt(t, filepath.Join(dir, "base.db"))
	run := begin(t, base, p)
	for i, c := range p.Cells {
		write(t, base, run, result(c.ID, i))
	}
	wantCSV, wantJSON := export(t, base, "csv"), export(t, base, "jsonl")
	stores := 0
	rapid.Check(t, func(rt *rapid.T) {
		if stores++; stores > 25 {
			return // each takes a file; more would take seconds
		}
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "shuffle"), 0))
		s, err := Open(filepath.Join(dir, rapid.StringMatching(`[a-z]{12}`).Draw(rt, "name")+".db"))
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		run, err := s.Begin(p, Provenance{Started: time.Now(), Command: "elsewhere"})
		if err != nil {
			rt.Fatal(err)
		}
		var list []Result
		for _, i := range shuffle.Perm(len(p.Cells)) {
			r := result(p.Cells[i].ID, i)
			r.Cost = Cost{Start: time.Now(), Wall: time.Hour, Worker: 7}
			shuffle.Shuffle(len(r.Points), func(a, b int) { r.Points[a], r.Points[b] = r.Points[b], r.Points[a] })
			if shuffle.IntN(4) == 0 {
				list = append(list, Result{Cell: r.Cell, Outcome: Failed, Stack: "goroutine 9", Points: r.Points[:3]})
			}
			list = append(list, r)
		}
		for len(list) > 0 {
			n := 1 + shuffle.IntN(len(list))
			if err := s.Write(run, list[:n]); err != nil {
				rt.Fatal(err)
			}
			list = list[n:]
			if shuffle.IntN(3) == 0 { // stopped and started again
				if run, err = s.Begin(p, provenance()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if export(t, s, "csv") != wantCSV || export(t, s, "jsonl") != wantJSON {
			rt.Fatal("the export differs")
		}
	})
}

func TestExportErrors(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	if got := export(t, s, "csv"); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "suite,preset,grid,cell,") {
		t.Errorf("of an empty store: %q", got)
	}
	if got := export(t, s, "jsonl"); got != "" {
		t.Errorf("of an empty store: %q", got)
	}
	var b bytes.Buffer
	if err := s.Export(&b, "xml"); err == nil || err.Error() != `store: export: unknown format, got "xml"; have csv, jsonl` {
		t.Errorf("got %v", err)
	}
	fill(t, s)
	for _, format := range []string{"csv", "jsonl"} {
		if err := s.Export(fullDisk{}, format); !errors.Is(err, errFull) {
			t.Errorf("%s on a full disk: got %v", format, err)
		}
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
