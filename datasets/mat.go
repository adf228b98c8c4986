package datasets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// MAT is a real array of a MATLAB file: its dimensions and values, the first
// dimension fastest.
type MAT struct {
	Dims   []int
	Values []float64
}

// The parts of a MAT-file of level 5 that are read (MathWorks, MAT-File Format,
// section 1): data types of elements and classes of arrays.
const (
	matMatrix     = 14
	matCompressed = 15
	matHeader     = 128
	mostName      = 1 << 10 // bytes of the name of an array
)

// matNumbers are the sizes of the types of numbers.
var matNumbers = map[uint32]int{1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}

// ReadMAT reads the array of a name from a MAT-file of level 5, little- or big-endian,
// compressed or not; the arrays before it are passed over. It takes no more memory than
// most values need, and no more than the stream has. Errors say what is wrong, not with
// which file.
func ReadMAT(r io.Reader, name string, most int) (*MAT, error) {
	head := make([]byte, matHeader)
	if n, err := io.ReadFull(r, head); err != nil {
		return nil, short(err, "header", n, matHeader)
	}
	m := &matReader{most: most}
	switch string(head[126:]) {
	case "IM":
		m.order = binary.LittleEndian
	case "MI":
		m.order = binary.BigEndian
	default:
		return nil, fmt.Errorf("not a MAT-file of level 5: endian mark, got %q; want IM or MI", head[126:])
	}
	if v := m.order.Uint16(head[124:]); v != 0x0100 {
		return nil, fmt.Errorf("MAT-file: version, got 0x%04x; want 0x0100, level 5 (in MATLAB, save -v7)", v)
	}
	var names []string
	for {
		kind, size, err := m.tag(r)
		if errors.Is(err, io.EOF) {
			have := "none"
			if len(names) > 0 {
				have = strings.Join(names, ", ")
			}
			return nil, fmt.Errorf("MAT-file: no array %q; have %s", name, have)
		}
		if err != nil {
			return nil, unended(err)
		}
		element := &io.LimitedReader{R: r, N: int64(size)}
		body := io.Reader(element)
		if kind == matCompressed {
			inside, err := zlib.NewReader(element)
			if err != nil {
				return nil, fmt.Errorf("MAT-file: compressed array: %w", err)
			}
			if kind, size, err = m.tag(inside); err != nil {
				return nil, unended(err)
			}
			body = io.LimitReader(inside, int64(size))
		}
		if kind == matMatrix {
			a, is, err := m.matrix(body, name)
			if is == name || err != nil {
				return a, unended(err)
			}
			if len(names) < 20 {
				names = append(names, is)
			}
		}
		if _, err := io.Copy(io.Discard, element); err != nil {
			return nil, plain(err)
		}
		if element.N > 0 {
			return nil, unended(io.ErrUnexpectedEOF)
		}
	}
}

// unended says of a stream that it ends too early.
func unended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("MAT-file: cut short")
	}
	return err
}

type matReader struct {
	order binary.ByteOrder
	most  int // values
}

// tag reads the type and the size of an element that is not in the small format.
func (m *matReader) tag(r io.Reader) (kind uint32, size uint32, err error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, 0, err
	}
	return m.order.Uint32(b[:]), m.order.Uint32(b[4:]), nil
}

// element reads the type and the bytes of an element of at most so many, and the
// padding after it up to 8 bytes. One of up to four bytes may be packed with its tag.
func (m *matReader) element(r io.Reader, most int) (kind uint32, raw []byte, err error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, nil, err
	}
	word := m.order.Uint32(b[:])
	if packed := int(word >> 16); packed > 0 {
		if packed > 4 || packed > most {
			return 0, nil, fmt.Errorf("MAT-file: element, got %d bytes; at most %d belong here", packed, min(4, most))
		}
		return word & 0xffff, slices.Clone(b[4 : 4+packed]), nil
	}
	size := int64(m.order.Uint32(b[4:]))
	if size > int64(most) {
		return 0, nil, fmt.Errorf("MAT-file: element, got %d bytes; at most %d belong here", size, most)
	}
	if raw, err = readUpTo(r, size); err != nil {
		return 0, nil, err
	}
	if pad := -size & 7; pad > 0 {
		if n, err := io.CopyN(io.Discard, r, pad); err != nil && n > 0 { // the last may have none
			return 0, nil, err
		}
	}
	return word, raw, nil
}

