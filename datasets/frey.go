package datasets

// Frey are frames of a video of one face, 28 x 20, 256 levels of grey, which stay
// grey unless binarise says otherwise: the first 1670 to train on and the last
// 295, 15 % of all, held out. Frames follow each other, so those held out are
// other moments, not other faces.
//
// File frey-images-idx3-ubyte.gz: the 1965 frames, in the order of the video, of
// what Brendan Frey and Sam Roweis published as frey_rawface.mat. Licence: none
// stated; the set does not come with this program.
type Frey struct{ Images }

// NewFrey is the set at its defaults.
func NewFrey() Frey {
	const file, sum, rows, train = "frey-images-idx3-ubyte", "c943677a3bcb83ed2de1207d4355c360cabfee597a538f9735ec3254886c365f", 1965, 1670
	return Frey{Images{Binarise: "none", images: &images{
		name: "frey", height: 28, width: 20, white: 255,
		splits: [2]split{{file, sum, rows, 0, train}, {file, sum, rows, train, rows - train}},
	}}}
}
