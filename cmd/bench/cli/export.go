package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/store"
)

func (a *app) export() *cobra.Command {
	var format, file string
	c := &cobra.Command{
		Use:   "export STORE",
		Short: "all numbers of a store as text, sorted, without times",
		Long: `Export prints all numbers of a store, sorted by key and without times or
provenance: two stores with the same numbers give the same bytes, whatever
order, worker or machine wrote them.`,
		Args: one("STORE"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := choice("bench export: --format", format, exportFormats); err != nil {
				return err
			}
			if err := hasFolder(file); err != nil {
				return err
			}
			st, err := store.OpenRead(args[0])
			if err != nil {
				return err
			}
			defer st.Close()
			return a.write(file, st, func(w io.Writer) error { return st.Export(w, format) })
		},
	}
	c.Flags().StringVar(&format, "format", "csv", "csv or jsonl")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: stdout)")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

var exportFormats = []string{"csv", "jsonl"}

func choice(where, got string, have []string) error {
	if slices.Contains(have, got) {
		return nil
	}
	return fmt.Errorf("%s: got %q; have %s", where, got, list(have))
}

// write gives an output to f: a file, or stdout if the name is empty or "-". A
// file is written beside its place and moved there whole, and never takes the
// place of the store that it tells of.
func (a *app) write(file string, st *store.Store, f func(io.Writer) error) error {
	if file == "" || file == "-" {
		return f(a.out)
	}
	if same(file, st.Path()) {
		return fmt.Errorf("%s: is the store itself; want another file", file)
	}
	var b bytes.Buffer
	if err := f(&b); err != nil {
		return err
	}
	if err := replace(file, b.Bytes()); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", file, reason(err))
	}
	return nil
}

// results is the folder of stores and reports, which is made where it is wanted.
const results = "results"

// hasFolder refuses a file whose folder is not there, before any work is done: more often a
// slip of the keys than a wish. It is nil for stdout.
func hasFolder(file string) error {
	dir := filepath.Dir(file)
	if file == "" || file == "-" || filepath.Clean(dir) == results {
		return nil
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: cannot be written: no folder %s; make it first", file, dir)
	}
	return nil
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func replace(file string, text []byte) error {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(file, text, 0o666) // a pipe or a device; a folder says so
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".bench-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the move there is nothing of the name
	if _, err = tmp.Write(text); err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// reason drops the path that os repeats in its errors.
func reason(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
