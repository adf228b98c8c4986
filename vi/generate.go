package vi

import "github.com/vibench/bench/core/tape"

// Generator is the capability Generate: x ~ p by a path, without a density. Generate draws K
// rows a datum of the batch, [K*B,D], live in gen/.
type Generator interface {
	Generate(s *Step, k int) tape.Node
}
