package report

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A visit is what a browser made of a page.
type visit struct {
	console  []string // what it had to say
	requests []string // what the page asked for, itself apart
	dom      string
}

// browser is a program that shows pages; the test is skipped where none runs.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	path := found()
	if path == "" {
		t.Skip("no chromium, chromium-browser or google-chrome runs here")
	}
	return path
}

var found = sync.OnceValue(func() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if exec.Command(name, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank").Run() == nil {
			return name
		}
	}
	return ""
})

// open shows a page, at a fragment of it, to a headless browser that can reach no host. It
// logs what the page asks for all the same; the browser's own requests, which come from no
// page, are left out.
func open(t *testing.T, browser, page, fragment string, flags ...string) (visit, error) {
	t.Helper()
	dir := t.TempDir()
	file, log := filepath.Join(dir, "page.html"), filepath.Join(dir, "net.json")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0", "--log-net-log=" + log,
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--dump-dom"}, append(flags, "file://"+file+fragment)...)...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return visit{}, err
	}
	v := visit{dom: out.String()}
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, ":CONSOLE") {
			v.console = append(v.console, line)
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return visit{}, err
	}
	var net struct {
		Events []struct {
			Params struct {
				URL  string `json:"url"`
				Site string `json:"network_isolation_key"`
			} `json:"params"`
		} `json:"events"`
	}
	if err := json.Unmarshal(text, &net); err != nil {
		return visit{}, err
	}
	for _, e := range net.Events {
		if strings.Contains(e.Params.Site, "file://") {
			v.requests = append(v.requests, e.Params.URL)
		}
	}
	return v, nil
}

var policyTag = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)

// asked is a page that lets a script of the test run once it is there, and has what that
// returns as JSON in its last element.
func asked(t *testing.T, page, script string) string {
	t.Helper()
	without := policyTag.ReplaceAllString(page, "")
	if without == page {
		t.Fatal("the page has no policy")
	}
	return strings.Replace(without, "</body>", `<script>
addEventListener("load", async () => {
  let answer;
  try { answer = await (async () => {`+script+`})(); } catch (e) { answer = String(e); }
  const pre = document.createElement("pre");
  pre.id = "answer";
  pre.textContent = JSON.stringify(answer);
  document.body.append(pre);
});
</script></body>`, 1)
}

// ask opens a page and reads what the script found.
func ask(t *testing.T, browser, page, fragment, script string, into any, flags ...string) {
	t.Helper()
	v, err := open(t, browser, asked(t, page, script), fragment, append(flags, "--virtual-time-budget=60000")...)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(v.dom, `<pre id="answer">`)
	text, _, _ := strings.Cut(after, "</pre>")
	if err := json.Unmarshal([]byte(html.UnescapeString(text)), into); err != nil {
		t.Fatalf("%v: %q; console %q", err, text, v.console)
	}
}

