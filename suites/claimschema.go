package suites

import "maps"

// kindNames are the tests a claim can ask for, in the order messages list them.
var kindNames = [...]string{"slope", "equivalent", "better", "order", "trend", "interaction", "level", "count", "fit", "exact"}

// distributions that fit compares with.
const distributions = `^(normal|uniform)\( *-?[0-9.eE+-]+ *, *[0-9.eE+-]+ *\)$|^chi2\( *[0-9]+ *\)$`

// claimSchemas are the definitions of a claim, of a part of one, of each kind of
// test and of a selection of cells.
func claimSchemas() obj {
	scalar := obj{"type": []any{"string", "number", "boolean"}}
	defs := obj{"select": obj{"type": "object", "additionalProperties": oneOrMore(scalar),
		"description": "cells by label: grid, estimator, model, dataset, seed, precision or a parameter, each with a value or a list of them"}}

	kinds := obj{}
	for name, k := range kindSchemas() {
		defs[name] = k
		kinds[name] = ref(name)
	}
	metric := obj{"type": "string", "minLength": 1, "description": "elbo, iwae@64; area(elbo) over training, area(elbo, 0.25) its end; fall(elbo) worst step down"}

	part := maps.Clone(kinds)
	part["metric"], part["published"] = metric, quotedSchema()
	defs["part"] = obj{"type": "object", "additionalProperties": false, "properties": part}

	claim := maps.Clone(kinds)
	maps.Copy(claim, obj{
		"id":        obj{"type": []any{"string", "number"}, "description": "names it in the report"},
		"paper":     obj{"type": []any{"string", "number"}, "description": "arXiv number or other short name"},
		"says":      obj{"type": "string", "description": "the claim, in words"},
		"metric":    metric,
		"seeds":     obj{"type": "integer", "minimum": 1, "description": "fewer seeds leave the claim open; all that it selects if absent"},
		"report":    obj{"type": "boolean", "description": "shown, never gates"},
		"preset":    presetsSchema(),
		"published": quotedSchema(),
		"all":       obj{"type": "array", "minItems": 1, "items": ref("part"), "description": "several tests, each with a metric: the claim holds if all do"},
	})
	defs["claim"] = obj{
		"type": "object", "additionalProperties": false, "properties": claim,
		"required": []any{"id", "paper", "says"},
	}
	return defs
}

// exactly is the one kind without chance in it.
const exactly = "every value is a number, to a tolerance"

func kindSchemas() obj {
	num := func(doc string) obj { return obj{"type": "number", "description": doc} }
	margin := func(doc string) obj { return obj{"type": "number", "exclusiveMinimum": 0, "description": doc} }
	label := func(doc string) obj { return obj{"type": "string", "minLength": 1, "description": doc} }
	sel := func(doc string) obj { return obj{"$ref": "#/$defs/select", "description": doc} }
	scale := obj{"enum": []any{"log", "linear"}, "$comment": "scale", "description": "of the metric; linear if absent"}
	logs := obj{"enum": []any{"log", "linear"}, "$comment": "scale", "description": "of both axes; log if absent"}
	side := obj{"enum": []any{"higher", "lower"}, "$comment": "direction", "description": "which side is better"}
	way := obj{"enum": []any{"increasing", "decreasing"}, "$comment": "direction", "description": "which way the metric goes"}
	values := obj{"type": "array", "minItems": 2, "items": obj{"type": []any{"string", "number", "boolean"}}, "description": "of the label, in the claimed order"}
	each := label("one test for every value of this label")
	gap := num("by at least this much; negative: not worse by more")
	level := obj{"type": "number", "exclusiveMinimum": 0, "maximum": 0.5,
		"description": "of the test: an interval of 1 - level, a one-sided limit at level; 0.05 if absent"}
	one, other := sel("one side, added to over"), sel("the other side")

	test := func(doc string, required []any, properties obj) obj {
		properties["over"] = sel("the cells it is about")
		if doc != exactly {
			properties["level"] = level
		}
		return obj{
			"type": "object", "description": doc, "additionalProperties": false,
			"required": required, "properties": properties,
		}
	}
	return obj{
		"slope": test("slope of the metric against a label, one a seed", []any{"against", "expect", "within"},
			obj{"against": label("the label on the x axis"), "expect": num("the slope claimed"), "within": margin("of it"), "scale": logs, "each": each}),
		"equivalent": test("a and b differ by less than a margin", []any{"a", "b", "within"},
			obj{"a": one, "b": other, "within": margin("round no difference"), "scale": scale, "each": each}),
		"better": test("a is better than another, by a margin", []any{"a", "than", "want"},
			obj{"a": one, "than": other, "want": side, "margin": gap, "scale": scale, "each": each}),
		"order": test("every adjacent pair of values is in order", []any{"by", "values", "want"},
			obj{"by": label("the label whose values are in order"), "values": values, "want": way, "margin": gap, "scale": scale}),
		"trend": test("rank correlation with a label", []any{"against", "want"},
			obj{"against": label("the label on the x axis"), "want": way}),
		"interaction": test("(a - b) - (c - d) exceeds a margin", []any{"a", "b", "c", "d"},
			obj{"a": one, "b": other, "c": sel("one side of the second pair"), "d": sel("the other side of it"), "margin": gap, "scale": scale}),
		"level": test("the metric against a constant", []any{},
			obj{"above": num("its mean is above this"), "below": num("its mean is below this"), "expect": num("its mean is this, within"),
				"within": margin("of expect"), "scale": scale, "each": each}),
		"count": test("a condition holds in at least so many seeds", []any{"least"},
			obj{"above": num("the metric is above this"), "below": num("the metric is below this"), "a": one, "than": other, "want": side, "each": each,
				"least": obj{"type": "integer", "minimum": 1, "description": "this many seeds"}}),
		"fit": test("goodness of fit to a distribution", []any{"to"},
			obj{"to": obj{"type": "string", "pattern": distributions, "description": "normal(0,1), uniform(0,1), chi2(3)"}}),
		"exact": test(exactly, []any{"expect"},
			obj{"expect": num("every value is this"), "within": obj{"type": "number", "minimum": 0, "description": "tolerance; 0 if absent"}}),
	}
}
