package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"
)

// A function of one vector is a chain of operations, each of which waits for
// the last. A processor looks some hundred instructions ahead, so it finds
// enough to do only if several chains run side by side in the program.

// Marks of chains to be interleaved, as comments for interleave to consume.
const (
	chainsBegin = "chains"
	chainsNext  = "next chain"
	chainsEnd   = "end of chains"
)

// sideBySide emits n bodies, interleaved. They must be of the same instructions
// on registers of their own, and keep to memory of their own.
func (a asm) sideBySide(n int, body func(i int)) {
	if n == 1 {
		body(0)
		return
	}
	a.Comment(chainsBegin)
	for i := range n {
		if i > 0 {
			a.Comment(chainsNext)
		}
		body(i)
	}
	a.Comment(chainsEnd)
}

// interleave replaces marked chains by their first instructions, their second
// ones and so on.
func interleave(f *ir.File) error {
	for _, fn := range f.Functions() {
		var out []ir.Node
		var chains [][]ir.Node // nil outside
		for _, n := range fn.Nodes {
			mark := ""
			if c, ok := n.(*ir.Comment); ok && len(c.Lines) == 1 {
				mark = c.Lines[0]
			}
			switch {
			case mark == chainsBegin || mark == chainsNext:
				chains = append(chains, nil)
			case mark == chainsEnd:
				for i := range chains[0] {
					for _, c := range chains {
						if len(c) != len(chains[0]) {
							return fmt.Errorf("interleave: %s: chains of %d and %d instructions", fn.Name, len(chains[0]), len(c))
						}
						out = append(out, c[i])
					}
				}
				chains = nil
			case chains != nil:
				chains[len(chains)-1] = append(chains[len(chains)-1], n)
			default:
				out = append(out, n)
			}
		}
		fn.Nodes = out
	}
	return nil
}
