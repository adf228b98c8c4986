package datasets

// FashionMNIST are pictures of clothes in the format of MNIST, 28 x 28, 256 levels
// of grey: 60000 to train on and 10000 held out.
//
// Files train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz, as they are
// published at github.com/zalandoresearch/fashion-mnist; Debian's package
// dataset-fashion-mnist puts the same in /usr/share/datasets/fashion-mnist, where
// they are found too. Xiao, Rasul and Vollgraf 2017 (1708.07747), copyright
// Zalando SE. Licence: MIT; the set does not come with this program.
type FashionMNIST struct{ Images }

// NewFashionMNIST is the set at its defaults.
func NewFashionMNIST() FashionMNIST {
	return FashionMNIST{Images{Binarise: "stochastic", images: &images{
		name: "fashion-mnist", height: 28, width: 28, white: 255,
		splits: [2]split{
			whole("train-images-idx3-ubyte", 60000, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
			whole("t10k-images-idx3-ubyte", 10000, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
		},
		folders: []string{"/usr/share/datasets/fashion-mnist"},
		get:     ", or install Debian's package dataset-fashion-mnist",
	}}}
}
