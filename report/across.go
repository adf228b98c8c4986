package report

import (
	"unicode/utf8"

	"github.com/vibench/bench/suites"
)

// across joins the configurations of several panels that a figure can show side by side: a
// panel for every data set that has any, in their order.
func across(panels []*panel, shows func(p *panel, c config) bool) (list []*panel) {
	type part struct {
		*panel
		configs []config
	}
	parts := map[string][]part{}
	data := newSet()
	for _, p := range panels {
		by := map[string][]config{}
		for _, c := range p.configs {
			if shows(p, c) {
				set := c.cell.Dataset.String()
				data.add(set)
				by[set] = append(by[set], c)
			}
		}
		for set, configs := range by {
			parts[set] = append(parts[set], part{p, configs})
		}
	}
	for _, set := range data.list {
		joint := *parts[set][0].panel
		joint.where, joint.configs, joint.more = "", nil, 0
		metrics := newSet()
		for _, one := range parts[set] {
			joint.configs = append(joint.configs, one.configs...)
			for _, m := range one.metrics {
				metrics.add(m)
			}
		}
		joint.metrics, joint.all = metrics.list, joint.configs
		if len(parts[set]) == 1 && len(data.list) == 1 {
			joint.where = parts[set][0].where
		} else if len(data.list) > 1 {
			_, shown := joint.plan.Brief(joint.configs[0].cell)
			joint.where = brief(shown.String())
		}
		if len(parts[set]) > 1 {
			joint.name()
		}
		list = append(list, &joint)
	}
	return list
}

const longName = 46

// name tells the configurations of several grids apart, by their grid where nothing shorter does.
func (p *panel) name() {
	cells := make([]suites.Cell, len(p.configs))
	for i, c := range p.configs {
		cells[i] = c.cell
	}
	names := labels(cells, "")
	known, short := newSet(), true
	for _, name := range names {
		known.add(name)
		short = short && utf8.RuneCountInString(name) <= longName
	}
	if len(known.list) == len(names) && short {
		for i := range names {
			p.configs[i].label = names[i]
		}
		return
	}
	for i := range p.configs {
		p.configs[i].label = join(": ", p.configs[i].cell.Grid, p.configs[i].label)
	}
}
