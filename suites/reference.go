package suites

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed format/example.yaml
var example string

// Example is a suite file that has everything a suite can have, each claim
// named after its kind; to read, and to begin one's own from.
func Example() []byte { return []byte(example) }

// Topics are the names that Describe explains.
func Topics() []string {
	return append([]string{"suite", "grid", "log", "train", "claims", "published", "primary"}, kindNames[:]...)
}

// Describe explains a part of a suite file: its keys as the schema has them, and
// an example. Kinds of claim go by their name, slope, or as "claim slope".
func Describe(topic string) (text string, ok bool) {
	topic = strings.TrimPrefix(topic, "claim ")
	switch topic {
	case "suite":
		return describeSuite(), true
	case "grid":
		return page("grid (of a suite)", gridSchema(), section("grid:", "\npublished:")), true
	case "log":
		return page("log (of a suite or a grid)", logSchema(), `log: {metrics: [NAME, NAME@64, {NAME: {PARAMETER: 400}}]}`), true
	case "train":
		return page("train (of a suite or a grid)", trainSchema(), section("    train:", "\n    log:")), true
	case "published":
		return describePublished(), true
	case "primary":
		return page("primary (of a suite)", primaryItemSchema(), section("primary:", "\nclaims:")), true
	case "claim", "claims":
		return describeClaims(), true
	}
	kind, ok := kindSchemas()[topic].(obj)
	if !ok {
		return "", false
	}
	return page(topic+" (claim)", kind, "claims:\n"+exampleOf(topic)), true
}

func describeSuite() string {
	top := schema(Catalog{})
	var b strings.Builder
	b.WriteString(page("suite (the format of a suite file)", top, ""))
	for _, part := range []string{"grid", "log", "train"} {
		fmt.Fprintf(&b, "\n%s\n", part)
		keys(&b, top["$defs"].(obj)[part].(obj))
	}
	b.WriteString("\nexample\n" + indented(section("", "\npublished:")))
	b.WriteString("\nbench explain claims says what a suite may claim, explain published what it may\n")
	b.WriteString("show beside its numbers, explain primary what bench check holds it to, bench list\nwhat it may name; bench explain suite --yaml\n")
	b.WriteString("prints the example whole, to begin from.\n")
	return b.String()
}

func describePublished() string {
	s := publishedSchema()
	var b strings.Builder
	b.WriteString(page("published (of a suite)", s, ""))
	b.WriteString("\na row\n")
	keys(&b, s["properties"].(obj)["rows"].(obj)["items"].(obj))
	b.WriteString("\nexample\n" + indented(section("published:", "\nprimary:")))
	return b.String()
}

func describeClaims() string {
	defs := claimSchemas()
	var b strings.Builder
	b.WriteString("claims (of a suite)\n\nA claim has one test, of these kinds, or several under all:\n")
	kinds := kindSchemas()
	for _, name := range kindNames {
		fmt.Fprintf(&b, "  %-12s %s\n", name, kinds[name].(obj)["description"])
	}
	claim := defs["claim"].(obj)
	plain := obj{"required": claim["required"], "properties": obj{}}
	for name, v := range claim["properties"].(obj) {
		if !slices.Contains(kindNames[:], name) {
			plain["properties"].(obj)[name] = v
		}
	}
	b.WriteString("\nbeside its test\n")
	keys(&b, plain)
	b.WriteString("\npublished\n")
	keys(&b, quotedSchema())
	fmt.Fprintf(&b, "\n%s\n", "Tests choose "+defs["select"].(obj)["description"].(string)+".")
	b.WriteString("\nexample\n" + indented("claims:\n"+exampleOf(kindNames[0])+"\n"+exampleOf("exact")))
	b.WriteString("\nbench explain slope, and so on, says what each kind needs.\n")
	return b.String()
}

// page is a title, what a schema says of itself and of its keys, and an example.
func page(title string, s obj, example string) string {
	var b strings.Builder
	b.WriteString(title + "\n")
	if doc, ok := s["description"].(string); ok {
		b.WriteString("\n" + doc + "\n")
	}
	b.WriteString("\nkeys\n")
	keys(&b, s)
	if example != "" {
		b.WriteString("\nexample\n" + indented(example))
	}
	return b.String()
}

// keys prints a mapping's keys, those it must have first.
func keys(b *strings.Builder, s obj) {
	properties := s["properties"].(obj)
	required, _ := s["required"].([]any)
	var names []string
	for _, name := range required {
		names = append(names, name.(string))
	}
	for _, name := range sortedKeys(properties) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	rows, wide := [][3]string{}, [2]int{}
	for i, name := range names {
		v := properties[name].(obj)
		is := typeText(v)
		if i < len(required) {
			is += ", required"
		}
		doc, _ := v["description"].(string)
		rows = append(rows, [3]string{name, is, doc})
		wide[0], wide[1] = max(wide[0], len(name)), max(wide[1], utf8.RuneCountInString(is))
	}
	for _, r := range rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s  %-*s  %s", wide[0], r[0], wide[1], r[1], r[2]), " ") + "\n")
	}
}

// typeText says in words what values a schema takes.
func typeText(v obj) string {
	if to, ok := v["$ref"].(string); ok {
		name := to[strings.LastIndexByte(to, '/')+1:]
		if name == "select" {
			return "cells"
		}
		return name
	}
	if values, ok := v["enum"].([]any); ok {
		var out []string
		for _, x := range values {
			out = append(out, fmt.Sprint(x))
		}
		return strings.Join(out, " or ")
	}
	if one, ok := v["else"].(obj); ok {
		return typeText(one) + " or list"
	}
	if _, ranged := v["pattern"]; ranged && v["minimum"] != nil {
		return "seeds"
	}
	var types []string
	switch t := v["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, x := range t {
			types = append(types, x.(string))
		}
	}
	return kinds(types)
}

// section is the example from a beginning to an end, which is left out.
func section(from, to string) string {
	_, text, _ := strings.Cut("\n"+example, "\n"+from)
	text, _, _ = strings.Cut(text, to)
	return from + text
}

// exampleOf is the example's claim of a kind.
func exampleOf(kind string) string {
	const item = "\n  - id: "
	_, text, _ := strings.Cut(example, item+kind+"\n")
	text, _, _ = strings.Cut(text, item)
	return item[1:] + kind + "\n" + strings.TrimRight(text, "\n")
}

func indented(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if strings.HasPrefix(text, "    ") { // a part of a grid
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], "    ")
		}
	}
	return "  " + strings.Join(lines, "\n  ") + "\n"
}
