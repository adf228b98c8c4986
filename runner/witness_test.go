package runner

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// witness is the vae, and remembers what every step of it reads: rows of the data
// and their bits.
type witness struct {
	vi.Maker
	seen *sightings
}

func (w witness) Name() string { return "witness" }

func (w witness) For(d *vi.Data) (vi.Model, error) {
	m, err := w.Maker.For(d)
	if err != nil {
		return nil, err
	}
	return watched{m.(vi.Latent), w.seen}, nil
}

type watched struct {
	vi.Latent
	seen *sightings
}

func (m watched) Posterior(s *vi.Step) dist.Dist {
	m.seen.add(s)
	return m.Latent.Posterior(s)
}

// sighting is one row as one step read it.
type sighting struct {
	n, iter, row int // of a data set of n rows, at a step
	bits         string
}

type sightings struct {
	sync.Mutex
	list []sighting
}

func (l *sightings) add(s *vi.Step) {
	l.Lock()
	defer l.Unlock()
	_, d := s.X.Shape()
	for b, row := range s.Index {
		v := s.X.Value().Slice(b*d, (b+1)*d)
		text := make([]byte, 0, 8*d)
		for i := range d {
			text = binary.LittleEndian.AppendUint64(text, math.Float64bits(v.At(i)))
		}
		l.list = append(l.list, sighting{s.N, s.Iter, row, string(text)})
	}
}

// A cell trains on training rows, binarised anew at every step, and is evaluated on
// test rows in one binarisation, whatever the step and the estimator; probes see one
// binarisation of the training rows.
func TestWhatACellReads(t *testing.T) {
	const train, test, steps = 20, 10, 12
	p := Builtin()
	var vae vi.Maker
	for _, m := range p.Models {
		if m.Name() == "vae" {
			vae = m
		}
	}
	read := func(estimator string, seed int) *sightings {
		seen := &sightings{}
		q := p
		q.Models = append(slices.Clone(p.Models), witness{vae, seen})
		suite, err := suites.Parse("w.yaml", []byte(fmt.Sprintf(`
suite: w
grid:
  estimator: %s
  model: {vae: {latent: 2, hidden: [4]}}
  dataset: {digits8: {train: %d, test: %d}}
  seed: %d
  train: {steps: %d, batch: 5, every: 6, optim: adam}
  log: {metrics: [iwae@4, {gradvar: {r: 3, batch: 4}}]}
`, estimator, train, test, seed, steps)), q.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		plan, err := suite.Plan(suites.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := plan.Cells[0]
		c.Model.Name = "witness"
		c.Model.Params = nil
		vaeSet, err := vi.With(vae, map[string]any{"latent": 2, "hidden": []int{4}})
		if err != nil {
			t.Fatal(err)
		}
		q.Models[len(q.Models)-1] = witness{vaeSet, seen}
		if res := q.runCell(context.Background(), c, 1, desk{}); res.Reason != "" {
			t.Fatal(res.Reason)
		}
		return seen
	}
	a, b, other := read("{iwae: {k: 4}}", 3), read("{elbo: {k: 4}}", 3), read("{iwae: {k: 4}}", 4)

	// Of each split: what row r was read as, by the step.
	type key struct{ n, row int }
	reads := func(l *sightings) map[key]map[string]int {
		out := map[key]map[string]int{}
		for _, s := range l.list {
			k := key{s.n, s.row}
			if out[k] == nil {
				out[k] = map[string]int{}
			}
			out[k][s.bits]++
		}
		return out
	}
	of := reads(a)
	for k, bits := range of {
		switch k.n {
		case test:
			if len(bits) != 1 {
				t.Errorf("test row %d was read in %d binarisations; want one", k.row, len(bits))
			}
		case train: // three readings while training, and of the first four rows the probe's
			if len(bits) < 3 {
				t.Errorf("training row %d was read in %d binarisations; want one a reading", k.row, len(bits))
			}
		default:
			t.Fatalf("a step of a set of %d rows", k.n)
		}
	}
	for r := range test {
		if of[key{test, r}] == nil {
			t.Errorf("test row %d was never read", r)
		}
	}
	for k, bits := range reads(b) {
		for text := range bits {
			if of[k][text] == 0 {
				t.Errorf("row %d of %d: another estimator read other bits", k.row, k.n)
			}
		}
	}
	for k, bits := range reads(other) {
		for text := range bits {
			if of[k][text] > 0 {
				t.Errorf("row %d of %d: another seed read the same bits", k.row, k.n)
			}
		}
	}
	// Probes: 3 replicates at steps 0, 6 and 12 of the first four rows, one binarisation.
	probed := map[string]int{}
	for _, s := range a.list {
		if s.n == train && s.row == 0 {
			probed[s.bits]++
		}
	}
	if most := slices.Max(slices.Collect(maps.Values(probed))); most < 9 {
		t.Errorf("the probe's nine replicates read row 0 in several binarisations: %s", strings.Trim(fmt.Sprint(slices.Collect(maps.Values(probed))), "[]"))
	}
}
