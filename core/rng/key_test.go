package rng

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden path table anew: every stored number changes with it")

// TestPathTable holds the names of all randomness: a change here changes every
// number that any suite has ever stored.
func TestPathTable(t *testing.T) {
	noise := Noise(0, 7)
	var b strings.Builder
	b.WriteString("# path: key, bits of the first four of Uniform64\n")
	for _, p := range []struct {
		path string
		key  Key
	}{
		{"root(0)", Root(0)},
		{"root(1)", Root(1)},
		{"root(2^64-1)", Root(math.MaxUint64)},
		{"root(0)/data/lineargaussian/train", Data(0, "lineargaussian", "train")},
		{"root(0)/data/lineargaussian/test", Data(0, "lineargaussian", "test")},
		{"root(3)/data/lineargaussian/train", Data(3, "lineargaussian", "train")},
		{"root(0)/init/vae", Init(0, "vae")},
		{"root(0)/batch/7", Batch(0, 7)},
		{"root(0)/noise/7", noise},
		{"root(0)/noise/7/z/5", Plate(Site(noise, "z"), 5)},
		{"root(0)/noise/7/z/all", All(Site(noise, "z"))},
		{"root(0)/noise/7/z/cond/5", Plate(Site(noise, "z/cond"), 5)},
		{"root(0)/bits/7/5", Plate(Bits(0, 7), 5)},
		{"root(0)/data/mnist/test/bits/5", Plate(HeldBits(0, "mnist", "test"), 5)},
		{"root(0)/eval/7", Eval(0, 7)},
		{"root(0)/eval/7/z/5", Plate(Site(Eval(0, 7), "z"), 5)},
		{"root(0)/probe/7/11", Probe(0, 7, 11)},
		{"root(0)/probe/7/11/z/5", Plate(Site(Probe(0, 7, 11), "z"), 5)},
	} {
		var u [4]float64
		p.key.Uniform64(u[:], 0)
		fmt.Fprintf(&b, "%s: %s", p.path, p.key)
		for _, v := range u {
			fmt.Fprintf(&b, " %016x", math.Float64bits(v))
		}
		b.WriteByte('\n')
	}
	const file = "testdata/paths.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; got\n%s", file, b.String())
	}
}

// TestLayout writes the counter layout of the package comment a second time.
func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Root(rapid.Uint64().Draw(t, "seed")).At(rapid.Uint64().Draw(t, "at"))
		n := rapid.Uint64().Draw(t, "n")
		label := rapid.String().Draw(t, "label")
		h := fnv.New64a()
		h.Write([]byte(label))
		block := func(n uint64, purpose uint32) [4]uint32 {
			return Philox([4]uint32{uint32(n), uint32(n >> 32), uint32(k.up), uint32(k.up>>32) | purpose<<30},
				[2]uint32{uint32(k.key), uint32(k.key >> 32)})
		}
		child := func(w [4]uint32) Key {
			return Key{key: uint64(w[1])<<32 | uint64(w[0]), up: uint64(w[3]&0x3fffffff)<<32 | uint64(w[2])}
		}
		if got, want := k.Words4(n), block(n, 0); got != want {
			t.Fatalf("Words4 is %08x, want %08x", got, want)
		}
		if got, want := k.Fold(label), child(block(h.Sum64(), 2)); got != want {
			t.Fatalf("Fold is %v, want %v", got, want)
		}
		if got, want := k.At(n), child(block(n, 3)); got != want {
			t.Fatalf("At is %v, want %v", got, want)
		}
		i := n % (1 << 62)
		var u [1]float64
		k.Uniform64(u[:], i)
		hi, lo := block(i/4, 0)[i%4], block(i/4, 1)[i%4]
		if want := (float64(uint64(hi)<<20|uint64(lo)>>12) + 0.5) * 0x1p-52; u[0] != want {
			t.Fatalf("Uniform64 at %d is %v, want %v", i, u[0], want)
		}
	})
}

func TestChildrenDiffer(t *testing.T) {
	seen := map[Key]string{}
	add := func(name string, k Key) {
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s have the same key", name, other)
		}
		seen[k] = name
	}
	k := Root(9)
	add("root", k)
	for i := range uint64(2000) {
		add(fmt.Sprint("At ", i), k.At(i))
		add(fmt.Sprint("At high ", i), k.At(i<<52|1<<51))
		add(fmt.Sprint("Fold ", i), k.Fold(fmt.Sprint(i)))
	}
	// A child is never a block of draws, as Fold(label) is at index FNV(label).
	for i := range uint64(100) {
		if w := k.Words4(i); k.At(i).key == uint64(w[0])|uint64(w[1])<<32 {
			t.Errorf("At(%d) is block %d", i, i)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	z, f, w, n := make([]float64, 101), make([]float32, 101), make([]uint32, 101), make([]int, 101)
	k := Root(1)
	if got := testing.AllocsPerRun(10, func() {
		k = Probe(1, 2, 3).Fold("z").At(4)
		k.Normal64(z, 3)
		k.Normal32(f, 3)
		k.Uniform64(z, 3)
		k.Uniform32(f, 3)
		k.Uint32s(w, 3)
		k.Perm(n)
		k.Ints(n, 7, 3)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
