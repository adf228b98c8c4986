package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/runner"
)

func (a *app) version() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "revision, Go version, numeric kernel",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			p := runner.Build(c.Context())
			if asJSON {
				return json.NewEncoder(a.out).Encode(struct {
					Revision string `json:"revision"`
					Dirty    bool   `json:"dirty"`
					Go       string `json:"go"`
					OS       string `json:"os"`
					Arch     string `json:"arch"`
					CPU      string `json:"cpu"`
					Kernel   string `json:"kernel"`
				}{p.Revision, p.Dirty, p.Go, p.OS, p.Arch, p.CPU, p.Kernel})
			}
			changed := ""
			if p.Dirty {
				changed = " with changes"
			}
			_, err := fmt.Fprintf(a.out, "bench %s%s\n%s %s/%s, kernel %s\n%s\n", p.Revision, changed, p.Go, p.OS, p.Arch, p.Kernel, p.CPU)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}
