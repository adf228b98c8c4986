package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Paragraphs that are too wide are broken anew, lists keep their columns, and what fits
// stays as it was written.
func TestHelpFits(t *testing.T) {
	const text = "short\nlines stay\n\nthis one is too wide for it\nand goes on\n\n  a    one\n  bcd  words that go on and on\n       as written"
	const want = "short\nlines stay\n\nthis one is too wide\nfor it and goes on\n\n  a    one\n  bcd  words that go\n       on and on\n       as written"
	if d := cmp.Diff(want, fitted(text, 20)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(text, fitted(text, 30)); d != "" {
		t.Error(d)
	}
}
