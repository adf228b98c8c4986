//go:build cgo && unix

package store

import (
	"encoding/hex"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// oddPoints are the values that SQLite's REAL or a decimal text would lose.
func oddPoints() []Point {
	var points []Point
	for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0,
		math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, math.MaxFloat64, 0.30000000000000004, 1e6, 1e21, 1 << 53, 1.0 / 3} {
		points = append(points, Point{Metric: "odd", Step: i, Value: v})
	}
	return append(points, Point{Metric: "odd", Step: -1, Reason: "none"})
}

// The layout is fixed: IEEE 754 binary64, least byte first.
func TestEncodeLayout(t *testing.T) {
	if got := hex.EncodeToString(encode([]float64{1, -2})); got != "000000000000f03f00000000000000c0" {
		t.Errorf("got %s", got)
	}
	for n := range 17 {
		if _, err := decode(make([]byte, n)); (err == nil) != (n%8 == 0) {
			t.Errorf("%d bytes as a vector: %v", n, err)
		}
		if _, err := decodeOne(make([]byte, n)); (err == nil) != (n == 0 || n == 8) {
			t.Errorf("%d bytes as a point: %v", n, err)
		}
	}
}

// Any 64 bits go in and come out, alone and in vectors, and the text of an
// export reads back to them (to some NaN, for a NaN).
func TestBitsRoundTrip(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	p := plan("toy", "quick", "c", 1)
	run := begin(t, s, p)
	number := rapid.OneOf(
		rapid.Map(rapid.Uint64(), math.Float64frombits),
		rapid.Float64(),
		rapid.Map(rapid.Uint64Range(0, 1<<52), math.Float64frombits), // zero and denormals
		rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.Float64frombits(0x7ff0000000000001)}))
	rapid.Check(t, func(rt *rapid.T) {
		numbers := rapid.SliceOfN(number, 0, 20).Draw(rt, "numbers")
		r := Result{Cell: "c000", Outcome: Done, Vectors: []Vector{{Name: "v", Data: numbers}}}
		for i, v := range numbers {
			r.Points = append(r.Points, Point{Metric: "x", Step: i, Value: v})
		}
		if err := s.Write(run, []Result{r}); err != nil {
			rt.Fatal(err)
		}
		loaded, err := s.Load(p)
		if err != nil {
			rt.Fatal(err)
		}
		vectors, err := s.Vectors("c000")
		if err != nil {
			rt.Fatal(err)
		}
		lines := strings.Split(export(t, s, "csv"), "\n")
		for i, v := range numbers {
			got, reason, ok := loaded.ValueAt("c000", "x", i)
			if !ok || reason != "" || math.Float64bits(got) != math.Float64bits(v) {
				rt.Fatalf("point %x came back as %x, %q", math.Float64bits(v), math.Float64bits(got), reason)
			}
			if got := vectors[0].Data[i]; math.Float64bits(got) != math.Float64bits(v) {
				rt.Fatalf("entry %x came back as %x", math.Float64bits(v), math.Float64bits(got))
			}
			text := strings.Split(lines[3+i], ",")[13]
			read, err := strconv.ParseFloat(text, 64)
			if err != nil || math.Float64bits(read) != math.Float64bits(v) && !(math.IsNaN(read) && math.IsNaN(v)) {
				rt.Fatalf("%x exported as %s", math.Float64bits(v), text)
			}
		}
	})
}

// In SQL a number is itself, and only NaN and a missing value are NULL.
func TestValueColumn(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	fill(t, s)
	var nulls, infinite, negative int
	err := s.read.QueryRow(`SELECT sum(value IS NULL), sum(abs(value) = 9e999), sum(hex(bits) = '0000000000000080') FROM point WHERE metric = 'odd'`).Scan(&nulls, &infinite, &negative)
	if err != nil {
		t.Fatal(err)
	}
	if nulls != 2 || infinite != 2 || negative != 1 {
		t.Errorf("%d NULL, %d infinite, %d negative zero; want 2, 2, 1", nulls, infinite, negative)
	}
}
