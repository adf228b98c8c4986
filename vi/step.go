package vi

import (
	"strconv"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
)

// Source is where a step's noise comes from. Keyed is the real one; an exact
// test puts quadrature in its place, because noise enters nowhere else.
type Source interface {
	Normal(site string, plate uint64, dst tape.Vector)
	Uniform(site string, plate uint64, dst tape.Vector)
}

// Keyed draws from a key: the stream of a site and plate is key/site/plate. With
// Skip it goes on where Skip samples of each stream were drawn before, K being
// drawn now: the way to look at thousands of samples a few at a time.
type Keyed struct {
	Key     rng.Key
	Skip, K int
}

func (k *Keyed) at(site string, plate uint64) rng.Key { return rng.Plate(rng.Site(k.Key, site), plate) }

// from is the first entry of a stream of which n are wanted.
func (k *Keyed) from(n int) uint64 {
	if k.Skip == 0 {
		return 0
	}
	return uint64(k.Skip * (n / k.K))
}

// Normal fills dst with standard normals.
func (k *Keyed) Normal(site string, plate uint64, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		k.at(site, plate).Normal64(x, k.from(len(x)))
		return
	}
	k.at(site, plate).Normal32(dst.F32(), k.from(dst.Len()))
}

// Uniform fills dst with uniforms of (0,1).
func (k *Keyed) Uniform(site string, plate uint64, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		k.at(site, plate).Uniform64(x, k.from(len(x)))
		return
	}
	k.at(site, plate).Uniform32(dst.F32(), k.from(dst.Len()))
}

// site binds a source to a name and to the data of a batch.
type site struct {
	s    *Step
	name string
}

func (n *site) Normal(b int, dst tape.Vector)  { n.s.source.Normal(n.name, n.s.plate(b), dst) }
func (n *site) Uniform(b int, dst tape.Vector) { n.s.source.Uniform(n.name, n.s.plate(b), dst) }

// Layer numbers the blocks of a chain from 1: the site z has z1 and z2.
func (n *site) Layer(i int) dist.Noise { return n.s.Noise(n.s.layer(layer{n.name, i, ""})) }

// Step is one batch at one moment: what an estimator and a model read.
type Step struct {
	*tape.Tape
	X     tape.Node // [B,d], the batch
	Index []int     // row of the data set behind each row of X
	Known []int     // class of each row where the model may read it, else -1; nil: of none
	N     int       // rows of the whole data set: global terms carry 1/N
	Iter  int       // training step, from 0
	Evals int64     // density evaluations so far: rows of log p or log q

	model      Model
	latent     Latent // the model, nil where it has no posterior
	free       bool   // the log weight has no prior and no q in it
	source     Source
	sites      []*site
	used       int
	state      State
	kept       []kept
	keptRows   []int
	keptValues []float64
	names      map[layer]string // of sites of chains, made once
	dists      dist.Pool
	chains     []*chain
	linked     int // chains in use
	bits       []float32
	classes    []int
	of         *Step   // the step that this is another view of (At), nil if none
	views      []*Step // views made by At, reused
	viewed     int
}

// root is the step itself, or the one that it is a view of.
func (s *Step) root() *Step {
	if s.of != nil {
		return s.of
	}
	return s
}

// At is the same step on other data, a dream or an imputation: x is [B,d], a row
// for each datum of the batch, or for a Maximiser [K*B,d]. Noise, state and counts are the step's own.
func (s *Step) At(x tape.Node) *Step {
	r := s.root()
	if r.viewed == len(r.views) {
		r.views = append(r.views, &Step{})
	}
	a := r.views[r.viewed]
	r.viewed++
	*a = Step{Tape: r.Tape, X: x, Index: r.Index, N: r.N, Iter: r.Iter, model: r.model, latent: r.latent, free: r.free, source: r.source, state: r.state, of: r}
	return a
}

// Elsewhere says that X are other data than those of the step's rows.
func (s *Step) Elsewhere() bool { return s.of != nil }

// Normal is a diagonal Gaussian of this step, a row a datum: mu and logsigma are
// [B,D] or [1,D].
func (s *Step) Normal(mu, logsigma tape.Node) dist.Dist {
	return s.root().dists.Normal(dist.Normal{T: s.Tape, B: s.B(), Mu: mu, LogSigma: logsigma})
}

