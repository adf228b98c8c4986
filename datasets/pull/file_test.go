package pull

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vibench/bench/datasets"
)

// text is bytes that differ from place to place.
func text(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*i>>7 + i)
	}
	return out
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(content)
	w.Close()
	return b.Bytes()
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// plainFile is a file known by its bytes.
func plainFile(content []byte, urls ...string) datasets.WebFile {
	return datasets.WebFile{Name: "file.dat", Bytes: int64(len(content)), Sum: sumOf(content), URLs: urls}
}

// zippedFile is one known by what it holds when decompressed.
func zippedFile(content []byte, urls ...string) datasets.WebFile {
	return datasets.WebFile{Name: "file.gz", Bytes: int64(len(zipped(content))), Content: int64(len(content)), Sum: sumOf(content), Inside: true, URLs: urls}
}

// host is a server on loopback; asked are the ranges that were asked of it.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func serve(t *testing.T, f func(n int, w http.ResponseWriter, r *http.Request)) *host {
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.Header.Get("Range"))
		n := len(h.asked)
		h.mu.Unlock()
		f(n, w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) ranges() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asked)
}

// whole serves content as it should be, with ranges.
func whole(content []byte) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}
}

// cut promises all of content from where it is asked, sends so many bytes and hangs up.
func cut(content []byte, send int) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		from := 0
		if s := r.Header.Get("Range"); s != "" {
			from, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(s, "bytes="), "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
			w.Header().Set("Content-Length", strconv.Itoa(len(content)-from))
			w.WriteHeader(http.StatusPartialContent)
		} else {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		}
		w.Write(content[from:min(from+send, len(content))])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func quick() *Puller {
	p := New()
	p.Stall, p.Pause, p.Most = 10*time.Second, time.Millisecond, 1<<20
	return p
}

// fetch fetches into a folder of its own.
func fetch(t *testing.T, p *Puller, w datasets.WebFile) (folder string, err error) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "set")
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	return folder, p.File(ctx, w, folder)
}

// has says what a folder holds.
func has(t *testing.T, folder string) (names []string) {
	t.Helper()
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A file of each kind of checksum arrives as it is, alone in its folder.
func TestFile(t *testing.T) {
	raw := text(100_000)
	h := serve(t, whole(raw))
	z := serve(t, whole(zipped(raw)))
	blob := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(raw)), raw...))
	unsized := plainFile(raw, h.URL)
	unsized.Bytes = 0
	for name, c := range map[string]struct {
		w    datasets.WebFile
		want []byte
	}{
		"sized":      {plainFile(raw, h.URL), raw},
		"unsized":    {unsized, raw},
		"compressed": {zippedFile(raw, z.URL), zipped(raw)},
		"git":        {datasets.WebFile{Name: "f", Sum: "git blob " + hex.EncodeToString(blob[:]), URLs: []string{h.URL}}, raw},
	} {
		p := quick()
		var seen []int64
		p.Progress = func(_ string, got, of int64) { seen = append(seen, got) }
		folder, err := fetch(t, p, c.w)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := content(t, filepath.Join(folder, c.w.Name)); !bytes.Equal(got, c.want) || len(has(t, folder)) != 1 {
			t.Errorf("%s: got %d bytes, folder %v", name, len(got), has(t, folder))
		}
		if !slices.IsSorted(seen) || seen[len(seen)-1] != int64(len(c.want)) {
			t.Errorf("%s: progress %v", name, seen)
		}
	}
}

