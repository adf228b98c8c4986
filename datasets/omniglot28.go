package datasets

// Omniglot28 are handwritten characters, 28 x 28, 256 levels of grey: the 19280 of
// the background alphabets to train on and the 13180 of the evaluation alphabets
// held out, each in one fixed random order, so that the first so many are of all
// alphabets.
//
// This is not the Omniglot of Burda et al. 2016 (1509.00519), which was resampled
// otherwise and cut into 24345 and 8070 images at random: alphabets held out are
// harder, and bounds do not compare with theirs.
//
// Files background-images-idx3-ubyte.gz and evaluation-images-idx3-ubyte.gz: the
// 105 x 105 drawings of github.com/brendenlake/omniglot, ink 1, averaged over
// areas to 28 x 28, times 255 and rounded, in the order of alphabets, characters
// and drawings. Lake, Salakhutdinov and Tenenbaum 2015, copyright Brenden Lake.
// Licence: MIT; the set does not come with this program.
type Omniglot28 struct{ Images }

// NewOmniglot28 is the set at its defaults.
func NewOmniglot28() Omniglot28 {
	return Omniglot28{Images{Binarise: "stochastic", images: &images{
		name: "omniglot28", height: 28, width: 28, white: 255, shuffle: true,
		splits: [2]split{
			whole("background-images-idx3-ubyte", 19280, "b7ed9b8925d33b6cc1802c9bcb4a318feb91499df1284244dd0f369df93bf1c5"),
			whole("evaluation-images-idx3-ubyte", 13180, "e456d06d356d3823d246b8b2b3f67eea42805fa9b440e47ccd437d4e92d290da"),
		},
	}}}
}
