package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Pictures: the mean of p(x|z), for networks of images.

func (m *vae) Render(s *vi.Step, z dist.Value) tape.Node {
	h := m.dec.of(s, z.Block(0))
	if m.Likelihood == "bernoulli" {
		return m.x.of(s, h, tape.Sigmoid)
	}
	return m.mean(s, h)
}
