package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/suites"
)

// quotedLab has a claim of every kind that a paper's numbers can stand beside.
func quotedLab() *lab {
	l := newLab(3)
	l.law("g", "iwae", "snr", 8, 2, -0.5, 0.02)
	l.seeds("a", "nll", 84.5, 84.6, 84.4, 84.5)
	l.seeds("b", "nll", 86.5, 86.4, 86.6, 86.5)
	numbers := func(from string, x ...float64) *suites.Quoted { return &suites.Quoted{Numbers: x, From: from} }
	pair := suites.Part{Kind: "better", Metric: "nll", A: by("a"), B: by("b"), Want: "lower", Scale: "linear"}
	logs := pair
	pair.Published, logs.Published, logs.Scale = numbers("MNIST, table 3", 92.1, 93.8), numbers("a ratio", 2.9, 3.74), "log"
	l.claim("D", 4, pair)
	l.claim("L", 4, logs)
	l.claim("S", 8, suites.Part{Kind: "slope", Metric: "snr", Over: by("iwae"), Against: "k", Expect: ptr(-0.5), Within: ptr(0.05), Published: numbers("figure 2", -0.5)})
	l.claim("O", 8, suites.Part{Kind: "order", Metric: "snr", Over: by("iwae"), Against: "k", Values: []string{"32", "64", "128"}, Want: "decreasing", Published: numbers("table 4", 9, 7.5, 7)})
	l.claim("I", 4, suites.Part{Kind: "interaction", Metric: "nll", A: by("a"), B: by("b"), C: by("b"), D: by("a"), Published: numbers("tables 1, 2", 61.8, 59, 58.9, 58.5)})
	l.claim("N", 4, suites.Part{Kind: "level", Metric: "nll", Over: by("a"), Below: ptr(90)})
	return l
}

// A paper's numbers for a claim stand beside its effect in every form, on the scale of
// the effect, and decide nothing.
func TestQuotedBesideTheEffect(t *testing.T) {
	l := quotedLab()
	r := l.report()
	for i, want := range []string{
		"-1.7: 92.1 against 93.8 (MNIST, table 3)",
		"-0.254: 2.9 against 3.74 (a ratio)", // log(2.9 / 3.74) = -0.2544
		"-0.5 (figure 2)",
		"-1.5: 7.5 against 9 (table 4)", // the first pair of neighbours, the later less the former
		"2.4: 61.8 against 59, 58.9 against 58.5 (tables 1, 2)",
		"",
	} {
		if got := r.Claims[i].quoted().text(); got != want {
			t.Errorf("%s: got %q, want %q", r.Claims[i].Claim, got, want)
		}
	}
	var console, md, tex, js bytes.Buffer
	for err := range slices.Values([]error{Console(&console, r, 200, false), r.Markdown(&md), r.TeX(&tex), r.JSON(&js)}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	html := page(t, r)
	for _, has := range []struct{ where, text, want string }{
		{"console", console.String(), "in nll below 0; paper -1.7: 92.1 against 93.8 (MNIST, table 3)\n"},
		{"markdown", md.String(), "; paper -1.7: 92.1 against 93.8 (MNIST, table 3) |"},
		{"markdown", md.String(), "; paper -0.5: 7 against 7.5 (table 4) |"}, // a part beside the one shown
		{"tex", tex.String(), `& verdict & published \\`},
		{"tex", tex.String(), `& holds & $-$1.7: 92.1 against 93.8 (MNIST, table 3) \\`},
		{"json", js.String(), `"effect": -1.7000000000000028,`},
		{"json", js.String(), `"from": "figure 2"`},
		{"page", html, `<span class="under">paper -1.7</span>`},
		{"page", html, `<dt>In the paper</dt><dd>-1.7: 92.1 against 93.8 (MNIST, table 3)</dd>`},
		{"page", html, `<span class="under">paper -0.5: 7 against 7.5 (table 4)</span>`},
	} {
		if !strings.Contains(has.text, has.want) {
			t.Errorf("%s: no %q in\n%s", has.where, has.want, has.text[:min(len(has.text), 3000)])
		}
	}

	bare := func(claims []Verdict) string {
		for i := range claims {
			for j := range claims[i].Parts {
				claims[i].Parts[j].Quoted = nil
			}
		}
		return fmt.Sprintf("%+v", claims)
	}
	with := bare(l.judge())
	for i := range l.plan.Claims {
		l.plan.Claims[i].Parts[0].Published = nil
	}
	if d := cmp.Diff(with, bare(l.judge())); d != "" {
		t.Errorf("a verdict rests on it: %s", d)
	}
	tex.Reset()
	if err := l.report().TeX(&tex); err != nil || strings.Contains(tex.String(), "published") {
		t.Errorf("%v: a column without numbers in\n%s", err, tex.String())
	}
}
