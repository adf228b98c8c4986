package blas

import "github.com/vibench/bench/core/cpu"

// Kernel is the name of the kernel in use: avx512, avx2 or portable.
func Kernel() string { return cpu.Kernel() }

// Select makes products, and everything else in the core, run on the named
// kernel; "" is the best of this machine. The error names those it has.
func Select(name string) error { return cpu.Select(name) }