// A server that cuts off is asked for the rest, as often as it takes; so is another, for
// what the first has not given; and a later call goes on from what an earlier one had.
func TestResume(t *testing.T) {
	raw := text(90_000)
	h := serve(t, cut(raw, 30_000))
	folder, err := fetch(t, quick(), plainFile(raw, h.URL))
	if err != nil || !bytes.Equal(content(t, filepath.Join(folder, "file.dat")), raw) {
		t.Fatal(err)
	}
	if got, want := h.ranges(), []string{"", "bytes=30000-", "bytes=60000-"}; !slices.Equal(got, want) {
		t.Errorf("asked for %q; want %q", got, want)
	}

	stuck := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		cut(raw, 40_000)(n, w, r)
	})
	other := serve(t, whole(raw))
	if folder, err = fetch(t, quick(), plainFile(raw, stuck.URL, other.URL)); err != nil || !bytes.Equal(content(t, filepath.Join(folder, "file.dat")), raw) {
		t.Fatal(err)
	}
	if got := other.ranges(); !slices.Equal(got, []string{"bytes=40000-"}) {
		t.Errorf("the second address was asked for %q", got)
	}

	folder = t.TempDir()
	part := filepath.Join(folder, ".file.dat.part")
	if err := os.WriteFile(part, raw[:50_000], 0o644); err != nil {
		t.Fatal(err)
	}
	again := serve(t, whole(raw))
	if err := quick().File(context.Background(), plainFile(raw, again.URL), folder); err != nil || !slices.Equal(again.ranges(), []string{"bytes=50000-"}) {
		t.Errorf("%v; asked for %q", err, again.ranges())
	}
}

// What is left of an earlier call and is no beginning of the file does not stay in the
// way: too long, of other bytes, or whole and wrong.
func TestStalePart(t *testing.T) {
	raw := text(50_000)
	for name, part := range map[string][]byte{
		"other bytes": bytes.Repeat([]byte("x"), 20_000), "too long": bytes.Repeat([]byte("x"), 50_001), "whole and wrong": bytes.Repeat([]byte("x"), 50_000), "whole and right": raw, "empty": nil,
	} {
		for kind, f := range map[string]func(int, http.ResponseWriter, *http.Request){
			"ranges": whole(raw), "no ranges": func(_ int, w http.ResponseWriter, _ *http.Request) { w.Write(raw) },
			"wrong range": func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Range") == "" {
					w.Write(raw)
					return
				}
				w.Header().Set("Content-Range", "bytes 7-49999/50000")
				w.WriteHeader(http.StatusPartialContent)
				w.Write(raw[7:])
			},
		} {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, ".file.dat.part"), part, 0o644); err != nil {
				t.Fatal(err)
			}
			h := serve(t, f)
			if err := quick().File(context.Background(), plainFile(raw, h.URL), folder); err != nil || !bytes.Equal(content(t, filepath.Join(folder, "file.dat")), raw) || len(has(t, folder)) != 1 {
				t.Errorf("%s, %s: %v, folder %v", name, kind, err, has(t, folder))
			}
			if name == "whole and right" && len(h.ranges()) > 0 {
				t.Errorf("%s: asked for %q", name, h.ranges())
			}
		}
	}
}

