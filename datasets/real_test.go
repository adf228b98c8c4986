package datasets_test

import (
	"math"
	"os"
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// What others say of the sets: rows, sizes, and the mean grey level of the
// training images. Those that BENCH_DATA has not are left out; digits8 never is.
func TestRealImages(t *testing.T) {
	facts := map[string]struct {
		train, test int
		image       [2]int
		mean        float64 // to four places; 0: nobody says
		filtered    bool    // values are no levels
	}{
		"binarized-mnist": {50000, 10000, [2]int{28, 28}, 0, false},
		"digits8":         {3823, 1797, [2]int{8, 8}, 0, false},
		"mnist":           {60000, 10000, [2]int{28, 28}, 0.1307, false},
		"fashion-mnist":   {60000, 10000, [2]int{28, 28}, 0.2860, false},
		"fashion-small":   {2000, 500, [2]int{28, 28}, 0, false},
		"kmnist":          {60000, 10000, [2]int{28, 28}, 0.1918, false},
		"omniglot-iwae":   {24345, 8070, [2]int{28, 28}, 0, false},
		"omniglot-small":  {2000, 500, [2]int{28, 28}, 0, false},
		"omniglot28":      {19280, 13180, [2]int{28, 28}, 0, false},
		"frey":            {1670, 295, [2]int{28, 20}, 0, false},
		"patches":         {10000, 2000, [2]int{8, 8}, 0, true},
	}
	for _, d := range datasets.All() {
		switch d.(type) {
		case datasets.BinarySet, datasets.Answers:
			continue // see TestBinarySets, TestAnswers
		}
		known, ok := d.(vi.Known)
		if _, filed := d.(vi.Filed); !ok || !filed { // the others are no images
			continue
		}
		want, ok := facts[d.Name()]
		if !ok {
			t.Errorf("%s: nothing is known of it", d.Name())
			continue
		}
		delete(facts, d.Name())
		if embedded, _ := d.(vi.Filed).Locate(); testing.Short() && embedded != "" {
			continue
		}
		d.(vi.Filed).ReadFrom(os.Getenv("BENCH_DATA"))
		if _, err := d.(vi.Filed).Locate(); err != nil {
			t.Logf("left out: %s", d.Name())
			continue
		}
		x, err := d.Make(rng.Root(0))
		if err != nil {
			t.Error(err)
			continue
		}
		if x.Shape() != d.Shape() || x.N != want.train || x.Test.N != want.test || x.Image != want.image || len(x.X) != x.N*x.D || len(x.Test.X) != x.Test.N*x.D {
			t.Errorf("%s: got %d + %d rows of %v, shape %v", d.Name(), x.N, x.Test.N, x.Image, d.Shape())
		}
		if len(known.Digest()) != 64 || len(x.Digest) != 64 {
			t.Errorf("%s: digests %q and %q", d.Name(), known.Digest(), x.Digest)
		}
		mean := 0.0
		for _, v := range x.X {
			mean += v / float64(len(x.X))
		}
		if lo, hi := slices.Min(x.X), slices.Max(x.X); !want.filtered && (lo < 0 || hi > 1) || lo == hi {
			t.Errorf("%s: levels from %g to %g", d.Name(), lo, hi)
		}
		if want.mean != 0 && math.Abs(mean-want.mean) > 5e-5 {
			t.Errorf("%s: mean level %g; want %g", d.Name(), mean, want.mean)
		}
	}
	for name := range facts {
		t.Errorf("%s is not listed", name)
	}
}

// The embedded parts of larger sets are their first images, to the bit.
func TestSmallSets(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the larger sets")
	}
	fashion, omniglot := datasets.NewFashionMNIST(), datasets.NewOmniglot28()
	for _, c := range []struct{ small, large vi.Dataset }{{datasets.NewFashionSmall(), fashion}, {datasets.NewOmniglotSmall(), omniglot}} {
		c.large.(vi.Filed).ReadFrom(os.Getenv("BENCH_DATA"))
		if _, err := c.large.(vi.Filed).Locate(); err != nil {
			t.Logf("left out: %s", c.large.Name())
			continue
		}
		large, err := vi.With(c.large, map[string]any{"train": 2000, "test": 500})
		if err != nil {
			t.Fatal(err)
		}
		x, y := data(t, c.small, 0), data(t, large, 0)
		if !slices.Equal(x.X, y.X) || !slices.Equal(x.Test.X, y.Test.X) {
			t.Errorf("%s: not the first images of %s", c.small.Name(), c.large.Name())
		}
		if x.Digest == y.Digest {
			t.Errorf("%s and %s are one set by their digest", c.small.Name(), c.large.Name())
		}
	}
}

