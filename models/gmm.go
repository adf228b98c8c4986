package models

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vibench/bench/core/linalg"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// GMM is a mixture of K Gaussians, its component summed out of every density.
//
//	p(x) = sum_k pi_k N(x; mu_k, L_k L_k')
//
// With equal weights and one fixed covariance sigma^2 I it becomes k-means as sigma goes to
// zero: assign: hard gives every datum wholly to its most probable component, which there
// is Lloyd's step.
//
// No eigenvalue of a covariance goes below floor: the likelihood has no maximum, since a
// component may shrink onto one datum. A component that no datum is of keeps its mean and
// covariance, at a weight of 1e-12.
//
// It starts at means that are K different data, chosen by the seed and start, the data's
// variances and equal weights.
//
// Dempster, Laird and Rubin 1977; k-means as its limit, Bishop 2006, 9.3.2; hard, Celeux and Govaert 1992.
type GMM struct {
	K       int     `name:"k" min:"1" max:"10000" doc:"components"`
	Cov     string  `name:"cov" choices:"full|fixed" doc:"a covariance a component, or sigma^2 I for all as it is"`
	Sigma   float64 `name:"sigma" min:"0" with:"cov=fixed" doc:"fixed: sd of every component in every coordinate"`
	Weights string  `name:"weights" choices:"learned|equal" doc:"pi"`
	Assign  string  `name:"assign" choices:"soft|hard" doc:"of EM: responsibilities, or all to the most probable component"`
	Floor   float64 `name:"floor" min:"0" with:"cov=full" doc:"least eigenvalue of a covariance"`
	Start   int     `name:"start" min:"0" doc:"which of the seed's starts: restarts are cells"`
}

var usualGMM = GMM{K: 3, Cov: "full", Sigma: 1, Weights: "learned", Assign: "soft", Floor: leastVariance}

func (GMM) Name() string { return "gmm" }

// For is the model of real data, with at least a datum a component.
func (m GMM) For(d *vi.Data) (vi.Model, error) {
	if err := errors.Join(choose("gmm", "cov", &m.Cov, "full", "fixed"), choose("gmm", "weights", &m.Weights, "learned", "equal"), choose("gmm", "assign", &m.Assign, "soft", "hard")); err != nil {
		return nil, err
	}
	if d.Domain != vi.Real {
		return nil, fmt.Errorf("model gmm: explains real data, got %s data %q", d.Domain, d.Name)
	}
	if m.K < 1 || d.N < m.K {
		return nil, fmt.Errorf("model gmm: k: got %d components for %d data; need at least one and a datum for each", m.K, d.N)
	}
	if !(m.Sigma > 0) || !(m.Floor > 0) {
		return nil, fmt.Errorf("model gmm: got sigma %g and floor %g; need both above 0", m.Sigma, m.Floor)
	}
	return &gmm{GMM: m, data: d}, nil
}

type gmm struct {
	GMM
	data *vi.Data
}

// Names of its parameters: log pi up to a constant [1,K], mu [K,D], L [K*D,D].
const gmmPi, gmmMu, gmmL = "gen/logpi", "gen/mu", "gen/L"

func (m *gmm) Sheet() vi.Sheet {
	k, d := m.K, m.data.D
	sh := vi.Sheet{Params: []vi.Spec{{Name: gmmMu, Rows: k, Cols: d}}, Offers: []vi.Cap{vi.Exact, vi.MStep, vi.Gradient, vi.Classify}, Data: vi.Real}
	if m.Weights == "learned" {
		sh.Params = append(sh.Params, vi.Spec{Name: gmmPi, Rows: 1, Cols: k})
	}
	if m.Cov == "full" {
		sh.Params = append(sh.Params, vi.Spec{Name: gmmL, Rows: k * d, Cols: d})
	}
	return sh
}

