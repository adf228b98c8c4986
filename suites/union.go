package suites

import (
	"maps"
	"slices"
)

// SameSuite says whether two plans come from one suite file under one preset and
// the same patches, so that they differ at most in what they were narrowed to.
func (p *Plan) SameSuite(q *Plan) bool {
	return p.Suite == q.Suite && p.Preset == q.Preset && p.Text == q.Text && slices.Equal(p.Set, q.Set)
}

// Union is this plan and then the cells that only q has, under the claims of
// this one. A narrowed plan is added to the whole one in this way, so that asking
// for a little more hides nothing of what is known.
func (p *Plan) Union(q *Plan) *Plan {
	type place struct{ grid, id string }
	has := make(map[place]bool, len(p.Cells))
	for _, c := range p.Cells {
		has[place{c.Grid, c.ID}] = true
	}
	out := *p
	out.Cells = slices.Clone(p.Cells)
	for _, c := range q.Cells {
		if at := (place{c.Grid, c.ID}); !has[at] {
			has[at] = true
			out.Cells = append(out.Cells, c)
		}
	}
	if out.Rows = maps.Clone(p.Rows); out.Rows == nil {
		out.Rows = map[string]int{}
	}
	maps.Copy(out.Rows, q.Rows)
	return &out
}
