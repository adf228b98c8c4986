package datasets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// matType is a type of numbers in a MAT-file, and how one is written.
type matType struct {
	kind, size int
	put        func(o binary.AppendByteOrder, b []byte, x float64) []byte
}

var matTypes = []matType{
	{1, 1, func(_ binary.AppendByteOrder, b []byte, x float64) []byte { return append(b, byte(int8(x))) }},
	{2, 1, func(_ binary.AppendByteOrder, b []byte, x float64) []byte { return append(b, byte(x)) }},
	{3, 2, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint16(b, uint16(int16(x))) }},
	{4, 2, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint16(b, uint16(x)) }},
	{5, 4, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint32(b, uint32(int32(x))) }},
	{6, 4, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint32(b, uint32(x)) }},
	{7, 4, func(o binary.AppendByteOrder, b []byte, x float64) []byte {
		return o.AppendUint32(b, math.Float32bits(float32(x)))
	}},
	{9, 8, func(o binary.AppendByteOrder, b []byte, x float64) []byte {
		return o.AppendUint64(b, math.Float64bits(x))
	}},
	{12, 8, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint64(b, uint64(int64(x))) }},
	{13, 8, func(o binary.AppendByteOrder, b []byte, x float64) []byte { return o.AppendUint64(b, uint64(x)) }},
}

// matElement is an element with its tag and padding; small ones are packed with it, as
// MATLAB does.
func matElement(o binary.AppendByteOrder, kind int, raw []byte) []byte {
	if len(raw) > 0 && len(raw) <= 4 {
		b := o.AppendUint32(nil, uint32(len(raw)<<16|kind))
		return append(append(b, raw...), make([]byte, 4-len(raw))...)
	}
	b := append(o.AppendUint32(o.AppendUint32(nil, uint32(kind)), uint32(len(raw))), raw...)
	return append(b, make([]byte, -len(raw)&7)...)
}

// matArray is an array, its first dimension fastest.
func matArray(o binary.AppendByteOrder, name string, t matType, class int, dims []int, x []float64) []byte {
	flags := o.AppendUint32(o.AppendUint32(nil, uint32(class)), 0)
	var sizes, raw []byte
	for _, d := range dims {
		sizes = o.AppendUint32(sizes, uint32(d))
	}
	for _, v := range x {
		raw = t.put(o, raw, v)
	}
	body := slices.Concat(matElement(o, 6, flags), matElement(o, 5, sizes), matElement(o, 1, []byte(name)), matElement(o, t.kind, raw))
	return append(o.AppendUint32(o.AppendUint32(nil, 14), uint32(len(body))), body...)
}

// matPacked is an element compressed.
func matPacked(o binary.AppendByteOrder, element []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(element)
	w.Close()
	return append(o.AppendUint32(o.AppendUint32(nil, 15), uint32(b.Len())), b.Bytes()...)
}

// matFile is a file of some elements.
func matFile(o binary.AppendByteOrder, elements ...[]byte) []byte {
	mark := []byte("IM")
	if o.AppendUint16(nil, 1)[0] == 0 {
		mark = []byte("MI")
	}
	head := append(o.AppendUint16(fmt.Appendf(nil, "%-124s", "MATLAB 5.0 MAT-file"), 0x0100), mark...)
	return append(head, slices.Concat(elements...)...)
}

var littleEndian, bigEndian binary.AppendByteOrder = binary.LittleEndian, binary.BigEndian

