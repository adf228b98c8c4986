package datasets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// NPY is an array of NumPy's: its dimensions and values, the last dimension fastest.
type NPY struct {
	Type   string // as NumPy writes it: <f8, |u1
	Dims   []int
	Values []float64
}

// npyTypes are the types that are read, by kind and size.
var npyTypes = map[string]func(o binary.ByteOrder, b []byte) float64{
	"b1": func(_ binary.ByteOrder, b []byte) float64 { return float64(b[0]) },
	"u1": func(_ binary.ByteOrder, b []byte) float64 { return float64(b[0]) },
	"i1": func(_ binary.ByteOrder, b []byte) float64 { return float64(int8(b[0])) },
	"u2": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint16(b)) },
	"i2": func(o binary.ByteOrder, b []byte) float64 { return float64(int16(o.Uint16(b))) },
	"u4": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint32(b)) },
	"i4": func(o binary.ByteOrder, b []byte) float64 { return float64(int32(o.Uint32(b))) },
	"i8": func(o binary.ByteOrder, b []byte) float64 { return float64(int64(o.Uint64(b))) },
	"u8": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint64(b)) },
	"f4": func(o binary.ByteOrder, b []byte) float64 { return float64(math.Float32frombits(o.Uint32(b))) },
	"f8": func(o binary.ByteOrder, b []byte) float64 { return math.Float64frombits(o.Uint64(b)) },
}

// wholes is the largest number up to which every whole one is a float64.
const wholes = 1 << 53

// ReadNPY reads an array in NumPy's format (NEP 1) and the end of the stream. It takes
// no more memory than most values need, and no more than the stream has. Errors say what
// is wrong, not with which file.
func ReadNPY(r io.Reader, most int) (*NPY, error) {
	a, fortran, order, err := npyHeader(r)
	if err != nil {
		return nil, err
	}
	n := 1
	for _, d := range a.Dims {
		if d > 0 && n > most/d {
			return nil, fmt.Errorf("NPY header: promises %s %s values; at most %d belong here", times(a.Dims), a.Type, most)
		}
		n *= d
	}
	size, number := int(a.Type[2]-'0'), npyTypes[a.Type[1:]]
	raw, err := readUpTo(r, int64(n)*int64(size))
	if err != nil {
		return nil, short(err, times(a.Dims)+" values", len(raw), n*size)
	}
	var extra [1]byte
	if got, _ := io.ReadFull(r, extra[:]); got > 0 {
		return nil, fmt.Errorf("goes on after its %s values (%d bytes)", times(a.Dims), n*size)
	}
	a.Values = make([]float64, n)
	for i := range a.Values {
		if a.Values[i] = number(order, raw[i*size:]); a.Type[1:] == "i8" || a.Type[1:] == "u8" {
			if x := a.Values[i]; x < -wholes || x > wholes {
				return nil, fmt.Errorf("NPY: value %d of type %s: got %g; a whole number from -2^53 to 2^53 is kept as it is", i, a.Type, x)
			}
		}
	}
	if fortran {
		a.Values = rowMajor(a.Values, a.Dims)
	}
	return a, nil
}

// npyHeader reads all before the values.
func npyHeader(r io.Reader) (a *NPY, fortran bool, order binary.ByteOrder, err error) {
	var magic [8]byte
	if n, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, false, nil, short(err, "magic string", n, len(magic))
	}
	if string(magic[:6]) != "\x93NUMPY" {
		return nil, false, nil, fmt.Errorf("not NPY: magic string, got %q; want %q", magic[:6], "\x93NUMPY")
	}
	width := 2 // of the length of the header
	if magic[6] < 1 || magic[6] > 3 {
		return nil, false, nil, fmt.Errorf("NPY version: got %d; have 1, 2, 3", magic[6])
	} else if magic[6] > 1 {
		width = 4
	}
	var length [4]byte
	if n, err := io.ReadFull(r, length[:width]); err != nil {
		return nil, false, nil, short(err, "length of the header", n, width)
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n > 1<<16 {
		return nil, false, nil, fmt.Errorf("NPY header: promises %d bytes; at most %d belong here", n, 1<<16)
	}
	text, err := readUpTo(r, int64(n))
	if err != nil {
		return nil, false, nil, short(err, "header", len(text), int(n))
	}
	return npyDict(string(text))
}

// npyDict reads the dictionary of a header, as NumPy writes it:
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
func npyDict(text string) (a *NPY, fortran bool, order binary.ByteOrder, err error) {
	bad := func(what, got string) (*NPY, bool, binary.ByteOrder, error) {
		return nil, false, nil, fmt.Errorf("NPY header: %s, got %.60q in %.120q", what, got, strings.TrimSpace(text))
	}
	entry := func(key string) string {
		_, rest, ok := strings.Cut(text, "'"+key+"':")
		if !ok {
			return ""
		}
		rest = strings.TrimSpace(rest)
		end := strings.IndexAny(rest, ",}")
		if strings.HasPrefix(rest, "(") {
			end = strings.Index(rest, ")") + 1
		}
		return rest[:max(end, 0)]
	}
	a = &NPY{Type: strings.Trim(entry("descr"), "'")}
	if len(a.Type) != 3 || npyTypes[a.Type[1:]] == nil || !strings.ContainsAny(a.Type[:1], "<>|") || a.Type[0] == '|' && a.Type[2] != '1' {
		return bad("type, want real or whole numbers or bools of up to 8 bytes, such as <f8, <f4, |u1", a.Type)
	}
	order = binary.LittleEndian
	if a.Type[0] == '>' {
		order = binary.BigEndian
	}
	switch f := entry("fortran_order"); f {
	case "True":
		fortran = true
	case "False":
	default:
		return bad("fortran_order, want True or False", f)
	}
	shape := entry("shape")
	inside, ok := strings.CutPrefix(strings.TrimSuffix(shape, ")"), "(")
	if !ok {
		return bad("shape, want numbers in brackets", shape)
	}
	for s := range strings.SplitSeq(inside, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		d, err := strconv.ParseUint(strings.TrimSuffix(s, "L"), 10, 31)
		if errors.Is(err, strconv.ErrRange) {
			return bad("shape, too large", shape)
		}
		if err != nil || len(a.Dims) == mostDims {
			return bad(fmt.Sprintf("shape, want up to %d whole numbers", mostDims), shape)
		}
		a.Dims = append(a.Dims, int(d))
	}
	return a, fortran, order, nil
}

// rowMajor is an array whose first dimension is fastest with its last fastest.
func rowMajor(x []float64, dims []int) []float64 {
	out := make([]float64, len(x))
	at := make([]int, len(dims)) // of the next value of out
	for i := range out {
		from := 0
		for j := len(dims) - 1; j >= 0; j-- {
			from = from*dims[j] + at[j]
		}
		out[i] = x[from]
		for j := len(dims) - 1; j >= 0; j-- {
			if at[j]++; at[j] < dims[j] {
				break
			}
			at[j] = 0
		}
	}
	return out
}

// writeNPY writes rows of d values in NumPy's format.
func writeNPY(w io.Writer, x []float64, d int) error {
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", len(x)/d, d)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n" // values begin at a multiple of 64
	out := bufio.NewWriter(w)
	out.WriteString("\x93NUMPY\x01\x00")
	out.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(head))))
	out.WriteString(head)
	for _, v := range x {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
		out.Write(b[:])
	}
	return out.Flush() // which says what went wrong before it too
}
