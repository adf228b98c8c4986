package datasets_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/vibench/bench/datasets"
)

// encoded is an IDX stream.
func encoded(typ byte, dims []uint32, values ...byte) []byte {
	out := []byte{0, 0, typ, byte(len(dims))}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, d)
	}
	return append(out, values...)
}

func TestReadIDX(t *testing.T) {
	for _, c := range []struct {
		stream []byte
		dims   []int
		want   []float64
	}{
		{encoded(0x08, []uint32{3, 2}, 0, 1, 2, 127, 128, 255), []int{3, 2}, []float64{0, 1, 2, 127, 128, 255}},
		{encoded(0x0B, []uint32{2}, 0x7f, 0xff, 0xff, 0xfe), []int{2}, []float64{32767, -2}},
		{encoded(0x0D, []uint32{1, 1, 2}, 0x3f, 0xc0, 0, 0, 0xbd, 0, 0, 0), []int{1, 1, 2}, []float64{1.5, -0.03125}},
		{encoded(0x08, []uint32{0, 9}), []int{0, 9}, nil},
	} {
		a, err := datasets.ReadIDX(bytes.NewReader(c.stream), 8)
		if err != nil {
			t.Errorf("%x: %v", c.stream, err)
			continue
		}
		var got []float64
		for i := range a.Len() {
			got = append(got, a.At(i))
		}
		if !slices.Equal(a.Dims, c.dims) || !slices.Equal(got, c.want) {
			t.Errorf("%x: got %v of %v; want %v of %v", c.stream, got, a.Dims, c.want, c.dims)
		}
	}
}

func TestReadIDXRefuses(t *testing.T) {
	good := encoded(0x08, []uint32{2, 3}, 1, 2, 3, 4, 5, 6)
	for want, stream := range map[string][]byte{
		"cut short: magic number, got 0 of 4 bytes":                                                      nil,
		"cut short: magic number, got 3 of 4 bytes":                                                      good[:3],
		"not IDX: magic number, got 89504e47; want 00 00, a type and a number of dimensions":             []byte("\x89PNG\r\n"),
		"IDX type: got 0x09; have 0x08 (uint8), 0x0b (int16), 0x0d (float32)":                            encoded(0x09, []uint32{1}, 1),
		"IDX dimensions: got 0; want 1 to 8":                                                             encoded(0x08, nil),
		"IDX dimensions: got 9; want 1 to 8":                                                             encoded(0x08, make([]uint32, 9)),
		"cut short: dimensions, got 7 of 8 bytes":                                                        good[:11],
		"cut short: 2 x 3 values, got 5 of 6 bytes":                                                      good[:len(good)-1],
		"goes on after its 2 x 3 values (6 bytes)":                                                       append(slices.Clone(good), 0),
		"IDX header: promises 3 x 3 uint8 values; at most 8 bytes belong here":                           encoded(0x08, []uint32{3, 3}, make([]byte, 9)...),
		"IDX header: promises 3 float32 values; at most 8 bytes belong here":                             encoded(0x0D, []uint32{3}, make([]byte, 12)...),
		"promises 4294967295 x 4294967295 x 4294967295 int16 values; at most 8 bytes":                    encoded(0x0B, []uint32{1<<32 - 1, 1<<32 - 1, 1<<32 - 1}),
		"promises 65536 x 65536 x 65536 x 65536 uint8 values; at most 8 bytes":                           encoded(0x08, []uint32{1 << 16, 1 << 16, 1 << 16, 1 << 16}),
		"IDX header: promises 4294967295 x 4294967295 x 2 x 0 uint8 values; at most 8 bytes belong here": encoded(0x08, []uint32{1<<32 - 1, 1<<32 - 1, 2, 0}),
	} {
		if _, err := datasets.ReadIDX(bytes.NewReader(stream), 8); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%x: got %v; want %s", stream, err, want)
		}
	}
}

// endless is a stream that never ends, and counts what is taken of it.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.taken += len(p)
	return len(p), nil
}

// Of a stream that goes on for ever, what the header promises is read and one
// byte more; of a header that promises more than belongs here, nothing.
func TestReadIDXStops(t *testing.T) {
	tail := &endless{}
	if _, err := datasets.ReadIDX(io.MultiReader(bytes.NewReader(encoded(0x08, []uint32{100})), tail), 1000); err == nil || tail.taken != 101 {
		t.Errorf("took %d bytes, %v; want 101 and an error", tail.taken, err)
	}
	tail = &endless{}
	if _, err := datasets.ReadIDX(io.MultiReader(bytes.NewReader(encoded(0x08, []uint32{1001})), tail), 1000); err == nil || tail.taken != 0 {
		t.Errorf("took %d bytes, %v; want 0 and an error", tail.taken, err)
	}
}

// Whatever the stream, ReadIDX does not panic, and what it accepts is the stream.
func FuzzReadIDX(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(encoded(0x08, []uint32{2, 3}, 1, 2, 3, 4, 5, 6))
	f.Add(encoded(0x0B, []uint32{2}, 0x7f, 0xff, 0xff, 0xfe))
	f.Add(encoded(0x0D, []uint32{1, 1, 1}, 0x3f, 0xc0, 0, 0))
	f.Add(encoded(0x08, []uint32{1 << 31, 1 << 31, 4}))
	f.Add(encoded(0x08, []uint32{0, 1<<32 - 1}))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		a, err := datasets.ReadIDX(bytes.NewReader(stream), 1<<10)
		if err != nil {
			return
		}
		n := 1
		var dims []uint32
		for _, d := range a.Dims {
			n, dims = n*d, append(dims, uint32(d))
		}
		if a.Len() != n {
			t.Fatalf("%d values of %v", a.Len(), a.Dims)
		}
		head := encoded(byte(a.Type), dims)
		if !bytes.HasPrefix(stream, head) || (len(stream)-len(head))%max(n, 1) != 0 || n == 0 && len(stream) != len(head) {
			t.Fatalf("took %x for %v", stream, a.Dims)
		}
		for i := range n {
			a.At(i)
		}
	})
}
