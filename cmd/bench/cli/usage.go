package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError puts a mistake in the flags into the form of all errors.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		got, dashes := unknown.GetSpecifiedName(), "--"
		if unknown.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return fmt.Errorf("%s: unknown flag, got %s%s%s; see %s --help", c.CommandPath(), dashes, got, meant("--"+got, flagNames(c)), c.CommandPath())
	}
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		f := bad.GetFlag()
		return fmt.Errorf("%s: --%s: got %q; want %s", c.CommandPath(), f.Name, bad.GetValue(), kindOf(f.Value.Type()))
	}
	return fmt.Errorf("%s: %w; see %s --help", c.CommandPath(), err, c.CommandPath())
}

func kindOf(flag string) string {
	switch flag {
	case "int":
		return "a whole number"
	case "float64":
		return "a number"
	case "intSlice":
		return "whole numbers, as in 0,2"
	case "bool":
		return "true or false"
	case "duration":
		return "a time such as 90s or 5m"
	}
	return "a " + flag
}

// flagNames are the long flags of a command, with their dashes.
func flagNames(c *cobra.Command) []string {
	var out []string
	add := func(f *pflag.Flag) { out = append(out, "--"+f.Name) }
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return out
}

func commandNames(root *cobra.Command) []string {
	var out []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			out = append(out, c.Name())
		}
	}
	slices.Sort(out)
	return out
}

// one wants a single argument of a kind, some at least one.
func one(kind string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s: want one %s, got %s; see %s --help", c.CommandPath(), kind, arguments(args), c.CommandPath())
		}
		return nil
	}
}

func some(kind string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s: want a %s, got none; see %s --help", c.CommandPath(), kind, c.CommandPath())
		}
		return nil
	}
}

func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s: takes no argument, got %s; see %s --help", c.CommandPath(), arguments(args), c.CommandPath())
	}
	return nil
}

func arguments(args []string) string {
	if len(args) == 0 {
		return "none"
	}
	return strings.Join(args, " ")
}

// meant is ` (did you mean "x"?)` for the names near got, or nothing.
func meant(got string, names []string) string {
	near := similar(got, names)
	if len(near) == 0 {
		return ""
	}
	for i, n := range near {
		near[i] = fmt.Sprintf("%q", n)
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
}

// similar are the names that cobra would suggest for got: up to two letters
// differ, or got is the beginning of the name.
func similar(got string, names []string) []string {
	all := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, n := range names {
		all.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
	}
	near := all.SuggestionsFor(got)
	slices.Sort(near)
	return slices.Compact(near)
}

func list(names []string) string { return strings.Join(names, ", ") }
