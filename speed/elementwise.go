package speed

import (
	"github.com/vibench/bench/core/optim"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
)

// Element is the time of one function, in nanoseconds an element, in cache.
type Element struct {
	Name   string  `json:"name"` // exp/f32
	Kernel string  `json:"kernel"`
	NS     float64 `json:"ns"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

const inCache = 2048

// adder takes a row's measurement.
type adder func(name string, f func())

func elements(o Options, kernel string) []Element {
	o.say("functions on " + kernel)
	var out []Element
	add := func(name string, f func()) {
		t := timed(o, f)
		out = append(out, Element{name, kernel, t.Median / inCache, t.Min / inCache, t.Max / inCache})
	}
	functions[float32](add, "f32")
	functions[float64](add, "f64")
	x64 := ramp[float64](inCache)
	sink := 0.0
	add("logsumexp/f64", func() { sink += vec.LogSumExp64(x64) })
	key, x32 := rng.Root(0), make([]float32, inCache)
	add("normal/f32", func() { key.Normal32(x32, 0) })
	add("normal/f64", func() { key.Normal64(x64, 0) })
	return out
}

// functions are those that both precisions have.
func functions[T float32 | float64](add adder, kind string) {
	x, u, bits, dst := make([]T, inCache), make([]T, inCache), make([]T, inCache), make([]T, inCache)
	for i := range x {
		x[i] = T(i%97-48) / 8
		u[i] = T(i%97+1) / 16
		bits[i] = T(i % 2)
	}
	for _, f := range []struct {
		name string
		f    func(dst, x []T)
		x    []T
	}{
		{"exp", vec.Exp[T], x}, {"expm1", vec.Expm1[T], x}, {"log", vec.Log[T], u}, {"log1p", vec.Log1p[T], u},
		{"tanh", vec.Tanh[T], x}, {"sigmoid", vec.Sigmoid[T], x}, {"softplus", vec.Softplus[T], x},
	} {
		add(f.name+"/"+kind, func() { f.f(dst, f.x) })
	}
	var sum T
	add("sum/"+kind, func() { sum += vec.Sum(x) })
	var nats float64
	add("bernoulli/"+kind, func() { nats += vec.Bernoulli(bits, x, nil) })
	add("bernoulli and gradient/"+kind, func() { nats += vec.Bernoulli(bits, x, dst) })
	for _, r := range []struct {
		name string
		rule optim.Rule
	}{
		{"momentum", optim.SGD{Rate: 1e-3, Momentum: 0.9}},
		{"adam", optim.Adam{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}},
	} {
		theta, dir, st := ramp[T](inCache), ramp[T](inCache), optim.NewState[T](r.rule, inCache)
		add(r.name+"/"+kind, func() { optim.Advance(r.rule, theta, dir, st, 1) })
	}
}
