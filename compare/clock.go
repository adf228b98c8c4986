package compare

import (
	"fmt"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// timing is the view for a task. By time it goes by the time of training that cells
// keep at each evaluated step. Where cells lack it, which an older bench ran or began,
// the wall time of every cell of the task is taken to pass evenly over its steps, for
// time of two kinds does not compare; why says so.
func (c *comparison) timing(t *task, metric string) (v View, why string) {
	v = c.o.View
	if v.By != "time" {
		return v, ""
	}
	without, of := 0, 0
	for _, p := range t.cells {
		for _, one := range []struct {
			s    Source
			cell suites.Cell
		}{{c.sa, p.a}, {c.sb, p.b}} {
			r, ended := one.s.Results.Cell(one.cell.ID)
			series := one.s.Results.Series(one.cell.ID, metric)
			if !ended || r.Outcome != store.Done || len(series) == 0 {
				continue
			}
			of++
			for _, p := range series {
				if _, ok := r.Cost.Trained(p.Step); !ok {
					without++
					break
				}
			}
		}
	}
	if without == 0 {
		return v, ""
	}
	v.even = true
	return v, fmt.Sprintf("%d of %s kept no time of training (an older bench ran or began them): wall time, evaluations of metrics included, is taken to pass evenly over the steps of all", without, count(of, "cell"))
}
