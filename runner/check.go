package runner

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Check holds every cell of a plan against its parts before anything runs. Cells
// that do not fit are problems at their line, or, under unfit: record, are
// returned with the reason and become refused rows.
func (p Parts) Check(s *suites.Suite, plan *suites.Plan) (refused map[string]string, err error) {
	refused = map[string]string{}
	var problems []suites.Problem
	said := map[string]bool{}
	var last suites.Cell
	var who, at, why string
	for i, c := range plan.Cells {
		if i > 0 && sameButSeed(c, last) { // seeds of one configuration stand together
			if why != "" && c.Unfit == "record" {
				refused[c.ID] = why
			}
			continue
		}
		last = c
		// a model that the data do not suit is one mistake, however many estimators stand beside it
		who, at = c.Model.Name+" x "+c.Dataset.Name, ""
		why = p.misfit(c)
		if why == "" {
			who, at = c.Estimator.Name+" x "+c.Model.Name, fmt.Sprint(c.Line, ":", c.Column)
			why = p.unfit(c)
		}
		if why == "" {
			continue
		}
		if c.Unfit == "record" {
			refused[c.ID] = why
			continue
		}
		if text := who + ": " + why; !said[at+text] {
			said[at+text] = true
			problems = append(problems, s.Problem(c.Line, c.Column, text))
		}
	}
	return refused, suites.NewErrors(problems)
}

// sameButSeed says whether two cells differ in nothing that decides whether they
// fit.
func sameButSeed(a, b suites.Cell) bool {
	a.ID, a.Seed = b.ID, b.Seed
	return reflect.DeepEqual(a, b)
}

// Warnings are what estimators have to say of cells that run all the same, each once.
func (p Parts) Warnings(s *suites.Suite, plan *suites.Plan) (out []suites.Problem) {
	said := map[string]bool{}
	var last suites.Cell
	for i, c := range plan.Cells {
		if i > 0 && sameButSeed(c, last) {
			continue
		}
		last = c
		e, err := p.estimator(c.Estimator)
		w, ok := e.(vi.Wary)
		if err != nil || !ok {
			continue
		}
		m, d, err := p.shape(c)
		if err != nil {
			continue
		}
		batch := c.Train.Batch
		if batch == 0 {
			batch = d.Shape().N
		}
		for _, why := range w.Warn(m.Sheet(), d.Shape(), batch) {
			text := fmt.Sprintf("%s x %s: warning: %s", c.Estimator.Name, c.Model.Name, why)
			if at := fmt.Sprint(c.Line, ":", c.Column, text); !said[at] {
				said[at] = true
				out = append(out, s.Problem(c.Line, c.Column, text))
			}
		}
	}
	return out
}

// untargeted says which parameter gets a target from the estimator and has an
// optimiser for directions; empty if none has.
func (p Parts) untargeted(c suites.Cell, card vi.Card, sheet vi.Sheet) string {
	if c.Train.Steps == 0 {
		return ""
	}
	for _, spec := range sheet.Params {
		if !slices.ContainsFunc(card.Targets, func(prefix string) bool { return strings.HasPrefix(spec.Name, prefix) }) {
			continue
		}
		if o, ok := optimiserOf(c.Train.Optim, spec.Name); !ok || o.Name != (Target{}).Name() {
			return fmt.Sprintf("train: optim: estimator %q gives a target for %s; need the optimiser step for it, as in {%s: step}", card.Name, spec.Name, spec.Name)
		} else if t, err := vi.With(Optimiser(Target{Rho: 1, Tau: 1}), o.Params); card.Chain && err == nil && (t.(Target).Rho != 1 || t.(Target).Kappa != 0) {
			return fmt.Sprintf("train: optim: estimator %q draws %s anew, and part of the way to a draw is no draw; need step at rho 1 without kappa", card.Name, spec.Name)
		}
	}
	return ""
}

// optimiserOf is that of the longest prefix of a parameter's name.
func optimiserOf(groups []suites.Group, name string) (o suites.Choice, ok bool) {
	best := -1
	for i, g := range groups {
		if strings.HasPrefix(name, g.Prefix) && (best < 0 || len(g.Prefix) > len(groups[best].Prefix)) {
			best = i
		}
	}
	if best < 0 {
		return o, false
	}
	return groups[best].Optim, true
}

