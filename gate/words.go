package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/suites"
)

// Level of what a reader is told first.
const (
	good = iota
	note
	bad
)

// A line is one thing that a check has to say: the same in every format.
type line struct {
	level   int
	ring    string // ring 0, ring 1, ring 2, claims
	subject string
	verdict string
	more    []string
	open    bool // what strict does not let pass
}

// lines are all that a report says, suites' bits first.
func (r *Report) lines() (out []line) {
	add := func(level int, ring, subject, verdict string, more ...string) {
		out = append(out, line{level: level, ring: ring, subject: subject, verdict: verdict, more: more})
	}
	if r.Rings[0] {
		if r.Same > 0 {
			add(good, "ring 0", plural(r.Same, "cell")+" of the same identity", string(stats.SameBits))
		}
		if r.Same+len(r.Bits) == 0 {
			add(note, "ring 0", "no cell of the same identity", "nothing to compare")
		}
		for _, d := range r.telling() {
			more := []string{"cell " + d.Cell[:12] + ": " + d.What}
			if d.others > 0 {
				more = append(more, fmt.Sprintf("and %s of this configuration", plural(d.others, "more cell")))
			}
			more = append(more, "parts, with numeric versions: "+strings.Join(d.Parts, ", "))
			add(bad, "ring 0", fmt.Sprintf("%s seed %d", r.name(d.Config), d.Seed), "BITS DIFFER", more...)
		}
	}
	for _, p := range r.Proofs {
		if len(p.Failed) > 0 {
			add(bad, "ring 1", p.of(), "FAILS", p.Failed...)
			continue
		}
		if p.Passed+p.Open == 0 {
			add(note, "ring 1", p.of(), "not checked", "there is no check of it here")
			continue
		}
		open := ""
		if p.Open > 0 {
			open = fmt.Sprintf(", %d open", p.Open)
		}
		add(good, "ring 1", fmt.Sprintf("%s: %s%s", p.of(), plural(p.Passed, "check"), open), "passes")
	}
	for _, l := range r.Lost {
		add(bad, "ring 2", r.name(l.Config), string(stats.Regressed), seedsOf(l.Seeds)+": "+l.What+"; done in the baseline")
	}
	for _, x := range r.telltale() {
		add(note, "ring 2", x.subject, "other test", "baseline: "+x.Was.String(), "suite: "+x.Now.String(), "judged by: "+x.Judged.String()+"; a new baseline takes the suite's")
	}
	compared := map[string]bool{}
	for _, l := range r.Lost {
		compared[l.Config] = true
	}
	for _, v := range r.Verdicts {
		compared[v.Config] = true
		level := good
		if v.State.Red() || v.Stands {
			level = bad
		} else if v.State == stats.Inconclusive {
			level = note
		}
		add(level, "ring 2", v.Metric+" of "+r.name(v.Config), string(v.State), v.words(r.Gate)...)
		out[len(out)-1].open = v.unconfirmed()
	}
	if r.Rings[2] {
		for _, name := range r.Changed {
			if !compared[name] {
				add(note, "ring 2", r.name(name), "not compared", "its identity has changed, and it has no primary metric")
			}
		}
	}
	for _, c := range r.Claims {
		was := "was " + c.Was
		switch {
		case c.State == stats.Regressed || c.State == stats.Missing:
			more := []string{was + ", now " + c.Now}
			if !math.IsNaN(c.Effect) && c.N > 0 {
				more = append(more, fmt.Sprintf("effect %s, n = %d; %s", interval(c.Effect, c.Lo, c.Hi), c.N, c.Criterion))
			}
			if c.Reason != "" {
				more = append(more, c.Reason)
			}
			add(bad, "claims", c.Claim, string(c.State), more...)
		case c.Now == "gone":
			add(note, "claims", c.Claim, c.Now, was+"; "+c.Reason)
		case c.New != "":
			add(note, "claims", c.Claim, c.Now, was+"; with the configurations that are new: "+c.New)
		case c.Now == c.Was:
			add(good, "claims", c.Claim, c.Now)
		default:
			add(good, "claims", c.Claim, c.Now, was)
		}
	}
	for _, l := range r.Lacks {
		subject := r.name(l.Config)
		if l.Metric != "" {
			subject = l.Metric + " of " + subject
		}
		why := l.Why
		if len(l.Seeds) > 0 {
			why = seedsOf(l.Seeds) + ": " + why
		}
		add(bad, l.Ring, subject, string(stats.Missing), why)
	}
	if r.Nothing() {
		add(note, "suite", "no number of now was held against the baseline", "not compared")
		out[len(out)-1].open = true
	}
	if r.Others {
		add(note, "suite", "numbers that another program may have made", "judged")
		out[len(out)-1].open = true
	}
	for _, n := range r.New {
		add(note, "suite", r.name(n), "new", "the baseline does not know it")
	}
	return out
}

