package vi_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// point is a model of one real latent a coordinate, whose data are N rows.
type point struct{ d int }

func (m point) Sheet() vi.Sheet {
	return vi.Sheet{
		Blocks: []vi.Block{{Name: "z", Kind: "real", Dim: m.d, Offers: []vi.Cap{vi.Score, vi.Path}}},
		Params: []vi.Spec{{Name: "gen/m", Rows: 1, Cols: m.d}, {Name: "inf/b", Rows: 1, Cols: m.d}},
	}
}

func (m point) Init(key rng.Key, p *vi.Params) {
	x := make([]float64, m.d)
	key.Fold("inf/b").Normal64(x, 0)
	p.Set("inf/b", x)
}

func (m point) Prior(s *vi.Step) dist.Dist {
	return dist.Normal{T: s.Tape, B: s.B(), Mu: s.Param("gen/m"), LogSigma: s.Leaf(1, m.d)}
}

func (m point) Posterior(s *vi.Step) dist.Dist {
	return dist.Normal{T: s.Tape, B: s.B(), Mu: s.Param("inf/b"), LogSigma: s.Leaf(1, m.d)}
}

func (m point) LogLik(s *vi.Step, z dist.Value) tape.Node {
	return s.NormalLogProb(z.K, s.X, z.Node, s.Leaf(1, m.d))
}

func data(n, d int) *vi.Data {
	x := make([]float64, n*d)
	for i := range x {
		x[i] = float64(i) / 8
	}
	return &vi.Data{Name: "hand", N: n, D: d, X: x, Domain: vi.Real}
}

