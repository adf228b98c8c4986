package blas

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

func timeOne[T float](ta, tb bool, m, n, k int) func() float64 {
	r := rand.New(rand.NewPCG(5, 5))
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	fill(r, x, 0)
	fill(r, y, 0)
	reps := max(1, int(2e8/(2*float64(m*n*k))))
	return func() float64 {
		t0 := time.Now()
		for range reps {
			Gemm(ta, tb, m, n, k, x, y, z)
		}
		return 2 * float64(m*n) * float64(k) * float64(reps) / float64(time.Since(t0).Nanoseconds())
	}
}

func runTune[T float](label string) {
	// peak proxy: L1-resident 12x32 tile, k=200
	peak := Peak[T]
	var fs []func() float64
	for _, s := range shapes {
		fs = append(fs, timeOne[T](s.op == "TN", s.op == "NT", s.m, s.n, s.k))
	}
	var all []float64
	for i, s := range shapes {
		sh, best := compare(peak, fs[i], 30)
		fmt.Printf("%s %s %d %d %d: share %.0f%% best %.0f%%\n", label, s.op, s.m, s.n, s.k, 100*sh, 100*best)
		all = append(all, sh)
	}
	slices.Sort(all)
	fmt.Printf("%s peak %.1f median share %.1f%% min %.1f%%\n", label, peak(), 100*all[len(all)/2], 100*all[0])
}

func TestTune(t *testing.T) {
	k := os.Getenv("TUNE")
	if k == "" {
		t.Skip()
	}
	cpu.Select(k)
	if os.Getenv("TUNE64") != "" {
		runTune[float64](k + "/64")
		return
	}
	runTune[float32](k + "/32")
}

func TestProbe(t *testing.T) {
	if os.Getenv("PROBE") == "" {
		t.Skip()
	}
	cpu.Select(os.Getenv("PROBE"))
	peak := Peak[float32]
	for _, s := range []struct {
		op      string
		m, n, k int
	}{
		{"NN", 12, 32, 256}, {"NN", 12, 32, 200}, {"TN", 12, 32, 200}, {"NN", 48, 32, 200}, {"TN", 48, 32, 200}, {"NN", 84, 32, 200}, {"NN", 960, 32, 200}, {"TN", 960, 32, 200},
		{"NN", 84, 192, 200}, {"NN", 84, 208, 200}, {"NN", 84, 200, 200}, {"NN", 960, 192, 200}, {"NN", 960, 192, 256}, {"NN", 960, 208, 200}, {"NN", 960, 200, 200}, {"NN", 1000, 200, 200},
		{"NN", 96, 192, 20}, {"TN", 96, 192, 20}, {"TN", 960, 192, 20}, {"TN", 12, 32, 20}, {"TN", 12, 32, 50}, {"TN", 12, 32, 100},
		{"NN", 8, 48, 256}, {"NN", 12, 16, 256}, {"NN", 10, 32, 256}, {"NN", 7, 32, 256}, {"NN", 7, 48, 256}, {"NN", 4, 32, 256}, {"NN", 1, 32, 256},
	} {
		f := timeOne[float32](s.op == "TN", s.op == "NT", s.m, s.n, s.k)
		sh, best := compare(peak, f, 21)
		fmt.Printf("%s %d %d %d: share %.0f%% best %.0f%%\n", s.op, s.m, s.n, s.k, 100*sh, 100*best)
	}
	fmt.Printf("peak %.0f\n", peak())
}

