package bench_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/vi/vitest"
)

const module = "github.com/vibench/bench"

// pkg is one of our packages as the go command sees it.
type pkg struct {
	path    string      // inside the module: core/vec
	imports []string    // ours, inside the module
	source  []*ast.File // without tests
}

// tree is all packages of ours, by their path inside the module.
type tree struct {
	own  map[string]*pkg
	fset *token.FileSet
}

func packages(t *testing.T) (map[string]*pkg, *token.FileSet) {
	t.Helper()
	r, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return r.own, r.fset
}

var listed = sync.OnceValues(func() (tree, error) {
	const format = `{{.ImportPath}}|{{.Dir}}|{{join .GoFiles " "}} {{join .CgoFiles " "}}|{{join .Imports " "}}`
	out, err := exec.Command("go", "list", "-f", format, "./...").Output()
	if err != nil {
		return tree{}, fmt.Errorf("go list: %w", err)
	}
	own, fset := map[string]*pkg{}, token.NewFileSet()
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		path, ours := strings.CutPrefix(f[0], module+"/")
		if !ours {
			continue
		}
		p := &pkg{path: path}
		for _, i := range strings.Fields(f[3]) {
			if i, ours := strings.CutPrefix(i, module+"/"); ours {
				p.imports = append(p.imports, i)
			}
		}
		for _, name := range strings.Fields(f[2]) {
			file, err := parser.ParseFile(fset, filepath.Join(f[1], name), nil, parser.SkipObjectResolution)
			if err != nil {
				return tree{}, err
			}
			p.source = append(p.source, file)
		}
		own[path] = p
	}
	if len(own) < 15 {
		return tree{}, fmt.Errorf("go list: only %d packages of ours", len(own))
	}
	return tree{own, fset}, nil
})

// layers says what of ours a package may import; a package that is not listed
// is an error, so that a new one finds its place here.
var layers = map[string][]string{
	"core/vec":    {"core/cpu"},
	"core/rng":    {"core/cpu", "core/vec"},
	"core/optim":  {"core/cpu", "core/vec"},
	"core/cpu":    {},
	"core/blas":   {"core/cpu"},
	"core/tape":   {"core/blas", "core/cpu", "core/vec"},
	"core/dist":   {"core/blas", "core/tape", "core/vec"},
	"core/lasso":  {"core/blas", "core/vec"},
	"core/linalg": {"core/vec"},
	"stats":       {},
	"suites":      {},
	"store":       {"suites"},
	"report":      {"store", "suites", "stats"},
	"diff":        {"store", "suites"},
	"vi":          {"core/"},
	"vi/vitest":   {"core/", "vi"},
	"compare":     {"store", "suites", "stats"},

	"vi/vitest/internal/mutants": {"core/", "vi", "vi/vitest"},

	"estimators":    {"core/", "vi"},
	"models":        {"core/", "vi"},
	"datasets":      {"core/", "vi"},
	"datasets/pull": {"datasets"},
	"metrics":       {"core/", "vi"},
	"gate":          {"report", "stats", "store", "suites"},
	"runner":        {"core/", "vi", "estimators", "models", "datasets", "metrics", "stats", "suites", "store"},
	"speed":         {"core/", "vi", "estimators", "models", "datasets"},
	"cmd/bench/cli": {"core/", "vi", "vi/vitest", "estimators", "models", "datasets", "metrics", "stats", "suites", "store", "runner", "report", "speed", "diff", "compare", "datasets/pull", "gate"},
	"cmd/bench":     {"cmd/bench/cli"},

	"datasets/small/gen": {"core/", "datasets", "vi"},
}

