package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// listing is all there is, sorted by name; its JSON is the command's.
type listing struct {
	Estimators []listedEstimator `json:"estimators"`
	Models     []listedModel     `json:"models"`
	Datasets   []listedDataset   `json:"datasets"`
	Metrics    []listedMetric    `json:"metrics"`
	Optimisers []listedOptimiser `json:"optimisers"`
	Suites     []listedSuite     `json:"suites"`
}

type listedEstimator struct {
	Name     string   `json:"name"`
	Paper    string   `json:"paper"`
	Needs    []vi.Cap `json:"needs"`
	Target   string   `json:"target"` // at the defaults
	Unbiased bool     `json:"unbiased"`
}

type listedModel struct {
	Name     string   `json:"name"`
	Settings []string `json:"settings"`
}

type listedDataset struct {
	Name     string    `json:"name"`
	N        int       `json:"n"` // at the defaults
	D        int       `json:"d"`
	Domain   vi.Domain `json:"domain"`
	From     string    `json:"from"`   // drawn, embedded or files
	Folder   string    `json:"folder"` // of the files; empty if they are missing
	Settings []string  `json:"settings"`
	Source   string    `json:"source"` // of real data, one or more
	Licence  string    `json:"licence"`
	Pull     []string  `json:"pull"` // what data pull fetches for it
}

type listedMetric struct {
	Name   string   `json:"name"`
	Better string   `json:"better"`
	Unit   string   `json:"unit"`
	Needs  []vi.Cap `json:"needs"`
}

type listedOptimiser struct {
	Name     string   `json:"name"`
	Settings []string `json:"settings"`
}

type listedSuite struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	Presets []string `json:"presets"`
}

func (a *app) list() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "estimators, models, data, metrics, optimisers and suites there are",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			l, err := a.listing()
			if err != nil {
				return err
			}
			a.sayDamaged("")
			if asJSON {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", "  ")
				return enc.Encode(l)
			}
			return a.listText(l)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}

func (a *app) listing() (listing, error) {
	l := listing{[]listedEstimator{}, []listedModel{}, []listedDataset{}, []listedMetric{}, []listedOptimiser{}, []listedSuite{}}
	for _, e := range a.parts.Estimators {
		c := e.Card()
		l.Estimators = append(l.Estimators, listedEstimator{c.Name, c.Paper, caps(c.Needs), c.Target, c.Bias == ""})
	}
	for _, m := range a.parts.Models {
		l.Models = append(l.Models, listedModel{m.Name(), settingNames(m)})
	}
	collections := a.collections()
	for _, d := range a.parts.Datasets {
		s := d.Shape()
		from, folder, _ := origin(d)
		x := listedDataset{d.Name(), s.N, s.D, s.Domain, from, folder, settingNames(d), "", "", []string{}}
		var sources, licences []string
		for _, c := range collections {
			if c.dataset() != d.Name() {
				continue
			}
			sources, licences = append(sources, c.From), append(licences, c.Licence)
			if len(c.origin.Files) > 0 {
				x.Pull = append(x.Pull, c.Name)
			}
		}
		x.Source, x.Licence = strings.Join(sources, "; "), strings.Join(licences, "; ")
		l.Datasets = append(l.Datasets, x)
	}
	for _, m := range a.parts.Metrics {
		l.Metrics = append(l.Metrics, listedMetric{m.Name(), m.Better(), m.Unit(), caps(m.Needs())})
	}
	for _, o := range a.parts.Optimisers {
		l.Optimisers = append(l.Optimisers, listedOptimiser{o.Name(), settingNames(o)})
	}
	for _, name := range suites.Names() {
		s, err := a.parse(name)
		if err != nil {
			return l, err
		}
		x := listedSuite{name, s.About, []string{}}
		for _, p := range s.Presets {
			x.Presets = append(x.Presets, p.Name)
		}
		l.Suites = append(l.Suites, x)
	}
	slices.SortFunc(l.Estimators, func(x, y listedEstimator) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(l.Models, func(x, y listedModel) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(l.Datasets, func(x, y listedDataset) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(l.Metrics, func(x, y listedMetric) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(l.Optimisers, func(x, y listedOptimiser) int { return strings.Compare(x.Name, y.Name) })
	return l, nil
}

func caps(list []vi.Cap) []vi.Cap {
	if list == nil {
		return []vi.Cap{}
	}
	return list
}

func settingNames(part any) []string {
	out := []string{}
	for _, s := range vi.Settings(part) {
		out = append(out, s.Name)
	}
	return out
}

func (a *app) listText(l listing) error {
	estimators := table{{"ESTIMATOR", "PAPER", "NEEDS", "TARGET", "UNBIASED"}}
	for _, e := range l.Estimators {
		estimators = append(estimators, []string{e.Name, e.Paper, dash(join(e.Needs)), e.Target, yes(e.Unbiased)})
	}
	models := table{{"MODEL", "SETTINGS"}}
	for _, m := range l.Models {
		models = append(models, []string{m.Name, dash(list(m.Settings))})
	}
	datasets := table{{"DATASET", "N", "D", "DOMAIN", "FROM", "SETTINGS"}}
	for _, d := range l.Datasets {
		from := d.From
		if from == isFiles && d.Folder == "" {
			from += ", missing"
		}
		datasets = append(datasets, []string{d.Name, strconv.Itoa(d.N), strconv.Itoa(d.D), fmt.Sprint(d.Domain), from, dash(list(d.Settings))})
	}
	metrics := table{{"METRIC", "BETTER", "UNIT", "NEEDS"}}
	for _, m := range l.Metrics {
		metrics = append(metrics, []string{m.Name, dash(m.Better), dash(m.Unit), dash(join(m.Needs))})
	}
	optimisers := table{{"OPTIMISER", "SETTINGS"}}
	for _, o := range l.Optimisers {
		optimisers = append(optimisers, []string{o.Name, dash(list(o.Settings))})
	}
	suites := table{{"SUITE", "PRESETS"}}
	for _, s := range l.Suites {
		suites = append(suites, []string{s.Name, list(s.Presets)})
	}
	room := width(a.out)
	for _, t := range []table{estimators, models, datasets, metrics, optimisers, suites} {
		if err := t.write(a.out, room); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(a.out); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(a.out, "bench explain NAME says more of each.\nbench data pull NAME fetches files that are missing.\n")
	return err
}

func join(needs []vi.Cap) string {
	if len(needs) == 0 {
		return ""
	}
	return vi.List(needs)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
