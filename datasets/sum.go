package datasets

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Sum holds the bytes that are written to it against what is known of them: their
// SHA-256 in hex or, of files of which nobody states one, the name that git has for
// them, "git blob " and the SHA-1 of their size and themselves.
type Sum struct {
	digest interface {
		io.Writer
		Sum([]byte) []byte
	}
	want string
}

const gitBlob = "git blob "

// NewSum begins the sum of a file of so many bytes, which is wanted to be want.
func NewSum(want string, size int64) *Sum {
	s := &Sum{sha256.New(), want}
	if strings.HasPrefix(want, gitBlob) {
		s.digest = sha1.New()
		fmt.Fprintf(s, "blob %d\x00", size)
	}
	return s
}

// Write adds bytes.
func (s *Sum) Write(p []byte) (int, error) { return s.digest.Write(p) }

// Check says that the bytes are others than those wanted.
func (s *Sum) Check() error {
	kind, want := SumKind(s.want)
	if got := hex.EncodeToString(s.digest.Sum(nil)); got != want {
		return fmt.Errorf("another file: %s, got %s; want %s", kind, got, want)
	}
	return nil
}

// SumKind splits a sum into what it is and its digits.
func SumKind(sum string) (kind, digits string) {
	if digits, ok := strings.CutPrefix(sum, gitBlob); ok {
		return "git blob", digits
	}
	return "SHA-256", sum
}
