package datasets

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// Whatever the stream, no reader panics, takes more than it may, or gives values that it
// has not.
func FuzzMAT(f *testing.F) {
	for _, o := range []binary.AppendByteOrder{littleEndian, bigEndian} {
		for _, typ := range matTypes {
			a := matArray(o, "data", typ, 6, []int{2, 3}, []float64{1, 2, 3, 4, 5, 6})
			f.Add(matFile(o, a))
			f.Add(matFile(o, matArray(o, "x", typ, 6, []int{1, 1}, []float64{1}), matPacked(o, a)))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		a, err := ReadMAT(bytes.NewReader(stream), "data", 64)
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Dims {
			n *= d
		}
		if len(a.Values) != n || n > 64 || len(a.Dims) > mostDims {
			t.Fatalf("%d values of %v", len(a.Values), a.Dims)
		}
	})
}

func FuzzNPY(f *testing.F) {
	for _, descr := range []string{"|u1", "|b1", "<i2", ">u2", ">i4", "<u4", "<i8", ">u8", "<f4", ">f8"} {
		size := int(descr[2] - '0')
		f.Add(npyFile(1, "{'descr': '"+descr+"', 'fortran_order': False, 'shape': (2, 3), }", make([]byte, 6*size)))
		f.Add(npyFile(2, "{'descr': '"+descr+"', 'fortran_order': True, 'shape': (2, 3), }", make([]byte, 6*size)))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		a, err := ReadNPY(bytes.NewReader(stream), 64)
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Dims {
			n *= d
		}
		if len(a.Values) != n || n > 64 || n*int(a.Type[2]-'0') > len(stream) {
			t.Fatalf("%d values of %v, type %s, from %d bytes", len(a.Values), a.Dims, a.Type, len(stream))
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n3,4\n"), "a")
	f.Add([]byte("1,2\r\n\"3\", 4\n"), "")
	f.Add([]byte("\ufeffa\n0x1p-2\n"), "")
	f.Fuzz(func(t *testing.T, stream []byte, drop string) {
		var names []string
		if drop != "" {
			names = []string{drop}
		}
		a, err := ReadCSV(bytes.NewReader(stream), names, 64)
		if err != nil {
			return
		}
		if n := len(a.Values); n == 0 || n > 64 || n%len(a.Columns) != 0 || n > len(stream) || slices.Contains(a.Columns, drop) && drop != "" {
			t.Fatalf("%d values of %d columns %q", n, len(a.Columns), a.Columns)
		}
		for _, v := range a.Values {
			if v-v != 0 {
				t.Fatalf("took %g", v)
			}
		}
	})
}

func FuzzBits(f *testing.F) {
	f.Add([]byte("0 1 1\n1 0 0\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		b, err := readBits(bytes.NewReader(stream), 2, 3, ' ')
		if err != nil {
			return
		}
		for i, c := range bytes.Map(func(r rune) rune {
			if r == '0' || r == '1' {
				return r
			}
			return -1
		}, stream) {
			if b[i] != c-'0' {
				t.Fatalf("bit %d of %q: got %d", i, stream, b[i])
			}
		}
		if len(b) != 6 {
			t.Fatalf("%d bits", len(b))
		}
	})
}
