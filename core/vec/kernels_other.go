//go:build !amd64

package vec

// Without kernels the Go loops do all.

const short32, short64 = 0, 0

func (f function) kernel32(dst, src []float32) bool { return false }
func (f function) kernel64(dst, src []float64) bool { return false }
