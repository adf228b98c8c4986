package datasets

import (
	"fmt"
	"slices"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// BinarySet is one of the tables of bits on which densities of discrete data are compared, cut
// into the three published parts: rows to train on, rows for every choice (held: valid), and
// rows for what is said of the outcome (held: test).
//
// Files NAME.train.csv, NAME.valid.csv and NAME.test.csv of folder binary of the data
// directory, compressed or not: a row a line, 0 and 1 split by commas, no header.
//
// Lowd and Davis 2010 (doi 10.1109/ICDM.2010.128); Van Haaren and Davis 2012; Larochelle and
// Murray 2011. As in github.com/arranger1044/DEBD.
type BinarySet struct {
	Held  string `name:"held" choices:"test|valid" doc:"which published part is held out"`
	Train int    `name:"train" min:"0" doc:"rows to train on, the first so many; 0 for all"`
	Test  int    `name:"test" min:"0" doc:"rows held out, the first so many; 0 for all"`

	*binarySet
}

// binarySet is what has been read, for the cells of a run to share.
type binarySet struct {
	about       string
	test, valid *images // the rows to train on and those held out
}

const binaryFolder = "binary"

// binaryTables are the sets there are: bits a row, what they are of, the parts train, valid, test.
var binaryTables = map[string]struct {
	d     int
	about string
	parts [3]split
}{
	"accidents": {111, "traffic accidents in Belgium, with their circumstances", [3]split{
		whole("accidents.train.csv", 12758, "a76648cf00772c275b4277b21d858e235e3c6d3c5ef30beeb4958189b6bed21c"),
		whole("accidents.valid.csv", 1700, "fd3a80a0f411f157cf3772a057d26980bb166cb89b10cafb818a53f1ec30d46d"),
		whole("accidents.test.csv", 2551, "df3f1b6c035bf3e306a7d7127320e479d2546ce14a5d6d3043e6be0925b8b414"),
	}},
	"baudio": {100, "listeners, with the artists they heard (Audioscrobbler)", [3]split{
		whole("baudio.train.csv", 15000, "b1ec73f4aa9d4ce48b465ded865cc3d22b3f68cf6258f9e15fbef8902138add1"),
		whole("baudio.valid.csv", 2000, "7164d8a4943f74953f0e982002d84693fdf483e17f69e7407dc939c5ce5622fe"),
		whole("baudio.test.csv", 3000, "1474f3206f1f35e099803a0f40b0cd209bdc8d787825095ef6cb23fd87ed0d05"),
	}},
	"dna": {180, "pieces of DNA about splice junctions, three bits a base", [3]split{
		whole("dna.train.csv", 1600, "bb8de0ca4b6ad9b610036b7a302962ebecd4b504354b14c02c7d0bee48d207d9"),
		whole("dna.valid.csv", 400, "4b0fc89cda5eaf5c75926e281afb6af99de194a546070d5b81b524ba251f4f3f"),
		whole("dna.test.csv", 1186, "fec3ae7b26804020a9c43c99828441c5e08bb76b23719368a74ad2b09af99100"),
	}},
	"jester": {100, "readers, with the jokes they liked", [3]split{
		whole("jester.train.csv", 9000, "dd93578c3359d5b234bb278bf0901c5215d83b910f7d51d7c91951a0a4c244cd"),
		whole("jester.valid.csv", 1000, "91df833941e189265345898d3f63211560c2456df599f34beee8e95381ee7524"),
		whole("jester.test.csv", 4116, "346044fb561cf18f284f7e9d5896178b03048991b6ebb6f7482885fccbc16082"),
	}},
	"mushrooms": {112, "mushrooms, with what they look like", [3]split{
		whole("mushrooms.train.csv", 2000, "465c712c066bbbee3ccceded24bbe42b4c379df67b524e28cce9bf3a8b83f27b"),
		whole("mushrooms.valid.csv", 500, "5a067e6854df71623415e6adc8e913cbff766637a324788882ba800907aa5385"),
		whole("mushrooms.test.csv", 5624, "313c5f04b5d0a18bee2f2ffa264be265d09f5362aad6f714637acd9552f81aa0"),
	}},
	"nips": {500, "papers of the NIPS conference, with the words they use", [3]split{
		whole("nips.train.csv", 400, "4d744cb1f2c725405bff6ef6878df06eafbbc2a91f0510e0f3d8a508b05ec7bb"),
		whole("nips.valid.csv", 100, "b06acd8e6a701d63d4e58b5076c11c59bcd0343fb9b1fbb5997459d3e6b8ca96"),
		whole("nips.test.csv", 1240, "48711bdaffbd43aa439679785e19d9cc80c64a157fa84eadc5dce60ee4edf7bc"),
	}},
	"nltcs": {16, "elderly people, with what they cannot do alone (National Long Term Care Survey)", [3]split{
		whole("nltcs.train.csv", 16181, "e547a7aedad1dd2f7177030881ab1b92c7e24ae5464c71a0f1f89daecaf52b30"),
		whole("nltcs.valid.csv", 2157, "93bbbf5c6febdc9bc6e5b5bfab636f4dc0685ab2896d24b23dd267794c3bfcf6"),
		whole("nltcs.test.csv", 3236, "f9ffa6b74b27dc03bee3203d157ee31079e80b13be40d0c0093d635c25aed523"),
	}},
	"plants": {69, "plants, with the states and provinces they grow in", [3]split{
		whole("plants.train.csv", 17412, "1fb1219ff94068d12a563f9e81f8889a1885f41e867884cff608669300c6848f"),
		whole("plants.valid.csv", 2321, "47834ed318b2d74f48e4b083226ef47fd446d41986012ceae19d230574821b34"),
		whole("plants.test.csv", 3482, "95f53c033cd1d86467aec2610dc5bfe014534206c2da4919f73bcab246ab8755"),
	}},
	"pumsb-star": {163, "people of a census, with their answers, those given by four of five left out", [3]split{
		whole("pumsb_star.train.csv", 12262, "27e610b5f9f507f94ebf8a227f8b96cc59d7eed51e06ee5d2fe8353afbc1524c"),
		whole("pumsb_star.valid.csv", 1635, "6a491d1ea64eb0249dddd168fdddeef88aa21001a933eb7309603b6466187af8"),
		whole("pumsb_star.test.csv", 2452, "b2da195314ac17f9d8d171743c5f98a28ea9583332a52d34aa228ff2e11aa8e7"),
	}},
}

// NewBinarySet is a set of binaryTables at its defaults.
func NewBinarySet(name string) BinarySet {
	t, ok := binaryTables[name]
	if !ok {
		panic("datasets: no binary set " + name)
	}
	held := func(part int) *images {
		s := &images{name: name, below: binaryFolder, height: 1, width: t.d, white: 1, table: true, splits: [2]split{t.parts[0], t.parts[part]}}
		s.format = s.bitsText(',')
		return s
	}
	return BinarySet{Held: "test", binarySet: &binarySet{about: t.about, test: held(2), valid: held(1)}}
}

// images is the set as one of levels that are bits.
func (d BinarySet) images() Images {
	s := d.test
	if d.Held == "valid" {
		s = d.valid
	}
	return Images{Binarise: "threshold", Train: d.Train, Test: d.Test, images: s}
}

// Name of the set in suites.
func (d BinarySet) Name() string { return d.test.name }

// Doc says what the rows are.
func (d BinarySet) Doc() string {
	p := d.parts()
	return fmt.Sprintf(`Bits of %s,
one of the tables on which densities of discrete data are compared: %d rows to train on,
%d for choices (held: valid), %d held out (held: test), as published.

Files of folder %s of the data directory, compressed or not: a row a line, 0 and 1
split by commas, no header.

Lowd and Davis 2010; Van Haaren and Davis 2012; Larochelle and Murray 2011.
`, d.about, p[0].n, p[1].n, p[2].n, binaryFolder)
}

// Shape of the training set.
func (d BinarySet) Shape() vi.Shape { return d.images().Shape() }

// Make gives the training set with the part held out in it; the key plays no part.
func (d BinarySet) Make(key rng.Key) (*vi.Data, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	return d.images().Make(key)
}

// Digest is that of both parts.
func (d BinarySet) Digest() string { return d.images().Digest() }

// Sums are the files that the set is read from, each with the SHA-256 of its content.
func (d BinarySet) Sums() [][2]string {
	var out [][2]string
	for _, p := range d.parts() {
		out = append(out, [2]string{p.file, p.sum})
	}
	return out
}

// parts are all three.
func (d BinarySet) parts() [3]split {
	return [3]split{d.test.splits[0], d.valid.splits[1], d.test.splits[1]}
}

// Check reads the files, once, and says what is wrong with them or with the settings.
func (d BinarySet) Check() error {
	if have := []string{"test", "valid"}; !slices.Contains(have, d.Held) {
		return fmt.Errorf("held: got %q; have test, valid", d.Held)
	}
	return d.images().Check()
}

// ReadFrom sets the data directory.
func (d BinarySet) ReadFrom(dir string) {
	d.test.ReadFrom(dir)
	d.valid.ReadFrom(dir)
}

// Locate is the folder that has the files.
func (d BinarySet) Locate() (string, error) { return d.images().Locate() }
