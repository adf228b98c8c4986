// Command gen writes the assembly of package blas into the folder it is given:
// go generate ./core/blas.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	dir := ".."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for _, f := range []struct {
		name string
		make func(*build.Context)
	}{
		{"gemm_avx512_amd64.s", func(c *build.Context) { c512(c, single); c512(c, double) }},
		{"gemm_avx2_amd64.s", func(c *build.Context) { c256(c, single); c256(c, double) }},
		{"pack_amd64.s", packs},
	} {
		if err := write(filepath.Join(dir, f.name), f.make); err != nil {
			fmt.Fprintf(os.Stderr, "gen: %s: %v\n", f.name, err)
			os.Exit(1)
		}
	}
}

func write(path string, make func(*build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr("amd64")
	make(c)
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	text, err := printer.NewGoAsm(printer.Config{Name: "go generate", Argv: []string{"go", "generate"}, Pkg: "blas"}).Print(file)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
