package suites

import (
	"fmt"
	"strconv"
	"strings"
)

// Seeds by purpose: see the table in the design. A suite may use the first two.
const (
	FirstPilot    = 1000 // 0 to 999 are for suites, from here for pilots
	FirstReserved = 2000 // from here for the regression gate
	LastReserved  = 9999 // of 333 draws; what is beyond is for nobody yet
)

// Seeds of the regression gate: so many of the suite's in its first stage, and so
// many reserved ones in its second.
const (
	GateSeeds  = 12
	FreshSeeds = 24
)

// parseSeeds reads "3", "0..7" (both ends included) or a list of those with
// commas.
func parseSeeds(s string) ([]int, error) {
	var out []int
	seen := map[int]bool{}
	for _, item := range strings.Split(s, ",") {
		a, b, ranged := strings.Cut(strings.TrimSpace(item), "..")
		if !ranged {
			b = a
		}
		from, err := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if err != nil || err2 != nil || from < 0 || to < 0 {
			return nil, fmt.Errorf("got %q; want a whole number or a range like 0..7", strings.TrimSpace(item))
		}
		if err := permitted(from, to); err != nil {
			return nil, err
		}
		for i := from; i <= to; i++ {
			if seen[i] {
				return nil, fmt.Errorf("%d twice", i)
			}
			seen[i] = true
			out = append(out, i)
		}
	}
	return out, nil
}

func permitted(from, to int) error {
	switch {
	case from > to:
		return fmt.Errorf("empty range %d..%d", from, to)
	case to >= FirstReserved:
		return fmt.Errorf("got %d; suites use 0..%d, pilots %d..%d, and %d on is reserved for the regression gate",
			to, FirstPilot-1, FirstPilot, FirstReserved-1, FirstReserved)
	}
	return nil
}

// FreshPreset is what a plan of reserved seeds has behind its preset's name.
const FreshPreset = "/fresh"

// reserved are the seeds of one draw of the gate.
func reserved(from int) ([]int, error) {
	if from < FirstReserved || from+FreshSeeds-1 > LastReserved {
		return nil, fmt.Errorf("reserved seeds: got %d of them from %d; have %d..%d", FreshSeeds, from, FirstReserved, LastReserved)
	}
	out := make([]int, FreshSeeds)
	for i := range out {
		out[i] = from + i
	}
	return out, nil
}
