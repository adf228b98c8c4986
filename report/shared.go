package report

import (
	"slices"
	"strings"
)

// A legend says once what all of its configurations are, and of each what it is alone.

// share leaves out of the legend's labels what is common to all configurations.
func (f *Figure) share() {
	var names []string
	for _, k := range f.Legend {
		if k.of != "" {
			names = append(names, k.of)
		}
	}
	short, common := shortened(names)
	if common == "" {
		return
	}
	f.Shared = common
	for i, k := range f.Legend {
		if k.of != "" {
			f.Legend[i].Label = strings.Replace(k.Label, k.of, short[0], 1)
			short = short[1:]
		}
	}
}

// A spelled is one part of a label as labels writes them: name{settings}, a name, or settings.
type spelled struct {
	name     string
	settings []string
}

func (s spelled) String() string {
	settings := strings.Join(s.settings, ",")
	if s.name != "" && settings != "" {
		return s.name + "{" + settings + "}"
	}
	return s.name + settings
}

func spell(part string) spelled {
	name, settings, braced := strings.Cut(part, "{")
	switch {
	case braced && strings.HasSuffix(settings, "}") && !strings.Contains(name, "="):
		settings = strings.TrimSuffix(settings, "}")
	case strings.Contains(part, "="):
		name, settings = "", part
	default:
		return spelled{name: part}
	}
	return spelled{name, outside(settings, ",")}
}

// outside parts a text at what stands in no braces and brackets.
func outside(text, sep string) (parts []string) {
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth--
		}
		if depth == 0 && i >= from && strings.HasPrefix(text[i:], sep) {
			parts, from = append(parts, text[from:i]), i+len(sep)
		}
	}
	return append(parts, text[from:])
}

// shortened are labels without what all have in common, and what that is. A setting that
// three quarters of at least four labels have, where the others say another value, is common
// "unless said". Labels that nothing would be left of stay as they are.
func shortened(labels []string) (short []string, common string) {
	if len(labels) < 2 {
		return labels, ""
	}
	rows := make([][]spelled, len(labels))
	parts := 0
	for i, l := range labels {
		for _, part := range outside(l, " x ") {
			rows[i] = append(rows[i], spell(part))
		}
		if i == 0 || len(rows[i]) < parts {
			parts = len(rows[i])
		}
	}
	var all, most []string
	for j := range parts {
		first := rows[0][j]
		var same spelled
		if !slices.ContainsFunc(rows, func(r []spelled) bool { return r[j].name != first.name }) {
			same.name = first.name
		}
		for _, key := range keysOf(rows, j) {
			values := newSet()
			count := map[string]int{}
			for _, r := range rows {
				for _, s := range r[j].settings {
					if k, _, _ := strings.Cut(s, "="); k == key {
						values.add(s)
						count[s]++
					}
				}
			}
			usual, said := values.list[0], 0
			for _, s := range values.list {
				said += count[s]
				if count[s] > count[usual] {
					usual = s
				}
			}
			switch n := len(rows); {
			case count[usual] == n:
				same.settings = append(same.settings, usual)
			case said == n && n >= 4 && 4*count[usual] >= 3*n:
				most = append(most, usual+" unless said")
			default:
				continue
			}
			for _, r := range rows {
				r[j].settings = slices.DeleteFunc(r[j].settings, func(s string) bool { return s == usual })
			}
		}
		if same.name != "" {
			for _, r := range rows {
				r[j].name = ""
			}
		}
		if text := same.String(); text != "" {
			all = append(all, text)
		}
	}
	for _, r := range rows {
		var left []string
		for _, s := range r {
			if text := s.String(); text != "" {
				left = append(left, text)
			}
		}
		if len(left) == 0 {
			return labels, ""
		}
		short = append(short, strings.Join(left, " x "))
	}
	common = strings.Join(all, " x ")
	return short, strings.Join(append(slices.DeleteFunc([]string{common}, func(s string) bool { return s == "" }), most...), "; ")
}

// keysOf are the settings that any label has in its part j, each once.
func keysOf(rows [][]spelled, j int) []string {
	keys := newSet()
	for _, r := range rows {
		for _, s := range r[j].settings {
			key, _, _ := strings.Cut(s, "=")
			keys.add(key)
		}
	}
	return keys.list
}
