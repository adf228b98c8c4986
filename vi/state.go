package vi

import "fmt"

// State is what an estimator or a model carries from step to step beside
// parameters: chains, baselines, imputations. It is read by name and returned by
// row, never changed in place, so that a probe can throw away what a step keeps.
type State map[string]Table

// Table is one named state: rows of equal width, float64.
type Table struct {
	Width int
	Data  []float64 // rows x Width
}

type kept struct {
	name string
	rows []int
	data []float64
}

// State reads a table; it panics on a name that Start did not make.
func (s *Step) State(name string) Table {
	t, ok := s.state[name]
	if !ok {
		panic(fmt.Sprintf("vi: state %q was not made by Start", name))
	}
	return t
}

// Keep returns new values of some rows of a table: the next step's, not this one's.
func (s *Step) Keep(name string, rows []int, value []float64) {
	if w := s.State(name).Width; len(value) != w*len(rows) {
		panic(fmt.Sprintf("vi: Keep %q: %d rows of width %d want %d values, got %d", name, len(rows), w, w*len(rows), len(value)))
	}
	s = s.root()
	r, v := len(s.keptRows), len(s.keptValues)
	s.keptRows, s.keptValues = append(s.keptRows, rows...), append(s.keptValues, value...)
	s.kept = append(s.kept, kept{name, s.keptRows[r:], s.keptValues[v:]}) // those of an array outgrown stay where they are
}

// forget drops what the step has kept.
func (s *Step) forget() {
	s.kept, s.keptRows, s.keptValues = s.kept[:0], s.keptRows[:0], s.keptValues[:0]
}

// Commit makes what the last step kept the state of the next. A probe does not
// call it.
func (w *Work) Commit() {
	for i := range w.shards {
		s := &w.shards[i]
		for _, k := range s.kept {
			t := w.State[k.name]
			for i, r := range k.rows {
				copy(t.Data[r*t.Width:(r+1)*t.Width], k.data[i*t.Width:])
			}
		}
		s.forget()
	}
}
