package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

func (a *app) conform() *cobra.Command {
	var all, asJSON bool
	names, about := vitest.Checks()
	checks := ""
	for i, n := range names {
		checks += fmt.Sprintf("  %-12s %s\n", n, about[i])
	}
	c := &cobra.Command{
		Use:   "conform NAME...",
		Short: "prove that estimators do what their cards say",
		Long: `Conform runs estimators on small problems with exact means (oracles) and holds
them against what their cards declare: targets, bias, needs. An estimator of your
own is checked like those that come with bench. Checks:

` + checks + `
A check passes, fails, is open (it could not have seen a difference that matters)
or idle (there is nothing to check). Exit status 1 if one fails.`,
		Example: `  bench conform dreg
  bench conform --all
  bench conform vimco --json`,
		Args: func(c *cobra.Command, args []string) error {
			if all {
				return none(c, args)
			}
			return some("NAME, or --all")(c, args)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.estimatorNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if all {
				args = a.estimatorNames()
			}
			return a.conformAll(args, asJSON)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "every estimator there is")
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}

func (a *app) estimatorNames() []string {
	var out []string
	for _, e := range a.parts.Estimators {
		out = append(out, e.Card().Name)
	}
	slices.Sort(out)
	return out
}

func (a *app) conformAll(names []string, asJSON bool) error {
	var list []vi.Estimator
	for _, name := range names {
		i := slices.IndexFunc(a.parts.Estimators, func(e vi.Estimator) bool { return e.Card().Name == name })
		if i < 0 {
			return fmt.Errorf("bench conform: unknown estimator, got %q%s; bench list has all", name, meant(name, a.estimatorNames()))
		}
		list = append(list, a.parts.Estimators[i])
	}
	opts := []vitest.Option{vitest.On(a.oracles...)}
	if len(list) == 1 {
		opts = append(opts, vitest.Nodes(manyNodes))
	}
	var reports []vitest.Report
	ok := true
	for _, e := range list {
		r := vitest.Check(e, opts...)
		reports, ok = append(reports, r), ok && r.OK()
	}
	var err error
	if asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(map[string]any{"estimators": reports})
	} else {
		err = a.conformText(reports)
	}
	if err == nil && !ok {
		return exit{status: unheld}
	}
	return err
}

// conformText is a row an estimator and oracle, and what fails in full; of a single
// estimator, every check.
func (a *app) conformText(reports []vitest.Report) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "ESTIMATOR\tORACLE\tERROR\tSLOPE\tZ\tLIMIT\tSEES\tVERDICT\n")
	for _, r := range reports {
		for _, o := range r.Oracles() {
			row := [5]string{"-", "-", "-", "-", "-"}
			for _, x := range r.On(o) {
				if e := x.Exact; e != nil {
					row[0], row[1] = fmt.Sprintf("%.1e", e.Error), fmt.Sprintf("%.6g", e.Slope)
				}
				if d := x.Draws; d != nil {
					row[2], row[3], row[4] = fmt.Sprintf("%.2f", d.Z), fmt.Sprintf("%.2f", d.Limit), fmt.Sprintf("%.1g", d.Detectable)
				}
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Estimator, dash(o), strings.Join(row[:], "\t"), verdict(r.On(o)))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(reports) == 1 {
		fmt.Fprintln(a.out)
		for _, x := range reports[0].Results {
			fmt.Fprintf(t, "%s\t%s\t%s", x.Check, dash(x.Oracle), x.Verdict)
			if x.Note != "" {
				fmt.Fprintf(t, "\t%s", x.Note)
			}
			fmt.Fprintln(t)
		}
		return t.Flush()
	}
	for _, r := range reports {
		for _, x := range r.Failed() {
			fmt.Fprintf(a.out, "\n%s: %s\n", r.Estimator, x)
		}
	}
	return nil
}

// verdict of an oracle's checks together, with those that it is for.
func verdict(results []vitest.Result) string {
	for _, v := range []vitest.Verdict{vitest.Fails, vitest.Open} {
		var by []string
		for _, x := range results {
			if x.Verdict == v {
				by = append(by, x.Check)
			}
		}
		if len(by) > 0 {
			return fmt.Sprintf("%s: %s", v, list(by))
		}
	}
	return string(vitest.Passes)
}

// manyNodes is for one who asks about a single estimator: exact means that take longer than the
// kit's second each, as of a learned control variate on two bits.
const manyNodes = 120000

// fewNodes keeps explain's share of the kit below a second: it is estimates in all, of a tenth
// of a millisecond the dearest.
const fewNodes = 7000

// conforms says how an estimator's exact means compare with what it declares.
func (a *app) conforms(e vi.Estimator) string {
	r := vitest.Check(e, vitest.On(a.oracles...), vitest.Brief(fewNodes), vitest.Only("exact", "bias"))
	more := fmt.Sprintf("; bench conform %s checks all", r.Estimator)
	if failed := r.Failed(); len(failed) > 0 {
		return "no: " + failed[0].String() + more
	}
	means, worst, on := 0, 0.0, []string{}
	for _, x := range r.Results {
		if x.Exact != nil {
			means, worst, on = means+x.Exact.Means, max(worst, x.Exact.Error), append(on, x.Oracle)
		}
	}
	if means == 0 {
		return fmt.Sprintf("no exact mean at hand; bench conform %s", r.Estimator)
	}
	return fmt.Sprintf("yes: %d exact means on %s within %.1e of the target%s", means, list(on), worst, more)
}
