package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// HMC moves every particle of q, a chain of its own, by one proposal of Hamiltonian Monte Carlo: a
// momentum r ~ N(0, I), L leapfrog steps of size e, and a choice between where they lead and where it was.
//
//	r += e/2 grad U;  w += e r;  r += e/2 grad U,   U(w) = log p(w) + sum_n log p(x_n|w)
//	accepted if log u < [ U(w') - |r'|^2/2 ] - [ U(w) - |r|^2/2 ]
//
// The posterior is what it leaves alone, exactly. A direction of which L steps are half a turn or a whole one
// is where it was again and never mixes, however many proposals are accepted; jitter, a step drawn anew for
// every proposal, the same for all chains, moves that too (Neal 2011, section 3.2). chains says what mixed.
//
// It wants all data in a step, and the optimiser step at rho = 1. An energy that is no number is refused like one
// that is too high. Its state counts proposals made, those accepted, and those that diverged: whose energy went up
// by more than 1000, or is no number (Betancourt 2017, 1701.02434, section 6.2).
//
// Needs particles.
// Unbiased for the mean of one proposal, from where the chains stand; chains come to the posterior.
// Costs L + 1 densities of all data a particle.
//
// Duane, Kennedy, Pendleton and Roweth 1987 (doi 10.1016/0370-2693(87)91197-X); Neal 2011 (1206.1901).
type HMC struct {
	Step  float64 `name:"step" min:"0.000001" max:"100" doc:"size of a leapfrog step, e"`
	Leaps int     `name:"leaps" min:"1" max:"10000" doc:"leapfrog steps a proposal, L"`

	Jitter float64 `name:"jitter" min:"0" max:"0.99" late:"true" doc:"e of a proposal is uniform on step (1 +- jitter): no stretch is then a whole turn for ever"`
}

func (e HMC) Card() vi.Card {
	c := vi.Card{Name: "hmc", Paper: "1206.1901", Needs: []vi.Cap{vi.Particles}, K: 1, Target: fmt.Sprintf("hmc@%g*%d", e.Step, e.Leaps), Targets: []string{"inf/"}, Chain: true}
	if e.Jitter > 0 {
		c.Target = fmt.Sprintf("hmc-jittered@%g*%d*%g", e.Step, e.Leaps, e.Jitter)
	}
	return c
}

// diverges is the fall of log p(w) - |r|^2/2 beyond which leapfrog steps have left the trajectory.
const diverges = 1000

// Start is at no proposal.
func (HMC) Start(vi.Sheet, vi.Shape, rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return nil, nil, vi.State{vi.Proposals: {Width: 3, Data: make([]float64, 3)}}
}

// Warn of a batch, whose density is not that of the data.
func (HMC) Warn(_ vi.Sheet, data vi.Shape, batch int) (out []string) {
	if batch < data.N {
		out = append(out, fmt.Sprintf("hmc accepts by the density of all data; batches of %d of %d leave another law alone", batch, data.N))
	}
	return out
}

func (e HMC) Estimate(s *vi.Step) vi.Direction {
	m, q := s.Model().(vi.Ensemble), s.Target(tape.Inf)
	table := s.Of(q, m.Particles())
	w := s.Param(m.Particles()).Stop()
	n, d := w.Shape()
	r, u := s.Blank(n, d), s.Blank(n, 1)
	momentum, accept := s.Plates("w/momentum"), s.Plates("w/accept")
	for i := range n {
		momentum.Normal(i, r.Value().Slice(i*d, (i+1)*d))
		accept.Uniform(i, u.Value().Slice(i, i+1))
	}
	size := e.Step
	if e.Jitter > 0 {
		v := s.Blank(1, 1).Value()
		s.Plates("w/size").Uniform(0, v)
		size *= 1 + float64(e.Jitter*(float64(2*v.At(0))-1))
	}
	move := Leapfrog(s, m, w, r, size, e.Leaps)
	s.Evals += int64(n * s.B() * (e.Leaps + 1))
	count := [3]float64(s.State(vi.Proposals).Data)
	for i := range n {
		count[0]++
		if !(move.Gain[i] >= -diverges) {
			count[2]++
		}
		if vec.Log64(u.Value().At(i)) < move.Gain[i] {
			count[1]++
			table.Slice(i*d, (i+1)*d).Copy(move.W.Value().Slice(i*d, (i+1)*d))
		}
	}
	s.Keep(vi.Proposals, []int{0}, count[:])
	return vi.Direction{Inf: vi.Update{Target: q}}
}

// Move is where leapfrog steps lead particles [S,P] and their momenta, and by how much log p(w) - |r|^2/2
// has risen on the way, [S].
type Move struct {
	W, R tape.Node
	Gain []float64
}

// Leapfrog goes so many steps of a size from particles w [S,P] with momenta r, both constants.
func Leapfrog(s *vi.Step, m vi.Ensemble, w, r tape.Node, size float64, leaps int) Move {
	n, d := w.Shape()
	at, v := s.Blank(n, d), s.Blank(n, d)
	at.Value().Copy(w.Value())
	p := v.Value()
	p.Copy(r.Value())
	u := m.LogDensity(s, at)
	slope := tape.Grad(u, at).Value()
	gain := u.Const(0).Float64s()
	add := func(sign float64, u tape.Node) {
		for i, l := range u.Float64s() {
			kinetic := 0.0
			for j := range d {
				x := p.At(i*d + j)
				kinetic += float64(x * x)
			}
			gain[i] += float64(sign * (l - float64(0.5*kinetic)))
		}
	}
	add(-1, u)
	for range leaps {
		next := s.Blank(n, d)
		from, to := at.Value(), next.Value()
		for i := range n * d {
			x := p.At(i) + float64(0.5*size*slope.At(i))
			p.Set(i, x)
			to.Set(i, from.At(i)+float64(size*x))
		}
		at = next
		u = m.LogDensity(s, at)
		slope = tape.Grad(u, at).Value()
		for i := range n * d {
			p.Set(i, p.At(i)+float64(0.5*size*slope.At(i)))
		}
	}
	add(1, u)
	return Move{at, v, gain}
}
