package runner

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// kept is a data set in files, of which there are none unless dir is "here".
type kept struct {
	N     int `name:"n" min:"1" doc:"data"`
	state *struct {
		dir  string
		made int
	}
}

func (kept) Name() string          { return "kept" }
func (d kept) Shape() vi.Shape     { return vi.Shape{N: d.N, D: 1, Domain: vi.Real} }
func (d kept) Digest() string      { return "k" + strings.Repeat("e", d.N) }
func (d kept) ReadFrom(dir string) { d.state.dir = dir }
func (d kept) Check() error        { _, err := d.Locate(); return err }
func (d kept) Make(rng.Key) (*vi.Data, error) {
	d.state.made++
	return &vi.Data{Name: "kept", Digest: d.Digest(), N: d.N, D: 1, X: make([]float64, d.N), Domain: vi.Real}, d.Check()
}

func (d kept) Locate() (string, error) {
	if d.state.dir != "here" {
		return "", errors.New("no file in " + d.state.dir)
	}
	return "here", nil
}

const stored = `
suite: stored
grid:
  estimator: {elbo: {k: 1}}
  model: lineargaussian
  dataset: {kept: {n: [3, 4]}}
  seed: 0..1
log: {metrics: [elbo]}
`

// Data that are known enter a cell's identity and the record by their digest,
// without being made; data that cannot be had are a problem for the cells that
// need them, said once, and not one that a store may keep.
func TestKnownAndFiled(t *testing.T) {
	p := Builtin()
	set := kept{N: 3, state: &struct {
		dir  string
		made int
	}{}}
	p.Datasets = append(p.Datasets, set)
	p.ReadFrom("there")
	s, plan := planned(t, p, stored)
	if got := p.Provenance(context.Background(), plan, "", 1).Data; len(got) != 2 || got[plan.Cells[0].Dataset.String()] != "keee" {
		t.Errorf("recorded %v", got)
	}
	other := p.Catalog()
	other.Digest = func(suites.Choice) string { return "another" }
	s2, err := suites.Parse("small.yaml", []byte(stored), other)
	if err != nil {
		t.Fatal(err)
	}
	plan2, err := s2.Plan(suites.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Cells[0].ID == plan2.Cells[0].ID {
		t.Error("the content is not in the identity")
	}
	if set.state.made != 0 {
		t.Errorf("made %d times before anything ran", set.state.made)
	}

	err = p.CheckData(s, plan.Cells)
	if want := ": dataset kept: no file in there\n"; err == nil || strings.Count(err.Error(), want) != 1 || !strings.HasPrefix(err.Error(), "small.yaml:6:12") {
		t.Errorf("got %v; want one %q with its place", err, want)
	}
	if err := p.CheckData(s, nil); err != nil {
		t.Errorf("no cell needs the data, and yet: %v", err)
	}
	p.ReadFrom("here")
	if err := p.CheckData(s, plan.Cells); err != nil {
		t.Error(err)
	}
	sum, err := p.Run(context.Background(), plan, open(t), store.Provenance{}, Options{})
	if err != nil || sum.Ended[store.Done] != 4 {
		t.Errorf("ended %v, %v; want 4 done", sum.Ended, err)
	}
}
