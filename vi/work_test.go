package vi_test

import (
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func workOn(t testing.TB, n int, prec tape.Precision) *vi.Work {
	t.Helper()
	d, err := datasets.Bits{N: n, Dim: 300, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.VAE{Latent: 3, Hidden: []int{20}, Act: "tanh"}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, prec, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A batch cut into blocks has the direction of the whole batch up to rounding,
// whatever the number of blocks, and one goroutine or two give the same bits.
func TestBlocksAndThreads(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20, 41} {
		for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
			w := workOn(t, n, prec)
			e := estimators.DReG{K: 64} // 300 wide: 3 or 6 data a block
			src := &vi.Keyed{Key: rng.Noise(0, 0)}
			whole := e.Estimate(w.Step(0, w.All, src))
			gen, inf := whole.Gen.Ascend.AppendTo(nil), whole.Inf.Ascend.AppendTo(nil)
			var bits [2]string
			for threads := 1; threads <= 2; threads++ {
				w.Threads = threads
				d := w.Estimate(e, 0, w.All, src)
				bits[threads-1] = string(d.Gen.Ascend.Bits()) + string(d.Inf.Ascend.Bits())
				tol := 1e-12
				if prec == tape.Float32 {
					tol = 2e-5
				}
				for i, want := range append(gen, inf...) {
					got := 0.0
					if i < len(gen) {
						got = d.Gen.Ascend.At(i)
					} else {
						got = d.Inf.Ascend.At(i - len(gen))
					}
					if diff := got - want; diff > tol || -diff > tol {
						t.Fatalf("n %d, %s, value %d: %g in blocks, %g whole", n, prec, i, got, want)
					}
				}
			}
			if bits[0] != bits[1] {
				t.Errorf("n %d, %s: two goroutines give other bits than one", n, prec)
			}
		}
	}
}
