package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that are read
	_ "image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/vibench/bench/core/tape"
)

// picture is one grey image, row by row.
type picture struct {
	name string
	h, w int
	x    []float64
}

// mostPixels is how many an image may have, which is asked of its header before any
// of it is decoded; mostInAll is how many those of a folder may have.
const (
	mostPixels = 1 << 24
	mostInAll  = 1 << 26
)

// readPicture decodes a PNG or JPEG image into luma in [0,1].
func readPicture(r io.ReadSeeker) (picture, error) {
	head, _, err := image.DecodeConfig(r)
	if err != nil {
		return picture{}, unreadable(err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > mostPixels/head.Height {
		return picture{}, fmt.Errorf("too many pixels: got %d x %d; need at most %d", head.Height, head.Width, mostPixels)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return picture{}, plain(err)
	}
	m, _, err := image.Decode(r)
	if err != nil {
		return picture{}, unreadable(err)
	}
	return luma(m), nil
}

func unreadable(err error) error {
	return fmt.Errorf("not a whole PNG or JPEG image, got %q; need one", plain(err).Error())
}

// luma is Y of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, of values in [0,1]: of a
// JPEG the Y that it holds; what is transparent is black.
func luma(m image.Image) picture {
	b := m.Bounds()
	p := picture{h: b.Dy(), w: b.Dx(), x: make([]float64, 0, b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			var v float64
			switch m := m.(type) {
			case *image.YCbCr:
				v = float64(m.Y[m.YOffset(x, y)]) / 255
			case *image.Gray:
				v = float64(m.Pix[m.PixOffset(x, y)]) / 255
			default:
				red, green, blue, _ := m.At(x, y).RGBA()
				v = float64(299*red+587*green+114*blue) / (1000 * 0xffff)
			}
			p.x = append(p.x, v)
		}
	}
	return p
}

// crop is the part of a picture from a column on, so many wide.
func (p picture) crop(name string, from, width int) picture {
	out := picture{name: name, h: p.h, w: width}
	for r := range p.h {
		out.x = append(out.x, p.x[r*p.w+from:r*p.w+from+width]...)
	}
	return out
}

// identity of pictures is the SHA-256 of their sizes and values, in order.
func identity(ps []picture) string {
	sum := sha256.New()
	for _, p := range ps {
		fmt.Fprintf(sum, "%d x %d\n", p.h, p.w)
		sum.Write(tape.Float64s(p.x).Bits())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// readFolder reads all images of a folder, in the order of their names. Whatever else
// is there is an error, or passed over, which is asked for by the words of pass.
func readFolder(folder fs.FS, skip bool, pass string) ([]picture, error) {
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, plain(err)
	}
	var out []picture
	pixels := 0
	for _, f := range files {
		p, err := readFile(folder, f.Name())
		if err != nil && skip {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w, or %s", f.Name(), err, pass)
		}
		if pixels += len(p.x); pixels > mostInAll {
			return nil, fmt.Errorf("too many pixels: got more than %d up to %s; need at most so many in all", mostInAll, f.Name())
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		if len(files) == 0 {
			return nil, fmt.Errorf("no image: the folder is empty; need %s", strings.Join(formats, ", "))
		}
		return nil, fmt.Errorf("no image, got %d other files; need %s", len(files), strings.Join(formats, ", "))
	}
	return out, nil
}

// readPublished reads images that are known by their bytes.
func readPublished(folder fs.FS, files []WebFile) ([]picture, error) {
	var out []picture
	for _, w := range files {
		f, err := folder.Open(w.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, plain(err))
		}
		raw, err := io.ReadAll(io.LimitReader(f, w.Bytes+1))
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, plain(err))
		}
		sum := NewSum(w.Sum, int64(len(raw)))
		sum.Write(raw)
		if err := sum.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, err)
		}
		p, err := readPicture(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, err)
		}
		p.name = w.Name
		out = append(out, p)
	}
	return out, nil
}

// formats are the extensions of images that are read.
var formats = []string{".png", ".jpg", ".jpeg"}

// readFile reads one image of a folder.
func readFile(folder fs.FS, name string) (picture, error) {
	if !slices.Contains(formats, strings.ToLower(path.Ext(name))) {
		return picture{}, fmt.Errorf("not an image by its name; need %s", strings.Join(formats, ", "))
	}
	info, err := fs.Stat(folder, name)
	if err != nil {
		return picture{}, fmt.Errorf("cannot be read, got %q; need an image", plain(err).Error())
	}
	if !info.Mode().IsRegular() {
		return picture{}, errors.New("not a regular file; need an image")
	}
	f, err := folder.Open(name)
	if err != nil {
		return picture{}, fmt.Errorf("cannot be read, got %q; need an image", plain(err).Error())
	}
	defer f.Close()
	r, ok := f.(io.ReadSeeker)
	if !ok {
		return picture{}, errors.New("not a file that can be read twice; need an image")
	}
	p, err := readPicture(r)
	p.name = name
	return p, err
}
