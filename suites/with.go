package suites

import (
	"fmt"
	"strings"
)

// A condition of a parameter is another that must not be zero, or have a value.
type condition struct{ name, value string }

// conditions are those of which one must be met for the parameter to be read.
func (p Param) conditions() (out []condition) {
	for _, text := range strings.Split(p.With, "|") {
		name, value, _ := strings.Cut(text, "=")
		out = append(out, condition{name, value})
	}
	return out
}

// met says whether a choice of parameters meets the condition.
func (c condition) met(params map[string]any) bool {
	v, ok := params[c.name]
	if !ok {
		return false
	}
	if c.value != "" {
		return formatValue(v) == c.value
	}
	return v != 0 && v != 0.0 && v != false && v != ""
}

// readBy says whether a choice of parameters reads this one.
func (p Param) readBy(params map[string]any) bool {
	if p.With == "" {
		return true
	}
	for _, c := range p.conditions() {
		if c.met(params) {
			return true
		}
	}
	return false
}

// unread says what a choice of parameters lacks to read this one.
func (p Param) unread(params map[string]any) string {
	var is, want []string
	for _, c := range p.conditions() {
		v, ok := params[c.name]
		if !ok {
			continue
		}
		is = append(is, c.name+" is "+formatValue(v))
		if c.value == "" {
			want = append(want, "a "+c.name)
		} else {
			want = append(want, c.name+": "+c.value)
		}
	}
	return fmt.Sprintf("nothing reads it where %s; leave it out, or give %s", strings.Join(is, " and "), strings.Join(want, " or "))
}
