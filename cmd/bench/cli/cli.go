// Package cli is the bench command. A module with parts of its own makes the
// same command of them:
//
//	//go:embed *.go
//	var source embed.FS
//
//	func main() { cli.Main(cli.WithEstimators(Mine{K: 8}), cli.WithSource(source)) }
//
// Results go to stdout; progress, failures and errors go to stderr.
package cli

import (
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/core/blas"
	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// An Option adds to what comes with bench.
type Option func(*app)

// WithEstimators adds estimators.
func WithEstimators(list ...vi.Estimator) Option {
	return func(a *app) { a.parts.Estimators = append(a.parts.Estimators, list...) }
}

// WithModels adds models.
func WithModels(list ...vi.Maker) Option {
	return func(a *app) { a.parts.Models = append(a.parts.Models, list...) }
}

// WithDatasets adds data sets.
func WithDatasets(list ...vi.Dataset) Option {
	return func(a *app) { a.parts.Datasets = append(a.parts.Datasets, list...) }
}

// WithOrigins adds real data that data pull fetches for data sets of one's own.
func WithOrigins(list ...datasets.Origin) Option {
	return func(a *app) { a.origins = append(a.origins, list...) }
}

// WithMetrics adds metrics.
func WithMetrics(list ...metrics.Metric) Option {
	return func(a *app) { a.parts.Metrics = append(a.parts.Metrics, list...) }
}

// WithOracles adds problems with exact means, on which conform checks estimators.
func WithOracles(list ...vitest.Oracle) Option {
	return func(a *app) { a.oracles = append(a.oracles, list...) }
}

// WithSource adds the text of packages that parts come from, so that explain
// quotes the comments of their types as it does those of bench's own. A package
// embeds itself by go:embed *.go.
func WithSource(list ...embed.FS) Option {
	return func(a *app) { a.sources = append(a.sources, list...) }
}

// Main runs the command line of this process and ends the process with its
// status: 0 done, 1 a claim that had to hold does not, an estimator does not
// conform, a file of data is not the right one or a check finds a regression, 2 usage,
// suite or store, 3 cells failed or missing, 4 bits differ, 130 interrupted.
func Main(opts ...Option) {
	os.Exit(Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, opts...))
}

// Run is Main for any arguments and outputs, and returns the status. While cells
// run, the first signal that interrupts the process does what the end of ctx
// does, and the second ends the process.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer, opts ...Option) int {
	a := &app{parts: runner.Builtin(), origins: datasets.Origins(), out: stdout, err: stderr, line: commandLine(args)}
	for _, o := range opts {
		o(a)
	}
	err := distinct(a.parts)
	if bad := cpu.Start(); err == nil && bad != nil {
		err = bad
	}
	blas.Use() // a model or an estimator may go through gonum
	if err == nil {
		root := a.root()
		root.SetArgs(args)
		err = root.ExecuteContext(ctx)
	}
	if err != nil && err.Error() != "" {
		fmt.Fprintln(stderr, plain(err.Error()))
	}
	return status(err)
}

// app is one run of the command.
type app struct {
	parts      runner.Parts
	oracles    []vitest.Oracle
	sources    []embed.FS // of parts that are not bench's own
	out, err   io.Writer
	line       string // the command line
	color      string // never, auto or always
	origins    []datasets.Origin
	dataDir    string // data directory given
	dataFolder string // data directory in use; empty if there is none
	damaged    []datasets.Damaged
}

// commandLine is the command as one could type it again.
func commandLine(args []string) string {
	line := "bench"
	for _, arg := range args {
		if arg == "" || strings.ContainsAny(arg, " \t\n\"'\\$`*?;&|<>(){}[]~#") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		line += " " + arg
	}
	return line
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "bench",
		Short: "run experiments on variational inference and test papers' claims",
		Long: `bench runs experiments on variational inference. A suite file states a grid of
cells and, before anything runs, the claims of papers; run fills a store with
numbers; report says which claims hold, with intervals.

Exit status: 0 done; 1 a claim that had to hold does not, an estimator does not
conform, a file of data is not the right one, or a check finds a regression; 2
usage, suite or store; 3 cells failed or missing; 4 bits differ; 130 interrupted.`,
		Example: `  bench run iwae_snr                  run what is missing, print verdicts
  bench plan iwae_snr                 what would run, and what it would cost
  bench report results/iwae_snr.db    one HTML page
  bench verify results/iwae_snr.db    run cells again, compare the bits
  bench logs 3f2a                     what happened to one cell
  bench compare A B --suite iwae_snr  two estimators, paired by seed
  bench explain iwae                  equation, parameters, paper
  bench data pull mnist               a real data set, checked`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return fmt.Errorf("bench: unknown command, got %q%s; have %s", args[0], meant(args[0], commandNames(c)), list(commandNames(c)))
		},
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := a.checkColor(); err != nil {
				return err
			}
			return a.useData()
		},
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colours: never, auto or always")
	root.PersistentFlags().StringVar(&a.dataDir, "data-dir", "", "folder of data sets in files (default: BENCH_DATA, else bench in the user's caches)")
	root.MarkPersistentFlagDirname("data-dir")
	root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"never", "auto", "always"}, cobra.ShellCompDirectiveNoFileComp))
	root.AddCommand(a.run(), a.plan(), a.report(), a.list(), a.explain(), a.conform(), a.new(), a.export(), a.schema(), a.version(), a.speed(), a.logs(), a.verify(), a.diff(), a.compare(), a.data(), a.check())
	fitHelp(root, width(a.out))
	return root
}

// distinct refuses two parts of one kind with the same name: a suite could not
// tell them apart.
func distinct(p runner.Parts) error {
	for _, kind := range kinds(p) {
		seen := map[string]bool{}
		for _, part := range kind.parts {
			if seen[part.name] {
				return fmt.Errorf("cli: %s %q: this name is taken; give yours another", kind.noun, part.name)
			}
			seen[part.name] = true
		}
	}
	return nil
}