func newWork(t testing.TB, e vi.Estimator, prec tape.Precision, n int) *vi.Work {
	t.Helper()
	w, err := vi.NewWork(point{2}, e, data(n, 2), prec, rng.Init(1, "point"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var key = rng.Probe(1, 2, 3)

func draw(w *vi.Work, rows []int, site string, k int) tape.Vector {
	s := w.Step(0, rows, &vi.Keyed{Key: key})
	z := s.Posterior().Sample(s.Noise(site), k)
	return z.Node.Value()
}

// Noise is addressed by data row, not by place in the batch: a datum draws the same in
// any batch, in any order; sites and data draw differently.
func TestNoiseIsAddressedByRow(t *testing.T) {
	const k, d = 4, 2
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		w := newWork(t, nil, prec, 6)
		all := append([]byte(nil), draw(w, w.All, "z", k).Bits()...)
		of := func(i int) []byte { b := len(all) / 6; return all[i*b : (i+1)*b] }
		rows := []int{4, 1, 5}
		some := draw(w, rows, "z", k)
		for i, n := range rows {
			if !bytes.Equal(some.Slice(i*k*d, (i+1)*k*d).Bits(), of(n)) {
				t.Errorf("%s: datum %d draws differently in another batch", prec, n)
			}
		}
		if bytes.Equal(of(0), of(1)) {
			t.Errorf("%s: two data share their draws", prec)
		}
		if bytes.Equal(draw(w, w.All, "y", k).Bits(), all) {
			t.Errorf("%s: two sites share their draws", prec)
		}
	}
}

// Sample k of K = 50 is sample k of K = 5.
func TestMoreSamplesExtendFewer(t *testing.T) {
	w := newWork(t, nil, tape.Float64, 3)
	few := slices.Clone(draw(w, w.All, "z", 5).F64())
	many := draw(w, w.All, "z", 50).F64()
	for n := range 3 {
		if !slices.Equal(few[n*10:(n+1)*10], many[n*100:n*100+10]) {
			t.Errorf("datum %d: K = 5 is not a prefix of K = 50", n)
		}
	}
}

// Keyed draws at key/site/plate, normals and uniforms alike.
func TestKeyedPath(t *testing.T) {
	src := &vi.Keyed{Key: key}
	got, want := make([]float64, 7), make([]float64, 7)
	src.Normal("z", 5, tape.Float64s(got))
	rng.Plate(rng.Site(key, "z"), 5).Normal64(want, 0)
	if !slices.Equal(got, want) {
		t.Error("normals are not those of key/site/plate")
	}
	src.Uniform("z", 5, tape.Float64s(got))
	rng.Plate(rng.Site(key, "z"), 5).Uniform64(want, 0)
	if !slices.Equal(got, want) {
		t.Error("uniforms are not those of key/site/plate")
	}
	got32, want32 := make([]float32, 7), make([]float32, 7)
	src.Uniform("z", 5, tape.Float32s(got32))
	rng.Plate(rng.Site(key, "z"), 5).Uniform32(want32, 0)
	if !slices.Equal(got32, want32) {
		t.Error("float32 uniforms are not those of key/site/plate")
	}
}

// A step holds its rows, and counts a density evaluation for every row of every
// log p and log q; the next step starts from zero.
func TestStepReads(t *testing.T) {
	w := newWork(t, nil, tape.Float32, 6)
	s := w.Step(9, []int{5, 2}, &vi.Keyed{Key: key})
	if s.B() != 2 || s.N != 6 || s.Iter != 9 || !slices.Equal(s.Index, []int{5, 2}) {
		t.Errorf("B %d, N %d, Iter %d, Index %v", s.B(), s.N, s.Iter, s.Index)
	}
	if got, want := s.X.Value().F32(), []float32{10. / 8, 11. / 8, 4. / 8, 5. / 8}; !slices.Equal(got, want) {
		t.Errorf("X is %v; want %v", got, want)
	}
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), 3)
	joint := s.LogJoint(z).Float64s()
	prior, lik := s.Prior().LogProb(z).Float64s(), s.LogLik(z).Float64s()
	for i := range joint {
		if joint[i] != prior[i]+lik[i] {
			t.Errorf("log p(x,z)[%d] = %g; prior + likelihood = %g", i, joint[i], prior[i]+lik[i])
		}
	}
	s.LogQ(q, z)
	if s.Evals != 3*6 { // joint, likelihood, q: 3 samples of 2 data each
		t.Errorf("%d evaluations; want 18", s.Evals)
	}
	if s = w.Step(10, w.All, &vi.Keyed{Key: key}); s.Evals != 0 || s.B() != 6 {
		t.Errorf("a new step has %d evaluations, %d rows", s.Evals, s.B())
	}
}

// walker is an estimator with a parameter and a state of its own.
type walker struct{}

func (walker) Card() vi.Card { return vi.Card{Name: "walker", K: 1} }

func (walker) Start(vi.Sheet, vi.Shape, rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return []vi.Spec{{Name: "own/c", Rows: 1, Cols: 1}},
		func(p *vi.Params) { p.Set("own/c", []float64{7}) },
		vi.State{"chain": {Width: 2, Data: []float64{0, 1, 2, 3, 4, 5}}}
}

func (walker) Estimate(s *vi.Step) vi.Direction {
	t := s.State("chain")
	next := []float64{t.Data[4] + 10, t.Data[5] + 10, t.Data[0] + 10, t.Data[1] + 10}
	s.Keep("chain", []int{2, 0}, next)
	next[0] = -1 // what was kept is a copy
	return s.Ascend(vi.Surrogate{Own: s.Param("own/c").SumD(1).Sum()})
}

