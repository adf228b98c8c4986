package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// VGI is variational Gibbs inference: of each row with missing values k imputations that stay
// from step to step, moved by draws of one conditional a coordinate, q_j(x_j | the others) =
// N(m_j, s_j^2), in place of one posterior a pattern of missing values. A step makes so many
// moves, each of one missing j at random and without a gradient, and then, j drawn once more,
// raises by the path x_j = m_j + s_j e
//
//	J = mean over rows and imputations of E_{q_j}[ log p(x_seen, x_missing without j, x_j) ] + H[q_j]
//
// in theta and in q; of a whole row log p(x). m_j is linear in the other coordinates, s_j a
// constant, both in units of the column seen; imputations start as draws of their columns. In
// the first steps own/ alone learns, by log q_j(x_j) of values seen (regress), and no move is
// made (delay).
//
// Needs density.
// Unbiased for J's gradient given the imputations.
// Costs a density an imputation.
//
// Simkus, Rhodes and Gutmann 2023 (2111.13180).
type VGI struct {
	K       int `name:"k" min:"1" max:"1000" doc:"imputations a row, C"`
	Moves   int `name:"moves" min:"0" max:"1000" doc:"of Gibbs before a step, G; none leaves imputations as they start"`
	Regress int `name:"regress" min:"0" doc:"first steps that fit q to values seen and leave gen/ alone"`
	Delay   int `name:"delay" min:"0" doc:"first steps without moves"`
}

func (e VGI) Card() vi.Card {
	return vi.Card{
		Name: "vgi", Paper: "2111.13180", Needs: []vi.Cap{vi.Density}, K: e.K, Target: fmt.Sprintf("vgi@%d", e.K), PerDatum: true, Missing: true,
		Bias: "the imputations of the moment stand for draws of p(x_missing | x_seen)",
	}
}

// What VGI owns: m_j = b_j + A_j u and log s_j of u_j, u = (x - mean) / sd of the columns; and
// its states, the imputations and the columns' mean and sd.
const (
	vgiA, vgiB, vgiLogS = "own/A", "own/b", "own/logs"
	vgiX, vgiColumns    = "vgi/x", "vgi/columns"
)

// Start has room for imputations; q_j is N(0, 1) of u_j.
func (e VGI) Start(_ vi.Sheet, data vi.Shape, _ rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	d := data.D
	return []vi.Spec{{Name: vgiA, Rows: d, Cols: d}, {Name: vgiB, Rows: 1, Cols: d}, {Name: vgiLogS, Rows: 1, Cols: d}}, func(*vi.Params) {}, vi.State{
		vgiX:       {Width: e.K * d, Data: make([]float64, data.N*e.K*d)},
		vgiColumns: {Width: d, Data: make([]float64, 2*d)},
	}
}

// Look draws the imputations and measures the columns.
func (e VGI) Look(d *vi.Data, key rng.Key, _ *vi.Params, st vi.State) {
	mean, sd := columnsOf(d)
	copy(st[vgiColumns].Data, append(mean, sd...))
	one, all := make([]float64, d.N*d.D), st[vgiX].Data
	for k := range e.K {
		fillDraws(one, d, key.Fold("vgi").At(uint64(k)))
		for n := range d.N {
			copy(all[(n*e.K+k)*d.D:][:d.D], one[n*d.D:])
		}
	}
}

func (e VGI) Estimate(s *vi.Step) vi.Direction {
	_, d := s.X.Shape()
	x := s.Blank(e.K*s.B(), d)
	for b, n := range s.Index {
		x.Value().Slice(b*e.K*d, (b+1)*e.K*d).From(s.State(vgiX).Data[n*e.K*d : (n+1)*e.K*d])
	}
	if s.Iter < e.Regress {
		return s.Ascend(vi.Surrogate{Own: e.regression(s, x)})
	}
	if s.Iter >= e.Delay {
		e.move(s, x)
	}
	one, u := e.pick(s, x, false)
	mean, sd := e.columns(s)
	base, unit, eps := s.Blank(e.K*s.B(), d), s.Leaf(e.K*s.B(), d), s.Leaf(e.K*s.B(), d)
	at, to, by, of := one.Value(), base.Value(), unit.Value(), eps.Value()
	to.Copy(x.Value())
	noise, draws := s.Noise("vgi/path"), s.Blank(1, e.K).Value()
	for b := range s.B() {
		noise.Normal(b, draws)
		for k := range e.K {
			for i, j := (b*e.K+k)*d, 0; j < d; j++ {
				if at.At(i+j) == 1 {
					to.Set(i+j, mean[j])
					by.Set(i+j, sd[j])
					of.Set(i+j, draws.At(k))
				}
			}
		}
	}
	logs := s.Param(vgiLogS)
	drawn := s.Reparam(s.Affine(u, s.Param(vgiA), s.Param(vgiB), tape.Linear), logs, eps)
	lp := s.Model().(vi.Densed).LogDensity(s, base.Add(unit.Mul(drawn)), e.K)
	s.Evals += int64(e.K * s.B())
	j := lp.Mean().Add(one.Mul(logs).SumD(e.K).Mean()) // H[q_j] but for its constants
	return s.Ascend(vi.Surrogate{Gen: j, Own: j})
}

