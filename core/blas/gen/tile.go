package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields of blas.tile, eight bytes each, in order.
var fields = []string{"a", "b", "c", "rs", "cs", "ldb", "ldc", "k", "vecs", "rows", "blocks", "mask", "block", "start", "ahead", "lds", "soon", "apart", "lines"}

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

// The registers of a tile. Rows of C, and of A where its rows are contiguous,
// are reached three to a pointer: at p, p + stride and p + 2 stride. Steps of k
// are reached by displacement where entries are contiguous along k, else four to
// a pointer: at p, p + stride, p + 2 stride and p + 3 stride. That leaves few
// additions, which would take turns of the ports that multiply.
var (
	aBlock   = reg.RSI
	cBlock   = reg.RDI
	bNext    = reg.RBX
	ldb      = reg.R10
	ldc      = reg.R11
	count    = reg.RCX
	pointers = []reg.GPPhysical{reg.R12, reg.R13, reg.RDX, reg.R15}

	rs   = reg.R8 // of A by rows
	ldb3 = reg.R9

	start = reg.R9 // before the loop over k
	lds   = reg.R8

	cs  = reg.R8  // of A by columns
	cs3 = reg.R13 // free while C is not pointed to
	b3c = reg.RDX // three rows of B, then
)

// unroll is how many steps of k a turn of the loop takes.
const unroll = 4

// last says what the last vector of a row is.
type last int

const (
	whole  last = iota
	masked      // loaded and stored under a mask
	half        // likewise, and multiplied as half a vector: where no more is asked for, that is half the work
)

// shape is one tile: vectors wide, rows high, and how A lies.
type shape struct {
	width, rows int
	last        last
	columns     bool // the rows of A are next to each other: A is transposed or packed
}

// key is what a tile is asked by.
func (t *target) key(s shape) int {
	k := s.width<<4 + s.rows
	if s.last == t.lasts[1] {
		k += 8 << 4
	}
	if s.columns {
		k += 16 << 4
	}
	return k
}

func (s shape) name() string {
	n := fmt.Sprintf("tile_%dx%d", s.rows, s.width)
	if s.columns {
		n += "_columns"
	}
	return n + [...]string{"", "_masked", "_half"}[s.last]
}

// function makes the function of all tiles of t: it picks the one asked for and
// runs it down the blocks of rows.
func (t *target) function() {
	t.Function(t.name)
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr("func(t *uint64)")
	t.Doc(t.name + " runs the tile at t.")
	t.Load(t.Param("t"), args)
	t.MOVQ(argument("a"), aBlock)
	t.MOVQ(argument("c"), cBlock)
	t.MOVQ(argument("ldb"), ldb)
	t.MOVQ(argument("ldc"), ldc)
	t.mask()

	var shapes []shape
	for _, columns := range []bool{false, true} {
		for _, last := range t.lasts {
			for w, tall := range t.tall {
				for rows := 1; rows <= tall; rows++ {
					shapes = append(shapes, shape{w + 1, rows, last, columns})
				}
			}
		}
	}
	t.MOVQ(argument("vecs"), count)
	t.SHLQ(operand.U8(4), count)
	t.ADDQ(argument("rows"), count)
	t.dispatch(shapes)
	for _, s := range shapes {
		t.tile(s)
	}
	t.Label("done")
	t.VZEROUPPER()
	t.RET()
}

// dispatch jumps to the shape whose key is in count, halving what is left.
// Shapes are in order of their keys.
func (t *target) dispatch(shapes []shape) {
	if len(shapes) == 1 {
		t.JMP(operand.LabelRef(shapes[0].name()))
		return
	}
	middle := len(shapes) / 2
	above := "from_" + shapes[middle].name()
	t.CMPQ(count, operand.U32(t.key(shapes[middle])))
	t.JGE(operand.LabelRef(above))
	t.dispatch(shapes[:middle])
	t.Label(above)
	t.dispatch(shapes[middle:])
}

