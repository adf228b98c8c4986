package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// A pmf is a discrete distribution, its values ascending.
type pmf []atom

type atom struct{ value, mass float64 }

func (d pmf) atLeast(v float64) float64 {
	p := 0.0
	for _, a := range d {
		if a.value >= v-sameRho {
			p += a.mass
		}
	}
	return math.Min(1, p)
}

func (d pmf) atMost(v float64) float64 {
	p := 0.0
	for _, a := range d {
		if a.value <= v+sameRho {
			p += a.mass
		}
	}
	return math.Min(1, p)
}

// sumOfRhos is the null distribution of the sum of the sequences' correlations;
// it reports false if that would take more than trendPairs products. Sequences
// of one norm, all of them where there are no ties, add up as integers; only
// unlike ones need to add up as correlations.
func sumOfRhos(seqs []sequence) (pmf, bool) {
	var norms []float64 // in order of appearance
	sums := make(map[float64]lattice)
	nulls := make(map[string]lattice) // few seeds differ in their ties
	pairs := 0
	for _, s := range seqs {
		if s.norm == 0 {
			continue // always 0
		}
		ties := fmt.Sprint(slices.Sorted(slices.Values(s.a)), slices.Sorted(slices.Values(s.b)))
		own, known := nulls[ties]
		if !known {
			own = s.permuted()
			nulls[ties] = own
		}
		sum, seen := sums[s.norm]
		if !seen {
			norms = append(norms, s.norm)
			sums[s.norm] = own
			continue
		}
		if pairs += sum.atoms() * own.atoms(); pairs > trendPairs {
			return nil, false
		}
		sums[s.norm] = sum.plus(own)
	}
	null := pmf{{value: 0, mass: 1}}
	for _, norm := range norms {
		own := sums[norm].over(norm)
		// Sums of correlations go through a map, some thirty times the work.
		if pairs += 32 * len(null) * len(own); pairs > trendPairs {
			return nil, false
		}
		null = null.plus(own)
	}
	return null, true
}

// plus is the distribution of the sum of two independent values. Sums that are
// equal but for rounding become one.
func (d pmf) plus(e pmf) pmf {
	at := make(map[int64]int)
	var sum pmf
	for _, a := range d {
		for _, b := range e {
			v := a.value + b.value
			key := int64(math.Round(v * (1 << 40)))
			i, ok := at[key]
			if !ok {
				i = len(sum)
				at[key] = i
				sum = append(sum, atom{value: v})
			}
			sum[i].mass += a.mass * b.mass
		}
	}
	slices.SortFunc(sum, func(a, b atom) int { return cmp.Compare(a.value, b.value) })
	return sum
}

// A lattice is a distribution on the integers: entry i has value i - reach, and
// len(mass) is 2 reach + 1.
type lattice struct {
	reach int
	mass  []float64
}

func newLattice(reach int) lattice { return lattice{reach, make([]float64, 2*reach+1)} }

func (l lattice) atoms() int {
	n := 0
	for _, m := range l.mass {
		if m != 0 {
			n++
		}
	}
	return n
}

func (l lattice) plus(o lattice) lattice {
	sum := newLattice(l.reach + o.reach)
	for i, m := range l.mass {
		if m == 0 {
			continue
		}
		for j, w := range o.mass {
			if w != 0 {
				sum.mass[i+j] += m * w
			}
		}
	}
	return sum
}

// over is the distribution of the values divided by norm.
func (l lattice) over(norm float64) pmf {
	var d pmf
	for i, m := range l.mass {
		if m != 0 {
			d = append(d, atom{float64(i-l.reach) / norm, m})
		}
	}
	return d
}

// permuted is the distribution of the sum of products of a and b when all orders
// of b are equally likely. Orders are counted by the set of b that the first
// positions took, 2^n sets for n! orders: ways[set] counts the layouts of set by
// their sum of products.
func (s sequence) permuted() lattice {
	n := len(s.a)
	reach := int(s.norm) + 1 // Cauchy and Schwarz: no partial sum is larger
	ways := make([][]float64, 1<<n)
	ways[0] = newLattice(reach).mass
	ways[0][reach] = 1
	for set := range len(ways) - 1 {
		a := s.a[bits.OnesCount(uint(set))]
		for j, b := range s.b {
			next := set | 1<<j
			if next == set {
				continue
			}
			if ways[next] == nil {
				ways[next] = newLattice(reach).mass
			}
			for p, w := range ways[set] {
				if w != 0 {
					ways[next][p+a*b] += w
				}
			}
		}
		ways[set] = nil // no larger set comes back to it
	}
	l := lattice{reach, ways[len(ways)-1]}
	orders := 1.0
	for i := 2; i <= n; i++ {
		orders *= float64(i)
	}
	for p := range l.mass {
		l.mass[p] /= orders
	}
	return l
}