// CheckData says why the data of some cells cannot be had: files that are missing
// or others, settings beyond a set's size. Such a cell never runs, under unfit:
// record neither, since with the data it would.
func (p Parts) CheckData(s *suites.Suite, cells []suites.Cell) error {
	var problems []suites.Problem
	said := map[string]bool{}
	for _, c := range cells {
		name := c.Dataset.String()
		if said[name] {
			continue
		}
		d, err := p.dataset(c.Dataset)
		if k, ok := d.(vi.Checked); ok && err == nil {
			err = k.Check()
		}
		if said[name] = true; err != nil {
			problems = append(problems, s.DataProblem(c, fmt.Sprintf("dataset %s: %v", c.Dataset.Name, err)))
		}
	}
	return suites.NewErrors(problems)
}

// misfit says why a cell's model is none for its data; empty if it is one.
func (p Parts) misfit(c suites.Cell) string {
	if _, _, err := p.shape(c); err != nil {
		return err.Error()
	}
	return ""
}

// unfit says why a cell cannot run; empty if it can.
func (p Parts) unfit(c suites.Cell) string {
	m, d, err := p.shape(c)
	if err != nil {
		return err.Error()
	}
	e, err := p.estimator(c.Estimator)
	if err != nil {
		return err.Error()
	}
	if why := checked(e); why != "" {
		return why
	}
	if err := fit(e.Card(), m, d); err != nil {
		return err.Error() + p.fitting(c, m, d)
	}
	if why := suits(e, m); why != "" {
		return why
	}
	if why := p.follows(c, m, d); why != "" {
		return why
	}
	if why := p.untargeted(c, e.Card(), m.Sheet()); why != "" {
		return why
	}
	if n := d.Shape().N; m.Sheet().Whole && c.Train.Steps > 0 && c.Train.Batch != 0 && c.Train.Batch != n {
		if e.Card().Chain {
			return fmt.Sprintf("train: batch: got %d; estimator %q draws given all data and takes all %d in every step", c.Train.Batch, c.Estimator.Name, n)
		}
		return fmt.Sprintf("train: batch: got %d; model %q has a posterior of each datum's own and takes all %d in every step", c.Train.Batch, c.Model.Name, n)
	}
	log, err := p.metrics(c.Metrics)
	if err != nil {
		return err.Error()
	}
	for _, x := range log.all() {
		if why := needs(x, m); why != "" {
			return why
		}
		if why := whole(x, d); why != "" {
			return why
		}
		if s, ok := x.(interface{ Admits(vi.Estimator) error }); ok {
			if err := s.Admits(e); err != nil {
				return fmt.Sprintf("metric %q: %v", x.Name(), err)
			}
		}
	}
	for _, x := range log.probes {
		if s, ok := x.(interface{ Suits(vi.Card) error }); ok {
			if err := s.Suits(e.Card()); err != nil {
				return fmt.Sprintf("metric %q: %v", x.Name(), err)
			}
		}
		for _, name := range x.With() {
			o, err := p.beside(name, c.Estimator)
			if err != nil {
				return err.Error()
			}
			if got, want := o.Card().Target, e.Card().Target; got != want && slices.Contains(x.Twins(), name) {
				return fmt.Sprintf("metric %q: %q estimates the gradient of %s, %q that of %s; need one target", x.Name(), name, got, c.Estimator.Name, want)
			}
			if err := fit(o.Card(), m, d); err != nil {
				return fmt.Sprintf("metric %q: %v", x.Name(), err)
			}
			if owns(o, m, d) && !reflect.DeepEqual(o, e) {
				return fmt.Sprintf("metric %q: estimator %q has parameters or a state of its own, and a cell trains only those of the estimator it measures", x.Name(), name)
			}
		}
	}
	return ""
}

// fit is vi.Fit, and says so where the model is no pair (p, q) and the estimator, needing
// nothing of it by name, weighs samples of q.
func fit(c vi.Card, m vi.Model, d *vi.Data) error {
	if _, ok := m.(vi.Latent); !ok && len(c.Needs) == 0 {
		return fmt.Errorf("estimator %q weighs samples of q(z|x); the model has no posterior and offers %s", c.Name, vi.List(m.Sheet().Offers))
	}
	return vi.Fit(c, m.Sheet(), d.Shape())
}

// checked says what an estimator's settings have against each other.
func checked(e vi.Estimator) string {
	if k, ok := e.(vi.Checked); ok {
		if err := k.Check(); err != nil {
			return fmt.Sprintf("estimator %q: %v", e.Card().Name, err)
		}
	}
	return ""
}

// suits says why an estimator that fits a model is not to run on it.
func suits(e vi.Estimator, m vi.Model) string {
	if k, ok := e.(vi.Choosy); ok {
		if err := k.Suits(m.Sheet()); err != nil {
			return fmt.Sprintf("estimator %q: %v", e.Card().Name, err)
		}
	}
	return ""
}

