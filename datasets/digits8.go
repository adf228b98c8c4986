package datasets

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Digits8 are handwritten digits of 43 people, 8 x 8, each value a count of ink
// in a block of 4 x 4, from 0 to 16: 3823 to train on, of 30 people, and 1797
// held out, of the 13 others. Grey levels are counts / 16.
//
// Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits.
// UCI Machine Learning Repository, doi 10.24432/C50P49. Licence: CC BY 4.0
// (creativecommons.org/licenses/by/4.0). Changed here only in format: the values
// of the set and their labels as IDX files. They come with this program.
//
// With labels = n, the first n/10 images of each digit show theirs to a model that
// reads labels; all are there for metrics.
type Digits8 struct {
	Images
	Labels int `name:"labels" min:"0" late:"true" doc:"training images whose label a model may read, as many of each digit; 0: there are no labels"`
}

// labels8 are the files of labels, in the order of splits.
var labels8 = [2]split{
	whole("train-labels-idx1-ubyte", 3823, "8efd46ba523e1ce034de771c7712183a9dab51767844532c1e8d194f48bd300c"),
	whole("test-labels-idx1-ubyte", 1797, "ce71631c1f31ce56fa54f31d1d498fafacff59b001e6c30c4a5e29508aa277ad"),
}

//go:embed digits8/*.gz
var digits8 embed.FS

// NewDigits8 is the set at its defaults.
func NewDigits8() Digits8 {
	folder, err := fs.Sub(digits8, "digits8")
	if err != nil {
		panic(err) // the name is a constant
	}
	return Digits8{Images: Images{Binarise: "stochastic", images: &images{
		name: "digits8", height: 8, width: 8, white: 16, embedded: folder,
		splits: [2]split{
			whole("train-images-idx3-ubyte", 3823, "4c1b3e001c617c49df662e212afe65f228fbfbe6197a817adc776ec71de11707"),
			whole("test-images-idx3-ubyte", 1797, "359cd13f0f514122884198b78a131df597421cbf5e93a76678fa96fc548f0d96"),
		},
	}}}
}

// Digest is that of the images, and of which labels are shown where there are any.
func (d Digits8) Digest() string {
	if d.Labels == 0 {
		return d.Images.Digest()
	}
	return hash(fmt.Sprintf("%s\nlabels %s %s shown %d\n", d.Images.Digest(), labels8[0].sum, labels8[1].sum, d.Labels))
}

// Sums are those of the images and of the labels.
func (d Digits8) Sums() [][2]string {
	return append(d.Images.Sums(), [2]string{labels8[0].file, labels8[0].sum}, [2]string{labels8[1].file, labels8[1].sum})
}

// Check says what is wrong with the settings.
func (d Digits8) Check() error {
	if err := d.Images.Check(); err != nil {
		return err
	}
	_, _, err := d.labels()
	return err
}

// Make gives the sets of images, with labels where they are asked for.
func (d Digits8) Make(key rng.Key) (*vi.Data, error) {
	train, err := d.Images.Make(key)
	if err != nil || d.Labels == 0 {
		return train, err
	}
	labels, shown, err := d.labels()
	if err != nil {
		return nil, err
	}
	train.Digest, train.Labels, train.Shown = hash(train.Digest+d.Digest()), labels[0], shown
	train.Test.Labels = labels[1]
	return train, nil
}

// labels are those of the rows in use, and which of the training set are shown.
func (d Digits8) labels() (labels [2][]int, shown []bool, err error) {
	if d.Labels < 0 || d.Labels%10 != 0 {
		return labels, nil, fmt.Errorf("labels: got %d; need as many of each of the ten digits, a multiple of 10", d.Labels)
	}
	n := d.rows()
	for i, p := range labels8 {
		a, name, err := p.readLabels(d.embedded)
		if err != nil {
			return labels, nil, fmt.Errorf("%s: %w", name, err)
		}
		for j := range n[i] {
			labels[i] = append(labels[i], int(a.At(j)))
		}
	}
	shown, count := make([]bool, n[0]), [10]int{}
	for j, c := range labels[0] {
		if count[c] < d.Labels/10 {
			count[c]++
			shown[j] = true
		}
	}
	for c, have := range count {
		if have < d.Labels/10 {
			return labels, nil, fmt.Errorf("labels: got %d, %d of each digit; the first %d images have %d of digit %d", d.Labels, d.Labels/10, n[0], have, c)
		}
	}
	return labels, shown, nil
}
