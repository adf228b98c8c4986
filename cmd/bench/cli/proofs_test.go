package cli

import (
	"slices"
	"testing"

	"github.com/vibench/bench/vi/vitest"
)

// Ring 1 checks estimators beside each other, so that no check of it may read what others
// do: all of the kit's are there but that of allocations.
func TestRingOneIsNoMatterOfChance(t *testing.T) {
	all, _ := vitest.Checks()
	got := mathematics()
	if slices.Contains(got, "allocations") || len(got) != len(all)-1 {
		t.Errorf("got %q of %q", got, all)
	}
}
