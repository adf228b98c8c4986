package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

// policy is the page's content security policy: nothing is fetched, sent, framed or run but
// the style and the script that are in it, named by their digests.
func policy(style, script string) string {
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'", digest(style), digest(script))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A dresser turns the style attributes of drawings, which the policy forbids, into classes:
// each style that occurs is one, g0, g1, ... in the order they come.
type dresser struct {
	class  map[string]string
	styles []string
}

func newDresser() *dresser { return &dresser{class: map[string]string{}} }

var styled = regexp.MustCompile(`\sstyle="([^"]*)"`)

func (d *dresser) classes(svg template.HTML) template.HTML {
	return template.HTML(styled.ReplaceAllStringFunc(string(svg), func(s string) string {
		style := styled.FindStringSubmatch(s)[1]
		if d.class[style] == "" {
			d.class[style] = fmt.Sprintf("g%d", len(d.styles))
			d.styles = append(d.styles, style)
		}
		return ` class="` + d.class[style] + `"`
	}))
}

// rules are the classes for the page's style.
func (d *dresser) rules() string {
	var b strings.Builder
	for i, style := range d.styles {
		fmt.Fprintf(&b, ".g%d{%s}\n", i, style)
	}
	return b.String()
}

func (f *Figure) dress(d *dresser) {
	f.SVG = d.classes(f.SVG)
	for i := range f.Legend {
		f.Legend[i].Sample = d.classes(f.Legend[i].Sample)
	}
}
