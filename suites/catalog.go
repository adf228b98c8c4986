package suites

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Catalog is what a suite may name. Parse is handed one, so that this package
// knows no estimator, model or metric itself.
type Catalog struct {
	Estimators, Models, Datasets, Metrics, Optimisers []Entry

	// Core is the numeric version of the arithmetic under all parts; it enters the
	// cell's ID unless it is zero.
	Core int
	// Emits lists all metric names that a cell will log: elbo, iwae@64, snr/inf,
	// snr/inf/b. Without it a claim's metric is checked only up to its first "/".
	Emits func(Cell) []string
	// Digest is the digest of a data set's content and enters the cell's ID.
	// Nil, or an empty digest, leaves it out.
	Digest func(Choice) string
	// Rows is how many data a data set has, so that a larger batch is an error
	// where it stands. Nil, or zero, leaves that to the run.
	Rows func(Choice) int
	// Trains says why an optimiser's settings do not go with each other or with
	// batches of so many rows, 0 where nobody knows how many. Nil leaves that to the run.
	Trains func(optimiser Choice, batch int) error
}

// An Entry is one named part.
type Entry struct {
	Name    string
	Doc     string // one line
	Version int    // numeric version: raised when the part's numbers change
	Params  []Param
	At      string // the parameter that name@value sets: k for iwae@64; empty: no short form
}

// A Param is one parameter of a part.
type Param struct {
	Name     string
	Kind     Kind
	Default  any      // int, float64, string, bool, []int or []float64; nil: required
	Min, Max *float64 // inclusive; of each element for lists
	Choices  []string // of a String
	Doc      string   // one line, with the unit
	Parts    string   // "estimator": the value names one of the catalog's estimators
	Late     bool     // came when there were cells without it: at its default it is no part of a cell's identity
	With     string   // read only with these: "rate" where it is not zero, "a|b" where one is not, "baseline=moving"; empty: always
}

// Kind is the type of a parameter's value.
type Kind string

const (
	Int    Kind = "int"
	Float  Kind = "float"
	String Kind = "string"
	Bool   Kind = "bool"
	Ints   Kind = "ints"
	Floats Kind = "floats"
)

// Check reports what is wrong with the catalog itself: a name twice, a default
// of another kind than its parameter, a short form of an unknown parameter.
func (c Catalog) Check() error {
	for _, group := range c.groups() {
		seen := map[string]bool{}
		for _, e := range group.entries {
			where := "catalog: " + group.noun + " " + fmt.Sprintf("%q", e.Name)
			if e.Name == "" || strings.ContainsAny(e.Name, "@{}=, ") {
				return fmt.Errorf("%s: bad name", where)
			}
			if seen[e.Name] {
				return fmt.Errorf("%s: twice", where)
			}
			seen[e.Name] = true
			if err := e.check(); err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
		}
	}
	return nil
}

func (e Entry) check() error {
	seen := map[string]bool{}
	for _, p := range e.Params {
		switch {
		case p.Name == "" || strings.ContainsAny(p.Name, ".@{}=, "):
			return fmt.Errorf("parameter %q: bad name", p.Name)
		case seen[p.Name]:
			return fmt.Errorf("parameter %q: twice", p.Name)
		case !slices.Contains([]Kind{Int, Float, String, Bool, Ints, Floats}, p.Kind):
			return fmt.Errorf("parameter %q: unknown kind %q", p.Name, p.Kind)
		case p.Parts != "" && (p.Parts != "estimator" || p.Kind != String):
			return fmt.Errorf("parameter %q: parts %q of kind %s; have estimator of kind string", p.Name, p.Parts, p.Kind)
		}
		if p.With != "" && !slices.ContainsFunc(p.conditions(), func(c condition) bool { _, ok := e.param(c.name); return ok }) {
			return fmt.Errorf("parameter %q: read with %q, none of which is a parameter", p.Name, p.With)
		}
		seen[p.Name] = true
		if p.Default != nil {
			if _, ok := p.own(p.Default); !ok {
				return fmt.Errorf("parameter %q: default %v is no %s", p.Name, p.Default, p.Kind)
			}
		}
	}
	if e.At != "" && !seen[e.At] {
		return fmt.Errorf("short form sets %q; have %s", e.At, strings.Join(slices.Sorted(maps.Keys(seen)), ", "))
	}
	return nil
}

type group struct {
	noun    string
	entries []Entry
}

func (c Catalog) groups() []group {
	return []group{
		{"estimator", c.Estimators}, {"model", c.Models}, {"dataset", c.Datasets},
		{"metric", c.Metrics}, {"optimiser", c.Optimisers},
	}
}

func (c Catalog) group(noun string) []Entry {
	for _, g := range c.groups() {
		if g.noun == noun {
			return g.entries
		}
	}
	return nil
}

func find(entries []Entry, name string) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

func (e Entry) param(name string) (Param, bool) {
	i := slices.IndexFunc(e.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return e.Params[i], true
}

// names sorts the entries' names.
func names(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name
	}
	slices.Sort(out)
	return out
}

// own brings a Go value into the parameter's own type.
func (p Param) own(v any) (any, bool) {
	switch p.Kind {
	case Int:
		i, ok := v.(int)
		return i, ok
	case Float:
		if i, ok := v.(int); ok {
			return float64(i), true
		}
		x, ok := v.(float64)
		return positiveZero(x), ok
	case String:
		s, ok := v.(string)
		return s, ok
	case Bool:
		b, ok := v.(bool)
		return b, ok
	case Ints:
		l, ok := v.([]int)
		return l, ok
	case Floats:
		l, ok := v.([]float64)
		return l, ok
	}
	return nil, false
}

// value reads a node as the parameter's type. Ranges are the schema's business.
func (p Param) value(n *node) (any, bool) {
	switch p.Kind {
	case Int:
		i, ok := n.whole()
		return i, ok
	case Float:
		return positiveZero(n.num), n.kind == number
	case String:
		return n.text, n.kind == text
	case Bool:
		return n.text == "true", n.kind == boolean
	case Ints:
		return values[int](p, Int, n)
	case Floats:
		return values[float64](p, Float, n)
	}
	return nil, false
}

func values[T any](p Param, of Kind, n *node) ([]T, bool) {
	out := make([]T, 0, len(n.list))
	p.Kind = of
	for _, e := range n.list {
		v, ok := p.value(e)
		if !ok {
			return nil, false
		}
		out = append(out, v.(T))
	}
	return out, n.kind == list
}

// positiveZero drops the sign of -0, so that -0 and 0 are one cell.
func positiveZero(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x
}

// isList says that one value of the parameter is itself a list.
func (p Param) isList() bool { return p.Kind == Ints || p.Kind == Floats }

// outside says how a number breaks the bounds: "at least 1"; empty if it does not.
func (p Param) outside(x float64) string {
	switch {
	case p.Min != nil && x < *p.Min:
		return "at least " + formatNumber(*p.Min)
	case p.Max != nil && x > *p.Max:
		return "at most " + formatNumber(*p.Max)
	}
	return ""
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
