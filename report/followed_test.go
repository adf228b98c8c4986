package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/suites"
)

// Cells that follow one estimator say so, and share the line of what is the same of all.
func TestFollowed(t *testing.T) {
	l := newLab(3)
	lead := suites.Choice{Name: "enumerate", Version: 1}
	for i, name := range []string{"arm", "disarm", "loo"} {
		for seed := range 3 {
			train := suites.Train{Steps: 100, Every: 50, Follow: &lead}
			c := l.train("path", name, seed, train)
			for step := 0; step <= 100; step += 50 {
				l.point(c, "elbo@64", step, float64(seed)-1/float64(1+step))
				l.point(c, "gradvar/inf", step, math.Exp(float64(seed-i)))
			}
		}
	}
	r := l.report()
	for title, want := range map[string][]string{
		"Bound ELBO-64 against training steps":                              {"arm, disarm, loo"},
		"Gradient variance of the inference network against training steps": {"arm", "disarm", "loo"},
	} {
		f := figureOf(t, r, title)
		if !strings.Contains(f.Caption, "All follow enumerate.") {
			t.Errorf("%s: caption %q", title, f.Caption)
		}
		var labels []string
		for _, k := range f.Legend {
			labels = append(labels, k.Label)
		}
		if !slices.Equal(labels, want) {
			t.Errorf("%s: legend %q; want %q", title, labels, want)
		}
	}
	for i := range l.plan.Cells { // the same numbers where each goes its own way are lines of their own
		if l.plan.Cells[i].Estimator.Name == "loo" {
			l.plan.Cells[i].Train.Follow = nil
		}
	}
	f := figureOf(t, l.report(), "Bound ELBO-64 against training steps")
	if !strings.Contains(f.Caption, "2 of 3 follow enumerate.") || len(f.Legend) != 2 || f.Legend[0].Label != "arm, disarm" {
		t.Errorf("legend %v, caption %q", f.Legend, f.Caption)
	}
}
