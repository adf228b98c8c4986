package cli

import (
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/vibench/bench/gate"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
	"github.com/vibench/bench/vi/vitest"
)

// estimatorsIn are the names of the estimators whose numbers a plan's are: its own, those
// that lead the way, and those that metrics ask.
func (a *app) estimatorsIn(plan *suites.Plan) []string {
	used := map[string]bool{}
	metrics := a.parts.Catalog().Metrics
	for _, c := range plan.Cells {
		used[c.Estimator.Name] = true
		if c.Train.Follow != nil {
			used[c.Train.Follow.Name] = true
		}
		for _, m := range c.Metrics {
			i := slices.IndexFunc(metrics, func(e suites.Entry) bool { return e.Name == m.Name })
			for _, p := range metrics[i].Params {
				if name, ok := m.Params[p.Name].(string); ok && p.Parts != "" {
					used[name] = true
				}
			}
		}
	}
	return slices.DeleteFunc(a.estimatorNames(), func(name string) bool { return !used[name] })
}

// prove does estimators' part of ring 1, each once for all suites.
func (b *bench) prove(names []string) []gate.Proof {
	out := make([]gate.Proof, len(names))
	var g errgroup.Group
	g.SetLimit(b.workers)
	for i, name := range names {
		if known, ok := b.proofs[name]; ok {
			out[i] = known
			continue
		}
		g.Go(func() error {
			out[i] = b.proof(name)
			return nil
		})
	}
	g.Wait()
	for i, p := range out {
		b.proofs[names[i]] = p
	}
	return out
}

func (b *bench) proof(name string) gate.Proof {
	i := slices.IndexFunc(b.parts.Estimators, func(e vi.Estimator) bool { return e.Card().Name == name })
	return proven(gate.Proof{Estimator: name}, vitest.Check(b.parts.Estimators[i], vitest.On(b.oracles...), vitest.Only(mathematics()...)).Results)
}

// mathematics are the kit's checks but that of allocations: it counts those of the whole
// program, so that estimators beside each other would make it a matter of chance.
func mathematics() []string {
	names, _ := vitest.Checks()
	return slices.DeleteFunc(names, func(name string) bool { return name == "allocations" })
}

// models does that of models, each once on its data of the first seed, at a cell that runs.
func (b *bench) models() (out []gate.Proof) {
	seen := map[string]bool{}
	for _, c := range b.job.plan.Cells {
		key := "model " + c.Model.String() + " x " + c.Dataset.String()
		if seen[key] || b.job.refused[c.ID] != "" {
			continue
		}
		seen[key] = true
		if known, ok := b.proofs[key]; ok {
			out = append(out, known)
			continue
		}
		model, data := b.job.plan.Brief(c)
		p := gate.Proof{Model: model.String() + " x " + data.String()}
		if m, d, err := b.parts.Model(c); err == nil { // without its data it does not run either, which is said where it was to
			p = proven(p, vitest.Model(m, d))
		}
		b.proofs[key] = p
		out = append(out, p)
	}
	return out
}

// proven adds up verdicts.
func proven(out gate.Proof, list []vitest.Result) gate.Proof {
	for _, x := range list {
		switch x.Verdict {
		case vitest.Passes:
			out.Passed++
		case vitest.Open:
			out.Open++
		case vitest.Fails:
			out.Failed = append(out.Failed, strings.TrimSpace(x.String()))
		}
	}
	return out
}
