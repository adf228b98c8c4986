package metrics_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/metrics"
)

// recovery of a learned dictionary, [d,hl], of the true one, [d,ht].
func recovery(t *testing.T, truth, learned []float64, d int) *metrics.Out {
	t.Helper()
	h := len(learned) / d
	m := given{k: 1, h: h, z: make([]float64, h), mean: make([]float64, h), a: learned}
	return measure(m.of(t, nil, truth), metrics.Recovery{Least: 0.9})
}

func dictionary(i, d, h int) []float64 {
	a := make([]float64, d*h)
	rng.Data(uint64(i), "dictionary", "atoms").Normal64(a, 0)
	return a
}

// column k of a [d,h] dictionary.
func column(a []float64, d, h, k int) []float64 {
	out := make([]float64, d)
	for l := range out {
		out[l] = a[l*h+k]
	}
	return out
}

// best is the largest sum of scores over all injections of n rows into m >= n columns,
// with a score of zero for every row that is given none.
func best(score [][]float64) float64 {
	used := make([]bool, len(score[0]))
	var from func(i int) float64
	from = func(i int) float64 {
		if i == len(score) {
			return 0
		}
		most := from(i + 1) // none
		for j, c := range score[i] {
			if !used[j] {
				used[j] = true
				most = max(most, c+from(i+1))
				used[j] = false
			}
		}
		return most
	}
	return from(0)
}

// The matching against all there are, of square and both rectangular shapes.
func TestRecoveryIsTheBestMatching(t *testing.T) {
	const d = 3 // few numbers: cosines are large, and the greedy matching is often not the best
	greedy := 0
	for i, s := range [][2]int{{1, 1}, {1, 4}, {4, 1}, {5, 5}, {6, 6}, {3, 6}, {6, 3}, {6, 6}, {5, 6}, {6, 5}, {6, 6}, {6, 6}} {
		truth, learned := dictionary(2*i, d, s[0]), dictionary(2*i+1, d, s[1])
		score := make([][]float64, s[0])
		for r := range score {
			for c := range s[1] {
				x, y := column(truth, d, s[0], r), column(learned, d, s[1], c)
				score[r] = append(score[r], math.Abs(inner(x, y))/math.Sqrt(inner(x, x)*inner(y, y)))
			}
		}
		out := recovery(t, truth, learned, d)
		want := best(score) / float64(s[0])
		near(t, "recovery", value(t, out, "recovery"), want, 1e-12)
		cosines := array(t, out, "recovery")
		near(t, "kept", arithmetic(cosines), want, 1e-12)
		least, found := 1.0, 0.0
		for _, c := range cosines {
			least = min(least, c)
			if c >= 0.9 {
				found += 1 / float64(s[0])
			}
		}
		near(t, "recovery/min", value(t, out, "recovery/min"), least, 1e-15)
		near(t, "recovery/found", value(t, out, "recovery/found"), found, 1e-12)
		if s[0] > s[1] && least != 0 {
			t.Errorf("%v: %d true atoms are left over, and the least cosine is %g", s, s[0]-s[1], least)
		}
		used, sum := map[int]bool{}, 0.0
		for _, row := range score {
			at, most := -1, 0.0
			for j, c := range row {
				if !used[j] && c > most {
					at, most = j, c
				}
			}
			used[at] = true
			sum += most
		}
		if sum < best(score)-1e-9 {
			greedy++
		}
	}
	if greedy == 0 {
		t.Error("greedy matching was as good each time: the test sees nothing")
	}
}

