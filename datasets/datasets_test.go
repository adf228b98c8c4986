package datasets_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

func key(d vi.Dataset, seed uint64) rng.Key { return rng.Data(seed, d.Name(), "train") }

func data(t *testing.T, d vi.Dataset, seed uint64) *vi.Data {
	t.Helper()
	x, err := d.Make(key(d, seed))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Every built-in data set makes what its shape says. One that is drawn is a
// function of the seed and has the digest of its values.
func TestAll(t *testing.T) {
	names := []string{}
	for _, d := range datasets.All() {
		names = append(names, d.Name())
		if _, ok := d.(vi.Known); ok {
			continue // see TestRealImages
		}
		x, again, other := data(t, d, 1), data(t, d, 1), data(t, d, 2)
		if x.Name != d.Name() || x.Shape() != d.Shape() || len(x.X) != x.N*x.D {
			t.Errorf("%s: made %s, %+v with %d values; the shape is %+v", d.Name(), x.Name, x.Shape(), len(x.X), d.Shape())
		}
		fixed := slices.Contains([]string{"cubature", "lsat6", "lsat7"}, d.Name()) // nothing is drawn
		same := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }
		if !slices.EqualFunc(x.X, again.X, same) || slices.EqualFunc(x.X, other.X, same) != fixed {
			t.Errorf("%s: not a function of the seed", d.Name())
		}
		h := sha256.New()
		for _, v := range x.X {
			if v-v != 0 && !(x.Missing && math.IsNaN(v)) {
				t.Fatalf("%s: holds %g", d.Name(), v)
			}
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
		if want := hex.EncodeToString(h.Sum(nil)); x.Digest != want || (other.Digest == want) != fixed {
			t.Errorf("%s: digest %s; the values have %s", d.Name(), x.Digest, want)
		}
	}
	if !slices.IsSorted(names) || strings.Join(names, " ") != strings.Join(slices.Compact(names), " ") {
		t.Errorf("not in order of names: %v", names)
	}
}

// Bits by their definition, with package math: 1[u > 1 - sigmoid(2 w'z + c)].
func TestBits(t *testing.T) {
	d := datasets.Bits{N: 40, Dim: 7, Latent: 3}
	k := key(d, 5)
	draw := func(name string, n int) []float64 {
		x := make([]float64, n)
		k.Fold(name).Normal64(x, 0)
		return x
	}
	w, c, z, u := draw("w", 7*3), draw("c", 7), draw("z", 40*3), make([]float64, 40*7)
	k.Fold("x").Uniform64(u, 0)
	x := data(t, d, 5)
	ones := 0
	for n := range 40 {
		for j := range 7 {
			a := c[j]
			for l := range 3 {
				a += 2 * w[j*3+l] * z[n*3+l]
			}
			cut := 1 - 1/(1+math.Exp(-a))
			want := 0.0
			if u[n*7+j] > cut {
				want = 1
				ones++
			}
			if x.X[n*7+j] != want && math.Abs(u[n*7+j]-cut) > 1e-12 {
				t.Errorf("bit %d of datum %d: got %g; want %g", j, n, x.X[n*7+j], want)
			}
		}
	}
	if ones == 0 || ones == 40*7 {
		t.Error("all bits are alike")
	}
}

// More data of the same kind begin with the fewer.
func TestMoreDataExtendFewer(t *testing.T) {
	for _, c := range [][2]vi.Dataset{
		{datasets.Bits{N: 5, Dim: 4, Latent: 2}, datasets.Bits{N: 50, Dim: 4, Latent: 2}},
		{datasets.LinearGaussian{N: 5, Dim: 4}, datasets.LinearGaussian{N: 50, Dim: 4}},
	} {
		few, many := data(t, c[0], 3), data(t, c[1], 3)
		if !slices.Equal(few.X, many.X[:len(few.X)]) {
			t.Errorf("%s: 5 data are not the first of 50", few.Name)
		}
	}
	// How far a model starts from its optimum is not in the data.
	near, far := data(t, datasets.LinearGaussian{N: 5, Dim: 4, Perturb: 0.1}, 3), data(t, datasets.LinearGaussian{N: 5, Dim: 4, Perturb: 1}, 3)
	if near.Digest != far.Digest || near.Perturb != 0.1 || far.Perturb != 1 {
		t.Errorf("digests %s and %s, perturb %g and %g", near.Digest, far.Digest, near.Perturb, far.Perturb)
	}
}