// Arrays come out as they went in: every type of numbers, either order of bytes,
// compressed or not, alone or after others.
func TestReadMAT(t *testing.T) {
	x := []float64{0, 1, 2, 3, 100, 127}
	for _, o := range []binary.AppendByteOrder{littleEndian, bigEndian} {
		for _, typ := range matTypes {
			for _, packed := range []bool{false, true} {
				y := slices.Clone(x)
				if slices.Contains([]int{1, 3, 5, 7, 9, 12}, typ.kind) {
					y[0] = -5
				}
				one, two := matArray(o, "other", typ, 6, []int{1, 2}, []float64{7, 8}), matArray(o, "data", typ, 6, []int{3, 2}, y)
				text := matArray(o, "str", matTypes[3], 4, []int{1, 3}, []float64{65, 66, 67})
				if packed {
					one, two, text = matPacked(o, one), matPacked(o, two), matPacked(o, text)
				}
				a, err := ReadMAT(bytes.NewReader(matFile(o, text, one, two, one)), "data", 6)
				if err != nil || !slices.Equal(a.Values, y) || !slices.Equal(a.Dims, []int{3, 2}) {
					t.Errorf("%s, type %d, compressed %v: got %+v, %v", o, typ.kind, packed, a, err)
				}
			}
		}
	}
	o, double := littleEndian, matTypes[7]
	good := matFile(o, matArray(o, "data", double, 6, []int{3, 2}, x))
	with := func(at int, b ...byte) []byte { c := slices.Clone(good); copy(c[at:], b); return c }
	for want, file := range map[string][]byte{
		"cut short: header, got 5 of 128 bytes":                                           good[:5],
		"not a MAT-file of level 5: endian mark, got \"  \"":                              with(126, ' ', ' '),
		"MAT-file: version, got 0x0200; want 0x0100":                                      with(124, 0, 2),
		"MAT-file: no array \"data\"; have none":                                          good[:128],
		"MAT-file: no array \"data\"; have date, other":                                   matFile(o, matArray(o, "date", double, 6, []int{1, 1}, x[:1]), matPacked(o, matArray(o, "other", double, 6, []int{1, 1}, x[:1]))),
		"MAT-file: cut short":                                                             good[:len(good)-1],
		"MAT-file: array \"data\": promises 2000000000 x 2 values; at most 6 belong here": matFile(o, matArray(o, "data", double, 6, []int{2000000000, 2}, x)),
		"MAT-file: array \"data\": promises -1 x 2 values; at most 6":                     matFile(o, matArray(o, "data", double, 6, []int{-1, 2}, x)),
		"MAT-file: array \"data\": got 48 bytes of type 9; want 2 x 2 numbers":            matFile(o, matArray(o, "data", double, 6, []int{2, 2}, x)),
		"MAT-file: array \"data\": got class 1; want real numbers":                        matFile(o, matArray(o, "data", double, 1, []int{3, 2}, x)),
		"MAT-file: array \"data\": got class 6, complex; want real numbers":               matFile(o, matArray(o, "data", double, 0x806, []int{3, 2}, x)),
		"MAT-file: array flags, got type 6 and 4 bytes":                                   matFile(o, append(o.AppendUint32(o.AppendUint32(nil, 14), 8), matElement(o, 6, []byte{1, 2, 3, 4})...)),
		"MAT-file: compressed array: zlib: invalid header":                                matFile(o, append(o.AppendUint32(o.AppendUint32(nil, 15), 8), "no zlib!"...)),
		"MAT-file: element, got 400 bytes; at most 32 belong here":                        matFile(o, matArray(o, "data", double, 6, make([]int, 100), x)),
		"MAT-file: dimensions, got type 5 and 4 bytes; want 5 and two to 8 dimensions":    matFile(o, matArray(o, "data", double, 6, []int{6}, x)),
		"MAT-file: element, got 2000 bytes; at most 1024 belong here":                     matFile(o, matArray(o, strings.Repeat("n", 2000), double, 6, []int{3, 2}, x)),
		"MAT-file: cut short\x00":                                                         matFile(o, o.AppendUint32(o.AppendUint32(nil, 3), 1<<31)),
	} {
		if _, err := ReadMAT(bytes.NewReader(file), "data", 6); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(want, "\x00")) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
}

// npy is rows of d values as we write them.
func npy(x []float64, d int) []byte {
	var b bytes.Buffer
	if err := writeNPY(&b, x, d); err != nil {
		panic(err) // a buffer takes all
	}
	return b.Bytes()
}

