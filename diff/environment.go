package diff

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/store"
)

// environment compares where the runs of two sides were made. Several runs of a side
// may have been made in several places: all are named, in their order.
func environment(a, b Side) []Field {
	out := []Field{}
	if len(a.Runs) == 0 || len(b.Runs) == 0 {
		return out
	}
	field := func(name string, of func(store.Provenance) string) {
		if x, y := all(a.Runs, of), all(b.Runs, of); x != y {
			out = append(out, Field{name, x, y})
		}
	}
	field("revision", func(p store.Provenance) string {
		if p.Dirty {
			return p.Revision + " with changes"
		}
		return p.Revision
	})
	field("Go", func(p store.Provenance) string { return p.Go })
	field("system", func(p store.Provenance) string { return strings.Trim(p.OS+"/"+p.Arch, "/") })
	field("CPU", func(p store.Provenance) string { return p.CPU })
	field("kernel", func(p store.Provenance) string { return p.Kernel })
	modules := map[string]bool{}
	for _, p := range slices.Concat(a.Runs, b.Runs) {
		for name := range p.Modules {
			modules[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		field("module "+name, func(p store.Provenance) string { return p.Modules[name] })
	}
	return out
}

// all are the values that runs have, each once; one that has none does not count.
func all(runs []store.Provenance, of func(store.Provenance) string) string {
	var out []string
	for _, p := range runs {
		if v := of(p); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return strings.Join(out, ", ")
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
