//go:build cgo && unix

package store

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vibench/bench/suites"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func begin(t testing.TB, s *Store, plan *suites.Plan) int64 {
	t.Helper()
	run, err := s.Begin(plan, provenance())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func write(t testing.TB, s *Store, run int64, results ...Result) {
	t.Helper()
	if err := s.Write(run, results); err != nil {
		t.Fatal(err)
	}
}

func provenance() Provenance {
	return Provenance{
		Started:  time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
		Command:  "bench run toy",
		Revision: "unknown",
		Workers:  2,
		Modules:  map[string]string{"gonum.org/v1/gonum": "v0.17.0"},
		Data:     map[string]string{"toy{n=8}": "ab12"},
	}
}

// plan makes a plan of n cells, all of grid "g"; the IDs begin with prefix.
func plan(suite, preset, prefix string, n int) *suites.Plan {
	p := &suites.Plan{Suite: suite, Preset: preset, Text: "suite: " + suite, File: suite + ".yaml"}
	for i := range n {
		p.Cells = append(p.Cells, suites.Cell{
			ID:        fmt.Sprintf("%s%03d", prefix, i),
			Grid:      "g",
			Estimator: suites.Choice{Name: "iwae", Params: map[string]any{"k": 64}, Version: 1},
			Model:     suites.Choice{Name: "toy", Version: 1},
			Dataset:   suites.Choice{Name: "bits", Version: 1},
			Seed:      i,
			Precision: "float64",
			Line:      7,
		})
	}
	return p
}

func ids(p *suites.Plan) []string {
	var list []string
	for _, c := range p.Cells {
		list = append(list, c.ID)
	}
	return list
}

// result makes a done result with points and a vector that the cell's number
// determines.
func result(cell string, i int) Result {
	r := Result{Cell: cell, Outcome: Done, Step: 20, Steps: 20, Evals: int64(1000 + i),
		Cost: Cost{Start: time.Date(2026, 3, 1, 12, 0, i, 0, time.UTC), Wall: time.Duration(i) * time.Millisecond, Worker: i % 3}}
	for step := 0; step <= 20; step += 10 {
		r.Cost.Laps = append(r.Cost.Laps, Lap{step, time.Duration(step*(1000+i)) * time.Microsecond})
		r.Points = append(r.Points,
			Point{Metric: "elbo", Step: step, Value: -100/float64(i+3) + float64(step), Evals: int64(step)},
			Point{Metric: "iwae@64", Step: step, Value: -90 / float64(i+3), Evals: int64(step)})
	}
	r.Points = append(r.Points, Point{Metric: "snr/inf", Step: 20, Reason: "signal below the noise floor"})
	r.Vectors = []Vector{{Name: "snr/inf/sum", Step: 20, Data: []float64{float64(i), math.Inf(-1), math.NaN()}}}
	return r
}

func export(t testing.TB, s *Store, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

func TestWriteThenRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "a.db")
	s := openAt(t, path)
	if s.Path() != path {
		t.Errorf("path %q", s.Path())
	}
	p := plan("toy", "quick", "c", 4)
	run := begin(t, s, p)
	want := result("c000", 0)
	failed := Result{Cell: "c001", Outcome: Failed, Step: 3, Reason: "panic: oh", Stack: "goroutine 1\n"}
	refused := Result{Cell: "c002", Outcome: Refused, Reason: "needs path"}
	write(t, s, run, want, failed, refused)

	ended, err := s.Outcomes(ids(p))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]Outcome{"c000": Done, "c001": Failed, "c002": Refused}, ended); diff != "" {
		t.Error(diff)
	}
	costs, err := s.Costs(ids(p))
	if err != nil {
		t.Fatal(err)
	}
	spent := Spent{Cost: want.Cost, Steps: 20, Evals: 1000}
	spent.Laps = nil
	if diff := cmp.Diff(map[string]Spent{"c000": spent}, costs); diff != "" {
		t.Error(diff)
	}
	stored, err := s.Plan("toy", "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Load(stored)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := r.Cell("c000")
	if !ok || len(got.Points) != len(want.Points) || !cmp.Equal(got.Cost, want.Cost) {
		t.Fatalf("got %+v", got)
	}
	if got, _ := r.Cell("c001"); got.Stack != failed.Stack || got.Reason != failed.Reason || got.Step != 3 {
		t.Errorf("got %+v", got)
	}
	if _, ok := r.Cell("c003"); ok {
		t.Error("a cell that nobody ran has a result")
	}
	vectors, err := s.Vectors("c000")
	if err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 1 || !bytes.Equal(encode(vectors[0].Data), encode(want.Vectors[0].Data)) {
		t.Errorf("got %v", vectors)
	}
	infos, err := s.Plans()
	if err != nil {
		t.Fatal(err)
	}
	wantInfo := []PlanInfo{{Suite: "toy", Preset: "quick", Begun: provenance().Started, Planned: 4,
		Ended: map[Outcome]int{Done: 1, Failed: 1, Refused: 1}}}
	if diff := cmp.Diff(wantInfo, infos); diff != "" {
		t.Error(diff)
	}
	if infos[0].Missing() != 1 {
		t.Errorf("missing %d", infos[0].Missing())
	}
	runs, err := s.Provenance("toy", "quick")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Provenance{provenance()}, runs); diff != "" {
		t.Error(diff)
	}
}

