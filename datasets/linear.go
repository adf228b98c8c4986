package datasets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// codes is the law of latents of which each row has h, independent of the other rows:
//
//	bernoulli  z = 1[u < pi]
//	laplace    z = -scale sign(v) ln(1 - 2|v|),  v = u - 1/2
//	spikeslab  z = 1[u < pi] (mean + sd e)
//	support    z[j_i] = e_i for i = 1..active, each j_i uniform on all h: an index
//	           drawn again takes the later e_i
type codes struct {
	law                 string
	pi, scale, mean, sd float64
	active              int
}

// draw gives n rows of h latents; more rows extend fewer.
func (c codes) draw(key rng.Key, n, h int) []float64 {
	z := make([]float64, n*h)
	if c.law == "support" {
		at, e := make([]int, n*c.active), make([]float64, n*c.active)
		key.Fold("support").Ints(at, h, 0)
		key.Fold("amplitude").Normal64(e, 0)
		for i, j := range at {
			z[i/c.active*h+j] = e[i]
		}
		return z
	}
	u := make([]float64, n*h)
	key.Fold("gate").Uniform64(u, 0)
	if c.law == "spikeslab" {
		key.Fold("slab").Normal64(z, 0)
	}
	for i, u := range u {
		switch {
		case c.law == "laplace" && u < 0.5:
			z[i] = float64(c.scale * vec.Log64(2*u))
		case c.law == "laplace":
			z[i] = -float64(c.scale * vec.Log64(2*(1-u)))
		case u >= c.pi:
			z[i] = 0
		case c.law == "bernoulli":
			z[i] = 1
		default:
			z[i] = c.mean + float64(c.sd*z[i])
		}
	}
	return z
}

// read is which settings each law reads.
var read = map[string][]string{
	"bernoulli": {"pi"}, "laplace": {"scale"}, "spikeslab": {"pi", "mean", "sd"}, "support": {"active"},
}

// check refuses a law that is none of those had, and settings that it leaves unread
// unless they are as in the defaults.
func (c codes) check(defaults codes, have ...string) error {
	if !slices.Contains(have, c.law) {
		return fmt.Errorf("latents: got %q; have %s", c.law, strings.Join(have, ", "))
	}
	for _, s := range []struct {
		name       string
		got, usual float64
	}{
		{"pi", c.pi, defaults.pi}, {"scale", c.scale, defaults.scale}, {"mean", c.mean, defaults.mean},
		{"sd", c.sd, defaults.sd}, {"active", float64(c.active), float64(defaults.active)},
	} {
		if s.got == s.usual || slices.Contains(read[c.law], s.name) {
			continue
		}
		readers := slices.DeleteFunc(slices.Clone(have), func(law string) bool { return !slices.Contains(read[law], s.name) })
		return fmt.Errorf("%s: got %g with latents: %s; want %g, or latents: %s", s.name, s.got, c.law, s.usual, strings.Join(readers, " or "))
	}
	return nil
}

// linear makes n rows of x = A z + noise e, e ~ N(0, I), with A [D,H] and z known.
func linear(name string, key rng.Key, atoms []float64, h int, law codes, noise float64, n int) *vi.Data {
	d := len(atoms) / h
	columns := make([]float64, d*h)
	for i, a := range atoms {
		columns[i%h*d+i/h] = a
	}
	z, x := law.draw(key, n, h), make([]float64, n*d)
	key.Fold("e").Normal64(x, 0)
	vec.Scale(noise, x)
	for r := range n {
		for j, a := range z[r*h : (r+1)*h] {
			if a != 0 {
				vec.Axpy(a, columns[j*d:(j+1)*d], x[r*d:(r+1)*d])
			}
		}
	}
	return &vi.Data{Name: name, Digest: digest(x), N: n, D: d, X: x, Domain: vi.Real, Atoms: atoms, Codes: z}
}

// held makes n data and, by the same means and a key of their own, as many as are
// held out.
func held(key rng.Key, n, test int, rows func(key rng.Key, n int) *vi.Data) *vi.Data {
	x := rows(key, n)
	if test > 0 {
		x.Test = rows(key.Fold("test"), test)
	}
	return x
}
