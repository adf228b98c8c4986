package datasets

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// bitLevels are bits as levels.
type bitLevels []byte

// At is bit i.
func (b bitLevels) At(i int) float64 { return float64(b[i]) }

// readBits reads rows of bits in text: each 0 or 1, spaces or commas between them, a line a row.
// It takes no more memory than rows x width bytes, and no more than the stream has.
func readBits(r io.Reader, rows, width int, between byte) (bitLevels, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var out bitLevels
	for line, at := 1, 0; ; {
		c, err := in.ReadByte()
		ends := errors.Is(err, io.EOF)
		switch {
		case err != nil && !ends:
			return nil, plain(err)
		case ends && at == 0:
			if line-1 != rows {
				return nil, fmt.Errorf("cut short: got %d rows of bits; want %d", line-1, rows)
			}
			return out, nil
		case ends || c == '\n':
			if at != width {
				return nil, fmt.Errorf("line %d: got %d bits; want %d", line, at, width)
			}
			line, at = line+1, 0
		case c == '0' || c == '1':
			if at++; at > width || line > rows {
				return nil, fmt.Errorf("line %d: bit %d is too many; want %d rows of %d", line, at, rows, width)
			}
			out = append(out, c-'0')
		case c != between && c != '\r':
			return nil, fmt.Errorf("line %d: got %q; want 0, 1 and %s", line, c, map[byte]string{' ': "spaces", ',': "commas"}[between])
		}
	}
}
