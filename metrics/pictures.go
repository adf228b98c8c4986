package metrics

import (
	"fmt"

	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Pictures keeps what a model of images makes, for the report to draw: data, their reconstructions and fresh samples, each as the mean of
// p(x|z), so that grey is a probability.
//
//	recon: E[x|z], z ~ q(z|x)        samples: E[x|z], z ~ p(z)
type Pictures struct {
	N int `name:"n" min:"1" doc:"pictures of each kind"`
	On
}

func (Pictures) Name() string            { return "pictures" }
func (Pictures) Better() string          { return "" }
func (Pictures) Unit() string            { return "" }
func (Pictures) Needs() []vi.Cap         { return []vi.Cap{vi.Render} }
func (Pictures) Emits(vi.Sheet) []string { return nil }

func (m Pictures) Measure(e *Eval, o *Out) {
	p := e.at(m.On)
	w := e.of(p)
	r, ok := w.Model.(vi.Renderer)
	size := w.Data.Image
	if !ok || size[0]*size[1] != w.Data.D {
		return // nothing to look at
	}
	s := w.Step(e.Step, w.All[:min(m.N, p.n)], &vi.Keyed{Key: e.key(p).Fold("pictures")})
	keep := func(what string, x tape.Node) {
		o.Keep(fmt.Sprintf("pictures/%s@%dx%d", what, size[0], size[1]), x.Value().AppendTo(nil))
	}
	keep("data", s.X)
	keep("recon", r.Render(s, s.Posterior().Sample(s.Noise("z"), 1)))
	prior := s.Prior()
	if prior == nil { // q is the prior
		prior = s.Posterior()
	}
	keep("samples", r.Render(s, prior.Sample(s.Noise("dream/z"), 1)))
}
