package suites

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// obj is a JSON object under construction. The schema marks with $comment what
// a name stands for, and validation reads it back for its messages.
type obj = map[string]any

// Schema is the JSON Schema (2020-12) of suite files for this catalog: the same
// bytes for the same catalog. It holds every registered name and parameter, so
// an editor completes them; Parse validates against it.
func Schema(cat Catalog) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema(cat)); err != nil {
		// a NaN default cannot be said in JSON; Check and Parse refuse such a catalog
		return []byte("{}\n")
	}
	return b.Bytes()
}

func schema(cat Catalog) obj {
	defs := obj{"grid": gridSchema(), "log": logSchema(), "train": trainSchema(), "published": publishedSchema(), "primary": primaryItemSchema(), "optim": optimSchema()}
	for _, g := range cat.groups() {
		defs[g.noun] = choiceSchema(g, cat)
	}
	maps.Copy(defs, claimSchemas())
	return obj{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "a bench suite",
		"type":                 "object",
		"required":             []any{"suite", "grid"},
		"additionalProperties": false,
		"properties": obj{
			"suite":     obj{"type": "string", "pattern": "^[a-z0-9_-]+$", "description": "name: small letters, digits, _ and -"},
			"about":     obj{"type": "string", "description": "one paragraph"},
			"precision": precisionSchema(),
			"unfit":     unfitSchema(),
			"preset":    obj{"type": "string", "description": "the default preset; quick if absent"},
			"presets":   obj{"type": "object", "additionalProperties": obj{"type": []any{"string", "null"}}, "description": "what each preset is for"},
			"grid": described(when("array",
				obj{"minItems": 1, "items": obj{"$ref": "#/$defs/grid", "required": []any{"name"}}},
				ref("grid"), "object", "array"), "estimators x models x data sets x seeds"),
			"log":       said("log", "for grids without their own"),
			"train":     said("train", "for grids without their own"),
			"claims":    obj{"type": []any{"array", "null"}, "items": ref("claim"), "description": "what papers say, with the test of it"},
			"published": obj{"type": []any{"array", "null"}, "items": ref("published"), "description": "tables of papers, to stand beside ours"},
			"primary":   primarySchema(),
			"not_run":   notRunSchema(),
		},
		"$defs": defs,
	}
}

// when chooses by type: if/then/else gives one clear error where anyOf gives one
// for every branch. The types are those that any branch takes.
func when(kind string, then, otherwise obj, types ...string) obj {
	return obj{"type": anys(types), "if": obj{"type": kind}, "then": then, "else": otherwise}
}

func ref(name string) obj { return obj{"$ref": "#/$defs/" + name} }

// said is a reference with a description of its own.
func said(name, doc string) obj {
	return obj{"$ref": "#/$defs/" + name, "description": doc}
}

