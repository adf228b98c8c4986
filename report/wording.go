package report

import (
	"fmt"
	"slices"
	"strings"
)

// words is the state for people.
func (s State) words() string {
	if s == NotRun {
		return "not run"
	}
	return string(s)
}

// symbol goes with the word, so that colour is never alone.
func (s State) symbol() string {
	switch s {
	case Holds:
		return "✓"
	case Fails:
		return "✗"
	case Open:
		return "?"
	}
	return "–"
}

// effectText is the effect of the binding part and its interval.
func (v Verdict) effectText() (effect, interval string) {
	if v.Binding < 0 {
		return absent, ""
	}
	return effectText(v.Parts[v.Binding].Kind, v.Effect, v.Lo, v.Hi, v.Parts[v.Binding].Level, v.N)
}

func (p PartVerdict) effectText() (effect, interval string) {
	return effectText(p.Kind, p.Effect, p.Lo, p.Hi, p.Level, p.N)
}

// ratioText is the effect as a ratio, empty where it is no difference of logs.
func (p PartVerdict) ratioText() string {
	e, lo, hi, ok := p.Ratio()
	if !ok || e != e {
		return ""
	}
	effect, interval := intervalText(e, lo, hi)
	return join(" ", "ratio", effect, at(interval, p.Level))
}

// shownCriterion is that of the binding part, whose numbers are shown: a claim
// of many parts has a criterion too long for a row.
func (v Verdict) shownCriterion() string {
	if len(v.Parts) > 1 {
		return v.Parts[v.Binding].Criterion
	}
	return v.Criterion
}

// details is the criterion with what a row has no column for.
func (v Verdict) details() string {
	text := v.shownCriterion()
	if v.Binding >= 0 {
		b := v.Parts[v.Binding]
		if len(v.Parts) > 1 {
			text += fmt.Sprintf(" (%d parts; shown: %s)", len(v.Parts), b.name())
		}
		if ratio := b.ratioText(); ratio != "" {
			text += "; " + ratio
		}
	}
	text = join("; ", text, v.quoted().said())
	if v.Report {
		text += "; report only"
	}
	return text
}

// name tells a part from its siblings.
func (p PartVerdict) name() string {
	return join(" ", p.Kind, p.Metric, p.Subject, p.Label)
}

// reasons are all that stand against a claim: its own, then those of the other
// parts that do not hold.
func (v Verdict) reasons() []string {
	said := newSet()
	if v.Reason != "" {
		said.add(v.Reason)
	}
	if all(v.Parts, NotRun) {
		return said.list
	}
	for i, p := range v.Parts {
		if i != v.Binding && p.State != Holds && p.Reason != "" {
			said.add(p.name() + ": " + p.Reason)
		}
	}
	return said.list
}

// metricWords are what metrics measure, where the name does not say it.
func metricWords(name string) string {
	switch name {
	case "snr":
		return "signal-to-noise"
	case "dsnr":
		return "directional signal-to-noise"
	case "gradvar":
		return "gradient variance"
	case "slope":
		return "slope on the reference direction"
	case "ess":
		return "effective sample size"
	case "elbo":
		return "bound ELBO"
	case "iwae":
		return "bound IWAE"
	case "nll":
		return "negative log-likelihood NLL"
	case "kl":
		return "divergence KL"
	case "active-units":
		return "active units"
	case "logpx":
		return "evidence log p(x)"
	case "gap":
		return "gap"
	case "live-atoms":
		return "live atoms"
	case "gini":
		return "Gini index"
	case "l0":
		return "share of latents in use"
	case "mse":
		return "mean squared error"
	case "q-mean":
		return "mean of q"
	case "relaxed":
		return "relaxed bound"
	case "code-kurtosis":
		return "kurtosis of codes"
	case "closed-elbo":
		return "closed-form ELBO"
	case "gradvar-cost":
		return "gradient variance times cost"
	case "cosine":
		return "cosine to the reference"
	case "bias":
		return "bias"
	}
	return ""
}

// inWords is a metric for an axis: snr/inf/b is signal-to-noise of inf/b, iwae@64
// bound IWAE-64. Names that speak for themselves, and those nobody here knows, stay.
func inWords(metric string) string {
	if of, ok := strings.CutSuffix(metric, "/log"); ok {
		return "log " + inWords(of)
	}
	whole, of, _ := strings.Cut(metric, "/")
	name, k, sized := strings.Cut(whole, "@")
	words := metricWords(name)
	switch {
	case words == "":
		return metric
	case name == "gap" && of != "":
		return of + " gap"
	case name == "ess" && sized:
		words += " of " + k
	case name == "relaxed" && k == "1": // as papers have it
	case sized:
		words += "-" + k
	}
	if of == "" {
		return words
	}
	return words + " of " + of
}

// roleWords says at length whose a metric is, for titles.
func roleWords(words string) string {
	for role, name := range map[string]string{"gen": "generative", "inf": "inference"} {
		if of, ok := strings.CutSuffix(words, " of "+role); ok {
			return of + " of the " + name + " network"
		}
	}
	return words
}

// ofData says whether a metric is an evaluation, of one split or another.
func ofData(metric string) bool {
	name, _, _ := strings.Cut(metric, "/")
	name, _, _ = strings.Cut(name, "@")
	return slices.Contains([]string{"elbo", "iwae", "nll", "kl", "ess", "logpx", "gap"}, name)
}
