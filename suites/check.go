package suites

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// view is the cells of one preset as claims see them.
type view struct {
	combos []*combo
	values map[string][]string // of each label, in order of appearance
	labels []string
}

func newView(combos []*combo) *view {
	v := &view{combos: combos, values: map[string][]string{}}
	seen := map[[2]string]bool{}
	add := func(label, value string) {
		if _, known := v.values[label]; !known {
			v.labels = append(v.labels, label)
		}
		if key := [2]string{label, value}; !seen[key] {
			seen[key] = true
			v.values[label] = append(v.values[label], value)
		}
	}
	for _, c := range combos {
		for _, label := range c.cell.labels() {
			if label == "seed" {
				for _, s := range c.seeds {
					add(label, strconv.Itoa(s))
				}
				continue
			}
			value, _ := c.cell.Label(label)
			add(label, value)
		}
	}
	return v
}

// of lists a label's values; pinned labels (dataset.n) are looked up on demand.
func (v *view) of(label string) []string {
	if known, ok := v.values[label]; ok || !strings.Contains(label, ".") {
		return known
	}
	var out []string
	for _, c := range v.combos {
		if value, ok := c.cell.Label(label); ok && !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	v.values[label] = out
	return out
}

// chosen is a combination with those of its seeds that are selected.
type chosen struct {
	*combo
	seeds []int
}

func (v *view) choose(s Select) []chosen {
	rest := s.With(nil)
	wanted, bySeed := rest["seed"]
	delete(rest, "seed")
	var out []chosen
	for _, c := range v.combos {
		if !c.cell.Matches(rest) {
			continue
		}
		seeds := c.seeds
		if bySeed {
			seeds = slices.DeleteFunc(slices.Clone(seeds), func(s int) bool { return !slices.Contains(wanted, strconv.Itoa(s)) })
		}
		if len(seeds) > 0 {
			out = append(out, chosen{c, seeds})
		}
	}
	return out
}

// mostLooks bounds the work of holding claims against cells.
const mostLooks = 50_000_000

// tooMany refuses a file whose claims would take minutes to check.
func (p *pass) tooMany(claims []claim, combos int) bool {
	parts := 0
	for _, c := range claims {
		parts += len(c.parts)
	}
	if parts*combos <= mostLooks {
		return false
	}
	p.bad(p.root.get("claims"), "%d tests over %d combinations are too many to check; want a product of at most %d", parts, combos, mostLooks)
	return true
}

// check holds a claim against the cells of a preset and resolves its seeds.
func (p *pass) check(c claim, v *view, preset string) Claim {
	out := c.Claim
	in := p.inPreset(preset)
	k := &checker{pass: p, view: v, in: in}
	least := 0
	for i, part := range c.parts {
		n, ok := k.part(part)
		part.Part.Seeds = n
		out.Parts = append(out.Parts, part.Part)
		if ok && (i == 0 || n < least) {
			least = n
		}
	}
	out.Seeds = least
	if n, ok := c.seeds.whole(); ok {
		out.Seeds = n
		for i := range out.Parts {
			out.Parts[i].Seeds = n
		}
		if n > least && len(k.said) == 0 {
			p.bad(c.seeds, "claim %q wants %d seeds%s; the cells it selects have %d", c.ID, n, in, least)
		}
	}
	return out
}

// inPreset says for a message which preset, when there are several.
func (p *pass) inPreset(preset string) string {
	if len(p.presets) < 2 {
		return ""
	}
	return fmt.Sprintf(" in preset %q", preset)
}

// checker holds the parts of one claim against one view.
type checker struct {
	*pass
	*view
	in   string // " in preset ..." when there are several
	said []string
}

func (k *checker) complain(n *node, format string, args ...any) {
	k.said = append(k.said, format)
	k.bad(n, format, args...)
}

// part checks one test and counts the seeds on which it can be made: those that
// all of its sides have.
func (k *checker) part(t claimPart) (seeds int, ok bool) {
	type side struct {
		at  *node
		sel Select
	}
	sides := []side{{cmpNode(t.at.get("over"), t.at), t.Over}}
	if t.A != nil {
		sides = sides[:0]
		for _, name := range []string{"a", "b", "than", "c", "d"} {
			if n := t.at.get(name); n != nil {
				sides = append(sides, side{n, t.Over.With(selection(n))})
			}
		}
	}
	before := len(k.said)
	for _, n := range []string{"over", "a", "b", "than", "c", "d"} {
		k.selection(t.at.get(n))
	}
	for _, n := range []string{"against", "by", "each"} {
		k.label(t.at.get(n))
	}
	if len(k.said) > before {
		return 0, false
	}
	shared := map[int]int{}
	for _, s := range sides {
		cells := k.choose(s.sel)
		if len(cells) == 0 {
			k.complain(s.at, "%s selects no cell%s", orAll(s.sel), k.in)
			continue
		}
		k.logged(t.metric, cells)
		k.units(t, s.at, s.sel, cells)
		own := map[int]bool{}
		for _, c := range cells {
			for _, seed := range c.seeds {
				own[seed] = true
			}
		}
		for seed := range own {
			shared[seed]++
		}
	}
	if len(k.said) > before {
		return 0, false
	}
	for _, n := range shared {
		if n == len(sides) {
			seeds++
		}
	}
	if seeds == 0 {
		k.complain(t.at, "%s: its sides share no seed%s", t.Kind, k.in)
	}
	if t.Least > seeds && seeds > 0 {
		k.complain(t.at.get("least"), "count: wants %d seeds%s; the cells it selects have %d", t.Least, k.in, seeds)
	}
	return seeds, true
}

func cmpNode(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

func orAll(s Select) string {
	if len(s) == 0 {
		return "over all cells"
	}
	return s.String()
}

func (k *checker) label(n *node) {
	if n != nil && len(k.of(n.text)) == 0 {
		k.complain(n, "unknown label %q%s%s", n.text, meant(n.text, k.labels), have(k.labels))
	}
}

// selection checks labels and values: a value that no cell has is a slip even if
// other values of the list select some.
func (k *checker) selection(n *node) {
	if n == nil || n.kind != mapping {
		return
	}
	for _, e := range n.keys {
		known := k.of(e.key)
		if len(known) == 0 {
			k.said = append(k.said, e.key)
			k.report(e.line, e.col, fmt.Sprintf("unknown label %q%s%s", e.key, meant(e.key, k.labels), have(k.labels))+patched(e.value.from))
			continue
		}
		for _, v := range e.value.items() {
			if got := v.canonical(); !slices.Contains(known, got) {
				k.complain(v, "no cell has %s %s%s%s%s", e.key, got, k.in, meant(got, known), have(known))
			}
		}
	}
}

// logged checks that some selected cell logs the metric.
func (k *checker) logged(metric *node, cells []chosen) {
	var known []string
	of := Logged(metric.text)
	base, _, _ := strings.Cut(of, "/")
	for _, c := range cells {
		names, want := c.bases(k.cat), base
		if k.cat.Emits != nil {
			names, want = k.cat.Emits(c.cell), of
		}
		if slices.Contains(names, want) {
			return
		}
		for _, n := range names {
			if len(known) < 200 && !slices.Contains(known, n) {
				known = append(known, n)
			}
		}
	}
	slices.Sort(known)
	logs := ""
	if len(known) > 0 {
		logs = "; logged: " + strings.Join(known, ", ")
	}
	k.complain(metric, "no selected cell logs %q%s%s%s", metric.text, k.in, meant(metric.text, known), logs)
}

// bases are the first components of the names that a combination's metrics log.
func (c *combo) bases(cat Catalog) []string {
	var out []string
	for _, m := range c.cell.Metrics {
		out = append(out, m.Name)
		if e, _ := find(cat.Metrics, m.Name); e.At != "" {
			out = append(out, m.Name+"@"+formatValue(m.Params[e.At]))
		}
	}
	return out
}

// units checks that a test finds one cell for each of its units: a seed, and with
// it a value of the label on the x axis or of each. It also checks the x axis. An
// exact test is of every value and has no units.
func (k *checker) units(t claimPart, at *node, sel Select, cells []chosen) {
	if t.Kind == "exact" {
		return
	}
	type unit struct {
		seed    int
		x, each string
	}
	first := map[unit]*combo{}
	xs := map[string]bool{}
	for _, c := range cells {
		u := unit{}
		for _, axis := range []struct {
			label string
			to    *string
		}{{t.Against, &u.x}, {t.Each, &u.each}} {
			if axis.label == "" || axis.label == "seed" {
				continue
			}
			value, ok := c.cell.Label(axis.label)
			if !ok {
				k.complain(at, "%s: a selected cell has no %s: %s", t.Kind, axis.label, c.cell.String())
				return
			}
			*axis.to = value
		}
		xs[u.x] = true
		if t.Kind == "order" && !slices.Contains(t.Values, u.x) {
			continue // not part of the claim
		}
		for _, u.seed = range c.seeds {
			if other, twice := first[u]; twice {
				k.complain(at, "%s selects several cells for one seed%s; they differ in %s",
					orAll(sel), k.in, strings.Join(differences(other.cell, c.cell), ", "))
				return
			}
			first[u] = c.combo
		}
	}
	switch t.Kind {
	case "slope", "trend":
		k.axis(t, xs)
	case "order":
		for i, n := range t.at.get("values").items() {
			if v := t.Values[i]; !xs[v] {
				k.complain(n, "order: no selected cell has %s %s%s", t.Against, v, have(sortedKeys(xs)))
			}
		}
	}
}

// axis checks the x values of a slope or a trend.
func (k *checker) axis(t claimPart, xs map[string]bool) {
	at := t.at.get("against")
	if t.Against == "seed" {
		k.complain(at, "%s: the seed is the unit and cannot be the x axis", t.Kind)
		return
	}
	for _, x := range sortedKeys(xs) {
		v, err := strconv.ParseFloat(x, 64)
		if err != nil {
			k.complain(at, "%s: %s is no number: %q", t.Kind, t.Against, x)
			return
		}
		if t.Scale == "log" && v <= 0 {
			k.complain(at, "%s: %s is %s, which has no place on a log scale; write scale: linear", t.Kind, t.Against, x)
			return
		}
	}
	if len(xs) < 2 {
		k.complain(at, "%s: one value of %s%s; want two or more", t.Kind, t.Against, k.in)
	}
}

// differences are the labels in which two cells differ: "k (32, 64)".
func differences(a, b Cell) []string {
	var out []string
	for _, label := range append(a.labels(), b.labels()...) {
		x, inA := a.Label(label)
		y, inB := b.Label(label)
		if d := fmt.Sprintf("%s (%s, %s)", label, x, y); inA && inB && x != y && label != "seed" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return []string{"parameters that share a label, in training or in metrics"}
	}
	return out
}
