package speed

import "github.com/vibench/bench/core/cpu"

func peak32AVX2(n int)
func peak64AVX2(n int)
func peak32AVX512(n int)
func peak64AVX512(n int)

// peakLoops are loops of nothing but fused multiply-adds, and how many
// floating-point operations a round of each holds; nil where there is no vector unit.
func peakLoops() (f32, f64 []loop) {
	if cpu.Best() >= cpu.AVX2 {
		f32 = append(f32, loop{peak32AVX2, 12 * 8 * 2})
		f64 = append(f64, loop{peak64AVX2, 12 * 4 * 2})
	}
	if cpu.Best() >= cpu.AVX512 {
		f32 = append(f32, loop{peak32AVX512, 24 * 16 * 2})
		f64 = append(f64, loop{peak64AVX512, 24 * 8 * 2})
	}
	return f32, f64
}
