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

// What a suite leaves out stands in every form with its reason, and decides nothing.
func TestNotRunIsARow(t *testing.T) {
	l := trained()
	without := l.report()
	l.plan.NotRun = []suites.NotRun{{What: "CelebA", Why: "200 000 images <of faces> | a GPU's work"}}
	r := l.report()
	var console, md, js bytes.Buffer
	for err := range slices.Values([]error{Console(&console, r, 120, false), r.Markdown(&md), r.JSON(&js)}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, has := range []struct{ where, text, want string }{
		{"console", console.String(), "\nnot run: CelebA: 200 000 images <of faces> | a GPU's work\n"},
		{"markdown", md.String(), "\n## Not run\n\n| what | why |\n| --- | --- |\n| CelebA | "},
		{"markdown", md.String(), ` \| a GPU's work |`},
		{"json", js.String(), `"what": "CelebA",`},
		{"page", page(t, r), `<th scope="row">CelebA</th><td>200 000 images &lt;of faces&gt; | a GPU&#39;s work</td>`},
	} {
		if !strings.Contains(has.text, has.want) {
			t.Errorf("%s: no %q in\n%s", has.where, has.want, has.text[max(0, len(has.text)-1500):])
		}
	}
	if d := cmp.Diff(fmt.Sprintf("%+v", without.Claims), fmt.Sprintf("%+v", r.Claims)) + cmp.Diff(without.Coverage, r.Coverage); d != "" {
		t.Errorf("a verdict or the coverage knows of it: %s", d)
	}
	if text := page(t, without); strings.Contains(text, "left-out") {
		t.Error("the page has an empty table")
	}
}
