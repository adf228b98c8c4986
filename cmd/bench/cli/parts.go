package cli

import (
	"embed"
	"reflect"
	"strings"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/runner"
)

// kind is all parts of one sort, for commands that treat sorts alike.
type kind struct {
	noun   string // estimator
	folder string // where the built-in ones are
	source *embed.FS
	parts  []part
}

// home is the path of this module.
var home = strings.TrimSuffix(reflect.TypeFor[runner.Parts]().PkgPath(), "/runner")

// part is one named part.
type part struct {
	name  string
	value any
}

func kinds(p runner.Parts) []kind {
	out := []kind{
		{noun: "estimator", folder: "estimators", source: &estimators.Source},
		{noun: "model", folder: "models", source: &models.Source},
		{noun: "dataset", folder: "datasets", source: &datasets.Source},
		{noun: "metric", folder: "metrics", source: &metrics.Source},
		{noun: "optimiser", folder: "runner", source: &runner.Source},
	}
	for _, e := range p.Estimators {
		out[0].parts = append(out[0].parts, part{e.Card().Name, e})
	}
	for _, m := range p.Models {
		out[1].parts = append(out[1].parts, part{m.Name(), m})
	}
	for _, d := range p.Datasets {
		out[2].parts = append(out[2].parts, part{d.Name(), d})
	}
	for _, m := range p.Metrics {
		out[3].parts = append(out[3].parts, part{m.Name(), m})
	}
	for _, o := range p.Optimisers {
		out[4].parts = append(out[4].parts, part{o.Name(), o})
	}
	return out
}

// typeOf is the type that declares a part.
func (p part) typeOf() reflect.Type {
	t := reflect.TypeOf(p.value)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
