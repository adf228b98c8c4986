package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/vec"
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

// course is three steps of a rule from theta along directions of all sizes, and
// all that it leaves: theta and the slots, framed.
func course[T vec.Float](r Rule, n int) []T {
	rnd := rand.New(rand.NewPCG(uint64(n), 9))
	framed := func() []T {
		x := make([]T, n+2)
		x[0], x[n+1] = 77, 78
		return x
	}
	theta, dir, st := framed(), make([]T, n), NewState[T](r, n)
	all := [][]T{theta}
	for i := range st.Slots {
		s := framed()
		st.Slots[i] = s[1 : n+1]
		all = append(all, s)
	}
	for range 3 {
		for i := range dir {
			dir[i] = T(rnd.NormFloat64() * math.Ldexp(1, rnd.IntN(60)-30))
		}
		if n > 2 {
			dir[rnd.IntN(n)] = T([]float64{0, math.Inf(1), math.NaN(), 0x1p-149, 0x1p-1074}[rnd.IntN(5)])
		}
		Advance(r, theta[1:n+1], dir, st, 0.5)
	}
	return slices.Concat(all...)
}

func areLoops[T vec.Float](t *testing.T) {
	t.Helper()
	for _, r := range rules {
		for n := range 70 {
			cpu.Select("portable")
			want := course[T](r, n)
			onEach(t, func(kernel string) {
				for i, got := range course[T](r, n) {
					same := math.Float64bits(float64(got)) == math.Float64bits(float64(want[i]))
					if !same && (got == got || want[i] == want[i]) { // but for which NaN
						t.Fatalf("%s: %#v, %d parameters: number %d is %g, want %g", kernel, r, n, i, got, want[i])
					}
				}
			})
		}
	}
}

func TestKernelsAreTheLoops(t *testing.T) {
	defer cpu.Select(cpu.Kernel())
	areLoops[float64](t)
	areLoops[float32](t)
}

func BenchmarkKernels(b *testing.B) {
	onEach(b, func(kernel string) {
		for _, n := range []int{2, 4, 8, 20, 4096} {
			for i, name := range []string{"Momentum", "Nesterov", "Adam"} {
				r := rules[1+i]
				benchKernel[float64](b, fmt.Sprintf("%s/64/%s/%d", name, kernel, n), r, n)
				benchKernel[float32](b, fmt.Sprintf("%s/32/%s/%d", name, kernel, n), r, n)
			}
		}
	})
}

func benchKernel[T vec.Float](b *testing.B, name string, r Rule, n int) {
	b.Run(name, func(b *testing.B) {
		theta, dir, st := make([]T, n), make([]T, n), NewState[T](r, n)
		for i := range dir {
			dir[i] = T(i%13) - 6
		}
		for b.Loop() {
			Advance(r, theta, dir, st, 1)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
	})
}
