package cli

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/vi"
)

// capabilities are the values of vi.Cap and what their comments say of them.
func capabilities() (map[string]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", vi.CapText, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if t, ok := v.Type.(*ast.Ident); ok && t.Name == "Cap" {
			name, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err == nil {
				out[name] = strings.TrimSpace(v.Comment.Text())
			}
		}
		return true
	})
	return out, nil
}

// explainCapability says what a capability is and who needs it.
func (a *app) explainCapability(name, says string) error {
	var by []string
	for _, e := range a.parts.Estimators {
		if slices.Contains(e.Card().Needs, vi.Cap(name)) {
			by = append(by, e.Card().Name)
		}
	}
	t := table{{"estimators", dash(list(by))}}
	by = nil
	for _, m := range a.parts.Metrics {
		if slices.Contains(m.Needs(), vi.Cap(name)) {
			by = append(by, m.Name())
		}
	}
	t = append(t, []string{"metrics", dash(list(by))})
	w := a.out
	fmt.Fprintf(w, "%s (capability: what a model may offer beyond densities)\n\n%s\n\nneeded by\n", name, reflow(says, room(w)))
	for i := range t {
		t[i][0] = "  " + t[i][0]
	}
	if err := t.write(w, room(w)); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, "\nof a pair that does not fit, bench plan says what its model offers and which estimators it takes\n")
	return err
}
