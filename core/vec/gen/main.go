// Command gen writes the kernels of core/vec, core/rng and core/optim for AVX2
// and AVX-512: for each package and instruction set one file of assembly and
// one of Go declarations. Run it by go generate in core/vec.
//
// The Go loops of those packages are the specification and the kernels give
// the same bits; so constants and the order of operations here repeat theirs.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	log.SetFlags(0)
	for _, p := range []struct {
		name    string
		kernels func(a32, a64 asm)
	}{
		{"vec", vecKernels},
		{"rng", rngKernels},
		{"optim", optimKernels},
	} {
		for _, wide := range []bool{false, true} {
			if err := write(p.name, wide, p.kernels); err != nil {
				log.Fatalf("gen: %s: %v", p.name, err)
			}
		}
	}
}

func vecKernels(a32, a64 asm) {
	for _, a := range []asm{a32, a64} {
		for _, f := range []struct {
			name, twin string
			body       func(x again) vec
			chains     int // as the registers of AVX-512 allow
			narrow     int // and of AVX2 in float32: two in float64
		}{
			{"exp", "Exp", a.expAny, 4, 3},
			{"expm1", "Expm1", a.expm1Any, 4, 3},
			{"log", "Log", a.logAny, 4, 2},
			{"log1p", "Log1p", a.log1pAny, 3, 2},
			{"tanh", "Tanh", a.tanhAny, 4, 3},
			{"sigmoid", "Sigmoid", a.sigmoidAny, 4, 3},
			{"softplus", "Softplus", a.softplusAny, 4, 2},
			{"relu", "ReLU", a.reluAny, 4, 3},
		} {
			if !a.wide {
				f.chains = f.narrow
				if a.bits == 64 {
					f.chains = 2
				}
			}
			a.unary(f.name, f.chains, fmt.Sprintf("is %s%d of n entries of src.", f.twin, a.bits), f.body)
		}
		a.axpy()
		a.scale()
		a.tanhPull()
		a.reluPull()
		a.threshold()
		a.choose()
		if a.wide {
			a.laplace(4)
		} else {
			a.laplace(1)
		}
		chains := 2
		if !a.wide && a.bits == 64 {
			chains = 1
		}
		a.bernoulli(false, chains)
		a.bernoulli(true, chains)
		a.gauss()
		a.reparam()
		a.toward()
		a.sumRows(false)
		a.sumRows(true)
	}
	a64.narrow()
	sums(a32, a64)
}

// sums writes the reductions. Eight float32 lanes are one vector of AVX2.
func sums(a32, a64 asm) {
	if !a32.wide {
		a32.sum()
		a32.dot()
		a64.sumExp(1)
	} else {
		a64.sumExp(4)
	}
	a64.sum()
	a64.dot()
	a32.maximum()
	a64.maximum()
}

func optimKernels(a32, a64 asm) {
	for _, a := range []asm{a32, a64} {
		if a.wide || a.bits == 32 {
			a.adam(2)
		} else {
			a.adam(1)
		}
		a.momentum("momentum", false)
		a.momentum("nesterov", true)
	}
}

func rngKernels(a32, a64 asm) {
	a64.uniform64()
	a32.words32("uniform", "float32", "fills dst with unit32 of the blocks from block on, two blocks a lane a group.", a32.unit32)
	a32.words32("words", "uint32", "fills dst with the blocks from block on, two blocks a lane a group.", func(x vec) vec { return x })
	chains32, chains64 := 2, 1 // as the registers allow
	if a32.wide {
		chains32, chains64 = 3, 3
	}
	a32.boxMuller(chains32)
	a64.boxMuller(chains64)
}

// write makes name's files for one instruction set.
func write(name string, wide bool, kernels func(a32, a64 asm)) error {
	ctx := build.NewContext()
	a := asm{Context: ctx, wide: wide, names: map[string]operand.Mem{}}
	kernels(a.by(32), a.by(64))
	f, err := ctx.Result()
	if err != nil {
		return err
	}
	set, registers := "avx2", 16
	if wide {
		set, registers = "avx512", 32
	}
	if err := compile(registers).Execute(f); err != nil {
		return err
	}
	cfg := printer.Config{Name: "core/vec/gen", Pkg: name}
	for _, out := range []struct {
		file    string
		printer printer.Printer
	}{
		{"kernels_" + set + "_amd64.s", printer.NewGoAsm(cfg)},
		{"stubs_" + set + "_amd64.go", printer.NewStubs(cfg)},
	} {
		text, err := out.printer.Print(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join("..", "..", name, out.file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
