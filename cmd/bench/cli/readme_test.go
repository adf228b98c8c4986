package cli_test

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// offline is how the go command says that it cannot ask for a module.
var offline = regexp.MustCompile(`lookup disabled|dial tcp|no such host|connection refused|i/o timeout`)

// What the README says of an estimator of one's own is typed as it stands: its
// files are written, its commands run.
func TestOwnModuleOfTheReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("links a whole command")
	}
	repository, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## An estimator of your own\n")
	section, _, _ = strings.Cut(section, "\n## ")

	dir := t.TempDir()
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(repository, filepath.Join(dir, "bench")); err != nil {
		t.Skip(err)
	}
	files := regexp.MustCompile("(?s)\n`([a-z.]+)`\n\n```[a-z]*\n(.*?)```\n").FindAllStringSubmatch(section, -1)
	if len(files) != 4 {
		t.Fatalf("%d files in the README's section; want 4", len(files))
	}
	for _, f := range files {
		if formatted, err := format.Source([]byte(f[2])); strings.HasSuffix(f[1], ".go") && (err != nil || string(formatted) != f[2]) {
			t.Errorf("%s: not as gofmt has it: %v\n%s", f[1], err, formatted)
		}
		if err := os.WriteFile(filepath.Join(own, f[1]), []byte(f[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said := ""
	commands := regexp.MustCompile(`(?m)^    ([./a-z].*)$`).FindAllStringSubmatch(section[strings.LastIndex(section, "```"):], -1)
	for _, c := range commands {
		words := strings.Fields(c[1])
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Dir = own
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "COLUMNS=100")
		out, err := cmd.CombinedOutput()
		if err != nil && offline.Match(out) {
			t.Skipf("a module of one's own looks up what bench requires: %s", out)
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", c[1], err, out)
		}
		said += string(out)
	}
	for _, want := range []string{
		"Tempered is IWAE with its weights raised to a power", "v = softmax(t log w)", "file    tempered.go",
		"\nM1     holds    0", "24 planned, 24 done",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in what the commands print:\n%s", want, said)
		}
	}
}
