package store

import "database/sql"

// A Place is where a plan names a cell.
type Place struct {
	Suite  string `json:"suite"`
	Preset string `json:"preset"`
	Grid   string `json:"grid"`
}

// placesOf lists where each cell stands, sorted, as the table has it and held against
// the digests of the plans. The index of member by cell holds the same texts once more
// and no digest covers it: nothing that tells places reads them by it.
func placesOf(tx *sql.Tx) (map[string][]Place, error) {
	type plan struct {
		suite, preset string
		digest        []byte
	}
	var plans []plan
	err := each(tx, func(rows *sql.Rows) error {
		var p plan
		err := rows.Scan(&p.suite, &p.preset, &p.digest)
		plans = append(plans, p)
		return err
	}, `SELECT suite, preset, members FROM plan ORDER BY suite, preset`)
	if err != nil {
		return nil, err
	}
	places := map[string][]Place{}
	for _, p := range plans {
		d, err := members(tx, p.suite, p.preset, func(grid, cell string) {
			places[cell] = append(places[cell], Place{p.suite, p.preset, grid})
		})
		if err == nil {
			err = d.check(p.digest, "the cells of plan "+p.suite+"/"+p.preset)
		}
		if err != nil {
			return nil, err
		}
	}
	return places, nil
}

// members calls f with the grid and cell of each place in a plan, as the table has
// them, and sums them up.
func members(tx *sql.Tx, suite, preset string, f func(grid, cell string)) (*digest, error) {
	d := newDigest()
	return d, each(tx, func(rows *sql.Rows) error {
		var grid, cell string
		err := rows.Scan(&grid, &cell)
		d.text(grid, cell)
		f(grid, cell)
		return err
	}, `SELECT grid, cell FROM member NOT INDEXED WHERE suite = ? AND preset = ? ORDER BY grid, cell`, suite, preset)
}
