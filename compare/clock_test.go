package compare

import (
	"strings"
	"testing"
	"time"

	"github.com/vibench/bench/store"
)

// lap notes the time of training at steps 0, 50 and 100.
func lap(r *store.Result, half, whole time.Duration) {
	r.Cost.Laps = []store.Lap{{Step: 0, Trained: 0}, {Step: 50, Trained: half}, {Step: 100, Trained: whole}}
}

// raced is a slow start of a, whose metrics take an hour, against an even b.
func raced(timed func(seed int) bool) *lab {
	l := newLab(9)
	for seed := range 6 {
		a, b := l.cell("a", seed, nil), l.cell("b", seed, nil)
		curve(a, "elbo", 10, -9, -5, -1-float64(seed)/8)
		curve(b, "elbo", 10, -9, -4, -3)
		lap(a, 5*time.Second, 6*time.Second)
		lap(b, 4*time.Second, 8*time.Second)
		a.Cost.Wall, b.Cost.Wall = time.Hour, 9*time.Second
		if !timed(seed) {
			a.Cost.Laps = nil
		}
	}
	return l
}

// A point stands at its own time of training, whatever else the cell took.
func TestTimeOfTraining(t *testing.T) {
	l := raced(func(int) bool { return true })
	for _, c := range []struct {
		view   string
		a, b   int // steps
		budget float64
	}{
		{"time", 100, 50, 6},
		{"time=8s", 100, 100, 8},
		{"time=5.5s", 50, 50, 5.5},
		{"time=4.5s", 0, 50, 4.5},
		{"time=3s", 0, 0, 3},
	} {
		v, err := ParseView(c.view)
		if err != nil {
			t.Fatal(err)
		}
		table := l.table(t, Options{View: v}, "a", "b")
		r := table.Rows[0]
		if r.StepsA != [2]int{c.a, c.a} || r.StepsB != [2]int{c.b, c.b} || r.Budget != c.budget {
			t.Errorf("%s: at steps %v and %v for %v; want %d and %d for %v", c.view, r.StepsA, r.StepsB, r.Budget, c.a, c.b, c.budget)
		}
		if said := strings.Join(table.NoteLines(), "\n"); strings.Contains(said, "evenly") || table.View != "at equal time of training" {
			t.Errorf("%s: %s, %s", c.view, table.View, said)
		}
	}
}

// One cell without its times takes the row to what all cells have, and the row says so.
func TestTimeOfOlderCells(t *testing.T) {
	l := raced(func(seed int) bool { return seed != 3 })
	table := l.table(t, Options{View: View{By: "time"}}, "a", "b")
	r := table.Rows[0]
	if r.StepsA != [2]int{0, 0} || r.StepsB != [2]int{100, 100} || r.Budget != 9 {
		t.Errorf("at steps %v and %v for %v; want 0 and 100 for 9", r.StepsA, r.StepsB, r.Budget)
	}
	const says = "elbo: 1 of 12 cells kept no time of training (an older bench ran or began them): wall time, evaluations of metrics included, is taken to pass evenly over the steps of all"
	if said := table.NoteLines(); len(said) == 0 || said[0] != says {
		t.Errorf("got %q", said)
	}
	for _, by := range []string{"end", "steps", "evals"} {
		table := l.table(t, Options{View: View{By: by}}, "a", "b")
		if said := strings.Join(table.NoteLines(), "\n"); strings.Contains(said, "time") {
			t.Errorf("%s: %s", by, said)
		}
	}
	// Nor does it matter to those who were not there: a cell that is not done has no point to read.
	l.results[6].Outcome = store.Diverged
	table = l.table(t, Options{View: View{By: "time"}}, "a", "b")
	if r := table.Rows[0]; r.Budget != 6 || strings.Contains(strings.Join(r.Notes, "\n"), "evenly") {
		t.Errorf("got %+v", r)
	}
}
