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
	defs := obj{"select": obj{"type": "object", "additionalProperties": oneOrMore(scalar)}}

	kinds := obj{}
	for name, k := range kindSchemas() {
		defs[name] = k
		kinds[name] = ref(name)
	}
	metric := obj{"type": "string", "minLength": 1, "description": "as logged: elbo, iwae@64, snr/inf"}

	part := maps.Clone(kinds)
	part["metric"] = metric
	defs["part"] = obj{"type": "object", "additionalProperties": false, "properties": part}

	claim := maps.Clone(kinds)
	maps.Copy(claim, obj{
		"id":     obj{"type": []any{"string", "number"}},
		"paper":  obj{"type": []any{"string", "number"}, "description": "arXiv number or other short name"},
		"says":   obj{"type": "string"},
		"metric": metric,
		"seeds":  obj{"type": "integer", "minimum": 1, "description": "fewer seeds leave the claim open; all that it selects if absent"},
		"report": obj{"type": "boolean", "description": "shown, never gates"},
		"preset": presetsSchema(),
		"all":    obj{"type": "array", "minItems": 1, "items": ref("part")},
	})
	defs["claim"] = obj{
		"type": "object", "additionalProperties": false, "properties": claim,
		"required": []any{"id", "paper", "says"},
	}
	return defs
}

func kindSchemas() obj {
	num := obj{"type": "number"}
	label := obj{"type": "string", "minLength": 1}
	margin := obj{"type": "number", "exclusiveMinimum": 0}
	scale := obj{"enum": []any{"log", "linear"}, "$comment": "scale"}
	side := obj{"enum": []any{"higher", "lower"}, "$comment": "direction"}
	way := obj{"enum": []any{"increasing", "decreasing"}, "$comment": "direction"}
	values := obj{"type": "array", "minItems": 2, "items": obj{"type": []any{"string", "number", "boolean"}}}
	sel := ref("select")

	test := func(doc string, required []any, properties obj) obj {
		properties["over"] = sel
		return obj{
			"type": "object", "description": doc, "additionalProperties": false,
			"required": required, "properties": properties,
		}
	}
	return obj{
		"slope": test("slope of the metric against a label, one a seed", []any{"against", "expect", "within"},
			obj{"against": label, "expect": num, "within": margin, "scale": scale, "each": label}),
		"equivalent": test("a and b differ by less than a margin", []any{"a", "b", "within"},
			obj{"a": sel, "b": sel, "within": margin, "scale": scale, "each": label}),
		"better": test("a is better than another, by a margin", []any{"a", "than", "want"},
			obj{"a": sel, "than": sel, "want": side, "margin": num, "scale": scale, "each": label}),
		"order": test("every adjacent pair of values is in order", []any{"by", "values", "want"},
			obj{"by": label, "values": values, "want": way, "margin": num, "scale": scale}),
		"trend": test("rank correlation with a label", []any{"against", "want"},
			obj{"against": label, "want": way}),
		"interaction": test("(a - b) - (c - d) exceeds a margin", []any{"a", "b", "c", "d"},
			obj{"a": sel, "b": sel, "c": sel, "d": sel, "margin": num, "scale": scale}),
		"level": test("the metric against a constant", []any{},
			obj{"above": num, "below": num, "expect": num, "within": margin, "scale": scale, "each": label}),
		"count": test("a condition holds in at least so many seeds", []any{"least"},
			obj{"above": num, "below": num, "a": sel, "than": sel, "want": side, "each": label,
				"least": obj{"type": "integer", "minimum": 1}}),
		"fit": test("goodness of fit to a distribution", []any{"to"},
			obj{"to": obj{"type": "string", "pattern": distributions, "description": "normal(0,1), uniform(0,1), chi2(3)"}}),
		"exact": test("equal to a number, to a tolerance", []any{"expect"},
			obj{"expect": num, "within": obj{"type": "number", "minimum": 0}}),
	}
}
