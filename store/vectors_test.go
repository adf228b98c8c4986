//go:build cgo && unix

package store

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The last array of a name is that of the largest step, of cells that are done,
// from a file as from memory.
func TestLastVectors(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "s.db"))
	p := plan("s", "quick", "c", 4)
	id := ids(p)
	list := []Result{
		{Cell: id[0], Outcome: Done, Vectors: []Vector{{"ess@8", 20, []float64{2, 3}}, {"ess@8", 100, []float64{4}}, {"nll@8", 200, []float64{1}}}},
		{Cell: id[1], Outcome: Done, Vectors: []Vector{{"ess@8", 20, []float64{5}}}},
		{Cell: id[2], Outcome: Diverged, Vectors: []Vector{{"ess@8", 20, []float64{6}}}},
	}
	write(t, s, begin(t, s, p), list...)
	for where, from := range map[string]interface {
		VectorNames([]string) ([]string, error)
		LastVectors([]string, string) (map[string][]float64, error)
	}{"store": s, "memory": NewResults(p, list)} {
		for _, test := range []struct {
			cells []string
			name  string
			want  map[string][]float64
		}{
			{id, "ess@8", map[string][]float64{id[0]: {4}, id[1]: {5}}},
			{id[1:], "ess@8", map[string][]float64{id[1]: {5}}},
			{id, "ess@88", map[string][]float64{}},
			{nil, "ess@8", map[string][]float64{}},
		} {
			got, err := from.LastVectors(test.cells, test.name)
			if d := cmp.Diff(test.want, got); d != "" || err != nil {
				t.Errorf("%s: %s of %d cells: %v %s", where, test.name, len(test.cells), err, d)
			}
		}
		names, err := from.VectorNames(id)
		if d := cmp.Diff([]string{"ess@8", "nll@8"}, names); d != "" || err != nil {
			t.Errorf("%s: %v %s", where, err, d)
		}
		if names, err := from.VectorNames(nil); len(names) > 0 || err != nil {
			t.Errorf("%s: no cells have %v, %v", where, names, err)
		}
	}
	loaded, err := s.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	if names, _ := loaded.VectorNames(id); len(names) > 0 {
		t.Errorf("load read the arrays %v", names)
	}
}
