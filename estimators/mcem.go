package estimators

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// MCEM is Monte Carlo EM for missing values: k exact draws of what is missing stand for its
// law in the expectation, and the M-step is that of whole rows, as a target.
//
//	theta' = argmax_theta' sum_n 1/k sum_j E_{p(z | x_nj; theta)} log p(x_nj, z; theta'),   x_nj ~ p(x_missing | x_seen; theta)
//
// With many draws it is the EM of which z and what is missing are both latent: the same fixed
// points as em's, slower, and noise about them that falls with k.
//
// Needs m-step and complete.
// Unbiased for the M-step of means where that is linear in what is drawn.
// Costs k draws and an exact posterior each a datum.
//
// Wei and Tanner 1990 (doi 10.1080/01621459.1990.10474930).
type MCEM struct {
	K int `name:"k" min:"1" doc:"draws of what is missing"`
}

func (e MCEM) Card() vi.Card {
	return vi.Card{
		Name: "mcem", Paper: "doi 10.1080/01621459.1990.10474930", Needs: []vi.Cap{vi.MStep, vi.Complete}, K: e.K, Target: fmt.Sprintf("mcem@%d", e.K),
		Bias: "the mean of maximisers is not the maximiser of the mean", Targets: []string{"gen/"}, Missing: true,
	}
}

func (e MCEM) Estimate(s *vi.Step) vi.Direction {
	theta := s.Target(tape.Gen)
	x := s.Model().(vi.Completer).Complete(s, "x/missing", e.K)
	s.Model().(vi.Maximiser).Maximise(s.At(x), theta)
	s.Evals += int64((e.K + 1) * s.B())
	return vi.Direction{Gen: vi.Update{Target: theta}}
}
