package rng

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// TestFillsAreAddressed fills in any two parts, from any offset, and compares
// bits with single entries of one large fill.
func TestFillsAreAddressed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Root(rapid.Uint64().Draw(t, "seed"))
		base := rapid.Uint64Range(0, 1<<40).Draw(t, "base")
		n := rapid.IntRange(0, 3*chunk).Draw(t, "n")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		same(t, "Normal64", k.Normal64, base, n, cut)
		same(t, "Normal32", k.Normal32, base, n, cut)
		same(t, "Uniform64", k.Uniform64, base, n, cut)
		same(t, "Uniform32", k.Uniform32, base, n, cut)
		same(t, "Uint32s", k.Uint32s, base, n, cut)
		same(t, "Ints", func(dst []int, at uint64) { k.Ints(dst, 1000, at) }, base, n, cut)
	})
}

func same[T comparable](t *rapid.T, name string, fill func([]T, uint64), base uint64, n, cut int) {
	whole, parts := make([]T, n), make([]T, n)
	fill(whole, base)
	fill(parts[:cut], base)
	fill(parts[cut:], base+uint64(cut))
	one := make([]T, 1)
	for i := range whole {
		if whole[i] != parts[i] {
			t.Fatalf("%s: entry %d is %v in one fill, %v in two cut at %d", name, i, whole[i], parts[i], cut)
		}
	}
	for i := 0; i < n; i += 1 + n/7 {
		if fill(one, base+uint64(i)); one[0] != whole[i] {
			t.Fatalf("%s: entry %d is %v alone, %v in a fill", name, i, one[0], whole[i])
		}
	}
}

func TestMoreSamplesExtendFewer(t *testing.T) {
	few, many := make([]float64, 5), make([]float64, 50)
	Root(3).Normal64(few, 0)
	Root(3).Normal64(many, 0)
	for i := range few {
		if few[i] != many[i] {
			t.Errorf("entry %d of 5 is %v, of 50 %v", i, few[i], many[i])
		}
	}
}

