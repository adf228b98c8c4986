package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// keyed is noise of one site.
type keyed struct{ key rng.Key }

func (k keyed) Normal(plate int, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		rng.Plate(k.key, uint64(plate)).Normal64(x, 0)
		return
	}
	rng.Plate(k.key, uint64(plate)).Normal32(dst.F32(), 0)
}

func (k keyed) Uniform(plate int, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		rng.Plate(k.key, uint64(plate)).Uniform64(x, 0)
		return
	}
	rng.Plate(k.key, uint64(plate)).Uniform32(dst.F32(), 0)
}

func (k keyed) Layer(i int) dist.Noise { return keyed{k.key.Fold(fmt.Sprint("layer", i))} }

func params(t testing.TB, prec tape.Precision, specs ...tape.Spec) *tape.Params {
	t.Helper()
	p, err := tape.NewParams(prec, specs)
	if err != nil {
		t.Fatal(err)
	}
	for r := range tape.Role(tape.Roles) {
		fill(p.Vector(r), float64(r)+0.3)
	}
	return p
}

// fill sets values that are neither small nor alike.
func fill(v tape.Vector, seed float64) {
	for i := range v.Len() {
		v.Set(i, 0.6*math.Sin(seed+1.7*float64(i)))
	}
}

func leaf(t *tape.Tape, rows, cols int, seed float64) tape.Node {
	n := t.Leaf(rows, cols)
	fill(n.Value(), seed)
	return n
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Errorf("%s: got %.15g; want %.15g", what, got, want)
	}
}

// at is entry j of row r of n rows, where n holds one row for all, one a block
// of rows, or one each.
func at(n tape.Node, rows, r, j int) float64 {
	have, cols := n.Shape()
	return n.Value().At(r/(rows/have)*cols + j)
}
