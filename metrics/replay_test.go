package metrics

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// Whatever is asked for, in whatever order, however often it is rewound or given
// another key, replay fills with the bits of the keyed source.
func TestReplayIsKeyed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, keyed := &replay{}, &vi.Keyed{}
		prec := tape.Precision(rapid.IntRange(0, 1).Draw(t, "precision"))
		r.draw(keyed.Key)
		for range rapid.IntRange(1, 60).Draw(t, "calls") {
			switch rapid.IntRange(0, 7).Draw(t, "call") {
			case 0:
				r.rewind()
			case 1:
				keyed.Key = rng.Probe(0, 0, uint64(rapid.IntRange(0, 3).Draw(t, "key")))
				r.draw(keyed.Key)
			default:
				site := rapid.SampledFrom([]string{"z", "y"}).Draw(t, "site")
				plate := uint64(rapid.IntRange(0, 2).Draw(t, "plate"))
				n := rapid.IntRange(0, 4).Draw(t, "n")
				got, want := tape.NewVector(prec, n), tape.NewVector(prec, n)
				if rapid.Bool().Draw(t, "uniform") {
					r.Uniform(site, plate, got)
					keyed.Uniform(site, plate, want)
				} else {
					r.Normal(site, plate, got)
					keyed.Normal(site, plate, want)
				}
				if !bytes.Equal(got.Bits(), want.Bits()) {
					t.Fatalf("%s/%d: %v; keyed gives %v", site, plate, got, want)
				}
			}
		}
	})
}

// It does remember: a second pass over the same fills draws nothing.
func TestReplayRemembers(t *testing.T) {
	r := &replay{}
	r.draw(rng.Probe(0, 0, 1))
	first, second := make([]float64, 3), make([]float64, 3)
	r.Normal("z", 4, tape.Float64s(first))
	r.rewind()
	r.Key = rng.Probe(0, 0, 2) // would give other numbers, were it asked
	r.Normal("z", 4, tape.Float64s(second))
	if !bytes.Equal(tape.Float64s(first).Bits(), tape.Float64s(second).Bits()) {
		t.Error("the second pass drew anew")
	}
}
