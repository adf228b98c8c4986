package metrics

import (
	"fmt"
	"math"

	"github.com/vibench/bench/vi"
)

// Codes says which codes a metric of sparsity sees: samples of q as they are decoded,
// after any threshold, and those of their latents that count as used.
type Codes struct {
	K int `name:"k" min:"1" doc:"samples of q a datum"`
	On
}

func (Codes) Needs() []vi.Cap { return nil }

// Check refuses latents that are not one block of reals.
func (Codes) Check(s vi.Sheet) error { return oneReal(s) }

func oneReal(s vi.Sheet) error {
	if len(s.Blocks) != 1 {
		return fmt.Errorf("codes: got %d latent blocks; have one, of reals", len(s.Blocks))
	}
	if b := s.Blocks[0]; b.Kind != "real" {
		return fmt.Errorf("codes: got latent block %q (%s); have one of reals", b.Name, b.Kind)
	}
	return nil
}

const noAtoms = "the model has no dictionary"

// atoms are the columns of a model's generator, [D,H] row-major; nil where it has none.
func atoms(w *vi.Work) []float64 {
	if m, ok := w.Model.(vi.Dictionary); ok {
		return m.Atoms(w.Params)
	}
	return nil
}

// norms are those of the columns of a, [D,H] row-major.
func norms(a []float64, h int) []float64 {
	out := make([]float64, h)
	for i, x := range a {
		out[i%h] += float64(x * x)
	}
	for k, x := range out {
		out[k] = math.Sqrt(x)
	}
	return out
}

// codes are k samples of every datum of a place, [n,k,H].
type codes struct {
	k int
	z []float64
}

// latents is the width of a code.
func (e *Eval) latents() int { return e.Work.Model.Sheet().Blocks[0].Dim }

// codes calls f on k samples of q for each datum of a place, [k,H], in order; they are
// f's until it returns. They are those that LogWeights weighs: sample j of k is sample
// j of any larger k. Why is a reason that there is no number to be had of them.
func (e *Eval) codes(o On, k int, f func(n int, z []float64)) (why string) {
	if err := oneReal(e.Work.Model.Sheet()); err != nil {
		return err.Error()
	}
	bad := false
	see := func(n int, z []float64) {
		for _, x := range z {
			bad = bad || x-x != 0
		}
		f(n, z)
	}
	p, h := e.at(o), e.latents()
	if c := e.coded[p]; c.k >= k {
		for n := range p.n {
			see(n, c.z[n*c.k*h:][:k*h])
		}
	} else {
		c, keep := codes{k: k}, p.n*k*h <= mostStored
		why = e.sample(p, k, func(n int, z []float64) {
			if keep {
				c.z = append(c.z, z...)
			}
			see(n, z)
		})
		if keep && why == "" {
			if e.coded == nil {
				e.coded = map[place]codes{}
			}
			e.coded[p] = c
		}
	}
	if why == "" && bad {
		return "a sample of the posterior is not finite"
	}
	return why
}

// sample draws them.
func (e *Eval) sample(p place, k int, f func(n int, z []float64)) (why string) {
	var z []float64
	n, h := 0, e.latents()
	return e.steps(p, max(1, e.of(p).Fit()/k), &vi.Keyed{Key: e.key(p), K: k}, func(s *vi.Step, rows int) string {
		z = s.Posterior().Sample(s.Noise("z"), k).Node.Value().AppendTo(z[:0])
		for b := range rows {
			f(n, z[b*k*h:(b+1)*k*h])
			n++
		}
		return ""
	})
}

// steps opens steps on the data of a place, so many at a time, until one has a reason to
// end; where q has parameters of each datum's own, one step on all data, of which the
// first rows are the place's.
func (e *Eval) steps(p place, size int, src vi.Source, f func(s *vi.Step, rows int) (why string)) (why string) {
	w := e.of(p)
	whole := w.Model.Sheet().Whole
	for lo := 0; lo < p.n && why == ""; lo += size {
		if e.Context.Err() != nil {
			return "given up"
		}
		rows := w.All[lo:min(lo+size, p.n)]
		if whole {
			rows, size = w.All, p.n
		}
		s := w.Step(e.Step, rows, src)
		why = f(s, min(size, p.n-lo))
		e.Evals += s.Evals
	}
	return why
}

// perCode is the mean over data and samples of f of a code, [H].
func (e *Eval) perCode(c Codes, f func(z []float64) float64) (x float64, why string) {
	total, count := 0.0, 0
	why = e.codes(c.On, c.K, func(_ int, z []float64) {
		h := len(z) / c.K
		for ; len(z) > 0; z = z[h:] {
			total += f(z[:h])
			count++
		}
	})
	return total / float64(count), why
}

// perMean is the mean over data of f of the posterior's mean, [H].
func (e *Eval) perMean(o On, f func(z []float64) float64) (x float64, why string) {
	if err := oneReal(e.Work.Model.Sheet()); err != nil {
		return 0, err.Error()
	}
	mu, h, ok := e.means(o, "codes")
	switch {
	case e.Context.Err() != nil:
		return 0, "given up"
	case !ok:
		return 0, "the posterior does not know its mean"
	}
	total := 0.0
	for z := mu; len(z) > 0; z = z[h:] {
		for _, v := range z[:h] {
			if v-v != 0 {
				return 0, "a mean of the posterior is not finite"
			}
		}
		total += f(z[:h])
	}
	return total / float64(len(mu)/h), ""
}

// say logs a number, or why there is none.
func (o *Out) say(name string, x float64, why string) {
	if why != "" {
		o.Missing(name, "%s", why)
		return
	}
	o.Put(name, x)
}

// shares are for each latent the share of codes with |z_k| > least, of data and samples.
func (e *Eval) shares(c Codes, least float64) (share []float64, why string) {
	count := 0
	why = e.codes(c.On, c.K, func(_ int, z []float64) {
		h := len(z) / c.K
		if share == nil {
			share = make([]float64, h)
		}
		for i, x := range z {
			if math.Abs(x) > least {
				share[i%h]++
			}
		}
		count += c.K
	})
	for i := range share {
		share[i] /= float64(count)
	}
	return share, why
}
