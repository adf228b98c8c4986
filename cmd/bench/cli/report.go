package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/report"
	"github.com/vibench/bench/store"
)

var reportFormats = []string{"html", "json", "md", "csv"}

func (a *app) report() *cobra.Command {
	var suite, preset, format, file string
	c := &cobra.Command{
		Use:   "report STORE",
		Short: "verdicts, figures and coverage of a store",
		Long: `Report reads a store and nothing else. HTML is one file that asks nothing of any
host; without -o it becomes <suite>.html beside the store. The other formats go
to stdout.`,
		Args: one("STORE"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := choice("bench report: --format", format, reportFormats); err != nil {
				return err
			}
			st, err := store.OpenRead(args[0])
			if err != nil {
				return err
			}
			defer st.Close()
			r, err := report.New(st, suite, preset)
			if err != nil {
				return err
			}
			print := map[string]func(io.Writer) error{"html": r.HTML, "json": r.JSON, "md": r.Markdown, "csv": r.CSV}[format]
			if format == "html" && file == "" {
				file = filepath.Join(filepath.Dir(args[0]), r.Suite+".html")
			}
			if err := a.write(file, st, print); err != nil {
				return err
			}
			if file != "" && file != "-" {
				_, err = fmt.Fprintf(a.out, "report %s\n", file)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&suite, "suite", "", "suite, where the store has several (default: the one run last)")
	f.StringVar(&preset, "preset", "", "preset of the suite (default: the one run last)")
	f.StringVar(&format, "format", "html", "html, json, md or csv")
	f.StringVarP(&file, "output", "o", "", "file to write; - is stdout")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(reportFormats, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("preset", completePresets)
	return c
}