// Every way of failing at an address is said with it, leaves nothing under the file's
// name, and makes the next address be asked, which saves the day.
func TestBadServers(t *testing.T) {
	raw := text(60_000)
	bomb := zipped(append(slices.Clone(raw), make([]byte, 1<<23)...))
	other := text(60_001)[1:]
	wait := func(r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	}
	for _, c := range []struct {
		name  string
		zip   bool
		f     func(n int, w http.ResponseWriter, r *http.Request)
		tries int // expected
		want  string
	}{
		{"gone", false, func(_ int, w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 404) }, 1, "status 404 Not Found; want 200 OK"},
		{"down", false, func(_ int, w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 503) }, 2, "status 503 Service Unavailable"},
		{"a page in its place", false, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>log in</html>") }, 1, "another file: promises 19 bytes; want 60000"},
		{"wrong bytes", false, whole(other), 1, "another file: SHA-256, got " + sumOf(other) + "; want " + sumOf(raw)},
		{"promises more", false, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			w.Write(raw)
		}, 1, "another file: promises 99999999999 bytes; want 60000"},
		{"promises less", false, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write(raw[:100])
		}, 1, "another file: promises 100 bytes; want 60000"},
		{"promises nothing, sends more", false, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Write(raw)
			w.(http.Flusher).Flush()
			for range 100 {
				w.Write(raw)
			}
		}, 1, "another file: goes on after 60000 bytes; at most so many belong here"},
		{"promises nothing, sends less", false, func(_ int, w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			if r.Header.Get("Range") == "" {
				w.Write(raw[:70])
			}
		}, 2, "cut off after "},
		{"hangs up at once", false, cut(raw, 0), 2, "cut off after 0 bytes: unexpected EOF"},
		{"never answers", false, func(_ int, w http.ResponseWriter, r *http.Request) { wait(r) }, 2, "nothing came for 500ms"},
		{"stops in the middle", false, func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "60000")
			w.Write(raw[:1])
			w.(http.Flusher).Flush()
			wait(r)
		}, 2, "cut off after 1 bytes: nothing came for 500ms"},
		{"gzip bomb", true, whole(bomb), 1, "another file: goes on after 60000 bytes when decompressed; want so many"},
		{"no gzip", true, whole([]byte("<html>log in</html>")), 1, "cut short: got 19 bytes when decompressed; want 60000"},
		{"gzip of others", true, whole(zipped(other)), 1, "another file: SHA-256, got " + sumOf(other)},
		{"gzip cut short", true, whole(zipped(raw)[:100]), 1, "unexpected EOF"},
		{"endless", true, func(_ int, w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(raw); err != nil {
					return
				}
			}
		}, 1, "another file: goes on after "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := serve(t, c.f)
			file, right := plainFile, raw
			if c.zip {
				file, right = zippedFile, zipped(raw)
			}
			p := quick()
			p.Tries = 2
			if strings.Contains(c.want, "nothing came") {
				p.Stall = 500 * time.Millisecond
			}
			folder, err := fetch(t, p, file(raw, bad.URL))
			if err == nil || !strings.Contains(err.Error(), "none of its 1 addresses has it:\n  "+bad.URL+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %s", err, c.want)
			}
			if n := len(bad.ranges()); n != c.tries {
				t.Errorf("asked %d times; want %d", n, c.tries)
			}
			for _, name := range has(t, folder) {
				if !strings.HasSuffix(name, ".part") {
					t.Errorf("left %s", name)
				}
				if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() > 1<<20+60_001 {
					t.Errorf("%s has %d bytes", name, info.Size())
				}
			}
			good := serve(t, whole(right))
			if folder, err = fetch(t, p, file(raw, bad.URL, good.URL)); err != nil || len(has(t, folder)) != 1 {
				t.Errorf("with a second address: %v, folder %v", err, has(t, folder))
			}
		})
	}
}

// A server that is slow but alive is waited for.
func TestSlow(t *testing.T) {
	raw := text(20)
	h := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		for _, b := range raw {
			w.Write([]byte{b})
			w.(http.Flusher).Flush()
			time.Sleep(60 * time.Millisecond) // 1.2 s in all, more than a dead one gets
		}
	})
	p := quick()
	p.Stall = time.Second
	if _, err := fetch(t, p, plainFile(raw, h.URL)); err != nil || len(h.ranges()) != 1 {
		t.Errorf("%v after %d requests", err, len(h.ranges()))
	}
}

// Who stops a download gets it back where it was.
func TestStopped(t *testing.T) {
	raw := text(80_000)
	h := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			whole(raw)(n, w, r)
			return
		}
		w.Header().Set("Content-Length", "80000")
		w.Write(raw[:50_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	folder := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	p := quick()
	p.Stall = time.Minute
	p.Progress = func(_ string, got, _ int64) {
		if got == 50_000 {
			stop()
		}
	}
	if err := p.File(ctx, plainFile(raw, h.URL), folder); err == nil || ctx.Err() == nil {
		t.Fatalf("got %v", err)
	}
	if names := has(t, folder); !slices.Equal(names, []string{".file.dat.part"}) {
		t.Errorf("left %v", names)
	}
	if err := quick().File(context.Background(), plainFile(raw, h.URL), folder); err != nil || !slices.Equal(h.ranges(), []string{"", "bytes=50000-"}) {
		t.Errorf("%v; asked for %q", err, h.ranges())
	}
}

// The proxy of the environment is asked. (http.ProxyFromEnvironment reads it once a
// process and never for loopback, so that the transport is shown to have it.)
func TestProxy(t *testing.T) {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok || transport.Proxy == nil || New().Client.Transport != nil {
		t.Error("the client does not go through the proxy of the environment")
	}
	raw := text(1000)
	proxy := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != "http://data.invalid/file" {
			t.Errorf("the proxy is asked for %s", r.URL)
		}
		io.Copy(w, bytes.NewReader(raw))
	})
	p := quick()
	p.Client = &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}}
	if _, err := fetch(t, p, plainFile(raw, "http://data.invalid/file")); err != nil {
		t.Error(err)
	}
}
