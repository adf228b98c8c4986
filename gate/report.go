package gate

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/stats"
)

// A Report is what the rings found of one suite.
type Report struct {
	Suite, Preset     string
	Rings             [3]bool
	Was               string // revision of the baseline
	WasGo, WasMachine string
	Now               string // revision of the program that checked
	Dirty             bool

	First, Fresh, Reserved int // sizes of the two stages, first of the reserved seeds
	Gate                   stats.Gate
	Spent                  bool // this check has read the reserved seeds
	Others                 bool // numbers that, for all one knows, another program has made

	Same     int      // cells of ring 0 with the same bits
	Bits     []Differ // and those with others
	Changed  []string // configurations whose identity has changed
	New      []string // what the baseline does not know
	Proofs   []Proof
	Rules    []RuleChange // tests that the suite has changed
	Lost     []Lost       // cells of changed configurations without a result
	Verdicts []Verdict    // of primary metrics of changed configurations
	Claims   []ClaimVerdict
	Lacks    []Lack
	Notes    []string // what a reader must know of how the numbers came to be

	names map[string]string // of configurations, shorter, for people
}

// A Differ is a cell of the same identity and other bits.
type Differ struct {
	Config string
	Seed   int
	Cell   string
	Metric string // empty: not known
	Step   int
	What   string
	Parts  []string // with their numeric versions
}

// A Lack is what the baseline has and there is no number of now. Seeds are those it is of;
// none if it is of all.
type Lack struct {
	Ring, Config, Metric, Why string
	Seeds                     []int
}

func (r *Report) lack(ring, config, metric, why string, seeds ...int) {
	for i := range r.Lacks {
		if l := &r.Lacks[i]; l.Ring == ring && l.Config == config && l.Metric == metric && l.Why == why && len(l.Seeds) > 0 {
			l.Seeds = append(l.Seeds, seeds...)
			return
		}
	}
	r.Lacks = append(r.Lacks, Lack{ring, config, metric, why, seeds})
}

// Lost are cells of a changed configuration that were done in the baseline, and have
// diverged, are refused or have failed now.
type Lost struct {
	Config string
	Seeds  []int
	What   string // how they ended
}

// A Verdict is of one primary metric of one configuration. Spans are of the drop: how much
// worse it is, positive, whatever its better direction.
type Verdict struct {
	Config, Metric string
	Better, Scale  string
	Margin         float64
	State          stats.GateState
	Stage          int
	First, Second  Span
	Stands         bool // it was red on reserved seeds for an earlier candidate, and is not cleared
	Reason         string
}

// A Span is a mean drop over seeds with its 95 % interval, and the stage's one-sided p:
// of any drop in the first, of one above the margin in the second.
type Span struct {
	Effect, Lo, Hi float64
	Seeds          []int
	P, Adjusted    float64
}

func span(drop []float64, seeds []int, margin float64) Span {
	nan := math.NaN()
	r, err := stats.TMean(drop)
	if err != nil {
		return Span{nan, nan, nan, seeds, nan, nan}
	}
	return Span{r.Effect, r.Lo, r.Hi, seeds, r.PGreater(margin), nan}
}

// A ClaimVerdict is a claim of the baseline and what is said of it now: no-worse,
// regressed or missing.
type ClaimVerdict struct {
	Claim, Was, Now string
	New             string // what it is with configurations that are new, where that differs
	State           stats.GateState
	Effect, Lo, Hi  float64
	N               int
	Criterion       string
	Reason          string
}

// BitsDiffer: a cell of the same identity has other bits.
func (r *Report) BitsDiffer() bool { return len(r.Bits) > 0 }

// Regressed: exact mathematics fails, a cell has no result any more, a metric is worse, or a
// claim no longer holds.
func (r *Report) Regressed() bool {
	return len(r.Lost) > 0 || slices.ContainsFunc(r.Proofs, func(p Proof) bool { return len(p.Failed) > 0 }) || r.any(stats.Regressed)
}

// Incomplete: what the baseline has is not there now.
func (r *Report) Incomplete() bool { return len(r.Lacks) > 0 || r.any(stats.Missing) }

// Undecided: a metric looked worse, and no seeds were there to confirm it.
func (r *Report) Undecided() bool {
	return slices.ContainsFunc(r.Verdicts, Verdict.unconfirmed)
}

// Stands: a metric that was red on reserved seeds has not been cleared.
func (r *Report) Stands() bool {
	return slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return v.Stands })
}

// Nothing: no number of now was held against one of the baseline. That estimators pass
// their checks is no comparison; it is enough where no other ring was asked for.
func (r *Report) Nothing() bool {
	if !r.Rings[0] && !r.Rings[2] {
		return len(r.Proofs) == 0
	}
	held := slices.ContainsFunc(r.Claims, func(c ClaimVerdict) bool { return c.Was == string(report.Holds) })
	return r.Same+len(r.Bits)+len(r.Lost)+len(r.Verdicts) == 0 && !held
}

