package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/compare"
	"github.com/vibench/bench/report"
	"github.com/vibench/bench/store"
)

var reportFormats = []string{"html", "json", "md", "tex", "csv"}

// reporting is what the flags of report say.
type reporting struct {
	suite, preset, format, file string
	compare, against, assets    string
	watch, open                 bool
}

func (a *app) report() *cobra.Command {
	var r reporting
	c := &cobra.Command{
		Use:   "report STORE...",
		Short: "verdicts, leaderboards, figures and coverage of stores",
		Long: `Report reads stores and nothing else. HTML is one file that asks nothing of any
host; without -o it stands beside the store under its name, a.html for a.db,
a+b.html for two stores and a-paper.html for preset paper. The other formats go
to stdout. Stores of one suite, such as the shares of several machines, make one
report; other suites follow each other on the page.`,
		Example: `  bench report results/iwae_snr.db --open
  bench report here.db there.db -o both.html
  bench report results/iwae_snr.db --watch
  bench report results/iwae_snr.db --compare dreg --against iwae
  bench report results/iwae_snr.db --format tex -o tables.tex
  bench report results/iwae_snr.db --assets figures`,
		Args: some("STORE"),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("against") && r.compare == "" {
				return fmt.Errorf("bench report: --against: got %s without --compare; want the estimator to compare, as in --compare NAME --against %s", r.against, r.against)
			}
			return a.reportStores(c.Context(), args, r)
		},
	}
	f := c.Flags()
	f.StringVar(&r.suite, "suite", "", "suite, where a store has several (default: the one run last)")
	f.StringVar(&r.preset, "preset", "", "preset of the suite (default: the one run last)")
	f.StringVar(&r.format, "format", "html", "html, json, md, tex (booktabs) or csv")
	f.StringVarP(&r.file, "output", "o", "", "file to write; - is stdout")
	f.StringVar(&r.compare, "compare", "", "a table of this estimator against others, as bench compare makes it")
	f.StringVar(&r.against, "against", baselines, "with --compare: estimators, separated by commas, or baselines")
	f.StringVar(&r.assets, "assets", "", "folder for every figure as PDF, SVG and CSV")
	f.BoolVar(&r.watch, "watch", false, "write the page again whenever cells end, until all have")
	f.BoolVar(&r.open, "open", false, "show the page in a browser")
	c.MarkFlagDirname("assets")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(reportFormats, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("preset", completePresets)
	return c
}

func (a *app) reportStores(ctx context.Context, paths []string, r reporting) error {
	if err := choice("bench report: --format", r.format, reportFormats); err != nil {
		return err
	}
	for _, flag := range []struct {
		name string
		on   bool
	}{{"--open", r.open}, {"--watch", r.watch}} {
		if flag.on && (r.format != "html" || r.file == "-") {
			return fmt.Errorf("bench report: %s: is for an HTML page in a file", flag.name)
		}
	}
	if err := hasFolder(r.file); err != nil {
		return err
	}
	if r.assets != "" {
		if r.watch {
			return fmt.Errorf("bench report: --assets: is for a page written once, not with --watch")
		}
		if info, err := os.Stat(r.assets); err == nil && !info.IsDir() {
			return fmt.Errorf("bench report: --assets: %s is a file; want a folder, or the name of a new one", r.assets)
		}
	}
	var stores []*store.Store
	for i, path := range paths {
		for _, before := range paths[:i] {
			if same(path, before) {
				return fmt.Errorf("bench report: %s: given twice", path)
			}
		}
		st, err := store.OpenRead(path)
		if err != nil {
			return err
		}
		defer st.Close()
		stores = append(stores, st)
	}
	page, err := a.page(stores, r)
	if err != nil {
		return err
	}
	if r.format == "html" && r.file == "" {
		r.file = pageOf(paths, page.Reports[0].Preset)
	}
	if err := a.writePage(page, stores, r); err != nil {
		return err
	}
	if r.file != "" && r.file != "-" {
		if _, err := fmt.Fprintf(a.out, "report %s\n", r.file); err != nil {
			return err
		}
	}
	if r.assets != "" {
		if err := a.writeAssets(page, r); err != nil {
			return err
		}
	}
	if r.open {
		if err := show(r.file); err != nil {
			return err
		}
	}
	if r.watch {
		return a.watch(ctx, page, stores, r)
	}
	return nil
}

// pageOf is the page of stores where none is named: beside the first one, under the names of
// all and of a preset that is not the usual one.
func pageOf(paths []string, preset string) string {
	const most = 3
	var names []string
	for _, path := range paths[:min(len(paths), most)] {
		base := filepath.Base(path)
		names = append(names, strings.TrimSuffix(base, filepath.Ext(base)))
	}
	if more := len(paths) - most; more > 0 {
		names = append(names, strconv.Itoa(more))
	}
	name := strings.Join(names, "+")
	if preset != "quick" && preset != name {
		name += "-" + preset
	}
	return filepath.Join(filepath.Dir(paths[0]), name+".html")
}

// page reads the stores as they stand.
func (a *app) page(stores []*store.Store, r reporting) (report.Page, error) {
	page, err := report.Gather(stores, r.suite, r.preset)
	for _, one := range page.Reports {
		one.Better = a.better()
	}
	page.Live = r.watch && !complete(page)
	if err == nil && r.compare != "" {
		err = a.beside(page, stores, r)
	}
	return page, err
}

