package estimators_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

var update = flag.Bool("update", false, "write testdata/directions.golden")

// The bits of every estimator's direction, on the toy and on networks, in both
// precisions. They may change only with a numeric version; a compiler that fuses
// a multiply-add, or a routine that differs by machine, changes them too, which
// is why this test also runs at GOAMD64=v3.
func TestGoldenDirections(t *testing.T) {
	var got strings.Builder
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		for name, on := range map[string]*vi.Work{
			"toy": toy(t, prec, 3, 4, 0.4), "vae": vae(t, prec),
			"sbn": sbn(t, prec, nets["bits"]), "categories": sbn(t, prec, nets["categories"]), "sbn2": sbn(t, prec, nets["two layers"]),
			"halves": halves(t, prec, predictions["bits"]), "halves2": halves(t, prec, predictions["two layers"]), "m2": classifier(t, prec, 3, 3),
		} {
			for _, e := range estimators.All() {
				if vi.Fit(e.Card(), on.Model.Sheet(), on.Data.Shape()) != nil {
					continue
				}
				w, h := with(t, on, e), sha256.New()
				for r := range 3 {
					d := estimate(w, e, r)
					h.Write(d.Gen.Ascend.Bits())
					h.Write(d.Inf.Ascend.Bits())
					h.Write(d.Own.Ascend.Bits())
				}
				fmt.Fprintf(&got, "%s %s %s %x\n", name, prec, e.Card().Name, h.Sum(nil)[:12])
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(got.String()), "\n")
	lines = append(lines, fmt.Sprintf("core version %d", tape.Version)) // raised with any of them
	text := strings.Join(sorted(lines), "\n") + "\n"
	const file = "testdata/directions.golden"
	if *update {
		if old, err := os.ReadFile(file); err == nil {
			raised(t, string(old), lines)
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(want)), "\n") {
		if have := sorted(lines); i >= len(have) || have[i] != line {
			t.Errorf("want %s", line)
		}
	}
	if n := strings.Count(string(want), "\n"); n != len(lines) {
		t.Errorf("got %d directions; the golden file has %d", len(lines), n)
	}
}

// raised fails where bits that the file has are others now and the core's version
// is the same: a store's old cells would be taken for new ones.
func raised(t *testing.T, old string, lines []string) {
	now := map[string]string{}
	for _, l := range lines {
		at := strings.LastIndex(l, " ")
		now[l[:at]] = l[at:]
	}
	changed := ""
	for _, l := range strings.Split(strings.TrimSpace(old), "\n") {
		at := strings.LastIndex(l, " ")
		if is, ok := now[l[:at]]; ok && is != l[at:] {
			if l[:at] == "core version" {
				return
			}
			changed = l[:at]
		}
	}
	if changed != "" {
		t.Fatalf("the directions of %s are others now: raise tape.Version first", changed)
	}
}

func sorted(x []string) []string {
	out := slices.Clone(x)
	slices.Sort(out)
	return out
}
