package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// MultiInformation is by how much the latents' entropies exceed that of the code as a
// whole, in bits, of codes cut into bins, plugged in: counts over N for probabilities. A
// code is one sample of q for each of k a datum.
//
//	sum_k H(z_k) - H(z_1 ... z_H)      multi-information = /marginal - /joint
//
// Bins are cut at edges evenly from -reach to reach, and at 1e-50 on both sides of zero,
// so that exact zeros are a bin of their own.
//
// It is not what it is called: no more than N codes are seen, so the joint part cannot
// exceed log2 N (/ceiling), where it is once no two codes agree, and what is left is the
// sum of the marginal entropies less a constant: a measure of sparsity. Compare it only
// at one N, and where /joint is well below /ceiling. A latent that is the same in
// every code adds nothing; a single one has 0.
//
// Fallah and Rozell 2022 (2205.03665), authors' code: 20 edges for patches, 30 for images.
type MultiInformation struct {
	Edges int     `name:"edges" min:"2" max:"200" doc:"edges of bins from -reach to reach"`
	Reach float64 `name:"reach" min:"0" doc:"the outermost edge"`
	Codes
}

func (MultiInformation) Name() string   { return "multi-information" }
func (MultiInformation) Better() string { return "" }
func (MultiInformation) Unit() string   { return "bits" }
func (m MultiInformation) Emits(vi.Sheet) []string {
	return []string{m.named("multi-information"), m.named("multi-information/marginal"), m.named("multi-information/joint"), m.named("multi-information/ceiling")}
}

func (m MultiInformation) Measure(e *Eval, o *Out) {
	edges := m.edges()
	var words []string // of each code its bins
	h := 0
	why := e.codes(m.On, m.K, func(_ int, z []float64) {
		h = len(z) / m.K
		word := make([]byte, h)
		for ; len(z) > 0; z = z[h:] {
			for k, x := range z[:h] {
				at, equal := slices.BinarySearch(edges, x)
				if equal {
					at++ // an edge belongs to the bin above it
				}
				word[k] = byte(at)
			}
			words = append(words, string(word))
		}
	})
	if why != "" {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "%s", why)
		}
		return
	}
	marginal := 0.0
	for k := range h {
		var of [256]int
		for _, w := range words {
			of[w[k]]++
		}
		marginal += entropy(of[:])
	}
	slices.Sort(words)
	var runs []int
	for i, w := range words {
		if i == 0 || w != words[i-1] {
			runs = append(runs, 0)
		}
		runs[len(runs)-1]++
	}
	joint := entropy(runs)
	for i, x := range []float64{max(0, marginal-joint), marginal, joint, vec.Log64(float64(len(words))) / math.Ln2} {
		o.Put(m.Emits(vi.Sheet{})[i], x)
	}
}

// edges are in rising order.
func (m MultiInformation) edges() []float64 {
	out := []float64{-1e-50, 1e-50}
	step := 2 * m.Reach / float64(m.Edges-1)
	for i := range m.Edges - 1 {
		out = append(out, float64(float64(i)*step)-m.Reach)
	}
	out = append(out, m.Reach)
	slices.Sort(out)
	return out
}

// entropy of counts, in bits, whatever their order; it sorts them.
func entropy(counts []int) float64 {
	slices.Sort(counts)
	n, sum := 0.0, 0.0
	for _, c := range counts {
		if c > 0 {
			n += float64(c)
			sum += float64(float64(c) * vec.Log64(float64(c)))
		}
	}
	return max(0, (vec.Log64(n)-sum/n)/math.Ln2)
}
