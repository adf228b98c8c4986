package report

import (
	"slices"
	"strings"
)

// valueTables of one group have a row for every configuration, a column for every metric
// that was logged: several tables one over the other, in blocks that a sheet of paper has
// room for.
type valueTables struct {
	Title   string
	Configs int
	Metrics int
	Blocks  []valueBlock
}

type valueBlock struct {
	Metrics []string
	Rows    []valueRow
}

type valueRow struct {
	*configuration
	Values []string
}

const (
	mostColumns = 6      // what fits across a page
	mostNumbers = 12_000 // of all these tables: more would make the page slow; the cells have all
)

// valueTablesOf are the last values of every metric, as means over the seeds with half the
// 95 % t interval; left counts the configurations that there was no room for.
func valueTablesOf(groups []*group) (tables []valueTables, left int) {
	numbers := 0
	for _, g := range groups {
		if numbers += len(g.Configs) * len(g.Metrics); len(tables) > 0 && numbers > mostNumbers {
			left += len(g.Configs)
			continue
		}
		configs := g.Configs
		if most := max(1, mostNumbers/max(1, len(g.Metrics))); len(configs) > most {
			left += len(configs) - most
			configs = configs[:most]
		}
		t := valueTables{Title: g.Title, Configs: len(configs), Metrics: len(g.Metrics)}
		for _, metrics := range columns(g.Metrics) {
			b := valueBlock{Metrics: metrics}
			for _, k := range configs {
				row := valueRow{configuration: k}
				for _, m := range metrics {
					row.Values = append(row.Values, k.text(m))
				}
				b.Rows = append(b.Rows, row)
			}
			t.Blocks = append(t.Blocks, b)
		}
		tables = append(tables, t)
	}
	return tables, left
}

// columns deals sorted metrics out to blocks, each to the first with room; those
// of one name (snr/gen, snr/inf) stay together where they fit. There is always
// one block.
func columns(metrics []string) [][]string {
	blocks := [][]string{nil}
	for len(metrics) > 0 {
		name, _, _ := strings.Cut(metrics[0], "/")
		n := 1
		for n < min(len(metrics), mostColumns) && strings.HasPrefix(metrics[n], name+"/") {
			n++
		}
		at := slices.IndexFunc(blocks, func(b []string) bool { return len(b)+n <= mostColumns })
		if at < 0 {
			at = len(blocks)
			blocks = append(blocks, nil)
		}
		blocks[at] = append(blocks[at], metrics[:n]...)
		metrics = metrics[n:]
	}
	return blocks
}
