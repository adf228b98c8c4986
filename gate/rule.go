package gate

import (
	"fmt"

	"github.com/vibench/bench/suites"
)

// A Rule is how a primary metric of a configuration is tested: which side is better, on
// which scale, and which mean drop does not matter.
type Rule struct {
	Metric string  `json:"metric"`
	Better string  `json:"better"`
	Scale  string  `json:"scale"`
	Margin float64 `json:"margin"`
}

func ruleOf(p suites.Primary) Rule { return Rule{p.Metric, p.Better, p.Scale, p.Margin} }

func (r Rule) String() string {
	return fmt.Sprintf("%s is better, %s, margin %s", r.Better, r.Scale, number(r.Margin))
}

// check holds what the types do not.
func (r Rule) check() error {
	if r.Better != "higher" && r.Better != "lower" || r.Scale != "linear" && r.Scale != "log" || !(r.Margin >= 0) {
		return fmt.Errorf("primary %q: got %s; want higher or lower, linear or log, a margin of at least 0", r.Metric, r)
	}
	return nil
}

// rule of a metric; nil if it is not primary.
func (c Config) rule(metric string) *Rule {
	for i := range c.Primary {
		if c.Primary[i].Metric == metric {
			return &c.Primary[i]
		}
	}
	return nil
}

// stricter is the rule that judges a change: the baseline's, since a change may not relax
// its own test, with the suite's margin where that is the smaller one of the same test.
func stricter(was, now Rule) Rule {
	if was.Better == now.Better && was.Scale == now.Scale {
		was.Margin = min(was.Margin, now.Margin)
	}
	return was
}

// A RuleChange is a test that the suite has changed since the baseline.
type RuleChange struct {
	Config           string
	Was, Now, Judged Rule
}

// rules holds the tests of the suite against those of the record, of every configuration
// that there still is: which others they are, and which are gone.
func (c Check) rules(r *Report, cells map[string][]suites.Cell) {
	byID := map[string]suites.Cell{}
	for _, cell := range c.Plan.Cells {
		byID[cell.ID] = cell
	}
	for _, config := range c.Base.Configs {
		first, _ := config.stages()
		now := cells[config.Config]
		for _, was := range first { // the same under another name: a part has got a setting since
			if cell, kept := byID[was.ID]; kept && len(now) == 0 {
				now = []suites.Cell{cell}
			}
		}
		if len(now) == 0 {
			continue
		}
		for _, metric := range metricsOf(first) {
			p, there := primaryOf(c.Plan.Primary, now[0], metric)
			if !there {
				r.lack("ring 2", config.Config, metric, "primary in the baseline, and not in the suite any more: if that is meant, write a new baseline")
				continue
			}
			if was := config.rule(metric); was != nil && *was != ruleOf(p) {
				r.Rules = append(r.Rules, RuleChange{now[0].Configuration(), *was, ruleOf(p), stricter(*was, ruleOf(p))})
			}
		}
	}
}

// primaryOf is the entry of a metric that selects a cell.
func primaryOf(list []suites.Primary, c suites.Cell, metric string) (suites.Primary, bool) {
	for _, p := range list {
		if p.Metric == metric && c.Matches(p.Over) {
			return p, true
		}
	}
	return suites.Primary{}, false
}
