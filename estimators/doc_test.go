package estimators_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// Every estimator is documented as the folder promises: a sentence, an indented
// equation, Needs / Unbiased for / Costs, a paper; and its card needs what the comment
// says and names that paper.
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
	paper, equation := regexp.MustCompile(`\((\d{4}\.\d{4,5}|OpenReview [\w-]+|doi 10\.\d+/\S+)\)`), regexp.MustCompile(`(?m)^\t.*=|^\t.*\[|^\t.*sum`)
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
		if stated, offered := needs(doc), needed(e); fmt.Sprint(stated) != fmt.Sprint(offered) {
			t.Errorf("%s: the comment needs %v always, %v in some mode; its cards %v, %v", kind, stated[0], stated[1], offered[0], offered[1])
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

// needs is the capabilities that a comment's line names, [always, in some mode]: "Needs
// a and b, ...: why; mode m needs c as well."
func needs(doc string) (out [2][]string) {
	line := regexp.MustCompile(`(?m)^Needs ([^:.\n]*)`).FindStringSubmatch(doc)
	if line == nil {
		return out
	}
	always, _, _ := strings.Cut(line[1], ";")
	for i, text := range []string{always, line[1]} {
		for _, word := range regexp.MustCompile(`[a-z-]+`).FindAllString(text, -1) {
			if slices.Contains(caps, vi.Cap(word)) && !slices.Contains(out[i], word) {
				out[i] = append(out[i], word)
			}
		}
		slices.Sort(out[i])
	}
	return out
}

// needed is the needs of an estimator's cards, [of all its modes, of any].
func needed(e vi.Estimator) (out [2][]string) {
	modes := []vi.Estimator{e}
	for i, v := 0, reflect.ValueOf(e); i < v.NumField(); i++ {
		for c := range strings.SplitSeq(v.Type().Field(i).Tag.Get("choices"), "|") {
			if c != "" {
				mode := reflect.New(v.Type()).Elem()
				mode.Set(v)
				mode.Field(i).SetString(c)
				modes = append(modes, mode.Interface().(vi.Estimator))
			}
		}
	}
	count := map[string]int{}
	for _, m := range modes {
		for _, c := range m.Card().Needs {
			count[string(c)]++
		}
	}
	for c, n := range count {
		if out[1] = append(out[1], c); n == len(modes) {
			out[0] = append(out[0], c)
		}
	}
	slices.Sort(out[0])
	slices.Sort(out[1])
	return out
}

// caps are what estimators may need.
var caps = []vi.Cap{
	vi.Score, vi.Path, vi.Logits, vi.Bits, vi.Weak, vi.Relax, vi.Enumerate, vi.AnalyticKL, vi.Simulate,
	vi.Atoms, vi.BaseKL, vi.Linear, vi.Moments, vi.Pull, vi.Scales,
	vi.Generate, vi.Energy, vi.Gibbs, vi.States, vi.Render, vi.Exact, vi.MStep, vi.Subspace, vi.Bound, vi.Gaps, vi.Hybrid, vi.Classify, vi.LargeK,
	vi.Conjugate, vi.Conditions, vi.Gradient, vi.Gaussian, vi.Components, vi.Points, vi.Denoise, vi.Particles, vi.Complete, vi.Density,
}
