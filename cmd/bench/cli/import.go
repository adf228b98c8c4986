package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/datasets"
)

// ownName is what an imported set may be called: a plain word in a suite.
var ownName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// yamlWords are words that mean something else there.
var yamlWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "True", "False", "Null", "NULL", "TRUE", "FALSE"}

func (a *app) dataImport() *cobra.Command {
	o := datasets.Importing{}
	c := &cobra.Command{
		Use:   "import NAME --from FILE|FOLDER",
		Short: "make a data set of your own table, array or images",
		Long: `Import reads a table (.csv), an array (.npy) or a folder of images (.png,
.jpg), and writes its values into the data directory, with a manifest that
records where they are from, how rows are held out, how they become bits, what
is missing, and their digests. NAME is then a data set for suites; its digest is
part of the identity of cells.

A table has a row a datum, values separated by commas, and may have a header: a
first line without a number. Every value is a number: columns of words are left
out by --drop NAME. An array has rows x values or images x height x width, of
f4, f8, whole numbers or booleans, in C or Fortran order. Images are .png or
.jpg of one size, colour as luma, in [0,1]; a file of a folder that is none is
passed over with --skip. What is wrong is said with its file and line, and
nothing is written.

Missing are the values that --missing names: fields of a table by their text,
whatever its case ("" is an empty field; -99 is -99.0 too), values of an array
by nan or a number. They are for models that offer masked (fa), and bits for
irt, as answers not given; others refuse them. Every row, and every column of
the rows to train on, must have a value; --drop-empty leaves out rows that have
none.

The last fifth of the rows is held out unless --test says otherwise. --test 0
holds none out, which models need whose posterior belongs to a row (irt with
ability own, point or particles); metrics look at the rows trained on then.`,
		Example: `  bench data import wine --from wine.csv --drop class --test 0.2 --shuffle
  bench data import leaves --from photos/ --binarise threshold
  bench data import survey --from answers.csv --missing ",NA,?" --test 0
  bench data import mine --from train.npy --test-from test.npy --white 255`,
		Args: one("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			o.Name = args[0]
			for _, name := range []string{"test", "shuffle"} {
				if f := c.Flags().Lookup(name); f.Changed && o.TestFrom != "" {
					return fmt.Errorf("bench data import: --%s: got %s with --test-from; want one of them", name, f.Value)
				}
			}
			if err := a.free(o.Name); err != nil {
				return fmt.Errorf("bench data import: %w", err)
			}
			if o.From == "" {
				return fmt.Errorf("bench data import: --from: got none; want a .csv or .npy file or a folder of images")
			}
			if a.dataFolder == "" {
				return fmt.Errorf("bench data import: no data directory; want --data-dir or BENCH_DATA")
			}
			d, err := datasets.Import(a.dataFolder, o)
			if err != nil {
				return fmt.Errorf("bench data import: %s: %w", o.Name, err)
			}
			folder, err := d.Locate()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s\n", d.Doc())
			if m := d.Manifest(); m.Header {
				fmt.Fprintf(a.out, "columns, from the header: %s\n", heading(m.Columns))
			} else if m.Columns != nil {
				fmt.Fprintln(a.out, "no header: every line is a row")
			}
			if g := d.Manifest().Missing; g != nil {
				fmt.Fprintf(a.out, "missing, by column: %s\n", gapList(d.Manifest()))
			}
			fmt.Fprintf(a.out, "binarise: %s\nin %s\n", d.Manifest().Binarise, folder)
			_, err = fmt.Fprintf(a.out, "in a suite: %s, or {%s: {train: %d}}\n", d.Name(), d.Name(), d.Manifest().Rows[0])
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&o.From, "from", "", "a .csv or .npy file, compressed (.gz) or not, or a folder of images")
	f.StringVar(&o.TestFrom, "test-from", "", "the same, of the rows held out (default: some of --from)")
	f.Float64Var(&o.Test, "test", 0.2, "rows held out: so many or, below 1, such a part; 0 for none")
	f.BoolVar(&o.Shuffle, "shuffle", false, "hold out rows drawn at random, the same every time, not the last")
	f.StringVar(&o.Binarise, "binarise", "", "how values become bits unless a suite says otherwise: stochastic, fixed, threshold or none (default: threshold if all are 0 or 1, else none)")
	f.Float64Var(&o.White, "white", 1, "divide values by it: the level that becomes 1")
	f.StringSliceVar(&o.Drop, "drop", nil, "columns of a table to leave out, by name")
	f.Var((*texts)(&o.Missing), "missing", "what is a missing value: NA, or \",NA,?\" with the empty field (default: nothing)")
	f.BoolVar(&o.DropRows, "drop-empty", false, "leave out rows all of whose values are missing")
	f.BoolVar(&o.Skip, "skip", false, "pass over files of a folder that are no images")
	f.StringVar(&o.Licence, "licence", "", "of the data, to record")
	c.RegisterFlagCompletionFunc("binarise", cobra.FixedCompletions([]string{"stochastic", "fixed", "threshold", "none"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// texts are a flag's, split by commas; one may be empty.
type texts []string

func (t *texts) Set(s string) error {
	*t = append(*t, strings.Split(s, ",")...)
	return nil
}

func (t *texts) String() string { return strings.Join(*t, ",") }
func (*texts) Type() string     { return "strings" }

// gapList is how many values are missing of each column that misses some.
func gapList(m datasets.Manifest) string {
	var out []string
	for j, n := range m.Missing.Columns {
		if n > 0 {
			out = append(out, fmt.Sprintf("%s %d", m.Column(j), n))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return heading(out)
}

// heading are names of columns: all, or some and how many others.
func heading(columns []string) string {
	if n := len(columns); n > 8 {
		return fmt.Sprintf("%s and %d others", list(columns[:7]), n-7)
	}
	return list(columns)
}

// free says why a name cannot be an imported set's.
func (a *app) free(name string) error {
	if !ownName.MatchString(name) || slices.Contains(yamlWords, name) {
		return fmt.Errorf("name: got %q; want a word of letters, digits, - and _ that begins with a letter", name)
	}
	for _, d := range a.parts.Datasets {
		if _, mine := d.(datasets.Imported); d.Name() == name && !mine {
			return fmt.Errorf("name: taken, got %q, a data set that comes with bench; give yours another", name)
		}
	}
	for _, o := range a.origins {
		if o.Set == name {
			return fmt.Errorf("name: taken, got %q, data that bench data list has; give yours another", name)
		}
	}
	return nil
}
