package cpu

import "golang.org/x/sys/cpu"

var detected = detect()

// detect asks the processor, and through x/sys/cpu whether the operating
// system saves the wide registers.
func detect() ISA {
	x := cpu.X86
	switch {
	case x.HasAVX2 && x.HasFMA && x.HasAVX512F && x.HasAVX512VL && x.HasAVX512BW && x.HasAVX512DQ:
		return AVX512
	case x.HasAVX2 && x.HasFMA:
		return AVX2
	}
	return Portable
}