// beside puts a comparison on the page of one store.
func (a *app) beside(page report.Page, stores []*store.Store, r reporting) error {
	if len(stores) > 1 || len(page.Reports) > 1 {
		return fmt.Errorf("bench report: --compare: got %d stores; want one", len(stores))
	}
	one := page.Reports[0]
	plan, err := stores[0].Plan(one.Suite, one.Preset)
	if err != nil {
		return err
	}
	against, err := a.sides(r.against)
	if err != nil {
		return err
	}
	side, others, err := sidesOf(r.compare, against, plan.Cells)
	if err != nil {
		return err
	}
	options := compare.Options{Better: a.direction, Unit: a.unit}
	t, err := a.tableIn(stores[0], plan, side, others, comparing{Options: options})
	if err != nil {
		return err
	}
	c := report.Compared{
		Title: t.A + " against " + t.B,
		Note:  fmt.Sprintf("a is %s, b %s: a - b, or a / b where the metric is seen as logs, paired by seed, %s; p adjusted over the table.", t.A, t.B, t.View),
		Notes: slices.Concat(t.Warnings, t.PooledLines(), t.NoteLines(), t.LeftOut),
	}
	for _, head := range t.Columns() {
		c.Heads = append(c.Heads, report.Head{Name: head, Num: !slices.Contains([]string{"metric", "b", "where", "says"}, head)})
	}
	for _, row := range t.Rows {
		c.Rows = append(c.Rows, t.Cells(row, t.A, row.B))
	}
	one.Compared = append(one.Compared, c)
	return nil
}

// better is which way metrics are better, by their names.
func (a *app) better() map[string]string {
	better := map[string]string{}
	for _, m := range a.parts.Metrics {
		better[m.Name()] = m.Better()
	}
	return better
}

func (a *app) writePage(page report.Page, stores []*store.Store, r reporting) error {
	for _, st := range stores[1:] {
		if r.file != "" && same(r.file, st.Path()) {
			return fmt.Errorf("%s: is a store itself; want another file", r.file)
		}
	}
	print := map[string]func(io.Writer) error{"html": page.HTML, "json": page.JSON, "md": page.Markdown, "tex": page.TeX, "csv": page.CSV}[r.format]
	return a.write(r.file, stores[0], print)
}

// writeAssets writes the figures, each file whole or not at all, and says which.
func (a *app) writeAssets(page report.Page, r reporting) error {
	assets, err := page.Assets()
	if err != nil {
		return err
	}
	said := a.out
	if r.file == "" || r.file == "-" {
		said = a.err // the page is on stdout
	}
	text := "no figures: no file written\n"
	for i, f := range assets {
		var kinds []string
		for _, kind := range f.Files {
			file := filepath.Join(r.assets, f.Name+kind.Ext)
			if err := replace(file, kind.Content); err != nil {
				return fmt.Errorf("%s: cannot be written: %w", file, reason(err))
			}
			kinds = append(kinds, kind.Ext)
		}
		if i == 0 {
			text = ""
		}
		text += fmt.Sprintln("figure", filepath.Join(r.assets, f.Name), strings.Join(kinds, " "))
	}
	_, err = io.WriteString(said, text) // once all is written: who reads may leave
	return err
}

// complete says whether no cell is left to run.
func complete(page report.Page) bool {
	for _, r := range page.Reports {
		if r.Coverage.Missing+r.Coverage.Interrupted > 0 {
			return false
		}
	}
	return true
}

const watchEvery = 2 * time.Second

// watch writes the page again when the stores have changed, until every cell has ended or a
// signal comes. The last page no longer asks to be read again.
func (a *app) watch(ctx context.Context, page report.Page, stores []*store.Store, r reporting) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	was, err := progressOf(stores)
	if err != nil {
		return err
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for page.Live {
		select {
		case <-ctx.Done():
			r.watch = false
		case <-tick.C:
		}
		now, err := progressOf(stores)
		if err != nil {
			return err
		}
		if now == was && r.watch {
			continue
		}
		was = now
		if page, err = a.page(stores, r); err != nil {
			return err
		}
		if err := a.writePage(page, stores, r); err != nil {
			return err
		}
		done, planned := 0, 0
		for _, one := range page.Reports {
			done += one.Coverage.Planned - one.Coverage.Missing - one.Coverage.Interrupted
			planned += one.Coverage.Planned
		}
		fmt.Fprintf(a.out, "report %s: %d of %s\n", r.file, done, count(planned, "cell"))
	}
	return nil
}

// progressOf changes when a store's plans or outcomes do.
func progressOf(stores []*store.Store) (string, error) {
	text := ""
	for _, st := range stores {
		plans, err := st.Plans()
		if err != nil {
			return "", err
		}
		text += fmt.Sprintln(plans) // maps print sorted
	}
	return text, nil
}

// show opens a file as the system does.
func show(file string) error {
	command := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	if err := exec.Command(command[0], append(command[1:], file)...).Start(); err != nil {
		return fmt.Errorf("bench report: --open: %w; the page is %s", err, file)
	}
	return nil
}
