package runner

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vibench/bench/core/vec"
)

// coder writes values as little-endian bytes, or reads them back: one walk over
// the values serves both, so that they cannot differ. Reading never goes beyond
// the bytes there are, nor allocates more than they can hold; after the first
// error nothing is read.
type coder struct {
	b     []byte // written so far, or still to be read
	reads bool
	at    string // section
	err   error
}

func (x *coder) fail(format string, args ...any) {
	if x.err != nil {
		return
	}
	x.err = fmt.Errorf(format, args...)
	if x.at != "" {
		x.err = fmt.Errorf("%s: %w", x.at, x.err)
	}
}

// take is the next n bytes to read; nil if they are not there.
func (x *coder) take(n int) []byte {
	if x.err != nil {
		return nil
	}
	if n > len(x.b) {
		x.fail("got %d bytes; want %d", len(x.b), n)
		return nil
	}
	b := x.b[:n]
	x.b = x.b[n:]
	return b
}

func (x *coder) bytes(v []byte) {
	if x.reads {
		copy(v, x.take(len(v)))
		return
	}
	x.b = append(x.b, v...)
}

func (x *coder) u32(v *uint32) {
	if !x.reads {
		x.b = binary.LittleEndian.AppendUint32(x.b, *v)
	} else if b := x.take(4); b != nil {
		*v = binary.LittleEndian.Uint32(b)
	}
}

func (x *coder) u64(v *uint64) {
	if !x.reads {
		x.b = binary.LittleEndian.AppendUint64(x.b, *v)
	} else if b := x.take(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

// i64 is a count: never negative.
func (x *coder) i64(v *int64) {
	u := uint64(*v)
	if x.u64(&u); u > math.MaxInt64 {
		x.fail("got %d; want a count", int64(u))
		return
	}
	*v = int64(u)
}

func (x *coder) integer(v *int) {
	i := int64(*v)
	x.i64(&i)
	*v = int(i)
}

func (x *coder) f64(v *float64) {
	u := math.Float64bits(*v)
	x.u64(&u)
	*v = math.Float64frombits(u)
}

func (x *coder) text(s *string) {
	n := uint32(len(*s))
	x.u32(&n)
	if !x.reads {
		x.b = append(x.b, *s...)
	} else if uint64(n) > uint64(len(x.b)) {
		x.fail("got a text of %d bytes; %d are left", n, len(x.b))
	} else {
		*s = string(x.take(int(n)))
	}
}

// section is a name, a length and a body that must fill it.
func (x *coder) section(name string, body func()) {
	if x.err != nil {
		return
	}
	got, length := name, uint64(0)
	x.at = ""
	if x.text(&got); got != name {
		x.fail("got section %.64q; want %q", got, name)
	}
	x.at = name
	if !x.reads {
		x.u64(&length)
		start := len(x.b)
		body()
		binary.LittleEndian.PutUint64(x.b[start-8:], uint64(len(x.b)-start))
		return
	}
	if x.u64(&length); length > uint64(len(x.b)) {
		x.fail("got %d bytes; %d are left", length, len(x.b))
	}
	if x.err != nil {
		return
	}
	rest := x.b[length:]
	x.b = x.b[:length]
	body()
	if len(x.b) > 0 {
		x.fail("got %d bytes; want %d", length, length-uint64(len(x.b)))
	}
	x.b, x.at = rest, ""
}

// codeFloats is values of a number that is known.
func codeFloats[T vec.Float](x *coder, v []T) {
	switch v := any(v).(type) {
	case []float64:
		if !x.reads {
			for _, y := range v {
				x.b = binary.LittleEndian.AppendUint64(x.b, math.Float64bits(y))
			}
		} else if b := x.take(8 * len(v)); b != nil {
			for i := range v {
				v[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
			}
		}
	case []float32:
		if !x.reads {
			for _, y := range v {
				x.b = binary.LittleEndian.AppendUint32(x.b, math.Float32bits(y))
			}
		} else if b := x.take(4 * len(v)); b != nil {
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
		}
	}
}

// codeList is how many there are and each of them, which takes least bytes or more.
func codeList[T any](x *coder, list []T, least int, each func(*T)) []T {
	n := uint64(len(list))
	if x.u64(&n); x.reads {
		if n > uint64(len(x.b)/least) {
			x.fail("got %d of them; %d bytes are left", n, len(x.b))
		}
		if x.err != nil {
			return nil
		}
		list = make([]T, n)
	}
	for i := range list {
		each(&list[i])
	}
	return list
}
