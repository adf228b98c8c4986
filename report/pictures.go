package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a model of images makes, as small pictures: data above their
// reconstructions, samples beside. Values are drawn on one scale from 0, black, to
// 1, white, each as a square of its own.

const (
	mostPictured = 6  // configurations of a figure
	mostTiles    = 32 // pictures of a kind
	pairColumns  = 8  // data and reconstructions
	aloneColumns = 4  // samples
)

const pictureData, pictureRecon, pictureSamples = "pictures/data@", "pictures/recon@", "pictures/samples@"

// pictureSizes are those of the pictures that a list of arrays holds, as 28x28.
func pictureSizes(vectors []string) []string { return sizesOf(vectors, pictureData) }

// dictionarySizes are those of the atoms.
func dictionarySizes(vectors []string) []string { return sizesOf(vectors, dictionary) }

func sizesOf(vectors []string, prefix string) []string {
	var sizes []string
	for _, v := range vectors {
		if size, ok := strings.CutPrefix(v, prefix); ok {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

const pictureTitle = "Data, reconstructions and samples"

func (p *panel) drawPictures(id, size string) Figure {
	var h, w int
	if n, err := fmt.Sscanf(size, "%dx%d", &h, &w); n != 2 || err != nil || h < 1 || w < 1 {
		return failed(fmt.Sprintf("no value to draw: got pictures of size %q; want HxW", size))
	}
	fig := Figure{Data: [][]string{{"configuration", "seed", "kind", "picture", "values"}}}
	var said []string
	left, least := 0, 0
	page := album{y: 14}
	// Lengths in points of a drawing as wide as the others.
	const between = 18
	tile := (figureWidth - 4 - between) / float64(pairColumns+aloneColumns)
	rise := tile * float64(h) / float64(w)
	page.words(2, page.y-4, "faded", "data above their reconstructions")
	wide := 0 // columns of pairs: what they leave is the samples'
	for _, c := range p.configs {
		cell := c.cells[0]
		kinds := map[string][][]float64{}
		for _, name := range []string{pictureData, pictureRecon, pictureSamples} {
			arrays, err := p.arrays.LastVectors([]string{cell.ID}, name+size)
			if err != nil {
				return failed(err.Error())
			}
			tiles := cut(arrays[cell.ID], h*w)
			least = max(least, len(tiles)-mostTiles)
			kinds[name] = tiles[:min(len(tiles), mostTiles)]
		}
		data, recon, samples := kinds[pictureData], kinds[pictureRecon], kinds[pictureSamples]
		if len(data)+len(recon)+len(samples) == 0 {
			continue
		}
		if len(said) == mostPictured {
			left++
			continue
		}
		if len(said) == 0 {
			if _, wide = evenly(max(len(data), len(recon)), pairColumns); wide == 0 {
				wide = pairColumns
			}
			page.words(2+tile*float64(wide)+between, page.y-4, "faded", "samples")
		}
		rows, columns := evenly(max(len(data), len(recon)), wide)
		pairs := newMosaic(columns, 2*rows, h, w, greys, coarse)
		for i, x := range data {
			pairs.put(i%columns, 2*(i/columns), x)
		}
		for i, x := range recon {
			pairs.put(i%columns, 2*(i/columns)+1, x)
		}
		rows, columns = evenly(len(samples), pairColumns+aloneColumns-wide)
		alone := newMosaic(columns, rows, h, w, greys, coarse)
		for i, x := range samples {
			alone.put(i%columns, i/columns, x)
		}
		page.words(2, page.y+14, "", c.label)
		page.y += 20
		if pairs.rows > 0 {
			page.place(2, tile, rise, pairs)
		}
		if alone.rows > 0 {
			page.place(2+tile*float64(wide)+between, tile, rise, alone)
		}
		page.y += rise*float64(max(pairs.rows, alone.rows)) + 6
		said = append(said, fmt.Sprintf("%s: %d data above %d reconstructions, %d samples beside, of seed %d; mean grey %.2f, %.2f and %.2f.",
			c.label, len(data), len(recon), len(samples), cell.Seed, meanGrey(data), meanGrey(recon), meanGrey(samples)))
		for _, name := range []string{pictureData, pictureRecon, pictureSamples} {
			kind := strings.TrimSuffix(strings.TrimPrefix(name, "pictures/"), "@")
			for i, x := range kinds[name] {
				fig.Data = append(fig.Data, []string{c.label, strconv.Itoa(cell.Seed), kind, strconv.Itoa(i), numbers(x)})
			}
		}
	}
	if len(said) == 0 {
		return failed("no value to draw: no cell that is done has kept pictures")
	}
	fig.Desc = strings.Join(said, " ")
	fig.Caption = p.about() + fmt.Sprintf(" Of each configuration the first seed's, at the last step: %s values as means of p(x|z), 0 black, 1 white.", strings.ReplaceAll(size, "x", " × "))
	if left > 0 {
		fig.Caption += fmt.Sprintf(" %s not shown.", plural(left, "more configuration is", "more configurations are"))
	}
	if least > 0 {
		fig.Caption += fmt.Sprintf(" Of each kind the first %d.", mostTiles)
	}
	return page.figure(fig, id, p.title(pictureTitle))
}

// evenly lays n pictures in as few rows as they fit in, these as long as one another.
func evenly(n, most int) (rows, columns int) {
	if rows = (n + most - 1) / most; rows > 0 {
		columns = (n + rows - 1) / rows
	}
	return rows, columns
}

// cut parts an array into pictures of n values.
func cut(x []float64, n int) [][]float64 {
	var tiles [][]float64
	for len(x) >= n {
		tiles, x = append(tiles, x[:n]), x[n:]
	}
	return tiles
}

func meanGrey(tiles [][]float64) float64 {
	if len(tiles) == 0 {
		return 0
	}
	return mean(slices.Concat(tiles...))
}

func numbers(x []float64) string {
	out := make([]string, len(x))
	for i, v := range x {
		out[i] = strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strings.Join(out, " ")
}
