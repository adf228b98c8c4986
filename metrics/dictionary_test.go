package metrics_test

import (
	"slices"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/vi"
)

// coder is a linear generator of four pixels with three atoms, whose codes are
// N(mu, sigma^2), the same for all data, or zero where a draw is not positive.
type coder struct {
	whole, gated bool
	kind         string
}

func (m coder) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: m.kind, Dim: 3}}, Whole: m.whole, Offers: []vi.Cap{vi.Atoms},
		Params: []vi.Spec{{Name: "gen/A", Rows: 4, Cols: 3}, {Name: "inf/mu", Rows: 1, Cols: 3}, {Name: "inf/logsigma", Rows: 1, Cols: 3}},
	}
}

var coderAtoms = []float64{
	0.1, 2, 1,
	0.2, -2, 1,
	-0.3, 2, 1,
	0.4, -2, 1,
}

func (coder) Init(_ rng.Key, p *vi.Params) {
	p.Value("gen/A").Copy(tape.Float64s(coderAtoms))
	p.Value("inf/mu").Copy(tape.Float64s([]float64{3, 0.1, -4}))
	p.Value("inf/logsigma").Copy(tape.Float64s([]float64{-20, -20, -20}))
}

func (coder) Prior(*vi.Step) dist.Dist                  { return nil }
func (coder) LogLik(*vi.Step, dist.Value) (n tape.Node) { return n }
func (coder) Atoms(p *vi.Params) []float64              { return p.Value("gen/A").AppendTo(nil) }

func (m coder) Posterior(s *vi.Step) dist.Dist {
	if n, _ := s.X.Shape(); m.whole && n != s.N {
		panic("a posterior of each datum's own was asked for some data")
	}
	q := s.Normal(s.Param("inf/mu"), s.Param("inf/logsigma"))
	if m.gated {
		return gated{q, s.Tape}
	}
	return q
}

// gated is a distribution with all that is not positive at zero.
type gated struct {
	dist.Dist
	t *tape.Tape
}

func (q gated) Sample(n dist.Noise, k int) dist.Value {
	z := q.Dist.Sample(n, k)
	x := z.Node.Value().AppendTo(nil)
	for i := range x {
		x[i] = max(x[i], 0)
	}
	out := q.t.Blank(z.Node.Shape())
	out.Value().Copy(tape.Float64s(x))
	return dist.Value{Node: out, K: k}
}

func coding(t *testing.T, m coder, image [2]int) *metrics.Eval {
	t.Helper()
	d := &vi.Data{Name: "hand", N: 5, D: 4, X: make([]float64, 20), Image: image, Domain: vi.Real}
	for i := range d.X {
		d.X[i] = 2 // of size 4
	}
	w, err := vi.NewWork(m, nil, d, tape.Float64, rng.Key{})
	if err != nil {
		t.Fatal(err)
	}
	return moment(w, nil)
}

