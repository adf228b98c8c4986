// Package gate is the regression gate: it holds the numbers of a suite's preset gate
// against a baseline, a small file that is committed beside the code.
//
//	ring 0   a cell of the same identity has the same bits
//	ring 1   the exact mathematics of the estimators and models in use
//	ring 2   of cells whose identity has changed, primary metrics are no worse,
//	         by the two-stage test of stats.Gate, and claims that held still hold
//
// Only ring 2 rests on chance. Its second stage reads seeds that nothing has read
// before, once: a result that one does not like cannot be drawn again.
package gate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// Version is that of the baseline file's format. Version 1, which is read as well, had
// neither the tests of primary metrics nor what became of reserved seeds.
const Version = 2

const kind = "bench baseline"

// mostBytes is far above any real baseline.
const mostBytes = 64 << 20

// A Baseline is what suites' gates gave at one time, one record a suite.
type Baseline struct{ Suites []*Record }

// A Record is what one suite gave: enough to see a changed bit, and to compare primary
// metrics seed by seed.
type Record struct {
	Suite    string   `json:"suite"`
	File     string   `json:"file"`   // by which the suite is found again
	Preset   string   `json:"preset"` // gate
	Plan     string   `json:"plan"`   // digest of the identities of the first stage's cells
	Revision string   `json:"revision"`
	Go       string   `json:"go"`
	Machine  string   `json:"machine"` // linux/amd64, numeric kernel; recorded, and no part of any bit
	Reserved Reserved `json:"reserved"`
	Claims   []Claim  `json:"claims"`
	Configs  []Config `json:"configs"`
}

// A Claim is a claim of the suite and its verdict then.
type Claim struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict"`
}

// A Config is a configuration, everything of a cell but its seed, with its cells: those of
// the suite's seeds, and where it has primary metrics those of the reserved seeds. Primary
// are the tests of these: a change is not judged by a test that it has relaxed itself.
type Config struct {
	Config  string `json:"config"`
	Primary []Rule `json:"primary"`
	Cells   []Cell `json:"cells"`
}

// A Cell is one cell's end.
type Cell struct {
	Seed    int               `json:"seed"`
	ID      string            `json:"id"`
	Outcome store.Outcome     `json:"outcome"`
	Digest  string            `json:"digest"` // of all its numbers; see Digest
	Values  map[string]Number `json:"values"` // of primary metrics
}

// A Number is written so that it reads back to the same bits, NaN and infinities as text.
type Number float64

func (x Number) MarshalJSON() ([]byte, error) {
	v := float64(x)
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		text = strconv.Quote(text)
	}
	return []byte(text), nil
}

func (x *Number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("got %s; want a number", b)
	}
	*x = Number(v)
	return nil
}

// Find is the record of a suite; nil if there is none.
func (b *Baseline) Find(suite string) *Record {
	i := slices.IndexFunc(b.Suites, func(r *Record) bool { return r.Suite == suite })
	if i < 0 {
		return nil
	}
	return b.Suites[i]
}

// Names are the suites that there are records of.
func (b *Baseline) Names() []string {
	var out []string
	for _, r := range b.Suites {
		out = append(out, r.Suite)
	}
	return out
}

// Put adds a record, in place of the suite's last one.
func (b *Baseline) Put(r *Record) {
	b.Suites = slices.DeleteFunc(b.Suites, func(old *Record) bool { return old.Suite == r.Suite })
	b.Suites = append(b.Suites, r)
	slices.SortFunc(b.Suites, func(a, b *Record) int { return strings.Compare(a.Suite, b.Suite) })
}

// Encode is the baseline's file: JSON with one line a cell, so that a diff shows which
// cells have changed, and a checksum a record.
func (b *Baseline) Encode() []byte { return b.encode(Version) }

func (b *Baseline) encode(version int) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"format\": %s,\n  \"version\": %d,\n  \"suites\": [", text(kind), version)
	for i, r := range b.Suites {
		body := r.encode(version)
		fmt.Fprintf(&out, "%s\n    {\n%s      \"sum\": %s\n    }", comma(i), body, text(sum(body)))
	}
	out.WriteString(end(len(b.Suites), "  ") + "\n}\n")
	return out.Bytes()
}

