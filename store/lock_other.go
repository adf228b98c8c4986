//go:build !unix || aix || solaris

package store

import (
	"errors"
	"os"
)

// hold makes a file that says its process is alive for as long as it is open:
// such a file cannot be removed here.
func hold(path, text string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err == nil {
		_, err = f.WriteString(text)
	}
	return f, err
}

// held says whether a living process has the file.
func held(path string) (bool, error) {
	err := os.Remove(path)
	return err != nil && !errors.Is(err, os.ErrNotExist), nil
}

// drop takes the file away if no living process has it, and says whether it is gone.
func drop(path string) (gone bool) {
	err := os.Remove(path)
	return err == nil || errors.Is(err, os.ErrNotExist)
}
