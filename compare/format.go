package compare

import (
	"math"
	"strconv"
	"strings"
)

// absent stands for a number that does not exist.
const absent = "–"

// EffectText is the effect and its interval for people, with two significant digits of
// the interval's half-width: a - b, or, of logs, the ratio a / b.
func (r Row) EffectText() (effect, interval string) { return effectText(r.Log, r.Effect, r.Lo, r.Hi) }

// IQMText is the interquartile mean of the differences and its interval, as EffectText.
func (p Pooled) IQMText() (iqm, interval string) { return effectText(p.Log, p.IQM, p.Lo, p.Hi) }

func effectText(log bool, effect, lo, hi float64) (string, string) {
	sign := ""
	if log {
		effect, lo, hi, sign = math.Exp(effect), math.Exp(lo), math.Exp(hi), "×"
	}
	if math.IsNaN(effect) {
		return absent, ""
	}
	half := (hi - lo) / 2
	if log {
		half = math.Min(hi-effect, effect-lo)
	}
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return sign + digits(effect, math.Abs(effect)/50), ""
	}
	if math.IsInf(half, 0) || half <= 0 {
		half = math.Abs(effect) / 50
	}
	return sign + digits(effect, half), "[" + digits(lo, half) + ", " + digits(hi, half) + "]"
}

// digits writes x to two significant digits of half.
func digits(x, half float64) string {
	size := math.Max(math.Abs(x), half)
	switch {
	case math.IsInf(x, 0):
		return strings.Replace(strconv.FormatFloat(x, 'g', -1, 64), "Inf", "∞", 1)
	case size == 0 || x == 0:
		return "0"
	}
	if half < 1e-5*size { // no more than six digits of anything
		half = 1e-4 * size
	}
	decimals := 1 - int(math.Floor(math.Log10(half)))
	if size < 1e-3 || size >= 1e6 {
		return strconv.FormatFloat(x, 'e', min(max(decimals+int(math.Floor(math.Log10(math.Abs(x)))), 0), 6), 64)
	}
	return strconv.FormatFloat(x, 'f', min(max(decimals, 0), 9), 64)
}

// WinsText is in how many of the pairs a is better: 7/8; ties count half. Where neither
// direction is better nobody wins.
func (r Row) WinsText() string {
	if r.Better == "" {
		return absent
	}
	return strconv.FormatFloat(float64(r.Wins)+float64(r.Ties)/2, 'g', -1, 64) + "/" + strconv.Itoa(r.N)
}

// ShareText is a probability of improvement.
func ShareText(p float64) string {
	if math.IsNaN(p) {
		return absent
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// PText is a p value; it never rounds one across Level.
func PText(p float64) string {
	switch {
	case math.IsNaN(p):
		return absent
	case p < 0.001:
		return "<0.001"
	}
	text := strconv.FormatFloat(p, 'g', 2, 64)
	if back, _ := strconv.ParseFloat(text, 64); (back <= Level) != (p <= Level) {
		text = strconv.FormatFloat(p, 'g', 6, 64)
	}
	return text
}

// Verdict is what a row says, of sides by these names.
func (r Row) Verdict(a, b string) string {
	switch r.Says {
	case Better:
		return a + " better"
	case Worse:
		return b + " better"
	case Higher:
		return a + " higher"
	case Lower:
		return a + " lower"
	}
	return r.Says
}

// BudgetText is the budget of a row's view, and up to which step each side could go.
func (t *Table) BudgetText(r Row) string {
	if math.IsNaN(r.Budget) || r.N == 0 {
		return ""
	}
	steps := func(span [2]int) string {
		if span[0] == span[1] {
			return strconv.Itoa(span[0])
		}
		return strconv.Itoa(span[0]) + ".." + strconv.Itoa(span[1])
	}
	return t.at.text(r.Budget) + ": a at step " + steps(r.StepsA) + ", b at step " + steps(r.StepsB)
}

// Columns are the heads of Cells: those of a table in which several sides or several
// tasks are told apart have a column more for each.
func (t *Table) Columns() []string {
	head := []string{"metric"}
	if t.severalSides() {
		head = append(head, "b")
	}
	if t.severalTasks() {
		head = append(head, "where")
	}
	p := "p"
	if t.Family > 1 {
		p = "p (Holm)"
	}
	return append(head, "a wins", "a - b", "95 %", "P(impr)", p, "says")
}

// Cells is a row for people, below Columns; a and b name the sides in the verdict.
func (t *Table) Cells(r Row, a, b string) []string {
	cells := []string{r.Metric}
	if r.Unit != "" && !r.Log {
		cells[0] += ", " + r.Unit
	}
	if t.severalSides() {
		cells = append(cells, r.B)
	}
	if t.severalTasks() {
		cells = append(cells, r.Where)
	}
	effect, interval := r.EffectText()
	p := PText(r.Adjusted)
	if r.Says == Open || r.Says == FewSeeds || r.N == 0 {
		p = absent
	}
	return append(cells, r.WinsText(), effect, interval, ShareText(r.Improvement), p, r.Verdict(a, b))
}

func (t *Table) severalSides() bool {
	for _, r := range t.Rows {
		if r.B != t.Rows[0].B {
			return true
		}
	}
	return false
}

func (t *Table) severalTasks() bool {
	for _, r := range t.Rows {
		if r.Where != "" {
			return true
		}
	}
	return false
}
