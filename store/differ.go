package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Difference is the first place where two results of one cell are not the same.
type Difference struct {
	Metric string `json:"metric"` // also NAME[i], an element of a vector; outcome, steps, evals
	Step   int    `json:"step"`
	A      string `json:"a"` // both values, by BitsText
	B      string `json:"b"`
	Count  int    `json:"count"` // points and vectors that differ
	Of     int    `json:"of"`    // points and vectors in all
}

func (d Difference) String() string {
	return fmt.Sprintf("%s at step %d: %s -> %s", d.Metric, d.Step, d.A, d.B)
}

// Differ compares two results of one cell in all that Export prints of them: how
// it ended and why (of a refusal not why: that names what else there is), every
// point and every vector to the bit, the steps taken and the evaluations spent. Of
// several differences it returns that of the outcome, else the one of the earliest
// step: there they part. ok is false if there is none.
func Differ(a, b *Result) (d Difference, ok bool) {
	points, n, of := differPoints(a.Points, b.Points)
	vectors, m, more := differVectors(a.Vectors, b.Vectors)
	d.Count, d.Of = n+m, of+more
	first := func(metric string, step int, x, y string) {
		if x != y && !ok {
			d.Metric, d.Step, d.A, d.B, ok = metric, step, x, y, true
		}
	}
	if a.Outcome != b.Outcome || a.Outcome != Refused && (a.Step != b.Step || a.Reason != b.Reason) {
		first(exportOutcome, max(a.Step, b.Step), ending(a), ending(b))
	}
	if p := earlier(points, vectors); p != nil {
		first(p.Metric, p.Step, p.A, p.B)
	}
	first("steps", a.Step, strconv.FormatInt(a.Steps, 10), strconv.FormatInt(b.Steps, 10))
	first("evals", a.Step, strconv.FormatInt(a.Evals, 10), strconv.FormatInt(b.Evals, 10))
	return d, ok
}

func ending(r *Result) string {
	text := fmt.Sprintf("%s at step %d", r.Outcome, r.Step)
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

func earlier(a, b *Difference) *Difference {
	if a == nil || b != nil && b.Step < a.Step {
		return b
	}
	return a
}

// at is the key of a point or a vector.
type at struct {
	step int
	name string
}

func (a at) compare(b at) int {
	return cmp.Or(cmp.Compare(a.step, b.step), strings.Compare(a.name, b.name))
}

// paired calls f on what two lists have at each key, in the order of the keys; nil
// stands for nothing.
func paired[T any](a, b []T, key func(*T) at, f func(k at, x, y *T)) {
	sorted := func(list []T) []T {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(x, y T) int { return key(&x).compare(key(&y)) })
		return list
	}
	a, b = sorted(a), sorted(b)
	for len(a)+len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = key(&a[0]).compare(key(&b[0]))
		}
		var x, y *T
		if order <= 0 {
			x, a = &a[0], a[1:]
		}
		if order >= 0 {
			y, b = &b[0], b[1:]
		}
		if x != nil {
			f(key(x), x, y)
		} else {
			f(key(y), x, y)
		}
	}
}

func differPoints(a, b []Point) (first *Difference, n, of int) {
	paired(a, b, func(p *Point) at { return at{p.Step, p.Metric} }, func(k at, x, y *Point) {
		of++
		u, v := x.text(), y.text()
		if x != nil && y != nil && u == v && x.Evals != y.Evals {
			u, v = fmt.Sprintf("%s after %d evaluations", u, x.Evals), fmt.Sprintf("%s after %d evaluations", v, y.Evals)
		}
		if u == v {
			return
		}
		if n++; first == nil {
			first = &Difference{Metric: k.name, Step: k.step, A: u, B: v}
		}
	})
	return first, n, of
}

// text is the whole of a point but its evaluations.
func (p *Point) text() string {
	switch {
	case p == nil:
		return "absent"
	case p.Reason != "":
		return "none: " + p.Reason
	}
	return BitsText(p.Value)
}

func differVectors(a, b []Vector) (first *Difference, n, of int) {
	paired(a, b, func(v *Vector) at { return at{v.Step, v.Name} }, func(k at, x, y *Vector) {
		of++
		name, u, v := k.name, "absent", "absent"
		switch {
		case x != nil && y != nil && len(x.Data) == len(y.Data):
			i := 0
			for i < len(x.Data) && math.Float64bits(x.Data[i]) == math.Float64bits(y.Data[i]) {
				i++
			}
			if i == len(x.Data) {
				return
			}
			name, u, v = fmt.Sprintf("%s[%d]", k.name, i), BitsText(x.Data[i]), BitsText(y.Data[i])
		default:
			if x != nil {
				u = fmt.Sprintf("%d numbers", len(x.Data))
			}
			if y != nil {
				v = fmt.Sprintf("%d numbers", len(y.Data))
			}
		}
		if n++; first == nil {
			first = &Difference{Metric: name, Step: k.step, A: u, B: v}
		}
	})
	return first, n, of
}

// BitsText is a number's shortest text that reads back to the same bits, and the
// bits: two numbers have the same text only if they are the same.
func BitsText(x float64) string {
	return fmt.Sprintf("%s (0x%016x)", strconv.FormatFloat(x, 'g', -1, 64), math.Float64bits(x))
}