func TestImports(t *testing.T) {
	own, _ := packages(t)
	for path, p := range own {
		may, listed := layers[path]
		if !listed {
			t.Errorf("package %s has no place in the layers", path)
		}
		for _, i := range p.imports {
			if !slices.ContainsFunc(may, func(m string) bool { return m == i || strings.HasSuffix(m, "/") && strings.HasPrefix(i, m) }) {
				t.Errorf("%s imports %s; may import %v", path, i, may)
			}
		}
	}
	for path := range layers {
		if own[path] == nil {
			t.Errorf("there is no package %s", path)
		}
	}
}

// homonyms are estimators whose names are words of other packages too: metrics have an elbo
// and an iwae of their own, of which report writes; score, relax, enumerate, gibbs and denoise are capabilities
// of models, and a likelihood is a setting of theirs; laplace is a law of latents; and vitest has the targets that cards name, some by the word of an estimator.
func homonyms() map[string][]string {
	out := map[string][]string{"vi": {"score", "relax", "enumerate", "gibbs", "denoise"}, "models": {"likelihood", "laplace"}, "datasets": {"laplace"}}
	for _, m := range metrics.All() {
		out["metrics"] = append(out["metrics"], m.Name())
	}
	out["report"] = out["metrics"] // which it says in words
	out["vi/vitest"] = vitest.Targets()
	out["vi/vitest/internal/mutants"] = out["vi/vitest"]
	return out
}

// Nothing outside estimators knows an estimator: of the package, others use only
// its list and its text, and no string holds the name of one. (speed times
// estimators as a suite would: it is handed their names, by itself.)
func TestNobodyKnowsAnEstimator(t *testing.T) {
	own, fset := packages(t)
	var cards []string
	for _, e := range estimators.All() {
		cards = append(cards, e.Card().Name)
	}
	users := 0
	for path, p := range own {
		if path == "estimators" || path == "speed" {
			continue
		}
		exempt := homonyms()[path]
		for _, f := range p.source {
			local := importName(f, module+"/estimators")
			ast.Inspect(f, func(n ast.Node) bool {
				switch v := n.(type) {
				case *ast.SelectorExpr:
					x, ok := v.X.(*ast.Ident)
					if !ok || local == "" || x.Name != local {
						break
					}
					users++
					if v.Sel.Name != "All" && v.Sel.Name != "Source" {
						t.Errorf("%s: uses estimators.%s; only All and Source are for others", fset.Position(v.Pos()), v.Sel.Name)
					}
				case *ast.BasicLit:
					if v.Kind != token.STRING {
						break
					}
					s, err := strconv.Unquote(v.Value)
					if err != nil {
						t.Fatal(err)
					}
					name, _, _ := strings.Cut(s, "@")
					if slices.Contains(cards, name) && !slices.Contains(exempt, name) {
						t.Errorf("%s: names the estimator %q", fset.Position(v.Pos()), name)
					}
				}
				return true
			})
			if local == "." || local == "_" {
				t.Errorf("%s imports estimators as %q", fset.Position(f.Pos()), local)
			}
		}
	}
	if users == 0 {
		t.Error("nobody lists the estimators: the test looks in the wrong place")
	}
}

// importName is what a file calls an import, "" if it has none.
func importName(f *ast.File, path string) string {
	for _, i := range f.Imports {
		if i.Path.Value == strconv.Quote(path) {
			if i.Name != nil {
				return i.Name.Name
			}
			return path[strings.LastIndex(path, "/")+1:]
		}
	}
	return ""
}

// Random numbers come from core/rng alone.
func TestNoOtherRandomness(t *testing.T) {
	own, fset := packages(t)
	for _, p := range own {
		for _, f := range p.source {
			for _, i := range f.Imports {
				if path, _ := strconv.Unquote(i.Path.Value); strings.HasPrefix(path, "math/rand") || path == "crypto/rand" {
					t.Errorf("%s: imports %s", fset.Position(i.Pos()), path)
				}
			}
		}
	}
}

// numeric are the packages whose numbers are a cell's: they must come out the
// same on every machine. metrics make numbers too, and may use math where they print.
var numeric = []string{"core/vec", "core/rng", "core/optim", "core/blas", "core/tape", "core/dist", "core/lasso", "core/linalg", "vi", "models", "datasets", "estimators"}

