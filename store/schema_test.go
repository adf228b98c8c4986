//go:build cgo && unix

package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dump is a store as SQL text, in a fixed order: the shell's .dump without its
// dependence on the shell's version.
func dump(t *testing.T, db *sql.DB, data bool) string {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	version, err := userVersion(tx)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", applicationID, version)
	var tables []string
	err = each(tx, func(rows *sql.Rows) error {
		var kind, name, text string
		err := rows.Scan(&kind, &name, &text)
		fmt.Fprintf(&b, "%s;\n", text)
		if kind == "table" {
			tables = append(tables, name)
		}
		return err
	}, `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	if !data {
		return b.String()
	}
	for _, table := range tables {
		var columns string
		err := tx.QueryRow(`SELECT group_concat('quote(' || name || ')', ' || '', '' || ') FROM pragma_table_info(?)`, table).Scan(&columns)
		if err != nil {
			t.Fatal(err)
		}
		err = each(tx, func(rows *sql.Rows) error {
			var values string
			err := rows.Scan(&values)
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", table, values)
			return err
		}, fmt.Sprintf(`SELECT %s AS line FROM %s ORDER BY line`, columns, table))
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestSchemaGolden(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	golden(t, "schema.sql", dump(t, s.read, false))
}

// Every version ever released has a store of its own in testdata, as SQL text
// (v1.sql) beside what it exported (v1.csv). Each must open here and export the
// same numbers. A new migration adds one line to what -update writes and must
// leave the older files as they are.
func TestMigrationFromEveryVersion(t *testing.T) {
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	fresh := openAt(t, filepath.Join(t.TempDir(), "fresh.db"))
	fill(t, fresh)
	golden(t, fmt.Sprintf("v%d.sql", len(steps)), dump(t, fresh.read, true))
	golden(t, fmt.Sprintf("v%d.csv", len(steps)), export(t, fresh, "csv"))
	schema := dump(t, fresh.read, false)

	for version := 1; version <= len(steps); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "old.db")
			text, err := os.ReadFile(fmt.Sprintf("testdata/v%d.sql", version))
			if err != nil {
				t.Fatal(err)
			}
			raw(t, path, "PRAGMA foreign_keys = OFF; BEGIN;"+string(text)+"COMMIT;")
			s := openAt(t, path)
			if got, err := userVersion(s.read); err != nil || got != len(steps) {
				t.Errorf("version %d, %v; want %d", got, err, len(steps))
			}
			if got := dump(t, s.read, false); version == len(steps) && got != schema {
				t.Errorf("schema:\n%s\nwant:\n%s", got, schema)
			}
			want, err := os.ReadFile(fmt.Sprintf("testdata/v%d.csv", version))
			if err != nil {
				t.Fatal(err)
			}
			if got := export(t, s, "csv"); got != string(want) {
				t.Errorf("export:\n%s\nwant:\n%s", got, want)
			}
			p, err := s.Plan("toy", "quick")
			if err != nil {
				t.Fatal(err)
			}
			r, err := s.Load(p)
			if err != nil {
				t.Fatal(err)
			}
			var laps []Lap
			if version >= 4 {
				laps = result("c000", 0).Cost.Laps
			}
			if got, ok := r.Cell("c000"); !ok || !slices.Equal(got.Cost.Laps, laps) {
				t.Errorf("times: got %v; want %v", got.Cost.Laps, laps)
			}
			write(t, s, begin(t, s, plan("toy", "quick", "c", 3)), result("c002", 2))
		})
	}
}

// raw executes SQL on a file as another program would.
func raw(t *testing.T, path, text string) {
	t.Helper()
	db := sql.OpenDB(connector{uri(path, "mode=rwc"), newDriver("")})
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// fill writes one of everything.
func fill(t *testing.T, s *Store) {
	t.Helper()
	p := plan("toy", "quick", "c", 5)
	p.Cells[1].Estimator.Params = map[string]any{"m": 4}
	p.Cells[2].Estimator.Params = nil
	run := begin(t, s, p)
	odd := result("c000", 0)
	odd.Points = append(odd.Points, oddPoints()...)
	write(t, s, run, odd,
		Result{Cell: "c001", Outcome: Diverged, Step: 7, Steps: 7, Evals: 70, Reason: "inf/b is NaN"},
		Result{Cell: "c002", Outcome: Refused, Reason: `needs path; block "z", of "sbn"`},
		Result{Cell: "c003", Outcome: Failed, Step: 2, Steps: 1, Reason: "panic: oh,\nno", Stack: "goroutine 1 [running]:\n"})
	save(t, s, Checkpoint{Cell: "c004", Step: 12, Bits: []byte("half way")})
	begin(t, s, plan("other", "paper", "c", 1))
	if _, err := s.write.Exec(`INSERT INTO claim VALUES ('c004', 1)`); err != nil { // of a process that was killed
		t.Fatal(err)
	}
}

// testSteps are the real migrations and one more.
func testSteps(t *testing.T, more string) []string {
	t.Helper()
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	return append(steps, more)
}

func TestNewerVersionIsRefusedUntouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := open(path, testSteps(t, `CREATE TABLE later (x);`))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	refusedUntouched(t, path, "a newer bench wrote this store, got version 5; this one knows up to 4")
}

func TestMigrationKeepsWhatThereIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	fill(t, s)
	want := export(t, s, "csv")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	steps := testSteps(t, `ALTER TABLE point ADD COLUMN note TEXT; CREATE TABLE later (x);`)

	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old, err := openRead(path, steps) // through a copy
	if err != nil {
		t.Fatal(err)
	}
	if got := export(t, old, "csv"); got != want {
		t.Errorf("read from an older version: got\n%s\nwant\n%s", got, want)
	}
	if err := old.Close(); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("reading an older version changed it (%v)", err)
	}
	if _, err := os.Stat(old.copy); !os.IsNotExist(err) {
		t.Errorf("the copy is still there: %v", err)
	}
	s, err = open(path, steps)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := export(t, s, "csv"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// Also while the writer still has it open, the header says what it is.
	if version, err := inspect(path); err != nil || version != 5 {
		t.Errorf("version %d, %v; want 5", version, err)
	}
}

// A migration that fails leaves the store at the version it had.
func TestFailedMigrationChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	fill(t, s)
	want := dump(t, s.read, true)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := open(path, testSteps(t, `CREATE TABLE later (x); DROP TABLE point; SELECT nonsense;`))
	if err == nil || !strings.Contains(err.Error(), "migration 0005: ") {
		t.Errorf("got %v", err)
	}
	s = openAt(t, path)
	if got := dump(t, s.read, true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The view has the columns that the documentation promises, in that order.
func TestMetricsView(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	fill(t, s)
	var columns string
	if err := s.read.QueryRow(`SELECT group_concat(name, ', ') FROM pragma_table_info('metrics')`).Scan(&columns); err != nil {
		t.Fatal(err)
	}
	const promised = "cell, suite, estimator, model, dataset, seed, k, m, step, metric, value"
	if columns != promised+", grid, preset, precision, reason, evals" {
		t.Errorf("got %s", columns)
	}
	rows, err := s.read.Query(`SELECT suite, estimator, k, m, value FROM metrics WHERE cell = 'c000' AND metric = 'elbo' AND step = 20 ORDER BY suite`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = drain(rows, func(rows *sql.Rows) error {
		var suite, estimator string
		var k, m sql.NullInt64
		var value float64
		err := rows.Scan(&suite, &estimator, &k, &m, &value)
		got = append(got, fmt.Sprint(suite, " ", estimator, " ", k, " ", m.Valid, " ", value))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// -100/3 + 20, as result makes it.
	if want := "[other iwae {64 true} false -13.333333333333336 toy iwae {64 true} false -13.333333333333336]"; fmt.Sprint(got) != want {
		t.Errorf("got %v; want %s", got, want)
	}
}
