package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// compile is avo's own list of passes with vectors allocated first: avo would
// use Y16 to Y31, which AVX2 has not, and gives up where a linear scan, which
// is optimal without branches, fits.
func compile(registers int) pass.Interface {
	return pass.Concat(
		pass.Func(interleave),
		pass.Verify,
		pass.FunctionPass(pass.PruneJumpToFollowingLabel),
		pass.FunctionPass(pass.PruneDanglingLabels),
		pass.FunctionPass(pass.LabelTarget),
		pass.FunctionPass(pass.CFG),
		pass.InstructionPass(pass.ZeroExtend32BitOutputs),
		pass.FunctionPass(pass.Liveness),
		pass.FunctionPass(func(f *ir.Function) error { return allocateVectors(f, registers) }),
		pass.FunctionPass(pass.Liveness),
		pass.FunctionPass(pass.AllocateRegisters),
		pass.FunctionPass(pass.BindRegisters),
		pass.FunctionPass(pass.VerifyAllocation),
		pass.FunctionPass(pass.EnsureBasePointerCalleeSaved),
		pass.Func(pass.IncludeTextFlagHeader),
		pass.FunctionPass(pass.PruneSelfMoves),
		pass.FunctionPass(pass.RequiredISAExtensions),
	)
}

// span is where a vector lives: instruction i reads at 2i and writes at 2i+1.
type span struct {
	id         reg.ID
	start, end int
}

func allocateVectors(f *ir.Function, registers int) error {
	spans := map[reg.ID]*span{}
	live := func(id reg.ID, at int) {
		if id.Kind() != reg.KindVector || !id.IsVirtual() {
			return
		}
		s, ok := spans[id]
		if !ok {
			s = &span{id, at, at}
			spans[id] = s
		}
		s.start, s.end = min(s.start, at), max(s.end, at)
	}
	instructions := f.Instructions()
	for i, in := range instructions {
		for id := range in.LiveIn {
			live(id, 2*i)
		}
		for id := range in.LiveOut {
			live(id, 2*i+1)
		}
		for _, r := range in.OutputRegisters() {
			live(r.ID(), 2*i+1)
		}
	}
	for id := range instructions[0].LiveIn {
		if id.Kind() == reg.KindVector {
			return fmt.Errorf("%s: a vector is read that was never written", f.Name)
		}
	}
	order := make([]*span, 0, len(spans))
	for _, s := range spans {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b *span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.id, b.id))
	})
	until := make([]int, registers) // where each register is last in use
	for i := range until {
		until[i] = -1
	}
	chosen := reg.NewEmptyAllocation()
	for _, s := range order {
		i := slices.IndexFunc(until, func(end int) bool { return end < s.start })
		if i < 0 {
			return fmt.Errorf("%s: more than %d vectors live", f.Name, registers)
		}
		until[i] = s.end
		chosen[s.id] = reg.Vector.Lookup(reg.Index(i), reg.S512).ID()
	}
	for _, in := range instructions {
		for _, list := range [][]operand.Op{in.Operands, in.Inputs, in.Outputs} {
			for i := range list {
				list[i] = operand.ApplyAllocation(list[i], chosen)
			}
		}
		in.LiveIn, in.LiveOut = nil, nil
	}
	return nil
}
