package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
)

// CSV writes one row for every part of every claim. Numbers are whole, in
// shortest round-trip text; those that do not exist are empty.
func (r *Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{
		"suite", "preset", "claim", "paper", "claim_verdict", "claim_p", "claim_p_adjusted", "kind", "metric", "subject", "part", "scale",
		"verdict", "effect", "lo", "hi", "bootstrap_lo", "bootstrap_hi", "region_lo", "region_hi", "n", "p", "criterion", "reason", "warnings",
	})
	for _, v := range r.Claims {
		for _, p := range v.Parts {
			out.Write([]string{
				r.Suite, r.Preset, v.Claim, v.Paper, string(v.State), cell(v.P), cell(v.PAdjusted), p.Kind, p.Metric, p.Subject, p.Label, p.Scale,
				string(p.State), cell(p.Effect), cell(p.Lo), cell(p.Hi), cell(p.Bootstrap.Lo), cell(p.Bootstrap.Hi),
				cell(p.Region.Lo), cell(p.Region.Hi), strconv.Itoa(p.N), cell(p.P), p.Criterion, p.Reason, strings.Join(p.Warnings, "; "),
			})
		}
	}
	out.Flush()
	return out.Error()
}

func cell(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
