// Package cpu tells which instruction set the core's kernels run on. Every
// kernel has a portable twin with the same bits, so the choice changes the
// time and nothing else.
package cpu

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
)

// Env is the environment variable that forces a kernel at start.
const Env = "BENCH_KERNEL"

// ISA is an instruction set with kernels written for it.
type ISA uint32

const (
	Portable ISA = iota // plain Go, on every machine
	AVX2                // 256-bit vectors and fused multiply-add
	AVX512              // 512-bit vectors and masks: F, VL, BW and DQ
)

// String is the name of s as Select takes it.
func (s ISA) String() string {
	switch s {
	case AVX512:
		return "avx512"
	case AVX2:
		return "avx2"
	}
	return "portable"
}

// chosen is atomic because tests change it while products may run elsewhere;
// whichever of two kernels a call finds, it computes the same bits.
var (
	chosen   atomic.Uint32
	startErr = start(os.Getenv(Env))
)

func start(name string) error {
	err := Select(name)
	if err != nil {
		Select("")
	}
	return err
}

// Start is the error of the environment's choice: nil when BENCH_KERNEL was
// unset or named a kernel of this machine. After an error the best kernel
// runs, so a command should refuse to go on.
func Start() error { return startErr }

// Active is the instruction set in use.
func Active() ISA { return ISA(chosen.Load()) }

// Kernel is the name of the instruction set in use.
func Kernel() string { return Active().String() }

// Kernels are the names this machine can run, best first.
func Kernels() []string {
	names := []string{}
	for s := Best(); s > Portable; s-- {
		names = append(names, s.String())
	}
	return append(names, Portable.String())
}

// Best is the best instruction set of this machine. A machine with a better
// one has every lesser one.
func Best() ISA { return detected }

// Select makes kernels run on the named instruction set; "" is the best one.
// An unknown name, or one this machine has not, is an error that names those
// it has, and changes nothing.
func Select(name string) error {
	for s := Portable; s <= Best(); s++ {
		if name == s.String() || name == "" && s == Best() {
			chosen.Store(uint32(s))
			return nil
		}
	}
	return fmt.Errorf("core/cpu: %s: got %q; have %s", Env, name, strings.Join(Kernels(), ", "))
}
