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
}

// Peak is the measured multiply-add peak of one core in GFLOP/s, 0 where unknown.
type Peak struct {
	F32 float64 `json:"f32"`
	F64 float64 `json:"f64"`
}

// Spread is a median with its extremes.
type Spread struct {
	Median float64
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Options say how long to measure.
type Options struct {
	Block    time.Duration // of one timed block; 0 is 20 ms
	Blocks   int           // timed blocks; 0 is 7
	Progress func(what string)
}

func (o Options) say(what string) {
	if o.Progress != nil {
		o.Progress(what)
	}
}

// Measure takes all measurements; about half a minute at the defaults. It
// switches kernels and leaves the one it found. A cancelled context ends it with
// what there is.
func Measure(ctx context.Context, o Options) (Report, error) {
	if o.Block <= 0 {
		o.Block = 20 * time.Millisecond
	}
	if o.Blocks <= 0 {
		o.Blocks = 7
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := Report{Kernel: cpu.Kernel()}
	defer cpu.Select(r.Kernel)
	r.Peak = peak(o)
	for _, name := range cpu.Kernels() {
		if err := cpu.Select(name); err != nil {
			return r, err
		}
		o.say("products and functions on " + name)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.GEMM = append(r.GEMM, products(o, name, r.Peak.F32)...)
		r.Elementwise = append(r.Elementwise, elements(o, name)...)
	}
	if err := cpu.Select(r.Kernel); err != nil {
		return r, err
	}
	o.say("training steps")
	steps, err := trainingSteps(ctx, o, r.Peak.F32)
	r.Steps = steps
	if err != nil {
		return r, err
	}
	o.say("the signal-to-noise toy")
	r.SNR, err = toy(o)
	return r, err
}

// timed is the time of one call of f in nanoseconds: blocks of as many calls as
// fill o.Block, after one that is not counted.
func timed(o Options, f func()) Spread {
	f()
	n := 1
	for {
		start := time.Now()
		for range n {
			f()
		}
		if d := time.Since(start); d >= o.Block/2 || n >= 1<<30 {
			n = max(1, int(float64(n)*float64(o.Block)/float64(max(d, 1))))
			break
		}
		n *= 4
	}
	var t []float64
	for range o.Blocks {
		start := time.Now()
		for range n {
			f()
		}
		t = append(t, float64(time.Since(start).Nanoseconds())/float64(n))
	}
	slices.Sort(t)
	return Spread{t[len(t)/2], t[0], t[len(t)-1]}
}

// rate turns times of work into rates: the shortest time is the largest rate.
func (s Spread) rate(work float64) Spread { return Spread{work / s.Median, work / s.Max, work / s.Min} }

type loop struct {
	run   func(n int)
	flops float64 // a round
}

// peak is the best of the machine's loops: wider vectors are not always faster.
func peak(o Options) Peak {
	o.say("peak of the multiply-add units")
	best := func(loops []loop) float64 {
		p := 0.0
		for _, l := range loops {
			p = max(p, timed(o, func() { l.run(1000) }).rate(1000*l.flops).Max)
		}
		return p
	}
	f32, f64 := peakLoops()
	return Peak{best(f32), best(f64)}
}