// unconfirmed is a survivor of the first stage that the second could not judge.
func (v Verdict) unconfirmed() bool { return v.State == stats.Inconclusive && v.Reason != "" }

func (r *Report) any(s stats.GateState) bool {
	return slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return v.State == s }) ||
		slices.ContainsFunc(r.Claims, func(v ClaimVerdict) bool { return v.State == s })
}

// word is a state in small letters, as formats for machines have it.
func word(s stats.GateState) string {
	if s == stats.Regressed {
		return "regressed"
	}
	return string(s)
}

// Status is what a check of all reports ends with, in words and as the command's exit
// status: bits outrank a regression, and that a number which is missing. What was red and
// is not cleared is never well; strict says so too of a drop that could not be confirmed,
// of a check that has compared nothing, and of numbers that another program may have made.
func Status(reports []*Report, strict bool) (code int, said string) {
	code, said = 0, "ok"
	for _, r := range reports {
		switch {
		case r.BitsDiffer():
			return 4, "bits differ"
		case r.Regressed():
			code, said = 1, "regressed"
		case r.Incomplete() && code != 1:
			code, said = 3, "missing"
		case code != 0:
		case r.Stands():
			code, said = 1, "inconclusive"
		case strict && r.Undecided():
			code, said = 1, "inconclusive"
		case strict && r.Nothing():
			code, said = 1, "nothing compared"
		case strict && r.Others:
			code, said = 1, "of another program"
		}
	}
	return code, said
}

// JSON is the reports for machines. Numbers that do not exist are null.
func JSON(reports []*Report, strict bool) ([]byte, error) {
	type object = map[string]any
	number := func(x float64) any {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return x
	}
	spanOf := func(s Span) any {
		if len(s.Seeds) == 0 {
			return nil
		}
		return object{"effect": number(s.Effect), "lo": number(s.Lo), "hi": number(s.Hi), "seeds": s.Seeds, "p": number(s.P), "p_adjusted": number(s.Adjusted)}
	}
	list := func(s []string) []string {
		if s == nil {
			return []string{}
		}
		return s
	}
	out := []object{}
	for _, r := range reports {
		bits, proofs, verdicts, claims, lacks, rules, lost := []object{}, []Proof{}, []object{}, []object{}, []object{}, []object{}, []object{}
		for _, d := range r.Bits {
			bits = append(bits, object{"config": d.Config, "seed": d.Seed, "cell": d.Cell, "metric": d.Metric, "step": d.Step, "what": d.What, "parts": d.Parts})
		}
		for _, p := range r.Proofs {
			p.Failed = list(p.Failed)
			proofs = append(proofs, p)
		}
		for _, v := range r.Verdicts {
			verdicts = append(verdicts, object{"config": v.Config, "metric": v.Metric, "better": v.Better, "scale": v.Scale, "margin": v.Margin,
				"verdict": word(v.State), "stage": v.Stage, "first": spanOf(v.First), "second": spanOf(v.Second), "stands": v.Stands, "reason": v.Reason})
		}
		for _, c := range r.Claims {
			claims = append(claims, object{"id": c.Claim, "was": c.Was, "now": c.Now, "with_new": c.New, "verdict": word(c.State), "effect": number(c.Effect), "lo": number(c.Lo), "hi": number(c.Hi),
				"n": c.N, "criterion": c.Criterion, "reason": c.Reason})
		}
		for _, l := range r.Lacks {
			lacks = append(lacks, object{"config": l.Config, "metric": l.Metric, "seeds": append([]int{}, l.Seeds...), "why": l.Why})
		}
		for _, x := range r.Rules {
			rules = append(rules, object{"config": x.Config, "baseline": x.Was, "suite": x.Now, "judged_by": x.Judged})
		}
		for _, l := range r.Lost {
			lost = append(lost, object{"config": l.Config, "seeds": l.Seeds, "what": l.What})
		}
		_, said := Status([]*Report{r}, strict)
		out = append(out, object{
			"suite": r.Suite, "preset": r.Preset, "result": said, "rings": r.ringNumbers(),
			"baseline": object{"revision": r.Was, "go": r.WasGo, "machine": r.WasMachine},
			"revision": r.Now, "dirty": r.Dirty, "reserved_spent": r.Spent, "of_another_program": r.Others, "nothing_compared": r.Nothing(),
			"same_bits": r.Same, "bits": bits, "changed": list(r.Changed), "new": list(r.New),
			"mathematics": proofs, "tests_changed": rules, "lost": lost, "verdicts": verdicts, "claims": claims, "missing": lacks, "notes": list(r.Notes),
		})
	}
	code, said := Status(reports, strict)
	b, err := json.MarshalIndent(object{"result": said, "status": code, "suites": out}, "", "  ")
	return append(b, '\n'), err
}

func (r *Report) ringNumbers() []int {
	out := []int{}
	for i, on := range r.Rings {
		if on {
			out = append(out, i)
		}
	}
	return out
}
