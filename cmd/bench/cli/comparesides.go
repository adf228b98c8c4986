package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/vibench/bench/compare"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
)

// compared tells stores from sides among arguments.
func (a *app) compared(args []string) (sides, stores []string, err error) {
	for _, arg := range args {
		info, bad := os.Stat(arg)
		file := bad == nil && !info.IsDir()
		_, known := a.estimatorAt(arg)
		switch {
		case file && known:
			return nil, nil, fmt.Errorf("bench compare: %s is an estimator and a file; write estimator=%s or %s", arg, arg, "."+string(filepath.Separator)+arg)
		case !file && (slices.Contains(suites.Names(), arg) || strings.HasSuffix(arg, ".yaml")), file && strings.HasSuffix(arg, ".yaml"):
			return nil, nil, fmt.Errorf("bench compare: %s is a suite; write --suite %s", arg, arg)
		case file || strings.HasSuffix(arg, ".db") || bad == nil:
			stores = append(stores, arg)
		default:
			found, err := a.sides(arg)
			if err != nil {
				return nil, nil, err
			}
			sides = append(sides, found...)
		}
	}
	return sides, stores, nil
}

// estimatorAt is an estimator's name, and the setting that NAME@value is about.
func (a *app) estimatorAt(name string) (at string, known bool) {
	for _, e := range a.parts.Catalog().Estimators {
		if e.Name == name {
			return e.At, true
		}
	}
	return "", false
}

// sides splits a list at its commas, those within braces and of labels apart, and
// writes NAME@64 out.
func (a *app) sides(text string) (out []string, err error) {
	head, _, _ := strings.Cut(text, "{")
	if strings.Contains(head, "=") {
		return []string{text}, nil
	}
	depth, from := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && (depth <= 0 || i == len(text)):
			if one := strings.TrimSpace(text[from:i]); one != "" {
				out = append(out, one)
			}
			from = i + 1
		}
	}
	for i, one := range out {
		name, value, short := strings.Cut(one, "@")
		if !short {
			continue
		}
		at, _ := a.estimatorAt(name)
		if at == "" {
			return nil, fmt.Errorf("bench compare: got %q; %s has no setting for @, write %s{k=%s} or the like", one, name, name, value)
		}
		out[i] = fmt.Sprintf("%s{%s=%s}", name, at, value)
	}
	return out, nil
}

// planWith is the plan begun last, of the suite and preset if they are given, in which
// the sides can be paired; without any the last, for what is wrong with it.
func planWith(st *store.Store, suite, preset, side string, against []string) (*suites.Plan, error) {
	plans, err := st.Plans()
	if err != nil {
		return nil, err
	}
	for _, info := range plans {
		if suite != "" && info.Suite != suite || preset != "" && info.Preset != preset {
			continue
		}
		plan, err := st.Plan(info.Suite, info.Preset)
		if err != nil {
			return nil, err
		}
		one, others, err := sidesOf(side, against, plan.Cells)
		if err != nil {
			continue // said of the last plan
		}
		if _, err := compare.Cells(plan, one, others); err == nil {
			return plan, nil
		}
	}
	return st.Plan(suite, preset)
}

// sidesOf reads the sides; baselines are the other estimators among cells.
func sidesOf(side string, against []string, cells []suites.Cell) (one compare.Side, others []compare.Side, err error) {
	if one, err = compare.ParseSide(side); err != nil {
		return one, nil, err
	}
	for _, text := range against {
		names := []string{text}
		if text == baselines {
			if one.Estimator() == "" {
				return one, nil, fmt.Errorf("bench compare: --against %s: got %q on the left; want one estimator", baselines, side)
			}
			names = nil
			for _, c := range cells {
				if name := c.Estimator.Name; name != one.Estimator() && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			if len(names) == 0 {
				return one, nil, fmt.Errorf("bench compare: --against %s: there is no other estimator than %s", baselines, one.Estimator())
			}
		}
		for _, name := range names {
			other, err := compare.ParseSide(name)
			if err != nil {
				return one, nil, err
			}
			others = append(others, other)
		}
	}
	return one, others, nil
}

// seedsIn reads --seeds: a number is so many of the seeds there are, anything else is
// as of run. It is nil for all.
func seedsIn(text string, cells []suites.Cell) (func(int) bool, error) {
	if text == "" {
		return nil, nil
	}
	want := map[int]bool{}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 {
			return nil, fmt.Errorf("bench compare: --seeds: got %s; want a number above 0, or seeds as in 0..3 or 0,2,5", text)
		}
		have := map[int]bool{}
		for _, c := range cells {
			have[c.Seed] = true
		}
		for seed := range have {
			want[seed] = true
		}
		sorted := make([]int, 0, len(have))
		for seed := range have {
			sorted = append(sorted, seed)
		}
		slices.Sort(sorted)
		for _, seed := range sorted[min(n, len(sorted)):] {
			delete(want, seed)
		}
		return func(seed int) bool { return want[seed] }, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		a, b, ranged := strings.Cut(strings.TrimSpace(item), "..")
		if !ranged {
			b = a
		}
		from, err := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if err != nil || err2 != nil || from < 0 || to < from || to-from > 1_000_000 {
			return nil, fmt.Errorf("bench compare: --seeds: got %q; want a number, or seeds as in 0..3 or 0,2,5", text)
		}
		for seed := from; seed <= to; seed++ {
			want[seed] = true
		}
	}
	return func(seed int) bool { return want[seed] }, nil
}
