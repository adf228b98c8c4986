package vec

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vibench/bench/core/cpu"
)

// Every kernel gives the bits of the Go loop, at every length, on numbers of all kinds,
// and writes nothing next to what is its own.
func TestThresholdKernels(t *testing.T) {
	thresholdKernels[float32](t)
	thresholdKernels[float64](t)
}

func thresholdKernels[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	special := edges[T]()
	for n := range 150 {
		draw := func() []T {
			x := anyBits[T](r, n+1)
			for i := range x {
				if r.IntN(4) == 0 {
					x[i] = special[r.IntN(len(special))]
				}
			}
			return x
		}
		e, mu, b, l := draw(), draw(), draw(), draw()
		u, ends := draw(), T(r.IntN(2))*1e-3
		for i := range u {
			if i%2 == 0 {
				u[i] = T(r.Float64())
			}
		}
		run := func() map[string][]T {
			out := map[string][]T{}
			copied := func(name string, x []T) []T {
				out[name] = append([]T(nil), x...)
				return out[name][:n]
			}
			Laplace(copied("Laplace", u), ends)
			Threshold(copied("Threshold", mu), copied("Threshold's noise", e), mu[:n], b[:n], l[:n])
			Choose(copied("Choose", u), e[:n], 1, 2)
			ReLUPull(copied("ReLUPull", u), mu[:n], e[:n])
			return out
		}
		if err := cpu.Select(cpu.Portable.String()); err != nil {
			t.Fatal(err)
		}
		want := run()
		onEach(t, func(kernel string) {
			for name, got := range run() {
				for i, x := range got {
					if w := want[name][i]; bitsOf(x) != bitsOf(w) && (x == x || w == w) {
						t.Fatalf("%s of %T on %s, entry %d of %d: %g; the loop gives %g", name, x, kernel, i, n, x, w)
					}
				}
			}
		})
	}
}

// The loops against what they are by definition.
func TestThresholdLoops(t *testing.T) {
	for _, c := range []struct{ e, b, mu, l, z float64 }{
		{3, 0.5, 10, 1, 10.5}, {-3, 0.5, 10, 1, 9.5}, {1, 0.5, 10, 1, 0}, {2, 0.5, 10, 1, 0}, {-2, 0.5, 10, 1, 0},
	} {
		z, e := []float64{7}, []float64{c.e}
		Threshold(z, e, []float64{c.mu}, []float64{c.b}, []float64{c.l})
		if z[0] != c.z || e[0] != c.e*c.b {
			t.Errorf("%+v: z %g, noise %g", c, z[0], e[0])
		}
	}
	x := []float64{0.25, 0.75, 0.5, 1e-9}
	Laplace(x, 1e-6)
	if want := fmt.Sprint([]float64{Log64(0.5), -Log64(0.5), 0, Log64(1e-6)}); fmt.Sprint(x) != want {
		t.Errorf("%v; want %s", x, want)
	}
}
