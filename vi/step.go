package vi

import (
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

// Keyed draws from a key: the stream of a site and plate is key/site/plate.
type Keyed struct{ Key rng.Key }

func (k *Keyed) at(site string, plate uint64) rng.Key { return rng.Plate(rng.Site(k.Key, site), plate) }

// Normal fills dst with standard normals.
func (k *Keyed) Normal(site string, plate uint64, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		k.at(site, plate).Normal64(x, 0)
		return
	}
	k.at(site, plate).Normal32(dst.F32(), 0)
}

// Uniform fills dst with uniforms of (0,1).
func (k *Keyed) Uniform(site string, plate uint64, dst tape.Vector) {
	if x := dst.F64(); x != nil {
		k.at(site, plate).Uniform64(x, 0)
		return
	}
	k.at(site, plate).Uniform32(dst.F32(), 0)
}

// site binds a source to a name and to the data of a batch.
type site struct {
	s    *Step
	name string
}

func (n *site) Normal(b int, dst tape.Vector)  { n.s.source.Normal(n.name, n.s.plate(b), dst) }
func (n *site) Uniform(b int, dst tape.Vector) { n.s.source.Uniform(n.name, n.s.plate(b), dst) }

// Step is one batch at one moment: what an estimator and a model read.
type Step struct {
	*tape.Tape
	X     tape.Node // [B,d], the batch
	Index []int     // row of the data set behind each row of X
	N     int       // rows of the whole data set: global terms carry 1/N
	Iter  int       // training step, from 0
	Evals int64     // density evaluations so far: rows of log p or log q

	model  Latent
	source Source
	sites  []*site
	used   int
	state  State
	kept   []kept
	dists  dist.Pool
}

// Normal is a diagonal Gaussian of this step, a row a datum: mu and logsigma are
// [B,D] or [1,D].
func (s *Step) Normal(mu, logsigma tape.Node) dist.Dist {
	return s.dists.Normal(dist.Normal{T: s.Tape, B: s.B(), Mu: mu, LogSigma: logsigma})
}

// B is the number of data in the batch.
func (s *Step) B() int { return len(s.Index) }

func (s *Step) plate(b int) uint64 { return uint64(s.Index[b]) }

// Noise is the stream of a site; every site of an estimator has its own name.
func (s *Step) Noise(name string) dist.Noise {
	if s.used == len(s.sites) {
		s.sites = append(s.sites, &site{})
	}
	n := s.sites[s.used]
	s.used++
	n.s, n.name = s, name
	return n
}

// Prior is the model's p(z).
func (s *Step) Prior() dist.Dist { return s.model.Prior(s) }

// Posterior is the model's q(z|x).
func (s *Step) Posterior() dist.Dist { return s.model.Posterior(s) }

// LogLik is log p(x|z), [K,B].
func (s *Step) LogLik(z dist.Value) tape.Node {
	s.count(z)
	return s.model.LogLik(s, z)
}

// LogJoint is log p(x,z) = log p(z) + log p(x|z), [K,B].
func (s *Step) LogJoint(z dist.Value) tape.Node {
	s.count(z)
	return s.model.Prior(s).LogProb(z).Add(s.model.LogLik(s, z))
}

// LogQ is log q(z|x) of a distribution of this step, [K,B], counted as an evaluation.
func (s *Step) LogQ(q dist.Dist, z dist.Value) tape.Node {
	s.count(z)
	return q.LogProb(z)
}

func (s *Step) count(z dist.Value) { s.Evals += int64(z.K * s.B()) }

// Ascend turns scalars into a direction.
func (s *Step) Ascend(u Surrogate) Direction {
	v := s.Tape.Ascend(u)
	return Direction{Gen: Update{Ascend: v[tape.Gen]}, Inf: Update{Ascend: v[tape.Inf]}, Own: Update{Ascend: v[tape.Own]}}
}

// open begins a step on rows of the data with a source of noise; what the step
// recorded before is gone.
func (s *Step) open(w *Work, iter int, rows []int, src Source) *Step {
	s.Tape.Reset()
	s.dists.Reset()
	s.Index, s.N, s.Iter, s.source, s.used, s.Evals = rows, w.Data.N, iter, src, 0, 0
	s.model, _ = w.Model.(Latent)
	s.state = w.State
	d := w.Data.D
	s.X = s.Tape.Blank(len(rows), d)
	v := s.X.Value()
	for b, n := range rows {
		x := w.Data.X[n*d : (n+1)*d]
		if y := v.F64(); y != nil {
			copy(y[b*d:], x)
			continue
		}
		for j, y := range x {
			v.Set(b*d+j, y)
		}
	}
	return s
}
