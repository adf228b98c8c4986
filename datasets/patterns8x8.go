package datasets

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/vi"
)

// Patterns8x8 are binary pictures of 8 x 8 with one figure each, and pixels turned over: row n
// is of kind n mod 3, its label.
//
//	0  bar    a whole row or column, of 16
//	1  box    the outline of a square, its side uniform on 3 to 6, its place on all it fits
//	2  cross  five pixels across and five down, its centre on all 16 it fits
//
// Then each pixel is turned over with chance flip, by a coin of its own.
//
// A made-up stand-in for images, in the manner of the bars of Földiák 1990 (doi
// 10.1007/BF02331346).
type Patterns8x8 struct {
	N    int     `name:"n" min:"1" max:"10000000" doc:"pictures"`
	Test int     `name:"test" min:"0" max:"10000000" doc:"pictures held out; 0: none"`
	Flip float64 `name:"flip" min:"0" max:"0.5" doc:"chance that a pixel is turned over"`
}

func (Patterns8x8) Name() string { return "patterns8x8" }

func (d Patterns8x8) Shape() vi.Shape {
	return vi.Shape{N: d.N, Test: d.Test, D: 64, Domain: vi.Binary}
}

func (d Patterns8x8) Make(key rng.Key) (*vi.Data, error) {
	return held(key, d.N, d.Test, func(key rng.Key, n int) *vi.Data {
		x, labels := make([]float64, 64*n), make([]int, n)
		key.Fold("flip").Uniform64(x, 0)
		for i := range n {
			labels[i] = i % 3
			figure := figure8(key.Fold("figure").At(uint64(i)), labels[i])
			for j, on := range figure {
				at := &x[64*i+j]
				*at = bit((*at > 1-d.Flip) != on)
			}
		}
		return &vi.Data{Name: d.Name(), Digest: digest(x), N: n, D: 64, X: x, Domain: vi.Binary, Image: [2]int{8, 8}, Labels: labels}
	}), nil
}

// figure8 draws a figure of a kind.
func figure8(key rng.Key, kind int) (x [64]bool) {
	draw := func(what string, n int) int {
		var v [1]int
		key.Fold(what).Ints(v[:], n, 0)
		return v[0]
	}
	switch kind {
	case 0:
		at, down := draw("place", 8), draw("down", 2) == 1
		for i := range 8 {
			if down {
				x[8*i+at] = true
			} else {
				x[8*at+i] = true
			}
		}
	case 1:
		side := 3 + draw("side", 4)
		r, c := draw("row", 9-side), draw("column", 9-side)
		for i := range side {
			x[8*r+c+i], x[8*(r+side-1)+c+i] = true, true
			x[8*(r+i)+c], x[8*(r+i)+c+side-1] = true, true
		}
	case 2:
		r, c := 2+draw("row", 4), 2+draw("column", 4)
		for i := -2; i <= 2; i++ {
			x[8*r+c+i], x[8*(r+i)+c] = true, true
		}
	}
	return x
}
