package datasets

import (
	"embed"
	"io/fs"
)

//go:generate go run ./small/gen

//go:embed small/*.gz small/LICENSES
var smallFiles embed.FS

// smallSet is the first 2000 and the first 500 images of another set, embedded.
func smallSet(name string, sums [2]string) Images {
	folder, err := fs.Sub(smallFiles, "small")
	if err != nil {
		panic(err) // the name is a constant
	}
	return Images{Binarise: "stochastic", images: &images{
		name: name, height: 28, width: 28, white: 255, embedded: folder,
		splits: [2]split{whole(name+"-train-idx3-ubyte", 2000, sums[0]), whole(name+"-test-idx3-ubyte", 500, sums[1])},
	}}
}

// FashionSmall are the first 2000 and the first 500 pictures of clothes of fashion-mnist,
// 28 x 28, 256 levels of grey: the values of {fashion-mnist: {train: 2000, test: 500}},
// without a download.
//
// Xiao, Rasul and Vollgraf 2017 (1708.07747), github.com/zalandoresearch/fashion-mnist.
// Copyright 2017 Zalando SE. Licence: MIT, whose text is datasets/small/LICENSES. They
// come with this program.
type FashionSmall struct{ Images }

// NewFashionSmall is the set at its defaults.
func NewFashionSmall() FashionSmall {
	return FashionSmall{smallSet("fashion-small", [2]string{
		"71a9f8cec24060d6752b3e4940ce6d6fd729334afa47b735dd553481aa83b53e",
		"c9bd0ed7148856eb2287d902861921296d6c36d95a5113341a35554343e84123",
	})}
}

// OmniglotSmall are the first 2000 and the first 500 characters of omniglot28, 28 x 28,
// 256 levels of grey, in its random order: the values of {omniglot28: {train: 2000,
// test: 500}}, without a download. Those held out are of other alphabets than those
// trained on.
//
// Lake, Salakhutdinov and Tenenbaum 2015, github.com/brendenlake/omniglot. Copyright
// 2015 Brenden Lake. Licence: MIT, whose text is datasets/small/LICENSES. They come with
// this program.
type OmniglotSmall struct{ Images }

// NewOmniglotSmall is the set at its defaults.
func NewOmniglotSmall() OmniglotSmall {
	return OmniglotSmall{smallSet("omniglot-small", [2]string{
		"c2291b666570f264cdc4e249eb2497d9903e566d6f9c5ae79410195e93671853",
		"5d39086ab1291d6a17cf3a5df044396e6a17fdb592ae0c2640485ee90f568d5b",
	})}
}
