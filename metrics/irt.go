package metrics

import (
	"math"
	"slices"

	"github.com/vibench/bench/core/vec"
	"github.com/vibench/bench/vi"
)

// IRT is how well a model of answers knows people and items, on the data trained on:
//
//	irt/ability   |correlation| of abilities with the true ones: their sign is free
//	irt/held      log p of the answers held out given the person's others, nats an answer
//	irt/accuracy  share of them that the more probable answer is
//	irt/slope     of difficulties b on the true ones by least squares
//	irt/scale     |slope| of discriminations a on the true ones through zero
//
// At the end the arrays irt/items and, where known, irt/items/true have the discrimination,
// difficulty and chance of a guess of every item, [D,3].
//
// There is no number where what is true is not known, or nothing is held out, or it does
// not vary. accuracy tells less than held: it is the same for a chance of 0.6 and of 0.99.
//
// As Wu, Davis, Domingue, Piech and Goodman 2020 (2002.00276).
type IRT struct {
	When string `name:"when" choices:"always|end" doc:"at every evaluation of a cell, or at its end only, for the cost"`
}

func (IRT) Name() string    { return "irt" }
func (IRT) Better() string  { return "" }
func (IRT) Unit() string    { return "" }
func (IRT) Needs() []vi.Cap { return []vi.Cap{vi.Answers} }
func (m IRT) AtEnd() bool   { return m.When == "end" }
func (IRT) Emits(vi.Sheet) []string {
	return []string{"irt/ability", "irt/accuracy", "irt/held", "irt/scale", "irt/slope"}
}

func (m IRT) Measure(e *Eval, o *Out) {
	w := e.Work
	d := w.Data
	model, ok := w.Model.(vi.Respondents)
	if !ok {
		for _, name := range m.Emits(vi.Sheet{}) {
			o.Missing(name, "the model has no people and items")
		}
		return
	}
	put := func(name string, x float64, why string) {
		switch {
		case why != "":
			o.Missing(name, "%s", why)
		case x-x != 0:
			o.Missing(name, "it is not finite, or does not vary")
		default:
			o.Put(name, x)
		}
	}
	if e.Last {
		o.Keep("irt/items", model.Items(w.Params))
		if d.Items != nil {
			o.Keep("irt/items/true", slices.Clone(d.Items))
		}
	}
	if d.Codes == nil || d.Items == nil {
		for _, name := range []string{"irt/ability", "irt/scale", "irt/slope"} {
			put(name, 0, "data \""+d.Name+"\" have no known abilities and items")
		}
	} else {
		cov, sx, sy := products(model.Abilities(w.Params, d.X), d.Codes)
		put("irt/ability", math.Abs(cov)/math.Sqrt(float64(sx*sy)), "")
		got := model.Items(w.Params)
		column := func(items []float64, c int) (out []float64) {
			for j := range d.D {
				out = append(out, items[3*j+c])
			}
			return out
		}
		cov, _, sy = products(column(got, 1), column(d.Items, 1))
		put("irt/slope", cov/sy, "")
		a, truth := column(got, 0), column(d.Items, 0)
		put("irt/scale", math.Abs(vec.Dot(a, truth))/vec.SumSq(truth), "")
	}
	if d.Hidden == nil {
		for _, name := range []string{"irt/accuracy", "irt/held"} {
			put(name, 0, "data \""+d.Name+"\" have no answers held out; sets of answers have where their setting hide is above 0")
		}
		return
	}
	total, right, n := 0.0, 0.0, 0.0
	for i, p := range model.Chances(w.Params, d.X) {
		if d.X[i] == d.X[i] || d.Hidden[i] != d.Hidden[i] { // seen, or not known
			continue
		}
		n++
		if d.Hidden[i] == 0 {
			p = 1 - p
		}
		total += vec.Log64(p)
		if p > 0.5 {
			right++
		}
	}
	put("irt/held", total/n, "")
	put("irt/accuracy", right/n, "")
}

// products are sums of x and y about their means: of products, squares of x, squares of y.
func products(x, y []float64) (xy, xx, yy float64) {
	mx, my := mean(x), mean(y)
	for i := range x {
		xy += float64((x[i] - mx) * (y[i] - my))
		xx += float64((x[i] - mx) * (x[i] - mx))
		yy += float64((y[i] - my) * (y[i] - my))
	}
	return xy, xx, yy
}
