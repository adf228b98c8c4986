package suites

import "strings"

// NotRun is a thing that a suite's paper has and the suite has not, with the reason. It is
// no cell and no claim, and no verdict knows of it.
type NotRun struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// notRun reads them, leniently: the schema has reported wrong types.
func (p *pass) notRun() (out []NotRun) {
	top := p.root.get("not_run")
	if top == nil || top.kind != list {
		return nil
	}
	for _, n := range top.list {
		if n.kind == mapping {
			out = append(out, NotRun{strings.TrimSpace(textOf(n.get("what"))), strings.TrimSpace(textOf(n.get("why")))})
		}
	}
	return out
}

func notRunSchema() obj {
	text := func(doc string) obj { return obj{"type": "string", "minLength": 1, "description": doc} }
	return obj{
		"type": []any{"array", "null"}, "description": "what the papers have and the suite has not, and why",
		"items": obj{
			"type": "object", "additionalProperties": false, "required": []any{"what", "why"},
			"properties": obj{"what": text("a data set, a method, a size"), "why": text("the reason")},
		},
	}
}
