package metrics

import (
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/vi"
)

// SNREach is the signal-to-noise ratio of every parameter by itself, its median (/median)
// and mean (/mean) over a network and over a parameter's entries, at frozen parameters.
//
//	|mean_i| / (sd_i + 1e-9)
//
// Each entry counts alike, however small its gradient, where snr is that of the direction
// as a whole. It is not debiased: of R draws it is about sqrt(2/(pi R)) (snr-each/floor)
// where there is no signal at all, so R is logged and ratios near the floor say nothing.
// Entries that never vary, for which the 1e-9 would be all that is divided by, are left
// out; their share is /still. Each entry's ratio is kept, -1 where it is left out, so
// that a report can draw entries again atom by atom.
//
// Fallah and Rozell 2022 (2205.03665), authors' code, with R = 1000, of one batch; they
// average over batches too.
type SNREach struct{ Replicates }

func (SNREach) Name() string   { return "snr-each" }
func (SNREach) Better() string { return "higher" }
func (SNREach) Unit() string   { return "" }
func (SNREach) With() []string { return nil }
func (SNREach) Emits(s vi.Sheet) []string {
	out := []string{"snr-each/r", "snr-each/floor"}
	for _, name := range perBlock("snr-each", s) {
		out = append(out, name+"/median", name+"/mean", name+"/still")
	}
	return out
}

func (m SNREach) Open(e *Eval) Fold { return &snrEach{blocks: networks(e.Work.Params)} }

type snrEach struct {
	blocks []block
	origin []float64 // the first replicate, from which the others' distances are: none of an entry that stands still
	away   moments
}

func (f *snrEach) Add(r int, self []float64, with [][]float64) {
	if f.origin == nil {
		f.origin = slices.Clone(self)
	}
	d := make([]float64, len(self))
	for i, x := range self {
		d[i] = x - f.origin[i]
	}
	f.away.add(d)
}

func (f *snrEach) Close(out *Out) {
	for _, b := range f.blocks {
		name := "snr-each/" + b.name
		if why := f.away.bad(b); why != "" {
			for _, of := range []string{"/median", "/mean", "/still"} {
				out.Missing(name+of, "%s", why)
			}
			continue
		}
		each, moving := make([]float64, 0, b.hi-b.lo), []float64(nil)
		for i := b.lo; i < b.hi; i++ {
			x := -1.0
			if v := f.away.variance(i); v > 0 {
				x = math.Abs(f.origin[i]+f.away.mean(i)) / (math.Sqrt(v) + 1e-9)
				moving = append(moving, x)
			}
			each = append(each, x)
		}
		if strings.Contains(b.name, "/") { // a network's are its parameters'
			out.Keep(name, each)
		}
		out.Put(name+"/still", 1-float64(len(moving))/float64(len(each)))
		if len(moving) == 0 {
			out.Missing(name+"/median", "no entry varies")
			out.Missing(name+"/mean", "no entry varies")
			continue
		}
		out.Put(name+"/mean", mean(moving))
		out.Put(name+"/median", median(moving))
	}
	r := float64(f.away.n)
	out.Put("snr-each/r", r)
	out.Put("snr-each/floor", math.Sqrt(2/(math.Pi*r)))
}