// Bernoulli is independent bits of this step by their logits [R,D], a row for all, a
// datum or a sample.
func (s *Step) Bernoulli(logits tape.Node) dist.Dist {
	return s.root().dists.Bernoulli(dist.Bernoulli{T: s.Tape, B: s.B(), Logits: logits})
}

// Categorical is independent variables of n categories of this step by their logits
// [R,G*n], rows as of Bernoulli.
func (s *Step) Categorical(logits tape.Node, n int) dist.Dist {
	return s.root().dists.Categorical(dist.Categorical{T: s.Tape, B: s.B(), Logits: logits, N: n})
}

// Layers are the stochastic layers of a chain: Layer is the distribution of block
// i for a value of which the blocks drawn before it are set.
type Layers interface {
	Layer(s *Step, i int, z dist.Value) dist.Dist
}

// Chain is several blocks as one distribution of this step, drawn in an order of
// blocks (dist.Chain). Its noise is at sites numbered from 1: z1, z2.
func (s *Step) Chain(l Layers, order []int) dist.Dist {
	r := s.root()
	if r.linked == len(r.chains) {
		r.chains = append(r.chains, &chain{})
	}
	c := r.chains[r.linked]
	r.linked++
	c.s, c.l = s, l
	return c.Begin(s.Tape, c, order)
}

// chain binds the layers of a chain to a step.
type chain struct {
	dist.Chain
	s *Step
	l Layers
}

func (c *chain) Given(i int, z dist.Value) dist.Dist { return c.l.Layer(c.s, i, z) }

// layer is block i of a chain at a site, or what is drawn anew after it.
type layer struct {
	site string
	i    int
	then string
}

func (s *Step) layer(l layer) string {
	name, ok := s.names[l]
	if !ok {
		if s.names == nil {
			s.names = map[layer]string{}
		}
		name = l.site + strconv.Itoa(l.i+1) + l.then
		s.names[l] = name
	}
	return name
}

// Model is the step's model, for an estimator whose card needs one of its capabilities:
// s.Model().(Maximiser).
func (s *Step) Model() Model { return s.model }

// Target is a target for a role that starts as its parameters stand: the caller moves in it
// what is to move (Of finds a parameter) and returns it as an Update.
func (s *Step) Target(r tape.Role) tape.Vector {
	v := s.Blanks(r)
	v.Copy(s.Params().Vector(r))
	return v
}

// Plates is the stream of a site whose plates are no data but what the caller numbers:
// chains, components, times; plate 0 where there is one for all.
func (s *Step) Plates(name string) Plates { return Plates{s.root().source, name} }

// Plates draws from a source at one site; see Step.Plates.
type Plates struct {
	source Source
	name   string
}

// Normal fills dst with standard normals of plate i.
func (p Plates) Normal(i int, dst tape.Vector) { p.source.Normal(p.name, uint64(i), dst) }

// Uniform fills dst with uniforms of (0,1) of plate i.
func (p Plates) Uniform(i int, dst tape.Vector) { p.source.Uniform(p.name, uint64(i), dst) }

// B is the number of data in the batch.
func (s *Step) B() int { return len(s.Index) }

func (s *Step) plate(b int) uint64 { return uint64(s.Index[b]) }

// Noise is the stream of a site; every site of an estimator has its own name.
func (s *Step) Noise(name string) dist.Noise {
	s = s.root()
	if s.used == len(s.sites) {
		s.sites = append(s.sites, &site{})
	}
	n := s.sites[s.used]
	s.used++
	n.s, n.name = s, name
	return n
}

// Fork is the stream of a chain's layers that are drawn anew after block i, from 0: of
// the site z after its first block, z1/1, z1/2.
func (s *Step) Fork(name string, i int) dist.Noise {
	return s.Noise(s.root().layer(layer{name, i, "/"}))
}

// Prior is the model's p(z); nil of a cost and where q is the prior itself.
func (s *Step) Prior() dist.Dist { return s.latent.Prior(s) }

// Posterior is the model's q(z|x).
func (s *Step) Posterior() dist.Dist { return s.latent.Posterior(s) }