// A table has the order, filter and columns that the address says, is sorted by the buttons
// in its head, and copies what one sees.
func TestTablesSortFilterAndCopy(t *testing.T) {
	browser := browser(t)
	l := demo()
	l.plan.Claims[0].Says = `of a_b & 5 %, "so", x|y`
	var got struct {
		Rows           []string
		Sorted, Count  string
		Hidden         bool
		CSV, MD, LaTeX string
		After          []string
		Hash           string
		Cells, Again   string
		Long           []string
		OfC7           []string
		Paper          []string
		Jumps          int
		Back, Claim    string
		Landed         bool
	}
	many := sweep(2000, 3, 1).report() // whose cells only the script shows
	many.Better = map[string]string{"elbo": "higher"}
	var text bytes.Buffer
	if err := (Page{Reports: []*Report{l.report(), many}}).HTML(&text); err != nil {
		t.Fatal(err)
	}
	ask(t, browser, text.String(), "#~t-claims.q=1802&t-claims.s=-2&t-claims.h=5", `
		Object.defineProperty(navigator, "clipboard", {value: {writeText: async text => { window.copied = text; }}});
		const claims = document.getElementById("t-claims"), bar = claims.closest(".scroll").previousElementSibling;
		const rows = () => [...claims.tBodies].map(b => b.querySelector(".name").textContent);
		const copied = async name => { [...bar.querySelectorAll("button")].find(b => b.textContent == name).click(); await 0; return window.copied; };
		const got = {Rows: rows(), Sorted: claims.tHead.rows[0].cells[1].getAttribute("aria-sort"), Count: bar.querySelector(".count-of").textContent,
			Hidden: claims.tHead.rows[0].cells[5].hidden && claims.tBodies[0].rows[0].cells[5].hidden,
			CSV: await copied("CSV"), MD: await copied("Markdown"), LaTeX: await copied("LaTeX")};
		claims.tHead.rows[0].cells[1].querySelector("button").click(); // from downwards to the suite's order
		claims.tHead.rows[0].cells[0].querySelector("button").click();
		const search = bar.querySelector("input");
		search.value = "";
		search.dispatchEvent(new Event("input"));
		got.After = rows();
		got.Hash = location.hash;
		const before = history.length, tick = () => new Promise(done => setTimeout(done, 200));
		document.querySelector("#values a.ref").click();
		const cells = document.querySelector("#cells-1");
		got.Cells = [...cells.tBodies[0].rows].map(r => r.cells[0].textContent).join();
		got.Again = document.querySelector("#cells .again code").textContent;
		document.querySelector("#r2-board a.ref[data-q=c7]").click();
		const long = document.querySelector("#r2-cells-1"), find = long.closest(".scroll").previousElementSibling.previousElementSibling.querySelector("input");
		got.OfC7 = [...long.tBodies[0].rows].map(r => r.textContent);
		find.value = "";
		find.dispatchEvent(new Event("input"));
		got.Long = [long.tBodies[0].rows.length, long.closest(".scroll").nextElementSibling.textContent].map(String);
		dispatchEvent(new Event("beforeprint"));
		const onPaper = long.tBodies[0].rows.length;
		dispatchEvent(new Event("afterprint"));
		got.Paper = [onPaper, long.tBodies[0].rows.length].map(String);
		got.Jumps = history.length - before;
		got.Landed = new URLSearchParams(location.hash.slice(2)).get("at") == "r2-cells-1";
		history.back(); await tick();
		history.back(); await tick();
		got.Back = location.hash;
		for (const d of document.querySelectorAll("#t-claims details")) d.open = false;
		location.hash = "#claim-T1"; await tick();
		got.Claim = [...document.querySelectorAll("#t-claims details")].filter(d => d.open).map(d => d.closest("tbody").id).join();
		return got;`, &got)
	t1 := l.report().shownClaim(l.report().Claims[0], nil)
	if t1.V.Claim != "T1" || t1.Lo == "" || t1.Hi == "" {
		t.Fatalf("%+v", t1)
	}
	if strings.Join(got.Rows, " ") != "T9 T1" || got.Sorted != "descending" || got.Count != "2 of 9 rows" || !got.Hidden {
		t.Errorf("the state of the address: %+v", got)
	}
	for _, c := range []struct{ text, want string }{
		{got.CSV, "Verdict,Claim,Claimed,effect,lo,hi,ratio,metric,n\n– not run,T9 Far"}, {got.CSV, `,"T1 of a_b & 5 %, ""so"", x|y 1802.04537",-0.5 ± 0.05,` + t1.Effect + "," + t1.Lo + "," + t1.Hi + ",,snr/inf,8"},
		{got.MD, "| --- | --- | ---: | ---: | ---: | ---: | --- | --- | ---: |\n"}, {got.MD, `of a\_b & 5 %, "so", x\|y`},
		{got.LaTeX, "\\begin{tabular}{llrrrrllr}\n\\toprule\n"}, {got.LaTeX, `of a\_b \& 5 \%, "so", x|y`}, {got.LaTeX, `$-$0.5 $\pm$ 0.05`},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("no %q in %q", c.want, c.text)
		}
	}
	if strings.Join(got.Long, ", ") != "200, 1800 more rows" {
		t.Errorf("a long table shows %q", got.Long)
	}
	if strings.Join(got.Paper, ", ") != "2000, 200" {
		t.Errorf("rows of a long table on paper and after: %q", got.Paper)
	}
	if got.Jumps != 2 || got.Back != got.Hash || !got.Landed || got.Claim != "claim-T1" {
		t.Errorf("two jumps: %d steps, back at %q from %q, in the address %v; a claim's link opens %q", got.Jumps, got.Back, got.Hash, got.Landed, got.Claim)
	}
	k := many.groups()[0].Configs[6]
	if len(got.OfC7) != 10 || !strings.HasPrefix(got.OfC7[3], "c7"+k.Name) || !strings.Contains(got.OfC7[3], five(k.last["elbo"][3])) || !strings.HasSuffix(got.OfC7[3], shortID(k.Cells[3].ID)) {
		t.Errorf("of c7, with %v, the script shows %q", k.last["elbo"], got.OfC7)
	}
	if len(got.After) != 9 || got.After[0] != "T9" || got.Hash != "#~t-claims.s=1&t-claims.h=5" {
		t.Errorf("after a click: %+v", got)
	}
	if got.Cells != strings.TrimSuffix(strings.Repeat("c1,", 8), ",") || len(strings.Fields(got.Again)) != 3+8 {
		t.Errorf("the number of a configuration leads to %q and %q", got.Cells, got.Again)
	}
}

