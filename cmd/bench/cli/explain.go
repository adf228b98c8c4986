package cli

import (
	"embed"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

func (a *app) explain() *cobra.Command {
	var yaml bool
	c := &cobra.Command{
		Use:   "explain NAME",
		Short: "equation, parameters and paper of a part; how a suite is written",
		Long: `Explain prints what an estimator, model, data set, metric or optimiser is: its
equation, parameters with defaults and limits, paper and needs; of a capability
that one needs (m-step, conjugate), what it is and who needs it. Of a suite it
prints what it is about, its presets, grids and claims; with --yaml its text as
it stands, to copy and edit. How a suite is written: explain suite (grid, log,
train, published), explain claims, and each kind of claim: explain slope.`,
		Example: `  bench explain dreg
  bench explain iwae_snr --yaml > mine.yaml
  bench explain suite
  bench explain claim slope`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 2 && args[0] == "claim" {
				return nil
			}
			return one("NAME")(c, args)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.names(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if yaml {
				return a.suiteText(args[0])
			}
			return a.explainName(strings.Join(args, " "))
		},
	}
	c.Flags().BoolVar(&yaml, "yaml", false, "the text of a suite, byte for byte")
	return c
}

// names of all parts, built-in suites and topics, sorted.
func (a *app) names() []string {
	out := append(suites.Names(), suites.Topics()...)
	for _, k := range kinds(a.parts) {
		for _, p := range k.parts {
			out = append(out, p.name)
		}
	}
	for _, c := range a.collections() {
		out = append(out, c.Name)
	}
	if caps, err := capabilities(); err == nil {
		out = slices.AppendSeq(out, maps.Keys(caps))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *app) suiteText(name string) error {
	if _, err := os.Stat(name); err != nil && name == "suite" {
		_, err := a.out.Write(suites.Example())
		return err
	}
	_, text, err := suites.Load(name)
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// explainName explains everything of a name: elbo is an estimator and a metric.
func (a *app) explainName(name string) error {
	plain, _, _ := strings.Cut(name, "@") // iwae@64
	found := 0
	for _, k := range kinds(a.parts) {
		for _, p := range k.parts {
			if p.name != plain {
				continue
			}
			if found++; found > 1 {
				fmt.Fprint(a.out, "\n\n")
			}
			if err := a.explainPart(k, p); err != nil {
				return err
			}
		}
	}
	caps, err := capabilities()
	if err != nil {
		return err
	}
	if says, ok := caps[name]; ok {
		if found++; found > 1 {
			fmt.Fprint(a.out, "\n\n")
		}
		if err := a.explainCapability(name, says); err != nil {
			return err
		}
	}
	if text, ok := suites.Describe(name); ok {
		if found++; found > 1 {
			fmt.Fprint(a.out, "\n\n")
		}
		if _, err := io.WriteString(a.out, text); err != nil {
			return err
		}
	}
	if i := slices.IndexFunc(a.collections(), func(c collection) bool { return c.Name == name }); found == 0 && i >= 0 {
		return a.explainCollection(a.collections()[i])
	}
	base := strings.TrimSuffix(path.Base(name), ".yaml")
	if _, err := os.Stat(name); found == 0 && (err == nil || slices.Contains(suites.Names(), base)) {
		return a.explainSuite(name)
	}
	if found == 0 {
		return fmt.Errorf("bench explain: unknown name, got %q%s; bench list has all parts and suites, bench explain suite how a suite is written", name, meant(plain, a.names()))
	}
	return nil
}

// explainCollection explains real data that are no data set by themselves.
func (a *app) explainCollection(c collection) error {
	if c.wrong != nil {
		return fmt.Errorf("bench explain: %s is damaged: %w", c.Name, c.wrong)
	}
	fmt.Fprintf(a.out, "%s (data)\n\nReal data that the data set %s reads; bench explain %s says how.\n\n", c.Name, c.dataset(), c.dataset())
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	facts := [][2]string{{"source", c.From}, {"licence", dash(c.Licence)}}
	switch c.Here {
	case isHere:
		facts = append(facts, [2]string{"from", "files in " + c.Folder})
	case isEmbedded:
		facts = append(facts, [2]string{"from", "embedded in this program"})
	}
	for _, f := range append(facts, c.pullFacts()...) {
		fmt.Fprintf(t, "%s\t%s\n", f[0], f[1])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "\nin a suite: %s\n", c.Suite)
	return err
}

// documented is what a part may say of itself where its text is not at hand.
type documented interface{ Doc() string }

// comment is the doc comment of a part's type and the file that has it: of a
// part of bench as a path in the repository, else as a path in its package.
func (a *app) comment(k kind, p part) (doc, file string, err error) {
	if d, ok := p.value.(documented); ok {
		return d.Doc(), "", nil
	}
	sources, folder := a.sources, ""
	if k.source != nil && p.typeOf().PkgPath() == path.Join(home, k.folder) {
		sources, folder = []embed.FS{*k.source}, k.folder
	}
	for _, s := range sources {
		doc, file, err = quote(s, p.typeOf().String())
		if err != nil {
			return "", "", fmt.Errorf("explain: %w", err)
		}
		if file != "" {
			return doc, path.Join(folder, file), nil
		}
	}
	return "", "", nil
}

func (a *app) explainPart(k kind, p part) error {
	w := a.out
	doc, file, err := a.comment(k, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s (%s)\n", p.name, k.noun)
	if doc = strings.TrimSpace(doc); doc != "" {
		fmt.Fprintf(w, "\n%s\n", reflow(doc, room(w)))
	}
	var facts [][2]string
	switch x := p.value.(type) {
	case vi.Estimator:
		c := x.Card()
		bias := "none: unbiased for the gradient of its target in the inference parameters"
		if c.Bias != "" {
			bias = c.Bias
		}
		target := c.Target + " (at the defaults)"
		if c.GenTarget != "" {
			target = fmt.Sprintf("%s; of the generative network %s (at the defaults)", c.Target, c.GenTarget)
		}
		facts = [][2]string{{"paper", c.Paper}, {"needs", dash(join(c.Needs))}, {"target", target}, {"bias", bias}}
		if c.LeastK > 1 {
			facts = append(facts, [2]string{"least k", strconv.Itoa(c.LeastK)})
		}
		facts = append(facts, [2]string{"conforms", a.conforms(x)})
	case vi.Dataset:
		s := x.Shape()
		facts = [][2]string{{"shape", fmt.Sprintf("%d x %d %s values (at the defaults)", s.N, s.D, s.Domain)}, {"from", originText(x)}}
		facts = append(facts, a.sourceFacts(x)...)
		if s, ok := x.(interface{ Sums() [][2]string }); ok {
			for _, file := range s.Sums() {
				kind, digits := datasets.SumKind(file[1])
				facts = append(facts, [2]string{kind, digits + "  " + file[0]})
			}
		}
	case metrics.Metric:
		facts = [][2]string{{"better", dash(x.Better())}, {"unit", dash(x.Unit())}, {"needs", dash(join(x.Needs()))}}
	}
	if file != "" {
		facts = append(facts, [2]string{"file", file})
	}
	return explainFacts(w, p, facts)
}

func explainFacts(w io.Writer, p part, facts [][2]string) error {
	if len(facts) > 0 {
		fmt.Fprintln(w)
		var t table
		for _, f := range facts {
			t = append(t, f[:])
		}
		if err := t.write(w, room(w)); err != nil {
			return err
		}
	}
	settings := vi.Settings(p.value)
	if len(settings) == 0 {
		_, err := fmt.Fprintf(w, "\nin a suite: %s\n", p.name)
		return err
	}
	fmt.Fprintln(w, "\nparameters")
	var t table
	short := []string{} // what must be given, or two to show the form
	for _, s := range settings {
		t = append(t, []string{"  " + s.Name, s.Kind.String(), limits(s), s.Doc})
		if s.Default == nil {
			short = append(short, s.Name+": "+value(s))
		}
	}
	for _, s := range settings[:min(2, len(settings))] {
		if s.Default != nil && len(short) < 2 {
			short = append(short, s.Name+": "+value(s))
		}
	}
	if err := t.write(w, room(w)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nin a suite: {%s: {%s}}\n", p.name, list(short))
	return err
}

func value(s vi.Setting) string {
	switch v := s.Default.(type) {
	case nil:
		return "..."
	case string:
		if v == "" {
			return `""`
		}
		return v
	case []int, []float64:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(s.Default)
}

// limits is default 64, at least 1, at most 9; default tanh, one of tanh or relu.
func limits(s vi.Setting) string {
	out := "default " + value(s)
	if s.Default == nil {
		out = "required"
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	if s.Min != nil {
		out += ", at least " + number(*s.Min)
	}
	if s.Max != nil {
		out += ", at most " + number(*s.Max)
	}
	if len(s.Choices) > 0 {
		out += ", one of " + list(s.Choices)
	}
	if s.Part != "" {
		out += ", the name of an " + s.Part
	}
	return out
}

func (a *app) explainSuite(name string) error {
	s, err := a.parse(name)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s (suite, %s)\n\n%s\n\npresets\n", s.Name, s.File, dash(s.About))
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, p := range s.Presets {
		is := p.Name
		if p.Name == s.Default {
			is += " (default)"
		}
		fmt.Fprintf(t, "  %s\t%s\n", is, p.About)
	}
	fmt.Fprintf(t, "\ngrids\n")
	seen := map[string]bool{}
	var tables []string
	var absent []suites.NotRun // of every preset
	for _, p := range s.Presets {
		plan, err := s.Plan(suites.Options{Preset: p.Name})
		if err != nil {
			return err
		}
		for _, g := range gridsOf(plan) {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", dash(g.name), p.Name, count(g.cells, "cell"), list(g.parts))
		}
		absent = plan.NotRun
		for _, c := range plan.Claims {
			seen[c.ID] = true
		}
		for _, b := range plan.Published {
			line := fmt.Sprintf("  %s beside %s of %s%s\n", count(len(b.Rows), "number"), b.Metric, b.Paper, after(": ", b.Table))
			if !slices.Contains(tables, line) {
				tables = append(tables, line)
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := a.explainClaims(s, seen); err != nil {
		return err
	}
	if len(tables) > 0 {
		fmt.Fprintf(a.out, "\npublished\n%s", strings.Join(tables, ""))
	}
	if len(absent) > 0 {
		fmt.Fprintf(a.out, "\nnot run\n%s", notRunText(absent, "  "))
	}
	return nil
}

// after is text behind a separator, nothing for nothing.
func after(sep, text string) string {
	if text == "" {
		return ""
	}
	return sep + text
}

// explainClaims prints each claim once, with the presets that test it.
func (a *app) explainClaims(s *suites.Suite, all map[string]bool) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(a.out, "\nno claims")
		return err
	}
	fmt.Fprintln(a.out, "\nclaims")
	for _, p := range s.Presets {
		plan, err := s.Plan(suites.Options{Preset: p.Name})
		if err != nil {
			return err
		}
		for _, c := range plan.Claims {
			if !all[c.ID] {
				continue
			}
			delete(all, c.ID)
			var tests []string
			for _, part := range c.Parts {
				if test := part.Kind + " of " + part.Metric; !slices.Contains(tests, test) {
					tests = append(tests, test)
				}
			}
			shown := ""
			if c.Report {
				shown = "; report only"
			}
			if _, err := fmt.Fprintf(a.out, "  %s  %s (%s): %s%s\n", c.ID, c.Says, c.Paper, list(tests), shown); err != nil {
				return err
			}
		}
	}
	return nil
}

type gridOf struct {
	name  string
	cells int
	parts []string // estimators, model, dataset
}

// gridsOf are the grids of a plan in its order, each with the names in it.
func gridsOf(p *suites.Plan) []gridOf {
	var out []gridOf
	for _, c := range p.Cells {
		i := slices.IndexFunc(out, func(g gridOf) bool { return g.name == c.Grid })
		if i < 0 {
			i = len(out)
			out = append(out, gridOf{name: c.Grid})
		}
		out[i].cells++
		for _, n := range []string{c.Estimator.Name, c.Model.Name, c.Dataset.Name} {
			if !slices.Contains(out[i].parts, n) {
				out[i].parts = append(out[i].parts, n)
			}
		}
	}
	return out
}
