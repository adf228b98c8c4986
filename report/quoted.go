package report

import (
	"math"
	"slices"
	"strconv"
)

// A Quoted is what a paper has for the effect of a part. No verdict rests on it.
type Quoted struct {
	Effect  float64   // on the part's scale: a - b, or log a - log b
	Numbers []float64 // that it is made of, as published: one, or one a side
	From    string    // of what, and where it stands
}

// quoted is the paper's side of a test; nil where the suite has none.
func (t test) quoted(logs bool) *Quoted {
	p := t.part.Published
	if p == nil {
		return nil
	}
	x := p.Numbers
	if t.part.Kind == "order" && len(x) == len(t.part.Values) {
		x = []float64{x[slices.Index(t.part.Values, t.high)], x[slices.Index(t.part.Values, t.low)]}
	}
	if len(x) == 0 { // no file of ours says so
		return nil
	}
	y := slices.Clone(x)
	if logs && t.part.Kind != "slope" {
		for i, v := range y {
			y[i] = math.Log(v)
		}
	}
	q := &Quoted{Effect: y[0], Numbers: x, From: p.From}
	if len(y) > 1 {
		q.Effect = y[0] - y[1]
	}
	if len(y) > 3 {
		q.Effect -= y[2] - y[3]
	}
	return q
}

// effectText is the paper's effect, to the decimals of its numbers; on a log scale to
// three digits.
func (q *Quoted) effectText() string {
	if q == nil {
		return absent
	}
	decimals := 0
	for _, x := range q.Numbers {
		decimals = max(decimals, decimalsOf(x))
	}
	if sum := q.Effect * math.Pow10(decimals); math.Abs(sum-math.Round(sum)) > 1e-6 {
		return three(q.Effect)
	}
	return strconv.FormatFloat(q.Effect+0, 'f', decimals, 64)
}

// text is the effect with the numbers it is made of and where they stand.
func (q *Quoted) text() string {
	if q == nil {
		return ""
	}
	text := q.effectText()
	for i := 0; i+1 < len(q.Numbers); i += 2 {
		text += [2]string{": ", ", "}[min(i, 1)] + plain(q.Numbers[i]) + " against " + plain(q.Numbers[i+1])
	}
	return text + " (" + q.From + ")"
}

// said is the text where it stands among others.
func (q *Quoted) said() string {
	if q == nil {
		return ""
	}
	return "paper " + q.text()
}

// quoted is that of the binding part, whose effect is shown.
func (v Verdict) quoted() *Quoted {
	if v.Binding < 0 {
		return nil
	}
	return v.Parts[v.Binding].Quoted
}

func anyQuoted(claims []Verdict) bool {
	return slices.ContainsFunc(claims, func(v Verdict) bool {
		return slices.ContainsFunc(v.Parts, func(p PartVerdict) bool { return p.Quoted != nil })
	})
}

// jsonQuoted is a Quoted for machines.
type jsonQuoted struct {
	Effect  *float64  `json:"effect"`
	Numbers []float64 `json:"numbers"`
	From    string    `json:"from"`
}

func quotedJSON(q *Quoted) *jsonQuoted {
	if q == nil {
		return nil
	}
	return &jsonQuoted{finite(q.Effect), q.Numbers, q.From}
}