func TestUniformEnds(t *testing.T) {
	const top = 1<<32 - 1
	for _, c := range []struct{ got, want float64 }{
		{unit64(0, 0), 0x1p-53}, {unit64(top, top), 1 - 0x1p-53}, {unit64(1<<31, 0), 0.5 + 0x1p-53},
		{float64(unit32(0)), 0x1p-24}, {float64(unit32(top)), 1 - 0x1p-24}, {float64(unit32(1 << 31)), 0.5 + 0x1p-24},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	z, _ := boxMuller64(unit64(0, 0), unit64(0, 0))
	if math.Abs(z) > 8.58 {
		t.Errorf("largest normal is %v", z)
	}
	zf, _ := boxMuller32(unit32(0), unit32(0))
	if zf > 5.77 {
		t.Errorf("largest float32 normal is %v", zf)
	}
}

// TestPrecisionsShareDraws: float32 is float64 seen coarsely.
func TestPrecisionsShareDraws(t *testing.T) {
	const n = 100000
	u, uf := make([]float64, n), make([]float32, n)
	z, zf := make([]float64, n), make([]float32, n)
	k := Root(5)
	k.Uniform64(u, 0)
	k.Uniform32(uf, 0)
	k.Normal64(z, 0)
	k.Normal32(zf, 0)
	for i := range u {
		if want := (math.Floor(u[i]*(1<<23)) + 0.5) / (1 << 23); float64(uf[i]) != want {
			t.Fatalf("uniform %d is %v in float32, %v in float64", i, uf[i], u[i])
		}
		// |dz| <= |dr| + 2 pi r |dv|, with |du|, |dv| <= 2^-24, r = sqrt(-2 log u),
		// dr = du/(u r), and rounding.
		r := math.Sqrt(-2 * math.Log(u[i&^1]))
		if bound := 0x1p-23/(u[i&^1]*r) + 8*r*0x1p-23; math.Abs(z[i]-float64(zf[i])) > bound {
			t.Fatalf("normal %d is %v in float32, %v in float64: more than %g apart", i, zf[i], z[i], bound)
		}
	}
}

func TestNormalIsBoxMuller(t *testing.T) {
	u, z := make([]float64, 1000), make([]float64, 1000)
	Root(6).Uniform64(u, 0)
	Root(6).Normal64(z, 0)
	for j := 0; j < len(u); j += 2 {
		r := math.Sqrt(-2 * math.Log(u[j]))
		sin, cos := math.Sincos(2 * math.Pi * u[j+1])
		if math.Abs(z[j]-r*cos) > 1e-14 || math.Abs(z[j+1]-r*sin) > 1e-14 {
			t.Errorf("pair %d is %v, %v; want %v, %v", j/2, z[j], z[j+1], r*cos, r*sin)
		}
	}
}

// Each check below that is a test of a hypothesis uses a bound of 5 standard
// errors (two-sided false-alarm rate 5.7e-7) or a stated critical value; the
// whole file raises a false alarm in less than 1 of 10^4 choices of its seeds,
// and the seeds are fixed.

const many = 1 << 17

func streams() map[string]func(dst []float64) {
	narrow := func(fill func([]float32, uint64), dst []float64) {
		f := make([]float32, len(dst))
		fill(f, 0)
		for i, v := range f {
			dst[i] = float64(v)
		}
	}
	k := Root(0).Fold("statistics")
	return map[string]func(dst []float64){
		"uniform64": func(dst []float64) { k.Uniform64(dst, 0) },
		"uniform32": func(dst []float64) { narrow(k.Uniform32, dst) },
		"normal64":  func(dst []float64) { k.Normal64(dst, 0); toUniform(dst) },
		"normal32":  func(dst []float64) { narrow(k.Normal32, dst); toUniform(dst) },
		"children": func(dst []float64) { // first draws of neighbouring plates
			for i := range dst {
				k.At(uint64(i)).Uniform64(dst[i:i+1], 0)
			}
		},
		"low bits": func(dst []float64) {
			k.Uniform64(dst, 0)
			for i, u := range dst {
				dst[i] = u*(1<<32) - math.Floor(u*(1<<32))
			}
		},
	}
}

func toUniform(z []float64) {
	for i, v := range z {
		z[i] = math.Erfc(-v/math.Sqrt2) / 2
	}
}

func TestDistribution(t *testing.T) {
	for name, fill := range streams() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := make([]float64, many)
			fill(u)
			// Moments of u - 1/2 of orders 1 to 4: E = 0, 1/12, 0, 1/80.
			for p, want := range []float64{0, 1. / 12, 0, 1. / 80} {
				var sum, sq float64
				for _, v := range u {
					m := math.Pow(v-0.5, float64(p+1))
					sum += m
					sq += m * m
				}
				mean := sum / many
				se := math.Sqrt((sq/many - mean*mean) / many)
				if math.Abs(mean-want) > 5*se {
					t.Errorf("moment %d is %g, want %g +- %g", p+1, mean, want, se)
				}
			}
			// Products with neighbours at lags within a block and beyond: variance 1/144.
			for _, lag := range []int{1, 2, 3, 4, 5, 8, 64} {
				var sum float64
				for i := lag; i < many; i++ {
					sum += (u[i] - 0.5) * (u[i-lag] - 0.5)
				}
				if z := sum * 12 / math.Sqrt(float64(many-lag)); math.Abs(z) > 5 {
					t.Errorf("lag %d: correlation at %.1f standard errors", lag, z)
				}
			}
			// Chi-square on a 32 x 32 grid of neighbouring pairs, 1023 degrees of
			// freedom: beyond 1270 with probability 1e-7 (Wilson and Hilferty).
			var count [1024]float64
			for i := 0; i < many; i += 2 {
				count[int(u[i]*32)<<5|int(u[i+1]*32)]++
			}
			var chi2 float64
			for _, c := range count {
				d := c - many/2/1024
				chi2 += d * d / (many / 2 / 1024)
			}
			if chi2 > 1270 {
				t.Errorf("chi-square of pairs is %.0f with 1023 degrees of freedom", chi2)
			}
			// Kolmogorov and Smirnov: sqrt(n) D > 2.9 has probability 2 exp(-2*2.9^2) = 1e-7.
			sort.Float64s(u)
			var d float64
			for i, v := range u {
				d = max(d, v-float64(i)/many, float64(i+1)/many-v)
			}
			if d*math.Sqrt(many) > 2.9 {
				t.Errorf("sqrt(n) D is %.2f", d*math.Sqrt(many))
			}
		})
	}
}

