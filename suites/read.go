package suites

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits on a suite file. They are far above any real suite and exist so that a
// wrong or hostile file ends in a message.
const (
	mostBytes  = 4 << 20
	mostTokens = 100_000   // the parser is quadratic in the keys of a mapping
	mostNodes  = 1_000_000 // after aliases are copied
	mostDepth  = 100
)

// reader turns YAML into nodes and collects what is wrong with it.
type reader struct {
	src      source
	anchors  map[string]*node
	nodes    int
	full     bool // mostNodes or mostDepth was met and reported
	problems []Problem
}

func (r *reader) bad(line, col int, format string, args ...any) {
	r.problems = append(r.problems, r.src.problem(line, col, fmt.Sprintf(format, args...)))
}

// read parses one document. The node is nil when the text is no YAML.
func read(file string, b []byte) (*node, source, []Problem) {
	if len(b) > mostBytes {
		src := source{file: file}
		return nil, src, []Problem{src.problem(0, 0, fmt.Sprintf("file too large, got %d bytes; want at most %d", len(b), mostBytes))}
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	r := &reader{src: newSource(file, b), anchors: map[string]*node{}}
	if !utf8.Valid(b) {
		line, col := firstInvalid(b)
		r.bad(line, col, "text is not UTF-8")
		return nil, r.src, r.problems
	}
	return r.document(strings.ReplaceAll(string(b), "\r\n", "\n")), r.src, r.problems
}

func firstInvalid(b []byte) (line, col int) {
	line, col = 1, 1
	for len(b) > 0 {
		c, size := utf8.DecodeRune(b)
		switch {
		case c == utf8.RuneError && size == 1:
			return line, col
		case c == '\n':
			line, col = line+1, 1
		default:
			col++
		}
		b = b[size:]
	}
	return line, col
}

func (r *reader) document(s string) (root *node) {
	defer func() {
		// the parser's own slips on malformed text must not end the program
		if p := recover(); p != nil {
			r.bad(1, 1, "not YAML: the parser gave up (%v)", p)
			root = nil
		}
	}()
	tokens := lexer.Tokenize(s)
	if !r.sane(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, col, msg := 1, 1, err.Error()
		var at yaml.Error
		if errors.As(err, &at) {
			msg = at.GetMessage()
			if t := at.GetToken(); t != nil && t.Position != nil {
				line, col = t.Position.Line, t.Position.Column
			}
		}
		if strings.Contains(msg, "'\t'") {
			msg = "a tab; indent with spaces"
		}
		r.bad(line, col, "not YAML: %s", msg)
		return nil
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if _, directive := d.Body.(*ast.DirectiveNode); d.Body != nil && !directive {
			bodies = append(bodies, d.Body)
		}
	}
	switch {
	case len(bodies) == 0:
		r.bad(1, 1, "empty file; want a suite")
		return nil
	case len(bodies) > 1:
		line, col := place(bodies[1])
		r.bad(line, col, "a second document; a suite file holds one")
		return nil
	}
	return r.node(bodies[0], 0)
}

// sane refuses token streams on which the parser would take minutes or exhaust
// the stack: too many tokens, brackets too deep, or a long run of block starts
// on one line (- - - -, a: a: a:).
func (r *reader) sane(tokens token.Tokens) bool {
	if len(tokens) > mostTokens {
		r.bad(1, 1, "file too large, got %d YAML tokens; want at most %d", len(tokens), mostTokens)
		return false
	}
	deep, run, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			run, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			deep++
			run = 0
		case token.SequenceEndType, token.MappingEndType:
			deep = max(0, deep-1)
			run = 0
		case token.CollectEntryType:
			run = 0
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.TagType:
			run++
		}
		if deep > mostDepth || run > mostDepth {
			r.bad(t.Position.Line, t.Position.Column, "nested more than %d deep", mostDepth)
			return false
		}
	}
	return true
}

