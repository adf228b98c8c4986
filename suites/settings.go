package suites

import "strconv"

// A Setting is one thing that decides a cell's numbers, as text.
type Setting struct {
	Name    string // estimator.k
	Value   string
	Version int // numeric version of the part that Value names; 0: Value names none
}

// Settings is everything that decides a cell's numbers as far as the cell knows, in
// one order: parts and their parameters, precision, training, metrics. No two have
// one name, and two cells of one program with the same settings are one cell.
func (c Cell) Settings() []Setting {
	var out []Setting
	put := func(name, value string) { out = append(out, Setting{Name: name, Value: value}) }
	choice := func(name string, c Choice) {
		out = append(out, Setting{name, c.Name, c.Version})
		for _, p := range sortedKeys(c.Params) {
			put(name+"."+p, formatValue(c.Params[p]))
		}
	}
	choice("estimator", c.Estimator)
	choice("model", c.Model)
	choice("dataset", c.Dataset)
	put("seed", strconv.Itoa(c.Seed))
	put("precision", c.Precision)
	put("train.steps", strconv.Itoa(c.Train.Steps))
	put("train.batch", strconv.Itoa(c.Train.Batch))
	put("train.every", strconv.Itoa(c.Train.Every))
	if len(c.Train.At) > 0 {
		put("train.at", formatList(c.Train.At))
	}
	for _, g := range c.Train.Optim {
		name := "optim"
		if g.Prefix != "" {
			name += " " + g.Prefix
		}
		choice(name, g.Optim)
	}
	if f := c.Train.Follow; f != nil {
		choice("follow", *f)
	}
	for _, m := range c.Metrics {
		out = append(out, Setting{"metric " + m.String(), "logged", m.Version})
	}
	return out
}

// Labels lists the names that Label knows of the cell, the plain ones.
func (c Cell) Labels() []string { return c.labels() }
