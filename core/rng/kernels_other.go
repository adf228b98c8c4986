//go:build !amd64

package rng

// Without kernels the Go loops do all.

func (k Key) words([]uint32, uint64) int       { return 0 }
func (k Key) uniforms64([]float64, uint64) int { return 0 }
func (k Key) uniforms32([]float32, uint64) int { return 0 }
func normals64([]float64) int                  { return 0 }
func normals32([]float32) int                  { return 0 }
