package runner

import (
	"fmt"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// Model is a cell's model with its training data, made for its seed.
func (p Parts) Model(c suites.Cell) (vi.Model, *vi.Data, error) {
	ds, err := p.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	data, err := ds.Make(rng.Data(uint64(c.Seed), c.Dataset.Name, "train"))
	if err != nil {
		return nil, nil, fmt.Errorf("dataset %s: %w", c.Dataset, err)
	}
	if err := data.Check(); err != nil {
		return nil, nil, err
	}
	mk, err := p.maker(c.Model)
	if err != nil {
		return nil, nil, err
	}
	model, err := mk.For(data)
	return model, data, err
}
