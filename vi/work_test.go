package vi_test

import (
	"strings"
	"testing"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

func workOn(t testing.TB, n int, prec tape.Precision) *vi.Work {
	t.Helper()
	return workWith(t, models.VAE{Latent: 3, Hidden: []int{20}, Act: "tanh"}, n, prec)
}

func workWith(t testing.TB, mk vi.Maker, n int, prec tape.Precision) *vi.Work {
	t.Helper()
	d, err := datasets.Bits{N: n, Dim: 300, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mk.For(d)
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
	one := models.VAE{Latent: 3, Hidden: []int{20}, Act: "tanh"}
	two := one
	two.Latent2, two.Hidden2 = 2, []int{7}
	for _, n := range []int{1, 2, 3, 7, 20, 41} {
		for i, prec := range []tape.Precision{tape.Float64, tape.Float32, tape.Float64, tape.Float32} {
			w := workWith(t, []vi.Maker{one, one, two, two}[i], n, prec)
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

// byHand is an estimator whose update is no Ascend of scalars: the mean of the
// batch's first bit, as a target.
type byHand struct{ perDatum bool }

func (e byHand) Card() vi.Card { return vi.Card{Name: "by-hand", K: 64, PerDatum: e.perDatum} }

func (byHand) Estimate(s *vi.Step) vi.Direction {
	mean, x := 0.0, s.X.Value()
	for b := range s.B() {
		mean += x.At(b*300) / float64(s.B())
	}
	return vi.Direction{Gen: vi.Update{Target: tape.Float64s([]float64{mean})}}
}

// mixing is a model whose sheet says that it mixes the rows of a batch.
type mixing struct{ vi.Model }

func (m mixing) Sheet() vi.Sheet {
	s := m.Model.Sheet()
	s.Mixes = true
	return s
}

// A batch of a model that mixes rows is not cut, on the data trained on or on
// others: blocks would stop this estimator.
func TestMixedRowsStayTogether(t *testing.T) {
	w := workOn(t, 41, tape.Float64)
	m, err := vi.NewWork(mixing{w.Model}, nil, w.Data, tape.Float64, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	src := &vi.Keyed{Key: rng.Noise(0, 0)}
	for name, w := range map[string]*vi.Work{"train": m, "test": m.On(w.Data)} {
		want := 0.0
		for n := range 41 {
			want += w.Data.X[n*300] / 41
		}
		if got := w.Estimate(byHand{perDatum: true}, 0, w.All, src).Gen.Target.At(0); got-want > 1e-12 || want-got > 1e-12 {
			t.Errorf("%s: got %g, want the mean of the whole batch, %g", name, got, want)
		}
	}
}

// An estimator sees the whole batch unless its card says that blocks add up; one
// that says so wrongly is stopped.
func TestOnlyPerDatumEstimatorsSeeBlocks(t *testing.T) {
	w := workOn(t, 41, tape.Float64)
	src := &vi.Keyed{Key: rng.Noise(0, 0)}
	want := 0.0
	for n := range 41 {
		want += w.Data.X[n*300] / 41
	}
	if got := w.Estimate(byHand{}, 0, w.All, src).Gen.Target.At(0); got-want > 1e-12 || want-got > 1e-12 {
		t.Errorf("got %g, want the mean of the whole batch, %g", got, want)
	}
	defer func() {
		if f, _ := recover().(string); !strings.Contains(f, "says PerDatum") {
			t.Errorf("a target in blocks: %q", f)
		}
	}()
	w.Estimate(byHand{perDatum: true}, 0, w.All, src)
}

// A training step, an estimate in blocks and one of an optimiser, allocates nothing
// once its arenas have grown, on one goroutine or two.
func TestStepsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for threads := 1; threads <= 2; threads++ {
		w := workWith(t, models.VAE{Latent: 3, Hidden: []int{100}, Act: "tanh"}, 20, tape.Float32)
		w.Threads = threads
		var e vi.Estimator = estimators.DReG{K: 64}
		if w.Fit() >= 20*64 {
			t.Fatal("the batch is one block")
		}
		adam := optim.Adam{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-4}
		gen, inf := w.Params.Vector(tape.Gen), w.Params.Vector(tape.Inf)
		sg, si := optim.NewState[float32](adam, gen.Len()).Halves(), optim.NewState[float32](adam, inf.Len()).Halves()
		var d vi.Direction
		move := func(i int) {
			adam.Step32(gen.Half(i).F32(), d.Gen.Ascend.Half(i).F32(), sg[i], 1)
			adam.Step32(inf.Half(i).F32(), d.Inf.Ascend.Half(i).F32(), si[i], 1)
		}
		src, i := &vi.Keyed{}, 0
		step := func() {
			src.Key = rng.Noise(0, uint64(i))
			d = w.Estimate(e, i, w.All, src)
			w.Halves(move)
			i++
		}
		step()
		if n := testing.AllocsPerRun(20, step); n != 0 {
			t.Errorf("%d goroutines: %v allocations a step", threads, n)
		}
	}
}

// An estimator may hold what Go cannot compare.
func TestEstimatorsNeedNotCompare(t *testing.T) {
	type listed struct {
		estimators.DReG
		_ []int
	}
	w := workOn(t, 4, tape.Float64)
	for _, k := range []int{3, 5} {
		w.Evals = 0
		w.Estimate(listed{DReG: estimators.DReG{K: k}}, 0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
		first := w.Evals
		w.Estimate(estimators.DReG{K: k}, 0, w.All, &vi.Keyed{Key: rng.Noise(0, 0)})
		if first == 0 || w.Evals != 2*first {
			t.Errorf("K = %d: %d evaluations, then %d", k, first, w.Evals-first)
		}
	}
}