// The store must hand back the plan it was given: a report knows no other.
func TestPlanRoundTrip(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("toy", "quick", "c", 2)
	within := 0.05
	p.Claims = []suites.Claim{{ID: "T1", Paper: "1802.04537", Parts: []suites.Part{{Kind: "slope", Over: suites.Select{"estimator": {"iwae"}}, Within: &within}}}}
	p.Text = "suite: toy # \u00e9 \"quoted\" <&>\n"
	begin(t, s, p)
	got, err := s.Plan("toy", "quick")
	if err != nil {
		t.Fatal(err)
	}
	// Numbers in parameters are compared as text: JSON does not tell 64 from 64.0.
	number := cmp.Transformer("text", func(v any) string { return fmt.Sprint(v) })
	if diff := cmp.Diff(p, got, cmp.FilterPath(func(p cmp.Path) bool {
		_, isMap := p.Last().(cmp.MapIndex)
		return isMap && strings.Contains(p.GoString(), "Params")
	}, number)); diff != "" {
		t.Error(diff)
	}
}

func TestLaterAttemptReplacesEarlier(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("toy", "quick", "c", 1)
	run := begin(t, s, p)
	first := result("c000", 0)
	first.Outcome = Interrupted
	first.Points = append(first.Points, Point{Metric: "stale", Value: 1})
	first.Vectors = append(first.Vectors, Vector{Name: "stale"})
	write(t, s, run, first)
	write(t, s, begin(t, s, p), result("c000", 0))

	fresh := openAt(t, filepath.Join(t.TempDir(), "b.db"))
	write(t, fresh, begin(t, fresh, p), result("c000", 0))
	if a, b := export(t, s, "csv"), export(t, fresh, "csv"); a != b {
		t.Errorf("the earlier attempt shows:\n%s\n%s", a, b)
	}
}

// A batch that fails half way leaves nothing, and says which number it was.
func TestWriteIsAllOrNothing(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("toy", "quick", "c", 2)
	run := begin(t, s, p)
	twice := result("c001", 1)
	twice.Points = append(twice.Points, twice.Points[0])
	for name, test := range map[string]struct {
		run int64
		bad Result
		say string
	}{
		"a point twice":   {run, twice, "cell c001: point elbo at step 0: "},
		"unknown cell":    {run, result("zzz", 1), "cell zzz: in no plan that has begun"},
		"unknown outcome": {run, Result{Cell: "c001", Outcome: "won"}, `unknown outcome, got "won"; have ["done" `},
		"reserved name":   {run, Result{Cell: "c001", Outcome: Done, Points: []Point{{Metric: "outcome/steps"}}}, "point outcome/steps at step 0: the name is that"},
		"nameless":        {run, Result{Cell: "c001", Outcome: Done, Points: []Point{{}}}, "point  at step 0: "},
		"unknown run":     {run + 7, result("c001", 1), "no run 8 has begun"},
	} {
		err := s.Write(test.run, []Result{result("c000", 0), test.bad})
		if err == nil || !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: got %v; want %q", name, err, test.say)
		}
		ended, err := s.Outcomes(ids(p))
		if err != nil || len(ended) > 0 {
			t.Errorf("%s: %v is left, %v", name, ended, err)
		}
	}
}

