package cli_test

import (
	"bytes"
	"context"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vibench/bench/cmd/bench/cli"
)

// offline is how the go command says that it cannot ask for a module.
var offline = regexp.MustCompile(`lookup disabled|dial tcp|no such host|connection refused|i/o timeout`)

// What the README says of an estimator of one's own is typed as it stands: its
// commands run, and the estimator that it prints passes in place of the one written.
func TestOwnModuleOfTheReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("links a whole command")
	}
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## An estimator of your own\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if n := strings.Count(section, "\n"); n > 40 {
		t.Errorf("the section has %d lines; want at most 40", n)
	}
	dir, said := t.TempDir(), ""
	for _, c := range regexp.MustCompile(`(?m)^    ([./a-z][^#\n]*)`).FindAllStringSubmatch(section, -1) {
		switch words := strings.Fields(c[1]); words[0] {
		case "cd":
			dir = filepath.Join(dir, words[1])
		case "bench":
			var out bytes.Buffer
			if status := cli.Run(context.Background(), append(words[1:], "--dir", filepath.Join(dir, words[3])), &out, &out); status != 0 {
				t.Fatalf("%s: status %d: %s", c[1], status, &out)
			}
		default:
			said += inModule(t, dir, c[1])
		}
	}
	file := filepath.Join(dir, "root.go")
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(written), "\n// Card is")
	methods := regexp.MustCompile("(?s)```go\n(.*?)```\n").FindStringSubmatch(section)[1]
	changed := strings.Replace(head, `"fmt"`, "\"fmt\"\n\t\"math/cmplx\"", 1) + "\n" + methods
	if formatted, err := format.Source([]byte(changed)); err != nil || string(formatted) != changed {
		t.Errorf("not as gofmt has it: %v\n%s", err, formatted)
	}
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"go test -v .", "go build .", "./root conform root", "./root explain root"} {
		said += inModule(t, dir, c)
	}
	for _, want := range []string{
		"24 planned, 24 done", "\nC1     holds    0", "exact on gaussian passes", "Root is, as generated", "file      root.go",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in what the commands print:\n%s", want, said)
		}
	}
}
