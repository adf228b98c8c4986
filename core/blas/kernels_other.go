//go:build !amd64

package blas

import (
	"unsafe"

	"github.com/vibench/bench/core/cpu"
)

// There are no kernels here, and package cpu chooses none.

func (g *grid) run(*tile, int) {}

func (g *grid) gather(*tile, int) {}

func flip(dst, src unsafe.Pointer, wide, ld uintptr, rows, depth, size int) {}

func spin(isa cpu.ISA, size, turns int) {}

func dot(x, y unsafe.Pointer, n int, lanes unsafe.Pointer, size int) {}

func axpy(alpha, x, y unsafe.Pointer, n, size int) {}
