package cli_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vibench/bench/cmd/bench/cli"
)

// A module as new estimator writes it is whole: it builds, passes its own test,
// and its estimator is in everything that the command prints.
func TestGeneratedModule(t *testing.T) {
	if testing.Short() {
		t.Skip("links a whole command")
	}
	dir := filepath.Join(t.TempDir(), "second")
	var out bytes.Buffer
	if status := cli.Run(context.Background(), []string{"new", "estimator", "second-try", "--dir", dir}, &out, &out); status != 0 {
		t.Fatalf("status %d: %s", status, &out)
	}
	for _, c := range []struct {
		command string
		want    []string // patterns
	}{
		{"gofmt -l .", []string{`^$`}},
		{"go vet .", nil},
		{"go test -v .", []string{`exact on gaussian passes`, `total on chain passes`, `(?m)^ok `}},
		{"go build .", nil},
		{"./second-try list", []string{`(?m)^second-try +none +path +iwae@64 +yes$`}},
		{"./second-try explain second-try", []string{`SecondTry is, as generated`, `v = softmax\(log w\)`, `(?m)^conforms +yes: `, `(?m)^file +second-try.go$`}},
		{"./second-try conform second-try", []string{`(?m)^second-try +gaussian .* passes$`, `(?m)^second-try +chain .* passes$`}},
		{"./second-try schema", []string{`"second-try"`}},
		{"./second-try run second-try.yaml --report own.html", []string{`24 planned, 24 done`, `(?m)^C1 +holds +0`}},
		{"./second-try report results/second-try.db --format md", []string{`second-try`}},
	} {
		said := inModule(t, dir, c.command)
		for _, p := range c.want {
			if !regexp.MustCompile(p).MatchString(said) {
				t.Errorf("%s: no %q in\n%s", c.command, p, said)
			}
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "own.html"))
	if err != nil || !bytes.Contains(page, []byte("second-try")) {
		t.Errorf("the report does not name the estimator: %v", err)
	}
}

// inModule runs a command in a module's folder and gives what it prints.
func inModule(t *testing.T, dir, command string) string {
	t.Helper()
	words := strings.Fields(command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "COLUMNS=100")
	out, err := cmd.CombinedOutput()
	if err != nil && offline.Match(out) {
		t.Skipf("a module of one's own looks up what bench requires: %s", out)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
