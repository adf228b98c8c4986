package runner

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// A Rerun is a stored cell that was run again.
type Rerun struct {
	Cell       suites.Cell
	Same       bool             // in all that an export prints of it
	Difference store.Difference // stored -> now, where they part; zero if they are the same
	Now        store.Result     // without points and vectors
	Damage     error            // what the store has of it is not what was written; it was not run
}

// Rerunnable parts stored cells into those that can be run again for their bits, in
// the types of the parts, and those that cannot, by ID with the reason: it has left no
// result, the program has not its parts any more, its numbers are due to be others (a
// version or the data changed, so that its ID would be another), or the data are not
// here. digests are those that the store has of each data set, by its String.
func (p Parts) Rerunnable(list []store.Kept, digests map[string][]string) (free []suites.Cell, barred map[string]string) {
	cat := p.Catalog()
	barred, data := map[string]string{}, map[string]string{}
	for _, k := range list {
		now, why := p.again(cat, k, digests[k.Dataset.String()])
		if why == "" {
			name := now.Dataset.String()
			if _, known := data[name]; !known {
				data[name] = p.noData(now.Dataset)
			}
			why = data[name]
		}
		if why != "" {
			barred[k.ID] = why
			continue
		}
		free = append(free, now)
	}
	return free, barred
}

// again is a stored cell of now, or why there is none.
func (p Parts) again(cat suites.Catalog, k store.Kept, digests []string) (now suites.Cell, why string) {
	switch {
	case k.Damage != nil:
		return now, k.Damage.Error()
	case k.Outcome == "":
		return now, "not run yet"
	case !settled(k.Outcome):
		return now, string(k.Outcome) + ": no result to compare with"
	}
	now, err := cat.Again(k.Cell)
	if err != nil {
		return now, err.Error()
	}
	if now.ID != k.ID {
		return now, "its numbers are due to be others: " + strings.Join(cat.Moved(k.Cell, now, digests...), "; ")
	}
	return now, ""
}

// noData says why a data set cannot be had; empty if it can.
func (p Parts) noData(c suites.Choice) string {
	d, err := p.dataset(c)
	if k, ok := d.(vi.Checked); ok && err == nil {
		err = k.Check()
	}
	if err != nil {
		return fmt.Sprintf("dataset %s: %v", c.Name, err)
	}
	return ""
}

// Sample is n of the cells, or all, in their order: the same ones for the same cells
// and seed, whatever order they come in.
func Sample(cells []suites.Cell, n, seed int) []suites.Cell {
	if n >= len(cells) {
		return cells
	}
	named := ids(cells)
	slices.Sort(named)
	key := fmt.Sprint("sample ", seed, "\n", strings.Join(named, "\n"), "\n")
	rank := make(map[string][32]byte, len(cells))
	for _, c := range cells {
		rank[c.ID] = sha256.Sum256([]byte(key + c.ID))
	}
	drawn := slices.Clone(cells)
	slices.SortFunc(drawn, func(a, b suites.Cell) int {
		x, y := rank[a.ID], rank[b.ID]
		return bytes.Compare(x[:], y[:])
	})
	last := rank[drawn[n-1].ID]
	return slices.DeleteFunc(slices.Clone(cells), func(c suites.Cell) bool {
		x := rank[c.ID]
		return bytes.Compare(x[:], last[:]) > 0
	})
}

// Verify runs cells again that Rerunnable lets pass, on workers, from their beginnings
// and with nothing written, and compares each with what the store has of it. told is
// called for every cell from any goroutine, one at a time. Options beyond Workers and
// Step are not read. One cell that is damaged in the store stops no other. The error is the
// store's as a whole, or that of ctx.
func (p Parts) Verify(ctx context.Context, st *store.Store, cells []suites.Cell, opt Options, told func(Rerun)) error {
	workers := max(opt.Workers, 1)
	threads := 1
	if workers >= 2*len(cells) {
		threads = 2 // idle workers' cores
	}
	done := make(chan Rerun)
	over := make(chan struct{})
	go func() {
		for r := range done {
			told(r)
		}
		close(over)
	}()
	outer := ctx
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for _, c := range cells {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			had, ok, err := st.Result(c.ID)
			if store.Damaged(err) {
				done <- Rerun{Cell: c, Damage: err}
				return nil
			}
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("cell %s: its result was taken away", c.Short())
			}
			now := p.rerun(ctx, c, threads, opt.Step)
			if now.Outcome == store.Interrupted {
				return context.Cause(ctx)
			}
			r := Rerun{Cell: c, Now: now}
			var differs bool
			r.Difference, differs = store.Differ(had, &now)
			r.Same = !differs
			r.Now.Points, r.Now.Vectors = nil, nil
			done <- r
			return nil
		})
	}
	err := g.Wait()
	close(done)
	<-over
	if err == nil {
		err = outer.Err()
	}
	return err
}

// rerun is a cell's whole life once more, a refusal included.
func (p Parts) rerun(ctx context.Context, c suites.Cell, threads int, step func(string, int)) store.Result {
	if why := cmp.Or(p.misfit(c), p.unfit(c)); why != "" {
		return store.Result{Cell: c.ID, Outcome: store.Refused, Reason: why}
	}
	var d desk
	if step != nil {
		d.step = func(at int) { step(c.ID, at) }
	}
	return p.runCell(ctx, c, threads, d)
}
