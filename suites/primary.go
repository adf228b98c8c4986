package suites

import (
	"fmt"
	"slices"
	"strings"
)

// GatePreset is the preset whose cells the regression gate runs, and the only one
// that has primary metrics.
const GatePreset = "gate"

// A Primary is a metric that must not get worse: what the regression gate tests when
// a cell's numbers change. Every configuration that it selects and that logs the metric
// is a test of its own, paired by seed.
type Primary struct {
	Metric string  `json:"metric"`
	Over   Select  `json:"over,omitempty"` // empty: all cells of the gate
	Better string  `json:"better"`         // higher or lower
	Scale  string  `json:"scale"`          // log or linear: of the metric, and of Margin
	Margin float64 `json:"margin"`         // tolerated mean drop, in the metric's unit or, on a log scale, in nats
	Line   int     `json:"line"`
}

// primary is an entry of the file before it meets the gate's cells.
type primary struct {
	Primary
	at, metric *node
	sound      bool // nothing wrong with it so far
}

// primary reads every entry, leniently: the schema has reported wrong types.
func (p *pass) primary(faults []fault) []primary {
	top := p.root.get("primary")
	if top == nil || top.kind != list {
		return nil
	}
	if len(top.list) > 0 && !slices.Contains(p.presets, GatePreset) {
		p.bad(top, "primary: no preset %q, whose cells they are of%s", GatePreset, have(p.presets))
		return nil
	}
	var out []primary
	for i, n := range top.list {
		if n.kind != mapping {
			continue
		}
		e := primary{at: n, metric: n.get("metric")}
		e.Metric, e.Better, e.Scale, e.Line = textOf(e.metric), textOf(n.get("better")), "linear", n.line
		e.Over = selection(n.get("over"))
		if s := n.get("scale"); s != nil {
			e.Scale = s.text
		}
		if m := real(n.get("margin")); m != nil {
			e.Margin = *m
		}
		e.sound = !slices.ContainsFunc(faults, func(f fault) bool {
			return len(f.path) > 1 && f.path[0] == "primary" && f.path[1] == fmt.Sprint(i)
		})
		out = append(out, e)
	}
	return out
}

// holdPrimary holds the entries against the gate's cells: each selects a configuration
// that logs its metric, no configuration has a metric twice, and all have as many seeds
// as the gate's first stage.
func (p *pass) holdPrimary(list []primary, v *view) {
	k := &checker{pass: p, view: v, in: p.inPreset(GatePreset)}
	if len(list)*len(v.combos) > mostLooks {
		p.bad(p.root.get("primary"), "primary: %d metrics over %d combinations are too many to check; want a product of at most %d", len(list), len(v.combos), mostLooks)
		return
	}
	logs := map[*combo][]string{}
	type test struct {
		*combo
		metric string
	}
	first := map[test]int{}
	for _, e := range list {
		if !e.sound {
			continue
		}
		before := len(k.said)
		k.selection(e.at.get("over"))
		if len(k.said) > before {
			continue
		}
		cells := k.choose(e.Over)
		if len(cells) == 0 {
			k.complain(cmpNode(e.at.get("over"), e.at), "%s selects no cell%s", orAll(e.Over), k.in)
			continue
		}
		if k.logged(e.metric, cells); len(k.said) > before {
			continue
		}
		for _, c := range cells {
			if logs[c.combo] == nil {
				logs[c.combo] = c.names(k.cat)
			}
			if !slices.Contains(logs[c.combo], logName(e.Metric, k.cat)) {
				continue
			}
			if len(c.seeds) != GateSeeds {
				k.complain(e.at, "primary %s: %s has %d seeds%s; the gate wants %d", e.Metric, c.cell.Configuration(), len(c.seeds), k.in, GateSeeds)
				break
			}
			if line, twice := first[test{c.combo, e.Metric}]; twice {
				k.complain(e.at, "primary %s twice for %s (first at line %d)", e.Metric, c.cell.Configuration(), line)
				break
			}
			first[test{c.combo, e.Metric}] = e.Line
		}
	}
}

// names are what a combination logs: in full, or where the catalog does not say, the
// first components.
func (c *combo) names(cat Catalog) []string {
	if cat.Emits != nil {
		return cat.Emits(c.cell)
	}
	return c.bases(cat)
}

// logName is the name that a metric is looked for by in names.
func logName(metric string, cat Catalog) string {
	of := Logged(metric)
	if cat.Emits != nil {
		return of
	}
	base, _, _ := strings.Cut(of, "/")
	return base
}

// Configuration names everything of a cell but its seed and its place in the file: of
// two versions of the same cell it is the same.
func (c Cell) Configuration() string {
	out := fmt.Sprintf("%s: %s x %s x %s", c.Grid, c.Estimator, c.Model, c.Dataset)
	if c.Train.Steps > 0 {
		out += fmt.Sprintf(" x %s", c.Optimiser())
	}
	return out
}

func primarySchema() obj {
	return obj{
		"type": []any{"array", "null"}, "description": "what bench check holds against a baseline, in the cells of preset gate",
		"items": ref("primary"),
	}
}

func primaryItemSchema() obj {
	return obj{
		"type": "object", "additionalProperties": false, "required": []any{"metric", "better", "margin"},
		"description": "A metric that must not get worse. When the identity of a cell of preset gate changes, bench\n" +
			"check compares it with the baseline by seeds: every configuration is a test of its own.",
		"properties": obj{
			"metric": obj{"type": "string", "minLength": 1, "description": "as logged: elbo, iwae@64, snr/inf; or area(elbo)"},
			"over":   obj{"$ref": "#/$defs/select", "description": "cells of the gate that it is of; all that log it if absent"},
			"better": obj{"enum": []any{"higher", "lower"}, "$comment": "direction", "description": "which side is better"},
			"margin": obj{"type": "number", "minimum": 0, "description": "a mean drop that does not matter: in the metric's unit, of its log on a log scale"},
			"scale":  obj{"enum": []any{"log", "linear"}, "$comment": "scale", "description": "linear if absent; log for ratios and variances"},
		},
	}
}