// regression is log q_j(x_j) of a value seen of each imputation, j at random, given the
// others as they are imputed.
func (e VGI) regression(s *vi.Step, x tape.Node) tape.Node {
	one, u := e.pick(s, x, true)
	rows, d := x.Shape()
	mean, sd := e.columns(s)
	t, rest := s.Leaf(rows, d), s.Blank(rows, d)
	from, at, to, left := x.Value(), one.Value(), t.Value(), rest.Value()
	for i := range rows * d {
		on := at.At(i)
		if left.Set(i, 1-on); on == 1 {
			to.Set(i, (from.At(i)-mean[i%d])/sd[i%d])
		}
	}
	logs := s.Param(vgiLogS)
	m := s.Affine(u, s.Param(vgiA), s.Param(vgiB), tape.Linear)
	// coordinates other than j are at their means, and their log s are taken out again
	return s.NormalLogProb(e.K, t, one.Mul(m), logs).Add(rest.Mul(logs).SumD(e.K)).Mean()
}

// pick chooses of every imputation a coordinate j among those seen or those missing of its row,
// each as likely: a one at it, none in a row without any; and the others as u, 0 at j.
func (e VGI) pick(s *vi.Step, x tape.Node, seen bool) (one, u tape.Node) {
	rows, d := x.Shape()
	mean, sd := e.columns(s)
	one, u = s.Leaf(rows, d), s.Blank(rows, d)
	noise, draws := s.Noise("vgi/pick"), s.Blank(1, e.K).Value()
	all, from, at, to := s.X.Value(), x.Value(), one.Value(), u.Value()
	for b := range s.B() {
		noise.Uniform(b, draws)
		row := all.Slice(b*d, (b+1)*d)
		for k := range e.K {
			r := b*e.K + k
			for j := range d {
				to.Set(r*d+j, (from.At(r*d+j)-mean[j])/sd[j])
			}
			if j := chosen(row, seen, draws.At(k)); j >= 0 {
				at.Set(r*d+j, 1)
				to.Set(r*d+j, 0)
			}
		}
	}
	return one, u
}

// chosen is coordinate floor(v n) of the n seen, or missing, of a row; -1 of none.
func chosen(row tape.Vector, seen bool, v float64) int {
	d, n := row.Len(), 0
	for j := range d {
		if y := row.At(j); (y == y) == seen {
			n++
		}
	}
	at := min(int(v*float64(n)), n-1)
	for j := range d {
		if y := row.At(j); (y == y) == seen {
			if at == 0 {
				return j
			}
			at--
		}
	}
	return -1
}

// move makes the moves of Gibbs in x and keeps where they end.
func (e VGI) move(s *vi.Step, x tape.Node) {
	if e.Moves == 0 {
		return
	}
	_, d := x.Shape()
	mean, sd := e.columns(s)
	a, c, logs := s.Params().Value(vgiA), s.Params().Value(vgiB), s.Params().Value(vgiLogS)
	which, noise := s.Noise("vgi/move/pick"), s.Noise("vgi/move")
	v, eps := s.Blank(1, e.K*e.Moves).Value(), s.Blank(1, e.K*e.Moves).Value()
	seen, chains := s.X.Value(), x.Value()
	for b := range s.B() {
		holes := seen.Slice(b*d, (b+1)*d)
		if chosen(holes, false, 0) < 0 {
			continue
		}
		which.Uniform(b, v)
		noise.Normal(b, eps)
		for i := range e.K * e.Moves {
			row := chains.Slice((b*e.K+i/e.Moves)*d, (b*e.K+i/e.Moves+1)*d)
			j := chosen(holes, false, v.At(i))
			m := c.At(j) + float64(vec.Exp64(logs.At(j))*eps.At(i))
			for k := range d {
				if k != j {
					m += float64(a.At(j*d+k) * (row.At(k) - mean[k]) / sd[k])
				}
			}
			row.Set(j, mean[j]+float64(sd[j]*m))
		}
	}
	if y := chains.F64(); y != nil {
		s.Keep(vgiX, s.Index, y)
	} else {
		s.Keep(vgiX, s.Index, chains.AppendTo(nil))
	}
}

func (VGI) columns(s *vi.Step) (mean, sd []float64) {
	t := s.State(vgiColumns)
	return t.Data[:t.Width], t.Data[t.Width:]
}

// Conditionals are the means and sds of q_j(x_j | the others) at a whole row x.
func (VGI) Conditionals(p *vi.Params, st vi.State, x []float64) (mean, sd []float64) {
	d := len(x)
	m, unit := st[vgiColumns].Data[:d], st[vgiColumns].Data[d:]
	a, c, logs := p.Value(vgiA), p.Value(vgiB), p.Value(vgiLogS)
	for j := range d {
		v := c.At(j)
		for k := range d {
			if k != j {
				v += float64(a.At(j*d+k) * (x[k] - m[k]) / unit[k])
			}
		}
		mean, sd = append(mean, m[j]+float64(unit[j]*v)), append(sd, float64(unit[j]*vec.Exp64(logs.At(j))))
	}
	return mean, sd
}
