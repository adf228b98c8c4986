package gate

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/vibench/bench/stats"
)

// active is text that means something to every format.
const active = "</summary><script>alert(1)</script> | `x` [a](http://b) @octocat #1 *b* ]]> \" & \x1b[31m\r\nnext"

// hostile has it wherever a suite, an estimator or an error can put text.
func hostile() *Report {
	s := Span{Effect: 1, Lo: 0.5, Hi: 1.5, Seeds: []int{0, 1, 2, 5}, P: nan}
	return &Report{
		Suite: active, Preset: active, Rings: [3]bool{true, true, true}, Was: active, Now: active, Gate: gate(), Spent: true, Reserved: 2000, Fresh: 24,
		Bits:    []Differ{{Config: active, Cell: strings.Repeat("0", 64), What: active, Parts: []string{active}}},
		Changed: []string{active}, New: []string{active},
		Proofs:   []Proof{{Estimator: active, Failed: []string{active}}},
		Verdicts: []Verdict{{Config: active, Metric: active, State: stats.Regressed, Stage: 2, First: s, Second: s, Reason: active}, {Config: active, Metric: "iwae@64", State: stats.Inconclusive, Reason: "no seeds"}},
		Claims:   []ClaimVerdict{{Claim: active, Was: "holds", Now: "fails", State: stats.Regressed, Effect: nan, Reason: active}},
		Lacks:    []Lack{{"suite", active, active, active, []int{3}}}, Notes: []string{active},
	}
}

func TestHostileText(t *testing.T) {
	all := []*Report{hostile(), hostile()}

	var md strings.Builder
	if err := Markdown(&md, all, true); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(md.String()) {
		plain := strings.NewReplacer("<br>", "", "<details>", "", "</details>", "", "<summary>", "", "</summary>", "").Replace(line)
		if strings.ContainsAny(plain, "<>`[]@\x1b") || strings.Contains(plain, "http://") {
			t.Errorf("Markdown: %s", line)
		}
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 5 {
			t.Errorf("Markdown: a row of %d bars: %s", strings.Count(line, "|"), line)
		}
	}

	var doc strings.Builder
	if err := JUnit(&doc, all, true); err != nil {
		t.Fatal(err)
	}
	d, cases, failures := xml.NewDecoder(strings.NewReader(doc.String())), 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("JUnit: %v\n%s", err, &doc)
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "testcase":
				cases++
			case "failure":
				failures++
			case "testsuites", "testsuite", "skipped", "system-out":
			default:
				t.Errorf("JUnit: element %s", e.Name.Local)
			}
		}
	}
	if cases != 2*7 || failures != 2*6 {
		t.Errorf("JUnit: %d cases, %d failures\n%s", cases, failures, &doc)
	}

	text, err := JSON(all, true)
	var back struct {
		Result string
		Status int
		Suites []struct{ Verdicts []struct{ Verdict string } }
	}
	if err != nil || json.Unmarshal(text, &back) != nil {
		t.Fatalf("JSON: %v\n%s", err, text)
	}
	if back.Status != 4 || back.Result != "bits differ" || back.Suites[1].Verdicts[0].Verdict != "regressed" {
		t.Errorf("JSON: %+v", back)
	}

	var plain strings.Builder
	if err := Text(&plain, all, true, 80); err != nil || strings.Contains(plain.String(), "\x1b") {
		t.Errorf("text: %v\n%q", err, plain.String())
	}
}

func TestSeedsText(t *testing.T) {
	for want, seeds := range map[string][]int{"": nil, "3": {3}, "0..11": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, "0..1, 3, 7..8": {0, 1, 3, 7, 8}} {
		if got := seedsText(seeds); got != want {
			t.Errorf("%v: got %q; want %q", seeds, got, want)
		}
	}
}
