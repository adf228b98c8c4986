package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vibench/bench/suites"
)

// A trait is one of the things that two cells have to agree on to be a pair: a part's
// name, one setting of it, a number of training. Versions of parts are none: whether
// a change of one changes a metric is what one compares for.
type trait struct {
	key   string // estimator, estimator.k, model, optim.rate, gen/.rate, steps
	value string // as in a suite
}

// measure begins the keys of a metric's settings.
const measure = "metric "

// traits are all of a cell's but its seed, each noun before its settings, and last the
// settings of the metric.
func traits(c suites.Cell, metric string) []trait {
	var out []trait
	add := func(noun, prefix string, choice suites.Choice) {
		out = append(out, trait{noun, choice.Name})
		var names []string
		for name := range choice.Params {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out = append(out, trait{prefix + name, setting(choice, name)})
		}
	}
	add("estimator", "estimator.", c.Estimator)
	add("model", "model.", c.Model)
	add("dataset", "dataset.", c.Dataset)
	prefix := "optim."
	if len(c.Train.Optim) > 1 {
		prefix = "" // the settings have their own
	}
	if len(c.Train.Optim) > 0 {
		add("optim", prefix, c.Optimiser())
	}
	if f := c.Train.Follow; f != nil {
		out = append(out, trait{"follow", f.String()})
	}
	out = append(out, trait{"steps", fmt.Sprint(c.Train.Steps)}, trait{"batch", fmt.Sprint(c.Train.Batch)}, trait{"precision", c.Precision})
	if m, ok := measured(c, metric); ok {
		add(measure, measure+m.Name+".", m)
	}
	return out
}

// setting is the text of one parameter, as labels have it.
func setting(c suites.Choice, name string) string {
	one := suites.Choice{Params: map[string]any{name: c.Params[name]}}
	return strings.TrimSuffix(strings.TrimPrefix(one.String(), "{"+name+"="), "}")
}

// measured is the metric, with its settings, that a cell logs a number by.
func measured(c suites.Cell, metric string) (best suites.Choice, ok bool) {
	metric = suites.Logged(metric)
	split, bare := "test", metric
	if name, train := strings.CutPrefix(metric, "train/"); train {
		split, bare = "train", name
	}
	for _, m := range c.Metrics {
		rest, is := strings.CutPrefix(bare, m.Name)
		if !is || rest != "" && !strings.ContainsAny(rest[:1], "/@") || len(m.Name) < len(best.Name) {
			continue
		}
		if on, has := m.Params["on"]; has && on != split {
			continue
		}
		if k, has := m.Params["k"]; has && strings.HasPrefix(rest, "@") {
			number, _, _ := strings.Cut(rest[1:], "/")
			if !alike(fmt.Sprint(k), number) {
				continue
			}
		}
		best, ok = m, true
	}
	return best, ok
}

// besides drops the traits that two sides differ in on purpose: of a part whose name
// is asked for, its settings too.
func besides(list []trait, labels []string) (kept, dropped []trait) {
	for _, t := range list {
		if slices.ContainsFunc(labels, func(label string) bool { return t.is(label, list) }) {
			dropped = append(dropped, t)
		} else {
			kept = append(kept, t)
		}
	}
	return kept, dropped
}

// is says whether a label is about a trait. A bare setting is that of the first part
// that has it, as labels are.
func (t trait) is(label string, among []trait) bool {
	switch label {
	case "estimator", "model", "dataset":
		return t.key == label || strings.HasPrefix(t.key, label+".")
	case "precision":
		return t.key == label
	}
	if t.key == label {
		return true
	}
	for _, prefix := range []string{"estimator.", "model.", "dataset.", "optim."} {
		if slices.ContainsFunc(among, func(u trait) bool { return u.key == prefix+label }) {
			return t.key == prefix+label
		}
	}
	return false
}

func textOf(list []trait) string {
	var b strings.Builder
	for _, t := range list {
		fmt.Fprintf(&b, "%q=%q ", t.key, t.value)
	}
	return b.String()
}

// whole writes traits as people do: iwae{k=64} x vae x adam{rate=0.01} x steps=100.
func whole(list []trait) string {
	settings := map[string][]string{}
	for _, t := range list {
		if noun, param, is := strings.Cut(t.key, "."); is {
			settings[noun] = append(settings[noun], param+"="+t.value)
		}
	}
	var out []string
	for _, t := range list {
		if strings.Contains(t.key, ".") {
			continue
		}
		noun, text := t.key, t.value
		switch noun {
		case "estimator", "model", "dataset", "optim", "precision":
		case measure:
			noun += t.value
		default:
			text = t.key + "=" + t.value
		}
		if s := settings[noun]; s != nil {
			text += "{" + strings.Join(s, ",") + "}"
			delete(settings, noun)
		}
		out = append(out, text)
	}
	for _, noun := range slices.Sorted(maps.Keys(settings)) { // of names that the sides do not share
		out = append(out, settings[noun]...)
	}
	return strings.Join(out, " x ")
}

// where names each of several tasks by what tells it from others of its group: by as
// few traits as it takes, the same for all groups, names of parts before settings;
// empty where there is nothing to tell apart.
func where(tasks [][]trait, groups []string) []string {
	var keys []string
	for _, group := range slices.Compact(slices.Sorted(slices.Values(groups))) {
		var those [][]trait
		for i := range tasks {
			if groups[i] == group {
				those = append(those, tasks[i])
			}
		}
		keys = fewest(those, keys)
	}
	out := make([]string, len(tasks))
	for i := range tasks {
		out[i] = label(tasks[i], keys)
	}
	return out
}

// fewest are keys that tell as many lists apart as all of them do, some given: names
// of parts that tell any apart, then of settings each that tells most; of equals the
// first.
func fewest(lists [][]trait, few []string) []string {
	var keys []string
	for _, list := range lists {
		for _, t := range list {
			if !slices.Contains(keys, t.key) {
				keys = append(keys, t.key)
			}
		}
	}
	few = slices.Clone(few)
	most := kinds(lists, keys)
	for _, noun := range []string{"estimator", "model", "dataset"} {
		if more := append(slices.Clone(few), noun); kinds(lists, more) > kinds(lists, few) {
			few = more
		}
	}
	for kinds(lists, few) < most {
		best, told := "", 0
		for _, key := range keys {
			if n := kinds(lists, append(slices.Clone(few), key)); n > told {
				best, told = key, n
			}
		}
		few = append(few, best)
	}
	return few
}

// kinds is how many lists some keys tell apart.
func kinds(lists [][]trait, keys []string) int {
	seen := map[string]bool{}
	for _, list := range lists {
		kept := []trait{}
		for _, t := range list {
			if slices.Contains(keys, t.key) {
				kept = append(kept, t)
			}
		}
		seen[textOf(kept)] = true
	}
	return len(seen)
}

// label writes the traits of some keys as people do: names as they are, settings as
// k=64.
func label(list []trait, keys []string) string {
	var said []string
	for _, t := range list {
		switch {
		case !slices.Contains(keys, t.key):
		case slices.Contains([]string{"estimator", "model", "dataset", "optim", "precision"}, t.key):
			said = append(said, t.value)
		default:
			key := t.key
			for _, noun := range []string{"estimator.", "model.", "dataset.", "optim.", measure} {
				key = strings.TrimPrefix(key, noun)
			}
			said = append(said, key+"="+t.value)
		}
	}
	return strings.Join(said, " ")
}
