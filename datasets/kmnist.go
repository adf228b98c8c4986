package datasets

import "io/fs"

// KMNIST are handwritten Japanese characters, ten of the cursive hiragana of old
// prints, in the format of MNIST, 28 x 28, 256 levels of grey: 60000 to train on
// and 10000 held out.
//
// Files train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz, as they are
// published at codh.rois.ac.jp/kmnist: known as published, compressed. Clanuwat et al.
// 2018 (1812.01718): "KMNIST Dataset" (created by CODH), adapted from "Kuzushiji
// Dataset" (created by NIJL and others), doi 10.20676/00000341. Licence: CC BY-SA
// 4.0; the set does not come with this program.
type KMNIST struct{ Images }

// NewKMNIST is the set at its defaults.
func NewKMNIST() KMNIST {
	s := &images{
		name: "kmnist", height: 28, width: 28, white: 255,
		splits: [2]split{
			whole("train-images-idx3-ubyte.gz", 60000, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
			whole("t10k-images-idx3-ubyte.gz", 10000, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
		},
	}
	s.format = s.publishedIDX
	return KMNIST{Images{Binarise: "stochastic", images: s}}
}

// publishedIDX reads a split whose file is known as it was published.
func (s *images) publishedIDX(folder fs.FS, i int) (levels, string, error) {
	p := s.splits[i]
	f, name, check, err := p.published(folder)
	if err != nil {
		return nil, name, err
	}
	defer f.Close()
	a, _, err := content(f, p.rows*s.height*s.width)
	if err == nil {
		err = a.is(Uint8, p.rows, s.height, s.width)
	}
	if err == nil {
		err = check()
	}
	return a, name, err
}
