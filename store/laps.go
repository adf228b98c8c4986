package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
)

// A Lap is what training had taken when a step was evaluated: evaluations left
// out, earlier runs of a cell that went on from a checkpoint included.
type Lap struct {
	Step    int
	Trained time.Duration
}

// Trained is the time that training had taken at a step at which the cell was
// evaluated; false if nobody kept it.
func (c *Cost) Trained(step int) (time.Duration, bool) {
	i, ok := slices.BinarySearchFunc(c.Laps, step, func(l Lap, step int) int { return cmp.Compare(l.Step, step) })
	if !ok {
		return 0, false
	}
	return c.Laps[i].Trained, true
}

// encodeLaps is, of each lap, how far its step and its nanoseconds are from those
// of the lap before, as uvarints: about six bytes. CRC-32 (IEEE, little-endian) of
// these is last, for no digest of the numbers covers times. Of no laps it is nil.
func encodeLaps(laps []Lap) ([]byte, error) {
	if len(laps) == 0 {
		return nil, nil
	}
	b := make([]byte, 0, 8*len(laps)+4)
	last := Lap{Step: -1}
	for _, l := range laps {
		if l.Step <= last.Step || l.Trained < last.Trained {
			return nil, fmt.Errorf("laps: got %v at step %d after %v at step %d; want steps and times that rise from 0", l.Trained, l.Step, last.Trained, last.Step)
		}
		b = binary.AppendUvarint(b, uint64(l.Step-last.Step))
		b = binary.AppendUvarint(b, uint64(l.Trained-last.Trained))
		last = l
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

// decodeLaps reads what encodeLaps wrote.
func decodeLaps(b []byte) ([]Lap, error) {
	if b == nil {
		return nil, nil
	}
	bad := errors.New("laps: not as they were written")
	n := len(b) - 4
	if n < 0 || crc32.ChecksumIEEE(b[:n]) != binary.LittleEndian.Uint32(b[n:]) {
		return nil, bad
	}
	var laps []Lap
	last := Lap{Step: -1}
	for b = b[:n]; len(b) > 0; {
		step, i := binary.Uvarint(b)
		if i <= 0 {
			return nil, bad
		}
		took, j := binary.Uvarint(b[i:])
		if j <= 0 {
			return nil, bad
		}
		l := Lap{last.Step + int(step), last.Trained + time.Duration(took)}
		if l.Step <= last.Step || l.Trained < last.Trained { // also where a sum has run over
			return nil, bad
		}
		laps, last, b = append(laps, l), l, b[i+j:]
	}
	return laps, nil
}
