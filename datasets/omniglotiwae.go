package datasets

import (
	"fmt"
	"io/fs"
)

// OmniglotIWAE are handwritten characters as Burda et al. 2016 (1509.00519) had them,
// 28 x 28 in grey: 24345 to train on and 8070 held out, cut at random, so that both are of
// all alphabets. They trained on 23000 of the 24345, which they shuffled, binarised anew
// each time they are read.
//
// File chardata.mat of github.com/yburda/iwae (datasets/OMNIGLOT): arrays data and
// testdata, an image a column, transposed here as their code does. It is known by the
// name that git has for it. Lake, Salakhutdinov and Tenenbaum 2015, copyright Brenden
// Lake. Licence: MIT, of Omniglot; the repository that has the file states none. The
// set does not come with this program.
type OmniglotIWAE struct{ Images }

// NewOmniglotIWAE is the set at its defaults.
func NewOmniglotIWAE() OmniglotIWAE {
	const file, blob = "chardata.mat", gitBlob + "016a3536ffe5e1d38e42563a18d7a78bfaf643ec"
	s := &images{
		name: "omniglot-iwae", height: 28, width: 28, white: 1,
		splits: [2]split{whole(file, 24345, blob), whole(file, 8070, blob)},
	}
	s.format = s.chardata
	return OmniglotIWAE{Images{Binarise: "stochastic", images: s}}
}

// floatLevels are levels in [0,1] as they are.
type floatLevels []float64

// At is level i.
func (x floatLevels) At(i int) float64 { return x[i] }

// chardata reads a split from an array of images, each a column of the array and
// itself column by column.
func (s *images) chardata(folder fs.FS, i int) (levels, string, error) {
	p := s.splits[i]
	f, name, check, err := p.published(folder)
	if err != nil {
		return nil, name, err
	}
	defer f.Close()
	array, size := [2]string{"data", "testdata"}[i], s.height*s.width
	a, err := ReadMAT(f, array, size*p.rows)
	if err == nil {
		err = check()
	}
	if err != nil {
		return nil, name, err
	}
	if len(a.Dims) != 2 || a.Dims[0] != size || a.Dims[1] != p.rows {
		return nil, name, fmt.Errorf("array %q: got %s values; want %d x %d", array, times(a.Dims), size, p.rows)
	}
	out := make(floatLevels, len(a.Values))
	for n := range p.rows {
		for r := range s.height {
			for c := range s.width {
				v := a.Values[n*size+c*s.height+r]
				if !(v >= 0 && v <= 1) {
					return nil, name, fmt.Errorf("array %q, column %d, row %d: got %g; want levels from 0 to 1", array, n, c*s.height+r, v)
				}
				out[n*size+r*s.width+c] = v
			}
		}
	}
	return out, name, nil
}
