package metrics

import (
	"cmp"
	"math"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Bias is how far the mean direction lies from that of a reference, by network and
// by parameter: an exact one (enumerate), or one of the wanted mean on the same
// draws. With b = E[Delta] - E[ref], over R replicates,
//
//	bias = |b| / |E[ref]|      floor: sqrt(tr Var[Delta - ref] / R) / |E[ref]|, what noise alone gives
//	z = max_i |b_i| / se_i
//	detectable = max_i (z0 + 1.28) se_i / |E[ref]|      z0: the setting z
//
// detectable is the bias of one coordinate that would have brought z above z0 in
// nine of ten runs: a small z says no more than that. With z0 = 4.5 an unbiased
// estimator of four coordinates is called biased once in 37000 runs; one of d
// coordinates d/4 times as often. What rounding may do (1e-12 of |E[ref]| in
// float64, 1e-5 in float32) is no bias.
//
// With n data that share q, R replicates are n R draws.
type Bias struct {
	Replicates
	Reference string  `name:"reference" part:"estimator" required:"true" doc:"estimator whose mean is the wanted one"`
	Z         float64 `name:"z" min:"0" doc:"z above which a coordinate is called biased, for detectable"`
}

func (Bias) Name() string     { return "bias" }
func (Bias) Better() string   { return "lower" }
func (Bias) Unit() string     { return "" }
func (m Bias) With() []string { return []string{m.Reference} }

func (m Bias) Emits(s vi.Sheet) []string {
	var out []string
	for _, name := range perBlock("bias", s) {
		out = append(out, name, name+"/z", name+"/detectable")
	}
	return out
}

func (m Bias) Open(e *Eval) Fold {
	f := &bias{m: m, blocks: networks(e.Work.Params), rounding: 1e-12}
	if e.Work.Params.Precision() == tape.Float32 {
		f.rounding = 1e-5
	}
	return f
}

type bias struct {
	m         Bias
	blocks    []block
	rounding  float64
	off, ref  moments // of the difference, and of the reference
	departure []float64
}

func (f *bias) Add(r int, self []float64, with [][]float64) {
	f.departure = append(f.departure[:0], self...)
	for i, x := range with[0] {
		f.departure[i] -= x
	}
	f.off.add(f.departure)
	f.ref.add(with[0])
}

// power is the quantile of nine in ten.
const power = 1.2815515655446004

func (f *bias) Close(out *Out) {
	n := float64(f.off.n)
	for _, b := range f.blocks {
		name := "bias/" + b.name
		names := [...]string{name, name + "/z", name + "/detectable"}
		missing := func(why string) {
			for _, s := range names {
				out.Missing(s, "%s", why)
			}
		}
		if why := cmp.Or(f.off.bad(b), f.ref.bad(b)); why != "" {
			missing(why)
			continue
		}
		scale := f.ref.norm(b)
		if scale == 0 {
			missing("the reference direction is zero")
			continue
		}
		z, widest := 0.0, 0.0
		for i := b.lo; i < b.hi; i++ {
			se := math.Sqrt(f.off.variance(i) / n)
			widest = max(widest, se)
			if far := math.Abs(f.off.mean(i)) - float64(f.rounding*scale); far > 0 {
				z = max(z, far/se)
			}
		}
		out.Put(name, f.off.norm(b)/scale)
		out.Put(name+"/floor", math.Sqrt(f.off.trace(b)/n)/scale)
		if math.IsInf(z, 1) {
			out.Missing(names[1], "a coordinate is off without any variance")
		} else {
			out.Put(names[1], z)
		}
		out.Put(names[2], (f.m.Z+power)*widest/scale)
	}
	out.Put("bias/r", n)
	f.m.keep(&f.off, out, "bias/off")
}