func (m *gmm) Init(key rng.Key, p *vi.Params) {
	d := m.data.D
	p.Set(gmmMu, someRows(rng.Plate(key.Fold(gmmMu), uint64(m.Start)), m.data, m.K))
	if m.Weights == "learned" {
		p.Set(gmmPi, make([]float64, m.K))
	}
	if m.Cov == "full" {
		mean, l := columnMeans(m.data.X, d), make([]float64, m.K*d*d)
		variance := make([]float64, d)
		for i, x := range m.data.X {
			r := x - mean[i%d]
			variance[i%d] += float64(r*r) / float64(m.data.N)
		}
		for k := range m.K {
			for j, v := range variance {
				l[(k*d+j)*d+j] = vec.Exp64(0.5 * vec.Log64(max(v, m.Floor)))
			}
		}
		p.Set(gmmL, l)
	}
}

// someRows are k different rows of the data, [k,D], and of different values while there are
// such: means that are alike would stay so.
func someRows(key rng.Key, d *vi.Data, k int) []float64 {
	order := make([]int, d.N)
	key.Perm(order)
	var x, twice []float64
	for _, n := range order {
		row := d.X[n*d.D : (n+1)*d.D]
		if holds(x, row) {
			twice = append(twice, row...)
		} else if x = append(x, row...); len(x) == k*d.D {
			return x
		}
	}
	return append(x, twice...)[:k*d.D]
}

// holds says whether a row is among rows x.
func holds(x, row []float64) bool {
	for y := range slices.Chunk(x, len(row)) {
		if slices.Equal(y, row) {
			return true
		}
	}
	return false
}

// at is the mixture as numbers; parameters that are no model's have none.
func (m *gmm) at(p *vi.Params) (*Mixture, error) {
	k, d := m.K, m.data.D
	logits, l := make([]float64, k), make([]float64, k*d*d)
	if m.Weights == "learned" {
		logits = p.Value(gmmPi).AppendTo(nil)
	}
	if m.Cov == "full" {
		l = p.Value(gmmL).AppendTo(nil)
	} else {
		for i := range k * d {
			l[i*d+i%d] = m.Sigma
		}
	}
	return NewMixture(logits, p.Value(gmmMu).AppendTo(nil), l)
}

func (m *gmm) LogEvidence(p *vi.Params, x []float64) []float64 {
	f, err := m.at(p)
	if err != nil {
		out := make([]float64, len(x)/m.data.D)
		for i := range out {
			out[i] = nan
		}
		return out
	}
	return f.LogEvidence(x)
}

// Classify is log pi_k N(x; mu_k, Sigma_k), up to a constant the log responsibilities.
func (m *gmm) Classify(s *vi.Step) tape.Node {
	out := s.Blank(s.B(), m.K)
	f, err := m.at(s.Params())
	if err != nil {
		out.Value().From(nans(s.B() * m.K))
		return out
	}
	out.Value().From(f.Logits(s.X.Value().AppendTo(nil)))
	return out
}

func nans(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = nan
	}
	return x
}

// Maximise is EM's step: means, covariances and shares of the data weighed by their
// responsibilities r. They are summed in the coordinates y = L^-1 (x - mu) of every
// component, where nothing cancels however far components lie from the origin:
//
//	mu' = mu + L E_r y,   Sigma' = L (E_r yy' - E_r y E_r y') L',   pi' = E r
//
// A covariance's eigenvalues below the floor are raised to it, the best that the floor admits.
func (m *gmm) Maximise(s *vi.Step, target tape.Vector) {
	x := m.data.X
	if s.B() < s.N {
		x = s.X.Value().AppendTo(nil)
	}
	f, err := m.at(s.Params())
	if err != nil {
		target.Set(0, nan)
		return
	}
	u := f.Sums(x, m.Assign == "hard")
	n := float64(s.B())
	mu := s.Of(target, gmmMu)
	k, d := f.K, f.D
	for i := range k {
		share := max(u.R[i]/n, leastShare)
		if m.Weights == "learned" {
			s.Of(target, gmmPi).Set(i, vec.Log64(share))
		}
		if !(u.R[i]/n > leastShare) {
			if u.R[i]-u.R[i] != 0 {
				target.Set(0, nan)
			}
			continue
		}
		l := f.L[i*d*d : (i+1)*d*d]
		mean, c := make([]float64, d), u.YY[i*d*d:(i+1)*d*d]
		for j := range mean {
			mean[j] = u.Y[i*d+j] / u.R[i]
		}
		for a := range d {
			move := f.Mu[i*d+a]
			for b := range a + 1 {
				move += float64(l[a*d+b] * mean[b])
				c[a*d+b] = c[a*d+b]/u.R[i] - float64(mean[a]*mean[b])
				c[b*d+a] = c[a*d+b]
			}
			mu.Set(i*d+a, move)
		}
		if m.Cov == "full" {
			root, err := raised(congruent(l, c, d), d, m.Floor)
			if err != nil {
				target.Set(0, nan)
				return
			}
			s.Of(target, gmmL).Slice(i*d*d, (i+1)*d*d).From(root)
		}
	}
}

