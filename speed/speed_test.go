package speed

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/cpu"
)

var brief = Options{Block: 100 * time.Microsecond, Blocks: 1}

// A look of the shortest kind, at small products, has every key and number of the
// JSON that other programs read, and leaves the kernel it found.
func TestMeasure(t *testing.T) {
	if testing.Short() || cpu.Best() == cpu.Portable {
		t.Skip("takes seconds on a vector unit, minutes without")
	}
	o := brief
	o.shapes = []blas.Shape{{Op: "NN", M: 20, N: 50, K: 200}, {Op: "TN", M: 50, N: 20, K: 20}, {Op: "NT", M: 20, N: 20, K: 200}}
	var said []string
	o.Progress = func(what string) { said = append(said, what) }
	kernel := cpu.Kernel()
	r, err := Measure(context.Background(), o)
	if err != nil || cpu.Kernel() != kernel {
		t.Fatalf("%v; kernel %s, was %s", err, cpu.Kernel(), kernel)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if all["kernel"] != kernel {
		t.Errorf("kernel %v; want %s", all["kernel"], kernel)
	}
	positive(t, "report", all, "snr_ns", "snr_ns_min", "snr_ns_max")
	positive(t, "peak", all["peak_gflops"].(map[string]any), "f32", "f64")
	if r.Peak.F64 > r.Peak.F32 {
		t.Errorf("peak %+v", r.Peak)
	}
	kernels := len(cpu.Kernels())
	for _, list := range []struct {
		key     string
		rows    int
		words   []string
		numbers []string
	}{
		{"gemm", kernels * len(o.shapes), []string{"op", "kernel"}, []string{"m", "n", "k", "gflops", "share", "min", "max"}},
		{"elementwise", kernels * len(elements(brief, kernel)), []string{"name", "kernel"}, []string{"ns", "min", "max"}},
		{"steps", 2 * len(runs), []string{"estimator"}, []string{"k", "m", "threads", "per_s", "gemm_share", "min", "max"}},
	} {
		rows, _ := all[list.key].([]any)
		if len(rows) != list.rows {
			t.Errorf("%s: %d rows; want %d", list.key, len(rows), list.rows)
		}
		for _, row := range rows {
			row := row.(map[string]any)
			for _, w := range list.words {
				if s, _ := row[w].(string); s == "" {
					t.Errorf("%s: %v has no %s", list.key, row, w)
				}
			}
			positive(t, list.key, row, list.numbers...)
		}
	}
	for _, what := range []string{"products NN on portable", "functions on portable", "training steps of dreg, 64 samples", "the signal-to-noise toy"} {
		if !slices.Contains(said, what) {
			t.Errorf("no word of %q while it measures; only of %q", what, said)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Measure(ctx, o); err == nil {
		t.Error("a cancelled measurement goes on")
	}
}

// positive wants numbers of a row to be finite and above 0, and the extremes, where
// there are any, on either side of one of them.
func positive(t *testing.T, what string, row map[string]any, keys ...string) {
	t.Helper()
	for _, k := range keys {
		if x, _ := row[k].(float64); !(x > 0) || math.IsInf(x, 1) {
			t.Errorf("%s: %s is %v in %v", what, k, row[k], row)
		}
	}
	for _, k := range []string{"gflops", "ns", "per_s"} {
		if x, ok := row[k].(float64); ok && !(row["min"].(float64) <= x && x <= row["max"].(float64)) {
			t.Errorf("%s: %s is outside its extremes in %v", what, k, row)
		}
	}
}

func TestShapes(t *testing.T) {
	if n := len(blas.Shapes()); n != 24 {
		t.Errorf("%d shapes; want 24", n)
	}
}

// BenchmarkStep is the table of training steps.
func BenchmarkStep(b *testing.B) {
	for _, r := range runs {
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("%s/k=%d/m=%d/threads=%d", r.name, r.k, r.m, threads), func(b *testing.B) {
				step, err := stepper(r.name, r.settings, threads)
				if err != nil {
					b.Fatal(err)
				}
				step()
				step() // arenas have grown
				b.ReportAllocs()
				for b.Loop() {
					step()
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}