// TestNormalTail counts beyond 4 and 5 standard deviations, where uniforms hide
// trouble; Poisson bounds at a false-alarm rate under 1e-6 each.
func TestNormalTail(t *testing.T) {
	z := make([]float64, 1<<21)
	Root(1).Fold("tail").Normal64(z, 0)
	var four, five int
	for _, v := range z {
		if math.Abs(v) > 4 {
			four++
		}
		if math.Abs(v) > 5 {
			five++
		}
	}
	// Means: 2^21 * 6.334e-5 = 132.8 and 2^21 * 5.733e-7 = 1.2.
	if four < 80 || four > 192 {
		t.Errorf("%d beyond 4, want about 133", four)
	}
	if five > 10 {
		t.Errorf("%d beyond 5, want about 1", five)
	}
}

func TestPerm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := make([]int, rapid.IntRange(0, 200).Draw(t, "n"))
		Root(rapid.Uint64().Draw(t, "seed")).Perm(p)
		seen := make([]bool, len(p))
		for _, i := range p {
			if seen[i] {
				t.Fatalf("%d twice in %v", i, p)
			}
			seen[i] = true
		}
	})
	// The shuffle written a second time, from single words.
	p, q := make([]int, 100), make([]int, 100)
	k := Root(8)
	k.Perm(p)
	for i := range q {
		q[i] = i
	}
	for i := range q {
		hi, lo := k.word64(uint64(i))
		w := new(big.Int).SetUint64(uint64(hi)<<32 | uint64(lo))
		w.Rsh(w.Mul(w, big.NewInt(int64(len(q)-i))), 64)
		j := i + int(w.Int64())
		q[i], q[j] = q[j], q[i]
	}
	if !slices.Equal(p, q) {
		t.Errorf("got %v, want %v", p, q)
	}
	// All 24 orders of 4 alike: chi-square with 23 degrees of freedom passes 74.9
	// with probability 2e-7.
	count := map[[4]int]float64{}
	const n = 24000
	for i := range uint64(n) {
		var p [4]int
		Root(2).At(i).Perm(p[:])
		count[p]++
	}
	chi2 := float64(24-len(count)) * n / 24
	for _, c := range count {
		chi2 += (c - n/24) * (c - n/24) / (n / 24)
	}
	if chi2 > 74.9 {
		t.Errorf("chi-square of orders is %.1f with 23 degrees of freedom", chi2)
	}
}

func TestInts(t *testing.T) {
	const n, m = 70000, 7
	dst := make([]int, n)
	Root(4).Ints(dst, m, 1)
	var count [m]float64
	for _, v := range dst {
		count[v]++ // panics outside 0..6
	}
	var chi2 float64
	for _, c := range count {
		chi2 += (c - n/m) * (c - n/m) / (n / m)
	}
	if chi2 > 42 { // 6 degrees of freedom: probability 2e-7
		t.Errorf("chi-square is %.1f with 6 degrees of freedom", chi2)
	}
	for _, bad := range []int{0, -3} {
		if Root(4).Ints(dst[:1], bad, 0); dst[0] != 0 {
			t.Errorf("below %d: %d, want 0", bad, dst[0])
		}
	}
}
