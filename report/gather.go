package report

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/vibench/bench/store"
)

// Gather reads several stores into one page, in their order. Stores of one suite file under
// one preset, such as the shares of several machines, make one report; other suites follow
// each other. An empty suite or preset is as for New, in every store.
func Gather(stores []*store.Store, suite, preset string) (Page, error) {
	var page Page
	for _, st := range stores {
		r, err := New(st, suite, preset)
		if err != nil {
			return Page{}, err
		}
		i := slices.IndexFunc(page.Reports, func(o *Report) bool { return o.plan.SameSuite(r.plan) })
		if i < 0 {
			page.Reports = append(page.Reports, r)
			continue
		}
		page.Reports[i] = page.Reports[i].with(r)
	}
	return page, nil
}

// with is a report of the cells of two. Of a cell that both have, the first one's result is
// shown if it is done, and where the other has other bits the report says so.
func (r *Report) with(o *Report) *Report {
	plan := r.plan.Union(o.plan)
	var list []store.Result
	mine, theirs := shelf{map[string]bool{}, r.arrays}, shelf{map[string]bool{}, o.arrays}
	differ := 0
	for _, c := range distinct(plan.Cells) {
		a, ended := r.results.Cell(c.ID)
		b, too := o.results.Cell(c.ID)
		switch {
		case ended && (!too || a.Outcome == store.Done || b.Outcome != store.Done):
			list = append(list, *a)
			mine.cells[c.ID] = true
			if too && a.Outcome == store.Done && b.Outcome == store.Done && !slices.EqualFunc(a.Points, b.Points, sameBits) {
				differ++
			}
		case too:
			list = append(list, *b)
			theirs.cells[c.ID] = true
		}
	}
	prov := slices.Concat(r.Provenance, o.Provenance)
	slices.SortStableFunc(prov, func(a, b store.Provenance) int { return a.Started.Compare(b.Started) })
	out := From(plan, store.NewResults(plan, list), prov)
	out.arrays = shelves{mine, theirs}
	out.Notes = slices.Concat(r.Notes, o.Notes)
	if differ > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%s in two stores with different numbers; those of the first store are shown, and bench diff says more.", plural(differ, "cell is", "cells are")))
	}
	return out
}

func sameBits(a, b store.Point) bool {
	return a.Metric == b.Metric && a.Step == b.Step && a.Reason == b.Reason && math.Float64bits(a.Value) == math.Float64bits(b.Value)
}

// shelves are the arrays of several stores, each of its own cells.
type shelves []shelf

type shelf struct {
	cells map[string]bool
	arrays
}

func (s shelf) own(cells []string) (own []string) {
	for _, id := range cells {
		if s.cells[id] {
			own = append(own, id)
		}
	}
	return own
}

// VectorNames is as a store's.
func (s shelves) VectorNames(cells []string) (names []string, err error) {
	for _, one := range s {
		more, err := one.arrays.VectorNames(one.own(cells))
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// LastVectors is as a store's.
func (s shelves) LastVectors(cells []string, name string) (map[string][]float64, error) {
	out := map[string][]float64{}
	for _, one := range s {
		some, err := one.arrays.LastVectors(one.own(cells), name)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, some)
	}
	return out, nil
}
