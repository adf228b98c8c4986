package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vibench/bench/datasets"
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
	a.dataFolder = dir
	a.useImports()
	return nil
}

// useImports adds the sets that were imported into the data directory. All goes on
// without those that cannot be used: who needs them says so.
func (a *app) useImports() {
	if a.dataFolder == "" {
		return
	}
	sets, damaged := datasets.Imports(a.dataFolder)
	for _, d := range sets {
		if err := a.free(d.Name()); err != nil {
			folder, _ := d.Locate()
			damaged = append(damaged, datasets.Damaged{Name: d.Name(), Folder: folder, Err: fmt.Errorf("manifest.json: %w", err)})
			continue
		}
		a.parts.Datasets = append(a.parts.Datasets, d)
	}
	a.damaged = damaged
}

// sayDamaged names the imported sets that cannot be used and of which a text speaks,
// quoted; every one where there is no text.
func (a *app) sayDamaged(text string) {
	for _, d := range a.damaged {
		if text == "" || strings.Contains(text, strconv.Quote(d.Name)) {
			fmt.Fprintf(a.err, "bench: imported data set left out: %v\n", d)
		}
	}
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
	isImported = "imported"
)

// origin is where a data set comes from and, of one in files, their folder, or
// why they cannot be had.
func origin(d vi.Dataset) (from, folder string, err error) {
	f, ok := d.(vi.Filed)
	if !ok {
		return isDrawn, "", nil
	}
	folder, err = f.Locate()
	if _, own := d.(datasets.Imported); own {
		return isImported, folder, err
	}
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
	case from == isImported:
		return "imported into " + folder
	case from == isFiles:
		return "files in " + folder
	case from == isDrawn:
		return "drawn from the seed"
	default:
		return "embedded in this program"
	}
}

// sourceFacts are where a data set's collections come from, on what terms, and what
// fetches them.
func (a *app) sourceFacts(d vi.Dataset) (facts [][2]string) {
	if m, ok := d.(datasets.Imported); ok {
		return [][2]string{{"licence", dash(m.Manifest().Licence)}}
	}
	for _, c := range a.collections() {
		if c.origin.Dataset != d.Name() {
			continue
		}
		which := ""
		if c.origin.Setting != "" {
			which = c.Name + ": "
		}
		facts = append(facts, [2]string{"source", which + c.From}, [2]string{"licence", which + c.Licence})
		facts = append(facts, c.pullFacts()...)
	}
	return facts
}

// pullFacts are the command that fetches a collection, if one does.
func (c collection) pullFacts() [][2]string {
	if len(c.origin.Files) == 0 {
		return nil
	}
	here := map[string]string{isHere: "here", notHere: "not here"}[c.Here]
	return [][2]string{{"pull", fmt.Sprintf("bench data pull %s (%s; %s)", c.Name, c.size(), here)}}
}
