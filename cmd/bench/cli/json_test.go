package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vibench/bench/cmd/bench/cli"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const jsonSuite = `suite: s
precision: float64
grid:
  - {name: toy, estimator: [{iwae: {k: [4, 8]}}, {dreg: {k: [4, 8]}}], model: lineargaussian, dataset: {lineargaussian: {dim: 2, n: 8, perturb: 0.05}}, seed: 0..3}
log: {metrics: [elbo, {gradvar: {r: 50}}]}
claims:
  - {id: A, paper: p, says: less, metric: gradvar/inf, better: {a: {estimator: dreg}, than: {estimator: iwae}, want: lower, scale: log, each: k}, published: {numbers: [1, 2], from: table 1}}
published:
  - {paper: p, metric: elbo, rows: [{over: {estimator: dreg, k: 4}, value: 1, from: d, reference: true}, {over: {estimator: iwae, k: 4}, value: 2, sd: 1, from: i}]}
`

// The names in what commands print for machines are a promise: testdata/json.golden has
// them all. They are objects on the outside, never lists, and one thing has one name
// wherever it stands; what may never come back is refused here.
func TestJSONNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"s.yaml": jsonSuite, "t.yaml": strings.Replace(jsonSuite, "0..3", "0..2", 1)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) []byte {
		t.Helper()
		var out, errs bytes.Buffer
		if status := cli.Run(context.Background(), args, &out, &errs); status != 0 {
			t.Fatalf("bench %s: status %d: %s%s", strings.Join(args, " "), status, &out, &errs)
		}
		return out.Bytes()
	}
	run("run", "s.yaml", "--store", "a.db")
	run("run", "t.yaml", "--store", "b.db")
	cell := regexp.MustCompile(`[0-9a-f]{64}`).FindString(string(run("export", "a.db")))

	golden := ""
	for _, command := range []string{
		"run s.yaml --store c.db --json", "plan s.yaml --store a.db --json", "logs CELL a.db --json", "verify a.db --sample 2 --json",
		"report a.db --format json", "report a.db b.db --format json",
		"compare dreg iwae a.db --format json", "compare a.db b.db --format json", "diff a.db b.db --json",
		"conform cavi --json", "list --json", "data list --json --data-dir .", "version --json", "export a.db --format jsonl",
	} {
		names := map[string]bool{}
		text := run(strings.Fields(strings.Replace(command, "CELL", cell, 1))...)
		for d := json.NewDecoder(bytes.NewReader(text)); ; {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v in\n%s", command, err, text)
			}
			if _, ok := v.(map[string]any); !ok {
				t.Errorf("%s: a %T on the outside; want an object", command, v)
			}
			namesIn(v, "", names)
		}
		golden += "bench " + command + "\n"
		for _, name := range sorted(names) {
			golden += "  " + name + "\n"
			last := name[strings.LastIndex(name, ".")+1:]
			if slices.Contains([]string{"interval", "low", "high", "cell_id"}, last) || last != strings.ToLower(last) {
				t.Errorf("%s: %s; ends of intervals are lo and hi, and names are in small letters", command, name)
			}
		}
	}
	file := filepath.Join(testdata, "json.golden")
	if *update {
		if err := os.WriteFile(file, []byte(golden), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), golden); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// keyed are objects whose names are data: modules, parameters, outcomes.
var keyed = []string{"modules", "data", "params", "states", "ended"}

// namesIn collects the paths of all names in a value; lists are [].
func namesIn(v any, path string, names map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			at := strings.TrimPrefix(path+"."+name, ".")
			names[at] = true
			if !slices.Contains(keyed, name) {
				namesIn(inner, at, names)
			}
		}
	case []any:
		for _, inner := range v {
			namesIn(inner, path+"[]", names)
		}
	}
}

func sorted(set map[string]bool) []string {
	var out []string
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// testdata is the folder, from wherever a test stands.
var testdata, _ = filepath.Abs("testdata")