// Order, sign and length of atoms are nothing; atoms that are missing are.
func TestRecoveryOfTheSame(t *testing.T) {
	const d, h = 6, 4
	truth := dictionary(50, d, h)
	learned := make([]float64, d*h)
	for k, to := range []int{2, 0, 3, 1} {
		for l := range d {
			learned[l*h+to] = truth[l*h+k] * []float64{-1, 3, 1e-3, -20}[k]
		}
	}
	out := recovery(t, truth, learned, d)
	for name, want := range map[string]float64{"recovery": 1, "recovery/min": 1, "recovery/found": 1, "recovery/amari": 0} {
		near(t, name, value(t, out, name), want, 1e-12)
	}
	for l := range d {
		learned[l*h+2] *= 1e-9 // that of the first, too short to have a direction
	}
	out = recovery(t, truth, learned, d)
	near(t, "without one", value(t, out, "recovery"), 0.75, 1e-12)
	near(t, "least without one", value(t, out, "recovery/min"), 0, 0)
	near(t, "found without one", value(t, out, "recovery/found"), 0.75, 1e-12)
	near(t, "amari without one: a row and a column of the worst", value(t, out, "recovery/amari"), 2.0*(h-1)/(2*h*(h-1)), 1e-12)
	out = recovery(t, truth, make([]float64, d*h), d)
	near(t, "of nothing", value(t, out, "recovery"), 0, 0)
	near(t, "amari of nothing", value(t, out, "recovery/amari"), 1, 0)
	one := recovery(t, []float64{1, 0}, []float64{3, 4}, 2)
	near(t, "one atom", value(t, one, "recovery"), 0.6, 1e-15)
	near(t, "amari of one atom", value(t, one, "recovery/amari"), 0, 0)
	near(t, "amari of one atom at right angles", value(t, recovery(t, []float64{1, 0}, []float64{0, 4}, 2), "recovery/amari"), 1, 0)
}

// The index by its sums, of P by least squares of another program.
func TestAmari(t *testing.T) {
	for i, s := range [][2]int{{4, 4}, {7, 3}, {9, 9}} {
		d, h := s[0], s[1]
		truth, learned := dictionary(80+2*i, d, h), dictionary(81+2*i, d, h)
		for _, a := range [][]float64{truth, learned} {
			for k := range h {
				c := column(a, d, h, k)
				for l := range d {
					a[l*h+k] /= math.Sqrt(inner(c, c))
				}
			}
		}
		var p mat.Dense
		if err := p.Solve(mat.NewDense(d, h, truth), mat.NewDense(d, h, learned)); err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for i := range h {
			var row, col, most, mostCol float64
			for j := range h {
				row, most = row+math.Abs(p.At(i, j)), max(most, math.Abs(p.At(i, j)))
				col, mostCol = col+math.Abs(p.At(j, i)), max(mostCol, math.Abs(p.At(j, i)))
			}
			total += row/most - 1 + col/mostCol - 1
		}
		near(t, "amari", value(t, recovery(t, truth, learned, d), "recovery/amari"), total/float64(2*h*(h-1)), 1e-10)
	}
	// bars of 2 x 2: rows and columns have the same sum
	bars := []float64{
		1, 0, 1, 0,
		0, 1, 1, 0,
		1, 0, 0, 1,
		0, 1, 0, 1,
	}
	for name, c := range map[string]struct {
		truth, learned []float64
		d              int
		want           string
	}{
		"bars":           {bars, dictionary(1, 4, 4), 4, "the true dictionary, 4 atoms of 4 numbers, has not rank 4"},
		"overcomplete":   {dictionary(2, 2, 3), dictionary(3, 2, 3), 2, "the true dictionary, 3 atoms of 2 numbers, has not rank 3"},
		"an atom of 0":   {[]float64{1, 0, 0, 0}, []float64{1, 0, 0, 1}, 2, "has not rank 2"},
		"another number": {dictionary(4, 4, 3), dictionary(5, 4, 4), 4, "3 true atoms and 4 learned"},
	} {
		out := recovery(t, c.truth, c.learned, c.d)
		if why := reason(t, out, "recovery/amari"); !strings.Contains(why, c.want) {
			t.Errorf("%s: got %q", name, why)
		}
		value(t, out, "recovery")
	}
	for name, out := range map[string]*metrics.Out{
		"the data have no true dictionary":                 recovery(t, nil, []float64{1}, 1),
		"a learned atom is not finite":                     recovery(t, []float64{1, 2}, []float64{math.NaN(), 1}, 2),
		"the dictionaries are not of the data's dimension": recovery(t, []float64{1, 2, 3}, []float64{1, 1}, 2),
	} {
		for _, v := range out.Values {
			if v.Reason != name {
				t.Errorf("%s: got %q; want %q", v.Name, v.Reason, name)
			}
		}
	}
}
