package suites

// Quoted are a paper's numbers for what a test measures, to stand beside ours. No verdict
// rests on them.
type Quoted struct {
	// Numbers of the sides of the test in the order that the file has them: a and than of
	// better, a to d of interaction, one a value of order, and else one.
	Numbers []float64 `json:"numbers"`
	From    string    `json:"from"` // of what, and where it stands; in words
}

// quoted reads the numbers of a claim's only test, or of one test of all.
func (p *pass) quoted(n *node, t *claimPart) {
	at := n.get("published")
	if at == nil || at.kind != mapping {
		return
	}
	q := &Quoted{From: textOf(at.get("from"))}
	numbers := at.get("numbers")
	for _, v := range numbers.items() {
		if x := real(v); x != nil {
			q.Numbers = append(q.Numbers, *x)
		}
	}
	want, of := 1, ""
	switch {
	case t.Kind == "trend" || t.Kind == "fit":
		p.bad(at, "published: %s has no number that a paper's could stand beside", t.Kind)
		return
	case t.Kind == "interaction":
		want, of = 4, " (a, b, c, d)"
	case t.Kind == "order":
		want, of = len(t.Values), " (one a value)"
	case t.Kind == "equivalent":
		want, of = 2, " (a, b)"
	case len(t.A) > 0:
		want, of = 2, " (a, than)"
	}
	if numbers != nil && numbers.kind == list && len(q.Numbers) == len(numbers.list) && len(q.Numbers) != want {
		p.bad(numbers, "published: numbers, got %d; %s has %d%s", len(q.Numbers), t.Kind, want, of)
		return
	}
	if t.Scale == "log" && t.Kind != "slope" {
		for _, v := range numbers.items() {
			if x := real(v); x != nil && *x <= 0 {
				p.bad(v, "published: got %s; on a log scale numbers are above 0", formatNumber(*x))
			}
		}
	}
	t.Published = q
}

func quotedSchema() obj {
	return obj{
		"type": "object", "additionalProperties": false, "required": []any{"numbers", "from"},
		"description": "the paper's numbers for this test, to stand beside ours; no verdict rests on them",
		"properties": obj{
			"numbers": obj{"type": "array", "minItems": 1, "items": obj{"type": "number"},
				"description": "one, or one a side (a, than), or a value of order; signed as the metric"},
			"from": obj{"type": "string", "minLength": 1, "description": "of what, and where it stands"},
		},
	}
}