// A page that is followed is read again with more above the reader's place: what was open,
// filtered, typed into and in sight stays so.
func TestFollowedPageStays(t *testing.T) {
	browser := browser(t)
	some := sweep(200, 3, 1).report()
	some.Better = map[string]string{"elbo": "higher"}
	var text bytes.Buffer
	if err := (Page{Reports: []*Report{demo().report(), some}, Live: true}).HTML(&text); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Was, Is, Moved                  float64
		Claim, Board, Query, Focus, Hue string
		Stopped                         bool
		Aside                           float64
	}
	narrow := strings.ReplaceAll(text.String(), `<div class="scroll"`, `<div class="scroll" style="width: 12em"`)
	ask(t, browser, narrow, "", `
		const frame = () => new Promise(done => setTimeout(done, 100));
		const claim = document.querySelector("#claim-T1 .more details"), board = document.querySelector("#r2-board > details");
		const values = document.querySelector("#values"), store = sessionStorage, buttons = [...document.querySelectorAll("button.theme")];
		await frame();
		if (!store.getItem("first")) {
			document.querySelectorAll(".banner, .about, .summary").forEach(e => e.remove()); // there is less of it than there will be
			claim.open = true;
			board.open = false;
			buttons[0].click();
			const search = document.getElementById("t-claims-q");
			search.value = "snr";
			search.dispatchEvent(new Event("input"));
			search.focus({preventScroll: true});
			const wide = [...document.querySelectorAll(".scroll")].find(e => e.scrollWidth > e.clientWidth + 20 && e.querySelector("table[id]"));
			wide.scrollLeft = 15;
			store.setItem("wide", wide.querySelector("table").id);
			scrollBy(0, values.getBoundingClientRect().top - 60);
			await frame();
			store.setItem("first", JSON.stringify([values.getBoundingClientRect().top, scrollY]));
			return await new Promise(() => {}); // until it is read again
		}
		buttons.find(b => b.textContent == "Stop following").click();
		const [was, y] = JSON.parse(store.getItem("first"));
		return {Was: was, Is: values.getBoundingClientRect().top, Moved: scrollY - y, Claim: String(claim.open), Board: String(board.open),
			Query: document.getElementById("t-claims-q").value, Focus: document.activeElement.id, Hue: buttons[0].textContent,
			Aside: document.getElementById(store.getItem("wide")).closest(".scroll").scrollLeft,
			Stopped: !buttons.at(-1).isConnected};`, &got)
	if math.Abs(got.Is-got.Was) > 2 || got.Moved < 20 {
		t.Errorf("the values are %g from the top and were %g; the page has moved by %g", got.Is, got.Was, got.Moved)
	}
	if got.Aside != 15 {
		t.Errorf("a table that was moved aside by 15 is so by %g", got.Aside)
	}
	if got.Claim != "true" || got.Board != "false" || got.Query != "snr" || got.Focus != "t-claims-q" || got.Hue != "Light" || !got.Stopped {
		t.Errorf("%+v", got)
	}
}

