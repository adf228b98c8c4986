package metrics

import "github.com/vibench/bench/vi"

// LiveAtoms counts the atoms of a linear generator that are live: of a norm above norm
// and used, |z| > least, on more than a share of the codes, all samples of q counted. The
// share of each is kept, because the count depends on the thresholds.
type LiveAtoms struct {
	Live
	Codes
}

func (LiveAtoms) Name() string              { return "live-atoms" }
func (LiveAtoms) Better() string            { return "" }
func (LiveAtoms) Unit() string              { return "atoms" }
func (LiveAtoms) Needs() []vi.Cap           { return []vi.Cap{vi.Atoms} }
func (m LiveAtoms) Emits(vi.Sheet) []string { return []string{m.named("live-atoms")} }

func (m LiveAtoms) Measure(e *Eval, o *Out) {
	name := m.named("live-atoms")
	if atoms(e.Work) == nil {
		o.Missing(name, noAtoms)
		return
	}
	live, share, why := e.live(m.Live, m.Codes)
	if why != "" {
		o.Missing(name, "%s", why)
		return
	}
	count := 0
	for _, ok := range live {
		if ok {
			count++
		}
	}
	o.Put(name, float64(count))
	o.Keep(name, share)
}
