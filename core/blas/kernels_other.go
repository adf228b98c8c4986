//go:build !amd64

package blas

func (g *grid) run(*tile, int) { panic("core/blas: no kernel of this processor was chosen") }
