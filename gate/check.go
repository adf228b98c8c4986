package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/stats"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// A Check is one suite against its record.
type Check struct {
	Base  *Record
	Plan  *suites.Plan     // of the gate's preset, now
	Now   store.Provenance // of the program that checks
	Rings [3]bool          // which are asked for
	Gate  stats.Gate

	// Numbers gives what the cells of a plan have left, having run those that are missing
	// if it may; Have says whether it can, of all of them. Fresh is the plan of the record's
	// reserved seeds. Prove checks the mathematics of estimators and models. Spend keeps what becomes of the
	// reserved seeds where that lasts: that they are read for a candidate and what it is
	// accused of, before they are, and what has been cleared, after.
	Numbers    func(context.Context, *suites.Plan) (Numbers, error)
	Have       func(*suites.Plan) (bool, error)
	Fresh      func(from int) (*suites.Plan, error)
	Estimators []string // in use in the plan, for Prove
	Prove      func(estimators []string) []Proof
	Spend      func(Reserved) error
}

// A Proof is what ring 1 found of an estimator, or of a model on its data.
type Proof struct {
	Estimator string   `json:"estimator,omitempty"`
	Model     string   `json:"model,omitempty"`
	Passed    int      `json:"passed"`
	Open      int      `json:"open"`
	Failed    []string `json:"failed"` // each a check by name, on what, and why
}

// of names it.
func (p Proof) of() string {
	if p.Model != "" {
		return "model " + p.Model
	}
	return p.Estimator
}

// change is a configuration whose identity is not that of the record.
type change struct {
	config string
	was    Config
	now    []suites.Cell
	first  []Cell // of the record
	fresh  []Cell
}

// Do makes the rings that are asked for, each to its end: what one finds excuses no other.
func (c Check) Do(ctx context.Context) (*Report, error) {
	r := &Report{
		Suite: c.Plan.Suite, Preset: c.Plan.Preset, Rings: c.Rings,
		Was: c.Base.Revision, WasGo: c.Base.Go, WasMachine: c.Base.Machine, Now: c.Now.Revision, Dirty: c.Now.Dirty,
		First: suites.GateSeeds, Fresh: suites.FreshSeeds, Reserved: c.Base.Reserved.From, Gate: c.Gate,
		names: briefly(c.Plan),
	}
	same, changed := c.sort(r)
	if c.Rings[1] {
		r.Proofs = c.Prove(c.Estimators)
	}
	n, err := c.first(ctx, r, same, changed)
	if err != nil {
		return nil, err
	}
	if c.Rings[0] {
		if err := c.bits(r, n, same); err != nil {
			return nil, err
		}
	}
	if c.Rings[2] {
		if err := c.compare(ctx, r, n, changed); err != nil {
			return nil, err
		}
		if c.judges(r) {
			c.claims(r, n)
		}
	}
	return r, nil
}

// judges says whether claims are: nothing else could have changed them.
func (c Check) judges(r *Report) bool {
	return c.Rings[2] && (c.Rings[0] || len(r.Changed)+len(r.New) > 0)
}

// pair is a cell of now and its line in the record, of the same identity.
type pair struct {
	now suites.Cell
	was Cell
}

