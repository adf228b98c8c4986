package compare

import (
	"fmt"
	"strconv"
	"strings"
)

// notes gathers what stood in the way of a row's numbers: each kind of fault of each
// side once, with how many cells it met and the first of them.
type notes struct {
	order []string
	of    map[string]*note
}

type note struct {
	side  string
	first reading
	seeds []int
}

func newNotes() *notes { return &notes{of: map[string]*note{}} }

func (n *notes) add(side string, r reading, seed int) {
	key := side + "\x00" + r.fault
	if n.of[key] == nil {
		n.order = append(n.order, key)
		n.of[key] = &note{side: side, first: r}
	}
	n.of[key].seeds = append(n.of[key].seeds, seed)
}

func (n *notes) lines(of int) []string {
	var out []string
	for _, key := range n.order {
		f := n.of[key]
		line := fmt.Sprintf("%s: %d of %s %s", f.side, len(f.seeds), count(of, "cell"), f.first.fault)
		if f.first.why != "" {
			line += fmt.Sprintf(" (seed %d: %s)", f.seeds[0], f.first.why)
		} else {
			line += " (seed " + numbers(f.seeds) + ")"
		}
		out = append(out, line)
	}
	return out
}

// numbers writes seeds as people do: 0..3, 7.
func numbers(list []int) string {
	var out []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		switch {
		case j > i+1:
			out = append(out, fmt.Sprintf("%d..%d", list[i], list[j]))
		case j == i+1:
			out = append(out, strconv.Itoa(list[i]), strconv.Itoa(list[j]))
		default:
			out = append(out, strconv.Itoa(list[i]))
		}
		i = j + 1
	}
	return strings.Join(out, ", ")
}

// count is 1 cell, 2 cells.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
