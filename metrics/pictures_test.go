package metrics_test

import (
	"slices"
	"testing"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// Pictures of a network: data as read, reconstructions and samples that are
// probabilities, each of the size of a picture.
func TestPictures(t *testing.T) {
	d, err := datasets.Bits{N: 5, Dim: 6, Latent: 2}.Make(rng.Data(0, "bits", "train"))
	if err != nil {
		t.Fatal(err)
	}
	d.Image = [2]int{2, 3}
	m, err := models.VAE{Latent: 2, Hidden: []int{4}, Act: "tanh"}.For(d)
	if err != nil {
		t.Fatal(err)
	}
	w, err := vi.NewWork(m, nil, d, tape.Float32, rng.Init(0, "vae"))
	if err != nil {
		t.Fatal(err)
	}
	out := measure(moment(w, nil), metrics.Pictures{N: 3})
	if got := array(t, out, "pictures/data@2x3"); !slices.Equal(got, d.X[:18]) {
		t.Errorf("data: got %v", got)
	}
	for _, name := range []string{"pictures/recon@2x3", "pictures/samples@2x3"} {
		x := array(t, out, name)
		if len(x) != 18 {
			t.Fatalf("%s: %d numbers", name, len(x))
		}
		for _, p := range x {
			if !(p > 0 && p < 1) {
				t.Errorf("%s holds %g", name, p)
			}
		}
	}
}