// What comes with the program is small: under 2 MB in all.
func TestEmbeddedSize(t *testing.T) {
	total := int64(0)
	for _, folder := range []string{"digits8", "photographs", "small"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
				total += info.Size()
			}
		}
	}
	if total < 1e6 || total >= 2e6 {
		t.Errorf("%d bytes are embedded; want under 2 MB", total)
	}
}

// The first image held out is the well-known zero.
func TestDigits8(t *testing.T) {
	x := data(t, datasets.NewDigits8(), 0)
	want := []float64{
		0, 0, 5, 13, 9, 1, 0, 0,
		0, 0, 13, 15, 10, 15, 5, 0,
		0, 3, 15, 2, 0, 11, 8, 0,
		0, 4, 12, 0, 0, 8, 8, 0,
		0, 5, 8, 0, 0, 9, 8, 0,
		0, 4, 11, 0, 1, 12, 7, 0,
		0, 2, 14, 5, 10, 12, 0, 0,
		0, 0, 6, 13, 10, 0, 0, 0,
	}
	for i, level := range want {
		if got := x.Test.X[i] * 16; got != level {
			t.Errorf("level %d: got %g; want %g", i, got, level)
		}
	}
	if !x.Grey || x.Domain != vi.Binary {
		t.Errorf("got grey %v, %s values; want them binarised when read", x.Grey, x.Domain)
	}
}

// witness is a model that notes the batch that its encoder and its decoder see.
type witness struct {
	vi.Latent
	encoder, decoder [][]float64
}

func (w *witness) Posterior(s *vi.Step) dist.Dist {
	w.encoder = append(w.encoder, s.X.Value().AppendTo(nil))
	return w.Latent.Posterior(s)
}

func (w *witness) LogLik(s *vi.Step, z dist.Value) tape.Node {
	w.decoder = append(w.decoder, s.X.Value().AppendTo(nil))
	return w.Latent.LogLik(s, z)
}

// Of a stochastic set, encoder and decoder see the same bits, and other bits when
// the batch is read again.
func TestOneTensorFeedsEncoderAndDecoder(t *testing.T) {
	d := datasets.NewDigits8()
	d.Train = 50
	x := data(t, d, 0)
	m, err := models.VAE{Latent: 2, Hidden: []int{8}, Act: "tanh"}.For(x)
	if err != nil {
		t.Fatal(err)
	}
	est := estimators.All()[slices.IndexFunc(estimators.All(), func(e vi.Estimator) bool { return e.Card().Name == "elbo" })]
	seen := &witness{Latent: m.(vi.Latent)}
	w, err := vi.NewWork(seen, est, x, tape.Float32, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	for step := range uint64(2) {
		w.Bits = rng.Bits(0, step)
		w.Estimate(est, int(step), w.All, &vi.Keyed{Key: rng.Noise(0, step)})
	}
	if len(seen.encoder) < 2 || !slices.EqualFunc(seen.encoder, seen.decoder, slices.Equal) {
		t.Fatal("encoder and decoder see other data")
	}
	bits := slices.Concat(seen.encoder...)
	if slices.ContainsFunc(bits, func(b float64) bool { return b != 0 && b != 1 }) {
		t.Error("they see no bits")
	}
	if n := len(bits) / 2; slices.Equal(bits[:n], bits[n:]) {
		t.Error("the second step sees the bits of the first")
	}
}
