package suites

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Wrong or hostile files end in a message, and soon.
func TestLimits(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString(small + "presets:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "  a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	var chain strings.Builder
	chain.WriteString(small + "presets:\n  a0: &a0 x\n")
	for i := 1; i < 5000; i++ {
		fmt.Fprintf(&chain, "  a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	grid := func(estimator, seed string) string {
		return "suite: s\ngrid: {estimator: " + estimator + ", model: vae, dataset: lineargaussian, seed: " + seed + "}\nlog: {metrics: elbo}\n"
	}
	count := strings.TrimSuffix(strings.Repeat("1,", 3000), ",")
	for name, c := range map[string]struct{ text, want string }{
		"ten megabytes":   {strings.Repeat("# comment\n", 1<<20), "file too large, got 10485760 bytes; want at most 4194304"},
		"many tokens":     {"a: [" + strings.Repeat("1,", 1<<20) + "]", "YAML tokens; want at most"},
		"alias bomb":      {bomb.String(), "more than 1000000 values once aliases are expanded"},
		"alias chain":     {chain.String(), "nested more than 100 deep"},
		"own alias":       {"suite: &a [*a]", "unknown alias *a"},
		"brackets":        {strings.Repeat("[", 1<<15), "nested more than 100 deep"},
		"dashes":          {strings.Repeat("- ", 1<<15), "nested more than 100 deep"},
		"colons":          {strings.Repeat("a: ", 1<<15), "nested more than 100 deep"},
		"anchors":         {strings.Repeat("&a ", 1<<15), "deep"},
		"many keys":       {strings.Repeat("abcd: 1\n", 15_000), "key \"abcd\" twice (first at line 1)"},
		"a million cells": {grid(fmt.Sprintf("[{ciwae: {k: [%s], beta: [%s]}}]", count, count), "0"), "ciwae: more than 1000000 combinations"},
		"cells by seeds":  {grid(fmt.Sprintf("[{iwae: {k: [%s]}}]", count), "0..999"), `grid "main" brings the suite to more than 1000000 cells`},
		"many problems":   {grid("["+strings.Repeat("nope, ", 5000)+"]", "0"), "more errors are not shown"},
		"huge number":     {grid("{iwae: {k: 1e300}}", "0"), "k: got 1e300; want at most 1000000"},
		"overflow":        {grid("{ciwae: {beta: 1e999}}", "0"), `beta: got "1e999"; want a number`},
		"infinity":        {grid("{ciwae: {beta: .inf}}", "0"), `beta: got ".inf"; want a number`},
		"huge seed":       {grid("iwae", "99999999999999999999"), "seed: got"},
		"null":            {"suite:\ngrid:\n", "suite: got nothing; want small letters"},
		"list":            {"- suite\n", "got a list; want a mapping"},
		"nul":             {"suite: a\x00b\n", "s.yaml:1"},
		"mapping key":     {"? {a: b}\n: c\n", "not YAML"},
		"merge of text":   {"suite: &a x\n<<: *a\n", "<< merges mappings, got \"x\""},
		"tab":             {"suite:\n\t- x\n", "s.yaml:2:1: not YAML"},
	} {
		start := time.Now()
		_, err := Parse("s.yaml", []byte(c.text), fake())
		var all *Errors
		if !errors.As(err, &all) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %.300v; want %s", name, err, c.want)
		}
		t.Logf("%s: %v", name, time.Since(start).Round(time.Millisecond))
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

// A large grid is planned, and soon.
func TestManyCells(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var k []string
	for i := range 200 {
		k = append(k, fmt.Sprint(i+1))
	}
	text := "suite: s\ngrid: {estimator: {iwae: {k: [" + strings.Join(k, ", ") + "]}}, model: vae, dataset: lineargaussian, seed: 0..999}\nlog: {metrics: elbo}\n" +
		"claims: [{id: a, paper: p, says: s, metric: elbo, level: {each: k, above: 0}}]\n"
	start := time.Now()
	p := plan(t, text, Options{})
	if len(p.Cells) != 200_000 || p.Claims[0].Seeds != 1000 {
		t.Errorf("got %d cells, %d seeds", len(p.Cells), p.Claims[0].Seeds)
	}
	t.Log(time.Since(start))
}

// A byte order mark and carriage returns change nothing, not even columns.
func TestLineEnds(t *testing.T) {
	text := "\uFEFF" + strings.ReplaceAll(strings.Replace(small, "iwae", "{iwae: {kk: 1}}", 1), "\n", "\r\n")
	_, err := Parse("s.yaml", []byte(text), fake())
	if err == nil || !strings.HasPrefix(err.Error(), "s.yaml:3:22: unknown key \"kk\"") || strings.Contains(err.Error(), "\r") {
		t.Errorf("got %q", err)
	}
	if plan(t, strings.ReplaceAll(small, "\n", "\r\n"), Options{}).Cells[0].ID != plan(t, small, Options{}).Cells[0].ID {
		t.Error("line ends change the ID")
	}
}

func TestWithoutEmits(t *testing.T) {
	cat := fake()
	cat.Emits = nil
	for metric, ok := range map[string]bool{"elbo": true, "snr/any/thing": true, "iwae@64": true, "iwae@63": false, "logpx": false} {
		text := strings.Replace(small, "[elbo]", "[elbo, snr, iwae@64]", 1) + "claims: [{id: a, paper: p, says: s, metric: " + metric + ", level: {above: 0}}]\n"
		if _, err := Parse("s.yaml", []byte(text), cat); (err == nil) != ok {
			t.Errorf("%s: got %v; want ok %t", metric, err, ok)
		}
	}
}

func TestProblemOfOthers(t *testing.T) {
	s := must(t, small)
	err := NewErrors([]Problem{s.Problem(4, 10, "does not fit"), s.Problem(3, 14, "nor this"), s.Problem(4, 10, "does not fit"), s.Problem(0, 0, "no place"), s.Problem(99, 1, "beyond")})
	want := "s.yaml: no place\ns.yaml:3:14: nor this\n     2 | grid:\n     3 |   estimator: iwae\n       |              ^\n" +
		"s.yaml:4:10: does not fit\n     3 |   estimator: iwae\n     4 |   model: lineargaussian\n       |          ^\ns.yaml:99:1: beyond\n4 errors"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if NewErrors(nil) != nil {
		t.Error("no problems are an error")
	}
}

// Whatever the text, Parse returns a suite that plans or an *Errors whose every
// problem lies inside the file.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{small, full, file, guarded + primaries, "", "? [a]\n: b", "a: &a\n  <<: *a", "suite: !!str\ngrid: |\n x"} {
		f.Add([]byte(s))
	}
	cat := fake()
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<12 {
			return
		}
		s, err := Parse("s.yaml", b, cat)
		if err != nil {
			var all *Errors
			if !errors.As(err, &all) || len(all.List) == 0 || s != nil {
				t.Fatalf("got %T %v", err, err)
			}
			return
		}
		for _, preset := range s.Presets {
			p, err := s.Plan(Options{Preset: preset.Name})
			if err != nil || len(p.Cells) == 0 {
				t.Fatalf("preset %s: %v", preset.Name, err)
			}
		}
	})
}
