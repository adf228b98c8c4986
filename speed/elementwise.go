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

func elements(o Options, kernel string) []Element {
	var out []Element
	key := rng.Root(0)
	theta, dir := ramp(inCache), ramp(inCache)
	adam := optim.Adam{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	st := optim.NewState[float32](adam, inCache)
	add := func(name string, f func()) {
		t := timed(o, f)
		out = append(out, Element{name, kernel, t.Median / inCache, t.Min / inCache, t.Max / inCache})
	}
	functions(add, "f32", make([]float32, inCache))
	functions(add, "f64", make([]float64, inCache))
	x32, x64 := make([]float32, inCache), make([]float64, inCache)
	add("normal/f32", func() { key.Normal32(x32, 0) })
	add("normal/f64", func() { key.Normal64(x64, 0) })
	add("adam/f32", func() { adam.Step32(theta, dir, st, 1) })
	return out
}

func functions[T float32 | float64](add func(string, func()), kind string, dst []T) {
	x, u := make([]T, inCache), make([]T, inCache)
	for i := range x {
		x[i] = T(i%97-48) / 8
		u[i] = T(i%97+1) / 16
	}
	add("exp/"+kind, func() { vec.Exp(dst, x) })
	add("log/"+kind, func() { vec.Log(dst, u) })
	add("log1p/"+kind, func() { vec.Log1p(dst, u) })
	add("tanh/"+kind, func() { vec.Tanh(dst, x) })
	add("sigmoid/"+kind, func() { vec.Sigmoid(dst, x) })
	add("softplus/"+kind, func() { vec.Softplus(dst, x) })
	sink := T(0)
	add("sum/"+kind, func() { sink += vec.Sum(x) })
}
