package datasets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// IDX is an array in the format of the MNIST files: two zero bytes, a type, the
// number of dimensions, each dimension in four bytes, then the values, the last
// dimension fastest, all big-endian.
type IDX struct {
	Type IDXType
	Dims []int
	raw  []byte
}

// IDXType is the type byte of the format.
type IDXType byte

// The types that are read. The format has signed bytes, 32-bit integers and
// doubles too.
const (
	Uint8   IDXType = 0x08
	Int16   IDXType = 0x0B
	Float32 IDXType = 0x0D
)

func (t IDXType) size() int { return map[IDXType]int{Uint8: 1, Int16: 2, Float32: 4}[t] }

// String is the type in Go.
func (t IDXType) String() string {
	return map[IDXType]string{Uint8: "uint8", Int16: "int16", Float32: "float32"}[t]
}

// mostDims is how many dimensions an array may have; files of images have three.
const mostDims = 8

// ReadIDX reads an array and the end of the stream. It takes no more memory than
// most bytes of values, whatever the header promises, and reads one byte beyond
// what the header promises, so that neither a header nor a compressed stream can
// make it swell. Errors say what is wrong, not with which file.
func ReadIDX(r io.Reader, most int) (*IDX, error) {
	var magic [4]byte
	if n, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, short(err, "magic number", n, len(magic))
	}
	a := &IDX{Type: IDXType(magic[2])}
	if magic[0] != 0 || magic[1] != 0 {
		return nil, fmt.Errorf("not IDX: magic number, got %x; want 00 00, a type and a number of dimensions", magic)
	}
	if a.Type.size() == 0 {
		return nil, fmt.Errorf("IDX type: got 0x%02x; have 0x08 (uint8), 0x0b (int16), 0x0d (float32)", magic[2])
	}
	if magic[3] == 0 || magic[3] > mostDims {
		return nil, fmt.Errorf("IDX dimensions: got %d; want 1 to %d", magic[3], mostDims)
	}
	dims := make([]byte, 4*int(magic[3]))
	if n, err := io.ReadFull(r, dims); err != nil {
		return nil, short(err, "dimensions", n, len(dims))
	}
	size, fits := a.Type.size(), true
	for ; len(dims) > 0; dims = dims[4:] {
		d := int(binary.BigEndian.Uint32(dims))
		a.Dims = append(a.Dims, d)
		if fits = fits && (d == 0 || size <= most/d); fits {
			size *= d
		}
	}
	if !fits {
		return nil, fmt.Errorf("IDX header: promises %s %s values; at most %d bytes belong here", times(a.Dims), a.Type, most)
	}
	a.raw = make([]byte, size)
	if n, err := io.ReadFull(r, a.raw); err != nil {
		return nil, short(err, fmt.Sprintf("%s values", times(a.Dims)), n, size)
	}
	switch n, err := io.ReadFull(r, magic[:1]); {
	case n > 0:
		return nil, fmt.Errorf("goes on after its %s values (%d bytes)", times(a.Dims), size)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("after its %s values: %w", times(a.Dims), err)
	}
	return a, nil
}

// short says how far a read of want bytes came.
func short(err error, what string, n, want int) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("cut short: %s, got %d of %d bytes", what, n, want)
	}
	return err
}

// times is 60000 x 28 x 28.
func times(dims []int) string {
	out := make([]string, len(dims))
	for i, d := range dims {
		out[i] = strconv.Itoa(d)
	}
	return strings.Join(out, " x ")
}

// is says that an array has another type or other dimensions than it should.
func (a *IDX) is(kind IDXType, want ...int) error {
	if slices.Equal(a.Dims, want) && a.Type == kind {
		return nil
	}
	what, is := "images", ""
	if len(want) == 1 {
		what = "labels"
	} else if len(a.Dims) == 1 {
		is = ", as labels have"
	}
	return fmt.Errorf("got %s %s values%s; want %s, %s %s values", times(a.Dims), a.Type, is, what, times(want), kind)
}

// Len is the number of values.
func (a *IDX) Len() int { return len(a.raw) / a.Type.size() }

// At is value i.
func (a *IDX) At(i int) float64 {
	switch a.Type {
	case Int16:
		return float64(int16(binary.BigEndian.Uint16(a.raw[2*i:])))
	case Float32:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(a.raw[4*i:])))
	}
	return float64(a.raw[i])
}