// follows says why the estimator that a cell is to follow cannot lead it.
func (p Parts) follows(c suites.Cell, m vi.Model, d *vi.Data) string {
	if c.Train.Follow == nil {
		return ""
	}
	e, err := p.estimator(*c.Train.Follow)
	if err != nil {
		return "follow: " + err.Error()
	}
	if why := checked(e); why != "" {
		return "follow: " + why
	}
	if err := fit(e.Card(), m, d); err != nil {
		return "follow: " + err.Error()
	}
	if why := suits(e, m); why != "" {
		return "follow: " + why
	}
	if owns(e, m, d) {
		return fmt.Sprintf("follow: estimator %q has parameters or a state of its own, and a cell trains only those of the estimator it measures", e.Card().Name)
	}
	return ""
}

// owns says whether an estimator, set as it is, starts with parameters or a state.
func owns(e vi.Estimator, m vi.Model, d *vi.Data) bool {
	s, ok := e.(vi.Starter)
	if !ok {
		return false
	}
	own, _, st := s.Start(m.Sheet(), d.Shape(), rng.Key{})
	return len(own)+len(st) > 0
}

// needs says what a metric misses in a model or in one of its latent blocks, or
// what else stands against it there.
func needs(x metrics.Metric, m vi.Model) string {
	s := m.Sheet()
	if k, ok := x.(interface{ Check(vi.Sheet) error }); ok {
		if err := k.Check(s); err != nil {
			return fmt.Sprintf("metric %q: %v", x.Name(), err)
		}
	}
	_, evaluates := x.(metrics.Evaluation)
	if k, ok := x.(interface{ Samples() bool }); ok && !k.Samples() {
		evaluates = false
	}
	if _, ok := m.(vi.Latent); !ok && evaluates && len(x.Needs()) == 0 {
		return fmt.Sprintf("metric %q needs a posterior to draw from; the model has none and offers %s", x.Name(), vi.List(s.Offers))
	}
	for _, need := range x.Needs() {
		if slices.Contains(s.Offers, need) {
			continue
		}
		offers := slices.Clone(s.Offers)
		every := len(s.Blocks) > 0
		for _, b := range s.Blocks {
			every = every && slices.Contains(b.Offers, need)
			offers = append(offers, b.Offers...)
		}
		if !every {
			return fmt.Sprintf("metric %q needs %s; the model offers %s", x.Name(), need, vi.List(offers))
		}
	}
	return ""
}

// whole says that a metric reads every value of data some of whose values are missing; rows
// held out may be whole.
func whole(x metrics.Metric, d *vi.Data) string {
	if _, ok := x.(metrics.Evaluation); !ok || !d.Missing {
		return ""
	}
	if k, ok := x.(interface{ Masked() bool }); ok && k.Masked() {
		return ""
	}
	if d.Test == nil || d.Test.Missing {
		return fmt.Sprintf("metric %q reads every value of a row; values of all rows that there are, held out or not, may be missing", x.Name())
	}
	for _, s := range vi.Settings(x) {
		if s.Name == "on" && s.Default != "train" {
			return ""
		}
	}
	return fmt.Sprintf("metric %q reads every value of a row; values of the data trained on are missing, and held-out rows are what it wants: on: test", x.Name())
}

// fitting names the estimators that the model would take, as they are beside the one refused or,
// where they are not for it so, by another choice of one setting.
func (p Parts) fitting(c suites.Cell, m vi.Model, d *vi.Data) string {
	var names []string
	for _, e := range p.Estimators {
		name := e.Card().Name
		b, err := p.beside(name, c.Estimator)
		if err != nil {
			continue
		}
		if fit(b.Card(), m, d) == nil {
			names = append(names, name)
		} else if set := otherwise(b, m, d); set != "" {
			names = append(names, fmt.Sprintf("{%s: {%s}}", name, set))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.TrimLeft(a, "{"), strings.TrimLeft(b, "{")) })
	if len(names) == 0 {
		return ""
	}
	return ". Fits here: " + strings.Join(names, ", ")
}

// otherwise is a choice of one setting by which an estimator fits that does not as it is; empty if none makes it.
func otherwise(e vi.Estimator, m vi.Model, d *vi.Data) string {
	for _, s := range vi.Settings(e) {
		for _, choice := range s.Choices {
			if o, err := vi.With(e, map[string]any{s.Name: choice}); err == nil && checked(o) == "" && fit(o.Card(), m, d) == nil && suits(o, m) == "" {
				return s.Name + ": " + choice
			}
		}
	}
	return ""
}