// tile makes the loop over blocks of rows, and in it the loop over k: every
// entry of C is one chain of fused multiply-adds.
func (t *target) tile(s shape) {
	name, rows, width := s.name(), s.rows, s.width
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
	last := func(j int) bool { return s.last != whole && j == width-1 }
	each := func(stride reg.Register, f func(at operand.Mem, i, j int)) {
		for i := range rows {
			for j := range width {
				m := row(i, stride)
				m.Disp = j * bytes
				f(m, i, j)
			}
		}
	}
	b3 := ldb3
	if s.columns {
		b3 = b3c
	}
	step := func(u int) {
		for j := range width {
			m := along(bNext, ldb, b3, u)
			m.Disp = j * bytes
			t.load(m, b[j], last(j))
		}
		for i := range rows {
			m := row(i, rs)
			m.Disp = u * t.size
			if s.columns {
				m = along(pointers[0], cs, cs3, u)
				m.Disp = i * t.size
			}
			a := spare[i%len(spare)]
			t.broadcast(m, a)
			for j := range width {
				sum := acc[i*width+j]
				if s.last == half && j == width-1 {
					t.fma(lower(b[j]), lower(a), lower(sum))
				} else {
					t.fma(b[j], a, sum)
				}
			}
		}
	}
	next := func(steps int) {
		switch {
		case !s.columns:
			for i := 0; i < rows; i += 3 {
				t.ADDQ(operand.U8(steps*t.size), pointers[i/3])
			}
			t.forward(bNext, ldb, steps)
		default:
			t.forward(pointers[0], cs, steps)
			t.forward(bNext, ldb, steps)
		}
	}

	t.Label(name)
	t.MOVQ(argument("start"), start)
	t.ADDQ(argument("ahead"), start)
	t.MOVQ(argument("lds"), lds)
	t.point(start, lds, rows)
	each(lds, func(at operand.Mem, i, j int) { t.load(at, acc[i*width+j], last(j)) })
	t.IMUL3Q(operand.U8(rows), lds, count)
	t.ADDQ(count, argument("ahead"))
	t.ahead(rows, each)
	t.LEAQ(operand.Mem{Base: ldb, Index: ldb, Scale: 2}, b3)
	if s.columns {
		t.MOVQ(aBlock, pointers[0])
		t.MOVQ(argument("cs"), cs)
		t.LEAQ(operand.Mem{Base: cs, Index: cs, Scale: 2}, cs3)
	} else {
		t.MOVQ(argument("rs"), rs)
		t.point(aBlock, rs, rows)
	}
	if t.fetch {
		// Not into the first-level cache, which this strip fills.
		t.MOVQ(argument("lines"), count)
		t.TESTQ(count, count)
		t.JEQ(operand.LabelRef(name + "_fetched"))
		t.MOVQ(argument("soon"), bNext)
		t.Label(name + "_fetch")
		t.PREFETCHT1(operand.Mem{Base: bNext})
		t.ADDQ(argument("apart"), bNext)
		t.DECQ(count)
		t.JNE(operand.LabelRef(name + "_fetch"))
		t.MOVQ(bNext, argument("soon"))
		t.Label(name + "_fetched")
	}
	t.MOVQ(argument("b"), bNext)
	t.MOVQ(argument("k"), count)

	t.SUBQ(operand.U8(unroll), count)
	t.JLT(operand.LabelRef(name + "_rest"))
	t.Label(name + "_k")
	for u := range unroll {
		step(u)
	}
	next(unroll)
	t.SUBQ(operand.U8(unroll), count)
	t.JGE(operand.LabelRef(name + "_k"))
	t.Label(name + "_rest")
	t.ADDQ(operand.U8(unroll), count)
	t.JEQ(operand.LabelRef(name + "_sum"))
	t.Label(name + "_last")
	step(0)
	next(1)
	t.DECQ(count)
	t.JNE(operand.LabelRef(name + "_last"))

	t.Label(name + "_sum")
	t.canonical(name+"_store", acc, append(b, spare...))
	t.point(cBlock, ldc, rows)
	each(ldc, func(at operand.Mem, i, j int) { t.store(acc[i*width+j], at, last(j)) })
	t.DECQ(argument("blocks"))
	t.JEQ(operand.LabelRef("done"))
	t.IMUL3Q(operand.U8(rows), ldc, count)
	t.ADDQ(count, cBlock)
	if s.columns {
		t.ADDQ(argument("block"), aBlock)
	} else {
		t.IMUL3Q(operand.U8(rows), rs, count)
		t.ADDQ(count, aBlock)
	}
	t.JMP(operand.LabelRef(name))
}

