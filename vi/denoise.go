package vi

import "github.com/vibench/bench/core/tape"

// Denoiser is the capability Denoise: a chain of ever noisier copies of a datum, undone step by
// step by a guess of it.
//
//	q(x_t|x) = N(sqrt(ab_t) x, (1 - ab_t) I), t = 1..T;   p(x_t-1|x_t) = q(x_t-1|x_t, x = guess),  p(x|x_1) = N(guess, last I)
type Denoiser interface {
	AlphaBar() []float64 // ab_1..ab_T, falling, inside (0,1); the caller must not change them
	Last() float64       // variance of p(x|x_1)
	// Denoise is the guess of x from rows x_t [R,D] at levels t [R,1], live in gen/.
	Denoise(s *Step, t, xt tape.Node) tape.Node
}
