package vec

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestConstantsAreTheGenerators ties the two places in which constants are
// written: the Go loops and the generator of their kernels hold the same numbers.
// Functions without kernels are not among them.
// One unit of the last coefficient of a polynomial shows in so few results that a
// comparison of draws may miss it.
func TestConstantsAreTheGenerators(t *testing.T) {
	loops, kernels := constants(t, "*.go", token.FLOAT, token.INT), constants(t, "gen/*.go", token.FLOAT, token.INT)
	if len(loops) < 50 {
		t.Fatalf("only %d constants: the test looks in the wrong place", len(loops))
	}
	for v, at := range loops {
		if kernels[v] == "" {
			t.Errorf("%s: %s is no constant of the generator", at, v)
		}
	}
	for v, at := range constants(t, "gen/*.go", token.FLOAT) { // its integers are of rng and of assembly too
		if loops[v] == "" {
			t.Errorf("%s: %s is no constant of the Go loops", at, v)
		}
	}
}

// scalar are the sources of functions that have no kernel.
var scalar = []string{"erf.go", "gamma.go", "gammainc.go", "normal_quantile.go"}

// constants are the literals of some kinds in written sources, and where they are:
// those of more than twelve significant bits, as float64 or integers without their
// signs. (A rounder one, a power of two or a bound, any result shows.)
func constants(t *testing.T, pattern string, kinds ...token.Token) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no sources (%v)", pattern, err)
	}
	found, fset := map[string]string{}, token.NewFileSet()
	for _, path := range paths {
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") || ast.IsGenerated(f) || slices.Contains(scalar, path) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || !slices.Contains(kinds, lit.Kind) {
				return true
			}
			v := constant.MakeFromLiteral(lit.Value, lit.Kind, 0)
			name, x := v.ExactString(), new(big.Float)
			if lit.Kind == token.FLOAT {
				rounded, _ := constant.Float64Val(v)
				name = fmt.Sprintf("%g (%[1]x)", rounded)
				x.SetFloat64(rounded)
			} else {
				x.SetString(name)
			}
			if x.MinPrec() > 12 {
				found[name] = fset.Position(lit.Pos()).String()
			}
			return true
		})
	}
	return found
}
