package cli_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vibench/bench/cmd/bench/cli"
)

// A download that is stopped ends with the status of an interruption, keeps what came,
// and the same command goes on from there.
func TestPullStopped(t *testing.T) {
	asked := make(chan string, 10)
	library := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Range")
		if r.Header.Get("Range") != "" {
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(aBook))
			return
		}
		w.Write([]byte(aBook[:30]))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer library.Close()
	t.Setenv("BOOK_URLS", library.URL)
	dir := t.TempDir()
	part := filepath.Join(dir, ".book.part")
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		for range 1000 { // ten seconds
			if info, err := os.Stat(part); err == nil && info.Size() == 30 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		stop()
	}()
	var out, told bytes.Buffer
	if status := cli.Run(ctx, []string{"data", "pull", "shelf", "--data-dir", dir}, &out, &told, mine()...); status != 130 || !strings.Contains(told.String(), "bench data pull: shelf: stopped; the same command goes on") {
		t.Fatalf("status %d: %s%s", status, &out, &told)
	}
	if status := cli.Run(context.Background(), []string{"data", "pull", "shelf", "--data-dir", dir}, &out, &told, mine()...); status != 0 {
		t.Fatalf("status %d: %s%s", status, &out, &told)
	}
	if first, second := <-asked, <-asked; first != "" || second != "bytes=30-" {
		t.Errorf("asked for %q and %q", first, second)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "book")); err != nil || string(got) != aBook {
		t.Errorf("got %q, %v", got, err)
	}
}
