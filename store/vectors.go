package store

import (
	"database/sql"
	"encoding/json"
	"slices"
)

// VectorNames lists the names of the arrays that any of the cells left, sorted.
func (s *Store) VectorNames(cells []string) ([]string, error) {
	var names []string
	err := s.pick("read vector names", cells, `SELECT DISTINCT name FROM vector WHERE cell IN (SELECT value FROM json_each(?)) ORDER BY name`,
		func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		})
	if err != nil {
		return nil, err
	}
	return names, nil
}

// LastVectors reads one array of each of the cells that are done, at the last
// step that has it, and nothing else: figures show a few of the many that a store
// keeps. A cell without it is absent.
func (s *Store) LastVectors(cells []string, name string) (map[string][]float64, error) {
	out := map[string][]float64{}
	list, err := json.Marshal(cells)
	if err != nil {
		return nil, err
	}
	err = s.view("read vectors "+name, func(tx *sql.Tx) error {
		return each(tx, func(rows *sql.Rows) error {
			var cell string
			var step int64
			var bits sql.RawBytes
			var stored []byte
			err := rows.Scan(&cell, &step, &bits, &stored)
			if err == nil {
				out[cell], err = decodeChecked(cell, name, step, bits, stored)
			}
			return err
		}, `SELECT v.cell, v.step, v.bits, v.digest FROM json_each(?) AS c JOIN outcome AS o ON o.cell = c.value AND o.outcome = 'done'
			JOIN vector AS v ON v.cell = c.value AND v.name = ?
			WHERE v.step = (SELECT max(step) FROM vector WHERE cell = v.cell AND name = v.name)`, string(list), name)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// decodeChecked is decode of bits that agree with their digest.
func decodeChecked(cell, name string, step int64, bits, stored []byte) ([]float64, error) {
	if err := digestOfVector(cell, name, step, bits).check(stored, "vector "+name+" of cell "+cell); err != nil {
		return nil, err
	}
	return decode(bits)
}

// VectorNames lists the names of the arrays that results in memory hold; none of
// those that Load made, whose arrays stay in the store.
func (r *Results) VectorNames(cells []string) ([]string, error) {
	var names []string
	for _, id := range cells {
		if c, ended := r.cells[id]; ended {
			for _, v := range c.Vectors {
				names = append(names, v.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// LastVectors is as a store's.
func (r *Results) LastVectors(cells []string, name string) (map[string][]float64, error) {
	out := map[string][]float64{}
	for _, id := range cells {
		c, ended := r.cells[id]
		if !ended || c.Outcome != Done {
			continue
		}
		last := -1
		for i, v := range c.Vectors {
			if v.Name == name && (last < 0 || v.Step > c.Vectors[last].Step) {
				last = i
			}
		}
		if last >= 0 {
			out[id] = c.Vectors[last].Data
		}
	}
	return out, nil
}
