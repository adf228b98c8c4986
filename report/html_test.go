package report

import (
	"bytes"
	"encoding/xml"
	"html"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func page(t testing.TB, r *Report) string {
	t.Helper()
	var buf bytes.Buffer
	if err := r.HTML(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// The page asks nothing of anyone: no element that could fetch points anywhere
// but into the page or at embedded data.
func TestHTMLIsOneOfflineFile(t *testing.T) {
	l := demo()
	l.plan.About = `an "about" with <script src="http://example.org/x.js"></script> & more`
	l.plan.Claims[0].Paper = "javascript:alert(1)"
	text := page(t, l.report())
	elements := offline(t, text)
	for _, once := range []string{"main", "header", "nav", "h1", "title"} {
		if elements[once] < 1 {
			t.Errorf("no <%s>", once)
		}
	}
	if strings.Contains(pageStyle, "url(") || strings.Contains(pageStyle, "@import") {
		t.Error("the style fetches")
	}
	for _, want := range []string{`lang="en"`, "Cells that are not done", "panic: index out of range", "goroutine 1 [running]", "0f343b0931126a20", "&lt;script&gt;alert(1)&lt;/script&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
}

// offline checks that a page fetches nothing and that its references meet, and
// counts its elements.
func offline(t *testing.T, text string) map[string]int {
	t.Helper()
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		content := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(text, -1)
		if len(content) != 1 {
			t.Fatalf("%d <%s>", len(content), element)
		}
		if policy := html.UnescapeString(text[:strings.Index(text, "<title>")]); !strings.Contains(policy, directive+" "+digest(content[0][1])+";") || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy does not name the page's %s, and it alone", element)
		}
	}
	if !strings.Contains(text, `content="default-src &#39;none&#39;; `) {
		t.Error("the policy is not strict")
	}
	if fetches := regexp.MustCompile(`(?i)[\s"'](src|srcset|data|poster)\s*=\s*["']|url\(|@import`).FindString(text); fetches != "" {
		t.Errorf("the page has %q", fetches)
	}
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`(?s)(<script[^>]*>).*?</script>`).ReplaceAllString(text, "$1</script>")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	ids := map[string]bool{}
	var refs []string
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		elements[e.Name.Local]++
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "src", "srcset", "action", "data", "poster", "background":
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			case "href":
				picture := e.Name.Local == "image" && strings.HasPrefix(a.Value, "data:image/png;base64,")
				link := e.Name.Local == "a" && (strings.HasPrefix(a.Value, "https://arxiv.org/abs/") || strings.HasPrefix(a.Value, "#"))
				if !link && !picture && a.Value != "data:," {
					t.Errorf("<%s href=%q>", e.Name.Local, a.Value)
				}
				if strings.HasPrefix(a.Value, "#") {
					refs = append(refs, a.Value[1:])
				}
			case "id":
				if ids[a.Value] {
					t.Errorf("id %q twice", a.Value)
				}
				ids[a.Value] = true
			case "aria-labelledby":
				refs = append(refs, strings.Fields(a.Value)...)
			case "style":
				t.Errorf("style=%q, which the policy forbids", a.Value)
			}
			if strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("<%s %s>", e.Name.Local, a.Name.Local)
			}
		}
	}
	for _, ref := range refs {
		if !ids[ref] {
			t.Errorf("nothing has the id %q", ref)
		}
	}
	if bare := strings.Count(text, "<script") - strings.Count(text, `<script type="application/json"`); bare != 1 {
		t.Errorf("%d scripts, want the page's own", bare)
	}
	for _, never := range []string{"iframe", "object", "embed", "img", "form"} {
		if elements[never] > 0 {
			t.Errorf("%d <%s>", elements[never], never)
		}
	}
	return elements
}

// The order of the results, like the number of workers, is nobody's business.
func TestSameBytesForTheSameNumbers(t *testing.T) {
	l := demo()
	want := page(t, l.report())
	for i, j := 0, len(l.order)-1; i < j; i, j = i+1, j-1 {
		l.order[i], l.order[j] = l.order[j], l.order[i]
	}
	if page(t, l.report()) != want {
		t.Error("the page depends on the order of results")
	}
}

func TestPageOfNothing(t *testing.T) {
	l := newLab(1)
	r := From(&l.plan, l.stored(), nil)
	everything(t, r)
	for _, want := range []string{"Nothing is claimed of this preset.", "Nothing of this suite has a figure yet.", "The plan has no cells.", "No run has been recorded."} {
		if !strings.Contains(page(t, r), want) {
			t.Errorf("%q is not in the page", want)
		}
	}
}

// WCAG 2.1, 1.4.3: text has at least 4.5 times the luminance of its ground, or
// the other way round, in light, dark and print.
func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(pageStyle, -1)
	if len(blocks) != 3 {
		t.Fatalf("%d colour schemes, want light, dark, print", len(blocks))
	}
	for scheme, block := range blocks {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]+);`).FindAllStringSubmatch(block[1], -1) {
			colors[m[1]] = m[2]
		}
		for _, pair := range [][2]string{{"ink", "paper"}, {"muted", "paper"}, {"link", "paper"}, {"open", "paper"}, {"fails", "paper"},
			{"holds", "holds-bg"}, {"fails", "fails-bg"}, {"open", "open-bg"}, {"not-run", "not-run-bg"}, {"ink", "region"}, {"ink", "field"}, {"muted", "field"}, {"link", "field"}} {
			a, b := luminance(t, colors[pair[0]]), luminance(t, colors[pair[1]])
			if c := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); c < 4.5 {
				t.Errorf("scheme %d: %s on %s: contrast %.2f", scheme, pair[0], pair[1], c)
			}
		}
		// 1.4.11: what a figure is read by has 3 times.
		for i := range seriesColors {
			a, b := luminance(t, colors["s"+strconv.Itoa(i)]), luminance(t, colors["paper"])
			if c := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); c < 3 {
				t.Errorf("scheme %d: series %d: contrast %.2f", scheme, i, c)
			}
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	rgb, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, w := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(rgb>>(8*i)&0xff) / 255
		if c <= 0.03928 {
			sum += w * c / 12.92
		} else {
			sum += w * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
