package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/datasets/pull"
	"github.com/vibench/bench/vi"
)

func (a *app) data() *cobra.Command {
	c := &cobra.Command{
		Use:   "data",
		Short: "real data: what there is, fetch it, check it, add your own",
		Long: `Real data lie in the data directory: that of --data-dir, else of BENCH_DATA, else
bench in the user's folder of caches. Nothing is fetched but by data pull.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return fmt.Errorf("bench data: unknown command, got %q%s; have %s", args[0], meant(args[0], commandNames(c)), list(commandNames(c)))
		},
	}
	c.AddCommand(a.dataList(), a.dataPull(), a.dataVerify(), a.dataImport(), a.dataPath())
	return c
}

// collection is real data as the commands show it; its JSON is the command's.
type collection struct {
	Name    string `json:"name"`
	Suite   string `json:"suite"`    // how a suite names it
	Here    string `json:"here"`     // no, yes, embedded, imported or damaged
	Folder  string `json:"folder"`   // where it lies, or would lie
	Bytes   int64  `json:"bytes"`    // to download
	Unsure  bool   `json:"at_least"` // of some files nobody states the size
	Licence string `json:"licence"`
	From    string `json:"from"`
	origin  datasets.Origin
	wrong   error // of an imported set that cannot be used
}

const (
	notHere   = "no"
	isHere    = "yes"
	isDamaged = "damaged"
)

// collections are all there are, by name.
func (a *app) collections() []collection {
	var out []collection
	for _, o := range a.origins {
		c := collection{Name: o.Set, Suite: o.Dataset, Here: isEmbedded, Licence: o.Licence, From: o.From, origin: o}
		if o.Setting != "" {
			c.Suite = fmt.Sprintf("{%s: {%s}}", o.Dataset, o.Setting)
		}
		if o.Folder != "" {
			c.Folder, c.Here = a.folder(o)
		}
		for _, f := range o.Files {
			c.Bytes += f.Bytes
			c.Unsure = c.Unsure || f.Bytes == 0
		}
		out = append(out, c)
	}
	for _, d := range a.parts.Datasets {
		if d, ok := d.(datasets.Imported); ok {
			folder, err := d.Locate()
			here := isImported
			if err != nil {
				here = isDamaged
			}
			out = append(out, collection{Name: d.Name(), Suite: d.Name(), Here: here, Folder: folder, Licence: d.Manifest().Licence, From: d.Manifest().From})
		}
	}
	for _, d := range a.damaged {
		out = append(out, collection{Name: d.Name, Suite: d.Name, Here: isDamaged, Folder: d.Folder, wrong: d})
	}
	slices.SortStableFunc(out, func(x, y collection) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// folder is where a collection lies, or would lie, and whether all of it is there.
func (a *app) folder(o datasets.Origin) (folder, here string) {
	if o.Setting == "" {
		for _, d := range a.parts.Datasets {
			if f, ok := d.(vi.Filed); ok && d.Name() == o.Dataset {
				if at, err := f.Locate(); err == nil && at != "" {
					return at, isHere
				}
			}
		}
		return filepath.Join(a.dataFolder, o.Folder), notHere
	}
	folder = filepath.Join(a.dataFolder, o.Folder)
	for _, w := range o.Holds() {
		there := func(name string) bool { _, err := os.Stat(filepath.Join(folder, name)); return err == nil }
		if !there(w.Name) && !(w.Inside && there(strings.TrimSuffix(w.Name, ".gz"))) {
			return folder, notHere
		}
	}
	return folder, isHere
}

// dataset is the data set that reads a collection.
func (c collection) dataset() string {
	if c.origin.Dataset == "" {
		return c.Name // imported
	}
	return c.origin.Dataset
}

// size is a download in words.
func (c collection) size() string {
	switch {
	case len(c.origin.Files) == 0:
		return ""
	case c.Bytes == 0:
		return "size unknown"
	case c.Unsure:
		return "more than " + megabytes(c.Bytes)
	}
	return megabytes(c.Bytes)
}

func megabytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	if n < 100_000 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// chosen are the collections of some names, or all.
func (a *app) chosen(command string, names []string) ([]collection, error) {
	all := a.collections()
	if len(names) == 0 {
		return all, nil
	}
	have := make([]string, len(all))
	for i, c := range all {
		have[i] = c.Name
	}
	var out []collection
	for _, name := range names {
		i := slices.Index(have, name)
		if i >= 0 {
			out = append(out, all[i])
			continue
		}
		var below []string // the collections that a data set reads
		for _, c := range all {
			if c.origin.Dataset == name && (command != "pull" || len(c.origin.Files) > 0) {
				below = append(below, c.Name)
			}
		}
		switch {
		case len(below) > 0:
			return nil, fmt.Errorf("bench data %s: %s reads several; want one of %s", command, name, list(below))
		case slices.ContainsFunc(a.parts.Datasets, func(d vi.Dataset) bool { return d.Name() == name }):
			return nil, fmt.Errorf("bench data %s: %s is %s; have %s", command, name, a.madeHow(name), list(have))
		}
		return nil, fmt.Errorf("bench data %s: unknown data, got %q%s; have %s", command, name, meant(name, have), list(have))
	}
	return out, nil
}

// madeHow says of a data set that is no collection what it is.
func (a *app) madeHow(name string) string {
	for _, d := range a.parts.Datasets {
		if d.Name() == name {
			return originText(d)
		}
	}
	return ""
}

func (a *app) completeData(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, c := range a.collections() {
		out = append(out, c.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) dataList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "real data there are, what is here, sizes and licences",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			all := a.collections()
			a.sayDamaged("")
			if asJSON {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", "  ")
				return enc.Encode(map[string]any{"datasets": all})
			}
			t := table{{"DATA", "HERE", "DOWNLOAD", "LICENCE"}}
			for _, c := range all {
				t = append(t, []string{c.Name, c.Here, dash(c.size()), dash(c.Licence)})
			}
			if err := t.write(a.out, width(a.out)); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.out, "\nin %s\nbench data pull NAME fetches; bench data import NAME --from FILE adds your own.\n", a.dataFolder)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}

func (a *app) dataPull() *cobra.Command {
	var offline bool
	c := &cobra.Command{
		Use:   "pull NAME...",
		Short: "fetch real data into the data directory",
		Long: `Pull fetches what is not there yet, from the first address that has it, checks it
and puts it into the data directory. What was cut off goes on where it ended, with
the same command. HTTPS_PROXY and HTTP_PROXY are honoured.`,
		Example: `  bench data pull mnist
  bench data pull kodak olshausen`,
		Args:              some("NAME"),
		ValidArgsFunction: a.completeData,
		RunE: func(c *cobra.Command, args []string) error {
			chosen, err := a.chosen("pull", args)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			for _, c := range chosen {
				if err := a.pull(ctx, c, offline); err != nil {
					if ctx.Err() != nil {
						return exit{interrupted, fmt.Errorf("bench data pull: %s: stopped; the same command goes on", c.Name)}
					}
					return fmt.Errorf("bench data pull: %s: %w", c.Name, err)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&offline, "offline", false, "fetch nothing: fail if something is missing")
	return c
}

// pull fetches one collection.
func (a *app) pull(ctx context.Context, c collection, offline bool) error {
	if c.wrong != nil {
		return c.wrong
	}
	if c.Here == isEmbedded || c.Here == isDamaged || strings.HasPrefix(c.Here, isImported) {
		_, err := fmt.Fprintf(a.out, "%s: nothing to fetch: it is %s\n", c.Name, c.Here)
		return err
	}
	if a.dataFolder == "" {
		return errors.New("no data directory; want --data-dir or BENCH_DATA")
	}
	missing, err := pull.Missing(c.origin, c.Folder)
	if err != nil {
		return err
	}
	if len(missing) == 0 {
		_, err := fmt.Fprintf(a.out, "%s: all there, in %s\n", c.Name, c.Folder)
		return err
	}
	names := fileNames(missing)
	switch {
	case len(c.origin.Files) == 0:
		return fmt.Errorf("not fetched by this program: got no %s in %s; put it there, bench explain %s says what it is", names, c.Folder, c.origin.Dataset)
	case offline:
		return fmt.Errorf("--offline: got no %s in %s; want it there, or no --offline", names, c.Folder)
	}
	fmt.Fprintf(a.out, "%s: from %s\nlicence: %s\n", c.Name, c.From, c.Licence)
	p := pull.New()
	bar := &bar{w: a.err, live: isTerminal(a.err), wide: width(a.err)}
	p.Progress, p.Note = bar.show, bar.note
	err = p.Set(ctx, c.origin, c.Folder)
	bar.end()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: all there, in %s\n", c.Name, c.Folder)
	return err
}

// fileNames are names of files in a sentence: all, or the first and how many.
func fileNames(files []datasets.WebFile) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d others", names[0], len(names)-1)
	}
	return strings.Join(names, " and no ")
}

// bar shows how far a download has come: a line that is rewritten on a terminal, a line
// every few seconds elsewhere.
type bar struct {
	w     io.Writer
	live  bool
	wide  int
	last  time.Time
	shown bool // there is a line to rewrite
}

func (b *bar) show(name string, got, of int64) {
	every := repeat
	if b.live {
		every = redraw
	}
	if b.last.IsZero() && !b.live {
		b.last = time.Now()
	}
	if time.Since(b.last) < every && got != of {
		return
	}
	b.last = time.Now()
	line := name + ": " + megabytes(got)
	if of > 0 {
		line += " of " + megabytes(of)
	}
	if !b.live {
		fmt.Fprintln(b.w, line)
		return
	}
	fmt.Fprintf(b.w, "\r\x1b[K%.*s", max(b.wide-1, 1), line)
	b.shown = true
}

func (b *bar) note(text string) {
	b.end()
	fmt.Fprintln(b.w, text)
}

// end leaves the line that is shown.
func (b *bar) end() {
	if b.shown {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
	b.shown = false
}

func (a *app) dataVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [NAME...]",
		Short: "hold the files that are here against their checksums",
		Long: `Verify reads all real data that are here, or those named, holds them against their
checksums and names what is wrong. Exit status 1 if something is, or if a file of
data named is missing.`,
		ValidArgsFunction: a.completeData,
		RunE: func(_ *cobra.Command, args []string) error {
			chosen, err := a.chosen("verify", args)
			if err != nil {
				return err
			}
			t, bad := table{{"DATA", "PARTS", "RIGHT", "WRONG"}}, 0
			for _, c := range chosen {
				files, missing, wrong := a.filesOf(c)
				if len(args) == 0 && len(missing) == files {
					continue // not here at all
				}
				says := slices.Concat(missing, wrong)
				bad += len(says)
				t = append(t, []string{c.Name, strconv.Itoa(files), strconv.Itoa(files - len(says)), dash(strings.Join(says, "; "))})
			}
			if len(t) == 1 {
				_, err := fmt.Fprintf(a.out, "nothing to verify in %s\n", a.dataFolder)
				return err
			}
			if err := t.write(a.out, width(a.out)); err != nil {
				return err
			}
			if bad > 0 {
				return exit{unheld, fmt.Errorf("bench data verify: %s missing or wrong", count(bad, "file"))}
			}
			return nil
		},
	}
}

// filesOf counts the files of a collection and says which are missing and what is wrong
// with others. What comes with the program, or was imported, is looked at as one.
func (a *app) filesOf(c collection) (files int, missing, wrong []string) {
	var damaged datasets.Damaged
	if errors.As(c.wrong, &damaged) {
		return 1, nil, []string{damaged.Err.Error()}
	}
	for _, d := range a.parts.Datasets {
		var err error
		switch own, imported := d.(datasets.Imported); {
		case imported && d.Name() == c.Name:
			err = own.Verify()
		case c.Here == isEmbedded && d.Name() == c.origin.Dataset:
			if k, ok := d.(vi.Checked); ok {
				err = k.Check()
			}
		default:
			continue
		}
		if err != nil {
			wrong = []string{err.Error()}
		}
		return 1, nil, wrong
	}
	holds := c.origin.Holds()
	for _, w := range holds {
		switch err := w.Verify(c.Folder); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, w.Name+": missing")
		case err != nil:
			wrong = append(wrong, w.Name+": "+err.Error())
		}
	}
	return len(holds), missing, wrong
}

func (a *app) dataPath() *cobra.Command {
	return &cobra.Command{
		Use:   "path [NAME]",
		Short: "the data directory, or the folder of some data",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return one("NAME")(c, args)
		},
		ValidArgsFunction: a.completeData,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				if a.dataFolder == "" {
					return errors.New("bench data path: no data directory; want --data-dir or BENCH_DATA")
				}
				_, err := fmt.Fprintln(a.out, a.dataFolder)
				return err
			}
			chosen, err := a.chosen("path", args)
			if err != nil {
				return err
			}
			switch c := chosen[0]; {
			case c.Here == isEmbedded:
				return fmt.Errorf("bench data path: %s comes with this program and is in no folder", c.Name)
			case c.Here == notHere && len(c.origin.Files) > 0:
				return fmt.Errorf("bench data path: %s is not here; bench data pull %s fetches it", c.Name, c.Name)
			case c.Here == notHere:
				return fmt.Errorf("bench data path: %s is not here, it would be in %s", c.Name, c.Folder)
			default:
				_, err := fmt.Fprintln(a.out, c.Folder)
				return err
			}
		},
	}
}
