package metrics

import (
	"math"
	"math/bits"

	"github.com/vibench/bench/vi"
)

// Jaccard is how alike the supports of one datum's codes are: the Jaccard index of all
// pairs of its k samples of q, averaged over pairs and data. Read it beside l0: where
// nothing or everything is used, it is 1.
//
//	|S_i & S_j| / |S_i | S_j|,  i < j,  S = {k : |z_k| > least};  1 if both are empty
//
// Fallah and Rozell 2022 (2205.03665), figure 5, where the authors' notebook has the
// distance, 1 minus it, and counts each sample against itself.
type Jaccard struct {
	K     int     `name:"k" min:"2" doc:"samples of q a datum, of which all pairs are compared"`
	Least float64 `name:"least" min:"0" doc:"size above which a latent is in the support"`
	On
}

func (Jaccard) Name() string              { return "jaccard" }
func (Jaccard) Better() string            { return "" }
func (Jaccard) Unit() string              { return "" }
func (Jaccard) Needs() []vi.Cap           { return nil }
func (Jaccard) Check(s vi.Sheet) error    { return oneReal(s) }
func (m Jaccard) Emits(vi.Sheet) []string { return []string{m.named("jaccard")} }

func (m Jaccard) Measure(e *Eval, o *Out) {
	total, pairs := 0.0, 0.0
	var sets [][]uint64
	why := e.codes(m.On, m.K, func(_ int, z []float64) {
		h := len(z) / m.K
		if sets == nil {
			for range m.K {
				sets = append(sets, make([]uint64, (h+63)/64))
			}
		}
		for j, s := range sets {
			clear(s)
			for k, x := range z[j*h : (j+1)*h] {
				if math.Abs(x) > m.Least {
					s[k/64] |= 1 << (k % 64)
				}
			}
		}
		for j, s := range sets {
			for _, t := range sets[:j] {
				both, any := 0, 0
				for i := range s {
					both += bits.OnesCount64(s[i] & t[i])
					any += bits.OnesCount64(s[i] | t[i])
				}
				pairs++
				if any == 0 {
					total++
				} else {
					total += float64(both) / float64(any)
				}
			}
		}
	})
	o.say(m.named("jaccard"), total/pairs, why)
}
