package vi

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Work is a place to take steps: a model, its parameters, its data, tapes.
type Work struct {
	Model   Model
	Params  *Params
	Data    *Data
	All     []int // 0..N-1
	State   State
	Threads int     // goroutines for one estimate, 1 or 2; changes no bit
	Bits    rng.Key // by which grey rows are binarised when they are read
	Evals   int64   // density evaluations of all estimates so far

	shards [shards]Step
	mixes  bool    // the model's sheet says so
	free   bool    // the log weight has no prior and no q in it
	states float64 // of a datum's discrete latents
	widest int     // numbers in a row of the widest matrix
	bytes  int     // of a block's

	of     Estimator // of the last estimate
	card   Card      // its own
	cut    cut
	halves halves
	each   func(i int) // shard, made once
	sum    func(i int) // addUp, made once
}

// cut is an estimate in blocks: what it is of, and what the shards have so far. It
// is the Work's, so that an estimate allocates nothing.
type cut struct {
	e      Estimator
	name   string
	iter   int
	rows   []int
	src    Source
	blocks int
	d      [shards]Direction
	evals  [shards]int64
}

// A batch is cut into blocks of data small enough to stay in the second-level
// cache with all that is computed from them, so that forward, weights and backward
// of a block never leave it. The blocks are dealt to shards, a first and a second
// half; each shard adds up its own blocks in order, and the shards are added up in
// order. Neither depends on threads: a thread more takes a shard, that is all.
const (
	shards     = 2
	blockBytes = 1 << 19
)

// NewWork lays out the parameters of the model (and of the estimator, if it has
// any) in a precision and sets their start; key is init/<model> of the seed.
func NewWork(m Model, e Estimator, d *Data, prec tape.Precision, key rng.Key) (*Work, error) {
	sheet := m.Sheet()
	var own []Spec
	var init func(*Params)
	var st State
	if s, ok := e.(Starter); ok {
		own, init, st = s.Start(sheet, d.Shape(), key)
	}
	p, err := tape.NewParams(prec, append(append([]Spec{}, sheet.Params...), own...))
	if err != nil {
		return nil, fmt.Errorf("vi: %w", err)
	}
	m.Init(key, p)
	if init != nil {
		init(p)
	}
	if l, ok := e.(Looker); ok {
		l.Look(d, key, p, st)
	}
	if c, ok := m.(Constrained); ok {
		c.Project(p)
	}
	w := &Work{Model: m, Params: p, Data: d, All: make([]int, d.N), State: st, Threads: 1, widest: d.D, mixes: sheet.Mixes, free: sheet.free(), states: sheet.discrete().States()}
	for i := range w.All {
		w.All[i] = i
	}
	for _, b := range sheet.Blocks {
		w.widest = max(w.widest, b.Dim)
	}
	w.bytes = blockBytes
	if sheet.Wide > 0 { // the encoder's weights go by once a block
		w.widest, w.bytes = max(w.widest, sheet.Wide), 2*blockBytes
	} else {
		for _, s := range p.Specs() {
			w.widest = max(w.widest, s.Rows, s.Cols)
		}
	}
	for i := range w.shards {
		w.shards[i].Tape = tape.New(p)
	}
	return w, nil
}

// On is a place to look at other data with the same model and parameters: a test
// set. It is for evaluation: state stays behind.
func (w *Work) On(d *Data) *Work { return w.with(w.Model, w.Params, d) }

// At is the same place with other values of the parameters.
func (w *Work) At(p *Params) *Work {
	o := w.with(w.Model, p, w.Data)
	o.Bits = w.Bits
	return o
}

// Infer is such a place for a model whose q belongs to the row: it has one for each row
// of the data, found with gen/ as it stands.
func (w *Work) Infer(d *Data) (*Work, error) {
	m, p, err := w.Model.(Inferrer).Infer(w.Params, d)
	if err != nil {
		return nil, err
	}
	o := w.with(m, p, d)
	o.mixes = m.Sheet().Mixes
	return o, nil
}

// Infers says whether rows of data, those trained on or others, have a q only by Infer.
func (w *Work) Infers(trained bool) bool {
	_, ok := w.Model.(Inferrer)
	sheet := w.Model.Sheet()
	return ok && slices.Contains(sheet.Offers, Infer) && !(trained && sheet.Whole)
}

func (w *Work) with(m Model, p *Params, d *Data) *Work {
	o := &Work{
		Model: m, Params: p, Data: d, All: make([]int, d.N), Threads: w.Threads,
		widest: w.widest, bytes: w.bytes, mixes: w.mixes, free: w.free, states: w.states,
	}
	for i := range o.All {
		o.All[i] = i
	}
	for i := range o.shards {
		o.shards[i].Tape = tape.New(p)
	}
	return o
}

// Rows are the first n rows of the data as a step reads them, [n,D]: of grey ones
// their bits.
func (w *Work) Rows(n int) []float64 {
	d := w.Data.D
	if !w.Data.Grey {
		return w.Data.X[:n*d]
	}
	x := make([]float64, n*d)
	for i := range n {
		w.shards[0].binarise(tape.Float64s(x[i*d:(i+1)*d]), w.Data.X[i*d:(i+1)*d], rng.Plate(w.Bits, uint64(i)))
	}
	return x
}

