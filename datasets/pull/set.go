package pull

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vibench/bench/datasets"
)

// Set fetches what the folder of a collection has not yet of it, and leaves files alone
// that are there and right. One that is there and wrong is an error: it may be the
// user's.
func (p *Puller) Set(ctx context.Context, o datasets.Origin, folder string) error {
	missing, err := Missing(o, folder)
	if err != nil || len(missing) == 0 {
		return err
	}
	making := makers[o.Set]
	if making == nil {
		for _, w := range missing {
			if err := p.File(ctx, w, folder); err != nil {
				return err
			}
		}
		return nil
	}
	for _, m := range making {
		w := o.Files[m.from]
		if !slices.ContainsFunc(missing, func(x datasets.WebFile) bool { return x.Name == o.Holds()[m.to].Name }) {
			continue
		}
		if w.Verify(folder) != nil {
			if err := p.File(ctx, w, folder); err != nil {
				return err
			}
		}
		if err := convert(m, filepath.Join(folder, w.Name), o.Holds()[m.to], folder); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(folder, w.Name), err)
		}
		if err := os.Remove(filepath.Join(folder, w.Name)); err != nil {
			return err
		}
	}
	return nil
}

// Missing are the files of a collection that a folder has not. One that is there and
// wrong is an error.
func Missing(o datasets.Origin, folder string) (missing []datasets.WebFile, err error) {
	for _, w := range o.Holds() {
		switch err := w.Verify(folder); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, w)
		case err != nil:
			return nil, fmt.Errorf("%s: %w; remove it to have the right one", filepath.Join(folder, w.Name), err)
		}
	}
	return missing, nil
}

// maker makes a file that is read of one that is published. It may give several, of
// which the one with the right checksum is meant.
type maker struct {
	from, to int // Files[from] gives Holds()[to]
	make     func(file string) ([][]byte, error)
}

var makers = map[string][]maker{
	"omniglot28": {{0, 0, omniglot}, {1, 1, omniglot}},
	"olshausen":  {{0, 0, olshausen}},
}

// convert writes what a maker makes, if it is what is read.
func convert(m maker, file string, w datasets.WebFile, folder string) error {
	all, err := m.make(file)
	if err != nil {
		return err
	}
	for _, content := range all {
		sum := datasets.NewSum(w.Sum, int64(len(content)))
		sum.Write(content)
		if err = sum.Check(); err == nil {
			return write(filepath.Join(folder, w.Name), content)
		}
	}
	return fmt.Errorf("makes %s: %w", w.Name, err)
}

// write writes a compressed file, whole or not at all.
func write(file string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	z := gzip.NewWriter(f)
	_, err = z.Write(content)
	err = errors.Join(err, z.Close(), f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// idx is the head of an IDX file.
func idx(kind datasets.IDXType, dims ...int) []byte {
	out := []byte{0, 0, byte(kind), byte(len(dims))}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, uint32(d))
	}
	return out
}

// Sizes of Omniglot's drawings, and of the images that are made of them.
const (
	drawn  = 105
	scaled = 28
)

// omniglot makes images of the drawings in a zip file: ink 1, averaged over areas, in
// the order of the names of files, which number characters and drawings.
func omniglot(file string) ([][]byte, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	files := slices.DeleteFunc(z.File, func(f *zip.File) bool { return path.Ext(f.Name) != ".png" || f.FileInfo().IsDir() })
	slices.SortFunc(files, func(a, b *zip.File) int { return strings.Compare(path.Base(a.Name), path.Base(b.Name)) })
	out := idx(datasets.Uint8, len(files), scaled, scaled)
	for _, f := range files {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		raw, err := io.ReadAll(io.LimitReader(r, 1<<20))
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		head, err := png.DecodeConfig(bytes.NewReader(raw))
		if err == nil && (head.Width != drawn || head.Height != drawn) {
			err = fmt.Errorf("got %d x %d pixels; want %d x %d", head.Height, head.Width, drawn, drawn)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		m, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		out = shrink(out, m)
	}
	return [][]byte{out}, nil
}

// shrink appends the ink of a drawing, averaged over the areas of 28 x 28 pixels: each
// covers 15/4 of the drawing's 105 both ways, 225 sixteenths of one of its pixels. Times
// 255, rounded; no average lies half way.
func shrink(out []byte, m image.Image) []byte {
	const part, whole = 4, 4 * drawn / scaled // of a pixel's side; of an area's
	var ink [drawn][drawn]bool
	for y := range drawn {
		for x := range drawn {
			ink[y][x] = color.GrayModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)).(color.Gray).Y < 128
		}
	}
	for r := range scaled {
		for c := range scaled {
			n := 0
			for i := range whole {
				for j := range whole {
					if ink[(r*whole+i)/part][(c*whole+j)/part] {
						n++
					}
				}
			}
			out = append(out, byte((2*255*n+whole*whole)/(2*whole*whole)))
		}
	}
	return out
}

// olshausen makes an array of the ten images of IMAGES.mat, in either order of rows and
// columns.
func olshausen(file string) ([][]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const n, side = 10, 512
	a, err := datasets.ReadMAT(f, "IMAGES", n*side*side)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(a.Dims, []int{side, side, n}) {
		return nil, fmt.Errorf("array IMAGES: got dimensions %v; want %d, %d, %d", a.Dims, side, side, n)
	}
	straight, turned := idx(datasets.Float32, n, side, side), idx(datasets.Float32, n, side, side)
	bits := func(i, r, c int) uint32 { return math.Float32bits(float32(a.Values[(i*side+c)*side+r])) }
	for i := range n {
		for r := range side {
			for c := range side {
				straight = binary.BigEndian.AppendUint32(straight, bits(i, r, c))
				turned = binary.BigEndian.AppendUint32(turned, bits(i, c, r))
			}
		}
	}
	return [][]byte{straight, turned}, nil
}
