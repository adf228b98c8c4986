package report

import "slices"

// A cause is one way in which cells are not done, however many they are.
type cause struct {
	Outcome, Reason string
	Stack           string // of the first that has one
	N               int
	Steps           string // where they ended
	first, last     int
}

// causes of the cells that are not done, in the order they are met, and the table of all
// those cells.
func (r *Report) causes() ([]*cause, *bulk) {
	var list []*cause
	all := &bulk{ID: "unfinished", Caption: "Every cell that is not done, and why.", Show: 6,
		Heads: []Head{{Name: "Outcome"}, {Name: "Configuration"}, {Name: "Grid"}, {Name: "Step", Num: true}, {Name: "Reason"}, {Name: "Cell"}}}
	for _, u := range r.Unfinished {
		i := slices.IndexFunc(list, func(c *cause) bool { return c.Outcome == u.Outcome && c.Reason == u.Reason })
		if i < 0 {
			i = len(list)
			list = append(list, &cause{Outcome: u.Outcome, Reason: u.Reason, first: u.Step, last: u.Step})
		}
		c := list[i]
		c.N++
		c.first, c.last = min(c.first, u.Step), max(c.last, u.Step)
		if c.Stack == "" {
			c.Stack = u.Stack
		}
		all.add(u.Outcome, brief(u.Name), u.Grid, float64(u.Step), u.Reason, shortID(u.Cell))
	}
	for _, c := range list {
		if c.Outcome == "missing" {
			continue
		}
		c.Steps = five(float64(c.first))
		if c.last > c.first {
			c.Steps += " to " + five(float64(c.last))
		}
	}
	all.settle(r.export())
	return list, all
}
