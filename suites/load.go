package suites

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

//go:embed *.yaml
var embedded embed.FS

// Names lists the suites built in, sorted.
func Names() []string {
	files, err := fs.Glob(embedded, "*.yaml")
	if err != nil { // only a bad pattern errs
		return nil
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	slices.Sort(files)
	return files
}

// Load reads a suite: a file on disk, else one built in by name, file name or
// path in the repository (iwae_snr, iwae_snr.yaml, suites/iwae_snr.yaml). It
// returns the name to print in errors beside the text.
func Load(name string) (file string, text []byte, err error) {
	text, err = readFile(name)
	if err == nil {
		return name, text, nil
	}
	base := strings.TrimSuffix(strings.TrimPrefix(name, "suites/"), ".yaml")
	if builtIn := Names(); slices.Contains(builtIn, base) {
		b, err := embedded.ReadFile(base + ".yaml")
		if err != nil {
			return "", nil, fmt.Errorf("suite: %w", err)
		}
		return path.Join("suites", base+".yaml"), b, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("suite: %w", err)
	}
	return "", nil, fmt.Errorf("suite: neither a file nor built in, got %q%s%s", name, meant(base, Names()), have(Names()))
}

// readFile stops just beyond the limit that Parse reports.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory", name)
	}
	return io.ReadAll(io.LimitReader(f, mostBytes+1))
}
