// Package speed measures this machine's limits and our share of them: the peak
// of its multiply-add units, products at the shapes of an autoencoder's step,
// elementwise functions, whole training steps, the signal-to-noise toy. Times are
// medians of several blocks with their minimum and maximum; on a shared machine
// compare ratios of one run, never single times of two.
package speed

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/cpu"
)

// Report is one run's measurements. Rates are of one thread unless a row says otherwise.
type Report struct {
	Kernel      string    `json:"kernel"` // in use by default
	Peak        Peak      `json:"peak_gflops"`
	GEMM        []Product `json:"gemm"`
	Elementwise []Element `json:"elementwise"`
	Steps       []Step    `json:"steps"`
	SNR         float64   `json:"snr_ns"` // per replicate, point, sample and dimension, float32
	SNRMin      float64   `json:"snr_ns_min"`
	SNRMax      float64   `json:"snr_ns_max"`
}

// Peak is the measured multiply-add peak of one core in GFLOP/s, 0 where unknown.
type Peak struct {
	F32 float64 `json:"f32"`
	F64 float64 `json:"f64"`
}

// Spread is a median with its extremes.
type Spread struct {
	Median, Min, Max float64
}

// Options say how long to measure.
type Options struct {
	Block    time.Duration // of one timed block; 0 is 20 ms
	Blocks   int           // timed blocks; 0 is 7
	Progress func(what string)

	shapes []blas.Shape // of products; nil is all
}

func (o Options) say(what string) {
	if o.Progress != nil {
		o.Progress(what)
	}
}

// Measure takes all measurements; a minute or two at the defaults, most of it for
// products in plain Go. It
// switches kernels and leaves the one it found. A cancelled context ends it with
// what there is.
func Measure(ctx context.Context, o Options) (Report, error) {
	if o.Block <= 0 {
		o.Block = 20 * time.Millisecond
	}
	if o.Blocks <= 0 {
		o.Blocks = 7
	}
	if o.shapes == nil {
		o.shapes = blas.Shapes()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := Report{Kernel: cpu.Kernel()}
	defer cpu.Select(r.Kernel)
	if err := cpu.Select(""); err != nil { // the limit is the machine's, whatever kernel was asked for
		return r, err
	}
	r.Peak = peak(o)
	for _, name := range cpu.Kernels() {
		if err := cpu.Select(name); err != nil {
			return r, err
		}
		p, err := products(ctx, o, name, r.Peak.F32)
		r.GEMM = append(r.GEMM, p...)
		if err != nil {
			return r, err
		}
		r.Elementwise = append(r.Elementwise, elements(o, name)...)
	}
	if err := cpu.Select(r.Kernel); err != nil {
		return r, err
	}
	steps, err := trainingSteps(ctx, o, r.Peak.F32)
	r.Steps = steps
	if err != nil {
		return r, err
	}
	snr, err := toy(o)
	r.SNR, r.SNRMin, r.SNRMax = snr.Median, snr.Min, snr.Max
	return r, err
}

// timed is the time of one call of f in nanoseconds: blocks of as many calls as
// fill o.Block, after one that is not counted. Of a call much longer than a block
// three are enough.
func timed(o Options, f func()) Spread {
	run := func(n int) time.Duration {
		start := time.Now()
		for range n {
			f()
		}
		return time.Since(start)
	}
	n, blocks := 1, o.Blocks
	if run(1) > 5*o.Block {
		blocks = min(blocks, 3)
	} else {
		d := run(n)
		for ; d < o.Block/2 && n < 1<<30; d = run(n) {
			n *= 4
		}
		n = max(1, int(float64(n)*float64(o.Block)/float64(max(d, 1))))
	}
	var t []float64
	for range blocks {
		t = append(t, float64(run(n).Nanoseconds())/float64(n))
	}
	slices.Sort(t)
	return Spread{t[len(t)/2], t[0], t[len(t)-1]}
}

// rate turns times of work into rates: the shortest time is the largest rate.
func (s Spread) rate(work float64) Spread { return Spread{work / s.Median, work / s.Max, work / s.Min} }

// peak is the best of several looks: neighbours only ever slow a core down.
func peak(o Options) Peak {
	o.say("peak of the multiply-add units")
	var p Peak
	for range 10 * o.Blocks {
		p.F32, p.F64 = max(p.F32, blas.Peak[float32]()), max(p.F64, blas.Peak[float64]())
	}
	return p
}
