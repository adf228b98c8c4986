package models

import (
	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Dreams: z from the prior, x given z, both constants, one of each a datum.

func (m *linearGaussian) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Normal(z.Node, s.Leaf(1, m.d)).Sample(s.Noise("dream/x"), 1).Stop().Node
}

func (m *vae) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, dist.Bernoulli{T: s.Tape, B: s.B(), Logits: m.logits(s, z)}.Sample(s.Noise("dream/x"), 1).Node
}
