package compare

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A View says at which point of training two cells are compared: at their ends, or at
// the last points at or before one budget, the same for both. Nothing is interpolated.
type View struct {
	By     string  // end, steps, evals or time
	Budget float64 // steps, density evaluations or seconds; 0: the most that every cell of a task reaches

	even bool // wall time passes evenly over steps: no clock says better
}

// Views are what a view may go by.
var Views = []string{"end", "steps", "evals", "time"}

// ParseView reads steps, or steps=1000, evals=1e6, time=30s.
func ParseView(text string) (View, error) {
	by, budget, given := strings.Cut(text, "=")
	v := View{By: by}
	if by == "" {
		v.By = "end"
	}
	if !slices.Contains(Views, v.By) || given && v.By == "end" {
		return View{}, fmt.Errorf("compare: at: got %q; have end, steps, evals, time, and as in steps=1000, evals=1e6, time=30s", text)
	}
	if !given {
		return v, nil
	}
	var err error
	if by == "time" {
		var d time.Duration
		d, err = time.ParseDuration(budget)
		v.Budget = d.Seconds()
	} else {
		v.Budget, err = strconv.ParseFloat(budget, 64)
	}
	if err != nil || !(v.Budget > 0) || math.IsInf(v.Budget, 0) {
		return View{}, fmt.Errorf("compare: at: got %q; want a budget above 0, as in steps=1000, evals=1e6, time=30s", text)
	}
	return v, nil
}

// String is the view in words.
func (v View) String() string {
	switch v.By {
	case "steps":
		return "at equal training steps"
	case "evals":
		return "at equal density evaluations"
	case "time":
		return "at equal time of training"
	}
	return "at the end"
}

// text is a budget with its unit.
func (v View) text(budget float64) string {
	switch v.By {
	case "time":
		return strconv.FormatFloat(budget, 'g', 4, 64) + " s"
	case "evals":
		return strconv.FormatFloat(budget, 'g', 6, 64) + " evaluations"
	}
	return strconv.FormatFloat(budget, 'f', -1, 64) + " steps"
}

// spent is what a cell has spent at a point: of time, that of training up to there.
func (v View) spent(r *store.Result, p store.Point) float64 {
	switch v.By {
	case "evals":
		return float64(p.Evals)
	case "time":
		if trained, ok := r.Cost.Trained(p.Step); ok && !v.even {
			return trained.Seconds()
		}
		if r.Steps == 0 {
			return r.Cost.Wall.Seconds()
		}
		return r.Cost.Wall.Seconds() * float64(p.Step) / float64(r.Steps)
	}
	return float64(p.Step)
}

// reaches is what a cell has spent at its last point of a metric; false without one.
func (v View) reaches(results *store.Results, c suites.Cell, metric string) (float64, bool) {
	r, ended := results.Cell(c.ID)
	series := results.Series(c.ID, metric)
	if !ended || r.Outcome != store.Done || len(series) == 0 {
		return 0, false
	}
	return v.spent(r, series[len(series)-1]), true
}

// A reading is the number of one cell: at which step, or what stands in its way.
type reading struct {
	v     float64
	step  int
	fault string // a kind of fault: diverged, failed, not run, ...; empty if there is a number
	why   string
}

// biased are the faults that leave a comparison to the seeds that went well, and so
// decide nothing.
var biased = []string{string(store.Diverged), string(store.Failed), "not finite", "without a logarithm", "below the noise floor"}

// read is the metric of a cell in a view.
func (v View) read(results *store.Results, c suites.Cell, metric string, budget float64, log bool) reading {
	r, ended := results.Cell(c.ID)
	switch {
	case !ended:
		return reading{fault: "not run"}
	case r.Outcome != store.Done:
		why := r.Reason
		if r.Outcome == store.Diverged || r.Outcome == store.Failed {
			why = strings.TrimSuffix(fmt.Sprintf("at step %d: %s", r.Step, why), ": ")
		}
		return reading{fault: string(r.Outcome), why: why}
	}
	out := reading{}
	if v.By == "end" {
		x, why, ok := results.Value(c.ID, metric)
		if !ok {
			return reading{fault: "without " + metric, why: why}
		}
		out.v = x
		series := results.Series(c.ID, suites.Logged(metric))
		out.step = series[len(series)-1].Step
	} else {
		series := results.Series(c.ID, metric)
		i := len(series) - 1
		for i >= 0 && v.spent(r, series[i]) > budget {
			i--
		}
		switch {
		case len(series) == 0:
			_, why, _ := results.Value(c.ID, metric)
			return reading{fault: "without " + metric, why: why}
		case i < 0:
			return reading{fault: "without a point in the budget", why: fmt.Sprintf("%s is first logged at %s; log it more often", metric, v.text(v.spent(r, series[0])))}
		case series[i].Reason != "":
			return reading{fault: "without " + metric, why: fmt.Sprintf("step %d: %s", series[i].Step, series[i].Reason)}
		}
		out.v, out.step = series[i].Value, series[i].Step
	}
	switch {
	case math.IsNaN(out.v) || math.IsInf(out.v, 0):
		return reading{fault: "not finite", why: fmt.Sprintf("%s = %v", metric, out.v)}
	case log && out.v <= 0:
		return reading{fault: "without a logarithm", why: fmt.Sprintf("%s = %.3g; --scale linear compares differences", metric, out.v)}
	}
	if floor, _, has := results.ValueAt(c.ID, metric+"/floor", out.step); has && out.v < floor {
		out.fault = "below the noise floor" // the number still counts in what is shown
		out.why = fmt.Sprintf("%s = %.3g, floor %.3g", metric, out.v, floor)
	}
	if log {
		out.v = math.Log(out.v)
	}
	return out
}

// number says whether there is one to count.
func (r reading) number() bool { return r.fault == "" || r.fault == "below the noise floor" }
