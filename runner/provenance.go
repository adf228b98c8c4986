package runner

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/vibench/bench/core/cpu"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/store"
	"github.com/vibench/bench/suites"
	"github.com/vibench/bench/vi"
)

// unknown stands where a build does not say.
const unknown = "unknown"

// Build is what this binary knows of itself and of the machine: the fields of a
// provenance that belong to no run. The revision is the build's own, else, as
// under go run, that of the git work tree of this module that the command runs
// in, else "unknown".
func Build(ctx context.Context) store.Provenance {
	p := store.Provenance{
		Revision: unknown, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: model("/proc/cpuinfo"), Kernel: cpu.Kernel(), Modules: map[string]string{},
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return p
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		p.Modules[m.Path] = m.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			p.Revision = s.Value
		case "vcs.modified":
			p.Dirty = s.Value == "true"
		}
	}
	if p.Revision == unknown {
		if revision, dirty, ok := worktree(ctx, info.Main.Path); ok {
			p.Revision, p.Dirty = revision, dirty
		}
	}
	return p
}

// Provenance is Build for one run of a plan: command is its command line.
func (p Parts) Provenance(ctx context.Context, plan *suites.Plan, command string, workers int) store.Provenance {
	out := Build(ctx)
	out.Started, out.Command, out.Workers = time.Now(), command, workers
	out.Data = p.digests(plan)
	return out
}

// worktree asks git for the revision of the folder, if that is a work tree of
// the module; a binary that is run elsewhere must not take another's revision.
func worktree(ctx context.Context, module string) (revision string, dirty, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	git := func(args ...string) (string, bool) {
		out, err := exec.CommandContext(ctx, "git", args...).Output()
		return strings.TrimSpace(string(out)), err == nil
	}
	top, ok := git("rev-parse", "--show-toplevel")
	if !ok || module == "" || moduleOf(filepath.Join(top, "go.mod")) != module {
		return "", false, false
	}
	if revision, ok = git("rev-parse", "HEAD"); !ok {
		return "", false, false
	}
	changes, ok := git("status", "--porcelain")
	return revision, !ok || changes != "", true
}

// moduleOf is the path that a go.mod file declares.
func moduleOf(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "module" {
			return f[1]
		}
	}
	return ""
}

// model is the model name of the first processor in Linux's list.
func model(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return unknown
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

// cheap is how many values a plan's data sets may have in all for their digests
// to be recorded: making them again must not be felt.
const cheap = 1 << 20

// digests of the plan's data sets. Those that are known are not made for it. Where
// a data set is drawn from the seed and there are several, the digest is that of
// the seeds' digests, one a line, in the order of the seeds.
func (p Parts) digests(plan *suites.Plan) map[string]string {
	type set struct {
		choice suites.Choice
		seeds  map[int]bool
	}
	sets := map[string]set{}
	for _, c := range plan.Cells {
		name := c.Dataset.String()
		if _, ok := sets[name]; !ok {
			sets[name] = set{c.Dataset, map[int]bool{}}
		}
		sets[name].seeds[c.Seed] = true
	}
	out, left := map[string]string{}, cheap
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		s := sets[name]
		if known := p.digest(s.choice); known != "" {
			out[name] = known
			continue
		}
		d, err := p.dataset(s.choice)
		if err != nil {
			continue
		}
		shape := d.Shape()
		size := float64(shape.N) * float64(shape.D) * float64(len(s.seeds))
		if size > float64(left) {
			continue
		}
		left -= int(size)
		if digest, ok := digest(d, slices.SortedFunc(maps.Keys(s.seeds), cmp.Compare[int])); ok {
			out[name] = digest
		}
	}
	return out
}

func digest(d vi.Dataset, seeds []int) (out string, ok bool) {
	defer func() { ok = ok && recover() == nil }() // the cell itself will say what is wrong
	var lines strings.Builder
	for _, seed := range seeds {
		data, err := d.Make(rng.Data(uint64(seed), d.Name(), "train"))
		if err != nil {
			return "", false
		}
		if len(seeds) == 1 {
			return data.Digest, true
		}
		fmt.Fprintln(&lines, data.Digest)
	}
	sum := sha256.Sum256([]byte(lines.String()))
	return hex.EncodeToString(sum[:]), true
}
