package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A paper's numbers stand beside ours in every form, and decide nothing.
func TestBesideThePapers(t *testing.T) {
	l := trained()
	r := l.report()
	rows := r.Published[0].Rows
	if rows[0].N != 4 || rows[0].Planned != 5 || rows[0].Paper != "84.50 ± 0.02" || math.Abs(rows[0].Mean-5.8) > 1e-9 || rows[2].N != 0 || rows[2].Paper != "86.00" {
		t.Errorf("got %+v", rows)
	}
	var console, narrow, md, js bytes.Buffer
	for err := range slices.Values([]error{Console(&console, r, 120, false), Console(&narrow, r, 40, false), r.Markdown(&md), r.JSON(&js)}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, has := range []struct{ where, text, want string }{
		{"console", console.String(), "nll@200 beside 1802.04537: MNIST, 3280 epochs, 4 runs\n"},
		{"console", console.String(), "  ours: nll@200; 5 seeds\n"},
		{"console", console.String(), "IWAE            84.50 ± 0.02  5.80 [5.59, 6.01]  4 of 5"},
		{"console", console.String(), "elbo grid=aevb"},
		{"console", console.String(), ", n 4\n"},
		{"narrow console", narrow.String(), "  IWAE: paper ± sd 84.50 ± 0.02, ours\n    5.80 [5.59, 6.01], n 4 of 5\n"},
		{"markdown", md.String(), `| PIWAE (8,8) | piwae-mk{k=8,m=8} | 84.46 ± 0.06 | `},
		{"markdown", md.String(), ` | ours − IWAE, paired \[95 %] | note |`},
		{"markdown", md.String(), `| a \| note |`},
		{"json", js.String(), `"value": 84.46,`},
		{"page", page(t, r), `<code>nll@200</code> beside <a href="https://arxiv.org/abs/1802.04537" rel="noreferrer">1802.04537</a>: MNIST, 3280 epochs, 4 runs`},
		{"page", page(t, r), `<span class="interval">[5.59, 6.01]</span></td><td class="num">4 of 5</td>`},
	} {
		if !strings.Contains(has.text, has.want) {
			t.Errorf("%s: no %q in\n%s", has.where, has.want, has.text[:min(len(has.text), 2500)])
		}
	}
	with := r.Claims
	l.plan.Published = nil
	if d := cmp.Diff(fmt.Sprintf("%+v", with), fmt.Sprintf("%+v", l.report().Claims)); d != "" {
		t.Errorf("a verdict rests on it: %s", d)
	}
}
