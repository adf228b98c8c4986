package estimators

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Impute fills what is missing once, before the first step, and then takes EM's steps on rows
// taken for whole: what people do who have no EM for missing values, and a baseline.
//
//	mean     x_nj = the mean of what is seen of column j
//	draw     x_nj ~ what is seen of column j, by values
//	chained  from there, sweeps times over the columns: x_nj = its regression on the others + sd e
//
// A regression is by least squares over the rows where x_j is seen; where its answer is not
// unique, the column's mean and sd stand for it.
//
// Needs m-step.
// Unbiased for EM's step on the filled rows, without noise; biased for that on the rows seen.
// Costs an exact posterior a datum.
//
// As the baselines of Simkus, Rhodes and Gutmann 2023 (2111.13180); chained, van Buuren and Groothuis-Oudshoorn 2011.
type Impute struct {
	How    string `name:"how" choices:"mean|draw|chained" doc:"what is put in the place of a missing value"`
	Sweeps int    `name:"sweeps" min:"1" max:"1000" with:"how=chained" doc:"chained: times over the columns"`
}

func (e Impute) Card() vi.Card {
	return vi.Card{
		Name: "impute", Paper: "2111.13180", Needs: []vi.Cap{vi.MStep}, K: 1, Target: "impute " + e.How,
		Bias: "values that were never seen are taken for seen ones", Targets: []string{"gen/"}, Missing: true,
	}
}

const filled = "impute/x"

// Start has room for the rows.
func (e Impute) Start(_ vi.Sheet, data vi.Shape, _ rng.Key) ([]vi.Spec, func(*vi.Params), vi.State) {
	return nil, nil, vi.State{filled: {Width: data.D, Data: make([]float64, data.N*data.D)}}
}

// Look fills them.
func (e Impute) Look(d *vi.Data, key rng.Key, _ *vi.Params, st vi.State) {
	x := st[filled].Data
	key = key.Fold("impute")
	switch e.How {
	case "mean":
		fillMeans(x, d)
	case "draw":
		fillDraws(x, d, key)
	default:
		fillDraws(x, d, key)
		for i := range e.Sweeps {
			fillChained(x, d, key.Fold("chained").At(uint64(i)))
		}
	}
}

func (e Impute) Estimate(s *vi.Step) vi.Direction {
	theta, t := s.Target(tape.Gen), s.State(filled)
	x := s.Blank(s.B(), t.Width)
	for b, n := range s.Index {
		x.Value().Slice(b*t.Width, (b+1)*t.Width).From(t.Data[n*t.Width : (n+1)*t.Width])
	}
	s.Model().(vi.Maximiser).Maximise(s.At(x), theta)
	s.Evals += int64(s.B())
	return vi.Direction{Gen: vi.Update{Target: theta}}
}
