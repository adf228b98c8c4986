package suites

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one fault of a suite file and where it stands.
type Problem struct {
	File    string
	Line    int // from 1; 0 when the fault has no place
	Column  int // from 1, in characters
	Msg     string
	Excerpt string // the line before, the line, and a caret; ends in a newline, or is empty
}

// Error is file:line:column: message, then the excerpt.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Msg + "\n"
	}
	return fmt.Sprintf("%s:%d:%d: %s\n%s", p.File, p.Line, p.Column, p.Msg, p.Excerpt)
}

// Errors is every fault found in one pass over a suite file, sorted by place.
type Errors struct{ List []Problem }

// mostProblems is where a pass stops: beyond it nobody reads on.
const mostProblems = 1000

// Error prints every problem with its excerpt, and a count when there are several.
func (e *Errors) Error() string {
	var b strings.Builder
	for _, p := range e.List {
		b.WriteString(p.Error())
	}
	if n := len(e.List); n > 1 {
		fmt.Fprintf(&b, "%d errors\n", n)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// NewErrors sorts the problems by place, drops repetitions, and is nil if there
// are none; its type is *Errors otherwise.
func NewErrors(list []Problem) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Msg, b.Msg))
	})
	list = slices.CompactFunc(list, func(a, b Problem) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Msg == b.Msg
	})
	if more := len(list) - mostProblems; more > 0 {
		list = append(list[:mostProblems:mostProblems], Problem{File: list[0].File, Msg: fmt.Sprintf("%d more errors are not shown", more)})
	}
	return &Errors{List: list}
}

// source is a file's text by lines, for excerpts.
type source struct {
	file  string
	lines []string
}

func newSource(file string, text []byte) source {
	clean := strings.ToValidUTF8(string(text), "\uFFFD")
	return source{file, strings.Split(strings.ReplaceAll(clean, "\r\n", "\n"), "\n")}
}

func (s source) problem(line, col int, msg string) Problem {
	return Problem{File: s.file, Line: line, Column: col, Msg: msg, Excerpt: s.excerpt(line, col)}
}

// excerpt shows the place. Long lines are cut to a window round the caret. A tab
// shows as an arrow and other control characters as spaces, so that the caret
// stays below its target.
func (s source) excerpt(line, col int) string {
	if line < 1 || line > len(s.lines) || col < 1 {
		return ""
	}
	const width = 100
	start := 0
	if col > width-10 {
		start = col - 1 - width/2
	}
	row := func(n int) string {
		r := []rune(s.lines[n-1])
		r = r[min(start, len(r)):]
		r = r[:min(width, len(r))]
		for i, c := range r {
			switch {
			case c == '\t':
				r[i] = '→'
			case c < ' ' || c == 0x7f:
				r[i] = ' '
			}
		}
		return strings.TrimRight(fmt.Sprintf("%6d | %s", n, string(r)), " ") + "\n"
	}
	before := ""
	if line > 1 {
		before = row(line - 1)
	}
	return before + row(line) + fmt.Sprintf("%6s | %s^\n", "", strings.Repeat(" ", col-1-start))
}
