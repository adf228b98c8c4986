package report

import (
	"strings"
	"testing"

	"github.com/vibench/bench/suites"
)

// Tests of a claim that would bear one name say what they are taken over, and no more.
func TestTellApart(t *testing.T) {
	over := func(tau, k string) suites.Select { return suites.Select{"grid": {"g"}, "tau": {tau}, "k": {k}} }
	tests := []test{
		{part: suites.Part{Kind: "order", Metric: "m", Over: over("0.1", "1")}, label: "1 > 10"},
		{part: suites.Part{Kind: "order", Metric: "m", Over: over("1", "1")}, label: "1 > 10"},
		{part: suites.Part{Kind: "order", Metric: "m", Over: suites.Select{"grid": {"g"}, "k": {"1"}}}, label: "1 > 10"},
		{part: suites.Part{Kind: "order", Metric: "m", Over: over("1", "2")}, label: "10 > 100"},
		{part: suites.Part{Kind: "order", Metric: "other", Over: over("1", "1")}, label: "10 > 100"},
	}
	tellApart(tests)
	for i, want := range []string{"1 > 10 tau=0.1", "1 > 10 tau=1", "1 > 10", "10 > 100", "10 > 100"} {
		if tests[i].label != want {
			t.Errorf("test %d: got %q, want %q", i, tests[i].label, want)
		}
	}
}

// An interaction of the same two at two places says them once.
func TestInteractionInWords(t *testing.T) {
	at := func(estimator, layers string) suites.Select {
		return suites.Select{"estimator": {estimator}, "layers": {layers}}
	}
	for want, p := range map[string]suites.Part{
		"(a − b) at layers=8 − at layers=16":                      {A: at("a", "8"), B: at("b", "8"), C: at("a", "16"), D: at("b", "16")},
		"(a layers=8 − b layers=8) − (a layers=16 − b layers=4)":  {A: at("a", "8"), B: at("b", "8"), C: at("a", "16"), D: at("b", "4")},
		"(a layers=8 − b layers=16) − (a layers=16 − b layers=8)": {A: at("a", "8"), B: at("b", "16"), C: at("a", "16"), D: at("b", "8")},
		"(a layers=8 − b layers=8) − (c layers=8 − b layers=8)":   {A: at("a", "8"), B: at("b", "8"), C: at("c", "8"), D: at("b", "8")},
		"(a layers=8 − b layers=8) − (a layers=8 − b layers=8)":   {A: at("a", "8"), B: at("b", "8"), C: at("a", "8"), D: at("b", "8")},
		"(a layers=8 − b layers=8) − (a − b layers=8)":            {A: at("a", "8"), B: at("b", "8"), C: suites.Select{"estimator": {"a"}}, D: at("b", "8")},
		"(layers=8 − layers=8) − (layers=16 − layers=16)":         {A: suites.Select{"layers": {"8"}}, B: suites.Select{"layers": {"8"}}, C: suites.Select{"layers": {"16"}}, D: suites.Select{"layers": {"16"}}},
	} {
		p.Kind = "interaction"
		if got := (test{part: p}).subject(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Names end a line where their parts do, within a word only at a sign, and lose nothing else.
func TestFoldedNames(t *testing.T) {
	for name, want := range map[string]string{
		"GS-C4-ranks gumbel-softmax − st-gumbel":  "GS-C4-ranks gumbel-softmax\n− st-gumbel",
		"pull=ste x posterior=threshold-laplace":  "pull=ste\nx posterior=threshold-laplace",
		"posterior-of-a-very-long-name=threshold": "posterior-of-a-very-long-name=\nthreshold",
		"short": "short",
	} {
		if got := folded(name, mostInRow); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := folded(strings.Repeat("y", 40), mostInRow); got != strings.Repeat("y", 34)+"\n"+strings.Repeat("y", 6) {
		t.Errorf("a word without a sign: got %q", got)
	}
}

// Pictures fill their rows alike: ten in two of five, not in eight and two.
func TestEvenly(t *testing.T) {
	for n, want := range map[int][2]int{0: {0, 0}, 1: {1, 1}, 8: {1, 8}, 9: {2, 5}, 10: {2, 5}, 32: {4, 8}} {
		if rows, columns := evenly(n, 8); rows != want[0] || columns != want[1] {
			t.Errorf("%d pictures: got %d rows of %d, want %v", n, rows, columns, want)
		}
	}
}
