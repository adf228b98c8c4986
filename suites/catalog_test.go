package suites

import (
	"strings"
	"testing"
)

func ptr(x float64) *float64 { return &x }

// fake is a catalog with every kind of parameter.
func fake() Catalog {
	k := Param{Name: "k", Kind: Int, Default: 1, Min: ptr(1), Max: ptr(1e6), Doc: "samples"}
	return Catalog{
		Estimators: []Entry{
			{Name: "elbo", Version: 1},
			{Name: "iwae", Doc: "importance-weighted bound", Version: 1, Params: []Param{k}, At: "k"},
			{Name: "dreg", Version: 2, Params: []Param{k}, At: "k"},
			{Name: "stl", Version: 1, Params: []Param{k}},
			{Name: "ciwae", Version: 1, Params: []Param{k, {Name: "beta", Kind: Float, Min: ptr(0), Max: ptr(1)}}},
			{Name: "vimco", Version: 1, Params: []Param{{Name: "k", Kind: Int, Default: 2, Min: ptr(2)},
				{Name: "baseline", Kind: String, Default: "geometric", Choices: []string{"geometric", "arithmetic"}}}},
		},
		Models: []Entry{
			{Name: "lineargaussian", Version: 1},
			{Name: "vae", Version: 3, Params: []Param{
				{Name: "hidden", Kind: Ints, Default: []int{200, 200}, Min: ptr(1)},
				{Name: "tied", Kind: Bool, Default: false},
				{Name: "activation", Kind: String, Default: "tanh", Choices: []string{"tanh", "relu"}},
			}},
		},
		Datasets: []Entry{
			{Name: "lineargaussian", Version: 1, Params: []Param{
				{Name: "dim", Kind: Int, Default: 2, Min: ptr(1)},
				{Name: "n", Kind: Int, Default: 8, Min: ptr(1)},
				{Name: "perturb", Kind: Float, Default: 0.05, Min: ptr(0)},
			}},
			{Name: "bits", Version: 1, Params: []Param{{Name: "n", Kind: Int}}},
		},
		Metrics: []Entry{
			{Name: "elbo", Version: 1},
			{Name: "logpx", Version: 1},
			{Name: "iwae", Version: 1, At: "k", Params: []Param{k}},
			{Name: "snr", Version: 1, At: "r", Params: []Param{
				{Name: "r", Kind: Int, Default: 1000, Min: ptr(2)},
				{Name: "signal", Kind: String, Default: "elbo", Parts: "estimator"},
			}},
		},
		Optimisers: []Entry{
			{Name: "adam", Version: 1, Params: []Param{
				{Name: "rate", Kind: Float, Min: ptr(0)}, {Name: "decay", Kind: Float, Default: 0.0},
			}},
			{Name: "sgd", Version: 1, Params: []Param{{Name: "rate", Kind: Float, Min: ptr(0)},
				{Name: "stages", Kind: Floats, Default: []float64{1}}}},
		},
		Emits: func(c Cell) []string {
			var out []string
			for _, m := range c.Metrics {
				switch m.Name {
				case "iwae":
					out = append(out, "iwae@"+formatValue(m.Params["k"]))
				case "snr":
					out = append(out, "snr/inf", "snr/gen", "snr/inf/b")
				default:
					out = append(out, m.Name)
				}
			}
			return out
		},
		Digest: func(c Choice) string {
			if c.Name == "bits" {
				return "d1"
			}
			return ""
		},
	}
}

// small is a suite with one cell unless a test says otherwise.
const small = `suite: small
grid:
  estimator: iwae
  model: lineargaussian
  dataset: lineargaussian
  seed: 0
log: {metrics: [elbo]}
`

func must(t testing.TB, text string) *Suite {
	t.Helper()
	s, err := Parse("s.yaml", []byte(text), fake())
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return s
}

func plan(t testing.TB, text string, o Options) *Plan {
	t.Helper()
	p, err := must(t, text).Plan(o)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return p
}

func TestCatalogCheck(t *testing.T) {
	for want, c := range map[string]Catalog{
		`model "a": twice`:                {Models: []Entry{{Name: "a"}, {Name: "a"}}},
		`default x is no int`:             {Metrics: []Entry{{Name: "m", Params: []Param{{Name: "k", Kind: Int, Default: "x"}}}}},
		`short form sets "r"; have k`:     {Metrics: []Entry{{Name: "m", At: "r", Params: []Param{{Name: "k", Kind: Int}}}}},
		`unknown kind "integer"`:          {Metrics: []Entry{{Name: "m", Params: []Param{{Name: "k", Kind: "integer"}}}}},
		`estimator "a@b": bad name`:       {Estimators: []Entry{{Name: "a@b"}}},
		`parameter "k": twice`:            {Metrics: []Entry{{Name: "m", Params: []Param{{Name: "k", Kind: Int}, {Name: "k", Kind: Int}}}}},
		`parameter "s": parts "model" of`: {Metrics: []Entry{{Name: "m", Params: []Param{{Name: "s", Kind: String, Parts: "model"}}}}},
	} {
		_, err := Parse("s.yaml", []byte(small), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
	if err := fake().Check(); err != nil {
		t.Error(err)
	}
}