// place is where a node starts; a block mapping starts at its first key.
func place(n ast.Node) (line, col int) {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return place(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return place(m.Key)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 1, 1
}

func (r *reader) node(n ast.Node, depth int) *node {
	line, col := 1, 1
	if n != nil {
		line, col = place(n)
	}
	out := &node{line: line, col: col}
	if !r.room(out, depth) {
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		r.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		r.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.kind = list
		for _, v := range n.Values {
			out.list = append(out.list, r.node(v, depth+1))
		}
	case *ast.AnchorNode:
		v := r.node(n.Value, depth+1)
		// known only from here on, so no value can hold itself
		r.anchors[n.Name.GetToken().Value] = v
		return v
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		v, ok := r.anchors[name]
		if !ok {
			r.bad(line, col, "unknown alias *%s%s", name, have(sortedKeys(r.anchors)))
			return out
		}
		return r.copy(v, depth)
	case *ast.TagNode:
		return r.tagged(n, depth)
	default:
		r.scalar(out, n)
	}
	return out
}

// room counts a node and reports, once, that the file expands beyond the limits.
func (r *reader) room(n *node, depth int) bool {
	r.nodes++
	switch {
	case r.full:
	case r.nodes > mostNodes:
		r.full = true
		r.bad(n.line, n.col, "more than %d values once aliases are expanded", mostNodes)
	case depth > mostDepth:
		r.full = true
		r.bad(n.line, n.col, "nested more than %d deep", mostDepth)
	}
	return !r.full
}

func (r *reader) copy(n *node, depth int) *node {
	out := *n
	if !r.room(&out, depth) {
		return &node{line: n.line, col: n.col}
	}
	out.list, out.keys = nil, nil
	for _, e := range n.list {
		out.list = append(out.list, r.copy(e, depth+1))
	}
	for _, e := range n.keys {
		e.value = r.copy(e.value, depth+1)
		out.keys = append(out.keys, e)
	}
	return &out
}

func (r *reader) scalar(out *node, n ast.Node) {
	if n == nil {
		return
	}
	t := n.GetToken()
	if t == nil {
		return
	}
	out.text = t.Value
	switch n := n.(type) {
	case *ast.NullNode:
		out.text = ""
	case *ast.BoolNode:
		out.kind, out.text = boolean, fmt.Sprint(n.Value)
	case *ast.IntegerNode:
		out.kind = number
		switch v := n.Value.(type) {
		case int64:
			out.num = float64(v)
		case uint64:
			out.num = float64(v)
		}
	case *ast.FloatNode:
		out.kind, out.num = number, n.Value
	case *ast.LiteralNode:
		out.kind = text
		if n.Value != nil {
			out.text = n.Value.Value
		}
	case *ast.StringNode:
		out.kind, out.text = text, n.Value
		if t.Type != token.SingleQuoteType && t.Type != token.DoubleQuoteType {
			out.kind, out.num = scalar(n.Value)
		}
	default: // .inf and .nan are no numbers here: nothing in a suite may be either
		out.kind = text
	}
}

func (r *reader) tagged(n *ast.TagNode, depth int) *node {
	out := r.node(n.Value, depth+1)
	switch tag := n.GetToken().Value; tag {
	case "!!str":
		if out.kind != list && out.kind != mapping {
			out.kind = text
		}
	case "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq":
	default:
		line, col := place(n)
		r.bad(line, col, "unknown tag %s; have !!bool, !!float, !!int, !!map, !!null, !!seq, !!str", tag)
	}
	return out
}

// mapping fills in the entries; a key given in place stands over a merged one,
// an earlier merge over a later.
func (r *reader) mapping(out *node, values []*ast.MappingValueNode, depth int) {
	out.kind = mapping
	own, merged := map[string]int{}, map[string]bool{}
	var from []entry
	for _, v := range values {
		if _, merge := v.Key.(*ast.MergeKeyNode); merge {
			from = append(from, r.merge(v.Value, depth)...)
			continue
		}
		line, col := place(v.Key)
		key, ok := keyText(v.Key)
		if !ok {
			r.bad(line, col, "a key must be plain text")
			continue
		}
		if first, twice := own[key]; twice {
			r.bad(line, col, "key %q twice (first at line %d)", key, first)
			continue
		}
		own[key] = line
		out.keys = append(out.keys, entry{key, line, col, r.node(v.Value, depth+1)})
	}
	for _, e := range from {
		if _, mine := own[e.key]; !mine && !merged[e.key] {
			merged[e.key] = true
			out.keys = append(out.keys, e)
		}
	}
}

func (r *reader) merge(n ast.Node, depth int) []entry {
	var all []entry
	for _, v := range r.node(n, depth+1).items() {
		if v.kind != mapping {
			line, col := place(n)
			r.bad(line, col, "<< merges mappings, got %s", v)
			continue
		}
		all = append(all, v.keys...)
	}
	return all
}

func keyText(n ast.Node) (string, bool) {
	switch k := n.(type) {
	case *ast.MappingKeyNode:
		return keyText(k.Value)
	case *ast.AnchorNode:
		return keyText(k.Value)
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return k.GetToken().Value, true
	}
	return "", false
}
