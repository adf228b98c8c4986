package datasets_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"

	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

// Values to the last bit, on every machine: the SHA-256 of training and test set, as
// little-endian doubles, at seed 7.
func TestGoldenDigests(t *testing.T) {
	bars, slab, lin, support := datasets.NewBars(), datasets.NewBars(), datasets.NewSparseLin(), datasets.NewSparseLin()
	bars.N, bars.Test = 100, 10
	slab.N, slab.Latents = 100, "spikeslab"
	support.Latents = "support"
	pink, leaves, shapes := datasets.NewPink(), datasets.NewDeadLeaves(), datasets.NewShapes()
	pink.N, pink.Test, pink.Size = 100, 10, 64
	leaves.N, leaves.Test, leaves.Size = 100, 10, 64
	shapes.N, shapes.Test = 100, 10
	patches, grey := datasets.NewPatches(), datasets.NewPatches()
	patches.N, patches.Test = 500, 50
	grey.N, grey.Test, grey.Split, grey.Whiten, grey.Centre, grey.ZScore = 500, 50, "published", "none", true, true
	for _, c := range []struct {
		d    vi.Dataset
		want string
	}{
		{bars, "841b148b28c9a277f9322ff040455341760d0939873a580c1ffefa3f2dd6bdb6"},
		{slab, "09b800312ed52c151e5df52cf7d59969fc2158aafeef72d640648ac9ff13151d"},
		{lin, "864b0d15ae36fcf22ea2f2b752bc19f83f215c5ccd5744c85da88c43051b758f"},
		{support, "fe3cd3bdc45a0811faee8d1c01d508e5cbbcdd80c069bbb954b3bc559051cc15"},
		{pink, "2bb54a08c959c1b1da35f6c53a4f1c0bde887316d27fd2245b9efe6f15b27bf0"},
		{leaves, "27f3c0abb935654996725714da89f637bae3c5c712d2cbdc154bc6f240a56ef2"},
		{shapes, "1aa14b3975c29d2f2d2b39ab16dbae5e773f6f20466319c2eba8c6fa81d89852"},
		{patches, "c15d1b3d5ccf1adcd23b33a61c1dd1c6438425b001b4c7ea6e58001ed6b7abe3"},
		{datasets.Blobs{K: 3, Dim: 2, Sep: 4, N: 100, Test: 10}, "65c794147b8543af87adf524373a6ed542384e02aa202ed3ebdc46f758e66a30"},
		{datasets.HMMStrings{States: 3, Symbols: 4, Length: 30, Stay: 0.7, N: 50, Test: 5}, "d01a7d123cfea6bc6c5e7b1e962a06b7809af374fb736fedd2d58097eccc6fef"},
		{datasets.Normals{N: 20, Mean: 1, SD: 2}, "9f23050303174fc506a4ffe3c0605a8e0a2254c12267957943d1669db9620f05"},
		{datasets.FA6{N: 100, Test: 10, Missing: 0.75}, "6e7e6c0d34cb75d25bcd500d39559d1c5c544db726f23255e9db758a44bbb8ec"},
		{grey, "ed5a77ff799d54203820f3017196b1611bbd206aa1cd593b938d52170787aaa6"},
		{datasets.FA3{N: 100, Test: 10}, "e061334dfb2f5eb056f75c194112f127f92ad0d6098108754eed08c219e81e00"},
		{datasets.Spectrum{Lambda: []float64{4, 2, 1, 0.5, 0.25, 0.25}, N: 100}, "89ee05a1d20c9329b4b46ee61dfe9756def23edd5d5c0c5234eab332bc7443d7"},
		{datasets.Ring8{N: 100, Test: 10, Radius: 2, SD: 0.05}, "0da4d931891679b7c0188f0600a1eb6387e26ab86e7edff046963058620e704e"},
		{datasets.TreeBits{Dim: 12, N: 100, Test: 10, Flip: 0.1}, "ae1d232e73175de0f1f2c8d5ce4e457106d9eb7a0ad8cec2730356222ea65afd"},
		{datasets.SineGap{N: 60, Test: 10, Gap: 0.4, SD: 0.1}, "480626a474936d0898abe5d4fa23b33de0335a0e4fef2e86b7c3a54284443351"},
		{datasets.Patterns8x8{N: 100, Test: 10, Flip: 0.05}, "2a38ee81a40751f39d1f0d46c7bcdf23d2de0a0ce910b0eb7c3beeb0035b28e1"},
	} {
		x := data(t, c.d, 7)
		sum := sha256.New()
		for ; x != nil; x = x.Test {
			for _, v := range x.X {
				sum.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
			}
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != c.want {
			t.Errorf("%s: got %s; want %s", c.d.Name(), got, c.want)
		}
	}
}