// sort tells cells that have kept their identity from configurations that have not, and
// those that are new or gone.
func (c Check) sort(r *Report) (same []pair, changed []change) {
	byID := map[string]Cell{}
	byName := map[string]Config{}
	for _, config := range c.Base.Configs {
		byName[config.Config] = config
		for _, cell := range config.Cells {
			byID[cell.ID] = cell
		}
	}
	var order []string
	cells := map[string][]suites.Cell{}
	for _, cell := range c.Plan.Cells {
		name := cell.Configuration()
		if cells[name] == nil {
			order = append(order, name)
		}
		cells[name] = append(cells[name], cell)
	}
	kept := map[string]bool{}
	for _, name := range order {
		known := true
		for _, cell := range cells[name] {
			was, ok := byID[cell.ID]
			known = known && ok
			if ok {
				kept[was.ID] = true
				same = append(same, pair{cell, was})
			}
		}
		config, had := byName[name]
		switch {
		case known:
		case !had:
			r.New = append(r.New, name)
		default:
			ch := change{config: name, was: config, now: cells[name]}
			ch.first, ch.fresh = config.stages()
			changed = append(changed, ch)
			r.Changed = append(r.Changed, name)
		}
	}
	const gone = "in the baseline, and not in the suite any more: if that is meant, write a new baseline"
	for _, config := range c.Base.Configs {
		planned := map[int]bool{}
		for _, cell := range cells[config.Config] {
			planned[cell.Seed] = true
		}
		first, _ := config.stages()
		var seeds []int
		for _, cell := range first {
			if !kept[cell.ID] && !planned[cell.Seed] {
				seeds = append(seeds, cell.Seed)
			}
		}
		switch {
		case len(seeds) == 0:
		case len(planned) == 0 && len(seeds) == len(first):
			r.lack("suite", config.Config, "", gone)
		default:
			r.lack("suite", config.Config, "", gone, seeds...)
		}
	}
	if c.Rings[2] {
		c.rules(r, cells)
	}
	return same, changed
}

// first are the numbers that the rings asked for rest on.
func (c Check) first(ctx context.Context, r *Report, same []pair, changed []change) (Numbers, error) {
	want := map[string]bool{}
	if c.Rings[0] {
		for _, p := range same {
			want[p.now.ID] = true
		}
	}
	if c.Rings[2] {
		for _, ch := range changed {
			for _, cell := range ch.now {
				want[cell.ID] = true
			}
		}
	}
	if c.judges(r) { // new configurations too: a claim may be of them
		for _, claim := range c.Plan.Claims {
			for _, cell := range claim.Select(c.Plan.Cells) {
				want[cell.ID] = true
			}
		}
	}
	plan := *c.Plan
	plan.Cells = slices.DeleteFunc(slices.Clone(c.Plan.Cells), func(c suites.Cell) bool { return !want[c.ID] })
	plan.Narrowed = len(plan.Cells) < len(c.Plan.Cells)
	if len(plan.Cells) == 0 {
		return Numbers{Results: store.NewResults(c.Plan, nil), Vectors: func(string) ([]store.Vector, error) { return nil, nil }}, nil
	}
	return c.Numbers(ctx, &plan)
}

// bits is ring 0.
func (c Check) bits(r *Report, n Numbers, same []pair) error {
	for _, p := range same {
		now, ok, err := n.record(p.now, c.Plan.Primary)
		switch {
		case err != nil:
			return err
		case !ok:
			r.lack("ring 0", p.now.Configuration(), "", n.end(p.now.ID), p.now.Seed)
		case now.Digest == p.was.Digest:
			r.Same++
		default:
			r.Bits = append(r.Bits, n.differ(p, now))
		}
	}
	return nil
}

// end says how a cell without a result ended.
func (n Numbers) end(id string) string {
	r, had := n.Cell(id)
	if !had {
		return "not run"
	}
	return fmt.Sprintf("%s: %s", r.Outcome, r.Reason)
}

// differ says where a cell is first seen to be another: the record has its primary metrics,
// by name, and of the rest a digest alone.
func (n Numbers) differ(p pair, now Cell) Differ {
	d := Differ{Config: p.now.Configuration(), Seed: p.now.Seed, Cell: p.now.ID, Parts: parts(p.now)}
	if now.Outcome != p.was.Outcome {
		d.What = fmt.Sprintf("ended as %s, was %s", now.Outcome, p.was.Outcome)
		return d
	}
	for _, metric := range sorted(p.was.Values) {
		steps := n.Steps(p.now.ID, suites.Logged(metric))
		x, ok := now.Values[metric]
		was := p.was.Values[metric]
		if ok && bits(float64(x)) == bits(float64(was)) || len(steps) == 0 {
			continue
		}
		d.Metric, d.Step = metric, steps[len(steps)-1]
		d.What = fmt.Sprintf("%s at step %d: got %s; was %s", metric, d.Step, text(x), text(was))
		return d
	}
	d.What = "its primary metrics have the same bits; another of its numbers differs"
	return d
}

