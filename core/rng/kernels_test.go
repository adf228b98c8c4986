package rng

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// onEach runs f under each kernel that the processor has, and puts the choice back.
func onEach(tb testing.TB, f func(kernel string)) {
	before := cpu.Kernel()
	defer cpu.Select(before)
	for _, k := range cpu.Kernels() {
		if err := cpu.Select(k); err != nil {
			tb.Fatal(err)
		}
		f(k)
	}
}

// fills are all fills of n entries from at on, as bits.
func (k Key) fills(n int, at uint64) map[string][]uint64 {
	d, f, w := make([]float64, n), make([]float32, n), make([]uint32, n)
	all := map[string][]uint64{}
	bits64 := func(name string) {
		for _, v := range d {
			all[name] = append(all[name], math.Float64bits(v))
		}
	}
	bits32 := func(name string) {
		for _, v := range f {
			all[name] = append(all[name], uint64(math.Float32bits(v)))
		}
	}
	k.Uniform64(d, at)
	bits64("Uniform64")
	k.Normal64(d, at)
	bits64("Normal64")
	k.Uniform32(f, at)
	bits32("Uniform32")
	k.Normal32(f, at)
	bits32("Normal32")
	k.Uint32s(w, at)
	for _, v := range w {
		all["Uint32s"] = append(all["Uint32s"], uint64(v))
	}
	return all
}

func sameFills(t *testing.T, k Key, n int, at uint64) {
	t.Helper()
	if err := cpu.Select("portable"); err != nil {
		t.Fatal(err)
	}
	want := k.fills(n, at)
	onEach(t, func(kernel string) {
		for name, got := range k.fills(n, at) {
			if !slices.Equal(got, want[name]) {
				for i := range got {
					if got[i] != want[name][i] {
						t.Fatalf("%s: %s of %d entries from %d: entry %d has bits %#x, want %#x", kernel, name, n, at, i, got[i], want[name][i])
					}
				}
			}
		}
	})
}

// TestKernelsAreTheLoops compares every kernel with the Go loops at all lengths
// of a few groups, all offsets in a block, and block numbers that carry.
func TestKernelsAreTheLoops(t *testing.T) {
	defer cpu.Select(cpu.Kernel())
	k := Root(11).Fold("kernels").At(3)
	for n := range 140 {
		for skip := range uint64(4) {
			sameFills(t, k, n, 1000+skip)
		}
	}
	for _, at := range []uint64{0, 4*(1<<32) - 33, 4*(1<<32) - 64, 1<<63 - 7, math.MaxUint64 - 2000} {
		sameFills(t, k, 3*chunk+5, at)
		sameFills(t, Key{key: math.MaxUint64, up: upMask}, 2*chunk, at)
	}
	n := 1 << 20
	if testing.Short() {
		n = 1 << 16
	}
	sameFills(t, Root(12), n, 0)
}

func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint64(3), uint16(100))
	f.Fuzz(func(t *testing.T, key, up, at uint64, n uint16) {
		defer cpu.Select(cpu.Kernel())
		sameFills(t, Key{key: key, up: up & upMask}, int(n%2048), at)
	})
}

// TestBoxMullerOfAllRadii holds the pair of kernels to the loop at the ends of
// the uniforms and next to the powers of two, where the logarithm changes its
// mind, with angles next to the octants.
func TestBoxMullerOfAllRadii(t *testing.T) {
	var u, v []float64
	for e := 1; e <= 53; e++ {
		p := math.Ldexp(1, -e)
		u = append(u, p, 1-p, p*math.Sqrt2, p*(1+0x1p-52), p*(1-0x1p-53))
	}
	for q := range 65 {
		for _, d := range []float64{-0x1p-53, 0, 0x1p-53, 0x1p-24} {
			if a := float64(q)/64 + d; a > 0 && a < 1 {
				v = append(v, a)
			}
		}
	}
	z, want := []float64{}, []float64{}
	zf, wantf := []float32{}, []float32{}
	for _, u := range u {
		for _, v := range v {
			a, b := boxMuller64(u, v)
			z, want = append(z, u, v), append(want, a, b)
			if uf, vf := float32(u), float32(v); uf < 1 && vf < 1 {
				a, b := boxMuller32(uf, vf)
				zf, wantf = append(zf, uf, vf), append(wantf, a, b)
			}
		}
	}
	onEach(t, func(kernel string) {
		got, gotf := slices.Clone(z), slices.Clone(zf)
		for i := range got[:normals64(got)] {
			if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
				t.Fatalf("%s: %g, %g became %g at %d, want %g", kernel, z[i&^1], z[i|1], got[i], i%2, want[i])
			}
		}
		for i := range gotf[:normals32(gotf)] {
			if math.Float32bits(gotf[i]) != math.Float32bits(wantf[i]) {
				t.Fatalf("%s: float32 %g, %g became %g at %d, want %g", kernel, zf[i&^1], zf[i|1], gotf[i], i%2, wantf[i])
			}
		}
	})
}

func BenchmarkKernels(b *testing.B) {
	k := Root(1)
	onEach(b, func(kernel string) {
		for _, n := range []int{2, 6, 10, 20, 40, 4096} {
			d, f, w := make([]float64, n), make([]float32, n), make([]uint32, n)
			for _, fill := range []struct {
				name string
				f    func()
			}{
				{"Normal64", func() { k.Normal64(d, 0) }},
				{"Normal32", func() { k.Normal32(f, 0) }},
				{"Uniform64", func() { k.Uniform64(d, 0) }},
				{"Uniform32", func() { k.Uniform32(f, 0) }},
				{"Uint32s", func() { k.Uint32s(w, 0) }},
			} {
				b.Run(fmt.Sprintf("%s/%s/%d", fill.name, kernel, n), func(b *testing.B) {
					for b.Loop() {
						fill.f()
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/draw")
				})
			}
		}
	})
}
