package cli

import (
	"fmt"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// unchanged refuses a plan that leaves over cells which the store has begun or
// ended under the plan before it, unless that is accepted: their numbers stay but
// leave the suite's reports. New cells alone, and cells of other seeds, need no word.
func (a *app) unchanged(j *job, st *store.Store, accept bool) error {
	before, err := st.Before(j.plan)
	if before == nil || err != nil {
		return err
	}
	change := j.plan.Since(before)
	n, err := begunOf(st, change.Left)
	if n == 0 || err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%s: not the plan that %s was begun with: %s, %d new, %d left over, %d of them with results or a checkpoint\n",
		title(j.plan), st.Path(), stay(change.Stay), len(change.New), len(change.Left), n)
	for _, why := range change.Why() {
		fmt.Fprintf(a.err, "  %s\n", oneLine(why))
	}
	if accept {
		return nil
	}
	return fmt.Errorf("%s: the plan has changed; --accept-plan-change goes on (what is left over stays in the store, outside the suite's reports), --store FILE begins another store", title(j.plan))
}

func stay(n int) string {
	if n == 1 {
		return "1 cell stays"
	}
	return fmt.Sprintf("%d cells stay", n)
}

// begunOf counts the cells that have an outcome or a checkpoint.
func begunOf(st *store.Store, cells []suites.Cell) (int, error) {
	ended, err := st.Outcomes(ids(cells))
	if err != nil {
		return 0, err
	}
	begun, err := st.Begun(ids(cells))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range cells {
		if _, half := begun[c.ID]; half || ended[c.ID] != "" {
			n++
		}
	}
	return n, nil
}
