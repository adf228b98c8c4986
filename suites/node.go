package suites

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

type nodeKind int

const (
	nothing nodeKind = iota
	boolean
	number
	text
	list
	mapping
)

// A node is a value of the file after aliases and merge keys are resolved:
// every alias is a copy, so that one use can be patched without the others.
type node struct {
	kind      nodeKind
	text      string  // a scalar as written, without its quotes
	num       float64 // of a number
	list      []*node
	keys      []entry
	line, col int
	from      string // the patch that put it there; empty for what the file says
}

type entry struct {
	key       string
	line, col int
	value     *node
}

// get is the value of a key, nil if absent or if n is no mapping.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.keys {
		if n.keys[i].key == key {
			return n.keys[i].value
		}
	}
	return nil
}

func (n *node) keyNames() []string {
	names := make([]string, len(n.keys))
	for i, e := range n.keys {
		names[i] = e.key
	}
	return names
}

// at walks keys and indices as a JSON pointer does.
func (n *node) at(path []string) *node {
	for _, step := range path {
		switch {
		case n == nil:
			return nil
		case n.kind == list:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n.list) {
				return nil
			}
			n = n.list[i]
		default:
			n = n.get(step)
		}
	}
	return n
}

// items are the elements of a list; a single value stands for a list of one.
func (n *node) items() []*node {
	switch {
	case n == nil:
		return nil
	case n.kind == list:
		return n.list
	}
	return []*node{n}
}

// largest is the largest whole number that a float64 holds without gaps.
const largest = 1 << 53

func (n *node) whole() (int, bool) {
	if n == nil || n.kind != number || n.num != math.Trunc(n.num) || math.Abs(n.num) > largest {
		return 0, false
	}
	return int(n.num), true
}

// value is the node as encoding/json would have decoded it.
func (n *node) value() any {
	switch n.kind {
	case boolean:
		return n.text == "true"
	case number:
		return n.num
	case text:
		return n.text
	case list:
		v := make([]any, len(n.list))
		for i, e := range n.list {
			v[i] = e.value()
		}
		return v
	case mapping:
		v := make(map[string]any, len(n.keys))
		for _, e := range n.keys {
			v[e.key] = e.value.value()
		}
		return v
	}
	return nil
}

// String describes the node in an error.
func (n *node) String() string {
	switch n.kind {
	case boolean, number:
		return n.text
	case text:
		if r := []rune(n.text); len(r) > 60 {
			return strconv.Quote(string(r[:60]) + "...")
		}
		return strconv.Quote(n.text)
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	}
	return "nothing"
}

// canonical is the text of a scalar as Cell.Label prints it.
func (n *node) canonical() string {
	if n.kind == number {
		return formatNumber(n.num)
	}
	return n.text
}

// decimal is what YAML 1.2 reads as a number; goccy/go-yaml takes 1e3 for text.
var decimal = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// scalar reads an unquoted decimal number, or leaves text.
func scalar(s string) (kind nodeKind, num float64) {
	if decimal.MatchString(s) {
		if x, err := strconv.ParseFloat(s, 64); err == nil {
			return number, x
		}
	}
	return text, 0
}

// formatNumber prints whole numbers plainly and others in the shortest form that
// reads back to the same bits, so 1, 1.0 and 1e0 are one text.
func formatNumber(x float64) string {
	switch {
	case x == 0: // also -0
		return "0"
	case x == math.Trunc(x) && math.Abs(x) < 1e15:
		return strconv.FormatInt(int64(x), 10)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// formatValue is the text form of a parameter's value.
func formatValue(v any) string {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v)
	case float64:
		return formatNumber(v)
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case []int:
		return formatList(v)
	case []float64:
		return formatList(v)
	case []any: // as read back from JSON
		return formatList(v)
	}
	return fmt.Sprint(v)
}

func formatList[T any](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = formatValue(v)
	}
	return "[" + strings.Join(parts, ",") + "]"
}
