package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// BinarizedMNIST is MNIST in bits that were drawn once, the same for everybody who
// uses it: 50000 images of 28 x 28 to train on and MNIST's 10000 held out. The 10000
// that the authors set apart for validation are not read.
//
// Files binarized_mnist_train.amat and binarized_mnist_test.amat, as Hugo Larochelle
// published them; what counts is their content when decompressed. Larochelle and
// Murray 2011 (AISTATS), after Salakhutdinov and Murray 2008. Licence: as MNIST's,
// CC BY-SA 3.0, as commonly stated; the set does not come with this program.
type BinarizedMNIST struct {
	Train int `name:"train" min:"0" doc:"images to train on, the first so many; 0 for all"`
	Test  int `name:"test" min:"0" doc:"images held out, the first so many; 0 for all"`

	files *images
}

// NewBinarizedMNIST is the set at its defaults.
func NewBinarizedMNIST() BinarizedMNIST {
	s := &images{
		name: "binarized-mnist", height: 28, width: 28, white: 1,
		splits: [2]split{
			whole("binarized_mnist_train.amat", 50000, "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
			whole("binarized_mnist_test.amat", 10000, "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
		},
	}
	s.format = s.bitsText(' ')
	return BinarizedMNIST{files: s}
}

// bitsText reads splits whose files are bits in text, spaces or commas between them.
func (s *images) bitsText(between byte) decoder {
	return func(folder fs.FS, i int) (levels, string, error) {
		p := s.splits[i]
		f, name, err := p.open(folder)
		if err != nil {
			return nil, name, err
		}
		defer f.Close()
		r, err := Unzipped(f)
		if err != nil {
			return nil, name, err
		}
		sum := sha256.New()
		out, err := readBits(io.TeeReader(r, sum), p.rows, s.height*s.width, between)
		if got := hex.EncodeToString(sum.Sum(nil)); err == nil && got != p.sum {
			err = fmt.Errorf("another file: SHA-256 of its content, got %s; want %s", got, p.sum)
		}
		return out, name, err
	}
}

// images is the set as one of levels that are bits.
func (d BinarizedMNIST) images() Images {
	return Images{Binarise: "threshold", Train: d.Train, Test: d.Test, images: d.files}
}

// Name of the set in suites.
func (d BinarizedMNIST) Name() string { return d.files.name }

// Shape of the training set.
func (d BinarizedMNIST) Shape() vi.Shape { return d.images().Shape() }

// Make gives the training set with the test set in it; the key plays no part.
func (d BinarizedMNIST) Make(key rng.Key) (*vi.Data, error) { return d.images().Make(key) }

// Digest is that of both splits.
func (d BinarizedMNIST) Digest() string { return d.images().Digest() }

// Sums are the files that the set is read from, each with the SHA-256 of its content.
func (d BinarizedMNIST) Sums() [][2]string { return d.images().Sums() }

// Check reads the files, once, and says what is wrong with them or with the settings.
func (d BinarizedMNIST) Check() error { return d.images().Check() }

// ReadFrom sets the data directory.
func (d BinarizedMNIST) ReadFrom(dir string) { d.files.ReadFrom(dir) }

// Locate is the folder that has the files.
func (d BinarizedMNIST) Locate() (string, error) { return d.files.Locate() }