// lower is the lower half of a vector; writing it clears the upper.
func lower(v reg.Register) reg.Register { return v.(reg.VecPhysical).AsY() }

func (t *target) lanes() int { return int(t.vec(0).Size()) / t.size }

// row is the address of row i.
func row(i int, stride reg.Register) operand.Mem {
	m := operand.Mem{Base: pointers[i/3]}
	if i%3 > 0 {
		m.Index, m.Scale = stride, uint8(i%3)
	}
	return m
}

// along is the address u strides on.
func along(p, stride, stride3 reg.Register, u int) operand.Mem {
	switch u {
	case 0:
		return operand.Mem{Base: p}
	case 3:
		return operand.Mem{Base: p, Index: stride3, Scale: 1}
	}
	return operand.Mem{Base: p, Index: stride, Scale: uint8(u)}
}

// forward moves p by steps strides, 1 or 4.
func (t *target) forward(p reg.GPPhysical, stride reg.Register, steps int) {
	if steps == 1 {
		t.ADDQ(stride, p)
		return
	}
	t.LEAQ(operand.Mem{Base: p, Index: stride, Scale: uint8(steps)}, p)
}

// ahead asks for the next block of C, far down for a prefetcher to guess: a
// gradient that was last touched a block of data ago is in the outer cache.
func (t *target) ahead(rows int, each func(reg.Register, func(at operand.Mem, i, j int))) {
	t.point(cBlock, ldc, rows)
	t.IMUL3Q(operand.U8(rows), ldc, count)
	for i := 0; i < rows; i += 3 {
		t.ADDQ(count, pointers[i/3])
	}
	each(ldc, func(at operand.Mem, i, j int) { t.PREFETCHT0(at) })
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

// gather makes the function that copies rows of 1 to 3 vectors, the last under
// the mask, to where they are closer together. Where a store under a mask is slow
// the last vector is stored whole, over what is next in its row. What is next in the
// rows of B is most often the strip to come: they are asked for it, being too far apart
// for the processor to guess.
func (t *target) gather(name string) {
	t.Function(name)
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr("func(t *uint64)")
	t.Doc(name + " copies k rows from b, ldb apart, to c, ldc apart.")
	t.Load(t.Param("t"), args)
	t.MOVQ(argument("b"), bNext)
	t.MOVQ(argument("c"), cBlock)
	t.MOVQ(argument("ldb"), ldb)
	t.MOVQ(argument("ldc"), ldc)
	t.MOVQ(argument("vecs"), aBlock)
	t.mask()
	t.MOVQ(argument("k"), count)
	widest := len(t.tall)
	for width := 1; width <= widest; width++ {
		name := fmt.Sprintf("rows_%d", width)
		if width > 1 {
			t.Label(fmt.Sprintf("width_%d", width))
		}
		if width < widest {
			t.CMPQ(aBlock, operand.U8(width))
			t.JNE(operand.LabelRef(fmt.Sprintf("width_%d", width+1)))
		}
		t.Label(name)
		for j := range width {
			m := operand.Mem{Base: bNext, Disp: j * t.size * t.lanes()}
			t.load(m, t.vec(j), j == width-1)
		}
		for j := range width {
			t.PREFETCHT1(operand.Mem{Base: bNext, Disp: (width + j) * t.size * t.lanes()})
		}
		for j := range width {
			m := operand.Mem{Base: cBlock, Disp: j * t.size * t.lanes()}
			t.store(t.vec(j), m, j == width-1 && t.lasts[0] == masked)
		}
		t.ADDQ(ldb, bNext)
		t.ADDQ(ldc, cBlock)
		t.DECQ(count)
		t.JNE(operand.LabelRef(name))
		t.JMP(operand.LabelRef("done"))
	}
	t.Label("done")
	t.VZEROUPPER()
	t.RET()
}
