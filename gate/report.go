package gate

import (
	"encoding/json"
	"math"
	"slices"

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

	Same     int      // cells of ring 0 with the same bits
	Bits     []Differ // and those with others
	Changed  []string // configurations whose identity has changed
	New      []string // what the baseline does not know
	Proofs   []Proof
	Verdicts []Verdict // of primary metrics of changed configurations
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

// A Lack is what the baseline has and there is no number of now.
type Lack struct{ Config, Metric, Why string }

func (r *Report) lack(config, metric, why string) {
	r.Lacks = append(r.Lacks, Lack{config, metric, why})
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
	State           stats.GateState
	Effect, Lo, Hi  float64
	N               int
	Criterion       string
	Reason          string
}

// BitsDiffer: a cell of the same identity has other bits.
func (r *Report) BitsDiffer() bool { return len(r.Bits) > 0 }

// Regressed: exact mathematics fails, a metric is worse, or a claim no longer holds.
func (r *Report) Regressed() bool {
	return slices.ContainsFunc(r.Proofs, func(p Proof) bool { return len(p.Failed) > 0 }) || r.any(stats.Regressed)
}

// Incomplete: what the baseline has is not there now.
func (r *Report) Incomplete() bool { return len(r.Lacks) > 0 || r.any(stats.Missing) }

// Undecided: a metric looked worse, and no seeds were there to confirm it.
func (r *Report) Undecided() bool {
	return slices.ContainsFunc(r.Verdicts, Verdict.unconfirmed)
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
// status: bits outrank a regression, and that a number which is missing.
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
		case strict && r.Undecided() && code == 0:
			code, said = 1, "inconclusive"
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
		bits, proofs, verdicts, claims, lacks := []object{}, []Proof{}, []object{}, []object{}, []object{}
		for _, d := range r.Bits {
			bits = append(bits, object{"config": d.Config, "seed": d.Seed, "cell": d.Cell, "metric": d.Metric, "step": d.Step, "what": d.What, "parts": d.Parts})
		}
		for _, p := range r.Proofs {
			p.Failed = list(p.Failed)
			proofs = append(proofs, p)
		}
		for _, v := range r.Verdicts {
			verdicts = append(verdicts, object{"config": v.Config, "metric": v.Metric, "better": v.Better, "scale": v.Scale, "margin": v.Margin,
				"verdict": word(v.State), "stage": v.Stage, "first": spanOf(v.First), "second": spanOf(v.Second), "reason": v.Reason})
		}
		for _, c := range r.Claims {
			claims = append(claims, object{"claim": c.Claim, "was": c.Was, "now": c.Now, "verdict": word(c.State), "effect": number(c.Effect), "lo": number(c.Lo), "hi": number(c.Hi),
				"n": c.N, "criterion": c.Criterion, "reason": c.Reason})
		}
		for _, l := range r.Lacks {
			lacks = append(lacks, object{"config": l.Config, "metric": l.Metric, "why": l.Why})
		}
		_, said := Status([]*Report{r}, strict)
		out = append(out, object{
			"suite": r.Suite, "preset": r.Preset, "result": said, "rings": r.ringNumbers(),
			"baseline": object{"revision": r.Was, "go": r.WasGo, "machine": r.WasMachine},
			"revision": r.Now, "dirty": r.Dirty, "reserved_spent": r.Spent,
			"same_bits": r.Same, "bits": bits, "changed": list(r.Changed), "new": list(r.New),
			"mathematics": proofs, "verdicts": verdicts, "claims": claims, "missing": lacks, "notes": list(r.Notes),
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
