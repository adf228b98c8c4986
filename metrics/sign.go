package metrics

import (
	"cmp"

	"github.com/vibench/bench/vi"
)

// Sign is how often a coordinate of a direction has the sign of the reference's mean,
// averaged over coordinates and replicates: 1/2 is a coin's, and a zero counts as
// one half.
//
//	mean over i of P( sign Delta_i = sign E[ref_i] )
type Sign struct {
	Replicates
	Reference string `name:"reference" part:"estimator" required:"true" doc:"estimator that gives the reference direction"`
}

func (Sign) Name() string                { return "sign" }
func (Sign) Better() string              { return "higher" }
func (Sign) Unit() string                { return "" }
func (m Sign) With() []string            { return []string{m.Reference} }
func (m Sign) Emits(s vi.Sheet) []string { return perBlock("sign", s) }

func (m Sign) Open(e *Eval) Fold { return &signs{blocks: networks(e.Work.Params)} }

type signs struct {
	blocks    []block
	self, ref moments
	more      []float64 // by how many replicates a coordinate was positive more often than negative
}

func (f *signs) Add(r int, self []float64, with [][]float64) {
	f.self.add(self)
	f.ref.add(with[0])
	if f.more == nil {
		f.more = make([]float64, len(self))
	}
	for i, x := range self {
		f.more[i] += signOf(x)
	}
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func (f *signs) Close(out *Out) {
	for _, b := range f.blocks {
		name := "sign/" + b.name
		if why := cmp.Or(f.self.bad(b), f.ref.bad(b)); why != "" {
			out.Missing(name, "%s", why)
			continue
		}
		agree := 0.0
		for i := b.lo; i < b.hi; i++ {
			agree += float64(f.more[i] * signOf(f.ref.mean(i)))
		}
		out.Put(name, (1+agree/float64(f.self.n)/float64(b.hi-b.lo))/2)
	}
}
