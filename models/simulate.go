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

func (m *fa) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	return z, s.Normal(m.x.of(s, z.Node, tape.Linear), m.spread(s)).Sample(s.Noise("dream/x"), 1).Stop().Node
}

func (m *vae) Simulate(s *vi.Step) (z dist.Value, x tape.Node) {
	z = s.Prior().Sample(s.Noise("dream/z"), 1).Stop()
	h, noise := m.dec.of(s, z.Block(0)), s.Noise("dream/x")
	if m.Likelihood == "bernoulli" {
		return z, dist.Bernoulli{T: s.Tape, B: s.B(), Logits: m.x.of(s, h, tape.Linear)}.Sample(noise, 1).Node
	}
	return z, s.Normal(m.mean(s, h), m.spread(s, h)).Sample(noise, 1).Stop().Node
}