// An estimator's own parameters stand beside the model's. What a step keeps is
// the state of the next one after Commit, and never before: a probe, which does not
// commit, leaves no trace, nor does it spill into a later Commit.
func TestStateIsReadAndReturned(t *testing.T) {
	w := newWork(t, walker{}, tape.Float64, 3)
	if w.Params.Value("own/c").At(0) != 7 {
		t.Error("own/c was not started")
	}
	step := func() vi.Direction { return walker{}.Estimate(w.Step(0, w.All, &vi.Keyed{Key: key})) }
	d := step()
	if d.Own.Nil() || d.Own.Ascend.At(0) != 1 || !d.Gen.Nil() || !d.Inf.Nil() {
		t.Errorf("direction %+v", d)
	}
	if got := w.State["chain"].Data; !slices.Equal(got, []float64{0, 1, 2, 3, 4, 5}) {
		t.Fatalf("an estimate changed the state: %v", got)
	}
	step() // a second probe
	w.Step(0, w.All, &vi.Keyed{Key: key})
	w.Commit() // of a step that kept nothing
	if got := w.State["chain"].Data; !slices.Equal(got, []float64{0, 1, 2, 3, 4, 5}) {
		t.Fatalf("a discarded step was committed: %v", got)
	}
	step()
	w.Commit()
	want := []float64{10, 11, 2, 3, 14, 15}
	if got := w.State["chain"].Data; !slices.Equal(got, want) {
		t.Fatalf("state %v; want %v", got, want)
	}
	w.Commit() // twice is once
	if got := w.State["chain"].Data; !slices.Equal(got, want) {
		t.Errorf("a second commit changed the state: %v", got)
	}
	step()
	w.Commit()
	if got := w.State["chain"].Data; !slices.Equal(got, []float64{20, 21, 2, 3, 24, 25}) {
		t.Errorf("state %v after two steps", got)
	}
}

func TestStateMisuse(t *testing.T) {
	w := newWork(t, walker{}, tape.Float64, 3)
	s := w.Step(0, w.All, &vi.Keyed{Key: key})
	panics := func(want string, f func()) {
		t.Helper()
		defer func() {
			t.Helper()
			if got, _ := recover().(string); !strings.Contains(got, want) {
				t.Errorf("panic %q; want %q", got, want)
			}
		}()
		f()
	}
	panics(`state "chains" was not made by Start`, func() { s.State("chains") })
	panics(`Keep "chain": 1 rows of width 2 want 2 values, got 3`, func() { s.Keep("chain", []int{0}, []float64{1, 2, 3}) })
}

// bad claims a parameter of the model's.
type bad struct{ walker }

func (bad) Start(vi.Sheet, vi.Shape, rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return []vi.Spec{{Name: "inf/b", Rows: 1, Cols: 1}}, nil, nil
}

func TestNewWorkErrors(t *testing.T) {
	_, err := vi.NewWork(point{2}, bad{}, data(3, 2), tape.Float64, rng.Init(1, "point"))
	if err == nil || err.Error() != `vi: parameter: "inf/b" is declared twice` {
		t.Errorf("got %v", err)
	}
}

func TestDirectionRoles(t *testing.T) {
	d := vi.Direction{Gen: vi.Update{Ascend: tape.Float64s([]float64{1})}, Own: vi.Update{Target: tape.Float64s([]float64{2})}}
	if d.Role(tape.Gen).Ascend.At(0) != 1 || !d.Role(tape.Inf).Nil() || d.Role(tape.Own).Target.At(0) != 2 || d.Role(tape.Own).Nil() {
		t.Errorf("%+v", d)
	}
}

