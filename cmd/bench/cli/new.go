package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
)

// own are the templates of a module with an estimator.
//
//go:embed own/*.tmpl
var own embed.FS

func (a *app) new() *cobra.Command {
	c := &cobra.Command{
		Use:   "new",
		Short: "a module of your own to start from",
		Args:  none,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var dir, checkout string
	e := &cobra.Command{
		Use:   "estimator NAME",
		Short: "a module with one estimator, its test, a suite and a main",
		Long: `New estimator writes a module of your own: one file with an estimator, a test
that holds it to what its card declares, a suite against baselines, and a main
that makes the whole command of it. The module is built against the clone of
bench that this command was built from, or that you stand in, or of --bench.`,
		Example: `  bench new estimator tempered
  cd tempered && go test . && go build . && ./tempered run tempered.yaml`,
		Args: one("NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			if dir == "" {
				dir = args[0]
			}
			return a.newEstimator(args[0], dir, checkout)
		},
	}
	e.Flags().StringVar(&dir, "dir", "", "folder to write to, new or empty (default: NAME)")
	e.Flags().StringVar(&checkout, "bench", "", "folder of the clone of bench to build against")
	e.MarkFlagDirname("dir")
	e.MarkFlagDirname("bench")
	c.AddCommand(e)
	return c
}

// module is what the templates are filled with.
type module struct {
	Name, Type, Module string
	Go                 string   // version of the language
	Home, Checkout     string   // path of bench's module, and where it is
	Requires           []string // what bench requires, so that nothing is looked up
}

// named are the names that an estimator and its files may have.
var named = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (a *app) newEstimator(name, dir, checkout string) error {
	switch {
	case !named.MatchString(name):
		return fmt.Errorf("bench new estimator: got name %q; want letters and digits of which a Go type can be named, with hyphens between words: my-estimator", name)
	case name == "main":
		return fmt.Errorf("bench new estimator: got name %q; main.go is the file of the command", name)
	case slices.Contains(a.estimatorNames(), name):
		return fmt.Errorf("bench new estimator: the name %q is taken; bench explain %s has that one", name, name)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("bench new estimator: folder %s is not empty, it has %s; give another by --dir", dir, entries[0].Name())
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("bench new estimator: %w", err)
	}
	checkout, err := findCheckout(checkout)
	if err != nil {
		return err
	}
	m := module{Name: name, Type: camel(name), Module: "example.org/" + name, Home: home}
	if m.Go, m.Requires, err = required(checkout); err != nil {
		return fmt.Errorf("bench new estimator: %w", err)
	}
	if m.Checkout, err = seenFrom(dir, checkout); err != nil {
		return fmt.Errorf("bench new estimator: %w", err)
	}
	files := [][2]string{
		{"go.mod", "go.mod.tmpl"}, {name + ".go", "estimator.go.tmpl"}, {name + "_test.go", "estimator_test.go.tmpl"},
		{"main.go", "main.go.tmpl"}, {name + ".yaml", "suite.yaml.tmpl"},
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("bench new estimator: %w", err)
	}
	for _, f := range files {
		t, err := template.ParseFS(own, "own/"+f[1])
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, m); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f[0]), text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("bench new estimator: %w", err)
		}
	}
	sums, err := os.ReadFile(filepath.Join(checkout, "go.sum"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
	}
	if err != nil {
		return fmt.Errorf("bench new estimator: %w", err)
	}
	_, err = fmt.Fprintf(a.out, `%[1]s/%[2]s.go is your estimator; beside it are its test, a suite and a main. Next:

  cd %[1]s
  go test .                    # does it do what its card says?
  go build .
  ./%[2]s conform %[2]s
  ./%[2]s run %[2]s.yaml
`, dir, name)
	return err
}

// camel is my-estimator as MyEstimator.
func camel(name string) string {
	out := ""
	for w := range strings.SplitSeq(name, "-") {
		out += strings.ToUpper(w[:1]) + w[1:]
	}
	return out
}

// findCheckout is the clone of bench given; else the one at or above the working
// directory; else the one that this command was built from.
func findCheckout(given string) (string, error) {
	if given != "" {
		if !isCheckout(given) {
			return "", fmt.Errorf("bench new estimator: --bench: %s is no clone of bench: no go.mod of %s there", given, home)
		}
		return filepath.Abs(given)
	}
	at, err := os.Getwd()
	for err == nil {
		if isCheckout(at) {
			return at, nil
		}
		above := filepath.Dir(at)
		if above == at {
			break
		}
		at = above
	}
	built := ""
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) { // relative or none with -trimpath
		if built = filepath.Join(filepath.Dir(file), "..", "..", ".."); isCheckout(built) {
			return built, nil
		}
	}
	if built != "" {
		return "", fmt.Errorf("bench new estimator: no clone of bench at or above this folder, nor at %s, where this command was built; give one by --bench", built)
	}
	return "", errors.New("bench new estimator: no clone of bench at or above this folder, and this command does not know where it was built; give one by --bench")
}

func isCheckout(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	first, _, _ := strings.Cut(string(text), "\n")
	return err == nil && strings.TrimSpace(first) == "module "+home
}

// required is a checkout's language version and the modules it requires.
func required(checkout string) (version string, modules []string, err error) {
	text, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if err != nil {
		return "", nil, err
	}
	within := false
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " //")
		v, is := strings.CutPrefix(line, "go ")
		switch {
		case is:
			version = v
		case line == "require (":
			within = true
		case line == ")":
			within = false
		case within && line != "":
			modules = append(modules, line)
		}
	}
	if version == "" {
		return "", nil, fmt.Errorf("%s: no language version", filepath.Join(checkout, "go.mod"))
	}
	return version, modules, nil
}

// seenFrom is the checkout as a go.mod in dir names it: by the way from there if
// they are neighbours, which may move together, else in full.
func seenFrom(dir, checkout string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	path := checkout
	if rel, err := filepath.Rel(dir, checkout); err == nil && strings.Count(rel, "..") <= 2 {
		path = filepath.ToSlash(rel)
	}
	if strings.ContainsAny(path, " \t\"'`()[]{},") {
		path = strconv.Quote(path)
	}
	return path, nil
}
