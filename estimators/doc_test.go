package estimators_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/vibench/bench/estimators"
)

// Every estimator is documented as the folder promises: a sentence, an indented
// equation, Needs / Unbiased for / Costs, a paper; and its card names that paper.
func TestDocs(t *testing.T) {
	docs := map[string]string{}
	files, err := estimators.Source.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := estimators.Source.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				docs[g.Specs[0].(*ast.TypeSpec).Name.Name] = g.Doc.Text()
			}
		}
	}
	paper, equation := regexp.MustCompile(`\((\d{4}\.\d{4,5}|OpenReview [\w-]+)\)`), regexp.MustCompile(`(?m)^\t.*=|^\t.*\[|^\t.*sum`)
	last := ""
	for _, e := range estimators.All() {
		kind, card := reflect.TypeOf(e).Name(), e.Card()
		doc := docs[kind]
		if !strings.HasPrefix(doc, kind+" ") {
			t.Errorf("%s: the comment does not start with the type's name", kind)
		}
		for _, want := range []string{"\nNeeds ", "\nUnbiased for ", "\nCosts "} {
			if !strings.Contains(doc, want) {
				t.Errorf("%s: the comment has no line %q", kind, strings.TrimSpace(want))
			}
		}
		if !equation.MatchString(doc) {
			t.Errorf("%s: the comment has no indented equation", kind)
		}
		if !paper.MatchString(doc) || !strings.Contains(doc, card.Paper) {
			t.Errorf("%s: the comment does not cite the card's paper %s", kind, card.Paper)
		}
		if card.Name <= last {
			t.Errorf("All: %q after %q; want the names in order, each once", card.Name, last)
		}
		last = card.Name
	}
}
