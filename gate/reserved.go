package gate

import (
	"slices"

	"github.com/vibench/bench/suites"
)

// Reserved are the fresh seeds of the second stage: suites.FreshSeeds of them from From
// on; 0 if the record has none. Next is the first that no record has drawn yet. Spent names
// the candidate for which a second stage has read them: the same one may look again, since
// it sees the same numbers, and no other. Red is what that stage was to judge and has not
// cleared: it stands against every candidate until a new baseline.
type Reserved struct {
	From  int    `json:"from"`
	Next  int    `json:"next"`
	Spent string `json:"spent"`
	Red   []Red  `json:"red,omitempty"`
}

// Red is a primary metric of a configuration that was worse on reserved seeds.
type Red struct {
	Config string `json:"config"`
	Metric string `json:"metric"`
}

// next is Next of a record of version 1.
func (r Reserved) next() int {
	if r.From == 0 {
		return suites.FirstReserved
	}
	return r.From + suites.FreshSeeds
}

// of is what is known of the seeds for a candidate: what a reading of its own was told before.
func (x Reserved) of(candidate string) Reserved {
	if x.Spent == candidate {
		x.Red = slices.Clone(x.Red)
		return x
	}
	return Reserved{From: x.From, Next: x.Next, Spent: candidate}
}

// spend is before the seeds are read for a candidate: all that they are to judge is
// accused. Whatever stops the reading, it stays so.
func (x Reserved) spend(candidate string, tests []test, survivors []int) Reserved {
	out := x.of(candidate)
	for _, i := range survivors {
		if red := (Red{tests[i].config, tests[i].Metric}); !slices.Contains(out.Red, red) {
			out.Red = append(out.Red, red)
		}
	}
	return out
}

// judged is after the verdicts: what is not red is cleared.
func (x Reserved) judged(candidate string, verdicts []Verdict, survivors []int) Reserved {
	out := x.of(candidate)
	for _, i := range survivors {
		red := Red{verdicts[i].Config, verdicts[i].Metric}
		out.Red = slices.DeleteFunc(out.Red, func(r Red) bool { return r == red })
		if verdicts[i].State.Red() {
			out.Red = append(out.Red, red)
		}
	}
	return out
}
