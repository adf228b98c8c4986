package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/vi"
)

// CodeKurtosis is the excess kurtosis of a latent over data and samples of q, the median
// over the latents that are live: 0 of a normal, 3 of a Laplacian, large where a latent
// is mostly nothing and now and then much.
//
//	E[(z_k - E z_k)^4] / Var[z_k]^2 - 3
//
// Live is a latent that varies, whose |z| is above least on more than a share of the
// codes and, in a linear generator, whose atom has a norm above norm: the others' moments
// are those of noise. That of each live latent is kept, in order. It is that of the
// aggregated posterior, so a q that is wide and normal hides the tails of its means.
type CodeKurtosis struct {
	Live
	Codes
}

// Live says which latents are live.
type Live struct {
	Norm  float64 `name:"norm" min:"0" doc:"norm above which an atom is live"`
	Least float64 `name:"least" min:"0" doc:"size above which a latent is used"`
	Share float64 `name:"share" min:"0" max:"1" doc:"share of codes above which it is used often enough"`
}

func (CodeKurtosis) Name() string              { return "code-kurtosis" }
func (CodeKurtosis) Better() string            { return "" }
func (CodeKurtosis) Unit() string              { return "" }
func (m CodeKurtosis) Emits(vi.Sheet) []string { return []string{m.named("code-kurtosis")} }

func (m CodeKurtosis) Measure(e *Eval, o *Out) {
	name := m.named("code-kurtosis")
	live, _, why := e.live(m.Live, m.Codes)
	if why != "" {
		o.Missing(name, "%s", why)
		return
	}
	h, count := len(live), 0.0
	first, mean := make([]float64, h), make([]float64, h) // distances are from the first code: a latent that stands still has none
	far, second, fourth := make([]float64, h), make([]float64, h), make([]float64, h)
	why = e.codes(m.On, m.K, func(_ int, z []float64) {
		if count == 0 {
			copy(first, z)
		}
		for i, x := range z {
			far[i%h] = max(far[i%h], math.Abs(x-first[i%h]))
			mean[i%h] += x - first[i%h]
		}
		count += float64(m.K)
	})
	for k := range mean {
		mean[k] /= count
	}
	// in units of the largest distance, whose powers neither vanish nor overflow
	if why == "" {
		why = e.codes(m.On, m.K, func(_ int, z []float64) {
			for i, x := range z {
				if far[i%h] == 0 {
					continue
				}
				d := (x - first[i%h] - mean[i%h]) / far[i%h]
				d = float64(d * d)
				second[i%h] += d
				fourth[i%h] += float64(d * d)
			}
		})
	}
	if why != "" {
		o.Missing(name, "%s", why)
		return
	}
	var all []float64
	for k, ok := range live {
		if v := second[k] / count; ok && v > 0 {
			all = append(all, fourth[k]/count/float64(v*v)-3)
		}
	}
	if len(all) == 0 {
		o.Missing(name, "no latent is live and varies")
		return
	}
	o.Keep(name, slices.Clone(all))
	o.Put(name, median(all))
}

// live says of every latent whether it is, and on what share of codes it is used.
func (e *Eval) live(l Live, c Codes) (live []bool, share []float64, why string) {
	share, why = e.shares(c, l.Least)
	if why != "" {
		return nil, nil, why
	}
	live = make([]bool, len(share))
	for k, s := range share {
		live[k] = s > l.Share
	}
	if a := atoms(e.Work); a != nil {
		for k, n := range norms(a, len(share)) {
			live[k] = live[k] && n > l.Norm
		}
	}
	return live, share, ""
}

// median of x, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return float64(0.5*x[(n-1)/2]) + float64(0.5*x[n/2])
}
