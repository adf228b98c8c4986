package models_test

import (
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// work builds a model on its data.
func work(t testing.TB, prec tape.Precision, m vi.Maker, ds vi.Dataset, seed uint64) *vi.Work {
	t.Helper()
	d, err := ds.Make(rng.Data(seed, ds.Name(), "train"))
	if err != nil {
		t.Fatal(err)
	}
	return workOn(t, prec, m, d, seed)
}

func workOn(t testing.TB, prec tape.Precision, m vi.Maker, d *vi.Data, seed uint64) *vi.Work {
	t.Helper()
	model, err := m.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(model, nil, d, prec, rng.Init(seed, m.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// toyOn is the linear-Gaussian model on generated data, and its closed forms.
func toyOn(t testing.TB, s float64, ds datasets.LinearGaussian, seed uint64) (*vi.Work, models.Toy) {
	t.Helper()
	w := work(t, tape.Float64, models.LinearGaussian{S: s}, ds, seed)
	return w, toyOf(w, s)
}

func toyOf(w *vi.Work, s float64) models.Toy {
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	return models.Toy{D: w.Data.D, S: s, Mu: get("gen/mu"), A: get("inf/A"), B: get("inf/b")}
}

func row(d *vi.Data, n int) []float64 { return d.X[n*d.D : (n+1)*d.D] }

// constant is noise that is x everywhere.
type constant float64

func (c constant) Normal(_ string, _ uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, float64(c))
	}
}

func (c constant) Uniform(site string, plate uint64, dst tape.Vector) { c.Normal(site, plate, dst) }

// ramp is noise that differs by site, plate and entry and is the same in either
// precision: a multiple of 1/8.
type ramp struct{}

func (ramp) at(site string, plate uint64, i int) int {
	return (7*int(plate) + 5*i + 3*(int(site[len(site)-1])-'z')) % 23
}

func (r ramp) Normal(site string, plate uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, float64((r.at(site, plate, i)+23)%23-11)/8)
	}
}

func (r ramp) Uniform(site string, plate uint64, dst tape.Vector) {
	for i := range dst.Len() {
		dst.Set(i, float64((r.at(site, plate, i)+23)%23+1)/32)
	}
}
