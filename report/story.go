package report

import (
	"strconv"
	"strings"
)

// The story of tighter bounds in one figure (Rainforth et al. 2018, 1802.04537):
// how good the model is against how good the posterior is that it was trained
// with. Both grow to the upper right.

// story is the names of the two metrics: the divergence and the likelihood with
// the most samples; false where the panel lacks one.
func (p *panel) story() (kl, nll string, ok bool) {
	most := map[string]int{}
	best := map[string]string{}
	for _, m := range p.metrics {
		name, size, _ := strings.Cut(m, "@")
		if k, err := strconv.Atoi(size); err == nil && k > most[name] {
			most[name], best[name] = k, m
		}
	}
	kl, nll = best["kl"], best["nll"]
	return kl, nll, kl != "" && nll != ""
}

const storyTitle = "−KL against log p̂"

func (p *panel) drawStory(id, kl, nll string) Figure {
	_, k, _ := strings.Cut(nll, "@")
	_, j, _ := strings.Cut(kl, "@")
	return p.scatter(id, p.title(storyTitle),
		coordinate{nll, "log p̂", "log p̂ (bound of " + k + " samples)", true},
		coordinate{kl, "−KL", "−KL of the bound of " + j, true},
		"A better model is to the right, a better posterior above; lines of equal bound fall from the upper left to the lower right.")
}
