package vec

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// exact are the names of package math that give the same bits on every machine.
var exact = map[string]bool{
	"Float64bits": true, "Float64frombits": true, "Float32bits": true, "Float32frombits": true,
	"Sqrt": true, "FMA": true, "Abs": true, "Floor": true,
	"Inf": true, "NaN": true, "IsNaN": true, "IsInf": true, "Signbit": true, "Copysign": true,
	"MaxFloat64": true, "MaxFloat32": true, "MaxUint32": true, "MaxUint64": true, "Pi": true, "Ln2": true,
}

// TestSources holds the bit rules over the numeric packages: no source of other
// randomness, no function of math whose bits depend on the machine, and no sum
// with a bare product in it, which a compiler may fuse. (An assignment or a
// conversion rounds, by the Go specification; only an expression can fuse.)
func TestSources(t *testing.T) {
	fset := token.NewFileSet()
	known := packages{importer.ForCompiler(fset, "source", nil), map[string]*types.Package{}}
	for _, name := range []string{"vec", "rng", "optim"} {
		paths, err := filepath.Glob("../" + name + "/*.go")
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: no sources (%v)", name, err)
		}
		var files []*ast.File
		for _, p := range paths {
			if here, err := build.Default.MatchFile(filepath.Dir(p), filepath.Base(p)); err != nil || !here || strings.HasSuffix(p, "_test.go") {
				continue // kernels of other machines have no Go code to speak of
			}
			f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
		path := "github.com/vibench/bench/core/" + name
		pkg, err := (&types.Config{Importer: known}).Check(path, fset, files, info)
		if err != nil {
			t.Fatal(err)
		}
		known.own[path] = pkg
		for _, f := range files {
			for _, bad := range breaches(f, info) {
				t.Errorf("%s: %s", fset.Position(bad.pos), bad.what)
			}
		}
	}
}

// TestBreachesAreSeen is the test's own test.
func TestBreachesAreSeen(t *testing.T) {
	const src = `package p
import ("math"; _ "math/rand/v2")
func f[T float32 | float64](x, y, z T) T { z += x * y; return z - (x * y) }
func g(x, y float64) float64 { return math.Exp(x) + float64(x*y) - -(y * x) }
func h(i, j int) int { return i + i*j }
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Error: func(error) {}}
	config.Check("p", fset, []*ast.File{f}, info)
	if got := breaches(f, info); len(got) != 5 {
		t.Errorf("%d breaches, want 5: %v", len(got), got)
	}
}

type packages struct {
	types.Importer
	own map[string]*types.Package
}

func (p packages) Import(path string) (*types.Package, error) {
	if own := p.own[path]; own != nil {
		return own, nil
	}
	return p.Importer.Import(path)
}

type breach struct {
	pos  token.Pos
	what string
}

func breaches(f *ast.File, info *types.Info) []breach {
	var found []breach
	add := func(pos token.Pos, what string) { found = append(found, breach{pos, what}) }
	for _, i := range f.Imports {
		if p := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(p, "math/rand") || p == "math/cmplx" {
			add(i.Pos(), "imports "+p)
		}
	}
	product := func(e ast.Expr) bool {
		for {
			switch v := e.(type) {
			case *ast.ParenExpr:
				e = v.X
				continue
			case *ast.UnaryExpr:
				e = v.X
				continue
			case *ast.BinaryExpr:
				return v.Op == token.MUL && info.Types[v].Value == nil && isFloat(info.Types[v].Type)
			}
			return false
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := v.X.(*ast.Ident); ok && x.Name == "math" && !exact[v.Sel.Name] {
				add(v.Pos(), "uses math."+v.Sel.Name)
			}
		case *ast.BinaryExpr:
			if (v.Op == token.ADD || v.Op == token.SUB) && (product(v.X) || product(v.Y)) {
				add(v.Pos(), "adds a product that is not converted")
			}
		case *ast.AssignStmt:
			if (v.Tok == token.ADD_ASSIGN || v.Tok == token.SUB_ASSIGN) && product(v.Rhs[0]) {
				add(v.Pos(), "adds a product that is not converted")
			}
		}
		return true
	})
	return found
}

// isFloat tells floats and type parameters, which here are always floats.
func isFloat(t types.Type) bool {
	if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}
