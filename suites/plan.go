package suites

// A Plan is what a suite asks for under one preset, fully resolved: it can be
// stored as JSON and read back without the catalog that made it.
type Plan struct {
	Suite  string   `json:"suite"`
	Preset string   `json:"preset"`
	About  string   `json:"about,omitempty"`
	Words  string   `json:"words,omitempty"` // what the suite says of the preset
	Text   string   `json:"text"`            // the suite file as read, before --set
	File   string   `json:"file"`
	Set    []string `json:"set,omitempty"` // patches under which it is not the file's suite
	Cells  []Cell   `json:"cells"`
	Claims []Claim  `json:"claims"`

	Primary   []Primary      `json:"primary,omitempty"` // of preset gate: what the regression gate tests
	Published []Published    `json:"published,omitempty"`
	NotRun    []NotRun       `json:"not_run,omitempty"`
	Rows      map[string]int `json:"rows,omitempty"` // data to train on of each data set, by its String; where the catalog knows

	// Defaults are the usual texts of the parameters of every model and data set in
	// the plan, by noun and name ("model vae"), so that people are told the others only.
	Defaults map[string]map[string]string `json:"defaults,omitempty"`

	Narrowed bool `json:"narrowed,omitempty"` // some of the suite's cells, or other seeds, were asked for
}

// A Cell is one point of the grid: everything that decides its numbers, and
// where in the suite it stands.
type Cell struct {
	ID        string   `json:"id"` // SHA-256 of the canonical form, 64 hex digits
	Grid      string   `json:"grid"`
	Figure    string   `json:"figure,omitempty"` // grids of one figure are drawn together; not part of the ID
	Estimator Choice   `json:"estimator"`
	Model     Choice   `json:"model"`
	Dataset   Choice   `json:"dataset"`
	Seed      int      `json:"seed"`
	Precision string   `json:"precision"` // float32 or float64
	Train     Train    `json:"train"`
	Metrics   []Choice `json:"metrics"` // sorted by String
	Unfit     string   `json:"unfit"`   // refuse or record; not part of the ID
	Line      int      `json:"line"`    // of the estimator in the suite; not part of the ID
	Column    int      `json:"column"`
}

// A Choice is a named part with all its parameters resolved, defaults included.
type Choice struct {
	Name    string         `json:"name"`
	Params  map[string]any `json:"params,omitempty"` // int, float64, string, bool, []int or []float64
	Version int            `json:"version"`          // numeric version of the part
}

// Train says how a cell's parameters move. No steps: they stay where Init put them.
type Train struct {
	Steps int     `json:"steps"`
	Batch int     `json:"batch"`        // rows a step; 0 is all of them
	Every int     `json:"every"`        // evaluate each so many steps; 0 is at the end only
	At    []int   `json:"at,omitempty"` // or when so many are taken, in order, where no Every says it
	Optim []Group `json:"optim,omitempty"`

	Follow *Choice `json:"follow,omitempty"` // the estimator that moves gen and inf in place of the cell's own
}

// A Group gives an optimiser to the parameters whose path starts with Prefix;
// the longest matching prefix wins.
type Group struct {
	Prefix string `json:"prefix"` // gen/, inf/, own/, inf/b, or "" for all
	Optim  Choice `json:"optim"`
}

// A Claim is what a paper says, as data. It holds if all its parts hold, fails
// if one fails, and is open otherwise.
type Claim struct {
	ID     string `json:"id"`
	Paper  string `json:"paper"`
	Says   string `json:"says"`
	Seeds  int    `json:"seeds"`  // least number of seeds; fewer leave it open
	Report bool   `json:"report"` // shown, outside Holm's family, never gates
	Parts  []Part `json:"parts"`
	Cells  int    `json:"cells"` // that it selects in the whole suite; a plan narrowed to fewer leaves it open
	Line   int    `json:"line"`
}

// Select picks cells by label: grid, estimator, model, dataset, seed,
// precision or any parameter of theirs. Each label has one or more values,
// compared in the text form of Label.
type Select map[string][]string

// A Part is one test on one metric; the unit is the seed. Fields that its kind
// does not use are zero.
type Part struct {
	Kind    string   `json:"kind"`   // slope equivalent better order trend interaction level count fit exact
	Metric  string   `json:"metric"` // as logged: snr/inf/b, iwae@64
	Over    Select   `json:"over,omitempty"`
	A       Select   `json:"a,omitempty"` // each of a..d is merged with Over
	B       Select   `json:"b,omitempty"`
	C       Select   `json:"c,omitempty"`
	D       Select   `json:"d,omitempty"`
	Each    string   `json:"each,omitempty"`    // one test for every value of this label
	Against string   `json:"against,omitempty"` // slope, trend, order: the label on the x axis
	Level   float64  `json:"level,omitempty"`   // of the test: its interval covers 1 - level, its one-sided limit is at level; 0 is 0.05
	Seeds   int      `json:"seeds,omitempty"`   // least number of seeds of this test; fewer leave it open
	Scale   string   `json:"scale,omitempty"`   // log or linear: of the metric (and of Against, for slope)
	Expect  *float64 `json:"expect,omitempty"`
	Within  *float64 `json:"within,omitempty"` // margin round Expect (slope, level) or round 0 (equivalent); tolerance (exact)
	Above   *float64 `json:"above,omitempty"`  // level, count
	Below   *float64 `json:"below,omitempty"`
	Want    string   `json:"want,omitempty"`   // better: higher or lower; order, trend: increasing or decreasing
	Margin  float64  `json:"margin,omitempty"` // better, order, interaction: by at least this; negative is non-inferior
	Values  []string `json:"values,omitempty"` // order: the labels in the claimed order
	Least   int      `json:"least,omitempty"`  // count: this many seeds
	To      string   `json:"to,omitempty"`     // fit: normal(0,1), uniform(0,1), chi2(3)

	Published *Quoted `json:"published,omitempty"` // the paper's numbers, shown beside ours
}