func (r *Record) encode(version int) []byte {
	var out bytes.Buffer
	field := func(name string, v any) { fmt.Fprintf(&out, "      %s: %s,\n", text(name), text(v)) }
	field("suite", r.Suite)
	field("file", r.File)
	field("preset", r.Preset)
	field("plan", r.Plan)
	field("revision", r.Revision)
	field("go", r.Go)
	field("machine", r.Machine)
	if version == 1 {
		field("reserved", struct {
			From  int    `json:"from"`
			Spent string `json:"spent"`
		}{r.Reserved.From, r.Reserved.Spent})
	} else {
		field("reserved", r.Reserved)
	}
	out.WriteString("      \"claims\": [")
	for i, c := range r.Claims {
		fmt.Fprintf(&out, "%s\n        %s", comma(i), text(c))
	}
	out.WriteString(end(len(r.Claims), "      ") + ",\n      \"configs\": [")
	for i, c := range r.Configs {
		fmt.Fprintf(&out, "%s\n        {\"config\": %s, ", comma(i), text(c.Config))
		if version > 1 {
			fmt.Fprintf(&out, "\"primary\": %s, ", text(append([]Rule{}, c.Primary...)))
		}
		out.WriteString("\"cells\": [")
		for j, cell := range c.Cells {
			fmt.Fprintf(&out, "%s\n          %s", comma(j), text(cell))
		}
		out.WriteString(end(len(c.Cells), "        ") + "}")
	}
	out.WriteString(end(len(r.Configs), "      ") + ",\n")
	return out.Bytes()
}

