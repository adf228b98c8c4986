package datasets

// MNIST are handwritten digits, 28 x 28, 256 levels of grey: 60000 to train on and
// 10000 held out. Burda et al. 2016 (1509.00519) trained on the first 59600,
// binarised anew each time they are read: {train: 59600}.
//
// Files train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz, as they are
// published at yann.lecun.com/exdb/mnist; what counts is their content when
// decompressed. LeCun, Cortes and Burges, derived from NIST's Special Databases 1
// and 3. Licence: CC BY-SA 3.0, as commonly stated; the set does not come with
// this program.
type MNIST struct{ Images }

// NewMNIST is the set at its defaults.
func NewMNIST() MNIST {
	return MNIST{Images{Binarise: "stochastic", images: &images{
		name: "mnist", height: 28, width: 28, white: 255,
		splits: [2]split{
			whole("train-images-idx3-ubyte", 60000, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
			whole("t10k-images-idx3-ubyte", 10000, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
		},
	}}}
}
