package vi_test

import (
	"testing"

	"github.com/vibench/bench/vi"
)

// Every refusal, word for word.
func TestFit(t *testing.T) {
	reals := vi.Shape{N: 8, D: 2, Domain: vi.Real}
	z := vi.Block{Name: "z", Kind: "real", Dim: 2, Offers: []vi.Cap{vi.Score, vi.Path}}
	bits := vi.Block{Name: "h", Kind: "binary", Dim: 3, Offers: []vi.Cap{vi.Score}}
	for _, c := range []struct {
		name  string
		card  vi.Card
		sheet vi.Sheet
		data  vi.Shape
		want  string
	}{
		{"fits", vi.Card{Name: "e", K: 1, Needs: []vi.Cap{vi.Path, vi.Score}}, vi.Sheet{Blocks: []vi.Block{z}, Data: vi.Real}, reals, ""},
		{"any data", vi.Card{Name: "e", K: 1}, vi.Sheet{Blocks: []vi.Block{z}}, reals, ""},
		{"k = 0", vi.Card{Name: "e", K: 0}, vi.Sheet{Blocks: []vi.Block{z}}, reals,
			`estimator "e": got k = 0; need at least 1`},
		{"least k", vi.Card{Name: "e", K: 1, LeastK: 2}, vi.Sheet{Blocks: []vi.Block{z}}, reals,
			`estimator "e": got k = 1; need at least 2`},
		{"domain", vi.Card{Name: "e", K: 1}, vi.Sheet{Blocks: []vi.Block{z}, Data: vi.Binary}, reals,
			`estimator "e": the model explains binary data, the data set is real`},
		{"second block", vi.Card{Name: "reparam", K: 1, Needs: []vi.Cap{vi.Path}}, vi.Sheet{Blocks: []vi.Block{z, bits}}, reals,
			`estimator "reparam" needs path; block "h" (binary) offers score`},
		{"nothing offered", vi.Card{Name: "e", K: 1, Needs: []vi.Cap{vi.Score}}, vi.Sheet{Blocks: []vi.Block{{Name: "z", Kind: "real"}}}, reals,
			`estimator "e" needs score; block "z" (real) offers nothing beyond densities`},
		{"of the whole model", vi.Card{Name: "e", K: 1, Needs: []vi.Cap{vi.Exact}}, vi.Sheet{Blocks: []vi.Block{z}, Offers: []vi.Cap{vi.Exact}}, reals, ""},
		{"no blocks", vi.Card{Name: "e", K: 1, Needs: []vi.Cap{vi.Path}}, vi.Sheet{Offers: []vi.Cap{vi.Exact, vi.LargeK}}, reals,
			`estimator "e" needs path; the model offers exact, large-k`},
		{"shared", vi.Card{Name: "e", K: 1}, vi.Sheet{Blocks: []vi.Block{z}, Params: []vi.Spec{{Name: "gen/a"}, {Name: "shared/w"}}}, reals,
			`estimator "e" raises gen and inf by two scalars; parameter "shared/w" is shared by both networks and would get a wrong direction`},
		{"shared, one scalar", vi.Card{Name: "e", K: 1, OneScalar: true}, vi.Sheet{Blocks: []vi.Block{z}, Params: []vi.Spec{{Name: "shared/w"}}}, reals, ""},
	} {
		got := ""
		if err := vi.Fit(c.card, c.sheet, c.data); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q; want %q", c.name, got, c.want)
		}
	}
}