// axe finds nothing moderate, serious or critical, in light and dark, on a desk and in a hand, everything open. A
// page at fault is tried first. BENCH_AXE is axe.min.js of axe-core, as npm has it.
func TestAxe(t *testing.T) {
	browser := browser(t)
	file := os.Getenv("BENCH_AXE")
	if file == "" {
		t.Skip("BENCH_AXE names no axe.min.js: npm install axe-core@4.14.1 has one")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	violations := func(page string, flags ...string) (bad []violation) {
		page = strings.Replace(page, "</body>", "<script>"+string(axe)+"</script></body>", 1)
		var all []violation
		ask(t, browser, page, "", `
			for (const d of document.querySelectorAll("details")) d.open = true;
			await new Promise(done => setTimeout(done, 500));
			return (await axe.run()).violations;`, &all, flags...)
		for _, v := range all {
			if v.Impact != "minor" {
				bad = append(bad, v)
			}
		}
		return bad
	}
	var isDark bool
	dark, hand := "--blink-settings=preferredColorScheme=0", "--window-size=390,844"
	empty := page(t, From(&newLab(1).plan, newLab(1).stored(), nil))
	if ask(t, browser, empty, "", `return matchMedia("(prefers-color-scheme: dark)").matches`, &isDark, dark); !isDark {
		t.Fatal("the browser does not show dark pages")
	}
	faulty := strings.Replace(empty, "<main>", `<main><button></button><p style="color:#bbb;background:#fff">pale</p>`, 1)
	if found := violations(faulty); len(found) < 2 {
		t.Fatalf("the faulty page passes: %v", found)
	}
	some := sweep(200, 3, 1).report()
	some.Better = map[string]string{"elbo": "higher", "nll": "lower"}
	partial := Page{Reports: []*Report{demo().report(), some}}
	var both bytes.Buffer
	if err := partial.HTML(&both); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, page string
		flags      []string
	}{
		{"two suites", both.String(), nil}, {"two suites, dark, in a hand", both.String(), []string{dark, hand}},
		{"sparse codes, dark", page(t, sparseCoding().report()), []string{dark}}, {"trained, in a hand", page(t, trained().report()), []string{hand}},
	} {
		for _, v := range violations(c.page, c.flags...) {
			t.Errorf("%s: %s: %s (%s): %s", c.name, v.Impact, v.Help, v.ID, v.Nodes[0].HTML)
		}
	}
}

// Opened with no network, the page has nothing to complain of and asks for
// nothing. A page at fault is opened first, to see that both would be noticed.
func TestBrowserHasNothingToSay(t *testing.T) {
	browser := browser(t)
	text := page(t, demo().report())

	faulty := policyTag.ReplaceAllString(text, `<link rel="stylesheet" href="http://example.org/x.css"><script>console.error("hello")</script>`)
	v, err := open(t, browser, faulty, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.console) == 0 || !strings.Contains(strings.Join(v.requests, " "), "http://example.org/x.css") {
		t.Fatalf("the faulty page goes unnoticed: console %q, requests %q", v.console, v.requests)
	}

	for _, c := range []struct{ text, has string }{{text, "claim-T1"}, {page(t, trained().report()), "claim-T1"}, {page(t, sparseCoding().report()), "fig-7"}} {
		v, err = open(t, browser, c.text, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(v.console) > 0 || len(v.requests) > 0 {
			t.Errorf("console %q, requests %q", v.console, v.requests)
		}
		if !strings.Contains(v.dom, `class="theme"`) {
			t.Error("the page's policy keeps its own script from running")
		}
		if !strings.Contains(v.dom, `id="`+c.has+`"`) || !strings.Contains(v.dom, "</html>") {
			t.Errorf("the page was not read: %d bytes", len(v.dom))
		}
	}
}