// Atoms come as pictures, column by column, those that explain most first: |a| |z| is
// 4 times 0.1, 0.548 times 3 and 2 times 4 here.
func TestDictionary(t *testing.T) {
	first, second, third := []float64{0.1, 0.2, -0.3, 0.4}, []float64{2, -2, 2, -2}, []float64{1, 1, 1, 1}
	e := coding(t, coder{kind: "real"}, [2]int{2, 2})
	out := measure(e, metrics.Dictionary{})
	if got, want := array(t, out, "dictionary@2x2"), slices.Concat(third, first, second); !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
	if len(out.Arrays) != 1 || len(out.Values) != 0 {
		t.Errorf("got %+v; want the one array", out)
	}
	if got := array(t, measure(e, metrics.Dictionary{N: 2}), "dictionary@2x2"); !slices.Equal(got, slices.Concat(third, first)) {
		t.Errorf("the two that explain most: got %v", got)
	}
	// A posterior of each datum's own is asked for all data, however few are looked at.
	own := coding(t, coder{kind: "real", whole: true}, [2]int{1, 4})
	if got := array(t, measure(own, metrics.Dictionary{N: 1, On: metrics.On{First: 2}}), "dictionary@1x4"); !slices.Equal(got, third) {
		t.Errorf("whole: got %v", got)
	}
	// Latents that are no code leave the order.
	if got := array(t, measure(coding(t, coder{kind: "binary"}, [2]int{2, 2}), metrics.Dictionary{}), "dictionary@2x2"); !slices.Equal(got, slices.Concat(first, second, third)) {
		t.Errorf("bits: got %v", got)
	}
	if out := measure(coding(t, coder{kind: "real"}, [2]int{3, 2}), metrics.Dictionary{}); len(out.Arrays) != 0 {
		t.Errorf("data that are no picture: got %v", out.Arrays)
	}
	e.Work.Data.Atoms = []float64{1, 2, 3, 4, 5, 6, 7, 8}
	if got := array(t, measure(e, metrics.Dictionary{}), "dictionary/true@2x2"); !slices.Equal(got, []float64{1, 3, 5, 7, 2, 4, 6, 8}) {
		t.Errorf("the one that made the data: got %v", got)
	}
}

// Codes are counted where they lie, in sizes of a datum: z |a| is 1.64, 0.4 and -8,
// and a datum's size 4.
func TestCodeHistogram(t *testing.T) {
	m := metrics.CodeHistogram{Bins: 4, Reach: 1}
	want := func(name string, e *metrics.Eval, m metrics.CodeHistogram, counts ...float64) {
		t.Helper()
		if got := array(t, measure(e, m), name); !slices.Equal(got, counts) {
			t.Errorf("%s: got %v; want %v", name, got, counts)
		}
	}
	e := coding(t, coder{kind: "real"}, [2]int{})
	want("code-histogram@data", e, m, -1, -0.5, 0, 0.5, 1, 0, 0, 10, 0, 0, 5, 0)
	m.First = 2
	want("code-histogram@data", e, m, -1, -0.5, 0, 0.5, 1, 0, 0, 4, 0, 0, 2, 0)
	want("code-histogram@data", coding(t, coder{kind: "real", whole: true}, [2]int{}), m, -1, -0.5, 0, 0.5, 1, 0, 0, 4, 0, 0, 2, 0)
	// What a threshold has set to zero is apart from what is near it.
	want("code-histogram@data", coding(t, coder{kind: "real", gated: true}, [2]int{}), m, -1, -0.5, 0, 0.5, 1, 0, 0, 4, 0, 2, 0, 0)
	m = metrics.CodeHistogram{Bins: 3, Reach: 3, On: metrics.On{Split: "train"}}
	want("train/code-histogram@data", e, m, -3, -1, 1, 3, 5, 10, 0, 0, 0, 0)
	if err := m.Check(coder{kind: "binary"}.Sheet()); err == nil {
		t.Error("bits are taken for codes")
	}
	if out := measure(coding(t, coder{kind: "binary"}, [2]int{}), m); len(out.Arrays) != 0 {
		t.Errorf("bits: got %v", out.Arrays)
	}
	// Nothing is lost, whatever the bins: of a model without atoms z itself is counted.
	w, _ := toy(t, 0.5)
	for _, bins := range []int{1, 7, 50} {
		x := array(t, measure(moment(w, nil), metrics.CodeHistogram{Bins: bins, Reach: 0.7}), "code-histogram@latent")
		if len(x) != 2*bins+4 || sum(x[bins+1:]) != float64(w.Data.N*2) {
			t.Errorf("%d bins: %g values of %d", bins, sum(x[bins+1:]), w.Data.N*2)
		}
		for i, edge := range x[:bins+1] {
			if edge != -x[bins-i] {
				t.Errorf("%d bins: edges %v", bins, x[:bins+1])
				break
			}
		}
	}
}