// exact are the functions of math that round correctly by IEEE 754, or do not
// round: the same bits on every machine.
var exact = map[string]bool{
	"Sqrt": true, "FMA": true, "Abs": true, "Floor": true, "Ceil": true, "Trunc": true, "RoundToEven": true, "Round": true,
	"Inf": true, "NaN": true, "IsNaN": true, "IsInf": true, "Signbit": true, "Copysign": true, "Max": true, "Min": true,
	"Float64bits": true, "Float64frombits": true, "Float32bits": true, "Float32frombits": true,
}

// exported is what the compiler wrote about each package that numeric code needs:
// a file, by import path. (Of those alone: the others include SQLite.)
func exported(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.Command("go", slices.Concat([]string{"list", "-deps", "-export", "-f", "{{.ImportPath}}|{{.Export}}"}, folders())...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "|")
		files[path] = file
	}
	return files
}

// folders are the numeric packages and metrics, as arguments of the go command.
func folders() (out []string) {
	for _, path := range append(slices.Clone(numeric), "metrics") {
		out = append(out, "./"+path)
	}
	return out
}

// checked is a package with its types.
func checked(t *testing.T, p *pkg, fset *token.FileSet, exports map[string]string) *types.Info {
	t.Helper()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	if _, err := (&types.Config{Importer: imports}).Check(module+"/"+p.path, fset, p.source, info); err != nil {
		t.Fatal(err)
	}
	return info
}

// Numbers of a cell hold no function of math that changes with the machine, and
// no sum with a bare product in it, which a compiler may round once or twice.
func TestSameNumbersOnEveryMachine(t *testing.T) {
	own, fset := packages(t)
	exports := exported(t)
	for _, path := range append(slices.Clone(numeric), "metrics") {
		p := own[path]
		info := checked(t, p, fset, exports)
		for _, f := range p.source {
			if path != "metrics" {
				for _, b := range foreign(f, info) {
					t.Errorf("%s: uses math.%s", fset.Position(b.Pos()), b.(*ast.Ident).Name)
				}
			}
			for _, b := range fusible(f, info) {
				t.Errorf("%s: adds a product that is not converted", fset.Position(b.Pos()))
			}
		}
	}
}

// foreign are the uses of functions of math that are not exact, and of math/cmplx.
func foreign(f *ast.File, info *types.Info) (found []ast.Node) {
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if fn, ok := info.Uses[id].(*types.Func); ok && fn.Pkg() != nil {
				if from := fn.Pkg().Path(); from == "math" && !exact[fn.Name()] || from == "math/cmplx" {
					found = append(found, id)
				}
			}
		}
		return true
	})
	return found
}

// fusible are the sums and differences with a bare product of floats as an
// operand, unless a factor is a constant power of two: such a product is exact.
func fusible(f *ast.File, info *types.Info) (found []ast.Node) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.BinaryExpr:
			if (v.Op == token.ADD || v.Op == token.SUB) && (product(v.X, info) || product(v.Y, info)) {
				found = append(found, v)
			}
		case *ast.AssignStmt:
			if (v.Tok == token.ADD_ASSIGN || v.Tok == token.SUB_ASSIGN) && product(v.Rhs[0], info) {
				found = append(found, v)
			}
		}
		return true
	})
	return found
}

func product(e ast.Expr, info *types.Info) bool {
	for {
		switch v := e.(type) {
		case *ast.ParenExpr:
			e = v.X
			continue
		case *ast.UnaryExpr:
			e = v.X
			continue
		case *ast.BinaryExpr:
			tv := info.Types[v]
			return v.Op == token.MUL && tv.Value == nil && isFloat(tv.Type) && !powerOfTwo(v.X, info) && !powerOfTwo(v.Y, info)
		}
		return false
	}
}

