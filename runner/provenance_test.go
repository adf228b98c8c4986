package runner

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestProvenance(t *testing.T) {
	p, plan := Builtin(), planOf(t, priced)
	got := p.Provenance(context.Background(), plan, "bench run s.yaml", 3)
	if got.Command != "bench run s.yaml" || got.Workers != 3 || got.Kernel == "" || got.Revision == "" || got.Started.IsZero() {
		t.Errorf("got %+v", got)
	}
	name := plan.Cells[0].Dataset.String()
	if len(got.Data) != 1 || len(got.Data[name]) != 64 {
		t.Errorf("data: got %v; want a digest of %s", got.Data, name)
	}
	again := p.Provenance(context.Background(), plan, "", 1)
	if again.Data[name] != got.Data[name] {
		t.Error("the same data have two digests")
	}
	plan.Cells = plan.Cells[:1]
	one := p.Provenance(context.Background(), plan, "", 1)
	if one.Data[name] == got.Data[name] {
		t.Error("one seed has the digest of two")
	}
}

func TestModuleOf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.mod")
	if err := os.WriteFile(file, []byte("// a comment\nmodule example.org/x\n\ngo 1.26\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := moduleOf(file); got != "example.org/x" {
		t.Errorf("got %q", got)
	}
	if got := moduleOf(file + "x"); got != "" {
		t.Errorf("got %q of no file", got)
	}
}

func TestCPU(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpuinfo")
	if err := os.WriteFile(file, []byte("processor\t: 0\nmodel name\t: A Chip @ 2 GHz: fast\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := model(file); got != "A Chip @ 2 GHz: fast" {
		t.Errorf("got %q", got)
	}
	if got := model(file + "x"); got != unknown {
		t.Errorf("got %q of no file", got)
	}
}
