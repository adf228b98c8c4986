package runner

import (
	"path/filepath"
	"testing"

	"github.com/vibench/bench/store"
)

// Where the store gives up, what was kept before is not counted as left.
func TestLeftWhenTheWriterFails(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, small)
	path := filepath.Join(t.TempDir(), "x.db")
	st, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := p.Run(t.Context(), plan, st, store.Provenance{}, Options{Workers: 1, Progress: func(Event) { st.Close() }})
	if err == nil {
		t.Fatal("a closed store takes results")
	}
	if st, err = store.Open(path); err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	todo, err := Missing(plan, st)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Left != len(todo) || sum.Left == sum.Planned {
		t.Errorf("%d of %d cells left; the store lacks %d", sum.Left, sum.Planned, len(todo))
	}
}

// A batch of more rows than there are fails the cell, where no catalog has
// refused it before: all rows are asked for by 0.
func TestBatchBeyondTheData(t *testing.T) {
	p := parts()
	_, plan := planned(t, p, `
suite: batch
grid: {estimator: elbo, model: lineargaussian, dataset: {lineargaussian: {n: 5}}, seed: 0}
train: {steps: 1, batch: 6, optim: sgd}
log: {metrics: elbo}
`)
	if got, want := p.runCell(t.Context(), plan.Cells[0], 1, desk{}), "train: batch: got 6 rows a step; the data have 5"; got.Outcome != store.Failed || got.Reason != want {
		t.Errorf("%s: %q; want %q", got.Outcome, got.Reason, want)
	}
}