// Gradient is, by Fisher's identity, with the sums of Maximise and their responsibilities:
//
//	d/dlog pi = E r - pi,   d/dmu = L'^-1 E r y,   d/dL = lower triangle of L'^-1 E r (yy' - I)
//
// By L the variances keep no floor, but for L's own diagonal, which is not to be 0.
func (m *gmm) Gradient(s *vi.Step, to tape.Vector) {
	x := m.data.X
	if s.B() < s.N {
		x = s.X.Value().AppendTo(nil)
	}
	f, err := m.at(s.Params())
	if err != nil {
		to.Set(0, nan)
		return
	}
	u, n := f.Sums(x, false), float64(s.B())
	k, d := f.K, f.D
	for i := range k {
		if m.Weights == "learned" {
			s.Of(to, gmmPi).Set(i, u.R[i]/n-vec.Exp64(f.LogPi[i]))
		}
		for a := range d {
			slope := 0.0
			for c := a; c < d; c++ { // column a of L^-1, lower
				slope += float64(f.white[(i*d+c)*(d+1)+a] * u.Y[i*d+c])
			}
			s.Of(to, gmmMu).Set(i*d+a, slope/n)
			if m.Cov == "fixed" {
				continue
			}
			for b := range a + 1 {
				slope := 0.0
				for c := a; c < d; c++ {
					yy := u.YY[(i*d+c)*d+b]
					if c == b {
						yy -= u.R[i]
					}
					slope += float64(f.white[(i*d+c)*(d+1)+a] * yy)
				}
				s.Of(to, gmmL).Set((i*d+a)*d+b, slope/n)
			}
		}
	}
}

// leastShare is the weight of a component that no datum is of.
const leastShare = 1e-12

// congruent is L C L' of a lower L, symmetric to the bit.
func congruent(l, c []float64, d int) []float64 {
	lc, out := make([]float64, d*d), make([]float64, d*d)
	for i := range d {
		for j := range d {
			for k := range i + 1 {
				lc[i*d+j] += float64(l[i*d+k] * c[k*d+j])
			}
		}
	}
	for i := range d {
		for j := range i + 1 {
			for k := range j + 1 {
				out[i*d+j] += float64(lc[i*d+k] * l[j*d+k])
			}
			out[j*d+i] = out[i*d+j]
		}
	}
	return out
}

// raised is the Cholesky factor of A [d,d] with its eigenvalues below the floor raised to
// it: of covariances S that do not go below, the maximum of -log det S - tr(S^-1 A).
func raised(a []float64, d int, floor float64) ([]float64, error) {
	if c, err := linalg.NewCholesky(a, d, 1e-12); err == nil {
		inv, trace := make([]float64, d*d), 0.0
		c.Inverse(inv)
		for i := range d {
			trace += inv[i*d+i]
		}
		if trace*floor <= 1 { // the least eigenvalue is at least 1/tr A^-1
			return c.L, nil
		}
	}
	w, v, err := linalg.Symmetric(a, d)
	if err != nil {
		return nil, err
	}
	b := make([]float64, d*d)
	for i := range d {
		for j := range i + 1 {
			for k, x := range w {
				b[i*d+j] += float64(float64(v[i*d+k]*v[j*d+k]) * max(x, floor))
			}
			b[j*d+i] = b[i*d+j]
		}
	}
	c, err := linalg.NewCholesky(b, d, 0)
	return c.L, err
}
