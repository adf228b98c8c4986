package report

import (
	"slices"
	"strings"
)

// The objective of sparse coding against how sparse the codes are that reach it: an
// objective can be had by dense codes, and sparse ones by giving it up.

// sparsity is what to draw of a split: the objective, and the index of sparsity that the
// panel logs; ok is false where it lacks one.
func (p *panel) sparsity(split string) (objective string, index coordinate, ok bool) {
	objective = split + "objective"
	if !slices.Contains(p.metrics, objective) {
		return "", index, false
	}
	for _, c := range []coordinate{{split + "gini", "Gini index", "Gini index of a code, 1 sparsest", false}, {split + "l0", "L0", "share of latents that a code uses, 0 sparsest", false}} {
		if slices.Contains(p.metrics, c.metric) {
			return objective, c, true
		}
	}
	return "", index, false
}

func (p *panel) sparsityTitle(split string) string {
	return p.title(join(" ", strings.ReplaceAll(split, "train/", "training"), "objective against sparsity"))
}

func (p *panel) drawSparsity(id, split string) Figure {
	objective, index, _ := p.sparsity(split)
	note := "A better objective is below; sparser codes are to the right."
	if strings.HasSuffix(index.metric, "l0") {
		note = "A better objective is below; sparser codes are to the left."
	}
	return p.scatter(id, p.sparsityTitle(split), index, coordinate{objective, "objective", "objective V", false}, note)
}
