// Package pull fetches files of data sets from the web and makes of them what is read:
// from one address after the other, going on where a download was cut off, and with
// nothing in its place before its checksum is right.
package pull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vibench/bench/datasets"
)

// Puller says how files are fetched.
type Puller struct {
	Client   *http.Client                     // its transport honours HTTPS_PROXY
	Stall    time.Duration                    // after so long without a byte a server is given up
	Tries    int                              // of one address
	Pause    time.Duration                    // before the second try; before each later one twice as long
	Most     int64                            // bytes of a file whose size nobody states
	Progress func(name string, got, of int64) // called as bytes come; of is 0 where it is not known
	Note     func(text string)                // told why an address is tried again or given up
}

// New is a Puller as the command has it, which says nothing.
func New() *Puller {
	return &Puller{
		Client: http.DefaultClient, Stall: 30 * time.Second, Tries: 5, Pause: time.Second, Most: 128 << 20,
		Progress: func(string, int64, int64) {}, Note: func(string) {},
	}
}

// permanent is an error that another try at the same address would not change.
type permanent struct{ error }

// File fetches a file into a folder, where it appears under its name when its checksum
// is right. What was fetched of it before is kept beside it, for the next call to go on
// from, unless it is known to be wrong.
func (p *Puller) File(ctx context.Context, w datasets.WebFile, folder string) error {
	part := filepath.Join(folder, "."+w.Name+".part")
	_, err := os.Stat(folder)
	isNew := errors.Is(err, os.ErrNotExist)
	var why []string
	for i, address := range w.URLs {
		err := p.from(ctx, address, w, part)
		if err == nil {
			return os.Rename(part, filepath.Join(folder, w.Name))
		}
		if info, bad := os.Stat(part); bad == nil && info.Size() == 0 {
			os.Remove(part)
			if isNew {
				os.Remove(folder) // which stays if it holds anything
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if why = append(why, fmt.Sprintf("\n  %s: %v", address, err)); i < len(w.URLs)-1 {
			p.Note(fmt.Sprintf("%s: given up: %v", address, err))
		}
	}
	return fmt.Errorf("%s: none of its %d addresses has it:%s", w.Name, len(w.URLs), strings.Join(why, ""))
}

// from fetches a file from one address into part, and checks it.
func (p *Puller) from(ctx context.Context, address string, w datasets.WebFile, part string) error {
	pause := p.Pause
	for try := 1; ; try++ {
		had, err := p.more(ctx, address, w, part)
		if err == nil {
			if err = verify(w, part); err == nil {
				return nil
			}
			os.Remove(part) // whatever is wrong with it, it is not to go on from
			if had == 0 {
				return err
			}
		}
		var final permanent
		if errors.As(err, &final) || ctx.Err() != nil || try >= p.Tries {
			return err
		}
		p.Note(fmt.Sprintf("%s: tried again: %v", address, err))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func verify(w datasets.WebFile, part string) error {
	f, err := os.Open(part)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.VerifyFile(f)
}

// size is how many bytes a file has as it is published, and whether that is certain: of
// one that is known by its content alone, another compression may give another number.
func (p *Puller) size(w datasets.WebFile) (most int64, exact bool) {
	switch {
	case w.Inside:
		return w.Content + 1<<20, false
	case w.Bytes > 0:
		return w.Bytes, true
	}
	return p.Most, false
}

// more fetches what part has not of a file yet, and says how much it had.
func (p *Puller) more(ctx context.Context, address string, w datasets.WebFile, part string) (had int64, err error) {
	if err := os.MkdirAll(filepath.Dir(part), 0o755); err != nil {
		return 0, permanent{err}
	}
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return 0, permanent{err}
	}
	defer f.Close()
	if had, err = f.Seek(0, io.SeekEnd); err != nil {
		return 0, permanent{err}
	}
	most, exact := p.size(w)
	if exact && had == most {
		return had, nil
	}
	if had > most {
		had = 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(p.Stall, func() { cancel(fmt.Errorf("nothing came for %v", p.Stall)) })
	defer stalled.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return had, permanent{err}
	}
	request.Header.Set("Accept-Encoding", "identity")
	request.Header.Set("User-Agent", "bench")
	if had > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", had))
	}
	response, err := p.Client.Do(request)
	if err != nil {
		return had, because(ctx, err)
	}
	defer response.Body.Close()
	from := had
	switch s := response.StatusCode; {
	case s == http.StatusOK:
		had, from = 0, 0
	case s == http.StatusPartialContent && had > 0 && strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", had)):
	case s == http.StatusRequestedRangeNotSatisfiable || s == http.StatusPartialContent:
		os.Remove(part)
		return had, fmt.Errorf("status %s for bytes from %d on: begins anew", response.Status, had)
	case s >= 500 || s == http.StatusTooManyRequests || s == http.StatusRequestTimeout:
		return had, fmt.Errorf("status %s", response.Status)
	default:
		return had, permanent{fmt.Errorf("status %s; want 200 OK", response.Status)}
	}
	if n := response.ContentLength; n >= 0 && (from+n > most || exact && from+n < most) {
		return had, permanent{fmt.Errorf("another file: promises %d bytes; want %s%d", from+n, map[bool]string{false: "at most "}[exact], most)}
	}
	if err := f.Truncate(from); err != nil {
		return had, permanent{err}
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return had, permanent{err}
	}
	of := w.Bytes
	if of == 0 && response.ContentLength > 0 {
		of = from + response.ContentLength
	}
	got, err := p.copy(f, response.Body, w.Name, from, of, most, stalled)
	if err == nil {
		err = f.Sync()
	}
	var local *os.PathError // of the disk
	switch {
	case errors.As(err, &local):
		return had, permanent{err}
	case err != nil:
		return had, fmt.Errorf("cut off after %d bytes: %w", got, because(ctx, err))
	case got > most:
		os.Remove(part)
		return had, permanent{fmt.Errorf("another file: goes on after %d bytes; at most so many belong here", most)}
	case exact && got < most:
		return had, fmt.Errorf("cut off after %d of %d bytes", got, most)
	}
	return had, nil
}

// because is what cancelled a request, or else what went wrong with it, without the
// address, which is said already.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound {
		return permanent{err}
	}
	return err
}

// copy appends the body to a file, up to one byte more than it may have, and says how
// many bytes that has then.
func (p *Puller) copy(f io.Writer, body io.Reader, name string, at, of, most int64, stalled *time.Timer) (int64, error) {
	b := make([]byte, 1<<15)
	for {
		n, err := body.Read(b)
		stalled.Reset(p.Stall)
		n = int(min(int64(n), most+1-at))
		if _, bad := f.Write(b[:n]); bad != nil {
			return at, bad
		}
		at += int64(n)
		p.Progress(name, at, of)
		if errors.Is(err, io.EOF) || at > most {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
}