// described adds what a value is for.
func described(v obj, doc string) obj {
	v["description"] = doc
	return v
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

func oneOrMore(item obj) obj {
	return obj{"if": obj{"type": "array"}, "then": obj{"minItems": 1, "items": item}, "else": item}
}

func precisionSchema() obj {
	return obj{"enum": []any{"float32", "float64"}, "$comment": "precision", "description": "of the tape's body; float32 if absent"}
}

func unfitSchema() obj {
	return obj{"enum": []any{"record", "refuse"}, "$comment": "unfit", "description": "a pair that does not fit: an error (refuse, the default) or a row (record)"}
}

func presetsSchema() obj {
	return described(oneOrMore(obj{"type": "string"}), "under which it is there; the default one if absent")
}

func gridSchema() obj {
	seed := obj{"type": []any{"integer", "string"}, "minimum": 0, "maximum": largest, "pattern": `^[0-9]+\.\.[0-9]+$`}
	return obj{
		"type":                 "object",
		"required":             []any{"estimator", "model", "dataset", "seed"},
		"additionalProperties": false,
		"properties": obj{
			"figure":    obj{"type": "string", "minLength": 1, "description": "grids of one figure are drawn together; the grid's own name if absent"},
			"name":      obj{"type": "string", "minLength": 1, "description": "the label grid of its cells; needed where there are several"},
			"preset":    presetsSchema(),
			"precision": precisionSchema(),
			"unfit":     unfitSchema(),
			"estimator": described(oneOrMore(ref("estimator")), "NAME, NAME@VALUE or {NAME: {PARAMETER: VALUE}}; of a list, a cell of each"),
			"model":     described(oneOrMore(ref("model")), "likewise"),
			"dataset":   described(oneOrMore(ref("dataset")), "likewise"),
			"seed":      described(oneOrMore(seed), "0..7, 3, or a list of those; a seed is a problem: data, start and noise"),
			"log":       said("log", "what is measured; the suite's if absent"),
			"train":     said("train", "how parameters move; the suite's if absent, and none of that: not at all"),
		},
	}
}

func logSchema() obj {
	return obj{
		"type": "object", "required": []any{"metrics"}, "additionalProperties": false,
		"properties": obj{"metrics": described(oneOrMore(ref("metric")), "NAME, NAME@VALUE or {NAME: {PARAMETER: VALUE}}")},
	}
}

// mostPoints is how often a cell may be evaluated under points.
const mostPoints = 100_000

func trainSchema() obj {
	count := func(doc string) obj {
		return obj{"type": "integer", "minimum": 0, "maximum": largest, "description": doc}
	}
	return obj{
		"type": "object", "additionalProperties": false,
		"properties": obj{
			"steps":   count("0: parameters stay where init put them"),
			"epochs":  count("in place of steps: passes over the data, of rows/batch whole steps each"),
			"batch":   count("rows a step; 0: all of them"),
			"every":   count("evaluate each so many steps; 0: at the end only"),
			"points":  obj{"type": "integer", "minimum": 2, "maximum": mostPoints, "description": "in place of every: evaluate so many times, the start and the end among them"},
			"spacing": obj{"enum": []any{"even", "log"}, "$comment": "spacing", "description": "of points: even, the default, or by equal factors from step 1"},
			"follow":  said("estimator", "one that moves gen/ and inf/ in place of the cell's own, which is measured on its path and moves own/ alone"),
			"optim":   said("optim", "for all parameters, or by the prefix of their names: {gen/: NAME, inf/: NAME}"),
		},
	}
}

// prefixes are the parameter paths an optimiser can be given to.
const prefixes = `^$|^(gen|inf|own|shared)/`

var prefix = regexp.MustCompile(prefixes)

// nearPrefixes are those, and the roles that an author forgot the slash of.
const nearPrefixes = `^$|^(gen|inf|own|shared)(/|$)`

// optimSchema: an optimiser, or a mapping of path prefixes to optimisers. A
// mapping is the latter as soon as one key looks like a prefix.
func optimSchema() obj {
	groups := obj{
		"$comment": "prefix", "additionalProperties": false,
		"patternProperties": obj{prefixes: ref("optimiser")},
	}
	isGroups := obj{"type": "object", "not": obj{"propertyNames": obj{"not": obj{"pattern": nearPrefixes}}}}
	return obj{"type": []any{"string", "object"}, "if": isGroups, "then": groups, "else": ref("optimiser")}
}

// choiceSchema: a name, name@value, or {name: {parameter: value}}.
func choiceSchema(g group, cat Catalog) obj {
	properties, short := obj{}, []string{}
	for _, e := range g.entries {
		properties[e.Name] = paramsSchema(e, cat)
		if e.At != "" {
			short = append(short, regexp.QuoteMeta(e.Name))
		}
	}
	name := obj{"enum": anys(names(g.entries)), "$comment": g.noun}
	if len(short) > 0 {
		slices.Sort(short)
		name = obj{"$comment": g.noun, "anyOf": []any{name, obj{"pattern": "^(" + strings.Join(short, "|") + ")@."}}}
	}
	named := obj{
		"minProperties": 1, "maxProperties": 1, "properties": properties,
		"additionalProperties": false, "$comment": g.noun,
	}
	return when("object", named, name, "string", "object")
}

func paramsSchema(e Entry, cat Catalog) obj {
	properties, required := obj{}, []string{}
	for _, p := range e.Params {
		v := gridOf(p, valueSchema(p, cat))
		if p.Doc != "" {
			v["description"] = p.Doc
		}
		if p.Default != nil {
			v["default"] = p.Default
		} else {
			required = append(required, p.Name)
		}
		properties[p.Name] = v
	}
	out := obj{"type": []any{"object", "null"}, "additionalProperties": false, "properties": properties}
	if e.Doc != "" {
		out["description"] = e.Doc
	}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = anys(required)
	}
	return out
}

// gridOf allows a list of values; for a parameter that is a list itself, a list
// of lists.
func gridOf(p Param, v obj) obj {
	is := obj{"type": "array"}
	if p.isList() {
		is["contains"] = obj{"type": "array"}
	}
	return obj{"if": is, "then": obj{"minItems": 1, "items": v}, "else": v}
}

func valueSchema(p Param, cat Catalog) obj {
	bounds := func(kind string) obj {
		v := obj{"type": kind}
		if kind == "integer" {
			v["minimum"], v["maximum"] = -largest, largest
		}
		if p.Min != nil {
			v["minimum"] = *p.Min
		}
		if p.Max != nil {
			v["maximum"] = *p.Max
		}
		return v
	}
	switch p.Kind {
	case Int:
		return bounds("integer")
	case Float:
		return bounds("number")
	case Ints:
		return obj{"type": "array", "items": bounds("integer")}
	case Floats:
		return obj{"type": "array", "items": bounds("number")}
	case Bool:
		return obj{"type": "boolean"}
	}
	v := obj{"type": "string"}
	switch {
	case p.Parts != "":
		v["enum"], v["$comment"] = anys(names(cat.group(p.Parts))), p.Parts
	case len(p.Choices) > 0:
		v["enum"] = anys(p.Choices)
	}
	return v
}