// npyFile is an array in NumPy's format.
func npyFile(version byte, dict string, raw []byte) []byte {
	out := []byte("\x93NUMPY" + string(version) + "\x00")
	if version == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(dict)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(dict)))
	}
	return append(append(out, dict...), raw...)
}

// Arrays of every type and either order come out as they went in; the header that NumPy
// writes is read, and one of our own is as long as it should be.
func TestReadNPY(t *testing.T) {
	for _, c := range []struct {
		descr string
		put   func(b []byte, x float64) []byte
	}{
		{"|u1", func(b []byte, x float64) []byte { return append(b, byte(x)) }},
		{"|b1", func(b []byte, x float64) []byte { return append(b, byte(x)) }},
		{"|i1", func(b []byte, x float64) []byte { return append(b, byte(int8(x))) }},
		{"<i2", func(b []byte, x float64) []byte { return littleEndian.AppendUint16(b, uint16(int16(x))) }},
		{">u2", func(b []byte, x float64) []byte { return bigEndian.AppendUint16(b, uint16(x)) }},
		{">i4", func(b []byte, x float64) []byte { return bigEndian.AppendUint32(b, uint32(int32(x))) }},
		{"<u4", func(b []byte, x float64) []byte { return littleEndian.AppendUint32(b, uint32(x)) }},
		{"<i8", func(b []byte, x float64) []byte { return littleEndian.AppendUint64(b, uint64(int64(x))) }},
		{"<u8", func(b []byte, x float64) []byte { return littleEndian.AppendUint64(b, uint64(x)) }},
		{"<f4", func(b []byte, x float64) []byte { return littleEndian.AppendUint32(b, math.Float32bits(float32(x))) }},
		{">f8", func(b []byte, x float64) []byte { return bigEndian.AppendUint64(b, math.Float64bits(x)) }},
	} {
		for version := range byte(3) {
			var raw []byte
			x := []float64{1, 2, 3, 4, 5, 6}
			if strings.ContainsAny(c.descr, "if") {
				x[3] = -4
			}
			for _, v := range x {
				raw = c.put(raw, v)
			}
			for fortran, want := range map[string][]float64{"False": x, "True": {x[0], x[2], x[4], x[1], x[3], x[5]}} {
				a, err := ReadNPY(bytes.NewReader(npyFile(version+1, fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (2, 3), }   \n", c.descr, fortran), raw)), 6)
				if err != nil || !slices.Equal(a.Values, want) || !slices.Equal(a.Dims, []int{2, 3}) {
					t.Errorf("%s, fortran %s: got %+v, %v", c.descr, fortran, a, err)
				}
			}
		}
	}
	own := npy([]float64{1, 2, 3, 4, 5, 6}, 2)
	if a, err := ReadNPY(bytes.NewReader(own), 6); err != nil || !slices.Equal(a.Dims, []int{3, 2}) || (len(own)-6*8)%64 != 0 {
		t.Errorf("our own: %+v, %v, %d bytes", a, err, len(own))
	}
	dict := func(descr, fortran, shape string) []byte {
		return npyFile(1, "{'descr': "+descr+", 'fortran_order': "+fortran+", 'shape': "+shape+", }\n", make([]byte, 16))
	}
	for want, file := range map[string][]byte{
		"cut short: magic string, got 3 of 8 bytes":                                       own[:3],
		`not NPY: magic string, got "not a "; want "\x93NUMPY"`:                           []byte("not a NumPy file"),
		"NPY version: got 9; have 1, 2, 3":                                                npyFile(9, "", nil),
		"cut short: length of the header, got 1 of 2 bytes":                               own[:9],
		"NPY header: promises 4294967295 bytes; at most 65536 belong here":                []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"),
		"cut short: header, got 10 of ":                                                   own[:20],
		"NPY header: type, want real or whole numbers or bools of up to 8 bytes":          dict("'<c8'", "False", "(2,)"),
		`such as <f8, <f4, |u1, got "[('a" in `:                                           dict("[('a', '<f8')]", "False", "(2,)"),
		"bools of up to 8 bytes, such as <f8, <f4, |u1, got \"|O\"":                       dict("'|O'", "False", "(2,)"),
		"fortran_order, want True or False, got \"0\"":                                    dict("'<f8'", "0", "(2,)"),
		"NPY header: shape, want numbers in brackets, got \"2\"":                          dict("'<f8'", "False", "2"),
		"NPY header: shape, too large, got \"(99999999999999999999,)\"":                   dict("'<f8'", "False", "(99999999999999999999,)"),
		"NPY header: shape, want up to 8 whole numbers, got \"(-2,)\"":                    dict("'<f8'", "False", "(-2,)"),
		"NPY header: shape, want up to 8 whole numbers, got \"(1,1,1,1,1,1,1,1,1)\"":      dict("'<f8'", "False", "(1,1,1,1,1,1,1,1,1)"),
		"NPY header: promises 2000000000 x 2000000000 <f8 values; at most 6 belong here":  dict("'<f8'", "False", "(2000000000, 2000000000)"),
		"cut short: 3 values, got 16 of 24 bytes":                                         dict("'<f8'", "False", "(3,)"),
		"goes on after its 1 values (8 bytes)":                                            dict("'<f8'", "False", "(1,)"),
		"NPY: value 0 of type <u8: got 1.8446744073709552e+19; a whole number from -2^53": npyFile(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", bytes.Repeat([]byte{255}, 8)),
	} {
		if _, err := ReadNPY(bytes.NewReader(file), 6); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
}

// Tables with and without a header, with quotes, spaces, a byte order mark and either
// end of lines.
func TestReadCSV(t *testing.T) {
	for text, want := range map[string]Table{
		"1,2\n3,4\n":                   {[]string{"col1", "col2"}, false, []float64{1, 2, 3, 4}, nil},
		"a,b\r\n1,-2.5e3\r\n3, 4 \r\n": {[]string{"a", "b"}, true, []float64{1, -2500, 3, 4}, nil},
		"\ufeff\"a, of b\",b\n\n1,2\n": {[]string{"a, of b", "b"}, true, []float64{1, 2}, nil},
		"7":                            {[]string{"col1"}, false, []float64{7}, nil},
		"acid level\n1\n":              {[]string{"acid level"}, true, []float64{1}, nil},
		"a,drop,b\n1,setosa,2\n3,,4":   {[]string{"a", "b"}, true, []float64{1, 2, 3, 4}, nil},
	} {
		drop := []string{"drop"}
		if !strings.Contains(text, "drop") {
			drop = nil
		}
		got, err := ReadCSV(strings.NewReader(text), drop, 4)
		if err != nil || got.Header != want.Header || !slices.Equal(got.Columns, want.Columns) || !slices.Equal(got.Values, want.Values) {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                       "no rows of numbers",
		"a,b\n":                  "no rows of numbers",
		"\n\n":                   "no rows of numbers",
		"a,b\n1,2\n3\n":          "line 3: got 1 columns; line 1 has 2",
		"1,2\n3,4,5\n":           "line 2: got 3 columns; line 1 has 2",
		"a,b\n1,NaN\n":           `line 2, column b: got "NaN"; need a finite number`,
		"1,2\n+Inf,3":            `line 2, column col1: got "+Inf"; need a finite number`,
		"1,1e999\n":              `line 1, column col2: got "1e999"; need a finite number`,
		"a,b\n1,\n":              `line 2, column b: empty; need a finite number in every field`,
		"a,b\n1,2\nx,4\n":        `line 3, column a: got "x"; need a finite number`,
		"a,b\n1,\"2\n":           "line 2: extraneous or missing \" in quoted-field",
		"1,2\n3,4\n5,6":          "line 3: more than 4 values; at most so many belong here",
		"a,b\n1,2 DROP c":        `drop: no column "c"; have a, b`,
		"a,b\n1,2 DROP a DROP b": "drop: leaves no column",
		"1,x\n3,4\n":             `line 1, column col2: got "x"; need a finite number, or a header, which has no number`,
		"1,nan\n3,4\n":           `line 1, column col2: got "nan"; need a finite number`,
		"inf,nan\n3,4\n":         `line 1, column col1: got "inf"; need a finite number`,
		"1,\n3,4\n":              `line 1, column col2: got ""; need a finite number, or a header, which has no number`,
		"7,a\n3,4 DROP a":        `line 1, column col2: got "a"; need a finite number, or a header, which has no number`,
		"\na,b,a\n1,2,3\n":       `line 2, columns 1 and 3: both are named "a"; want names that differ`,
		"1;2\n3;4\n":             `line 2, column 1;2: got "3;4"; need a finite number; columns are split by commas, and the first line has semicolons and no comma`,
		"a;b\n1,5;2,5\n":         "line 2: got 3 columns; line 1 has 1; columns are split by commas, and the first line has semicolons and no comma",
		"\"a\";\"b\"\n1;2\n":     "line 1: extraneous or missing \" in quoted-field; columns are split by commas, and the first line has semicolons and no comma",
		"a\tb\n1\t2\n":           "and the first line has tabs and no comma",
		"1 2\r\n3 4\r\n":         "and the first line has spaces and no comma",
		"a;b\n1;2 DROP b":        `drop: no column "b"; have a;b; columns are split by commas, and the first line has semicolons`,
	} {
		parts := strings.Split(text, " DROP ")
		if _, err := ReadCSV(strings.NewReader(parts[0]), parts[1:], 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v; want %s", text, err, want)
		}
	}
}

func TestReadBits(t *testing.T) {
	for _, text := range []string{"0 1 1\n1 0 0\n", "0 1 1\n1 0 0", "0 1 1 \r\n1 0 0 \r\n", "011\n100\n"} {
		if got, err := readBits(strings.NewReader(text), 2, 3, ' '); err != nil || !slices.Equal(got, bitLevels{0, 1, 1, 1, 0, 0}) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"0 1 1\n":               "cut short: got 1 rows of bits; want 2",
		"0 1 1\n1 0":            "line 2: got 2 bits; want 3",
		"0 1\n1 0 0\n":          "line 1: got 2 bits; want 3",
		"0 1 1 1\n":             "line 1: bit 4 is too many; want 2 rows of 3",
		"0 1 1\n1 0 0\n0 0 0\n": "line 3: bit 1 is too many; want 2 rows of 3",
		"0 1 2\n":               "line 1: got '2'; want 0, 1 and spaces",
		"<html>":                "line 1: got '<'; want 0, 1 and spaces",
		"0 1 1\n\n1 0 0\n":      "line 2: got 0 bits; want 3",
	} {
		if _, err := readBits(strings.NewReader(text), 2, 3, ' '); err == nil || err.Error() != want {
			t.Errorf("%q: got %v; want %s", text, err, want)
		}
	}
}

// A header that lies makes nobody take memory for what it promises, up to the bound:
// half a GiB here, of which nothing comes.
func TestLiesCostNothing(t *testing.T) {
	n := mostValues
	array := matArray(littleEndian, "data", matTypes[7], 6, []int{n, 1}, nil)
	binary.LittleEndian.PutUint32(array[len(array)-4:], uint32(8*n))
	for name, read := range map[string]func() error{
		"npy": func() error {
			_, err := ReadNPY(bytes.NewReader(npyFile(1, fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,)}", n), nil)), n)
			return err
		},
		"mat": func() error { _, err := ReadMAT(bytes.NewReader(matFile(littleEndian, array)), "data", n); return err },
		"mat, zlib": func() error {
			_, err := ReadMAT(bytes.NewReader(matFile(littleEndian, matPacked(littleEndian, array))), "data", n)
			return err
		},
		"bits": func() error { _, err := readBits(strings.NewReader("0 1"), n, n, ' '); return err },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := read()
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || !strings.Contains(err.Error(), "cut short") && !strings.Contains(err.Error(), "got 2 bits") || took > 4<<20 {
			t.Errorf("%s: took %d bytes, %v", name, took, err)
		}
	}
}
