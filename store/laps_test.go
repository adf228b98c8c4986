//go:build cgo && unix

package store

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What is read is what was written, and never anything else: no bit flips unnoticed.
func TestLapsAsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var laps []Lap
		last := Lap{Step: -1}
		for range rapid.IntRange(0, 20).Draw(t, "laps") {
			if last.Step == math.MaxInt {
				break
			}
			last.Step = rapid.IntRange(last.Step+1, math.MaxInt).Draw(t, "step")
			last.Trained = time.Duration(rapid.Int64Range(int64(last.Trained), math.MaxInt64).Draw(t, "time"))
			laps = append(laps, last)
		}
		b, err := encodeLaps(laps)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeLaps(b)
		if err != nil || !cmp.Equal(got, laps) {
			t.Fatalf("got %v, %v; want %v", got, err, laps)
		}
		for i := range 8 * len(b) {
			bad := bytes.Clone(b)
			bad[i/8] ^= 1 << (i % 8)
			if _, err := decodeLaps(bad); err == nil {
				t.Fatalf("bit %d flipped and nobody noticed", i)
			}
		}
	})
}

// Bytes with a good sum that no laps have end in an error.
func FuzzLaps(f *testing.F) {
	good, err := encodeLaps([]Lap{{0, 0}, {10, 3 * time.Second}, {1000, time.Hour}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:len(good)-4])
	f.Add([]byte{0, 0})
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Add(append(binary.AppendUvarint(nil, math.MaxUint64), 1))
	f.Fuzz(func(t *testing.T, body []byte) {
		laps, err := decodeLaps(binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body)))
		if err == nil {
			_, err = encodeLaps(laps)
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// Steps and times rise; a list in which they do not is refused with all the rest.
func TestLapsThatDoNotRise(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
	run := begin(t, s, plan("toy", "quick", "c", 2))
	for _, laps := range [][]Lap{{{-1, 0}}, {{0, -1}}, {{5, 2}, {5, 3}}, {{5, 2}, {4, 3}}, {{5, 2}, {6, 1}}} {
		bad := result("c001", 1)
		bad.Cost.Laps = laps
		err := s.Write(run, []Result{result("c000", 0), bad})
		if err == nil || !strings.Contains(err.Error(), "cell c001: laps: got ") {
			t.Errorf("%v: got %v", laps, err)
		}
	}
	if ended, err := s.Outcomes([]string{"c000", "c001"}); err != nil || len(ended) > 0 {
		t.Errorf("got %v, %v; want nothing written", ended, err)
	}
}

// Times are a circumstance: they change no export, no digest and no comparison.
func TestLapsAreNoNumbers(t *testing.T) {
	quick, slow := result("c000", 0), result("c000", 0)
	for i := range slow.Cost.Laps {
		slow.Cost.Laps[i].Trained *= 1000
	}
	none := result("c000", 0)
	none.Cost.Laps = nil
	var texts []string
	for _, r := range []Result{quick, slow, none} {
		s := openAt(t, filepath.Join(t.TempDir(), "a.db"))
		write(t, s, begin(t, s, plan("toy", "quick", "c", 1)), r)
		texts = append(texts, export(t, s, "csv")+export(t, s, "jsonl"))
		if !bytes.Equal(digestOf(&r), digestOf(&quick)) || texts[0] != texts[len(texts)-1] {
			t.Error("another digest or export")
		}
		if d, differ := Differ(&quick, &r); differ {
			t.Errorf("they differ: %v", d)
		}
	}
}

func TestTrained(t *testing.T) {
	c := Cost{Laps: []Lap{{0, 0}, {10, time.Second}, {20, 3 * time.Second}}}
	for step, want := range map[int]time.Duration{0: 0, 10: time.Second, 20: 3 * time.Second, 5: -1, 21: -1} {
		got, ok := c.Trained(step)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("step %d: got %v, %v; want %v", step, got, ok, want)
		}
	}
	if _, ok := new(Cost).Trained(0); ok {
		t.Error("got a time of a cell without any")
	}
}
