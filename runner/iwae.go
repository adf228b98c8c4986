package runner

import (
	"fmt"

	"github.com/vibench/bench/core/optim"
)

// IWAEPaper is Adam and the course of its rate as Burda, Grosse and Salakhutdinov
// 2016 (1509.00519) state them: beta1 0.9, beta2 0.999, eps 1e-4, and the rate
//
//	0.001 10^(-i/7) for 3^i passes over the data, i = 0 to 7, 3280 passes in all
//
// The course is stretched over the steps of a cell: stage i ends at the share (3^(i+1)-1)/2 of
// 3280 of them, to the nearest step. So 3280 passes have the paper's stages to the step,
// and fewer run the same course compressed; a stage without a step is left out.
type IWAEPaper struct{}

func (IWAEPaper) Name() string { return "iwae-paper" }

func (IWAEPaper) Rule(int) optim.Rule {
	return optim.Adam{Rate: 0.001, Beta1: 0.9, Beta2: 0.999, Eps: 1e-4}
}

func (IWAEPaper) Factor(steps int) (optim.Schedule, error) {
	return tripling(steps, []float64{1, // 10^(-i/7)
		0.71968567300115, 0.51794746792312, 0.37275937203149, 0.26826957952797, 0.19306977288833, 0.13894954943731, 0.1})
}

// IWAECode is what the authors' code does where it differs from their paper: beta1
// 0.99, second moments that start at one, eps added to their uncorrected root
// (Adam's epsilon-hat), rates rounded to 10, 7.2, 5.2, 3.7, 2.7, 1.9, 1.4, 1 times
// 1e-4, and the gradient summed over a batch. Here directions are means, batch times smaller, so
// that eps is 1e-4/batch and second moments start at 1/batch^2, which is the same rule.
// The correction for the start at zero is applied all the same, as in the code: the first
// thousand steps are small.
//
// Two things of the code are not here: each of its steps uses the moments of the step
// before (its first moves nothing), and it reads batches in one order for ever, whereas the
// order of the data is the runner's, new in every epoch. Its course is that of iwae-paper.
//
// github.com/yburda/iwae.
type IWAECode struct {
	Batch int `name:"batch" min:"1" doc:"data over which the gradient is summed: the batch of training"`
}

func (IWAECode) Name() string { return "iwae-code" }

// Check refuses another batch than that of training, whose sums these are.
func (c IWAECode) Check(batch int) error {
	if batch > 0 && c.Batch != batch {
		return fmt.Errorf("batch: got %d; train has batches of %d rows, and the gradient is summed over those; write batch: %d", c.Batch, batch, batch)
	}
	return nil
}

func (c IWAECode) Rule(int) optim.Rule {
	b := float64(c.Batch)
	return optim.Adam{Rate: 0.001, Beta1: 0.99, Beta2: 0.999, Eps: 1e-4 / b, Hat: true, Start: 1 / (b * b)}
}

func (IWAECode) Factor(steps int) (optim.Schedule, error) {
	return tripling(steps, []float64{1, 0.72, 0.52, 0.37, 0.27, 0.19, 0.14, 0.1})
}

// tripling is stages each three times as long as the one before, over so many steps.
func tripling(steps int, rates []float64) (optim.Schedule, error) {
	all, stage := 0, 1
	for range rates {
		all, stage = all+stage, 3*stage
	}
	var s optim.Stages
	passes, from := 0, 0
	stage = 1
	for _, r := range rates {
		passes, stage = passes+stage, 3*stage
		end := (2*steps*passes + all) / (2 * all)
		if end > from {
			s.Rates, s.Lengths = append(s.Rates, r), append(s.Lengths, end-from)
		}
		from = end
	}
	if s.Rates == nil {
		return optim.Constant(1), nil // no steps
	}
	return s, s.Check()
}
