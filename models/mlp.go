package models

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/core/dist"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// layer is an affine map with its parameters' names.
type layer struct {
	weight, bias string
	in, out      int
}

func newLayer(name string, in, out int) layer {
	return layer{name + "/W", name + "/b", in, out}
}

func (l layer) of(s *vi.Step, x tape.Node, a tape.Act) tape.Node {
	return s.Affine(x, s.Param(l.weight), s.Param(l.bias), a)
}

func (l layer) specs() []vi.Spec {
	return []vi.Spec{{Name: l.weight, Rows: l.out, Cols: l.in}, {Name: l.bias, Rows: 1, Cols: l.out}}
}

// mlp is hidden layers of one activation, numbered from 0; none is the identity.
type mlp struct {
	layers []layer
	act    tape.Act
	out    int
}

func newMLP(prefix string, in int, widths []int, act tape.Act) mlp {
	m := mlp{act: act, out: in}
	for i, w := range widths {
		m.layers = append(m.layers, newLayer(prefix+strconv.Itoa(i), m.out, w))
		m.out = w
	}
	return m
}

func (m mlp) of(s *vi.Step, x tape.Node) tape.Node {
	for _, l := range m.layers {
		x = l.of(s, x, m.act)
	}
	return x
}

// gaussian is N(mu(x), exp(logsigma(x))^2), both linear heads of an MLP. The
// second is log sigma, not log variance.
type gaussian struct {
	mlp
	mu, logsigma layer
}

func newGaussian(prefix string, in int, widths []int, act tape.Act, out int) gaussian {
	m := newMLP(prefix, in, widths, act)
	return gaussian{m, newLayer(prefix+"mu", m.out, out), newLayer(prefix+"logsigma", m.out, out)}
}

func (g gaussian) of(s *vi.Step, x tape.Node) dist.Dist {
	h := g.mlp.of(s, x)
	return s.Normal(g.mu.of(s, h, tape.Linear), g.logsigma.of(s, h, tape.Linear))
}

func (g gaussian) all() []layer { return append(slices.Clone(g.layers), g.mu, g.logsigma) }

// glorot starts a layer's weights uniform in +-sqrt(6/(in+out)), its biases at zero.
func glorot(key rng.Key, p *vi.Params, l layer) {
	w := make([]float64, l.in*l.out)
	key.Fold(l.weight).Uniform64(w, 0)
	lim := math.Sqrt(6 / float64(l.in+l.out))
	for i, u := range w {
		w[i] = lim * (float64(2*u) - 1)
	}
	p.Set(l.weight, w)
}

// normal starts a layer's weights and biases at N(0, sd^2).
func normal(key rng.Key, p *vi.Params, l layer, sd float64) {
	for _, s := range l.specs() {
		w := make([]float64, s.Rows*s.Cols)
		key.Fold(s.Name).Normal64(w, 0)
		for i := range w {
			w[i] *= sd
		}
		p.Set(s.Name, w)
	}
}

func reversed(x []int) []int {
	x = slices.Clone(x)
	slices.Reverse(x)
	return x
}

// activation is that of hidden layers by name.
func activation(model, name string) (tape.Act, error) {
	err := choose(model, "act", &name, "", "tanh", "relu", "softplus", "sigmoid")
	return tape.Act(slices.Index(tape.Acts, name)), err
}

// choose wants one of some values; an empty one becomes the first.
func choose(model, setting string, value *string, have ...string) error {
	if *value == "" {
		*value = have[0]
	}
	if *value == "" || !slices.Contains(have, *value) {
		return fmt.Errorf("model %s: %s: got %q; have %s", model, setting, *value, strings.TrimPrefix(strings.Join(have, ", "), ", "))
	}
	return nil
}

// wide wants layers of some width.
func wide(model, setting string, widths ...int) error {
	for _, w := range widths {
		if w < 1 {
			return fmt.Errorf("model %s: %s: got a layer of width %d; need at least 1", model, setting, w)
		}
	}
	return nil
}

// columnMeans are the means of the columns of x [N,D].
func columnMeans(x []float64, d int) []float64 {
	mean := make([]float64, d)
	n := float64(len(x) / d)
	for i, v := range x {
		mean[i%d] += v / n
	}
	return mean
}

// finite wants a number.
func finite(model, setting string, x float64) error {
	if x-x != 0 {
		return fmt.Errorf("model %s: %s: got %g; need a finite number", model, setting, x)
	}
	return nil
}
