package vi_test

import (
	"math"
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
		{"no path", vi.Card{Name: "reparam", K: 1, Needs: []vi.Cap{vi.Path}}, sbn(3), reals,
			`estimator "reparam" needs path; block "z" (binary) offers score, logits, enumerate`},
		{"no bits", vi.Card{Name: "disarm", K: 2, Needs: []vi.Cap{vi.Bits}}, vi.Sheet{Blocks: []vi.Block{{Name: "z", Kind: "categorical", Offers: []vi.Cap{vi.Score, vi.Logits}}}}, reals,
			`estimator "disarm" needs bits; block "z" (categorical) offers score, logits`},
		{"odd k", vi.Card{Name: "arm", K: 3, Multiple: 2}, sbn(3), reals, `estimator "arm": got k = 3; need a multiple of 2`},
		{"states", vi.Card{Name: "enumerate", K: 1, Needs: []vi.Cap{vi.Enumerate}}, sbn(16), reals, ""},
		{"too many states", vi.Card{Name: "enumerate", K: 1, Needs: []vi.Cap{vi.Enumerate}}, sbn(200), reals,
			`estimator "enumerate": a datum's latents have 1.607e+60 states of 200 numbers; at most 65536 states and 67108864 numbers fit`},
		{"one layer", vi.Card{Name: "darn", K: 1, OneLayer: true}, vi.Sheet{Blocks: []vi.Block{z, bits}}, reals,
			`estimator "darn" is of one stochastic layer; the model has 2: z, h`},
		{"its one layer", vi.Card{Name: "darn", K: 1, OneLayer: true}, vi.Sheet{Blocks: []vi.Block{z}}, reals, ""},
		{"cost", vi.Card{Name: "vimco", K: 2}, vi.Sheet{Cost: true}, reals,
			`estimator "vimco" weighs q against a prior; the model is a cost and has none`},
		{"a cost, and no step", vi.Card{Name: "hmc", K: 1, Needs: []vi.Cap{vi.Particles}}, vi.Sheet{Blocks: []vi.Block{z}, Cost: true}, reals,
			`estimator "hmc" needs particles; block "z" (real) offers score, path`},
		{"answers", vi.Card{Name: "nvil", K: 1, Reads: true}, vi.Sheet{Blocks: []vi.Block{z}}, vi.Shape{N: 8, D: 2, Domain: vi.Answer},
			`estimator "nvil" reads every value of a row; answers of these data may be missing`},
		{"missing", vi.Card{Name: "e", K: 1}, vi.Sheet{Blocks: []vi.Block{z}}, vi.Shape{N: 8, D: 2, Domain: vi.Real, Missing: true},
			`estimator "e" reads every value of a row; values of these data are missing`},
		{"takes a cost", vi.Card{Name: "loo", K: 2, Cost: true}, vi.Sheet{Cost: true}, reals, ""},
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

// sbn is a sheet of so many bits.
func sbn(bits int) vi.Sheet {
	return vi.Sheet{Blocks: []vi.Block{{Name: "z", Kind: "binary", Dim: bits, Offers: []vi.Cap{vi.Score, vi.Logits, vi.Enumerate}}}}
}

// States of a sheet: the product over blocks, no end of them where one is real.
func TestStates(t *testing.T) {
	bits, cats := vi.Block{Kind: "binary", Dim: 3}, vi.Block{Kind: "categorical", Dim: 8, Classes: 4}
	for want, blocks := range map[float64][]vi.Block{1: nil, 8: {bits}, 16: {cats}, 128: {bits, cats}, math.Inf(1): {bits, {Kind: "real", Dim: 1}}} {
		if got := (vi.Sheet{Blocks: blocks}).States(); got != want {
			t.Errorf("%v: got %g states, want %g", blocks, got, want)
		}
	}
}
