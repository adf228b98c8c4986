package report

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A visit is what a browser made of a page.
type visit struct {
	console  []string // what it had to say
	requests []string // what the page asked for, itself apart
	dom      string
}

// open shows a page to a headless browser that can reach no host. It logs what
// the page asks for all the same; the browser's own requests, which come from no
// page, are left out.
func open(t *testing.T, browser, page string) (visit, error) {
	t.Helper()
	dir := t.TempDir()
	file, log := filepath.Join(dir, "page.html"), filepath.Join(dir, "net.json")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0", "--log-net-log="+log,
		"--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom", "file://"+file)
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

// Opened with no network, the page has nothing to complain of and asks for
// nothing. A page at fault is opened first, to see that both would be noticed.
func TestBrowserHasNothingToSay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no chromium, chromium-browser or google-chrome here")
	}
	text := page(t, demo().report())

	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	faulty := policy.ReplaceAllString(text, `<link rel="stylesheet" href="http://example.org/x.css"><script>console.error("hello")</script>`)
	v, err := open(t, browser, faulty)
	if err != nil {
		t.Skipf("%s does not run here: %v", browser, err)
	}
	if len(v.console) == 0 || !strings.Contains(strings.Join(v.requests, " "), "http://example.org/x.css") {
		t.Fatalf("the faulty page goes unnoticed: console %q, requests %q", v.console, v.requests)
	}

	for _, c := range []struct{ text, has string }{{text, "claim-T1"}, {page(t, trained().report()), "claim-T1"}, {page(t, sparseCoding().report()), "fig-7"}} {
		v, err = open(t, browser, c.text)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.console) > 0 || len(v.requests) > 0 {
			t.Errorf("console %q, requests %q", v.console, v.requests)
		}
		if !strings.Contains(v.dom, `id="`+c.has+`"`) || !strings.Contains(v.dom, "</html>") {
			t.Errorf("the page was not read: %d bytes", len(v.dom))
		}
	}
}
