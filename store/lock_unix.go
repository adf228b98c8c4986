//go:build unix && !aix && !solaris

package store

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// hold makes a file that says its process is alive for as long as it is open: the
// system lets go of the lock when the process ends, however it ends, and no clock
// is asked. The file may be taken away in between by who found it not yet locked.
func hold(path, text string) (*os.File, error) {
	for tries := 0; ; tries++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
		if err != nil {
			return nil, err
		}
		if err := flock(f, syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			mine, err := f.Stat()
			there, gone := os.Stat(path)
			if err == nil && gone == nil && os.SameFile(mine, there) {
				_, err = f.WriteString(text)
				return f, err
			}
		} else if !errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			os.Remove(path)
			return nil, err
		} else if tries > 1000 { // nobody looks that long
			f.Close()
			return nil, errors.New("another process holds it, of a store that was removed meanwhile")
		}
		f.Close()
		time.Sleep(time.Millisecond)
	}
}

// held says whether a living process has the file.
func held(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	defer f.Close()
	err = flock(f, syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return err != nil, err
}

// drop takes the file away if no living process has it, and says whether it is gone. The
// name goes while the lock is held, so that one who opened the file meanwhile and locks it
// next finds that it is not the file of that name any more, and makes another.
func drop(path string) (gone bool) {
	f, err := os.Open(path)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	if flock(f, syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false
	}
	mine, err := f.Stat()
	there, lost := os.Stat(path)
	if err != nil || lost != nil || !os.SameFile(mine, there) {
		return errors.Is(lost, os.ErrNotExist)
	}
	return os.Remove(path) == nil
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}
