package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// job is a suite that nothing is wrong with, ready to run.
type job struct {
	suite   *suites.Suite
	plan    *suites.Plan
	refused map[string]string // cells that will be refused, and why
}

// job reads, resolves and checks a suite; nothing runs and nothing is written.
func (a *app) job(name string, o suites.Options) (*job, error) {
	s, err := a.parse(name)
	if err != nil {
		return nil, err
	}
	plan, err := s.Plan(o)
	if err != nil {
		return nil, err
	}
	refused, err := a.parts.Check(s, plan)
	if err != nil {
		return nil, err
	}
	for _, w := range a.parts.Warnings(s, plan) {
		fmt.Fprint(a.err, w.Error())
	}
	return &job{s, plan, refused}, nil
}

func (a *app) parse(name string) (*suites.Suite, error) {
	file, text, err := suites.Load(name)
	if err != nil {
		return nil, err
	}
	s, err := suites.Parse(file, text, a.catalog())
	if err != nil {
		a.sayDamaged(err.Error())
	}
	return s, err
}

// catalog is what suites may name, and how many rows data sets have.
func (a *app) catalog() suites.Catalog {
	c := a.parts.Catalog()
	c.Rows = func(choice suites.Choice) int {
		for _, d := range a.parts.Datasets {
			if d.Name() != choice.Name {
				continue
			}
			if set, err := vi.With(d, choice.Params); err == nil {
				return set.Shape().N
			}
		}
		return 0
	}
	return c
}

func ids(cells []suites.Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.ID
	}
	return out
}

// title names a plan: iwae_snr (quick).
func title(p *suites.Plan) string { return fmt.Sprintf("%s (%s)", p.Suite, p.Preset) }

// storeOf is where a suite's numbers go unless --store says otherwise.
func storeOf(given string, p *suites.Plan) string {
	if given != "" {
		return given
	}
	return filepath.Join("results", p.Suite+".db")
}

// narrowing adds the flags that narrow and change what a suite asks for.
func narrowing(c *cobra.Command, o *suites.Options) {
	f := c.Flags()
	f.StringVar(&o.Preset, "preset", "", "part of the suite to take (default: the suite's own default)")
	f.StringVar(&o.Seeds, "seeds", "", "seeds in place of the suite's: 0..3 or 0,2,5")
	f.StringArrayVar(&o.Set, "set", nil, "change the suite: path=value, as in train.steps=10; an element of a list goes by its index, name, id or single key, as in grid.0.seed=0..3 or grid.NAME.dataset.lineargaussian.n=4 (repeatable)")
	f.StringArrayVar(&o.Only, "only", nil, "cells with label=value or label!=value, as in estimator=iwae (repeatable)")
	c.RegisterFlagCompletionFunc("preset", completePresets)
}

// completeSuites offers the built-in suites, and files.
func completeSuites(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return suites.Names(), cobra.ShellCompDirectiveDefault
}

// completePresets offers nothing but keeps file names away: a preset is the
// suite's own, and reading one to complete is not worth its errors.
func completePresets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}
