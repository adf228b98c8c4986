package datasets_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// Answers have the chances that they are said to have: by item the share of right ones, and
// its product with theta, lie by their expectation given abilities and items. 60 z-scores a form,
// false alarm by any of all 180 at 5.5: 7e-6.
func TestIRTAnswers(t *testing.T) {
	for _, form := range []string{"1pl", "2pl", "3pl"} {
		d := data(t, datasets.IRT{Kind: form, N: 4000, Dim: 30, Spread: 0.5}, 3)
		for j := range d.D {
			a, b, g := d.Items[3*j], d.Items[3*j+1], d.Items[3*j+2]
			if form == "1pl" && a != 1 || form != "3pl" && g != 0 || a <= 0 || g < 0 || g > 0.3 {
				t.Errorf("%s: item %d is %g, %g, %g", form, j, a, b, g)
			}
			var sum, weighted, v, vw float64
			for n, theta := range d.Codes {
				p := g + (1-g)/(1+math.Exp(b-a*theta))
				r := d.X[n*d.D+j] - p
				sum, weighted = sum+r, weighted+r*theta
				v, vw = v+p*(1-p), vw+p*(1-p)*theta*theta
			}
			if z := math.Max(math.Abs(sum/math.Sqrt(v)), math.Abs(weighted/math.Sqrt(vw))); z > 5.5 {
				t.Errorf("%s: item %d: z = %.1f", form, j, z)
			}
		}
	}
}

// Held-out answers are NaN in the data and nothing else is: about the share asked for (z of
// 5, 6e-7), the same answers otherwise, and never all of a person or an item.
func TestIRTHides(t *testing.T) {
	whole := data(t, datasets.IRT{Kind: "2pl", N: 1000, Dim: 20, Spread: 0.5}, 4)
	d := data(t, datasets.IRT{Kind: "2pl", N: 1000, Dim: 20, Spread: 0.5, Hide: 0.1}, 4)
	hidden := 0.0
	for i, x := range d.X {
		if x != x {
			hidden++
		} else if x != whole.X[i] {
			t.Fatalf("answer %d is another", i)
		}
		if d.Hidden[i] != whole.X[i] {
			t.Fatalf("held-out answer %d is another", i)
		}
	}
	if n := float64(len(d.X)); math.Abs(hidden-0.1*n) > 5*math.Sqrt(0.09*n) {
		t.Errorf("%g of %g are hidden", hidden, n)
	}
	few := data(t, datasets.IRT{Kind: "1pl", N: 300, Dim: 3, Hide: 0.9}, 4)
	for n := range few.N {
		some := false
		for _, x := range few.X[3*n : 3*n+3] {
			some = some || x == x
		}
		if !some {
			t.Errorf("person %d has no answer", n)
		}
	}
}

// The two tests have their people: right answers by item, and people by score; and where the
// data are at hand, each person's answers.
func TestLSAT(t *testing.T) {
	for _, c := range []struct {
		d     vi.Dataset
		right [5]int
		score [6]int
	}{
		{datasets.LSAT6{}, [5]int{924, 709, 553, 763, 870}, [6]int{3, 20, 85, 237, 357, 298}},
		{datasets.LSAT7{}, [5]int{828, 658, 772, 606, 843}, [6]int{12, 40, 114, 205, 321, 308}},
	} {
		d := data(t, c.d, 0)
		var right [5]int
		var score [6]int
		for n := range d.N {
			s := 0
			for j, x := range d.X[5*n : 5*n+5] {
				right[j] += int(x)
				s += int(x)
			}
			score[s]++
		}
		if right != c.right || score != c.score {
			t.Errorf("%s: %v right, scores %v", c.d.Name(), right, score)
		}
		dir := os.Getenv("BENCH_DATA")
		text, err := os.ReadFile(filepath.Join(dir, "irt", c.d.Name()+".csv"))
		if dir == "" || err != nil {
			continue
		}
		_, rows, _ := strings.Cut(string(text), "\n")
		var got []string
		for n := range d.N {
			got = append(got, strings.ReplaceAll(strings.Trim(fmt.Sprint(d.X[5*n:5*n+5]), "[]"), " ", ","))
		}
		if want := strings.Fields(rows); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: other answers than in the file", c.d.Name())
		}
	}
}
