package cli

import (
	"github.com/spf13/cobra"

	"github.com/vibench/bench/suites"
)

func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "the JSON Schema of suite files, for editors",
		Long: `Schema prints the JSON Schema of suite files with every name and parameter
there is. With it an editor completes and checks a suite: write it to a file
and begin the suite with

  # yaml-language-server: $schema=schema.json`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out.Write(suites.Schema(a.catalog()))
			return err
		},
	}
}
