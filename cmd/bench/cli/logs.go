package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

func (a *app) logs() *cobra.Command {
	var asJSON bool
	var points int
	c := &cobra.Command{
		Use:   "logs CELL [STORE]",
		Short: "what happened to one cell: outcome, stack, settings, last points",
		Long: `Logs tells all that a store has of one cell: how it ended and why, the stack of a
panic, its settings, its last points, what it cost, its checkpoint, and the command
that runs it again. CELL is the beginning of its ID, as run and plan --json print
it. Without STORE, the stores in results are looked through.`,
		Example: `  bench logs 3f2a
  bench logs 3f2a9c0b1d4e results/iwae_snr.db`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return fmt.Errorf("%s: want a CELL and perhaps a STORE, got %s; see %s --help", c.CommandPath(), arguments(args), c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if points < 0 {
				return fmt.Errorf("bench logs: --points: got %d; need at least 0", points)
			}
			k, st, err := a.lookUp(args[0], args[1:])
			if err != nil {
				return err
			}
			defer st.Close()
			l, err := a.log(st, k)
			if err != nil {
				return err
			}
			if asJSON {
				return l.json(a.out)
			}
			return l.text(a.out, width(a.out), points)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines, with every point")
	c.Flags().IntVar(&points, "points", 3, "last points of each metric")
	return c
}

// lookUp finds a cell in the store named, else in those of the results folder.
func (a *app) lookUp(prefix string, named []string) (store.Kept, *store.Store, error) {
	paths := named
	if len(named) == 0 {
		found, err := filepath.Glob(filepath.Join("results", "*.db"))
		if err != nil || len(found) == 0 {
			return store.Kept{}, nil, fmt.Errorf("bench logs: no store in results; name one: bench logs CELL STORE")
		}
		paths = found
	}
	var at *store.Store
	var cell store.Kept
	var have []string
	fail := func(err error) (store.Kept, *store.Store, error) {
		if at != nil {
			at.Close()
		}
		return cell, nil, err
	}
	for _, path := range paths {
		st, err := store.OpenRead(path)
		if err != nil {
			if len(named) > 0 {
				return fail(err)
			}
			fmt.Fprintln(a.err, plain(err.Error())) // the cell may be in another
			continue
		}
		k, err := pick(st, prefix)
		if none, ok := err.(noCell); ok && len(named) == 0 {
			have = append(have, fmt.Sprintf("%s (%s)", path, count(none.of, "cell")))
			st.Close()
			continue
		}
		if err != nil {
			st.Close()
			return fail(err)
		}
		if at != nil {
			defer st.Close()
			return fail(fmt.Errorf("bench logs: %s is in several stores, got %s and %s; name one: bench logs %s STORE", prefix, at.Path(), st.Path(), prefix))
		}
		at, cell = st, k
	}
	if at == nil {
		return fail(fmt.Errorf("bench logs: no cell in any store of results, got %q; have %s", prefix, list(have)))
	}
	return cell, at, nil
}

// noCell says that a store has no cell whose ID begins so.
type noCell struct {
	store, prefix string
	of            int // cells that it has
	some          []string
}

func (e noCell) Error() string {
	if e.of == 0 {
		return fmt.Sprintf("%s: no cell, got %q; the store has none", e.store, e.prefix)
	}
	more := ""
	if e.of > len(e.some) {
		more = fmt.Sprintf(" and %d more (bench plan --json lists them)", e.of-len(e.some))
	}
	return fmt.Sprintf("%s: no cell, got %q; have %s%s", e.store, e.prefix, list(e.some), more)
}

// mostNamed is how many cells an error names.
const mostNamed = 8

// pick is the one cell of a store whose ID begins with prefix.
func pick(st *store.Store, prefix string) (store.Kept, error) {
	prefix = strings.ToLower(prefix)
	found, err := st.Cells(prefix)
	if err != nil {
		return store.Kept{}, err
	}
	if prefix != "" && len(found) == 1 {
		return found[0], nil
	}
	if len(found) == 0 {
		all, err := st.Cells("")
		if err != nil {
			return store.Kept{}, err
		}
		none := noCell{store: st.Path(), prefix: prefix, of: len(all)}
		for _, k := range all[:min(len(all), mostNamed)] {
			none.some = append(none.some, k.Short())
		}
		return store.Kept{}, none
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %q is the beginning of %s; want more of one of", st.Path(), prefix, count(len(found), "ID"))
	for i, k := range found {
		if i == mostNamed {
			fmt.Fprintf(&b, "\n  and %d more", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s, %s", k.Short(), ended(k.Outcome), k.Cell)
	}
	return store.Kept{}, fmt.Errorf("%s", b.String())
}

func ended(o store.Outcome) string {
	if o == "" {
		return "not ended"
	}
	return string(o)
}

// told is all that a store has of one cell.
type told struct {
	Kept       store.Kept
	Store      string
	Result     *store.Result // nil: it has not ended
	Run        store.Provenance
	Checkpoint *store.Checkpoint
	Plan       *suites.Plan // that names it; nil if none does any more
	Again      []string     // commands
}

func (a *app) log(st *store.Store, k store.Kept) (*told, error) {
	if k.Damage != nil {
		return nil, fmt.Errorf("%s: %w", st.Path(), k.Damage)
	}
	l := &told{Kept: k, Store: st.Path()}
	r, ok, err := st.Result(k.ID)
	if err != nil {
		return nil, err
	}
	if ok {
		l.Result = r
		if l.Run, _, err = st.RunOf(k.ID); err != nil {
			return nil, err
		}
	}
	saved, ok, err := st.Checkpoint(k.ID)
	if err != nil {
		return nil, err
	}
	if ok {
		l.Checkpoint = &saved
	}
	if len(k.Places) > 0 {
		if l.Plan, err = st.Plan(k.Places[0].Suite, k.Places[0].Preset); err != nil {
			return nil, err
		}
	}
	if l.Plan != nil && k.Outcome != store.Done {
		l.Again = append(l.Again, runAgain(l.Plan, k, st.Path()))
	}
	if k.Outcome == store.Done || k.Outcome == store.Diverged || k.Outcome == store.Refused {
		l.Again = append(l.Again, commandLine([]string{"verify", st.Path(), k.Short()}))
	}
	return l, nil
}

// runAgain is the command that runs a cell and no other of its plan, where labels can
// tell it from all others.
func runAgain(plan *suites.Plan, k store.Kept, path string) string {
	args := []string{"run", plan.File, "--preset", plan.Preset, "--store", path}
	for _, set := range plan.Set {
		args = append(args, "--set", set)
	}
	// Other seeds than the suite's may have been asked for, so --seeds and not a label.
	args = append(args, "--seeds", strconv.Itoa(k.Seed))
	var left []suites.Cell
	for _, c := range plan.Cells {
		if c.Seed == k.Seed && c.ID != k.ID {
			left = append(left, c)
		}
	}
	for len(left) > 0 { // the label first that tells it from most others
		best, rest := "", left
		for _, label := range k.Labels() {
			value, _ := k.Label(label)
			same := slices.DeleteFunc(slices.Clone(left), func(c suites.Cell) bool {
				other, ok := c.Label(label)
				return !ok || other != value
			})
			if len(same) < len(rest) {
				best, rest = label+"="+value, same
			}
		}
		if best == "" {
			break // no label does
		}
		args, left = append(args, "--only", best), rest
	}
	switch k.Outcome {
	case store.Failed:
		args = append(args, "--retry", "failed")
	case store.Diverged, store.Refused:
		args = append(args, "--retry", "all")
	}
	return commandLine(args)
}

// text prints a cell for people: nothing of it can command their terminal.
func (l *told) text(w io.Writer, width, points int) error {
	var b strings.Builder
	line := func(key, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", key, oneLine(fmt.Sprintf(format, args...)))
	}
	wrapped := func(key, text string) {
		for i, part := range fold(oneLine(text), max(width-12, leastWide)) {
			if i > 0 {
				key = ""
			}
			fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%-11s %s", key, part), " "))
		}
	}
	k, r := l.Kept, l.Result
	line("cell", "%s", k.ID)
	wrapped("name", k.Cell.String())
	if len(k.Places) == 0 {
		line("in", "no plan of the store any more")
	}
	for i, p := range k.Places {
		key := "in"
		if i > 0 {
			key = ""
		}
		grid := ""
		if p.Grid != "" {
			grid = ", grid " + p.Grid
		}
		line(key, "%s (%s)%s", p.Suite, p.Preset, grid)
	}
	line("store", "%s", l.Store)
	switch {
	case r == nil && l.Checkpoint == nil:
		line("outcome", "none: it has not ended")
	case r == nil:
		line("outcome", "none: it was interrupted, or is at work")
	default:
		at := ""
		if r.Outcome != store.Refused {
			at = fmt.Sprintf(" at step %d of %d", r.Step, k.Train.Steps)
		}
		line("outcome", "%s%s", r.Outcome, at)
		if r.Reason != "" {
			wrapped("reason", r.Reason)
		}
	}
	if l.Checkpoint == nil {
		line("checkpoint", "none")
	} else {
		line("checkpoint", "at step %d of %d, %d bytes: run goes on from there", l.Checkpoint.Step, k.Train.Steps, len(l.Checkpoint.Bits))
	}
	if r != nil {
		line("cost", "%s, %s, %s on worker %d", lasting(r.Cost.Wall), count(int(r.Steps), "training step"), count(int(r.Evals), "density evaluation"), r.Cost.Worker)
		began := "unknown"
		if !r.Cost.Start.IsZero() {
			began = r.Cost.Start.UTC().Format(time.RFC3339)
		}
		line("began", "%s", began)
		changed := ""
		if l.Run.Dirty {
			changed = " with changes"
		}
		wrapped("by", fmt.Sprintf("revision %s%s, %s %s/%s, kernel %s, %s", l.Run.Revision, changed, l.Run.Go, l.Run.OS, l.Run.Arch, l.Run.Kernel, l.Run.CPU))
		wrapped("command", l.Run.Command)
	}
	b.WriteString("\nsettings\n")
	for _, s := range k.Settings() {
		text := s.Value
		if m, ok := strings.CutPrefix(s.Name, "metric "); ok {
			s.Name, text = "metric", m
		}
		if s.Version > 0 {
			text += fmt.Sprintf(" (version %d)", s.Version)
		}
		for i, part := range fold(oneLine(text), max(width-24, leastWide)) {
			name := s.Name
			if i > 0 {
				name = ""
			}
			b.WriteString(strings.TrimRight(fmt.Sprintf("  %-21s %s", oneLine(name), part), " ") + "\n")
		}
	}
	if r != nil && points > 0 && len(r.Points) > 0 {
		b.WriteString("\nlast points\n")
		t := table{{"  metric", "step", "value"}}
		for _, p := range lastPoints(r.Points, points) {
			value := strconv.FormatFloat(p.Value, 'g', -1, 64)
			if p.Reason != "" {
				value = "none: " + oneLine(p.Reason)
			}
			t = append(t, []string{"  " + oneLine(p.Metric), strconv.Itoa(p.Step), value})
		}
		if err := t.write(&b, width); err != nil {
			return err
		}
	}
	if r != nil && r.Stack != "" {
		b.WriteString("\nstack\n")
		for part := range strings.Lines(r.Stack) {
			fmt.Fprintf(&b, "  %s\n", plain(strings.TrimRight(part, "\n")))
		}
	}
	if len(l.Again) > 0 {
		b.WriteString("\nagain\n")
		for _, command := range l.Again {
			fmt.Fprintf(&b, "  %s\n", oneLine(command))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// lastPoints are the last n of each metric; points are sorted by metric and step.
func lastPoints(points []store.Point, n int) (out []store.Point) {
	for i, p := range points {
		if i+n >= len(points) || points[i+n].Metric != p.Metric {
			out = append(out, p)
		}
	}
	return out
}

func (l *told) json(w io.Writer) error {
	type point struct {
		Metric string   `json:"metric"`
		Step   int      `json:"step"`
		Value  *float64 `json:"value"` // null: missing, or no finite number
		Text   string   `json:"text"`
		Evals  int64    `json:"evals"`
	}
	type cost struct {
		Start   time.Time `json:"start"`
		Seconds float64   `json:"seconds"`
		Worker  int       `json:"worker"`
		Steps   int64     `json:"steps"`
		Evals   int64     `json:"evals"`
	}
	type saved struct {
		Step  int `json:"step"`
		Bytes int `json:"bytes"`
	}
	out := struct {
		Cell       string            `json:"cell"`
		Name       string            `json:"name"`
		Store      string            `json:"store"`
		Places     []store.Place     `json:"places"`
		Outcome    store.Outcome     `json:"outcome"` // empty: not ended
		Step       int               `json:"step"`
		Reason     string            `json:"reason"`
		Stack      string            `json:"stack"`
		Spec       suites.Cell       `json:"spec"`
		Cost       *cost             `json:"cost"`
		Checkpoint *saved            `json:"checkpoint"`
		Run        *store.Provenance `json:"run"`
		Points     []point           `json:"points"`
		Again      []string          `json:"again"`
	}{Cell: l.Kept.ID, Name: l.Kept.String(), Store: l.Store, Places: l.Kept.Places, Spec: l.Kept.Cell, Again: l.Again, Points: []point{}}
	if r := l.Result; r != nil {
		out.Outcome, out.Step, out.Reason, out.Stack, out.Run = r.Outcome, r.Step, r.Reason, r.Stack, &l.Run
		out.Cost = &cost{r.Cost.Start, r.Cost.Wall.Seconds(), r.Cost.Worker, r.Steps, r.Evals}
		for _, p := range r.Points {
			x := point{Metric: p.Metric, Step: p.Step, Text: p.Reason, Evals: p.Evals}
			if p.Reason == "" {
				x.Text = strconv.FormatFloat(p.Value, 'g', -1, 64)
				if p.Value-p.Value == 0 {
					x.Value = &p.Value
				}
			}
			out.Points = append(out.Points, x)
		}
	}
	if l.Checkpoint != nil {
		out.Checkpoint = &saved{l.Checkpoint.Step, len(l.Checkpoint.Bits)}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
