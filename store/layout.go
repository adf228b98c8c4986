package store

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// csvWriter lays rows out as RFC 4180 with a header and line feeds.
type csvWriter struct {
	to     *csv.Writer
	headed bool
}

func newCSV(w io.Writer) rowWriter { return &csvWriter{to: csv.NewWriter(w)} }

func (c *csvWriter) head() error {
	if c.headed {
		return nil
	}
	c.headed = true
	return c.to.Write([]string{"suite", "preset", "grid", "cell", "estimator", "model", "dataset", "seed", "k", "m",
		"precision", "step", "metric", "value", "reason", "evals"})
}

func (c *csvWriter) write(r *row) error {
	if err := c.head(); err != nil {
		return err
	}
	return c.to.Write([]string{r.Suite, r.Preset, r.Grid, r.Cell, r.Estimator, r.Model, r.Dataset,
		strconv.FormatInt(r.Seed, 10), orEmpty(r.K), orEmpty(r.M), r.Precision,
		strconv.FormatInt(r.Step, 10), r.Metric, r.Value, r.Reason, orEmpty(r.Evals)})
}

// close writes the header of an export without rows too.
func (c *csvWriter) close() error {
	if err := c.head(); err != nil {
		return err
	}
	c.to.Flush()
	return c.to.Error()
}

func orEmpty(n sql.NullInt64) string {
	if !n.Valid {
		return ""
	}
	return strconv.FormatInt(n.Int64, 10)
}

// jsonlWriter lays rows out as an object a line, with the same names and order
// as the header of the CSV. A value is a number, or a string where JSON has no
// number for it, or null where it is missing.
type jsonlWriter struct{ to *json.Encoder }

func newJSONL(w io.Writer) rowWriter {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	return jsonlWriter{to}
}

func (j jsonlWriter) write(r *row) error {
	return j.to.Encode(struct {
		Suite     string `json:"suite"`
		Preset    string `json:"preset"`
		Grid      string `json:"grid"`
		Cell      string `json:"cell"`
		Estimator string `json:"estimator"`
		Model     string `json:"model"`
		Dataset   string `json:"dataset"`
		Seed      int64  `json:"seed"`
		K         *int64 `json:"k"`
		M         *int64 `json:"m"`
		Precision string `json:"precision"`
		Step      int64  `json:"step"`
		Metric    string `json:"metric"`
		Value     any    `json:"value"`
		Reason    string `json:"reason"`
		Evals     *int64 `json:"evals"`
	}{r.Suite, r.Preset, r.Grid, r.Cell, r.Estimator, r.Model, r.Dataset, r.Seed, orNull(r.K), orNull(r.M),
		r.Precision, r.Step, r.Metric, jsonValue(r), r.Reason, orNull(r.Evals)})
}

func (j jsonlWriter) close() error { return nil }

func orNull(n sql.NullInt64) *int64 {
	if !n.Valid {
		return nil
	}
	return &n.Int64
}

func jsonValue(r *row) any {
	if r.Value == "" {
		return nil
	}
	if r.number {
		if v, err := strconv.ParseFloat(r.Value, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return json.RawMessage(r.Value)
		}
	}
	return r.Value
}
