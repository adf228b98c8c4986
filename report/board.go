package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/vibench/bench/stats"
)

// A board ranks the configurations of a group by metrics of which it is known which way is
// better. The best of a column is bold only if it is separated from every other: by the
// paired t test over the seeds, two-sided at 5 %, after Holm over all pairs of the column,
// so that having picked the best is paid for.
type board struct {
	Title   string
	Metrics []boardMetric
	Rows    []boardRow
	Few     bool // of seeds, somewhere: no ranking there
}

type boardMetric struct {
	Name   string
	Better string // higher or lower
	best   *configuration
	apart  bool // the best, from all others
}

type boardRow struct {
	*configuration
	Values []boardValue
}

type boardValue struct {
	Text string
	Best bool
}

// Below leastSeeds nothing is ranked.
const leastSeeds = 5

// boards of the groups that have something to rank, left of those there was no room for.
func (r *Report) boards(groups []*group) (boards []*board, left int) {
	rows := 0
	for _, g := range groups {
		metrics := r.ranking(g)
		if len(g.Configs) < 2 || len(metrics) == 0 {
			continue
		}
		if rows += len(g.Configs); rows > mostListed {
			left++
			continue
		}
		b := &board{Title: g.Title}
		for _, m := range metrics {
			b.rank(g, boardMetric{Name: m, Better: r.better(m)})
		}
		order := slices.Clone(g.Configs)
		first := b.Metrics[0]
		slices.SortStableFunc(order, func(x, y *configuration) int { return first.compare(x, y) })
		for _, k := range order {
			row := boardRow{configuration: k}
			for _, m := range b.Metrics {
				row.Values = append(row.Values, boardValue{k.text(m.Name), m.apart && k == m.best})
			}
			b.Rows = append(b.Rows, row)
		}
		boards = append(boards, b)
	}
	return boards, left
}

// ranking is the metrics that a group is ranked by: first those that most claims and tables of
// papers are about, then the others by name, as many as fit across a page.
func (r *Report) ranking(g *group) (names []string) {
	urgent := map[string]int{}
	for _, b := range r.Published {
		urgent[b.Metric]++
	}
	for _, v := range r.Claims {
		for _, p := range v.Parts {
			urgent[p.Metric] += 2
		}
	}
	for _, m := range g.Metrics {
		held := 0
		for _, k := range g.Configs {
			if len(k.last[m]) > 0 {
				held++
			}
		}
		if r.better(m) != "" && held > 1 {
			names = append(names, m)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(urgent[b], urgent[a]) })
	return names[:min(len(names), mostColumns)]
}

// better is which way a metric is better, empty where it is not known: that of a name is its
// first number's, nll@64, and that of a whole network, snr/inf; not of what stands beside it.
func (r *Report) better(metric string) string {
	name, of, _ := strings.Cut(metric, "/")
	name, _, _ = strings.Cut(name, "@")
	if !slices.Contains([]string{"", "gen", "inf"}, of) {
		return ""
	}
	return r.Better[name]
}

// compare puts the better mean first, and what has none last.
func (m boardMetric) compare(x, y *configuration) int {
	a, b := m.mean(x), m.mean(y)
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return cmp.Compare(b, a) // NaN is less than all
	case m.Better == "higher":
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

func (m boardMetric) mean(k *configuration) float64 {
	if x := k.values(m.Name); len(x) > 0 {
		return mean(x)
	}
	return math.NaN()
}

// rank finds the best of a metric, and whether it stands apart.
func (b *board) rank(g *group, m boardMetric) {
	var held []*configuration
	for _, k := range g.Configs {
		if len(k.last[m.Name]) > 0 {
			held = append(held, k)
		}
	}
	m.best = slices.MinFunc(held, m.compare)
	var p []float64
	for _, k := range held {
		if k == m.best {
			continue
		}
		d := differences(m.best.last[m.Name], k.last[m.Name])
		t, err := stats.TMean(d)
		if len(d) < leastSeeds || err != nil {
			b.Few = b.Few || len(d) < leastSeeds
			p = append(p, 1)
			continue
		}
		p = append(p, t.PTwoSided(0))
	}
	pairs := len(held) * (len(held) - 1) / 2
	m.apart = !slices.ContainsFunc(stats.Holm(p, pairs), func(adjusted float64) bool { return !(adjusted <= Level) })
	b.Metrics = append(b.Metrics, m)
}

// differences are a's values less b's of the same seeds.
func differences(a, b map[int]float64) (d []float64) {
	for _, s := range seedsOf(a) {
		if v, both := b[s]; both {
			d = append(d, a[s]-v)
		}
	}
	return d
}
