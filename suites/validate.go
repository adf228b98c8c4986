package suites

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// validator holds a file against the schema and puts each fault where it stands.
type validator struct {
	src    source
	root   *node
	schema any // as decoded, to look up what a fault's schema allows
	found  []fault
}

// A fault knows the value it lies in, so that later checks can leave it alone.
type fault struct {
	Problem
	path []string
}

const schemaURL = "bench:///suite.json" // absolute: a relative one is looked for in the folder, whatever its name

// validate reports every structural fault: unknown keys and names, wrong types,
// values out of range, what is missing.
func validate(src source, root *node, cat Catalog) ([]fault, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(cat)))
	if err != nil {
		return nil, fmt.Errorf("catalog: schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, fmt.Errorf("catalog: schema: %w", err)
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return nil, fmt.Errorf("catalog: schema: %w", err)
	}
	v := &validator{src: src, root: root, schema: doc}
	var invalid *jsonschema.ValidationError
	if errors.As(compiled.Validate(root.value()), &invalid) {
		v.walk(invalid)
	}
	return v.found, nil
}

func (v *validator) walk(e *jsonschema.ValidationError) {
	n := v.root.at(e.InstanceLocation)
	if n == nil { // a location that the tree does not have: keep the fault, at the top
		n = v.root
	}
	rule := v.rule(e.SchemaURL)
	noun, _ := rule["$comment"].(string)
	name := lastName(e.InstanceLocation)
	add := func(format string, args ...any) {
		v.add(e.InstanceLocation, n.line, n.col, n.from, name+fmt.Sprintf(format, args...))
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf: // only names are alternatives
		v.unknown(e.InstanceLocation, n, noun, rule)
	case *kind.Enum:
		v.unknown(e.InstanceLocation, n, noun, rule)
	case *kind.AdditionalProperties:
		v.unknownKeys(e.InstanceLocation, n, noun, k.Properties, rule)
	case *kind.Required:
		for _, missing := range k.Missing {
			add("missing %q", missing)
		}
	case *kind.Type:
		want := kinds(k.Want)
		if p, ok := rule["pattern"].(string); ok {
			want = patterns(p)
		}
		add("got %s; want %s", n, want)
	case *kind.Minimum:
		add("got %s; want at least %s", n, rational(k.Want))
	case *kind.Maximum:
		add("got %s; want at most %s", n, rational(k.Want))
	case *kind.ExclusiveMinimum:
		add("got %s; want more than %s", n, rational(k.Want))
	case *kind.MinItems:
		switch {
		case k.Want > 1:
			add("got %d values; want at least %d", k.Got, k.Want)
		case e.InstanceLocation[0] == "grid":
			add("empty list, so the grid has no cells")
		default:
			add("empty list; want at least one value")
		}
	case *kind.MinProperties:
		add("empty mapping; want a name")
	case *kind.MaxProperties:
		add("got %d names in one item (%s); want one: write a list", k.Got, strings.Join(n.keyNames(), ", "))
	case *kind.MinLength:
		add("got empty text")
	case *kind.Pattern:
		add("got %s; want %s", n, patterns(k.Want))
	default:
		if len(e.Causes) == 0 {
			add("%s", e.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
		}
		for _, cause := range e.Causes {
			v.walk(cause)
		}
	}
}

func (v *validator) add(path []string, line, col int, from, msg string) {
	p := v.src.problem(line, col, msg+patched(from))
	v.found = append(v.found, fault{p, slices.Clone(path)})
}

// patched says which patch put a wrong value there: the excerpt shows the file.
func patched(from string) string {
	if from == "" {
		return ""
	}
	return " (set by " + from + ")"
}

// unknown is a name that is not registered, or a value that is no choice.
func (v *validator) unknown(path []string, n *node, noun string, rule map[string]any) {
	names := enum(rule)
	what := lastName(path) + "got " + n.String()
	if noun != "" {
		what = fmt.Sprintf("unknown %s %s", noun, n)
	}
	v.add(path, n.line, n.col, n.from, what+meant(n.text, names)+have(names))
}

// unknownKeys points at the keys themselves.
func (v *validator) unknownKeys(path []string, n *node, noun string, keys []string, rule map[string]any) {
	properties, _ := rule["properties"].(map[string]any)
	names := sortedKeys(properties)
	form := ""
	if noun == "prefix" {
		names = []string{`""`, "gen/", "inf/", "own/", "shared/"}
		form = ": write {gen/: NAME, inf/: NAME}"
	}
	if noun == "" {
		noun = "key"
	}
	slices.Sort(keys)
	for _, e := range n.keys {
		if _, extra := slices.BinarySearch(keys, e.key); extra {
			from := e.value.from
			v.add(path, e.line, e.col, from, fmt.Sprintf("unknown %s %q%s%s", noun, e.key, meant(e.key, names), have(names))+form)
		}
	}
}

// rule finds the raw schema that an error names: suite.json#/$defs/grid/then.
func (v *validator) rule(at string) map[string]any {
	_, fragment, _ := strings.Cut(at, "#")
	var s = v.schema
	for _, step := range strings.Split(fragment, "/") {
		if step == "" {
			continue
		}
		if plain, err := url.PathUnescape(step); err == nil {
			step = plain
		}
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch in := s.(type) {
		case map[string]any:
			s = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			s = in[i]
		}
	}
	rule, _ := s.(map[string]any)
	return rule
}

// enum lists the names a rule allows, directly or as its first alternative.
func enum(rule map[string]any) []string {
	if forms, ok := rule["anyOf"].([]any); ok && len(forms) > 0 {
		first, _ := forms[0].(map[string]any)
		return enum(first)
	}
	list, _ := rule["enum"].([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// lastName is the last key of a path, for a message: "k: "; indices say nothing.
func lastName(path []string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if _, err := strconv.Atoi(path[i]); err != nil && path[i] != "" {
			return path[i] + ": "
		}
	}
	return ""
}

func kinds(want []string) string {
	words := map[string]string{
		"object": "a mapping", "array": "a list", "integer": "a whole number",
		"number": "a number", "string": "text", "boolean": "true or false",
	}
	var out []string
	for _, w := range want {
		if s, ok := words[w]; ok {
			out = append(out, s)
		}
	}
	return strings.Join(out, " or ")
}

// patterns says in words what a regular expression of the schema asks for.
func patterns(pattern string) string {
	switch pattern {
	case "^[a-z0-9_-]+$":
		return "small letters, digits, _ and -"
	case `^[0-9]+\.\.[0-9]+$`:
		return "a whole number or a range like 0..7"
	case distributions:
		return `"normal(mean,sd)", "uniform(low,high)" or "chi2(degrees)", in quotes`
	}
	return "text matching " + pattern
}

func rational(r *big.Rat) string {
	x, _ := r.Float64()
	return formatNumber(x)
}
