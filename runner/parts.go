// Package runner turns a plan into results: it holds what suites may name,
// checks that pairs fit, and runs cells on workers into a store.
package runner

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Parts are the estimators, models, data sets and metrics that suites may name.
type Parts struct {
	Estimators []vi.Estimator
	Models     []vi.Maker
	Datasets   []vi.Dataset
	Metrics    []metrics.Metric
	Optimisers []Optimiser
}

// Builtin is what comes with bench.
func Builtin() Parts {
	return Parts{estimators.All(), models.All(), datasets.All(), metrics.All(), Optimisers()}
}

// Catalog is the parts as the suite parser wants them.
func (p Parts) Catalog() suites.Catalog {
	c := suites.Catalog{Core: tape.Version, Emits: p.emits, Digest: p.digest, Trains: p.trains}
	for _, e := range p.Estimators {
		c.Estimators = append(c.Estimators, entry(e.Card().Name, e, ""))
	}
	for _, m := range p.Models {
		c.Models = append(c.Models, entry(m.Name(), m, ""))
	}
	for _, d := range p.Datasets {
		c.Datasets = append(c.Datasets, entry(d.Name(), d, ""))
	}
	for _, m := range p.Metrics {
		at := ""
		for _, s := range vi.Settings(m) {
			if (s.Name == "k" || s.Name == "r") && at == "" {
				at = s.Name // iwae@64, snr@4000
			}
		}
		c.Metrics = append(c.Metrics, entry(m.Name(), m, at))
	}
	for _, o := range p.Optimisers {
		c.Optimisers = append(c.Optimisers, entry(o.Name(), o, ""))
	}
	return c
}

// Find returns the part of a name among parts, with the names there are.
func find[P any](parts []P, name func(P) string, want string) (P, error) {
	have := make([]string, len(parts))
	for i, p := range parts {
		if name(p) == want {
			return p, nil
		}
		have[i] = name(p)
	}
	var zero P
	slices.Sort(have)
	return zero, fmt.Errorf("got %q; have %s", want, strings.Join(have, ", "))
}

func entry(name string, part any, at string) suites.Entry {
	e := suites.Entry{Name: name, Version: vi.Version(part), At: at}
	for _, s := range vi.Settings(part) {
		e.Params = append(e.Params, suites.Param{
			Name: s.Name, Kind: kind(s.Kind), Default: s.Default, Min: s.Min, Max: s.Max, Choices: s.Choices, Doc: s.Doc, Parts: s.Part, Late: s.Late, With: s.With,
		})
	}
	return e
}

func kind(t reflect.Type) suites.Kind {
	switch reflect.Zero(t).Interface().(type) {
	case int:
		return suites.Int
	case float64:
		return suites.Float
	case bool:
		return suites.Bool
	case []int:
		return suites.Ints
	case []float64:
		return suites.Floats
	}
	return suites.String
}

// Estimator is the named estimator with a cell's settings.
func (p Parts) estimator(c suites.Choice) (vi.Estimator, error) {
	e, err := find(p.Estimators, func(e vi.Estimator) string { return e.Card().Name }, c.Name)
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	return vi.With(e, c.Params)
}

// beside is another estimator with those settings of a cell's estimator that it
// shares by name: dreg with the k of iwae.
func (p Parts) beside(name string, c suites.Choice) (vi.Estimator, error) {
	e, err := find(p.Estimators, func(e vi.Estimator) string { return e.Card().Name }, name)
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	shared := map[string]any{}
	for _, s := range vi.Settings(e) {
		if v, ok := c.Params[s.Name]; ok && reflect.TypeOf(v) == s.Kind {
			shared[s.Name] = v
		}
	}
	return vi.With(e, shared)
}

func (p Parts) dataset(c suites.Choice) (vi.Dataset, error) {
	d, err := find(p.Datasets, vi.Dataset.Name, c.Name)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	return vi.With(d, c.Params)
}

// digest is that of a data set whose values do not depend on a key, known without
// reading them; empty for others.
func (p Parts) digest(c suites.Choice) string {
	d, err := p.dataset(c)
	if k, ok := d.(vi.Known); err == nil && ok {
		return k.Digest()
	}
	return ""
}

// ReadFrom lets the data sets that are read from files look in a data directory.
func (p Parts) ReadFrom(dir string) {
	for _, d := range p.Datasets {
		if f, ok := d.(vi.Filed); ok {
			f.ReadFrom(dir)
		}
	}
}

func (p Parts) maker(c suites.Choice) (vi.Maker, error) {
	m, err := find(p.Models, vi.Maker.Name, c.Name)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return vi.With(m, c.Params)
}

// measures are a cell's metrics by their kinds.
type measures struct {
	evals   []metrics.Evaluation
	probes  []metrics.Probe
	watches []metrics.Watch
}

// Metrics of a cell.
func (p Parts) metrics(cs []suites.Choice) (out measures, err error) {
	for _, c := range cs {
		m, err := find(p.Metrics, metrics.Metric.Name, c.Name)
		if err == nil {
			m, err = vi.With(m, c.Params)
		}
		if err != nil {
			return out, fmt.Errorf("metric: %w", err)
		}
		switch m := m.(type) {
		case metrics.Evaluation:
			out.evals = append(out.evals, m)
		case metrics.Probe:
			out.probes = append(out.probes, m)
		case metrics.Watch:
			out.watches = append(out.watches, m)
		default:
			return out, fmt.Errorf("metric: %q is neither an evaluation nor a probe nor a watch", c.Name)
		}
	}
	return out, nil
}

// all are the metrics of every kind.
func (m measures) all() (out []metrics.Metric) {
	for _, x := range m.evals {
		out = append(out, x)
	}
	for _, x := range m.probes {
		out = append(out, x)
	}
	for _, x := range m.watches {
		out = append(out, x)
	}
	return out
}

// emits names what a cell will log; nothing if its parts do not go together,
// which Check says with its reason.
func (p Parts) emits(c suites.Cell) []string {
	m, _, err := p.shape(c)
	if err != nil {
		return nil
	}
	log, err := p.metrics(c.Metrics)
	if err != nil {
		return nil
	}
	var out []string
	for _, x := range log.all() {
		out = append(out, x.Emits(m.Sheet())...)
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}

// shape makes a cell's model for data of the right shape, without making the data.
func (p Parts) shape(c suites.Cell) (vi.Model, *vi.Data, error) {
	d, err := p.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	m, err := p.maker(c.Model)
	if err != nil {
		return nil, nil, err
	}
	s := d.Shape()
	data := &vi.Data{Name: d.Name(), N: s.N, D: s.D, Domain: s.Domain, Missing: s.Missing}
	if s.Test > 0 {
		data.Test = &vi.Data{Name: d.Name(), N: s.Test, D: s.D, Domain: s.Domain, Missing: s.TestMissing}
	}
	model, err := m.For(data)
	return model, data, err
}