// parts of a cell that have a numeric version, with it.
func parts(c suites.Cell) []string {
	out := []string{}
	add := func(noun string, x suites.Choice) {
		out = append(out, fmt.Sprintf("%s %s (%d)", noun, x.Name, x.Version))
	}
	add("estimator", c.Estimator)
	add("model", c.Model)
	add("data set", c.Dataset)
	for _, g := range c.Train.Optim {
		add("optimiser", g.Optim)
	}
	for _, m := range c.Metrics {
		add("metric", m)
	}
	return out
}

// test is one primary metric of one changed configuration.
type test struct {
	change
	Rule
	verdict *Verdict
}

// compare is ring 2 of primary metrics.
func (c Check) compare(ctx context.Context, r *Report, n Numbers, changed []change) error {
	var tests []test
	for _, ch := range changed {
		r.lost(n, ch.config, ch.now, ch.first)
		for _, p := range c.Plan.Primary {
			if !ch.now[0].Matches(p.Over) {
				continue
			}
			had := slices.ContainsFunc(ch.first, func(c Cell) bool { _, ok := c.Values[p.Metric]; return ok })
			logs := slices.ContainsFunc(ch.now, func(c suites.Cell) bool { return n.logs(c, p) })
			rule := ruleOf(p)
			if was := ch.was.rule(p.Metric); was != nil {
				rule = stricter(*was, rule)
			}
			switch {
			case had:
				tests = append(tests, test{change: ch, Rule: rule})
			case logs:
				r.New = append(r.New, p.Metric+" of "+r.name(ch.config))
			}
		}
	}
	if len(tests) == 0 {
		return nil
	}
	drops := make([]stats.Drop, len(tests))
	r.Verdicts = make([]Verdict, len(tests))
	for i := range tests {
		t := &tests[i]
		t.verdict = &r.Verdicts[i]
		*t.verdict = Verdict{Config: t.config, Metric: t.Metric, Better: t.Better, Scale: t.Scale, Margin: t.Margin}
		drop, seeds, why := t.drop(n, t.now, t.first)
		t.verdict.First, t.verdict.Reason = span(drop, seeds, 0), why
		drops[i] = stats.Drop{Metric: t.Metric + " of " + t.config, Margin: t.Margin, First: drop}
	}
	p := make([]float64, len(tests))
	for i := range tests {
		p[i] = r.Verdicts[i].First.P
	}
	for i, q := range stats.BenjaminiHochberg(p, len(p)) {
		r.Verdicts[i].First.Adjusted = q
	}
	survivors, err := c.Gate.Survivors(drops)
	if err != nil {
		return fmt.Errorf("gate: %w", err)
	}
	if err := c.confirm(ctx, r, tests, drops, survivors, candidate(n, changed)); err != nil {
		return err
	}
	verdicts, err := c.Gate.Verdicts(drops)
	if err != nil {
		return fmt.Errorf("gate: %w", err)
	}
	for i, v := range verdicts {
		out := &r.Verdicts[i]
		if out.State == "" { // confirm has not said it
			out.State, out.Stage = v.State, v.Stage
		}
		if v.Stage == 2 {
			out.Second.Adjusted = v.Adjusted
		}
		if out.State == stats.Missing && slices.ContainsFunc(r.Lost, func(l Lost) bool { return l.Config == out.Config }) {
			out.State = stats.Regressed // there is a number no longer
		}
	}
	if !r.Spent {
		return nil
	}
	return c.Spend(c.Base.Reserved.judged(candidate(n, changed), r.Verdicts, survivors))
}