// telling is one cell of each configuration with other bits, the first of which it is
// known where they are.
func (r *Report) telling() (out []teller) {
	at := map[string]int{}
	for _, d := range r.Bits {
		i, known := at[d.Config]
		if !known {
			at[d.Config] = len(out)
			out = append(out, teller{Differ: d})
			continue
		}
		if out[i].others++; out[i].Metric == "" && d.Metric != "" {
			out[i].Differ = d
		}
	}
	return out
}

// telltale is each change of a test once, for all configurations of it.
func (r *Report) telltale() (out []retold) {
	for _, x := range r.Rules {
		i := slices.IndexFunc(out, func(o retold) bool { return o.Was == x.Was && o.Now == x.Now })
		if i < 0 {
			out = append(out, retold{RuleChange: x, subject: x.Was.Metric + " of " + r.name(x.Config), n: 1})
			continue
		}
		out[i].n++
		out[i].subject = fmt.Sprintf("%s of %s", x.Was.Metric, plural(out[i].n, "configuration"))
	}
	return out
}

type retold struct {
	RuleChange
	subject string
	n       int
}

type teller struct {
	Differ
	others int
}

// name of a configuration for people.
func (r *Report) name(config string) string {
	if short, ok := r.names[config]; ok {
		return short
	}
	return config
}

// briefly names the configurations of a plan by what is not as usual, where that tells
// them apart.
func briefly(plan *suites.Plan) map[string]string {
	out, taken := map[string]string{}, map[string]string{}
	for _, c := range plan.Cells {
		full := c.Configuration()
		if out[full] != "" {
			continue
		}
		model, dataset := plan.Brief(c)
		short := fmt.Sprintf("%s: %s x %s x %s", c.Grid, c.Estimator, model, dataset)
		if other, twice := taken[short]; twice {
			out[full], out[other] = full, other
			continue
		}
		taken[short], out[full] = full, short
	}
	return out
}

// words say what a verdict rests on.
func (v Verdict) words(g stats.Gate) (out []string) {
	unit := ""
	if v.Scale == "log" {
		unit = " of the log"
	}
	stage := func(name string, s Span, test string) {
		if len(s.Seeds) == 0 {
			return
		}
		out = append(out, fmt.Sprintf("%s: drop%s %s on seeds %s; %s: p = %s, adjusted %s", name, unit, interval(s.Effect, s.Lo, s.Hi), seedsText(s.Seeds), test, pText(s.P), pText(s.Adjusted)))
	}
	if v.State != stats.SameBits {
		stage("stage 1", v.First, "any drop, Benjamini-Hochberg at "+number(g.Screen))
		stage("stage 2", v.Second, fmt.Sprintf("a drop above %s, Holm at %s", number(v.Margin), number(g.Confirm)))
	}
	if v.Reason != "" {
		out = append(out, v.Reason)
	}
	return out
}

// versions is what a change of bits means, and what to do about it.
const versions = "A cell of the same identity must have the same bits. If the change was not meant to move numbers, it does: " +
	"find where. If it was, give the part that moved a new numeric version: its method Version() int, beside its others " +
	"(1 where it has none), or Version of core/tape for arithmetic under all parts. The cells then have another identity, " +
	"and are judged by statistics, ring 2, in place of bits."

// advice are the words for the whole.
func (r *Report) advice() (out []string) {
	if r.BitsDiffer() {
		out = append(out, versions)
	}
	if r.Spent {
		out = append(out, fmt.Sprintf("The second stage has read seeds %d..%d. The baseline says so now: commit it with the change. For another "+
			"candidate they are spent, and a new baseline, of what was before the change, draws the next.", r.Reserved, r.Reserved+r.Fresh-1))
	}
	return append(out, r.Notes...)
}

// head names what was held against what.
func (r *Report) head() string {
	now := short(r.Now)
	if r.Dirty {
		now += " with changes"
	}
	return fmt.Sprintf("%s (%s): %s against the baseline of %s", r.Suite, r.Preset, now, short(r.Was))
}

// result is the last word.
func (r *Report) result(strict bool) string {
	_, said := Status([]*Report{r}, strict)
	if r.Stands() && said == "inconclusive" {
		return "inconclusive: what was red on reserved seeds is not cleared"
	}
	if said == "ok" {
		if r.Undecided() {
			return "inconclusive: what looks worse could not be confirmed"
		}
		if r.Nothing() {
			return "nothing compared"
		}
		if r.Others {
			return "no regression in what the store has, which another program may have made"
		}
		if n := len(r.Changed); n > 0 {
			return fmt.Sprintf("no regression; %s changed identity", plural(n, "configuration"))
		}
		return "no regression"
	}
	return said
}

func interval(effect, lo, hi float64) string {
	return fmt.Sprintf("%s [%s, %s]", number(effect), number(lo), number(hi))
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

func pText(p float64) string {
	if math.IsNaN(p) {
		return "–"
	}
	if p < 1e-4 {
		return "<0.0001"
	}
	return strconv.FormatFloat(p, 'f', 4, 64)
}
