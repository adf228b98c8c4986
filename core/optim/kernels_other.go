//go:build !amd64

package optim

import "github.com/vibench/bench/core/vec"

// Without kernels the Go loops do all.

const short = 0

func adamKernel[T vec.Float](theta, dir, m, v []T, f *[7]T) bool { return false }

func momentumKernel[T vec.Float](nesterov bool, theta, dir, v []T, rate, mu T) bool { return false }