func powerOfTwo(e ast.Expr, info *types.Info) bool {
	v := info.Types[e].Value
	if v == nil {
		return false
	}
	x, _ := constant.Float64Val(constant.ToFloat(v))
	return x-x == 0 && new(big.Float).SetFloat64(x).MinPrec() == 1
}

// isFloat tells floats and type parameters, which in number code are always floats.
func isFloat(t types.Type) bool {
	if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}

// The two rules find what they are for.
func TestBreachesAreSeen(t *testing.T) {
	const src = `package p
import (m "math"; "math/cmplx")
func f[T float32 | float64](x, y, z T) T { z += x * y; return z - (x * y) }
func g(x, y float64) float64 { return m.Exp(x) + float64(x*y) - -(y * x) + m.Sqrt(x) + m.Pi }
func h(i, j int, x float64) float64 { i += i*j; x -= 0.5 * x; return float64(i) + 2*x + 3*x + cmplx.Abs(0) }
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	if _, err := (&types.Config{Importer: importer.ForCompiler(fset, "source", nil)}).Check("p", fset, []*ast.File{f}, info); err != nil {
		t.Fatal(err)
	}
	if got := len(foreign(f, info)); got != 2 {
		t.Errorf("%d functions of math that are not exact; want 2", got)
	}
	if got := len(fusible(f, info)); got != 4 {
		t.Errorf("%d fusible sums; want 4", got)
	}
}

// The compiler's own word: where it may fuse, the numeric packages and metrics
// hold no fused instruction. A product may also be fused across an assignment,
// which no reading of single expressions shows. For arm64 it only compiles; amd64
// fuses less, from GOAMD64=v3 on, and is looked at where the tests themselves are
// built so.
func TestCompilerFusesNothing(t *testing.T) {
	t.Run("arm64", func(t *testing.T) {
		if testing.Short() {
			t.Skip("builds the standard library for arm64")
		}
		listing := compiled(t, "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
		fusesNothing(t, listing, "FMULD", "FMADD", "FMSUB", "FNMADD", "FNMSUB")
	})
	t.Run("amd64", func(t *testing.T) {
		level := amd64Level()
		if level < "v3" {
			t.Skipf("built for GOAMD64=%q; run with GOAMD64=v3", level)
		}
		fusesNothing(t, compiled(t, "GOAMD64="+level), "MULSD", "VFMADD", "VFMSUB", "VFNM")
	})
}

// amd64Level is the level of instructions that this test is built for.
func amd64Level() string {
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "GOAMD64" {
				return s.Value
			}
		}
	}
	return ""
}

// compiled is the compiler's listing of the numeric packages and metrics.
func compiled(t *testing.T, environment ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"build", "-gcflags=-S"}, folders()...)...)
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out[max(0, len(out)-2000):])
	}
	return string(out)
}

// fusesNothing looks for instructions in a listing in which there are products.
func fusesNothing(t *testing.T, listing, product string, fused ...string) {
	t.Helper()
	if !strings.Contains(listing, "\t"+product+"\t") {
		t.Fatal("the listing holds no product at all: the test looks in the wrong place")
	}
	for line := range strings.Lines(listing) {
		if slices.ContainsFunc(fused, func(op string) bool { return strings.Contains(line, "\t"+op) }) && !asked(line) {
			t.Errorf("%s", strings.TrimSpace(line))
		}
	}
}

// asked says whether the source line behind a line of the listing calls math.FMA.
func asked(listing string) bool {
	_, at, ok := strings.Cut(listing, "(")
	at, _, ok2 := strings.Cut(at, ")")
	file, number, ok3 := strings.Cut(at, ":")
	n, err := strconv.Atoi(number)
	text, err2 := os.ReadFile(file)
	if !ok || !ok2 || !ok3 || err != nil || err2 != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return n >= 1 && n <= len(lines) && strings.Contains(lines[n-1], "math.FMA(")
}
