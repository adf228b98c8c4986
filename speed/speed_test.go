package speed

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/vibench/bench/core/cpu"
)

// A look of the shortest kind measures everything on the best kernel and leaves
// the kernel it found. (On plain Go the products alone take a minute.)
func TestMeasures(t *testing.T) {
	if testing.Short() || cpu.Best() == cpu.Portable {
		t.Skip("takes seconds on a vector unit, minutes without")
	}
	o := Options{Block: 100 * time.Microsecond, Blocks: 1}
	p := peak(o)
	if p.F32 < 1 || p.F64 < 1 || p.F64 > p.F32 {
		t.Errorf("peak %+v", p)
	}
	steps, err := trainingSteps(context.Background(), o, p.F32)
	if err != nil || len(steps) != 18 {
		t.Fatalf("%d rows of steps, %v; want 18", len(steps), err)
	}
	for _, s := range steps {
		if !(s.PerS > 0 && s.GEMMShare > 0 && s.GEMMShare < 1.2) {
			t.Errorf("%+v", s)
		}
	}
	gemm := products(o, cpu.Kernel(), p.F32)
	if len(gemm) != 24 {
		t.Errorf("%d shapes; want 24", len(gemm))
	}
	if _, err := json.Marshal(Report{GEMM: gemm, Elementwise: elements(o, cpu.Kernel()), Steps: steps}); err != nil {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := trainingSteps(ctx, o, 1); err == nil {
		t.Error("a cancelled measurement goes on")
	}
}
