package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vibench/bench/suites"
)

// logged are the metrics that cells of both sides have, sorted.
func (c *comparison) logged(bs []Side) []string {
	in := func(s Source, sides ...Side) map[string]bool {
		out := map[string]bool{}
		for _, side := range sides {
			for _, cell := range c.cells(s, side) {
				for _, m := range s.Results.Metrics(cell.ID) {
					out[m] = true
				}
			}
		}
		return out
	}
	other := in(c.sb, bs...)
	var both []string
	for m := range in(c.sa, c.a) {
		if other[m] {
			both = append(both, m)
		}
	}
	slices.Sort(both)
	return both
}

func (c *comparison) known(bs []Side) error {
	have := c.logged(bs)
	for _, m := range c.o.Metrics {
		if !slices.Contains(have, suites.Logged(m)) {
			if len(have) == 0 {
				return fmt.Errorf("compare: metric: no cell of both sides has ended with a number; run them first")
			}
			return fmt.Errorf("compare: metric: %q is not logged by both sides; have %s", m, strings.Join(short(have), ", "))
		}
	}
	return nil
}

// short leaves out of a list of metrics what belongs to others.
func short(metrics []string) []string {
	return slices.DeleteFunc(slices.Clone(metrics), minor)
}

func minor(m string) bool { return strings.HasSuffix(m, "/floor") || strings.HasSuffix(m, "/r") }

// diagnostic is what an instrument says of itself, not of the sides: whether a difference
// could be seen at all.
func diagnostic(m string) bool {
	return minor(m) || slices.ContainsFunc([]string{"/z", "/detectable", "/still"}, func(end string) bool { return strings.HasSuffix(m, end) })
}

// defaults are the suite's primary metrics, then those that its claims read, of which both
// sides have numbers; without any, those that have a direction; without any, all. Diagnostics
// are among them only where there is nothing else. No more than twelve.
func (c *comparison) defaults(bs []Side) (out, warnings []string) {
	have := c.logged(bs)
	add := func(metric string) {
		of := suites.Logged(metric)
		if of != metric && c.o.View.By != "end" {
			return
		}
		if slices.Contains(have, of) && !slices.Contains(out, metric) && !diagnostic(of) {
			out = append(out, metric)
		}
	}
	for _, p := range c.sa.Results.Plan.Primary {
		add(p.Metric)
	}
	for _, claim := range c.sa.Results.Plan.Claims {
		for _, p := range claim.Parts {
			add(p.Metric)
		}
	}
	if len(out) == 0 {
		all := slices.DeleteFunc(slices.Clone(have), diagnostic)
		if len(all) == 0 {
			all = short(have)
		}
		for _, m := range all {
			if c.better(m) != "" {
				out = append(out, m)
			}
		}
		if len(out) == 0 {
			out = all
		}
	}
	if len(out) > mostMetrics {
		warnings = append(warnings, fmt.Sprintf("%d of %d metrics; --metric chooses others, of %s", mostMetrics, len(out), strings.Join(out[mostMetrics:], ", ")))
		out = out[:mostMetrics]
	}
	return out, warnings
}

// better is a metric's direction: what the plan's claims want of it, if they agree,
// else what the metric says itself.
func (c *comparison) better(metric string) string {
	want := ""
	for _, claim := range c.sa.Results.Plan.Claims {
		for _, p := range claim.Parts {
			if p.Metric != metric || p.Kind != "better" || p.Want == "" {
				continue
			}
			if want != "" && want != p.Want {
				return c.own(metric)
			}
			want = p.Want
		}
	}
	if want == "" {
		return c.own(metric)
	}
	return want
}

func (c *comparison) own(metric string) string {
	if c.o.Better == nil {
		return ""
	}
	return c.o.Better(metric)
}

// log says whether a metric is compared by its logarithm.
func (c *comparison) log(metric string) bool {
	if c.o.Scale != "" {
		return c.o.Scale == "log"
	}
	for _, claim := range c.sa.Results.Plan.Claims {
		for _, p := range claim.Parts {
			if p.Metric == metric && p.Scale == "log" {
				return true
			}
		}
	}
	return false
}
