package suites

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// everything is a suite with a setting of every kind, and one cell.
const everything = `suite: f
grid:
  estimator: {ciwae: {k: 8, beta: 0.5}}
  model: {vae: {hidden: [8, 8], tied: false, activation: tanh}}
  dataset: {bits: {n: 4}}
  seed: 3
train: {steps: 10, batch: 2, every: 2, optim: {gen/: {sgd: {rate: 0.5}}, inf/: {adam: {rate: 0.001}}}, follow: iwae}
log: {metrics: [elbo, {snr: {r: 100, signal: dreg}}]}
`

// stored is a cell as a store gives it back.
func stored(t testing.TB, c Cell) (out Cell) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// By the catalog that made it, a stored cell is itself again, in the types of its
// parts; read from JSON alone it has the same settings, as text.
func TestAgain(t *testing.T) {
	made := plan(t, everything, Options{}).Cells[0]
	kept := stored(t, made)
	now, err := fake().Again(kept)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(now, made) {
		t.Errorf("got  %#v\nwant %#v", now, made)
	}
	if why := fake().Moved(kept, now); why != nil {
		t.Errorf("moved by %q", why)
	}
	if got, want := kept.Settings(), made.Settings(); !slices.Equal(got, want) {
		t.Errorf("settings read back: %v; want %v", got, want)
	}
}

// Whatever in the catalog changes a cell's ID is told by name, from what to what.
func TestMoved(t *testing.T) {
	kept := stored(t, plan(t, everything, Options{}).Cells[0])
	for want, change := range map[string]func(*Catalog){
		"numeric version of estimator ciwae: 1 -> 2":                      func(c *Catalog) { c.Estimators[4].Version++ },
		"numeric version of model vae: 3 -> 4":                            func(c *Catalog) { c.Models[1].Version++ },
		"numeric version of dataset bits: 1 -> 2":                         func(c *Catalog) { c.Datasets[1].Version++ },
		"numeric version of metric snr: 1 -> 2":                           func(c *Catalog) { c.Metrics[3].Version++ },
		"numeric version of optimiser sgd: 1 -> 2":                        func(c *Catalog) { c.Optimisers[1].Version++ },
		"numeric version of estimator iwae: 1 -> 2":                       func(c *Catalog) { c.Estimators[1].Version++ }, // it is followed
		"numeric version of estimator dreg, which a metric names: 2 -> 5": func(c *Catalog) { c.Estimators[2].Version = 5 },
		"numeric version of the arithmetic: 0 -> 2":                       func(c *Catalog) { c.Core = 2 },
		"data of bits: d1 -> d2":                                          func(c *Catalog) { c.Digest = func(Choice) string { return "d2" } },
		"data of bits: d1 -> no digest":                                   func(c *Catalog) { c.Digest = nil },
		"estimator ciwae has a new setting anew": func(c *Catalog) {
			c.Estimators[4].Params = append(slices.Clone(c.Estimators[4].Params), Param{Name: "anew", Kind: Float, Default: 1.0})
		},
		"another ID, by what the store does not tell: the data, the arith": func(c *Catalog) {
			c.Core = 9
			c.Digest = func(Choice) string { return "d2" }
			c.Metrics[3].Params[1].Parts = ""
		},
	} {
		cat := fake()
		change(&cat)
		now, err := cat.Again(kept)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		digests := []string{"d0", "d1"}
		if strings.HasPrefix(want, "another ID") {
			digests = nil
		}
		if why := cat.Moved(kept, now, digests...); len(why) != 1 || !strings.HasPrefix(why[0], want) {
			t.Errorf("got %q; want %q", why, want)
		}
	}
	both := fake()
	both.Models[1].Version, both.Core = 7, 1
	now, err := both.Again(kept)
	if err != nil {
		t.Fatal(err)
	}
	if why := both.Moved(kept, now, "d1"); len(why) != 2 {
		t.Errorf("two changes: got %q", why)
	}
}

// What there is no more cannot be run, and is named.
func TestAgainGone(t *testing.T) {
	kept := stored(t, plan(t, everything, Options{}).Cells[0])
	for want, change := range map[string]func(*Catalog){
		`no estimator "ciwae" any more`:                        func(c *Catalog) { c.Estimators = slices.Delete(c.Estimators, 4, 5) },
		`no optimiser "sgd" any more`:                          func(c *Catalog) { c.Optimisers = c.Optimisers[:1] },
		`no metric "snr" any more`:                             func(c *Catalog) { c.Metrics = c.Metrics[:3] },
		`estimator "ciwae" has no setting "beta" any more`:     func(c *Catalog) { c.Estimators[4].Params = c.Estimators[4].Params[:1] },
		`model "vae": activation: no choice "tanh" any more`:   func(c *Catalog) { c.Models[1].Params[2].Choices = []string{"relu"} },
		`dataset "bits": n: got 4; want text`:                  func(c *Catalog) { c.Datasets[1].Params[0].Kind = String },
		`metric "snr": signal: no estimator "dreg" any more`:   func(c *Catalog) { c.Estimators = slices.Delete(c.Estimators, 2, 3) },
		`dataset "bits" wants a setting "m", which it had not`: func(c *Catalog) { c.Datasets[1].Params = append(c.Datasets[1].Params, Param{Name: "m", Kind: Int}) },
	} {
		cat := fake()
		change(&cat)
		if _, err := cat.Again(kept); err == nil || err.Error() != want {
			t.Errorf("got %v; want %s", err, want)
		}
	}
}

// A setting that came later stands at its default, and leaves the ID as it is.
func TestAgainLate(t *testing.T) {
	kept := stored(t, plan(t, everything, Options{}).Cells[0])
	cat := fake()
	cat.Estimators[4].Params = append(slices.Clone(cat.Estimators[4].Params), Param{Name: "anew", Kind: Float, Default: 0.5, Late: true})
	now, err := cat.Again(kept)
	if err != nil || now.ID != kept.ID || now.Estimator.Params["anew"] != 0.5 {
		t.Errorf("%v, %v, ID kept: %t", err, now.Estimator, now.ID == kept.ID)
	}
}
