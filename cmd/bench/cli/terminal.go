package cli

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"golang.org/x/term"
)

// plainWidth is the width of a table that no terminal shows, in columns.
const plainWidth = 100

// width of an output: COLUMNS if it is set, else the terminal's.
func width(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return plainWidth
}

// room is width where that is narrow; else, and where no terminal shows it, text stays in its own lines.
func room(w io.Writer) int {
	if n := width(w); n < plainWidth {
		return n
	}
	return math.MaxInt
}

// isTerminal says whether an output is one that can rewrite a line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// colored says whether an output gets colours. --color=always is stronger than
// NO_COLOR (no-color.org), which any value but the empty one sets.
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && isTerminal(w)
}

func (a *app) checkColor() error {
	switch a.color {
	case "never", "auto", "always":
		return nil
	}
	return fmt.Errorf("bench: --color: got %q; have never, auto, always", a.color)
}
