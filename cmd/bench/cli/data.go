package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/vibench/bench/runner"
	"github.com/vibench/bench/vi"
)

// useData tells the data sets which data directory they are read from: that of
// --data-dir, else of BENCH_DATA, else bench in the user's folder of caches.
func (a *app) useData() error {
	dir := a.dataDir
	if dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("bench: --data-dir: got %q; want a folder that exists", dir)
		}
	}
	if dir == "" {
		dir = os.Getenv("BENCH_DATA")
	}
	if caches, err := os.UserCacheDir(); dir == "" && err == nil {
		dir = filepath.Join(caches, "bench")
	}
	a.parts.ReadFrom(dir)
	return nil
}

// checkData holds the data that the cells to run of a suite need against what is
// there. A store that has all its cells needs none.
func (a *app) checkData(j *job, path string, retry runner.Retry) error {
	st, err := existing(path)
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
	}
	f, err := foresee(j, st, retry)
	if err != nil {
		return err
	}
	return a.parts.CheckData(j.suite, f.todo)
}

// Where a data set comes from.
const (
	isDrawn    = "drawn" // from the seed, as far as is known
	isEmbedded = "embedded"
	isFiles    = "files"
)

// origin is where a data set comes from and, of one in files, their folder, or
// why they cannot be had.
func origin(d vi.Dataset) (from, folder string, err error) {
	f, ok := d.(vi.Filed)
	if !ok {
		return isDrawn, "", nil
	}
	folder, err = f.Locate()
	if folder == "" && err == nil {
		return isEmbedded, "", nil
	}
	return isFiles, folder, err
}

// originText is origin in one line.
func originText(d vi.Dataset) string {
	switch from, folder, err := origin(d); {
	case err != nil:
		return "files, missing: " + err.Error()
	case from == isFiles:
		return "files in " + folder
	case from == isDrawn:
		return "drawn from the seed"
	default:
		return "embedded in this program"
	}
}