// confirm gets the second stage's drops of the survivors, if its seeds may be read.
func (c Check) confirm(ctx context.Context, r *Report, tests []test, drops []stats.Drop, survivors []int, candidate string) error {
	left := c.Base.Reserved
	fresh := fmt.Sprintf("%d..%d", left.From, left.From+suites.FreshSeeds-1)
	say := func(list []int, state stats.GateState, why string) {
		for _, i := range list {
			tests[i].verdict.State, tests[i].verdict.Stage, tests[i].verdict.Reason = state, 1, why
		}
	}
	switch {
	case left.Spent != "" && left.Spent != candidate:
		say(survivors, stats.Inconclusive, "worse in the first stage; the baseline's reserved seeds, "+fresh+
			", are spent on an earlier candidate: write a new baseline of what was before the change")
		c.stand(tests, fresh)
		return nil
	case len(survivors) == 0:
		return nil
	case left.From == 0:
		say(survivors, stats.Inconclusive, "worse in the first stage, and no reserved seeds are left in the baseline to confirm it")
		return nil
	}
	plan, err := c.Fresh(left.From)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, i := range survivors {
		wanted[tests[i].config] = true
	}
	plan.Cells = slices.DeleteFunc(plan.Cells, func(c suites.Cell) bool { return !wanted[c.Configuration()] })
	if have, err := c.Have(plan); err != nil {
		return err
	} else if !have {
		say(survivors, stats.Missing, "worse in the first stage; the reserved seeds "+fresh+" have not been run, and --no-run runs nothing: they are not spent")
		return nil
	}
	if err := c.Spend(left.spend(candidate, tests, survivors)); err != nil {
		return err
	}
	r.Spent = true
	m, err := c.Numbers(ctx, plan)
	if err != nil {
		return err
	}
	cells := map[string][]suites.Cell{}
	for _, cell := range plan.Cells {
		cells[cell.Configuration()] = append(cells[cell.Configuration()], cell)
	}
	for _, i := range survivors {
		t := tests[i]
		r.lost(m, t.config, cells[t.config], t.fresh)
		drop, seeds, why := t.drop(m, cells[t.config], t.fresh)
		drops[i].Fresh = drop
		t.verdict.Second = span(drop, seeds, t.Margin)
		if why != "" {
			t.verdict.Reason = why
		}
	}
	return nil
}

// stand holds what was red on the reserved seeds against a later candidate, for which they
// say nothing new: while it is worse in the first stage, by itself and without other tests
// beside it, it is not cleared, whatever else has changed.
func (c Check) stand(tests []test, fresh string) {
	for _, t := range tests {
		if !slices.Contains(c.Base.Reserved.Red, Red{t.config, t.Metric}) || !(t.verdict.First.P <= c.Gate.Screen) {
			continue
		}
		v := t.verdict
		v.State, v.Stage, v.Stands = stats.Inconclusive, 1, true
		v.Reason = "red on the reserved seeds " + fresh + " for an earlier candidate, and worse in the first stage still: that stands until " +
			"a new baseline of what was before the change"
	}
}

// lost are cells with a result in the baseline and none now: worse than any number.
func (r *Report) lost(n Numbers, config string, now []suites.Cell, was []Cell) {
	done := map[int]bool{}
	for _, c := range was {
		done[c.Seed] = c.Outcome == store.Done
	}
	for _, c := range now {
		x, had := n.Cell(c.ID)
		if !done[c.Seed] || !had || x.Outcome == store.Done || x.Outcome == store.Interrupted {
			continue
		}
		what := n.end(c.ID)
		i := slices.IndexFunc(r.Lost, func(l Lost) bool { return l.Config == config && l.What == what })
		if i < 0 {
			i = len(r.Lost)
			r.Lost = append(r.Lost, Lost{Config: config, What: what})
		}
		if !slices.Contains(r.Lost[i].Seeds, c.Seed) {
			r.Lost[i].Seeds = append(r.Lost[i].Seeds, c.Seed)
		}
	}
}