// Grey data are read as bits by a key: their means are the grey values, another
// key gives other bits, the same key the same in both precisions.
func TestGreyIsBinarisedWhenRead(t *testing.T) {
	const n, d = 400, 50
	grey := &vi.Data{Name: "grey", N: n, D: d, X: make([]float64, n*d), Domain: vi.Binary, Grey: true}
	for i := range grey.X {
		grey.X[i] = float64(i%d) / (d - 1) // 0 and 1 among them
	}
	read := func(prec tape.Precision, key rng.Key, rows []int) []float64 {
		w, err := vi.NewWork(point{d}, nil, grey, prec, rng.Init(1, "point"))
		if err != nil {
			t.Fatal(err)
		}
		w.Bits = key
		return w.Step(0, rows, &vi.Keyed{}).X.Value().AppendTo(nil)
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	x := read(tape.Float64, rng.Bits(3, 0), all)
	if !slices.Equal(x, read(tape.Float32, rng.Bits(3, 0), all)) {
		t.Error("the bits differ between precisions")
	}
	if slices.Equal(x, read(tape.Float64, rng.Bits(3, 1), all)) {
		t.Error("another step has the same bits")
	}
	if !slices.Equal(x[7*d:8*d], read(tape.Float64, rng.Bits(3, 0), []int{7})) {
		t.Error("the bits of a row depend on the batch")
	}
	for j := range d {
		mean, p := 0.0, float64(j)/(d-1)
		for i := range n {
			if v := x[i*d+j]; v != 0 && v != 1 {
				t.Fatalf("read %g", v)
			}
			mean += x[i*d+j] / n
		}
		if z := (mean - p) / (0.001 + math.Sqrt(p*(1-p)/n)); math.Abs(z) > 4.5 { // false alarm below 4e-4 for all 50
			t.Errorf("grey %.2f has bits of mean %.3f", p, mean)
		}
	}
}

// The place of local posteriors reads the bits that the work it comes from reads.
func TestLocalReadsTheSameBits(t *testing.T) {
	grey := &vi.Data{Name: "grey", N: 5, D: 30, X: make([]float64, 150), Domain: vi.Binary, Grey: true}
	for i := range grey.X {
		grey.X[i] = 0.5
	}
	w, err := vi.NewWork(point{30}, nil, grey, tape.Float64, rng.Init(1, "point"))
	if err != nil {
		t.Fatal(err)
	}
	w.Bits = rng.HeldBits(1, "grey", "test")
	l, err := w.Local(3)
	if err != nil {
		t.Fatal(err)
	}
	want := w.Step(0, w.All[:3], &vi.Keyed{}).X.Value().AppendTo(nil)
	if got := l.Step(0, l.All, &vi.Keyed{}).X.Value().AppendTo(nil); !slices.Equal(got, want) {
		t.Error("q* is fitted to other bits than q is measured on")
	}
}

// Samples drawn a few at a time are those drawn at once.
func TestSkipGoesOn(t *testing.T) {
	for _, prec := range []tape.Precision{tape.Float64, tape.Float32} {
		w := newWork(t, nil, prec, 3)
		sample := func(src *vi.Keyed, k int) []float64 {
			s := w.Step(0, w.All, src)
			return s.Posterior().Sample(s.Noise("z"), k).Node.Value().AppendTo(nil)
		}
		const k, d = 7, 2
		all := sample(&vi.Keyed{Key: key}, k)
		for lo, hi := 0, 0; lo < k; lo = hi {
			hi = min(lo+3, k)
			part := sample(&vi.Keyed{Key: key, Skip: lo, K: hi - lo}, hi-lo)
			for n := range 3 {
				if got, want := part[n*(hi-lo)*d:(n+1)*(hi-lo)*d], all[(n*k+lo)*d:(n*k+hi)*d]; !slices.Equal(got, want) {
					t.Errorf("%s: samples %d to %d of datum %d are %v; all at once gave %v", prec, lo, hi, n, got, want)
				}
			}
		}
	}
}

// A view of a step at other data shares all but the data.
func TestAt(t *testing.T) {
	w := newWork(t, nil, tape.Float64, 3)
	s := w.Step(0, w.All, &vi.Keyed{Key: key})
	x := s.Leaf(3, 2)
	a := s.At(x)
	z := a.Posterior().Sample(a.Noise("z"), 2)
	a.LogJoint(z)
	if s.Evals != 6 || a.Evals != 0 {
		t.Errorf("%d evaluations counted by the step and %d by its view; want 6 and 0", s.Evals, a.Evals)
	}
	if a.At(s.X).X != s.X || a.X != x {
		t.Error("a view does not read its own data")
	}
	seen := z.Node.Value().AppendTo(nil)
	if got := draw(w, w.All, "z", 2); !slices.Equal(seen, got.F64()) {
		t.Error("a view draws other noise")
	}
}