// readUpTo reads n bytes, taking memory as they come, so that a size that is a lie
// costs nothing.
func readUpTo(r io.Reader, n int64) ([]byte, error) {
	var b bytes.Buffer
	got, err := io.CopyN(&b, r, n)
	if errors.Is(err, io.EOF) && got < n {
		err = io.ErrUnexpectedEOF
	}
	return b.Bytes(), plain(err)
}

// matrix reads an array, or of one of another name only the name.
func (m *matReader) matrix(r io.Reader, want string) (a *MAT, name string, err error) {
	kind, flags, err := m.element(r, 8)
	if err != nil {
		return nil, "", err
	}
	if kind != 6 || len(flags) != 8 {
		return nil, "", fmt.Errorf("MAT-file: array flags, got type %d and %d bytes; want 6 and 8", kind, len(flags))
	}
	class := m.order.Uint32(flags)
	kind, raw, err := m.element(r, 4*mostDims)
	if err != nil {
		return nil, "", err
	}
	if kind != 5 || len(raw) < 8 || len(raw)%4 != 0 {
		return nil, "", fmt.Errorf("MAT-file: dimensions, got type %d and %d bytes; want 5 and two to %d dimensions", kind, len(raw), mostDims)
	}
	a = &MAT{}
	for ; len(raw) > 0; raw = raw[4:] {
		a.Dims = append(a.Dims, int(int32(m.order.Uint32(raw))))
	}
	kind, raw, err = m.element(r, mostName)
	if err != nil {
		return nil, "", err
	}
	if kind != 1 {
		return nil, "", fmt.Errorf("MAT-file: name of an array, got type %d; want 1", kind)
	}
	if name = string(raw); name != want {
		return nil, name, nil
	}
	if c := class & 0xff; c < 6 || c > 15 || class&0x800 != 0 {
		return nil, name, fmt.Errorf("MAT-file: array %q: got class %d%s; want real numbers", name, c, map[bool]string{true: ", complex"}[class&0x800 != 0])
	}
	n := 1
	for _, d := range a.Dims {
		if d < 0 || d > 0 && n > m.most/d {
			return nil, name, fmt.Errorf("MAT-file: array %q: promises %s values; at most %d belong here", name, times(a.Dims), m.most)
		}
		n *= d
	}
	kind, raw, err = m.element(r, min(8*m.most, math.MaxInt32))
	if err != nil {
		return nil, name, err
	}
	if size := matNumbers[kind]; size == 0 || len(raw) != n*size {
		return nil, name, fmt.Errorf("MAT-file: array %q: got %d bytes of type %d; want %s numbers", name, len(raw), kind, times(a.Dims))
	}
	a.Values = make([]float64, n)
	for i := range a.Values {
		a.Values[i] = m.number(kind, raw[i*matNumbers[kind]:])
	}
	return a, name, nil
}

// number is the first number of a type.
func (m *matReader) number(kind uint32, b []byte) float64 {
	switch kind {
	case 1:
		return float64(int8(b[0]))
	case 2:
		return float64(b[0])
	case 3:
		return float64(int16(m.order.Uint16(b)))
	case 4:
		return float64(m.order.Uint16(b))
	case 5:
		return float64(int32(m.order.Uint32(b)))
	case 6:
		return float64(m.order.Uint32(b))
	case 7:
		return float64(math.Float32frombits(m.order.Uint32(b)))
	case 9:
		return math.Float64frombits(m.order.Uint64(b))
	case 12:
		return float64(int64(m.order.Uint64(b)))
	}
	return float64(m.order.Uint64(b))
}