// text is a value as JSON in one line; maps have their keys sorted.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // nothing here can fail: names are text, and numbers are Numbers
		panic(err)
	}
	return string(b)
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func end(n int, indent string) string {
	if n == 0 {
		return "]"
	}
	return "\n" + indent + "]"
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// Decode reads a baseline's file. Anything that Encode would not have written is an
// error: a newer version, a file cut off, a digit changed.
func Decode(b []byte) (*Baseline, error) {
	if len(b) > mostBytes {
		return nil, fmt.Errorf("file too large, got %d bytes; want at most %d", len(b), mostBytes)
	}
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) // as git may check it out
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && strings.Contains(err.Error(), "unexpected end") {
			return nil, fmt.Errorf("cut off after %d bytes", len(b))
		}
		return nil, fmt.Errorf("no baseline: %w", err)
	}
	switch {
	case head.Format != kind:
		return nil, fmt.Errorf("no baseline: format, got %q; want %q", head.Format, kind)
	case head.Version > Version:
		return nil, fmt.Errorf("version, got %d; this bench reads up to %d: it was written by a newer one", head.Version, Version)
	case head.Version < 1:
		return nil, fmt.Errorf("version, got %d; have 1 to %d", head.Version, Version)
	}
	var file struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
		Suites  []struct {
			Record
			Sum string `json:"sum"`
		} `json:"suites"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, err
	}
	out := &Baseline{}
	for i := range file.Suites {
		s := &file.Suites[i]
		if got := sum(s.Record.encode(head.Version)); got != s.Sum {
			return nil, fmt.Errorf("suite %q: checksum, got %.12s; have %.12s: the file was damaged or edited", s.Suite, got, s.Sum)
		}
		if out.Find(s.Suite) != nil {
			return nil, fmt.Errorf("suite %q twice", s.Suite)
		}
		out.Suites = append(out.Suites, &s.Record)
	}
	if !bytes.Equal(out.encode(head.Version), b) {
		return nil, errors.New("not as bench writes it: the file was damaged or edited")
	}
	for _, r := range out.Suites {
		if head.Version == 1 {
			r.Reserved.Next = r.Reserved.next()
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("suite %q: %w", r.Suite, err)
		}
	}
	return out, nil
}

// Read is Decode of all that r has.
func Read(r io.Reader) (*Baseline, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, err
	}
	return Decode(b)
}

// check holds what the types do not.
func (r *Record) check() error {
	last := r.Reserved.From + suites.FreshSeeds - 1
	if from := r.Reserved.From; from != 0 && (from < suites.FirstReserved || last > suites.LastReserved) {
		return fmt.Errorf("reserved seeds from %d; have %d..%d", from, suites.FirstReserved, suites.LastReserved)
	}
	if next := r.Reserved.Next; next < suites.FirstReserved || next > suites.LastReserved+1 || r.Reserved.From > 0 && next <= last {
		return fmt.Errorf("reserved seeds: next, got %d; want one of %d..%d beyond those drawn", next, suites.FirstReserved, suites.LastReserved+1)
	}
	if r.Reserved.From == 0 && r.Reserved.Spent != "" || r.Reserved.Spent == "" && len(r.Reserved.Red) > 0 {
		return errors.New("reserved seeds: spent though none are drawn, or red though none are spent")
	}
	if r.Preset != suites.GatePreset {
		return fmt.Errorf("preset %q; want %q", r.Preset, suites.GatePreset)
	}
	configs, ids := map[string]bool{}, map[string]bool{}
	for _, c := range r.Configs {
		if configs[c.Config] {
			return fmt.Errorf("configuration %q twice", c.Config)
		}
		configs[c.Config] = true
		for i, p := range c.Primary {
			if err := p.check(); err != nil {
				return fmt.Errorf("%s: %w", c.Config, err)
			}
			if slices.ContainsFunc(c.Primary[:i], func(q Rule) bool { return q.Metric == p.Metric }) {
				return fmt.Errorf("%s: primary %q twice", c.Config, p.Metric)
			}
		}
		for i, cell := range c.Cells {
			where := fmt.Sprintf("%s seed %d", c.Config, cell.Seed)
			switch {
			case i > 0 && cell.Seed <= c.Cells[i-1].Seed:
				return fmt.Errorf("%s: seeds are not in order", where)
			case cell.Seed < 0, cell.Seed >= suites.FirstReserved && (r.Reserved.From == 0 || cell.Seed < r.Reserved.From || cell.Seed > last):
				return fmt.Errorf("%s: neither a seed of suites nor one of its reserved ones", where)
			case ids[cell.ID]:
				return fmt.Errorf("%s: identity %.12s twice", where, cell.ID)
			case !hexadecimal(cell.ID, 64), !hexadecimal(cell.Digest, 32):
				return fmt.Errorf("%s: id and digest, got %q and %q; want 64 and 32 digits", where, cell.ID, cell.Digest)
			case !ended(cell.Outcome):
				return fmt.Errorf("%s: outcome, got %q; have done, diverged, refused", where, cell.Outcome)
			}
			ids[cell.ID] = true
		}
	}
	for i, x := range r.Reserved.Red {
		if !configs[x.Config] || slices.Contains(r.Reserved.Red[:i], x) {
			return fmt.Errorf("red, got %s of %q; want each of the configurations once", x.Metric, x.Config)
		}
	}
	return nil
}

func hexadecimal(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

// ended says whether an outcome is a result.
func ended(o store.Outcome) bool {
	return o == store.Done || o == store.Diverged || o == store.Refused
}

// seeds are those of the first stage and those that are reserved, of a configuration.
func (c Config) stages() (first, fresh []Cell) {
	i, _ := slices.BinarySearchFunc(c.Cells, suites.FirstReserved, func(c Cell, seed int) int { return cmp.Compare(c.Seed, seed) })
	return c.Cells[:i], c.Cells[i:]
}

// PlanDigest names a set of cells by their identities, in any order: what a cache of
// their numbers may go by.
func PlanDigest(cells []suites.Cell) string {
	ids := make([]string, len(cells))
	for i, c := range cells {
		ids[i] = c.ID
	}
	slices.Sort(ids)
	return sum([]byte(strings.Join(ids, "\n")))[:32]
}