// drop is by how much the metric got worse, seed by seed, and why that is not known: one
// seed without a number leaves none.
func (t test) drop(n Numbers, now []suites.Cell, was []Cell) (drop []float64, seeds []int, why string) {
	value := map[int]Number{}
	for _, c := range was {
		if x, ok := c.Values[t.Metric]; ok {
			value[c.Seed] = x
		}
	}
	for _, c := range now {
		before, ok := value[c.Seed]
		if !ok {
			return nil, nil, fmt.Sprintf("seed %d: no value in the baseline", c.Seed)
		}
		delete(value, c.Seed)
		if why := n.wanting(c, t.Metric); why != "" {
			return nil, nil, why
		}
		after, _, _ := n.Value(c.ID, t.Metric)
		x, y := float64(before), after
		if t.Scale == "log" {
			x, y = math.Log(x), math.Log(y)
		}
		d := x - y
		if t.Better == "lower" {
			d = y - x
		}
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return nil, nil, fmt.Sprintf("seed %d: no difference of %s and %s on a %s scale", c.Seed, text(Number(after)), text(before), t.Scale)
		}
		drop, seeds = append(drop, d), append(seeds, c.Seed)
	}
	for _, c := range was {
		if _, left := value[c.Seed]; left {
			return nil, nil, fmt.Sprintf("seed %d: in the baseline, and not in the suite any more", c.Seed)
		}
	}
	return drop, seeds, ""
}

// candidate names the numbers of the first stage of all that has changed: the same name
// is the same program as far as the second stage could see.
func candidate(n Numbers, changed []change) string {
	h := sha256.New()
	for _, ch := range changed {
		for _, c := range ch.now {
			fmt.Fprintf(h, "%s", c.ID)
			if r, had := n.Cell(c.ID); had {
				fmt.Fprintf(h, " %s", Digest(r, nil))
			}
			fmt.Fprintln(h)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// claims that held and no longer do. They are judged on the configurations that the
// baseline had: those that are new neither make a claim fail nor help it to hold.
func (c Check) claims(r *Report, n Numbers) {
	known := *c.Plan
	known.Cells, known.Claims = nil, slices.Clone(c.Plan.Claims)
	had := map[string]bool{} // by name, and by identity: a part may have got a setting since
	for _, x := range c.Base.Configs {
		had[x.Config] = true
		for _, cell := range x.Cells {
			had[cell.ID] = true
		}
	}
	for _, cell := range c.Plan.Cells {
		if had[cell.Configuration()] || had[cell.ID] {
			known.Cells = append(known.Cells, cell)
		}
	}
	for i, claim := range known.Claims {
		known.Claims[i].Cells = len(claim.Select(known.Cells))
	}
	all, now := verdicts(c.Plan, n), verdicts(&known, n)
	for _, was := range c.Base.Claims {
		v, there := now[was.ID]
		whole := all[was.ID]
		if slices.ContainsFunc(v.Parts, func(p report.PartVerdict) bool { return p.State == report.NotRun }) {
			v = whole // a part of it is of new ones alone
		}
		out := ClaimVerdict{Claim: was.ID, Was: was.Verdict, Now: string(v.State), State: stats.NoWorse,
			Effect: v.Effect, Lo: v.Lo, Hi: v.Hi, N: v.N, Criterion: v.Criterion, Reason: v.Reason}
		if v.State != whole.State {
			out.New = string(whole.State)
		}
		switch {
		case !there || v.Report:
			out.Now, out.New, out.Reason = "gone", "", "the suite does not claim it any more"
			if was.Verdict == string(report.Holds) {
				out.State, out.Reason = stats.Missing, "held in the baseline, and the suite does not claim it any more: if that is meant, write a new baseline"
			}
		case was.Verdict != string(report.Holds), v.State == report.Holds:
		case slices.ContainsFunc(v.Cells, func(id string) bool { x, had := n.Cell(id); return !had || !ended(x.Outcome) }):
			out.State = stats.Missing
		default:
			out.State = stats.Regressed
		}
		r.Claims = append(r.Claims, out)
	}
}

func verdicts(plan *suites.Plan, n Numbers) map[string]report.Verdict {
	out := map[string]report.Verdict{}
	for _, v := range report.Judge(plan, n.Results) {
		out[v.Claim] = v
	}
	return out
}

// metricsOf are the primary metrics of a record's cells, sorted.
func metricsOf(cells []Cell) []string {
	var out []string
	for _, c := range cells {
		out = append(out, sorted(c.Values)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
