package report

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A shownClaim is a verdict as the page has it.
type shownClaim struct {
	V                Verdict
	State            shownState
	Link             string // to the paper; empty when its name is no arXiv number
	Metric           string // of the binding part
	Claimed          string // of the effect: a number with its tolerance, or a bound
	Published        string // the paper's own number for the effect
	Quoted           string // with what it is made of and where it stands
	Strip            template.HTML
	Effect, Interval string
	Lo, Hi           string // of the interval
	Ratio            string
	Criterion        string
	P, Adjusted      string
	Reasons          []string
	Parts            []shownPart
	Cells            []claimed
	More             int  // configurations that are not listed
	Beside           bool // a table of the paper stands below
}

type shownState struct{ Class, Symbol, Word string }

func mark(s State) shownState { return shownState{string(s), s.symbol(), s.words()} }

type shownPart struct {
	P                PartVerdict
	State            shownState
	Name             string
	Effect, Interval string
	Ratio, Bootstrap string
	PText            string
	Quoted           string
}

// A claimed is a configuration that a claim reads, N of its cells.
type claimed struct {
	*configuration
	N int
}

// mostRefs of a claim are listed: JSON has the IDs of all its cells.
const mostRefs = 60

func (r *Report) shownClaim(v Verdict, configs map[string]*configuration) shownClaim {
	c := shownClaim{V: v, State: mark(v.State), Link: paperLink(v.Paper), Criterion: v.shownCriterion(), Claimed: absent,
		P: pAt(v.P, v.level()), Adjusted: pAt(v.PAdjusted, v.level()), Reasons: v.reasons()}
	c.Effect, c.Interval = v.effectText()
	c.Lo, c.Hi = ends(c.Interval)
	if v.Binding >= 0 {
		b := v.Parts[v.Binding]
		if b.Quoted != nil {
			c.Published, c.Quoted = b.Quoted.effectText(), b.Quoted.text()
		}
		c.Metric, c.Ratio, c.Claimed, c.Strip = b.Metric, b.ratioText(), b.claimedText(), b.strip()
	}
	for _, p := range v.Parts {
		part := shownPart{P: p, State: mark(p.State), Name: p.name(), Ratio: p.ratioText(), PText: pAt(p.P, p.Level), Quoted: p.Quoted.text()}
		part.Effect, part.Interval = p.effectText()
		if b := p.Bootstrap; b.Lo == b.Lo {
			if _, part.Bootstrap = intervalText(p.Effect, b.Lo, b.Hi); unusual(p.Level) {
				part.Bootstrap += " at " + percent(1-Level)
			}
		}
		c.Parts = append(c.Parts, part)
	}
	at := map[*configuration]int{}
	for _, id := range v.Cells {
		k := configs[id]
		i, known := at[k]
		if !known {
			i = len(c.Cells)
			at[k] = i
			c.Cells = append(c.Cells, claimed{configuration: k})
		}
		c.Cells[i].N++
	}
	if c.More = len(c.Cells) - mostRefs; c.More > 0 {
		c.Cells = c.Cells[:mostRefs]
	}
	for _, b := range r.Published {
		c.Beside = c.Beside || b.Paper == v.Paper
	}
	return c
}

// ends are those of an interval as intervalText prints it; empty where there is none.
func ends(interval string) (lo, hi string) {
	inner, _, _ := strings.Cut(strings.TrimPrefix(interval, "["), "]")
	lo, hi, _ = strings.Cut(inner, ", ")
	return lo, hi
}

// claimedText is what is claimed of the effect: a number with its tolerance, or a bound.
func (p PartVerdict) claimedText() string {
	number := func(x float64) string { return strconv.FormatFloat(x+0, 'g', 4, 64) } // no -0
	lo, hi := p.Region.Lo, p.Region.Hi
	below, above := math.IsInf(lo, -1), math.IsInf(hi, 1)
	switch {
	case math.IsNaN(lo) || math.IsNaN(hi) || below && above:
		return absent
	case p.Kind == "count":
		return "≥ " + number(lo) + " of " + strconv.Itoa(p.N)
	case p.Kind == "exact":
		return "0 ± " + number(hi)
	case below:
		return "< " + number(hi)
	case above:
		return "> " + number(lo)
	}
	return number((lo+hi)/2) + " ± " + number((hi-lo)/2)
}

// strip draws the interval against the claimed region, one line high. The number beside it
// says the same, so readers of screens skip it.
func (p PartVerdict) strip() template.HTML {
	if math.IsNaN(p.Lo) || math.IsNaN(p.Hi) || math.IsNaN(p.Region.Lo) || math.IsNaN(p.Region.Hi) {
		return ""
	}
	const width, height = 160.0, 16.0
	span := newReach()
	span.see(p.Effect, p.Lo, p.Hi, p.Region.Lo, p.Region.Hi) // ends at infinity are not seen
	lo, hi := span.padded()
	if !(hi > lo) {
		return ""
	}
	at := func(x float64) float64 {
		return math.Round(10*width*math.Max(0, math.Min(1, (x-lo)/(hi-lo)))) / 10
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="strip" aria-hidden="true" viewBox="0 0 %g %g"><path class="axis" d="M0 8H%g"/>`, width, height, width)
	from, to := at(p.Region.Lo), at(p.Region.Hi)
	fmt.Fprintf(&b, `<rect class="claimed" x="%g" y="1" width="%g" height="14"/>`, from, math.Max(to-from, 1.5))
	for _, end := range []float64{p.Region.Lo, p.Region.Hi} {
		if !math.IsInf(end, 0) {
			fmt.Fprintf(&b, `<path class="edge" d="M%g 1v14"/>`, at(end))
		}
	}
	fmt.Fprintf(&b, `<path class="range" d="M%g 8H%gM%g 5v6M%g 5v6"/><circle class="mean" cx="%g" cy="8" r="3"/></svg>`,
		at(p.Lo), at(p.Hi), at(p.Lo), at(p.Hi), at(p.Effect))
	return template.HTML(b.String())
}

var arxiv = regexp.MustCompile(`^\d{4}\.\d{4,5}(v\d+)?$`)

// paperLink leads to a paper; empty when its name is no arXiv number.
func paperLink(paper string) string {
	if !arxiv.MatchString(paper) {
		return ""
	}
	return "https://arxiv.org/abs/" + paper
}