// Step opens a step on rows of the data with a source of noise. The one before
// is over: its nodes and directions are gone.
func (w *Work) Step(iter int, rows []int, src Source) *Step {
	w.shards[0].forget()
	w.shards[1].forget()
	return w.shards[0].open(w, iter, rows, src)
}

// Fit is how many samples of one datum each stay in cache with what is computed
// from them: how many an evaluation best looks at in one step.
func (w *Work) Fit() int { return w.block(1) }

// block is how many data of k samples each make a block, at least one.
func (w *Work) block(k int) int {
	size := 4
	if w.Params.Precision() == tape.Float64 {
		size = 8
	}
	return max(1, w.bytes/(size*w.widest*max(k, 1)))
}

// Estimate is the estimator's direction on rows of the data: block by block where
// the estimator's card says that its scalars are means over data, and the model's
// sheet that it does not mix rows; else all at once.
func (w *Work) Estimate(e Estimator, iter int, rows []int, src Source) Direction {
	card := w.cardOf(e)
	per := w.block(card.K)
	if (slices.Contains(card.Needs, Enumerate) || slices.Contains(card.Needs, Hybrid)) && w.states <= MostStates {
		per = w.block(card.K * int(w.states)) // as many rows a datum
	}
	if !card.PerDatum || w.mixes || len(rows) <= per || len(rows) < shards {
		w.halves.awake = false
		s := w.Step(iter, rows, src)
		d := e.Estimate(s)
		w.Evals += s.Evals
		return d
	}
	blocks := (len(rows) + per - 1) / per
	blocks += blocks % shards // as many for each shard
	blocks = min(blocks, len(rows)/shards*shards)
	w.cut = cut{e: e, name: card.Name, iter: iter, rows: rows, src: src, blocks: blocks}
	if w.each == nil {
		w.each, w.sum = w.shard, w.addUp
	}
	// A source that remembers its draws belongs to one goroutine; keys do not.
	_, keyed := src.(*Keyed)
	w.halves.awake = keyed && w.Threads > 1
	w.shards[1].Tape.Follow(nil)
	if !w.halves.awake {
		w.shards[1].Tape.Follow(w.shards[0].Tape)
	}
	w.Halves(w.each)
	d := &w.cut.d
	consistent(card.Name, d[0], d[1])
	for _, n := range w.cut.evals {
		w.Evals += n
	}
	w.Halves(w.sum)
	return d[0]
}

// addUp adds half i of the second shard's direction to the first's.
func (w *Work) addUp(i int) {
	d := &w.cut.d
	for r := range tape.Role(tape.Roles) {
		if sum := d[0].Role(r).Ascend; !sum.Nil() {
			sum.Half(i).Add(d[1].Role(r).Ascend.Half(i))
		}
	}
}

// cardOf is the estimator's card, asked once as long as the estimator is the same.
func (w *Work) cardOf(e Estimator) Card {
	if !same(w.of, e) {
		w.of, w.card = e, e.Card()
	}
	return w.card
}

// same compares two estimators; those that Go cannot compare are never the same.
func same(a, b Estimator) (yes bool) {
	defer func() { recover() }()
	return a == b
}

// shard adds up the blocks of a shard.
func (w *Work) shard(i int) {
	c, s := &w.cut, &w.shards[i]
	s.forget()
	first := i * c.blocks / shards
	end := first + c.blocks/shards
	for b := first; b < end; b++ {
		block := c.rows[b*len(c.rows)/c.blocks : (b+1)*len(c.rows)/c.blocks]
		s.open(w, c.iter, block, c.src)
		s.Tape.Part(float64(len(block))/float64(len(c.rows)), b == first, b+1 == end)
		next := c.e.Estimate(s)
		if b > first {
			consistent(c.name, c.d[i], next)
		}
		ownedBy(s.Tape, c.name, next)
		c.d[i] = next
		c.evals[i] += s.Evals
	}
}

// ownedBy panics unless a block's direction comes from scalars: blocks add up in
// the tape's own vectors, where no target and no direction made by hand lives.
func ownedBy(t *tape.Tape, name string, d Direction) {
	for r := range tape.Role(tape.Roles) {
		if u := d.Role(r); !u.Target.Nil() || !u.Ascend.Nil() && !t.Owns(r, u.Ascend) {
			panic(fmt.Sprintf("vi: estimator %q says PerDatum, but its %s update is not an Ascend of scalars, so blocks of a batch cannot be added up", name, r))
		}
	}
}

// consistent panics unless two blocks of a batch raise the same roles.
func consistent(name string, a, b Direction) {
	for r := range tape.Role(tape.Roles) {
		if a.Role(r).Ascend.Nil() != b.Role(r).Ascend.Nil() {
			panic(fmt.Sprintf("vi: estimator %q raises %s on one block of a batch and not on another", name, r))
		}
	}
}