// Simulate is the model's dream (z, x) ~ p for each datum of the batch, constants
// both: for estimators whose card needs it.
func (s *Step) Simulate() (z dist.Value, x tape.Node) { return s.model.(Simulator).Simulate(s) }

// LogLik is log p(x|z), [K,B].
func (s *Step) LogLik(z dist.Value) tape.Node {
	s.count(z)
	return s.latent.LogLik(s, z)
}

// LogJoint is log p(x,z) = log p(z) + log p(x|z), [K,B]; where there is no
// prior beside q, log p(x|z).
func (s *Step) LogJoint(z dist.Value) tape.Node {
	s.count(z)
	p := s.latent.Prior(s)
	if p == nil {
		return s.latent.LogLik(s, z)
	}
	return p.LogProb(z).Add(s.latent.LogLik(s, z))
}

// LogW is the log weight log p(x,z) - log q(z|x), [K,B], by a q of this step; of a
// cost, and where q is the prior, log p(x|z).
func (s *Step) LogW(q dist.Dist, z dist.Value) tape.Node {
	return s.less(s.LogJoint(z), q, z)
}

// less is a log joint less log q, unless there is no prior for q to stand against.
func (s *Step) less(lp tape.Node, q dist.Dist, z dist.Value) tape.Node {
	if s.free {
		return lp
	}
	return lp.Sub(s.LogQ(q, z))
}

// LogQ is log q(z|x) of a distribution of this step, [K,B], counted as an evaluation.
func (s *Step) LogQ(q dist.Dist, z dist.Value) tape.Node {
	s.count(z)
	return q.LogProb(z)
}

func (s *Step) count(z dist.Value) { s.root().Evals += int64(z.K * s.B()) }

// Ascend turns scalars into a direction, with what guides the model's inf/.
func (s *Step) Ascend(u Surrogate) Direction {
	if g, ok := s.model.(Guided); ok && !u.Inf.Nil() {
		if guide := g.Guide(s); !guide.Nil() {
			u.Inf = u.Inf.Add(guide)
		}
	}
	v := s.Tape.Ascend(u)
	return Direction{Gen: Update{Ascend: v[tape.Gen]}, Inf: Update{Ascend: v[tape.Inf]}, Own: Update{Ascend: v[tape.Own]}}
}

// open begins a step on rows of the data with a source of noise; what the step
// recorded before is gone.
func (s *Step) open(w *Work, iter int, rows []int, src Source) *Step {
	s.Tape.Reset()
	s.dists.Reset()
	s.Index, s.N, s.Iter, s.source, s.used, s.viewed, s.linked, s.Evals = rows, w.Data.N, iter, src, 0, 0, 0, 0
	s.model = w.Model
	s.latent, _ = w.Model.(Latent)
	s.free = w.free
	s.state = w.State
	d := w.Data.D
	s.Known = s.known(w.Data)
	s.X = s.Tape.Blank(len(rows), d)
	v := s.X.Value()
	for b, n := range rows {
		x := w.Data.X[n*d : (n+1)*d]
		if w.Data.Grey {
			s.binarise(v.Slice(b*d, (b+1)*d), x, rng.Plate(w.Bits, uint64(n)))
			continue
		}
		if y := v.F64(); y != nil {
			copy(y[b*d:], x)
			continue
		}
		y := v.F32()[b*d:][:d]
		for j, z := range x {
			y[j] = float32(z)
		}
	}
	return s
}

// known are the classes of the batch that may be read, nil if there is none in the data.
func (s *Step) known(d *Data) []int {
	if d.Shown == nil {
		return nil
	}
	s.classes = s.classes[:0]
	for _, n := range s.Index {
		c := -1
		if d.Shown[n] {
			c = d.Labels[n]
		}
		s.classes = append(s.classes, c)
	}
	return s.classes
}

// binarise sets dst to 1[u > 1-x], u the uniforms of the key in float32 whatever
// the precision, so that it changes no bit of the data.
func (s *Step) binarise(dst tape.Vector, x []float64, key rng.Key) {
	if cap(s.bits) < len(x) {
		s.bits = make([]float32, len(x))
	}
	u := s.bits[:len(x)]
	key.Uniform32(u, 0)
	for j, p := range x {
		bit := 0.0
		if float64(u[j]) > 1-p {
			bit = 1
		}
		dst.Set(j, bit)
	}
}
