package speed

import (
	"context"
	"errors"
	"fmt"

	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Step is whole training steps with Adam, float32: of 784-200-200-50 with batch 20, or
// where the estimator is sparse-elbo of sparse codes by 256-512-1024-512-256 of 256
// atoms with batch 100.
type Step struct {
	Estimator string  `json:"estimator"`
	K         int     `json:"k"`
	M         int     `json:"m"`
	Threads   int     `json:"threads"`
	PerS      float64 `json:"per_s"`
	GEMMShare float64 `json:"gemm_share"` // products of a step at the measured peak, as a share of its time
	Min       float64 `json:"min"`
	Max       float64 `json:"max"`
}

// flops of the products of a step: encoder forward and weight gradients and
// inner gradients an example, decoder likewise a sample. Of sparse codes, of whose
// samples one counts, the backward half of the dictionary is that of one.
func flops(name string, samples int) float64 {
	if name == sparse {
		const enc, dec = 2 * (3*(2*256*512+2*512*1024+2*256*256) - 256*512), 2 * 256 * 256
		return sparseBatch * (enc + float64(samples+2)*dec)
	}
	const enc, dec = 433.6e3 + 553.6e3, 413.6e3 + 827.2e3
	return 20 * (enc + float64(samples)*dec)
}

// sparse is the estimator of sparse codes, by the settings of Fallah and Rozell 2022
// (2205.03665), whose loss is in other units: sigma^2 = D w/2 at w = 0.01.
const (
	sparse      = "sparse-elbo"
	sparseBatch = 100
)

var sparseCoder = map[string]any{
	"latent": 256, "prior": "laplace", "scale": 0.1, "scales": "fixed", "noise": "fixed", "sigma": 1.1313708498984762, "columns": "free",
	"posterior": "threshold-laplace", "threshold": 0.25, "hidden": []int{512, 1024, 512, 256},
}

// runs are the steps that are timed, each on one thread and on two.
var runs = []struct {
	name     string
	settings map[string]any
	k, m     int
}{
	{"iwae", map[string]any{"k": 1}, 1, 1},
	{"iwae", map[string]any{"k": 5}, 5, 1},
	{"iwae", map[string]any{"k": 50}, 50, 1},
	{"iwae", map[string]any{"k": 64}, 64, 1},
	{"elbo", map[string]any{"k": 64}, 64, 1},
	{"piwae-mk", map[string]any{"m": 8, "k": 8}, 8, 8},
	{"miwae-mk", map[string]any{"m": 8, "k": 8}, 8, 8},
	{"ciwae-beta", map[string]any{"k": 64}, 64, 1},
	{"dreg", map[string]any{"k": 64}, 64, 1},
	{sparse, map[string]any{"k": 20, "rule": "max", "pull": "ste-code"}, 20, 1},
}

func trainingSteps(ctx context.Context, o Options, peak float64) ([]Step, error) {
	var out []Step
	for _, r := range runs {
		o.say(fmt.Sprintf("training steps of %s, %d samples", r.name, r.k*r.m))
		for threads := 1; threads <= 2; threads++ {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			step, err := stepper(r.name, r.settings, threads)
			if err != nil {
				return out, err
			}
			t := timed(o, step).rate(1e9)
			s := Step{Estimator: r.name, K: r.k, M: r.m, Threads: threads, PerS: t.Median, Min: t.Min, Max: t.Max}
			if peak > 0 {
				s.GEMMShare = flops(r.name, r.k*r.m) / (peak * 1e9 * float64(threads)) * t.Median
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// estimator is a built-in one by its name in suites.
func estimator(name string, settings map[string]any) (vi.Estimator, error) {
	for _, e := range estimators.All() {
		if e.Card().Name == name {
			return vi.With(e, settings)
		}
	}
	return nil, fmt.Errorf("speed: no estimator %q", name)
}

// coder is the model of sparse codes with its settings.
func coder(settings map[string]any) (vi.Maker, error) {
	for _, m := range models.All() {
		if c, ok := m.(models.SparseCoder); ok {
			return vi.With(c, settings)
		}
	}
	return nil, errors.New("speed: no model sparsecoder")
}

// work is a model on generated data.
func work(m vi.Maker, ds vi.Dataset, prec tape.Precision) (*vi.Work, error) {
	d, err := ds.Make(rng.Data(0, ds.Name(), "train"))
	if err != nil {
		return nil, err
	}
	model, err := m.For(d)
	if err != nil {
		return nil, err
	}
	return vi.NewWork(model, nil, d, prec, rng.Init(0, m.Name()))
}

// worked is what an estimator is timed on, and its batch.
func worked(name string) (w *vi.Work, batch int, err error) {
	if name != sparse {
		w, err = work(models.VAE{Latent: 50, Hidden: []int{200, 200}, Act: "tanh"}, datasets.Bits{N: 400, Dim: 784, Latent: 5}, tape.Float32)
		return w, 20, err
	}
	m, err := coder(sparseCoder)
	if err != nil {
		return nil, 0, err
	}
	d := datasets.NewSparseLin()
	d.Dim, d.Latent, d.N, d.Test = 256, 256, 20*sparseBatch, 0
	w, err = work(m, d, tape.Float32)
	return w, sparseBatch, err
}

// stepper is a function that takes one training step.
func stepper(name string, settings map[string]any, threads int) (func(), error) {
	e, err := estimator(name, settings)
	if err != nil {
		return nil, err
	}
	w, batch, err := worked(name)
	if err != nil {
		return nil, err
	}
	w.Threads = threads
	adam := optim.Adam{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-4}
	gen, inf := w.Params.Vector(tape.Gen), w.Params.Vector(tape.Inf)
	sg, si := optim.NewState[float32](adam, gen.Len()).Halves(), optim.NewState[float32](adam, inf.Len()).Halves()
	var d vi.Direction
	move := func(i int) {
		adam.Step32(gen.Half(i).F32(), d.Gen.Ascend.Half(i).F32(), sg[i], 1)
		adam.Step32(inf.Half(i).F32(), d.Inf.Ascend.Half(i).F32(), si[i], 1)
	}
	i := 0
	src := &vi.Keyed{}
	return func() {
		src.Key = rng.Noise(0, uint64(i))
		at := i * batch % len(w.All)
		d = w.Estimate(e, i, w.All[at:at+batch], src)
		w.Halves(move)
		i++
	}, nil
}

// toy is the time of one random number of the signal-to-noise toy at K = 100, D =
// 20, N = 1024, through an ordinary estimate, in nanoseconds.
func toy(o Options) (Spread, error) {
	o.say("the signal-to-noise toy")
	w, err := work(models.LinearGaussian{S: 2.0 / 3}, datasets.LinearGaussian{Dim: 20, N: 1024, Perturb: 0.01}, tape.Float32)
	if err != nil {
		return Spread{}, err
	}
	e, err := estimator("iwae", map[string]any{"k": 100})
	if err != nil {
		return Spread{}, err
	}
	src, r := &vi.Keyed{}, 0
	t := timed(o, func() {
		src.Key = rng.Probe(0, 0, uint64(r))
		w.Estimate(e, 0, w.All, src)
		r++
	})
	const n = 100 * 1024 * 20
	return Spread{t.Median / n, t.Min / n, t.Max / n}, nil
}
