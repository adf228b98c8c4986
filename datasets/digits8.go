package datasets

import (
	"embed"
	"io/fs"
)

// Digits8 are handwritten digits of 43 people, 8 x 8, each value a count of ink
// in a block of 4 x 4, from 0 to 16: 3823 to train on, of 30 people, and 1797
// held out, of the 13 others. Grey levels are counts / 16.
//
// Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits.
// UCI Machine Learning Repository, doi 10.24432/C50P49. Licence: CC BY 4.0
// (creativecommons.org/licenses/by/4.0). Changed here only in format: the values
// of the set as an IDX file, without labels. They come with this program.
type Digits8 struct{ Images }

//go:embed digits8/*.gz
var digits8 embed.FS

// NewDigits8 is the set at its defaults.
func NewDigits8() Digits8 {
	folder, err := fs.Sub(digits8, "digits8")
	if err != nil {
		panic(err) // the name is a constant
	}
	return Digits8{Images{Binarise: "stochastic", images: &images{
		name: "digits8", height: 8, width: 8, white: 16, embedded: folder,
		splits: [2]split{
			whole("train-images-idx3-ubyte", 3823, "4c1b3e001c617c49df662e212afe65f228fbfbe6197a817adc776ec71de11707"),
			whole("test-images-idx3-ubyte", 1797, "359cd13f0f514122884198b78a131df597421cbf5e93a76678fa96fc548f0d96"),
		},
	}}}
}
