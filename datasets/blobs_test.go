package datasets_test

import (
	"math"
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
)

// Centres are on a lattice about the origin, the nearest sep apart; clouds have unit
// variance. Of 3000 data a cloud, a mean is off by 0.1 and a variance by 0.15 once in ten
// million.
func TestBlobs(t *testing.T) {
	for _, c := range []datasets.Blobs{{K: 1, Dim: 2}, {K: 3, Dim: 1}, {K: 3, Dim: 2}, {K: 9, Dim: 2}, {K: 16, Dim: 10}} {
		c.Sep, c.N = 3, 3000*c.K
		x := data(t, c, 2)
		centre, origin := make([]float64, c.K*c.Dim), make([]float64, c.Dim)
		for i, v := range x.X {
			n := i / c.Dim
			if x.Labels[n] != n%c.K {
				t.Fatalf("row %d is of cloud %d", n, x.Labels[n])
			}
			centre[x.Labels[n]*c.Dim+i%c.Dim] += v / 3000
			origin[i%c.Dim] += v / float64(c.N)
		}
		nearest, variance := math.Inf(1), 0.0
		for a := range c.K {
			for b := range a {
				d := 0.0
				for j := range c.Dim {
					r := centre[a*c.Dim+j] - centre[b*c.Dim+j]
					d += r * r
				}
				nearest = min(nearest, math.Sqrt(d))
			}
		}
		for i, v := range x.X {
			r := v - centre[x.Labels[i/c.Dim]*c.Dim+i%c.Dim]
			variance += r * r / float64(len(x.X))
		}
		if c.K > 1 && math.Abs(nearest-3) > 0.2 {
			t.Errorf("%+v: nearest centres are %.3f apart", c, nearest)
		}
		if math.Abs(variance-1) > 0.15 {
			t.Errorf("%+v: variance %.3f", c, variance)
		}
		for _, v := range origin {
			if math.Abs(v) > 0.1 {
				t.Errorf("%+v: about %.3f", c, origin)
			}
		}
	}
}

// Strings by their definition, state by state and symbol by symbol from the same draws.
func TestHMMStrings(t *testing.T) {
	c := datasets.HMMStrings{States: 3, Symbols: 4, Length: 20, Stay: 0.7, N: 40, Test: 5}
	k := key(c, 5)
	rows := func(name string, rows, n int, sharp float64) []float64 {
		p := make([]float64, rows*n)
		k.Fold(name).Normal64(p, 0)
		for lo := 0; lo < len(p); lo += n {
			sum := 0.0
			for i := range n {
				p[lo+i] = math.Exp(sharp * p[lo+i])
				sum += p[lo+i]
			}
			for i := range n {
				p[lo+i] /= sum
			}
		}
		return p
	}
	a, b := rows("A", 3, 3, 1), rows("B", 3, 4, 2)
	x := data(t, c, 5)
	make1 := func(key rng.Key, n int) []float64 {
		u, out := make([]float64, 2*n*20), []float64{}
		key.Fold("x").Uniform64(u, 0)
		state := 0
		for i := range n * 20 {
			next, left := 0, u[2*i]
			for ; next < 2; next++ {
				p := 1.0 / 3
				if i%20 > 0 {
					p = 0.3 * a[state*3+next]
					if next == state {
						p += 0.7
					}
				}
				if left -= p; left <= 0 {
					break
				}
			}
			state = next
			symbol := 0
			for left = u[2*i+1]; symbol < 3; symbol++ {
				if left -= b[state*4+symbol]; left <= 0 {
					break
				}
			}
			out = append(out, float64(symbol))
		}
		return out
	}
	if want := make1(k, 40); !slices.Equal(x.X, want) {
		t.Error("not the chain's strings")
	}
	if want := make1(k.Fold("test"), 5); !slices.Equal(x.Test.X, want) {
		t.Error("held-out strings are not the same chain's")
	}
}
