package gate

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// one is a small file with everything in it.
func one(t testing.TB) *Baseline {
	r := baseline(t)
	r.Configs[0].Cells = append(r.Configs[0].Cells[:2:2], r.Configs[0].Cells[12])
	r.Configs = r.Configs[:1]
	r.Configs[0].Cells[0].Values = map[string]Number{"m": 0.1, "a": Number(math.NaN()), "b": Number(math.Inf(-1)), "c": Number(math.Copysign(0, -1)), "d": 1e-300}
	return &Baseline{Suites: []*Record{r}}
}

func TestRoundTrip(t *testing.T) {
	for name, b := range map[string]*Baseline{"empty": {}, "one": one(t), "two": func() *Baseline {
		b, other := one(t), *baseline(t)
		other.Suite = "another <b>&amp;\"suite\u2028"
		b.Put(&other)
		return b
	}()} {
		text := b.Encode()
		back, err := Decode(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		bits := cmp.Comparer(func(a, b Number) bool { return math.Float64bits(float64(a)) == math.Float64bits(float64(b)) })
		if d := cmp.Diff(b, back, bits, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if _, err := Decode(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
			t.Errorf("%s: as git checks out on other systems: %v", name, err)
		}
	}
}

// A cell is a line.
func TestLines(t *testing.T) {
	was, r := baseline(t), baseline(t)
	r.Configs[0].Cells[5].Values["m"] = 7
	a, b := strings.Split(string((&Baseline{Suites: []*Record{was}}).Encode()), "\n"), strings.Split(string((&Baseline{Suites: []*Record{r}}).Encode()), "\n")
	changed := 0
	for i := range a {
		if a[i] != b[i] {
			changed++
		}
	}
	if len(a) != len(b) || changed != 2 { // the cell and the sum
		t.Errorf("%d lines of %d change for one cell", changed, len(a))
	}
}

// Every bit that flips and every byte that is missing is seen.
func TestDamage(t *testing.T) {
	good := one(t).Encode()
	for i := range good {
		if _, err := Decode(good[:i]); err == nil {
			t.Fatalf("cut off after %d bytes of %d", i, len(good))
		}
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, err := Decode(bad); err == nil {
				t.Fatalf("bit %d of byte %d (%q) flips, and it is taken", bit, i, good[max(0, i-20):i+1])
			}
		}
	}
}

func TestBadBaselines(t *testing.T) {
	good := string(one(t).Encode())
	replace := func(old, new string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	with := func(f func(*Record)) string {
		b := one(t)
		f(b.Suites[0])
		return string(b.Encode())
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "cut off after 0 bytes"},
		"half":             {good[:len(good)/2], "cut off after"},
		"another file":     {`{"events": []}`, `format, got ""`},
		"no JSON":          {"suite: x", "no baseline"},
		"newer":            {replace(`"version": 2`, `"version": 3`), "written by a newer one"},
		"older":            {replace(`"version": 2`, `"version": 0`), "version, got 0"},
		"an unknown field": {replace(`"suite":`, `"sweet": 1, "suite":`), "sweet"},
		"an edit":          {replace(`"m":0.1`, `"m":0.2`), "checksum"},
		"other spaces":     {replace(`"version": 2`, `"version":  2`), "not as bench writes it"},
		"deep":             {strings.Repeat("[", 1<<20), "no baseline"},
		"a huge number":    {replace(`"seed":0`, `"seed":99999999999999999999`), "seed"},
		"a huge value":     {replace(`"m":0.1`, `"m":1e999`), "number"},
		"megabytes":        {strings.Repeat(" ", mostBytes+1), "too large"},
		"a reserved seed":  {with(func(r *Record) { r.Configs[0].Cells[2].Seed = 2024 }), "reserved"},
		"beyond the range": {with(func(r *Record) { r.Reserved.From = 9990 }), "have 2000..9999"},
		"seeds disordered": {with(func(r *Record) { r.Configs[0].Cells[1].Seed = 0 }), "not in order"},
		"identity twice":   {with(func(r *Record) { r.Configs[0].Cells[1].ID = r.Configs[0].Cells[0].ID }), "twice"},
		"no identity":      {with(func(r *Record) { r.Configs[0].Cells[1].ID = "x" }), "digits"},
		"an outcome":       {with(func(r *Record) { r.Configs[0].Cells[1].Outcome = "failed" }), "outcome"},
		"another preset":   {with(func(r *Record) { r.Preset = "quick" }), "preset"},
	} {
		if b, err := Decode([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || b != nil {
			t.Errorf("%s: got %v; want %q", name, err, c.want)
		}
	}
}

// FuzzBaseline: what Decode takes, Encode writes, byte for byte. Few texts have the right
// checksum, so each is taken for a record as well, and sealed.
func FuzzBaseline(f *testing.F) {
	f.Add((&Baseline{}).Encode())
	f.Add(one(f).Encode())
	f.Add((&Baseline{Suites: []*Record{baseline(f)}}).Encode())
	f.Add([]byte(`{"format": "bench baseline", "version": 1, "suites": [{"suite": "x", "sum": ""}]}`))
	f.Add([]byte(text(one(f).Suites[0])))
	f.Fuzz(func(t *testing.T, b []byte) {
		texts := [][]byte{b}
		var r Record
		if json.Unmarshal(b, &r) == nil {
			texts = append(texts, (&Baseline{Suites: []*Record{&r}}).Encode())
		}
		for _, b := range texts {
			got, err := Decode(b)
			if err != nil {
				if got != nil || err.Error() == "" {
					t.Fatalf("got %v and %v", got, err)
				}
				continue
			}
			want := bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
			var head struct{ Version int }
			if json.Unmarshal(b, &head) == nil && head.Version < Version { // an older file is written as a new one, which reads back the same
				again, err := Decode(got.Encode())
				if err != nil {
					t.Fatalf("what it makes of version %d cannot be read: %v", head.Version, err)
				}
				want = again.Encode()
			}
			if !bytes.Equal(got.Encode(), want) {
				t.Error("took a baseline that it would not write")
			}
		}
	})
}
