package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// TeX writes the claims, the leaderboards and the papers' tables for a paper of one's own:
// tables of the booktabs package, each in a table environment with a caption.
func (r *Report) TeX(w io.Writer) error {
	out := texWriter{bufio.NewWriter(w)}
	fmt.Fprintf(out, "%% %s: %s. Needs \\usepackage{booktabs,amssymb}.\n", strings.Join(strings.Fields(r.title()), " "), r.summary())
	if len(r.Claims) > 0 {
		heads, align := []string{"claim", "paper", "claimed", "effect", "95\\,\\% interval", "$n$", "$p$ (Holm)", "verdict"}, "llrrlrrl"
		quoted := anyQuoted(r.Claims)
		if quoted {
			heads, align = append(heads, "published"), align+"l"
		}
		rows := make([][]string, len(r.Claims))
		for i, v := range r.Claims {
			e, interval := v.effectText()
			claimed := absent
			if v.Binding >= 0 {
				claimed = v.Parts[v.Binding].claimedText()
			}
			rows[i] = []string{tex(v.Claim), tex(v.Paper), tex(claimed), tex(e), tex(interval), fmt.Sprint(v.N), tex(pAt(v.PAdjusted, v.level())), tex(v.State.words())}
			if quoted {
				rows[i] = append(rows[i], tex(v.quoted().text()))
			}
		}
		out.table(align, heads, rows,
			"Claims of "+tex(r.title())+": "+tex(r.summary())+".", "claims")
	}
	boards, _ := r.boards(r.groups())
	for i, b := range boards {
		heads := []string{"configuration"}
		for _, m := range b.Metrics {
			heads = append(heads, tex(m.Name)+map[string]string{"higher": " $\\uparrow$", "lower": " $\\downarrow$"}[m.Better])
		}
		var rows [][]string
		for _, row := range b.Rows {
			line := []string{tex(row.Name)}
			for _, v := range row.Values {
				text := tex(v.Text)
				if v.Best {
					text = "\\textbf{" + text + "}"
				}
				line = append(line, text)
			}
			rows = append(rows, append(line, fmt.Sprint(len(row.Cells))))
		}
		out.table("l"+strings.Repeat("r", len(b.Metrics)+1), append(heads, "$n$"), rows,
			tex(b.Title)+": means over seeds $\\pm$ half the 95\\,\\% $t$ interval. Bold: the best, where Holm over all pairs of the column separates it from every other at 5\\,\\%.", fmt.Sprintf("board-%d", i+1))
	}
	for i, t := range r.Published {
		heads, align := []string{"in the paper", "our cells", "paper", "ours", "$n$"}, "llrrr"
		if t.Reference != "" {
			heads, align = append(heads, tex(t.lessTitle())), align+"r"
		}
		var rows [][]string
		for _, row := range t.Rows {
			line := []string{tex(row.From), tex(row.Over), tex(row.Paper), tex(row.Ours()), tex(row.Seeds())}
			if t.Reference != "" {
				line = append(line, tex(row.Less))
			}
			rows = append(rows, line)
		}
		out.table(align, heads, rows, tex(t.title())+". Ours: "+tex(t.Ours)+".", fmt.Sprintf("published-%d", i+1))
	}
	return out.Flush()
}

func (r *Report) title() string {
	if r.Preset == "" {
		return r.Suite
	}
	return r.Suite + " (" + r.Preset + ")"
}

type texWriter struct{ *bufio.Writer }

func (w texWriter) table(align string, heads []string, rows [][]string, caption, label string) {
	fmt.Fprintf(w, "\n\\begin{table}\n\\caption{%s}\n\\label{tab:%s}\n\\begin{tabular}{%s}\n\\toprule\n%s \\\\\n\\midrule\n", caption, label, align, strings.Join(heads, " & "))
	for _, row := range rows {
		fmt.Fprintf(w, "%s \\\\\n", strings.Join(row, " & "))
	}
	fmt.Fprint(w, "\\bottomrule\n\\end{tabular}\n\\end{table}\n")
}

var texEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "$", `\$`, "&", `\&`, "#", `\#`, "^", `\^{}`, "_", `\_`, "%", `\%`, "~", `\~{}`,
	"±", `$\pm$`, "–", "--", "−", "$-$", "<", "$<$", ">", "$>$", "≥", `$\ge$`, "≤", `$\le$`, "\n", " ", "\r", " ")

// hyphens are those that stand for the sign of a number.
var hyphens = regexp.MustCompile(`(^|[ \[(])-(\d)`)

// tex keeps text from being read as commands, and gives numbers their sign.
func tex(s string) string { return hyphens.ReplaceAllString(texEscapes.Replace(s), "${1}$$-$$${2}") }