func TestDirect(t *testing.T) {
	if os.Getenv("DIRECT") == "" {
		t.Skip()
	}
	const M, N, K = 960, 200, 200
	a, b, c := make([]float32, M*1024), make([]float32, K*N+64), make([]float32, M*N)
	g := grid{isa: cpu.AVX512, size: 4, lanes: 16}
	do := func(m, k int, rs, cs, ldb, ldc int, nb int) func() float64 {
		reps := int(2e8 / float64(m*k*32*2))
		reps = max(reps, 1)
		vecs := 2
		if rs == 1 {
			vecs |= 16
		}
		return func() float64 {
			t0 := time.Now()
			for range reps {
				tl := tile{block: 48, a: unsafe.Pointer(&a[0]), b: unsafe.Pointer(&b[nb]), c: unsafe.Pointer(&c[0]), rs: uintptr(rs * 4), cs: uintptr(cs * 4), ldb: uintptr(ldb * 4), ldc: uintptr(ldc * 4), k: k, vecs: vecs, rows: 12, blocks: max(m, 12) / 12}
				g.run(&tl, 16)
			}
			return 64 * float64(m*k*reps) / float64(time.Since(t0).Nanoseconds())
		}
	}
	peak := Peak[float32]
	for _, s := range []struct {
		name string
		f    func() float64
	}{
		{"A local, C local, k 2000", do(960, 200, 1, 12, 32, 0, 0)},
		{"A local, C local", do(960, 200, 0, 1, 32, 0, 0)},
		{"A far, C local", do(960, 200, 200, 1, 32, 0, 0)},
		{"A far pad 208, C local", do(960, 200, 208, 1, 32, 0, 0)},
		{"A far packed, C local", do(960, 200, 1, 12, 32, 0, 0)},
		{"A local, C far 32", do(960, 200, 0, 1, 32, 32, 0)},
		{"A local, C far 208", do(960, 200, 0, 1, 32, 208, 0)},
		{"A local, C far 200", do(960, 200, 0, 1, 32, 200, 0)},
		{"A far, C far 200", do(960, 200, 200, 1, 32, 200, 0)},
		{"A far, C far 208", do(960, 200, 200, 1, 32, 208, 0)},
		{"A local, C local B 200", do(960, 200, 0, 1, 200, 0, 0)},
		{"A local, C local B 200+8", do(960, 200, 0, 1, 200, 0, 8)},
		{"A local, C local B 208", do(960, 200, 0, 1, 208, 0, 0)},
		{"A local, C local k20", do(960, 20, 0, 1, 32, 0, 0)},
		{"A local, C far k20", do(960, 20, 0, 1, 32, 200, 0)},
		{"A local, C far208 k20", do(960, 20, 0, 1, 32, 208, 0)},
		{"A far TN, C far208 k20", do(960, 20, 1, 960, 32, 208, 0)},
	} {
		sh, best := compare(peak, s.f, 21)
		fmt.Printf("%-30s share %.0f%% best %.0f%%\n", s.name, 100*sh, 100*best)
	}
	fmt.Println(peak())
}

// busy0 is the jiffies CPU 0 has been busy.
func busy0() int {
	d, _ := os.ReadFile("/proc/stat")
	for _, l := range strings.Split(string(d), "\n") {
		f := strings.Fields(l)
		if len(f) > 4 && f[0] == "cpu0" {
			n := 0
			for i, v := range f[1:9] {
				x, _ := strconv.Atoi(v)
				if i != 3 && i != 4 {
					n += x
				}
			}
			return n
		}
	}
	return 0
}

// quiet runs f until CPU 0 did nothing during it.
func quiet(f func()) {
	for try := 0; ; try++ {
		b := busy0()
		t0 := time.Now()
		for time.Since(t0) < 25*time.Millisecond {
			f()
		}
		if busy0()-b <= 0 || try > 400 {
			return
		}
	}
}

func compare(peak func() float64, f func() float64, rounds int) (share, best float64) {
	var g, p []float64
	for len(g) < rounds {
		var g1, p1 []float64
		quiet(func() {
			if len(g1) > 12 {
				g1, p1 = nil, nil
			}
			p1 = append(p1, peak())
			g1 = append(g1, f())
		})
		g, p = append(g, g1...), append(p, p1...)
	}
	slices.Sort(g)
	slices.Sort(p)
	return g[len(g)/2] / p[len(p)/2], g[len(g)-1] / p[len(p)-1]
}
