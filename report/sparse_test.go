package report

import (
	"math"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// sparseCoding is a suite as those of sparse coders are: dictionaries, codes, the signals of both
// networks, an objective, and an ELBO on its way to a sum of entropies.
func sparseCoding() *lab {
	l := newLab(5)
	l.plan.Suite, l.plan.Rows = "sparse", map[string]int{"bits{n=96}": 96}
	steps := suites.Train{Steps: 300, Batch: 16, Every: 25}
	of := func(grid, estimator string, seed int, params ...any) suites.Cell {
		c := l.train(grid, estimator, seed, steps, params...)
		c.Model = suites.Choice{Name: "sparsecoder", Version: 1, Params: map[string]any{"latents": 64}}
		l.plan.Cells[len(l.plan.Cells)-1] = c
		return c
	}
	for i, e := range [][]any{{"ste", "k", 1}, {"ste", "k", 20}, {"subgrad", "k", 20}, {"dense", "k", 20}} {
		for seed := range 5 {
			c := of("patches", e[0].(string), seed, e[1:]...)
			level := float64(i)
			l.point(c, "objective", 300, 130+20*level+3*l.rand.NormFloat64())
			l.point(c, "gini", 300, 0.9-0.12*level+0.02*l.rand.NormFloat64())
			l.point(c, "l0", 300, 0.1+0.3*level)
			for _, network := range []struct {
				name  string
				scale float64
			}{{"inf", 0.4}, {"gen", 3}} {
				if network.name == "inf" && i == 3 && seed == 2 {
					r := l.end(c, store.Done, "")
					r.Points = append(r.Points, store.Point{Metric: "snr/inf", Step: 300, Value: math.NaN(), Reason: "debiased squared signal not positive"})
					continue
				}
				l.point(c, "snr/"+network.name, 300, network.scale*math.Exp(-0.4*level+0.1*l.rand.NormFloat64()))
				l.point(c, "snr/"+network.name+"/floor", 300, 0.08)
				l.point(c, "snr-each/"+network.name+"/median", 300, 0.3*network.scale*math.Exp(-0.3*level+0.1*l.rand.NormFloat64()))
			}
			l.point(c, "snr/r", 300, 1000)
			l.point(c, "snr-each/r", 300, 1000)
			l.point(c, "snr-each/floor", 300, 0.0252)
			l.keep(c, "dictionary@12x12", gabors(l, 64, 12, 0.4*level))
			l.keep(c, "code-histogram@data", codesOf(l, 20000, 0.7*math.Min(1, 3-level), 0.15*(1+level)))
		}
	}
	for i, e := range []string{"entropy", "elbo"} {
		for seed := range 4 {
			c := of("bars", e, seed)
			for step := 0; step <= 300; step += 25 {
				at := math.Exp(-float64(step) / 40)
				bound := -8.8 - 0.5*float64(i) - 40*at + 0.1*l.rand.NormFloat64()
				gap := 3*math.Exp(-float64(step)/float64(20+15*i)) + 1e-6*l.rand.Float64()
				l.point(c, "entropies/elbo", step, bound)
				l.point(c, "entropies/sum", step, bound+gap)
				l.point(c, "entropies/gap", step, gap)
			}
			truth := bars(5)
			learned := make([]float64, len(truth))
			for j := range truth {
				learned[j] = math.Pow(-1, float64(j/25))*0.9*truth[j] + 0.02*float64(1+2*i)*l.rand.NormFloat64()
			}
			l.keep(c, "dictionary@5x5", learned)
			l.keep(c, "dictionary/true@5x5", truth)
		}
	}
	return l
}

// bars are the rows and columns of a square, of unit norm.
func bars(r int) (x []float64) {
	for b := range 2 * r {
		for i := range r * r {
			on := 0.0
			if b < r && i%r == b || b >= r && i/r == b-r {
				on = 1 / math.Sqrt(float64(r))
			}
			x = append(x, on)
		}
	}
	return x
}

// gabors are edges of unit norm at random places, with noise over them.
func gabors(l *lab, n, size int, noise float64) (x []float64) {
	for range n {
		angle, phase, wave := math.Pi*l.rand.Float64(), 2*math.Pi*l.rand.Float64(), 4+4*l.rand.Float64()
		cx, cy, width := float64(size)*l.rand.Float64(), float64(size)*l.rand.Float64(), 1+1.5*l.rand.Float64()
		atom, norm := make([]float64, size*size), 0.0
		for i := range atom {
			dx, dy := float64(i%size)-cx, float64(i/size)-cy
			u := dx*math.Cos(angle) + dy*math.Sin(angle)
			atom[i] = math.Exp(-(dx*dx+dy*dy)/(2*width*width))*math.Cos(2*math.Pi*u/wave+phase) + 0.3*noise*l.rand.NormFloat64()
			norm += atom[i] * atom[i]
		}
		for _, v := range atom {
			x = append(x, v/math.Sqrt(norm))
		}
	}
	return x
}

// codesOf counts codes that are zero with a probability and else of Laplace's law.
func codesOf(l *lab, n int, zero, scale float64) []float64 {
	const bins, reach = 121, 3.0
	x := make([]float64, 2*bins+4)
	for i := range bins + 1 {
		x[i] = reach * float64(2*i-bins) / bins
	}
	for range n {
		if l.rand.Float64() < zero {
			x[2*bins+1]++
			continue
		}
		v := scale * l.rand.ExpFloat64() * math.Copysign(1, l.rand.Float64()-0.5)
		switch {
		case v < -reach:
			x[2*bins+2]++
		case v > reach:
			x[2*bins+3]++
		default:
			x[bins+1+min(int((v+reach)/(2*reach)*bins), bins-1)]++
		}
	}
	return x
}
