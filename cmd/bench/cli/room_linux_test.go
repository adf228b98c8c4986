package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that is full stops a run with a message; what had ended stays, and with
// more room the same command goes on to the bytes of a run that had room.
func TestFullDisk(t *testing.T) {
	dir := crashFolder(t)
	want, _ := uninterrupted(t, dir)
	disk := filepath.Join(dir, "results")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	mount := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, "size="+size)
	}
	if err := mount(0, "300k"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, 0) })
	sizes := []string{"400k", "500k", "600k", "16m"}
	full := 0
	for try := 0; ; try++ {
		out, err := bench(dir, "run", "crash.yaml", "--workers", "2", "--checkpoint", "1ms").CombinedOutput()
		if err == nil {
			break
		}
		t.Logf("%s", out)
		full++
		if last := lastLine(out); !strings.Contains(last, "full") || !strings.HasPrefix(last, "store: results/crash.db: ") {
			t.Errorf("said %q", last)
		}
		if try == len(sizes) {
			t.Fatal("no end of it")
		}
		if err := mount(syscall.MS_REMOUNT, sizes[try]); err != nil {
			t.Fatal(err)
		}
	}
	if full == 0 {
		t.Error("there was always room: nothing was tested")
	}
	if exported(t, dir, "results/crash.db") != want {
		t.Error("another export")
	}
}

func lastLine(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(lines[len(lines)-1])
}