func TestSuitesShareCells(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	run := begin(t, s, plan("one", "quick", "c", 2))
	write(t, s, run, result("c000", 0), result("c001", 1))
	later := provenance()
	later.Command = "bench run two"
	if _, err := s.Begin(plan("two", "paper", "c", 3), later); err != nil {
		t.Fatal(err)
	}
	infos, err := s.Plans()
	if err != nil {
		t.Fatal(err)
	}
	if len(infos) != 2 || infos[0].Suite != "two" || infos[0].Ended[Done] != 2 || infos[0].Missing() != 1 || infos[1].Missing() != 0 {
		t.Errorf("got %+v", infos)
	}
	runs, err := s.Provenance("two", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 || runs[0].Command != "bench run toy" {
		t.Errorf("the cells of two came from the run of one alone: got %+v", runs)
	}
	text := export(t, s, "csv")
	if n := strings.Count(text, "one,quick,g,c000,"); n == 0 || n != strings.Count(text, "two,paper,g,c000,") {
		t.Errorf("a shared cell must stand under both suites:\n%s", text)
	}
}

// A plan that no longer names a cell does not lose its numbers.
func TestReplacedPlanKeepsResults(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	run := begin(t, s, plan("toy", "quick", "old", 2))
	write(t, s, run, result("old000", 0))
	begin(t, s, plan("toy", "quick", "new", 1))
	if text := export(t, s, "csv"); !strings.Contains(text, "\n,,,old000,iwae,") || strings.Contains(text, "old001") {
		t.Errorf("got\n%s", text)
	}
	var cells int
	if err := s.read.QueryRow(`SELECT count(*) FROM cell`).Scan(&cells); err != nil || cells != 2 {
		t.Errorf("%d cells, %v; want the one that ran and the new one", cells, err)
	}
	begin(t, s, plan("toy", "quick", "old", 2))
	if text := export(t, s, "csv"); !strings.Contains(text, "toy,quick,g,old000,iwae,") {
		t.Errorf("got\n%s", text)
	}
}

func TestNoSuchPlan(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	if _, err := s.Plan("", ""); err == nil || !strings.Contains(err.Error(), "no plan yet") {
		t.Errorf("got %v", err)
	}
	begin(t, s, plan("toy", "quick", "c", 1))
	begin(t, s, plan("toy", "paper", "c", 1))
	if p, err := s.Plan("", ""); err != nil || p.Preset != "paper" {
		t.Errorf("got %v, %v; want the latest", p, err)
	}
	_, err := s.Plan("toys", "quick")
	if err == nil || !strings.HasSuffix(err.Error(), `no such plan, got "toys/quick"; have toy/paper, toy/quick`) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Provenance("toys", ""); err == nil {
		t.Error("provenance of no plan")
	}
	if _, err := s.Begin(&suites.Plan{Suite: "toy"}, provenance()); err == nil {
		t.Error("a plan without a preset was begun")
	}
	if _, err := s.Begin(nil, provenance()); err == nil {
		t.Error("no plan was begun")
	}
	if _, err := s.Load(nil); err == nil {
		t.Error("no plan was loaded")
	}
}

// What a reader may do and what it may not.
func TestOpenReadSeesCommitsAndWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	p := plan("toy", "quick", "c", 2)
	run := begin(t, s, p)
	r, err := OpenRead(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	write(t, s, run, result("c000", 0))
	if ended, err := r.Outcomes(ids(p)); err != nil || ended["c000"] != Done {
		t.Errorf("got %v, %v", ended, err)
	}
	if _, err := r.Begin(p, provenance()); err == nil || !strings.Contains(err.Error(), "reading only") {
		t.Errorf("got %v", err)
	}
	if err := r.Write(run, nil); err == nil || !strings.Contains(err.Error(), "reading only") {
		t.Errorf("got %v", err)
	}
	if _, err := r.read.Exec(`DELETE FROM outcome`); err == nil {
		t.Error("the reading connection can write")
	}
}
