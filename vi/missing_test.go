package vi_test

import (
	"math"
	"testing"

	"github.com/vibench/bench/vi"
)

// What no model can be given, and what only some can.
func TestDataCheck(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		d  vi.Data
		ok bool
	}{
		"whole":                      {vi.Data{N: 2, D: 2, X: []float64{1, 2, 3, 4}, Domain: vi.Real}, true},
		"a hole nobody speaks of":    {vi.Data{N: 2, D: 2, X: []float64{1, nan, 3, 4}, Domain: vi.Real}, false},
		"a hole":                     {vi.Data{N: 2, D: 2, X: []float64{1, nan, 3, 4}, Domain: vi.Real, Missing: true}, true},
		"a row of holes":             {vi.Data{N: 2, D: 2, X: []float64{nan, nan, 3, 4}, Domain: vi.Real, Missing: true}, false},
		"a column of holes":          {vi.Data{N: 2, D: 2, X: []float64{1, nan, 3, nan}, Domain: vi.Real, Missing: true}, false},
		"infinite":                   {vi.Data{N: 1, D: 1, X: []float64{math.Inf(1)}, Domain: vi.Real, Missing: true}, false},
		"answers, some not given":    {vi.Data{N: 2, D: 2, X: []float64{1, nan, 0, 1}, Domain: vi.Answer}, true},
		"nobody answered an item":    {vi.Data{N: 2, D: 2, X: []float64{1, nan, 0, nan}, Domain: vi.Answer}, true},
		"held-out data with a hole":  {vi.Data{N: 1, D: 1, X: []float64{1}, Domain: vi.Real, Test: &vi.Data{N: 1, D: 1, X: []float64{nan}, Domain: vi.Real}}, false},
		"a column of holes held out": {vi.Data{N: 1, D: 2, X: []float64{1, 2}, Domain: vi.Real, Missing: true, Test: &vi.Data{N: 1, D: 2, X: []float64{nan, 1}, Domain: vi.Real, Missing: true}}, true},
		"a row of holes held out":    {vi.Data{N: 1, D: 2, X: []float64{1, 2}, Domain: vi.Real, Missing: true, Test: &vi.Data{N: 1, D: 2, X: []float64{nan, nan}, Domain: vi.Real, Missing: true}}, false},
	} {
		if err := c.d.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
