package rng

// The paths below are the names of all randomness in a cell, in one place:
//
//	root(seed) - data/<dataset>/<split>   - init/<model>   - batch/step
//	           - noise/step/<site>/<plate>   - eval/step   - probe/step/replicate
//	           - bits/step/<plate>   - data/<dataset>/<split>/bits/<plate>
//
// No path has an estimator in it, so estimators share data, initial weights,
// batches and draws, and comparisons are paired by seed.

// Data is the key of one split of a data set.
func Data(seed uint64, dataset, split string) Key {
	return Root(seed).Fold("data").Fold(dataset).Fold(split)
}

// Init is the key of a model's initial parameters.
func Init(seed uint64, model string) Key { return Root(seed).Fold("init").Fold(model) }

// Batch is the key that chooses the rows of a step.
func Batch(seed, step uint64) Key { return Root(seed).Fold("batch").At(step) }

// Noise is the key of a training step's draws; Site and Plate follow.
func Noise(seed, step uint64) Key { return Root(seed).Fold("noise").At(step) }

// Bits is the key by which a training step binarises grey data anew; Plate follows.
func Bits(seed, step uint64) Key { return Root(seed).Fold("bits").At(step) }

// HeldBits is the key of the one binarisation of a split that evaluations and
// probes see, at every step the same; Plate follows.
func HeldBits(seed uint64, dataset, split string) Key { return Data(seed, dataset, split).Fold("bits") }

// Eval is the key of an evaluation's draws; Site and Plate follow.
func Eval(seed, step uint64) Key { return Root(seed).Fold("eval").At(step) }

// Probe is the key of one replicate of a probe (SNR and its kin) at a step;
// Site and Plate follow.
func Probe(seed, step, replicate uint64) Key {
	return Root(seed).Fold("probe").At(step).At(replicate)
}

// Site is the key of a latent block or another named place that draws ("z",
// and for a second stream "z/cond").
func Site(k Key, site string) Key { return k.Fold(site) }

// Plate is the key of one datum, chain or time at a site.
func Plate(k Key, i uint64) Key { return k.At(i) }

// All is the key of draws that a whole batch shares at a site. It is no Plate.
func All(k Key) Key { return k.Fold("all") }
