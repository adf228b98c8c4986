package main

import (
	"fmt"
	"sort"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields of blas.tile, eight bytes each, in order.
var fields = []string{"a", "b", "c", "rs", "cs", "ldb", "ldc", "k", "vecs", "rows", "blocks", "mask"}

// args holds the address of the tile throughout.
var args = reg.RAX

func argument(name string) operand.Mem {
	for i, f := range fields {
		if f == name {
			return operand.Mem{Base: args, Disp: 8 * i}
		}
	}
	panic("gen: no field " + name)
}

// The registers of a tile. Rows of A and C are reached three to a pointer: at
// p, p + stride and p + 2 stride.
var (
	aBlock   = reg.RSI
	cBlock   = reg.RDI
	bNext    = reg.RBX
	rs       = reg.R8
	cs       = reg.R9
	ldb      = reg.R10
	ldc      = reg.R11
	count    = reg.RCX
	pointers = []reg.GPPhysical{reg.R12, reg.R13, reg.RDX, reg.R15}
)

// function makes the function of all tiles of t: it picks the one of the asked
// width and height and runs it down the blocks of rows.
func (t *target) function() {
	t.Function(t.name)
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr("func(t *uint64)")
	t.Doc(t.name + " runs the tile at t.")
	t.Load(t.Param("t"), args)
	for _, l := range []struct {
		name string
		to   reg.Register
	}{{"a", aBlock}, {"c", cBlock}, {"rs", rs}, {"cs", cs}, {"ldb", ldb}, {"ldc", ldc}} {
		t.MOVQ(argument(l.name), l.to)
	}
	t.mask()
	keys := map[int]string{}
	for w, tall := range t.tall {
		for rows := 1; rows <= tall; rows++ {
			for _, m := range t.masks {
				keys[key(w+1, rows, m && len(t.masks) > 1)] = tileName(w+1, rows, m)
			}
		}
	}
	t.MOVQ(argument("vecs"), count)
	t.SHLQ(operand.U8(4), count)
	t.ADDQ(argument("rows"), count)
	order := make([]int, 0, len(keys))
	for k := range keys {
		order = append(order, k)
	}
	sort.Ints(order)
	t.dispatch(order, keys)
	for w, tall := range t.tall {
		for rows := 1; rows <= tall; rows++ {
			for _, m := range t.masks {
				t.tile(w+1, rows, m)
			}
		}
	}
	t.Label("done")
	t.VZEROUPPER()
	t.RET()
}

// key is what a tile is asked by: its width in the bits above four, its rows
// below; a width asks for the masked tile from 8 on where there are two kinds.
func key(width, rows int, masked bool) int {
	if masked {
		width += 8
	}
	return width<<4 + rows
}

func tileName(width, rows int, masked bool) string {
	if masked {
		return fmt.Sprintf("tile_%dx%d_masked", rows, width)
	}
	return fmt.Sprintf("tile_%dx%d", rows, width)
}

// dispatch jumps to the tile whose key is in count, halving what is left.
func (t *target) dispatch(order []int, names map[int]string) {
	if len(order) == 1 {
		t.JMP(operand.LabelRef(names[order[0]]))
		return
	}
	half := len(order) / 2
	above := fmt.Sprintf("from_%d", order[half])
	t.CMPQ(count, operand.U8(order[half]))
	t.JGE(operand.LabelRef(above))
	t.dispatch(order[:half], names)
	t.Label(above)
	t.dispatch(order[half:], names)
}

// tile makes the loop over blocks of rows, and in it the loop over k: every
// entry of C is one chain of fused multiply-adds.
func (t *target) tile(width, rows int, masked bool) {
	name := tileName(width, rows, masked)
	acc := make([]reg.Register, rows*width)
	for i := range acc {
		acc[i] = t.vec(i)
	}
	b := make([]reg.Register, width)
	for j := range b {
		b[j] = t.vec(len(acc) + j)
	}
	var spare []reg.Register
	for i := len(acc) + width; i < t.regs; i++ {
		spare = append(spare, t.vec(i))
	}
	bytes := t.size * t.lanes()
	last := func(j int) bool { return masked && j == width-1 }
	each := func(stride reg.Register, f func(at operand.Mem, i, j int)) {
		for i := range rows {
			for j := range width {
				m := row(i, stride)
				m.Disp = j * bytes
				f(m, i, j)
			}
		}
	}

	t.Label(name)
	t.point(cBlock, ldc, rows)
	each(ldc, func(at operand.Mem, i, j int) { t.load(at, acc[i*width+j], last(j)) })
	t.point(aBlock, rs, rows)
	t.MOVQ(argument("b"), bNext)
	t.MOVQ(argument("k"), count)

	t.Label(name + "_k")
	for j := range width {
		t.load(operand.Mem{Base: bNext, Disp: j * bytes}, b[j], last(j))
	}
	for i := range rows {
		a := spare[i%len(spare)]
		t.broadcast(row(i, rs), a)
		for j := range width {
			t.fma(b[j], a, acc[i*width+j])
		}
	}
	for i := 0; i < rows; i += 3 {
		t.ADDQ(cs, pointers[i/3])
	}
	t.ADDQ(ldb, bNext)
	t.DECQ(count)
	t.JNE(operand.LabelRef(name + "_k"))

	t.canonical(name+"_store", acc, append(b, spare...))
	t.point(cBlock, ldc, rows)
	each(ldc, func(at operand.Mem, i, j int) { t.store(acc[i*width+j], at, last(j)) })
	t.DECQ(argument("blocks"))
	t.JEQ(operand.LabelRef("done"))
	t.advance(aBlock, rs, rows)
	t.advance(cBlock, ldc, rows)
	t.JMP(operand.LabelRef(name))
}

func (t *target) lanes() int { return int(t.vec(0).Size()) / t.size }

// row is the address of row i.
func row(i int, stride reg.Register) operand.Mem {
	m := operand.Mem{Base: pointers[i/3]}
	if i%3 > 0 {
		m.Index, m.Scale = stride, uint8(i%3)
	}
	return m
}

// point sets the pointers to the rows of a block.
func (t *target) point(block, stride reg.Register, rows int) {
	t.MOVQ(block, pointers[0])
	if rows > 3 {
		t.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, count)
		for i := 3; i < rows; i += 3 {
			t.LEAQ(operand.Mem{Base: pointers[i/3-1], Index: count, Scale: 1}, pointers[i/3])
		}
	}
}

// advance moves a block's address past its rows.
func (t *target) advance(block, stride reg.Register, rows int) {
	if rows > 1 {
		t.IMUL3Q(operand.U8(rows), stride, count)
		t.ADDQ(count, block)
		return
	}
	t.ADDQ(stride, block)
}
